//! Reports about targets in which something is missing, wrong, hostile or long.

mod service;

use std::{sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::{
    metrics::{Identity, Settings, View, tests::fixture},
    model::{Collector, ContactCenter, FieldUse, Resource, Service, ServiceStatus, Stamp},
    snapshot::{Attempt, Notes, Outcome, Problem, ProblemKind, Reading, Snapshot},
    stats::Stats,
};

fn present(views: Vec<View>, now: Stamp) -> StatusView {
    StatusView {
        views,
        settings: fixture::settings(Identity::Name),
        now,
        started: fixture::taken().wall,
    }
}

/// Returns the report about `views` at `now` as JSON and as a page.
fn report_at(views: Vec<View>, now: Stamp, service: Option<&str>) -> (Value, String) {
    let asked = StatusQuery { service: service.map(str::to_owned), ..StatusQuery::default() };
    let report = report(&present(views, now), &asked).expect("no target was asked for");
    (serde_json::to_value(&report).expect("JSON"), page::page(&report, None))
}

fn reported(view: View) -> (Value, String) {
    report_at(vec![view], fixture::later(3), None)
}

/// Returns the fixture with all notes filled in.
fn noted(change: impl FnOnce(&mut Snapshot)) -> View {
    fixture::changed(|snapshot| {
        let configured = Collector::ALL.map(|_| Some(Duration::from_secs(5)));
        snapshot.notes = Notes { turned: Some(fixture::taken()), configured, ..Notes::default() };
        change(snapshot);
    })
}

fn problem(text: &str, forbidden: bool) -> Option<Problem> {
    let kind = if forbidden { ProblemKind::Forbidden } else { ProblemKind::Other };
    Some(Problem { said: text.into(), kind, short: None })
}

/// A reading whose last attempt failed.
fn failed<T>(reading: &mut Reading<T>, outcome: Outcome, problem: Option<Problem>) {
    let attempt = Attempt { at: fixture::taken(), duration: Duration::from_millis(20), outcome };
    (reading.attempt, reading.problem) = (Some(attempt), problem);
}

/// Returns a collector of the first contact centre in the JSON.
fn collector<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut all = report["targets"][0]["collectors"].as_array().expect("a list").iter();
    let found = all.find(|entry| entry["collector"] == name && !entry["contact_center"].is_null());
    found.unwrap_or_else(|| panic!("{name}: {report:#}"))
}

