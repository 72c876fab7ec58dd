//! The simulated Trio speaks several dialects; the exporter shows the same in each, and names waits
//! that are read in the wrong unit.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    metrics::Identity,
    sim::{Charset, Dialect, Options},
    trio::Dictionary,
};

use crate::support::{Journal, Samples, Simulated, TestApp, config, still_clock};

/// Samples of the contact centre on one side only, or with another value on the other. Those about
/// the exporter itself differs with the dialect: bytes, durations, member names.
fn differences(one: &Samples, other: &Samples) -> Vec<(String, Option<String>, Option<String>)> {
    let about_us = [
        "process_",
        "trio_api_",
        "trio_clock_",
        "trio_server_",
        "trio_field_",
        "trio_unknown_",
        "trio_exporter_",
    ];
    let facts = |samples: &Samples| -> BTreeMap<String, String> {
        let ours = samples
            .all()
            .filter(|(series, _)| !about_us.iter().any(|prefix| series.starts_with(prefix)));
        ours.map(|(series, value)| (series.to_owned(), in_whole_seconds(series, value).to_string()))
            .collect()
    };
    let (one, other) = (facts(one), facts(other));
    assert!(one.len() > 100, "there is something to compare");
    let series: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differing = series.into_iter().filter(|series| one.get(*series) != other.get(*series));
    differing
        .map(|series| (series.clone(), one.get(series).cloned(), other.get(series).cloned()))
        .collect()
}

/// One dialect writes waits in milliseconds, the others cut them to whole seconds.
fn in_whole_seconds(series: &str, value: f64) -> f64 {
    let waits = ["trio_service_longest_wait_seconds{", "trio_service_estimated_wait_seconds{"];
    if waits.iter().any(|name| series.starts_with(name)) { value.floor() } else { value }
}

/// The exporter on a simulated Trio, after three steps; both pages of metrics.
async fn morning(dialect: Dialect, state_times: bool, mapped: bool) -> (Samples, Samples) {
    morning_in(Charset::Utf8, dialect, state_times, mapped).await
}

async fn morning_in(
    charset: Charset,
    dialect: Dialect,
    state_times: bool,
    mapped: bool,
) -> (Samples, Samples) {
    let clock = still_clock();
    let options = Options {
        charset,
        dialect,
        state_times,
        services: 13,
        agents: 37,
        contact_centers: 2,
        page_cap: 7,
        ..Options::default()
    };
    let trio = Simulated::start(options, clock.clone()).await;
    let mut app = TestApp::start_at(config(trio.target(mapped), Identity::Name), clock).await;
    for _ in 0..3 {
        app.step_after(5).await;
    }
    (app.metrics().await, app.agents().await)
}

#[tokio::test]
async fn every_dialect_gives_the_same_metrics_with_and_without_trios_own_times() {
    for state_times in [true, false] {
        let (main, agents) = morning(Dialect::English, state_times, true).await;
        assert_eq!(main.sum("trio_agents"), 37.0);
        assert_eq!(main.find("trio_service_open", &[]).len(), 13);
        assert_eq!(main.find("trio_agents_state_seconds_total", &[]).len(), 14);
        assert_eq!(agents.find("trio_agent_info", &[]).len(), 37);
        assert_eq!(agents.find("trio_agent_state_since_timestamp_seconds", &[]).len(), 37);
        assert!(main.sum("trio_service_queue_length") > 0.0, "somebody waits on a busy morning");
        assert_eq!(main.find("trio_service_skilled_agents", &[]).len(), 13 * 7);
        assert!(main.sum("trio_service_skilled_agents") >= 37.0, "everybody can do something");
        assert!(main.sum("trio_calls") > 0.0);
        assert_eq!(main.find("trio_resource_accessible", &[]).len(), 2 * 9 + 13);
        assert_eq!(main.find("trio_resource_items", &[]).len(), 2 * 9 + 13);
        assert_eq!(main.sum("trio_unknown_values"), 0.0);
        for dialect in [Dialect::Swedish, Dialect::Foreign, Dialect::Vendor] {
            let (other_main, other_agents) = morning(dialect, state_times, true).await;
            assert_eq!(differences(&main, &other_main), [], "{dialect:?}, times: {state_times}");
            assert_eq!(
                differences(&agents, &other_agents),
                [],
                "{dialect:?}, times: {state_times}"
            );
            assert_eq!(other_main.sum("trio_unknown_values"), 0.0, "{dialect:?}");
        }
    }
}

