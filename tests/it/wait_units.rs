//! Waits that are read in the wrong unit, over a simulated Trio: `/status` and one log line name
//! them.

use std::sync::{Arc, Mutex};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt;
use trio_exporter::{
    metrics::Identity,
    sim::{Dialect, Options},
    trio::Dictionary,
};

use crate::support::{LogLines, Simulated, TestApp, config, still_clock};

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
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let subscriber = tracing_subscriber::registry().with(LogLines(lines.clone()));
    let _guard = tracing::subscriber::set_default(subscriber);
    let (app, status) = ten_minutes(|fields| fields.replace(", form: milliseconds", "")).await;
    let found = findings(&status);
    let longest = found.iter().find(|finding| {
        finding["what"]
            .as_str()
            .is_some_and(|what| what.starts_with("services/state.longest_wait is about 1000"))
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
    let lines = lines.lock().expect("not poisoned");
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
