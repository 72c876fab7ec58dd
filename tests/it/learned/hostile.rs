//! Servers whose filters deceive, and help pages that do.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    config::Target,
    tools::inspect::{Grade, Report},
};
use wiremock::{Mock, Request, ResponseTemplate, matchers::path_regex};

use super::{dictionary, learn, published_mapping};
use crate::{
    help::site::{LINKED, html, link, request, serve, serve_type, table},
    support::{HandWritten, TestApp, still_clock, target},
};

/// Decides whether a filter, by its parameter and value, brings a row.
type Filter = fn(&Value, &str, &str) -> bool;

/// Services in a foreign scheme of names. Group 7 lies above group 8; `nummer` is `nyckel`.
fn services() -> Vec<Value> {
    let rows = [
        (101, "Växel", "A1", 7),
        (102, "Kund", "A2", 7),
        (110, "Kundtjänst", "B1", 8),
        (204, "kund", "B2", 8),
        (205, "Faktura", "C1", 9),
        (1011, "Bygglov", "C2", 9),
    ];
    let row = |(id, name, code, group)| json!({"nyckel": id, "nummer": id, "rubrik": name, "kod": code, "mor": group, "antal": 3});
    rows.into_iter().map(row).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns true if the row's member has the value.
fn is(row: &Value, member: &str, value: &str) -> bool {
    text(&row[member]) == value
}

/// The member that each filter means.
fn meant(parameter: &str) -> &'static str {
    match parameter {
        "id" => "nyckel",
        "name" => "rubrik",
        _ => "mor",
    }
}

fn honest(row: &Value, parameter: &str, value: &str) -> bool {
    is(row, meant(parameter), value)
}

/// A server with services whose filters work like this. Each row has the members of `shown`, those
/// of `hidden` only if they are asked for. With `first_only` a filter brings one row at most.
async fn server(
    filter: Filter,
    shown: &'static [&'static str],
    hidden: &'static [&'static str],
    first_only: bool,
) -> HandWritten {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    let answer = move |request: &Request| {
        let query: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
        let given = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, it)| &**it);
        let fields: Option<Vec<&str>> = given("fields").map(|names| names.split(',').collect());
        let mut rows = services();
        for parameter in ["id", "name", "groupId"] {
            if let Some(value) = given(parameter) {
                rows.retain(|row| filter(row, parameter, value));
                rows.truncate(if first_only { 1 } else { usize::MAX });
            }
        }
        let below = request.url.path().rsplit('/').next().filter(|last| *last != "services");
        if let Some(id) = below {
            rows.retain(|row| is(row, "nyckel", id));
        }
        for row in &mut rows {
            row.as_object_mut().expect("a row").retain(|name, _| match &fields {
                Some(fields) => {
                    fields.contains(&&**name)
                        && (shown.contains(&&**name) || hidden.contains(&&**name))
                }
                None => shown.contains(&&**name),
            });
        }
        ResponseTemplate::new(200).set_body_json(json!({ "data": rows }))
    };
    Mock::given(path_regex("^/te/api/cc/1/services(/[0-9]+)?$"))
        .respond_with(answer)
        .mount(&trio.server)
        .await;
    trio
}

/// Member, grade and reason of each filter of the services.
fn found(report: &Report, parameter: &str) -> (Option<String>, Grade, String) {
    let mut proofs = report.proofs.iter().filter(|proof| proof.resource == "services");
    let proof = proofs.find(|proof| proof.parameter == parameter).expect("tried");
    (proof.member.clone(), proof.grade, proof.reason.clone())
}

async fn learned(trio: &HandWritten) -> (Report, String) {
    learn(&target(&trio.url()), still_clock()).await
}

/// Members that are shown without being asked for.
const SHOWN: &[&str] = &["nyckel", "rubrik", "kod", "mor", "antal"];

#[tokio::test]
async fn honest_filters_prove_their_members() {
    let trio = server(honest, SHOWN, &[], false).await;
    let (report, file) = learned(&trio).await;
    for (parameter, field) in [("id", "id"), ("name", "name"), ("groupId", "group_id")] {
        let (member, grade, reason) = found(&report, parameter);
        let expected = (Some(meant(parameter)), Grade::Proved);
        assert_eq!((member.as_deref(), grade), expected, "{reason}");
        let entry = format!("  {field}: {{members: [\"{}\"], from: proved}}", meant(parameter));
        assert!(file.contains(&entry), "{entry}: {file}");
    }
}