#[tokio::test]
async fn latin1_server_gives_same_metrics_in_every_dialect() {
    for dialect in Dialect::ALL {
        let (main, agents) = morning(dialect, true, true).await;
        let (latin1_main, latin1_agents) = morning_in(Charset::Latin1, dialect, true, true).await;
        assert_eq!(differences(&main, &latin1_main), [], "{dialect:?}");
        assert_eq!(differences(&agents, &latin1_agents), [], "{dialect:?}");
        let swedish = |samples: &Samples| samples.all().any(|(series, _)| series.contains('ö'));
        assert!(
            swedish(&latin1_main) && swedish(&latin1_agents),
            "{dialect:?}: letters that differ"
        );
    }
}

#[tokio::test]
async fn trio_times_are_used_or_reported_missing() {
    let since = [("resource", "agents/state"), ("field", "since")];
    let (main, agents) = morning(Dialect::English, true, true).await;
    assert_eq!(main.get("trio_field_present", &since), Some(1.0));
    let (main_without, agents_without) = morning(Dialect::English, false, true).await;
    assert_eq!(main_without.get("trio_field_present", &since), Some(0.0));
    let seconds = |samples: &Samples| {
        samples
            .find("trio_agent_state_since_timestamp_seconds", &[])
            .iter()
            .map(|(_, v)| *v)
            .fold(f64::INFINITY, f64::min)
    };
    assert!(seconds(&agents) < 1_768_464_000.0, "a state that began before the exporter did");
    assert!(seconds(&agents_without) >= 1_768_464_005.0, "known only since the first reading");
}

#[tokio::test]
async fn unmapped_dialect_hides_centre_data_and_warns_per_field() {
    let journal = Journal::begin();
    let (main, agents) = morning(Dialect::Foreign, true, false).await;

    assert_eq!(main.contact_center_families(), Vec::<&str>::new());
    assert_eq!(agents.contact_center_families(), Vec::<&str>::new());
    let missing: BTreeSet<&str> =
        main.find("trio_field_present", &[]).iter().map(|(series, _)| *series).collect();
    assert!(
        main.find("trio_field_present", &[]).iter().all(|(_, value)| *value == 0.0),
        "{missing:?}"
    );
    for resource in [
        "cc",
        "services",
        "services/state",
        "servicegroups",
        "agents",
        "agents/state",
        "agentgroups",
        "services/calls",
        "services/cases",
    ] {
        let id = [("resource", resource), ("field", "id")];
        assert_eq!(main.get("trio_field_present", &id), Some(0.0), "{resource}");
    }
    assert!(!main.has("trio_field_info"));
    let said = journal.lines();
    let about_fields = said.iter().filter(|line| line.contains("no member of the answer")).count();
    assert_eq!(about_fields, missing.len(), "one line for each field: {said:#?}");
}

/// The exporter after two steps on a simulated Trio that hides members until they are asked for.
async fn hidden(dialect: Dialect) -> (Samples, Samples, Samples) {
    let clock = still_clock();
    let options = Options { dialect, hide_members: true, page_cap: 7, ..Options::default() };
    let trio = Simulated::start(options, clock.clone()).await;
    let mut app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
    app.step().await;
    let first = app.metrics().await;
    app.step_after(5).await;
    app.step_after(5).await;
    (first, app.metrics().await, app.agents().await)
}

#[tokio::test]
async fn members_sent_on_request_are_found_in_every_dialect() {
    let estimate = [("resource", "services/state"), ("field", "estimated_wait")];
    for dialect in Dialect::ALL {
        let (first, later, agents) = hidden(dialect).await;
        assert_eq!(first.get("trio_field_present", &estimate), Some(0.0), "{dialect:?}");
        assert!(!first.has("trio_service_estimated_wait_seconds"), "{dialect:?}");
        assert_eq!(later.get("trio_field_present", &estimate), Some(1.0), "{dialect:?}");
        assert_eq!(later.find("trio_service_estimated_wait_seconds", &[]).len(), 8, "{dialect:?}");
        let since = agents.find("trio_agent_state_since_timestamp_seconds", &[]);
        assert!(since.iter().any(|(_, at)| *at < 1_768_464_000.0), "{dialect:?}: Trio's own times");
        assert_eq!(later.find("trio_field_info", &estimate).len(), 1, "{dialect:?}");
    }
}

/// Series that a simulated Trio without changes of its configuration shows all the time.
fn lasting_series(samples: &Samples) -> BTreeSet<String> {
    let lasting = [
        "trio_contact_center_info",
        "trio_service_info",
        "trio_service_group_info",
        "trio_service_group_member",
        "trio_service_open",
        "trio_service_estimated_wait_seconds",
        "trio_service_agents_logged_on",
        "trio_service_agents_available",
        "trio_service_agents_busy",
        "trio_service_skilled_agents",
        "trio_agents",
        "trio_agent_group_agents",
        "trio_calls",
        "trio_field_info",
    ];
    let of = |family: &&str| samples.find(family, &[]).into_iter().map(|(it, _)| it.to_owned());
    lasting.iter().flat_map(|family| of(family).collect::<Vec<_>>()).collect()
}

