//! The server's own help pages: reading them, and what `inspect`, `check --learn` and `init` make of
//! them.

pub(crate) mod site;

use std::{
    collections::BTreeMap,
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use pretty_assertions::assert_eq;
use serde_json::Value;
use trio_exporter::{
    config::Target,
    model::{Clock, Resource},
    sim::{Dialect, HelpAccess, HelpPages, Options},
    tools::inspect::{self, Report},
    trio::{Client, Dictionary, FieldHelp, Help, HelpError, HelpLimits},
};
use wiremock::ResponseTemplate;

use self::site::{LINKED, described, html, index, link, request, serve, table};
use crate::{
    process::{command, ended, folder, run},
    support::{HandWritten, Simulated, target},
};

/// Limits without the pause, which protects servers in use.
fn limits() -> HelpLimits {
    HelpLimits { pause: Duration::ZERO, ..HelpLimits::default() }
}

fn client(target: Target) -> Client {
    Client::new(target.trio, target.dictionary, Arc::default(), Clock::system()).expect("a client")
}

async fn read(client: &Client) -> Result<Help, HelpError> {
    client.read_help(limits(), &mut |_| {}).await
}

async fn simulated(dialect: Dialect, help: HelpPages) -> Simulated {
    let options = Options { dialect, help, services: 4, agents: 12, ..Options::default() };
    Simulated::start(options, Clock::system()).await
}

/// Statements of the help about each field, by resource.
fn fields(client: &Client, help: &Help) -> BTreeMap<(&'static str, &'static str), FieldHelp> {
    let each = help.resources.iter().flat_map(|resource| {
        let fields = client.compare_help(resource);
        fields.into_iter().map(|field| ((resource.resource.as_str(), field.field), field))
    });
    each.collect()
}

/// The true members of a dialect's fields, by its own fields file.
fn truth(dialect: Dialect) -> BTreeMap<(String, String), String> {
    let own: Value = serde_saphyr::from_str(&dialect.fields_file()).expect("YAML");
    let mut truth = BTreeMap::new();
    for (resource, entries) in own.as_object().expect("resources") {
        for (field, entry) in entries.as_object().expect("fields") {
            let member = entry["members"][0].as_str().expect("a name").to_owned();
            truth.insert((resource.clone(), field.clone()), member);
        }
    }
    truth
}

#[tokio::test]
async fn no_field_is_wrong_in_any_dialect_and_kind_of_help() {
    for dialect in Dialect::ALL {
        for (samples, described, swedish) in [
            (true, true, false),
            (false, true, false),
            (true, false, false),
            (false, false, true),
            (true, true, true),
        ] {
            let pages = HelpPages { samples, described, swedish, ..HelpPages::default() };
            let trio = simulated(dialect, pages).await;
            let client = client(trio.target(false));
            let help = read(&client).await.expect("help");
            assert_eq!((help.resources.len(), &help.stopped), (10, &None), "{dialect:?}");
            let found = fields(&client, &help);
            let own: Value = serde_saphyr::from_str(&dialect.fields_file()).expect("YAML");
            let (mut right, mut offered, mut words) = (0, 0, 0);
            for ((resource, field), member) in truth(dialect) {
                let found = &found[&(&*resource, &*field)];
                assert_eq!(found.problems, Vec::<String>::new(), "{resource}.{field}");
                for value in &found.values {
                    let truth = own[&*resource][&*field]["values"][&*value.value].as_str();
                    if truth.is_some() {
                        assert_eq!(
                            value.meaning, truth,
                            "{dialect:?} {resource}.{field}: {value:?}"
                        );
                        words += 1;
                    }
                }
                match &found.member {
                    Some(name) => {
                        assert!(name.eq_ignore_ascii_case(&member) || name == &member, "{name}");
                        right += 1;
                    }
                    None => offered += usize::from(found.candidates.contains(&member)),
                }
            }
            let known = truth(dialect).len();
            if dialect.needs_fields_file() {
                // Names that no dictionary knows are offered to a person.
                assert!(right + offered > known / 2, "{right}, {offered} of {known}");
                // Names that are foreign, but for some that say what they are: `hdFree`.
                let few = right < 5;
                assert_eq!(few, dialect == Dialect::Foreign, "{right} of {known}");
            } else {
                assert_eq!(right, known, "{dialect:?} {pages:?}");
            }
            assert_eq!(words == 0, dialect == Dialect::Foreign, "{dialect:?}: {words} words");
            let text = suggested(&client, &help);
            Dictionary::with_user_file("fields.yml", &text)
                .unwrap_or_else(|why| panic!("{why:?} in {text}"));
        }
    }
}

/// The suggested fields file by the help alone.
fn suggested(client: &Client, help: &Help) -> String {
    let mut report = Report::default();
    report.add_help(client, &Ok(help.clone()));
    inspect::fields_file(&report)
}

#[tokio::test]
async fn numbers_of_states_and_units_come_from_the_help() {
    let trio = described().await;
    let client = client(target(&trio.url()));
    let help = read(&client).await.expect("help");
    let text = suggested(&client, &help);
    for line in [
        "agents/state:\n  state:\n    members: [\"state\"] # help: enumeration",
        "\n    from: help\n    values: # logged_out, ",
        "      \"0\": logged_out # LoggedOff\n",
        "      \"1\": available # Ready\n",
        "      \"2\": reserved # Offered\n",
        "#?       \"3\": unknown # Parked\n",
        "      \"5\": paused # Pause\n",
        "  longest_wait:\n    members: [\"longestWaitTime\"] # help: ",
        "\n    from: help\n    form: milliseconds\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // The page calls the known name of the queue length an identity, and another member the cases in
    // the queue.
    let entry = "queue_length: {members: [\"queued\"], only: true, from: help}";
    assert!(text.contains(entry), "{text}");
    let found = fields(&client, &help);
    let queue = &found[&("services/state", "queue_length")];
    assert_eq!((queue.member.as_deref(), queue.problems.len()), (Some("queued"), 1), "{queue:?}");
    assert_eq!(found[&("agents/state", "reason")].candidates, ["pauseCode"]);
    // With the suggested file the help says nothing new.
    let dictionary = Arc::new(Dictionary::with_user_file("fields.yml", &text).expect("valid"));
    let mapped = self::client(Target { dictionary, ..target(&trio.url()) });
    assert!(!suggested(&mapped, &help).contains("from: help"), "{}", suggested(&mapped, &help));
}

#[tokio::test]
async fn source_of_an_entry_by_the_help_is_shown() {
    let trio = simulated(Dialect::English, HelpPages::default()).await;
    let folder = folder();
    fs::write(
        folder.path().join("fields.yml"),
        "services/state:\n  queue_length: {members: [queueLength], from: help}\n  open: {members: [open]}\n",
    )
    .expect("written");
    let entry = trio.entry("trio").replace('}', ", fields_file: fields.yml}");
    let file = folder.path().join("trio.yml");
    fs::write(&file, format!("targets:\n{entry}")).expect("written");
    let file = file.display().to_string();
    let (code, printed, log) = ended(&run(command(["--once", "--config.file", &file])).await);
    assert_eq!(code, Some(0), "{log}");
    for (member, source) in [("queueLength", "help"), ("open", "user"), ("agentsBusy", "builtin")] {
        let line = printed.lines().find(|line| {
            line.starts_with("trio_field_info{") && line.contains(&format!("member=\"{member}\""))
        });
        let line = line.unwrap_or_else(|| panic!("{member}: {printed}"));
        assert!(line.contains(&format!("source=\"{source}\"")), "{line}");
    }
    assert_eq!(trio.simulator.help_requests(), 0, "the exporter never reads the help");
}

#[tokio::test]
async fn token_is_sent_only_after_a_refusal_that_names_bearer() {
    let pages = |access| HelpPages { access, ..HelpPages::default() };
    let trio = simulated(Dialect::English, pages(HelpAccess::Token)).await;
    let token = client(trio.target(false));
    let help = read(&token).await.expect("help");
    assert!(help.resources.iter().all(|resource| resource.missing.is_none()), "{help:?}");
    let before = trio.simulator.requests();
    assert_eq!(before, 1, "one login and nothing else");
    for (access, expected) in [
        (HelpAccess::Windows, HelpError::NeedsWindowsLogin),
        (HelpAccess::Missing, HelpError::Missing("its page answers 404".to_owned())),
    ] {
        let trio = simulated(Dialect::English, pages(access)).await;
        assert_eq!(read(&client(trio.target(false))).await, Err(expected));
        assert_eq!(trio.simulator.requests(), 0, "no login");
    }
    let open = described().await;
    read(&client(target(&open.url()))).await.expect("help");
    let requests = open.server.received_requests().await.expect("recorded");
    for request in requests {
        assert!(!request.headers.contains_key("authorization"), "{}", request.url);
        assert_eq!(request.headers["accept"], "text/html", "{}", request.url);
    }
}

#[tokio::test]
async fn broken_page_costs_only_its_resource() {
    let pages = HelpPages { broken: true, ..HelpPages::default() };
    let trio = simulated(Dialect::English, pages).await;
    let help = read(&client(trio.target(false))).await.expect("help");
    for resource in &help.resources {
        let expected =
            (resource.resource == Resource::AgentGroups).then_some("its page answers 500");
        assert_eq!(resource.missing.as_deref(), expected, "{:?}", resource.resource);
    }
}

/// Reads a site whose index is answered like this.
async fn index_answers(response: ResponseTemplate) -> Result<Help, HelpError> {
    let trio = HandWritten::start().await;
    serve(&trio, "help", response).await;
    let read = read(&client(target(&trio.url()))).await;
    let asked = trio.server.received_requests().await.expect("recorded").len();
    assert!(asked <= 3, "{asked} requests");
    read
}

#[tokio::test]
async fn unusable_index_ends_with_a_reason() {
    let login = Err(HelpError::NeedsWindowsLogin);
    let missing = |reason: &str| Err(HelpError::Missing(reason.to_owned()));
    let redirect = |to: &str| ResponseTemplate::new(302).insert_header("location", to);
    let challenge =
        |scheme: &str| ResponseTemplate::new(401).insert_header("www-authenticate", scheme);
    for (response, expected) in [
        (redirect("/login.aspx?ReturnUrl=help"), login.clone()),
        (redirect("https://login.example/adfs"), login.clone()),
        (redirect("/te/api/help"), login.clone()),
        (challenge("Negotiate"), login.clone()),
        (challenge("NTLM"), login.clone()),
        (challenge("Basic realm=x"), login.clone()),
        (html("<form><input type=password></form>"), login),
        (html("<h1>An error occurred.</h1>"), missing("its address shows another page")),
        (html(""), missing("its address shows another page")),
        (ResponseTemplate::new(500), missing("its page answers 500")),
        (html("x".repeat(10 << 20)), missing("its page is larger than 1048576 bytes")),
    ] {
        assert_eq!(index_answers(response).await, expected);
    }
    for status in [429, 503] {
        let stopped = index_answers(ResponseTemplate::new(status)).await;
        let Err(HelpError::Stopped(reason)) = stopped else { panic!("{stopped:?}") };
        assert!(reason.contains(&status.to_string()), "{reason}");
    }
    let refused = index_answers(challenge("Bearer")).await;
    assert!(
        matches!(&refused, Err(HelpError::Stopped(why)) if why.contains("token")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn reading_stops_at_the_first_sign_of_trouble() {
    for (response, reason) in [
        (ResponseTemplate::new(503), "busy"),
        (ResponseTemplate::new(429), "busy"),
        (html("late").set_delay(Duration::from_secs(5)), "in time"),
    ] {
        let trio = HandWritten::start().await;
        serve(&trio, "help", html(index(&format!("{LINKED}/Api/S"), &format!("{LINKED}/Api/A"))))
            .await;
        // The dictionary's order has the states of services before those of agents.
        serve(&trio, "Help/Api/S", response).await;
        let mut target = target(&trio.url());
        target.trio.limits.request = Duration::from_millis(500);
        let help = read(&client(target)).await.expect("an index");
        assert!(help.stopped.as_deref().is_some_and(|why| why.contains(reason)), "{help:?}");
        let asked = trio.server.received_requests().await.expect("recorded");
        assert!(!asked.iter().any(|request| request.url.path().ends_with("/A")), "{reason}");
    }
}

#[tokio::test]
async fn links_to_other_hosts_are_not_followed() {
    let foreign = HandWritten::start().await;
    let away = format!("{}{LINKED}/Api/A", foreign.server.uri());
    let trio = HandWritten::start().await;
    serve(&trio, "help", html(index(&away, "/te/api/cc/1/agents/state"))).await;
    let help = read(&client(target(&trio.url()))).await.expect("an index");
    assert!(help.resources.iter().all(|resource| resource.missing.is_some()), "{help:?}");
    let asked =
        async |trio: &HandWritten| trio.server.received_requests().await.expect("recorded").len();
    assert_eq!((asked(&foreign).await, asked(&trio).await), (0, 1));
}

#[tokio::test]
async fn endless_types_end_at_the_limit() {
    let trio = HandWritten::start().await;
    let api = format!("{LINKED}/Api/S");
    serve(&trio, "help", html(index(&api, &api))).await;
    // An envelope in an envelope without end, and more enumerations than any item has.
    let many: Vec<String> = (0..500).map(|number| link(&format!("E{number}"))).collect();
    let many: Vec<(String, &str)> =
        many.iter().zip(0..).map(|(link, n)| (format!("M{n}"), &**link)).collect();
    let rows: Vec<(&str, &str, &str)> =
        many.iter().map(|(name, link)| (&**name, *link, "")).collect();
    serve(&trio, "Help/Api/S", html(request(&link("R"), &table(&rows), ""))).await;
    serve(&trio, "Help/ResourceModel", html(table(&[("Data", &link("R"), "")]))).await;
    let help = read(&client(target(&trio.url()))).await.expect("an index");
    assert!(help.pages <= 40, "{}", help.pages);
    let few = HelpLimits { pages: 5, ..limits() };
    let few = client(target(&trio.url())).read_help(few, &mut |_| {}).await.expect("an index");
    assert_eq!(few.pages, 5);
    assert!(few.stopped.is_some_and(|why| why.contains("more than 5 pages")));
    let envelopes = HandWritten::start().await;
    serve(&envelopes, "help", html(index(&api, &api))).await;
    serve(&envelopes, "Help/Api/S", html(request("", &table(&[("Data", &link("R"), "")]), "")))
        .await;
    serve(&envelopes, "Help/ResourceModel", html(table(&[("Data", &link("R"), "")]))).await;
    let help = read(&client(target(&envelopes.url()))).await.expect("an index");
    assert!(help.pages <= 10 && help.resources.iter().all(|it| it.members.is_empty()), "{help:?}");
}

#[tokio::test]
async fn pages_are_asked_for_at_most_twice_a_second() {
    let trio = described().await;
    let begun = Instant::now();
    let client = client(target(&trio.url()));
    let mut shown = Vec::new();
    let help =
        client.read_help(HelpLimits::default(), &mut |page| shown.push(page.to_owned())).await;
    let pages = help.expect("help").pages;
    assert!(begun.elapsed() >= Duration::from_millis(500) * pages as u32, "{pages} pages");
    assert_eq!((shown.len(), &*shown[0]), (pages, "page 1: index"));
}

#[tokio::test]
async fn inspect_shows_types_words_and_candidates() {
    let trio = described().await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    trio.answer("cc/1/services/state", r#"{"data":[{"serviceId":7,"queued":3}]}"#).await;
    let client = client(target(&trio.url()));
    let mut report = inspect::inspect(&client, false, None).await.expect("a report");
    report.add_help(&client, &read(&client).await);
    let shown = inspect::table(&report);
    for text in [
        "unused; help: integer: Cases in the queue.",
        "help: open is documented, and is not in the answer; boolean",
        "help: queue_length: the description of queueLength speaks of something else",
        "help: longest_wait: --suggest prints an entry for it",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let saved: Report =
        serde_json::from_str(&serde_json::to_string(&report).expect("JSON")).expect("its own");
    assert_eq!(saved, report);
    report.add_help(&client, &Err(HelpError::NeedsWindowsLogin));
    assert!(inspect::table(&report).contains("own help: the help needs a Windows login"));
}

#[tokio::test]
async fn inspect_reads_the_help_unless_told_not_to() {
    let trio = simulated(Dialect::Foreign, HelpPages::default()).await;
    let inspect = async |arguments: &[&str]| ended(&run(trio.command(arguments)).await);
    let (code, printed, log) = inspect(&["inspect", "--no-help"]).await;
    assert_eq!((code, trio.simulator.help_requests()), (Some(0), 0), "{log}");
    assert!(!printed.contains("help"), "{printed}");
    let (code, printed, log) = inspect(&["inspect", "--suggest"]).await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("help: page 1: index"), "{log}");
    assert!(
        printed.contains("#?   queue_length: {members: ['qDepth_77']} # number; ")
            && printed.contains("; help: integer: Number of cases in the queue."),
        "{printed}"
    );
    Dictionary::with_user_file("suggested.yml", &printed).expect("usable as it is");
}

#[tokio::test]
async fn check_compares_the_mapping_with_the_help() {
    let trio = simulated(Dialect::English, HelpPages::default()).await;
    let check = async |arguments: &[&str]| ended(&run(trio.command(arguments)).await);
    let (code, printed, log) = check(&["check"]).await;
    assert_eq!((code, trio.simulator.help_requests()), (Some(0), 0), "{log}");
    assert!(!printed.contains("help"), "{printed}");
    let (_, printed, _) = check(&["check", "--learn", "--verbose"]).await;
    assert!(
        printed.contains("help services/state: 10 members documented, 9 fields as mapped"),
        "{printed}"
    );
    assert!(
        !printed.lines().any(|line| line.starts_with("CHECK") && line.contains("help")),
        "{printed}"
    );
    let site = described().await;
    let fields = "agents/state:\n  state: {values: {\"1\": paused}}\n";
    let dictionary = Arc::new(Dictionary::with_user_file("f.yml", fields).expect("valid"));
    let client = client(Target { dictionary, ..target(&site.url()) });
    let mut report = trio_exporter::tools::check::Report::default();
    trio_exporter::tools::check::compare_help(&client, &read(&client).await, &mut report);
    let printed = report.to_string();
    for line in [
        "CHECK  help services/state: queue_length: the description of queueLength speaks of something else",
        "CHECK  help services/state: longest_wait: the help says milliseconds",
        "CHECK  help agents/state: state: 1 is mapped to paused, and its name Ready means available",
        "CHECK  help agents/state: state: documented values that are not mapped: 0 (LoggedOff), 2 (Offered), 3 (Parked), 5 (Pause)",
        "CHECK  help services/state: agents_busy: no documented member has a name that is mapped",
        "?      help skills: the index does not list it",
    ] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
}

#[tokio::test]
async fn init_writes_what_the_help_says() {
    let site = described().await;
    let (folder, url) = (folder(), site.url());
    let done = tokio::task::spawn_blocking(move || {
        let init = |directory: &std::path::Path, more: &[&str]| {
            let init = command(["init", "--server", &url, "--directory"]).arg(directory);
            ended(&init.args(more).stdin("bnlja2Vs\nexporter\nsecret\n").assert())
        };
        let (code, stdout, stderr) = init(folder.path(), &[]);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains("\nWhat differs from the names that are built in: "), "{stdout}");
        assert!(stderr.contains("help: page 2: "), "{stderr}");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("written");
        assert!(read("trio-exporter.yml").ends_with("    fields_file: fields.yml\n"));
        assert!(read("fields.yml").contains("\"1\": available # Ready"), "{}", read("fields.yml"));
        let file = folder.path().join("trio-exporter.yml").display().to_string();
        command(["--config.file", &file, "--config.check"]).assert().success();
        // A file that a person may have completed is worth more than the help.
        fs::write(
            folder.path().join("fields.yml"),
            "# mine\ncc:\n  name: {members: [mine]} # I know\n",
        )
        .expect("written");
        let (code, stdout, _) = init(folder.path(), &["--force"]);
        assert_eq!(code, Some(0), "{stdout}");
        let mine = "# mine\ncc:\n  name: {members: [mine]} # I know\n";
        assert!(read("fields.yml").starts_with(mine), "{}", read("fields.yml"));
        assert!(read("fields.yml").contains("\"1\": available # Ready"), "{}", read("fields.yml"));
        assert!(read("trio-exporter.yml").ends_with("    fields_file: fields.yml\n"));
        let old = read("trio-exporter.yml.old");
        assert!(old.contains("targets:"), "an edited configuration is not lost: {old}");
    });
    done.await.expect("no panic");
}
