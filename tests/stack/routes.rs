//! Receivers of each alert, and their times: our routes in a real Alertmanager.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    alertmanager::{Alertmanager, REMEDY},
    notifier::Notifier,
    process::{PATIENCE, until},
    shipped::{self, Hours},
};

pub(crate) fn amtool(arguments: &[&str]) -> Result<String, String> {
    let amtool = Command::new("amtool").args(arguments).output();
    let amtool = amtool.unwrap_or_else(|error| panic!("cannot start amtool: {error}; {REMEDY}"));
    let said = String::from_utf8_lossy(&amtool.stdout) + String::from_utf8_lossy(&amtool.stderr);
    if amtool.status.success() { Ok(said.into_owned()) } else { Err(said.into_owned()) }
}

#[test]
fn amtool_finds_no_fault_with_the_configuration() {
    for name in ["alertmanager.yml", "alertmanager-mail.yml"] {
        amtool(&["check-config", &shipped::path(&format!("alertmanager/{name}"))]).unwrap();
    }
}

#[test]
fn every_alert_goes_to_those_who_can_do_something() {
    let config = format!("--config.file={}", shipped::path("alertmanager/alertmanager.yml"));
    for (labels, receivers) in [
        ("audience=supervisor severity=critical contact_center=1", "supervisors,quiet"),
        ("audience=supervisor severity=warning contact_center=1", "supervisors,quiet"),
        ("audience=supervisor severity=info contact_center=1", "quiet,quiet"),
        ("audience=supervisor severity=critical contact_center=2", "supervisors-2,quiet"),
        ("audience=both severity=warning contact_center=1", "supervisors,ops"),
        ("audience=both severity=warning contact_center=2", "supervisors-2,ops"),
        ("audience=both severity=info contact_center=1", "quiet,quiet"),
        ("audience=ops severity=critical", "on-call"),
        ("audience=ops severity=warning", "ops"),
        ("audience=ops severity=info", "quiet"),
        // A state that is not known is for operators the same day, a time that cannot be read is
        // not.
        (
            "alertname=TrioUnknownValues audience=ops severity=warning field=state target=main",
            "ops",
        ),
        (
            "alertname=TrioUnknownValues audience=ops severity=warning service_id=11 contact_center=1",
            "ops",
        ),
        ("alertname=TrioUnknownValues audience=ops severity=info field=since target=main", "quiet"),
        ("alertname=Other severity=critical", "ops"),
    ] {
        let verify = format!("--verify.receivers={receivers}");
        let mut arguments = vec!["config", "routes", "test", &config, &verify];
        arguments.extend(labels.split(' '));
        amtool(&arguments).unwrap_or_else(|said| panic!("{labels}: {said}"));
    }
}

#[test]
fn amtool_does_find_faults_with_routes() {
    let config = format!("--config.file={}", shipped::path("alertmanager/alertmanager.yml"));
    let said =
        amtool(&["config", "routes", "test", &config, "--verify.receivers=quiet", "audience=ops"]);
    assert!(said.is_err(), "{said:?}");
}

fn alert(name: &str, audience: &str, severity: &str, target: &str) -> Value {
    json!({"labels": {
        "alertname": name, "audience": audience, "severity": severity, "target": target, "job": "trio",
        "instance": "a", "contact_center": "1",
    }})
}

#[tokio::test]
async fn supervisors_are_notified_in_hours_and_operators_always() {
    for hours in [Hours::Open, Hours::Closed] {
        let notifier = Notifier::start().await;
        let alertmanager = Alertmanager::telling(&notifier.address, hours).await;
        alertmanager
            .receive(&json!([alert("TrioLongWait", "supervisor", "critical", "main")]))
            .await;
        let mut elsewhere = alert("TrioLongWait", "supervisor", "critical", "main");
        elsewhere["labels"]["contact_center"] = json!("2");
        alertmanager.receive(&json!([elsewhere])).await;
        alertmanager
            .receive(&json!([alert("TrioUnmeasuredHigh", "both", "warning", "main")]))
            .await;
        // Each group waits as long as the others, so an earlier notification has arrived.
        until("operators to be notified", PATIENCE, async || {
            notifier.notification("ops", "TrioUnmeasuredHigh", "firing", |_| true)
        })
        .await;
        alertmanager.receive(&json!([alert("TrioUnreachable", "ops", "critical", "other")])).await;
        until("on-call to be notified", PATIENCE, async || {
            notifier.notification("on-call", "TrioUnreachable", "firing", |_| true)
        })
        .await;
        for (whom, name) in [
            ("supervisors", "TrioLongWait"),
            ("supervisors", "TrioUnmeasuredHigh"),
            ("supervisors-2", "TrioLongWait"),
        ] {
            let sent = notifier.notification(whom, name, "firing", |_| true);
            assert_eq!(sent.is_ok(), hours == Hours::Open, "{hours:?}: {sent:?}");
        }
    }
}

#[tokio::test]
async fn what_is_known_to_be_old_is_no_news_and_that_of_another_trio_is() {
    let notifier = Notifier::start().await;
    let alertmanager = Alertmanager::telling(&notifier.address, Hours::Open).await;
    alertmanager.receive(&json!([alert("TrioUnreachable", "ops", "critical", "main")])).await;
    until("on-call to be notified", PATIENCE, async || {
        notifier.notification("on-call", "TrioUnreachable", "firing", |_| true)
    })
    .await;
    let waits =
        ["main", "other"].map(|target| alert("TrioLongWait", "supervisor", "critical", target));
    alertmanager.receive(&json!(waits)).await;
    let sent = until("supervisors to be notified", PATIENCE, async || {
        notifier.notification("supervisors", "TrioLongWait", "firing", |_| true)
    })
    .await;
    assert_eq!(sent.labels["target"], "other");
    assert_eq!(alertmanager.inhibitors("TrioLongWait", "main").await.unwrap(), ["TrioUnreachable"]);
    alertmanager.receive(&json!([alert("TrioDataStale", "ops", "warning", "other")])).await;
    alertmanager
        .receive(&json!([alert("TrioBelowMinimum", "supervisor", "warning", "other")]))
        .await;
    until("stale data to silence what follows", PATIENCE, async || {
        let by = alertmanager.inhibitors("TrioBelowMinimum", "other").await?;
        if by == ["TrioDataStale"] { Ok(()) } else { Err(format!("{by:?}")) }
    })
    .await;
}