#[tokio::test]
async fn no_sample_is_missing_over_ten_renewals() {
    for dialect in Dialect::ALL {
        let clock = still_clock();
        let options = Options { dialect, hide_members: true, ..Options::default() };
        let trio = Simulated::start(options, clock.clone()).await;
        let mut app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
        for _ in 0..3 {
            app.step_after(5).await;
        }
        let known = lasting_series(&app.metrics().await);
        assert!(known.len() > 60, "{dialect:?}: {known:#?}");
        for renewal in 1..=10 {
            // The last step before the token expires, and those after it.
            for pause in [3540, 5, 5, 50] {
                app.step_after(pause).await;
                let metrics = app.metrics().await;
                let shown = |family: &str| metrics.find(family, &[]).len();
                let message = format!("{dialect:?}, renewal {renewal}, {pause} s");
                assert_eq!(shown("trio_service_estimated_wait_seconds"), 8, "{message}");
                assert_eq!(shown("trio_service_queue_length"), 8, "{message}");
                let lost: Vec<_> = known.difference(&lasting_series(&metrics)).cloned().collect();
                assert_eq!(lost, Vec::<String>::new(), "{message}");
                let since = [("resource", "agents/state"), ("field", "since")];
                let present = metrics.get("trio_field_present", &since);
                assert_eq!(present, Some(1.0), "{message}");
            }
        }
        let renewals = app.metrics().await.get("trio_auth_refreshes_total", &[]);
        assert!(renewals.is_some_and(|renewals| renewals >= 10.0), "{dialect:?}: {renewals:?}");
    }
}

/// The exporter after ten minutes on a Trio that writes milliseconds, with this change of its
/// fields file.
async fn ten_minutes(change: fn(String) -> String) -> (TestApp, Value) {
    let clock = still_clock();
    let trio = Simulated::start(
        Options { dialect: Dialect::Foreign, ..Options::default() },
        clock.clone(),
    )
    .await;
    let mut target = trio.target(true);
    let fields = change(Dialect::Foreign.fields_file());
    target.dictionary =
        Arc::new(Dictionary::with_user_file("foreign.yml", &fields).expect("valid"));
    let mut app = TestApp::start_at(config(target, Identity::None), clock).await;
    for _ in 0..120 {
        app.step_after(5).await;
    }
    let status = serde_json::from_str(&app.get("/status.json").await).expect("JSON");
    (app, status)
}

/// The findings that speak of a factor.
fn findings(status: &Value) -> Vec<&Value> {
    let all = status["findings"].as_array().expect("a list").iter();
    all.filter(|finding| {
        finding["what"].as_str().is_some_and(|what| what.contains("times the age"))
    })
    .collect()
}

#[tokio::test]
async fn milliseconds_read_as_seconds_are_reported_once() {
    let journal = Journal::begin();
    let (app, status) = ten_minutes(|fields| fields.replace(", form: milliseconds", "")).await;
    let found = findings(&status);
    let longest = found.iter().find(|finding| {
        finding["what"].as_str().is_some_and(|what| {
            what.starts_with("waits: services/state.longest_wait is about 1000")
        })
    });
    let longest = longest.unwrap_or_else(|| panic!("{status:#}"));
    assert_eq!(longest["severity"], "warning");
    let line = "services/state: {longest_wait: {form: milliseconds}}";
    assert_eq!(longest["remedy"], format!("write into the fields_file: `{line}`"));
    let fields = status["targets"][0]["fields"].as_array().expect("a list");
    let field =
        fields.iter().find(|f| f["resource"] == "services/state" && f["field"] == "longest_wait");
    let expected = json!({"factor": "1000", "likely_form": "milliseconds", "fields_file": line});
    assert_eq!(field.expect("a field")["wait_mismatch"], expected);
    assert!(
        app.metrics().await.sum("trio_service_longest_wait_seconds") > 0.0,
        "nothing is withheld"
    );
    let lines = journal.lines();
    let about: Vec<&String> =
        lines.iter().filter(|line| line.contains("constant factor")).collect();
    assert_eq!(about.len(), found.len(), "one line for each field: {about:#?}");
    assert!(about.iter().any(|logged| logged.contains(line)), "{about:#?}");
}

#[tokio::test]
async fn right_units_are_not_reported() {
    let (_app, status) = ten_minutes(|fields| fields).await;
    assert_eq!(findings(&status), Vec::<&Value>::new());
}