#[tokio::test]
async fn deceiving_filters_prove_no_member() {
    let servers: [(&str, &str, Filter, bool); 10] = [
        ("prefix", "id", |row, of, value| text(&row[meant(of)]).starts_with(value), false),
        ("prefix", "name", |row, of, value| text(&row[meant(of)]).starts_with(value), false),
        ("contains", "name", |row, of, value| text(&row[meant(of)]).contains(value), false),
        (
            "case",
            "name",
            |row, of, value| text(&row[meant(of)]).to_lowercase() == value.to_lowercase(),
            false,
        ),
        (
            "tree",
            "groupId",
            |row, of, value| {
                honest(row, of, value) || of == "groupId" && value == "7" && is(row, "mor", "8")
            },
            false,
        ),
        (
            "id or name",
            "id",
            |row, of, value| honest(row, of, value) || of == "id" && is(row, "rubrik", value),
            false,
        ),
        ("ignored", "id", |_, _, _| true, false),
        (
            "a row for unknown ids",
            "id",
            |row, of, value| {
                let is_unknown = value.parse().is_ok_and(|number: u64| number > 5_000);
                honest(row, of, value) || of == "id" && is_unknown && is(row, "kod", "A1")
            },
            false,
        ),
        (
            // No code is the beginning of another one.
            "prefix of codes",
            "name",
            |row, of, value| match of {
                "name" => text(&row["kod"]).starts_with(value),
                of => honest(row, of, value),
            },
            false,
        ),
        ("first row", "groupId", honest, true),
    ];
    for (kind, parameter, filter, first_only) in servers {
        let trio = server(filter, SHOWN, &[], first_only).await;
        let (report, file) = learned(&trio).await;
        let (member, grade, reason) = found(&report, parameter);
        assert_eq!((member, grade), (None, Grade::Open), "{kind} {parameter}: {reason}");
        assert!(!reason.is_empty(), "{kind} {parameter}");
        for member in [meant(parameter), "kod"] {
            let entry = format!("{member}\"], from: proved");
            assert!(!file.contains(&entry), "{kind} {parameter}: {file}");
        }
    }
}

#[tokio::test]
async fn id_without_an_address_is_only_likely() {
    // The addresses are made of another number than the filter selects by.
    let filter: Filter = |row, of, value| match of {
        "id" => is(row, "kod", value),
        of => honest(row, of, value),
    };
    let trio = server(filter, SHOWN, &[], false).await;
    let (report, file) = learned(&trio).await;
    let (member, grade, reason) = found(&report, "id");
    assert_eq!((member.as_deref(), grade), (Some("kod"), Grade::Likely), "{reason}");
    assert!(reason.contains("does not bring its row"), "{reason}");
    assert!(!file.contains("[\"kod\"]"), "likely is not enough: {file}");
}

#[tokio::test]
async fn ids_of_something_else_are_only_likely() {
    for (holder, doubt) in [("ag", "not all of its values are ids of services"), ("tj", "")] {
        let trio = server(honest, SHOWN, &[], false).await;
        let calls: Vec<Value> = [(4711, 101, 9001), (4712, 102, 9002), (4713, 110, 9003)]
            .into_iter()
            .map(|(number, service, agent)| json!({"nr": number, "tj": service, "ag": agent}))
            .collect();
        let answer = move |request: &Request| {
            let given = request.url.query_pairs().find(|(name, _)| name == "service");
            let mut rows = calls.clone();
            rows.retain(|row| given.as_ref().is_none_or(|(_, value)| is(row, holder, value)));
            ResponseTemplate::new(200).set_body_json(json!({ "data": rows }))
        };
        Mock::given(path_regex("^/te/api/cc/1/services/calls$"))
            .respond_with(answer)
            .with_priority(1)
            .mount(&trio.server)
            .await;
        let (report, _) = learned(&trio).await;
        let mut proofs = report.proofs.iter().filter(|proof| proof.resource == "services/calls");
        let proof = proofs.find(|proof| proof.parameter == "service").expect("tried");
        let expected = if doubt.is_empty() { Grade::Proved } else { Grade::Likely };
        assert_eq!((proof.member.as_deref(), proof.grade), (Some(holder), expected), "{proof:?}");
        assert!(proof.reason.contains(doubt), "{proof:?}");
    }
}

#[tokio::test]
async fn twins_are_named_and_neither_is_used() {
    let shown = &["nyckel", "nummer", "rubrik", "kod", "mor"];
    let trio = server(honest, shown, &[], false).await;
    let (report, file) = learned(&trio).await;
    let (member, grade, reason) = found(&report, "id");
    assert_eq!((member, grade), (None, Grade::Open), "{reason}");
    assert!(reason.contains("`nummer`, `nyckel` agree"), "{reason}");
    assert!(!file.contains("  id: {members: [\""), "{file}");
}

/// Adds help pages that describe the services by these members.
async fn describe(trio: &HandWritten, members: &[(&str, &str, &str)]) {
    let index = format!(
        "<table class=\"help-page-table\"><tr><td class=\"api-name\">\
         <a href=\"{LINKED}/Api/S\">GET cc/{{ccid}}/services?page={{page}}</a></td></tr></table>"
    );
    serve(trio, "help", html(index)).await;
    serve(trio, "Help/Api/S", html(request("", &table(members), ""))).await;
}

#[tokio::test]
async fn hidden_twin_that_the_help_names_is_seen() {
    let shown = &["nummer", "rubrik", "kod", "mor"];
    let hidden = &["nyckel"];
    let trio = server(honest, shown, hidden, false).await;
    describe(&trio, &[("Nyckel", "integer", ""), ("Nummer", "integer", "")]).await;
    let (report, file) = learned(&trio).await;
    let (member, grade, reason) = found(&report, "id");
    assert_eq!((member, grade), (None, Grade::Open), "{reason}");
    assert!(reason.contains("`nummer`, `nyckel` agree"), "{reason}");
    assert!(!file.contains("from: proved} # proved by id="), "{file}");
}