fn findings(report: &Value) -> Vec<(String, String)> {
    let list = report["findings"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    list.iter().map(|finding| (text(&finding["severity"]), text(&finding["what"]))).collect()
}

#[test]
fn page_has_times_of_the_target_and_json_has_utc() {
    let zone = TimeZone::get("Europe/Stockholm").expect("in the database");
    let in_zone = |zone: &TimeZone| fixture::with_totals(|totals| totals.time_zone = zone.clone());
    let (report, page) = reported(in_zone(&zone));
    let utc = report["generated"].as_str().expect("a time");
    assert!(utc.ends_with('Z'), "{utc}");
    let local = moment::local(utc, Some(&zone));
    assert!(local.contains(" CE"), "{local}");
    assert!(page.contains(&format!("Generated at {local}.")), "{local}: {page}");
    // Two targets in two zones have no zone in common.
    let other = View { name: "other".into(), ..in_zone(&TimeZone::UTC) };
    let (_, page) = report_at(vec![in_zone(&zone), other], fixture::later(3), None);
    assert!(page.contains(&format!("Generated at {}.", moment::local(utc, None))), "{page}");
}

#[test]
fn report_before_first_step_has_no_data() {
    let unread = View { stats: Arc::new(Stats::default()), ..fixture::view("main", None) };
    let (report, page) = reported(unread);
    let target = &report["targets"][0];
    assert_eq!(target["state"], "not_read_yet");
    for key in ["since", "trouble", "last_step", "clock_skew_seconds"] {
        assert_eq!(target[key], Value::Null, "{key}");
    }
    for key in ["servers", "collectors", "resources", "fields", "contact_centers"] {
        assert_eq!(target[key], json!([]), "{key}");
    }
    assert_eq!(target["session"]["logged_in"], false);
    assert!(page.contains("NOT READ YET") && page.contains("Nothing was read yet."), "{page}");
    let first = ("warning".to_owned(), "first step: has not finished".to_owned());
    assert!(findings(&report).contains(&first), "{report:#}");
}

#[test]
fn missing_reading_is_reported_alone() {
    let (all, _) = reported(noted(|_| {}));
    type Take = fn(&mut Snapshot);
    let missing: [(&str, Take); 4] = [
        ("service_state", |s| s.centers[0].service_state = Reading::none(Duration::from_secs(5))),
        ("agent_state", |s| s.centers[0].agent_state = Reading::none(Duration::from_secs(5))),
        ("services", |s| s.centers[0].services = Reading::none(Duration::from_secs(5))),
        ("calls", |s| s.centers[0].calls = Reading::none(None)),
    ];
    for (name, take_away) in missing {
        let (report, page) = reported(noted(take_away));
        let off = name == "calls";
        assert_eq!(
            collector(&report, name)["state"],
            if off { "off" } else { "not_read_yet" },
            "{name}"
        );
        assert_eq!(collector(&report, name)["items"], Value::Null, "{name}");
        let others = |report: &Value| {
            let list = report["targets"][0]["collectors"].as_array().expect("a list").clone();
            list.into_iter().filter(|entry| entry["collector"] != name).collect::<Vec<_>>()
        };
        assert_eq!(others(&report), others(&all), "{name}");
        let unknown = match name {
            "service_state" => "services unknown, 3 agents",
            "agent_state" => "2 services, agents unknown",
            _ => "2 services, 3 agents",
        };
        assert!(page.contains(unknown), "{name}: {page}");
    }
}

#[test]
fn failed_reading_has_reason_and_missing_right() {
    let view = noted(|snapshot| {
        let center = &mut snapshot.centers[0];
        failed(&mut center.services, Outcome::Failed, problem("services: answered 403", true));
        failed(&mut center.agents, Outcome::Failed, problem("agents: no answer", false));
        let short = Some(Problem {
            said: "calls: 412 of 500".into(),
            kind: ProblemKind::Incomplete,
            short: Some((412, Some(500))),
        });
        failed(&mut center.calls, Outcome::Incomplete, short);
        center.calls.incomplete_total = 7;
        center.service_groups.interval = None;
    });
    let (report, page) = reported(view);
    let services = collector(&report, "services");
    assert_eq!(
        (&services["state"], &services["missing_right"]),
        (&json!("forbidden"), &json!("read services"))
    );
    assert_eq!(services["shown"], true, "what was read before is young enough");
    let agents = collector(&report, "agents");
    assert_eq!(
        (&agents["state"], &agents["words"]),
        (&json!("failed"), &json!("agents: no answer"))
    );
    let calls = collector(&report, "calls");
    assert_eq!(
        [&calls["state"], &calls["items"], &calls["total"], &calls["incomplete"]],
        [&json!("incomplete"), &json!(412), &json!(500), &json!(7)]
    );
    assert_eq!(collector(&report, "service_groups")["state"], "off");
    for part in ["FORBIDDEN", "missing right: read services", "412 of 500", "FAILED", "INCOMPLETE"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let worst = page.find("FORBIDDEN").zip(page.find("read completely"));
    assert!(worst.is_some_and(|(forbidden, well)| forbidden < well), "the worst comes first");
}

#[test]
fn expired_data_is_not_shown() {
    let (young, _) = report_at(vec![noted(|_| {})], fixture::later(60), None);
    assert_eq!(collector(&young, "service_state")["state"], "well");
    let (old, page) = report_at(vec![noted(|_| {})], fixture::later(61), None);
    let state = collector(&old, "service_state");
    assert_eq!((&state["state"], &state["shown"]), (&json!("expired"), &json!(false)));
    assert_eq!(state["last_success"]["seconds_ago"], 61.0);
    assert_eq!(state["max_age_seconds"], 60.0);
    assert!(page.contains("EXPIRED") && findings(&old)[0].0 == "broken", "{page}");
}

#[test]
fn target_down_is_one_finding() {
    let view = noted(|snapshot| {
        (snapshot.up, snapshot.notes.trouble) =
            (false, problem("api: no connection: refused", false));
        let center = &mut snapshot.centers[0];
        failed(
            &mut center.services,
            Outcome::Failed,
            problem("api: no connection: refused", false),
        );
        failed(&mut center.calls, Outcome::Failed, problem("api: no connection: refused", false));
    });
    let (report, page) = reported(view);
    assert_eq!(report["targets"][0]["state"], "down");
    let found = findings(&report)
        .into_iter()
        .filter(|(_, what)| what.contains("refused"))
        .collect::<Vec<_>>();
    assert_eq!(
        found,
        [(
            "broken".to_owned(),
            "server trio.example: cannot be read: api: no connection: refused".to_owned()
        )]
    );
    assert!(page.contains("DOWN"), "{page}");
}

#[test]
fn page_says_once_which_configuration_commands_need() {
    let down = |snapshot: &mut Snapshot| {
        (snapshot.up, snapshot.notes.trouble) = (false, problem("api: gone", false));
    };
    let (report, page) = reported(noted(down));
    let list = report["findings"].as_array().expect("a list");
    let remedies = list.iter().filter_map(|entry| entry["remedy"].as_str());
    assert!(remedies.filter(|remedy| remedy.contains("`trio-exporter ")).count() > 1);
    let note = "variables that this process was started with";
    assert_eq!(page.matches(note).count(), 1, "{page}");
    let report = report_of_nothing();
    assert!(!page::page(&report, None).contains(note));
}

/// A report without targets and findings.
fn report_of_nothing() -> Report {
    let settings = Arc::new(Settings::default());
    let nothing = StatusView { settings, ..present(Vec::new(), fixture::later(3)) };
    report(&nothing, &StatusQuery::default()).expect("no target was asked for")
}

#[test]
fn same_problem_is_one_finding_and_down_is_first() {
    let forbidden = |snapshot: &mut Snapshot| {
        let refused = problem("agents: answered 403", true);
        failed(&mut snapshot.centers[0].agents, Outcome::Failed, refused);
        let mut other = snapshot.centers[0].clone();
        other.contact_center.id = "2".into();
        snapshot.centers.push(other);
    };
    let down = |snapshot: &mut Snapshot| {
        (snapshot.up, snapshot.notes.trouble) = (false, problem("api: gone", false));
    };
    let late = fixture::later(1000);
    let (report, _) = report_at(vec![noted(forbidden), noted(down)], late, None);
    let found = findings(&report);
    assert_eq!(
        found[0],
        ("broken".to_owned(), "server trio.example: cannot be read: api: gone".to_owned())
    );
    let agents: Vec<_> =
        found.iter().filter(|(_, what)| what.starts_with("right cc 1, 2 agents:")).collect();
    let expected = ("warning".to_owned(), "right cc 1, 2 agents: answered 403".to_owned());
    assert_eq!(agents, [&expected]);
}

#[test]
fn longer_intervals_and_skipped_centres_are_findings() {
    let view = noted(|snapshot| {
        snapshot.centers[0].service_state.interval = Some(Duration::from_secs(12));
        let passed_over = ContactCenter { id: "7".into(), name: Some("Åre".into()) };
        snapshot.notes.passed_over = Arc::new([passed_over]);
    });
    let (report, page) = reported(view);
    let state = collector(&report, "service_state");
    assert_eq!(
        (&state["interval_seconds"], &state["configured_interval_seconds"]),
        (&json!(12.0), &json!(5.0))
    );
    assert_eq!(report["targets"][0]["passed_over"], json!([{"id": "7", "name": "Åre"}]));
    assert!(page.contains("12 s <strong>instead of 5 s</strong>"), "{page}");
    assert!(
        findings(&report)
            .iter()
            .any(|(severity, what)| severity == "note" && what.contains("7 (Åre)"))
    );
}

fn of_fields(change: impl FnOnce(&mut Vec<FieldUse>)) -> View {
    noted(|snapshot| {
        let mut fields = snapshot.fields.to_vec();
        change(&mut fields);
        snapshot.fields = fields.into();
    })
}

#[test]
fn unknown_words_need_one_known_value() {
    let with = |unknown_values| {
        of_fields(|fields| {
            fields.push(FieldUse {
                resource: Resource::AgentState,
                field: "state",
                form: "enum",
                unknown_values,
                unknown_words: vec!["Fika".into()],
                ..fields[0].clone()
            });
        })
    };
    let words = |report: &Value| report["targets"][0]["fields"][5]["unknown_words"].clone();
    let (some, page) = reported(with(2));
    assert_eq!(words(&some), json!(["Fika"]));
    assert!(
        page.contains("<code>Fika</code>")
            && findings(&some).iter().any(|(_, what)| what.contains("\"Fika\""))
    );
    let (all, page) = reported(with(3));
    assert_eq!(words(&all), json!([]), "it may hold anything, such as names");
    assert!(
        !page.contains("Fika")
            && findings(&all)
                .iter()
                .any(|(_, what)| what.contains("3 of 3 values of `state` not understood"))
    );
}

#[test]
fn rows_without_key_are_counted() {
    let with = |rows: u64| {
        of_fields(|fields| {
            let key = FieldUse { field: "id", rows_without: Some(rows), ..fields[0].clone() };
            fields.push(key);
        })
    };
    for (rows, what) in [
        (1, "rows services/state id: 1 row has no id, so it is left out of the counts"),
        (12, "rows services/state id: 12 rows have no id, so they are left out of the counts"),
    ] {
        let (some, page) = reported(with(rows));
        assert_eq!(some["targets"][0]["fields"][5]["rows_without"], json!(rows));
        assert!(findings(&some).iter().any(|(_, text)| text == what), "{:?}", findings(&some));
        assert!(page.contains(&format!("<strong>{rows}</strong>")));
    }
    let (none, _) = reported(with(0));
    assert_eq!(none["targets"][0]["fields"][5]["rows_without"], json!(0));
    assert_eq!(
        none["targets"][0]["fields"][0]["rows_without"],
        json!(null),
        "not a required field"
    );
    assert!(findings(&none).iter().all(|(_, text)| !text.starts_with("rows ")));
}

#[test]
fn hostile_names_are_escaped() {
    const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x>";
    let mut view = of_fields(|fields| {
        fields[0].member = Some(HOSTILE.into());
        fields[0].unknown_values = 1;
        fields[0].unknown_words = vec![HOSTILE.into()];
    });
    let published = Arc::make_mut(view.published.as_mut().expect("published"));
    let snapshot = Arc::make_mut(&mut published.snapshot);
    snapshot.notes.trouble = problem(HOSTILE, false);
    snapshot.notes.passed_over =
        Arc::new([ContactCenter { id: HOSTILE.into(), name: Some(HOSTILE.into()) }]);
    let center = &mut snapshot.centers[0];
    center.contact_center = ContactCenter { id: HOSTILE.into(), name: Some(HOSTILE.into()) };
    let service = Service { id: "s1".into(), name: Some(HOSTILE.into()), group_ids: vec![] };
    center.services = fixture::reading(1, vec![service], 300);
    for asked in [HOSTILE, "s1", "script"] {
        let (report, page) = report_at(vec![view.clone()], fixture::later(1), Some(asked));
        assert!(!page.contains("<script") && !page.contains("<img"), "{asked}: {page}");
        assert!(page.contains("&lt;script&gt;"), "{asked}");
        assert_eq!(
            report["targets"][0]["contact_centers"][0]["name"], HOSTILE,
            "JSON has its own quotes"
        );
    }
}

#[test]
fn no_person_case_or_secret_is_reported() {
    let (report, page) = report_at(vec![fixture::full()], fixture::later(3), Some("a1"));
    let json = report.to_string().replace("\"asked\":\"a1\"", "").replace("\\\"a1\\\"", "");
    for person in ["Åsa", "Bo", "Cy", "a2", "a3"] {
        for quoted in [format!("\"{person}\""), format!(">{person}<")] {
            assert!(!json.contains(&quoted) && !page.contains(&quoted), "{person}");
        }
    }
    assert!(!json.contains("\"a1\""), "{json}");
    assert_eq!(report["service"]["matches"], json!([]), "an agent is no service");
}

#[test]
fn report_size_is_independent_of_services() {
    let with = |services: usize| {
        let view = noted(|snapshot| {
            let id = |number: usize| format!("s{number}");
            let service =
                |n| Service { id: id(n).into(), name: Some("Växel".into()), group_ids: vec![] };
            let state = |n| ServiceStatus { id: id(n).into(), ..fixture::service_status() };
            let center = &mut snapshot.centers[0];
            center.services = fixture::reading(services, (0..services).map(service).collect(), 300);
            center.service_state =
                fixture::reading(services, (0..services).map(state).collect(), 5);
        });
        let (report, page) = report_at(vec![view], fixture::later(3), Some("växel"));
        let matches = report["service"]["matches"].as_array().map_or(0, Vec::len);
        (report.to_string().len(), page.len(), matches)
    };
    let (few, many) = (with(20), with(1000));
    assert_eq!((few.2, many.2), (20, 20));
    assert!(many.0 < few.0 + 200 && many.1 < few.1 + 200, "{few:?} {many:?}");
}

#[test]
fn accept_decides_between_json_and_html() {
    for (accept, json) in [
        (&[][..], false),
        (&["*/*"], false),
        (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], false),
        (&["application/json"], true),
        (&["application/json, */*;q=0.5"], true),
        (&["application/json;q=0.5, text/html"], false),
        (&["text/html;q=0.1", "Application/JSON"], true),
        (&["application/json;q=0"], false),
    ] {
        let mut headers = HeaderMap::new();
        for line in accept {
            headers.append(header::ACCEPT, HeaderValue::from_static(line));
        }
        assert_eq!(prefers_json(&joined(&headers, header::ACCEPT)), json, "{accept:?}");
    }
}

#[test]
fn one_target_is_reported_and_unknown_target_is_404() {
    let views = || vec![fixture::view("north", None), fixture::view("south", None)];
    let ask = |target: &str| {
        let asked = StatusQuery { target: Some(target.to_owned()), ..StatusQuery::default() };
        report(&present(views(), fixture::taken()), &asked)
    };
    let names: Vec<_> =
        ask("south").expect("known").targets.into_iter().map(|target| target.name).collect();
    assert_eq!(names, ["south"]);
    assert_eq!(
        ask("west").expect_err("unknown"),
        "404: there is no target \"west\"; known: north, south\n"
    );
}

#[test]
fn withheld_families_are_named() {
    let settings = Settings { max_series: 100, ..Settings::default() };
    let present = StatusView {
        settings: Arc::new(settings),
        ..present(vec![fixture::full()], fixture::taken())
    };
    let report = report(&present, &StatusQuery::default()).expect("no target was asked for");
    let families: Vec<_> =
        report.exporter.withheld.iter().map(|withheld| withheld.family.as_str()).collect();
    assert!(families.contains(&"trio_service_wait_seconds"), "{families:?}");
    assert!(page::page(&report, None).contains("Withheld because of the limit on series"));
    assert_eq!(report.findings[0].severity, crate::diagnosis::Severity::Broken);
}

#[test]
fn single_truncated_list_is_in_the_singular() {
    let view = fixture::with_totals(|totals| totals.flow.services[0].truncated = Some(true));
    let (report, page) = reported(view);
    let expected = "limit of cases cc 1: the list of cases is truncated for 1 service: s1 (Phone)";
    assert!(findings(&report).iter().any(|(_, what)| what == expected), "{:?}", findings(&report));
    assert!(page.contains("1 service: ") && !page.contains("1 services"), "{page}");
}