#[tokio::test]
async fn data_of_persons_are_not_asked_for_by_the_help() {
    let trio = server(honest, SHOWN, &["nummer"], false).await;
    let members = [
        ("Nummer", "integer", ""),
        ("Cust", "integer", ""),
        ("Fld7", "string", "Telephone number of the caller."),
        ("Fld8", "string", "Kundens e-post"),
    ];
    describe(&trio, &members).await;
    learned(&trio).await;
    let asked = trio.server.received_requests().await.expect("recorded");
    let fields = |it: &Request| {
        let named = it.url.query_pairs().find(|(key, _)| key == "fields")?.1.to_lowercase();
        Some(format!(",{named},"))
    };
    let asked: Vec<String> = asked.iter().filter_map(fields).collect();
    assert!(asked.iter().any(|names| names.contains(",nummer,")), "{asked:#?}");
    for name in [",cust,", ",fld7,", ",fld8,"] {
        let named = |names: &&String| names.contains(name);
        assert_eq!(asked.iter().find(named), None, "{name} is of a person");
    }
}

/// A site with the states of services, on a server whose answer has these names.
async fn state_site(page: String, kinds: &[(&str, String)]) -> HandWritten {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    let row = |id: u32| json!({"kod": id, "queueLength": id, "inKo": id + 7, "open": true});
    let rows: Vec<Value> = (1..5).map(row).collect();
    trio.answer("cc/1/services/state", json!({ "data": rows }).to_string()).await;
    let index = format!(
        "<table class=\"help-page-table\"><tr><td class=\"api-name\">\
         <a href=\"{LINKED}/Api/S\">GET cc/{{ccid}}/services/state</a></td></tr></table>"
    );
    serve(&trio, "help", html(index)).await;
    serve(&trio, "Help/Api/S", html(page)).await;
    for (name, page) in kinds {
        serve_type(&trio, name, page.clone()).await;
    }
    trio
}

/// Fields of services' states that the exporter publishes with what it learned from the site.
async fn published(trio: &HandWritten) -> (Vec<(String, String)>, String) {
    let target = target(&trio.url());
    let (_, file) = learn(&target, still_clock()).await;
    let target = Target { dictionary: dictionary(&file), ..target };
    let mut app = TestApp::for_target(target).await;
    app.step().await;
    let published = published_mapping(&app.metrics().await);
    let of_states = published.into_iter().filter(|((list, _), _)| list == "services/state");
    (of_states.map(|((_, field), member)| (field, member)).collect(), file)
}

#[tokio::test]
async fn help_that_calls_a_count_an_identity_maps_no_member() {
    let members = [
        ("QueueLength", "integer", "Identity of the service."),
        ("Kod", "integer", "Number of cases in the queue."),
        ("InKo", "integer", "Identity of the service."),
        ("Open", "boolean", "Number of cases in the queue."),
    ];
    let trio = state_site(request("", &table(&members), ""), &[]).await;
    let (found, file) = published(&trio).await;
    for (field, member) in &found {
        assert_eq!((&**field, &**member), ("open", "open"), "{file}");
    }
    // What the page contradicts is withheld.
    let withheld = |line: &&str| line.contains("{members: [], from: help}");
    let entries: Vec<&str> = file.lines().filter(|line| line.contains("from: help")).collect();
    assert!(!entries.is_empty() && entries.iter().all(withheld), "{file}");
}

#[tokio::test]
async fn hostile_pages_add_no_entry() {
    let good = [("Kod", "integer", ""), ("QueueLength", "integer", "")];
    let away = "<a href=\"http://127.0.0.1:9/TE/API/Help/ResourceModel?modelName=R\">R</a>";
    let endless = table(&[("Data", &link("R"), "")]);
    let cut = request("", &table(&good), "");
    let cut = cut[..cut.find("QueueLength").expect("there") + 5].to_owned();
    for (kind, page, types) in [
        ("10 MB", format!("{}{}", request("", &table(&good), ""), "x".repeat(10 << 20)), vec![]),
        ("other host", request(away, "", ""), vec![]),
        ("endless", request("", &endless, ""), vec![("R", endless.clone())]),
        ("cut", cut, vec![]),
        ("nested", request("", &"<table class=help-page-table><tr><td>".repeat(9_000), ""), vec![]),
        ("binary", "\u{0}\u{ffff}<td class=\"parameter-name\">".repeat(500), vec![]),
    ] {
        let trio = state_site(page, &types).await;
        let (found, file) = published(&trio).await;
        for (field, member) in &found {
            assert!(
                matches!(&**field, "queue_length" | "open"),
                "{kind}: {field}: {member}\n{file}"
            );
        }
        assert!(!file.contains("from: help"), "{kind}: {file}");
        let requests = trio.server.received_requests().await.expect("recorded");
        let pages = requests.iter().filter(|it| it.url.path().to_lowercase().contains("help"));
        assert!(pages.count() <= 10, "{kind}");
    }
}
