//! `check` and the mapping: fields that may be read but are not understood, and fields without
//! evidence.

use serde_json::json;
use trio_exporter::{
    model::{Clock, Collector},
    poller::Settings,
    sim::{Dialect, Options},
    tools::check::{Level, Report},
};
use wiremock::ResponseTemplate;

use super::{assert_finding, examined, examined_at, examined_with, failures, finding};
use crate::{
    process::{ended, run},
    support::{HandWritten, Simulated, still_clock, target},
};

const SERVICES: &str = r#"{"data":[{"serviceId":1,"open":true,"queueLength":0}]}"#;
const AGENTS: &str =
    r#"{"data":[{"agentId":1,"state":"Busy","stateSince":"2026-01-15T07:50:00Z"}]}"#;

/// A Trio with one service and one agent, whose answer for `resource` is this one.
async fn answering(resource: &str, response: ResponseTemplate) -> HandWritten {
    let trio = HandWritten::start().await;
    trio.answer("", r#"{"data":{}}"#).await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    trio.respond(&format!("cc/1/{resource}"), response).await;
    for (other, body) in [("services/state", SERVICES), ("agents/state", AGENTS)] {
        if other != resource {
            trio.answer(&format!("cc/1/{other}"), body).await;
        }
    }
    trio
}

fn body(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text, "application/json")
}

/// The report of a Trio of which only states of services and agents are read.
async fn core_only(trio: &HandWritten, off: &[Collector]) -> Report {
    let core = [Collector::ServiceState, Collector::AgentState];
    let settings = Settings::default();
    let is_read = |collector: &Collector| core.contains(collector) && !off.contains(collector);
    let intervals = Collector::ALL
        .map(|collector| is_read(&collector).then(|| settings.interval(collector)).flatten());
    examined_with(target(&trio.url()), still_clock(), intervals).await
}

#[tokio::test]
async fn states_that_cannot_be_exported_fail() {
    for resource in ["services/state", "agents/state"] {
        let right = format!("right cc 1 {resource}");
        let mapping = format!("mapping {resource}");
        let no_fact =
            json!({"data": [{"serviceId": 1, "agentId": 1, "name": "Växel", "läget": "x"}]})
                .to_string();
        for (response, subject, words) in [
            (ResponseTemplate::new(403), &right, "answered 403; grant the API user the right"),
            (ResponseTemplate::new(404), &right, "answered 404; if this Trio does not have it"),
            (body("<html>"), &right, "not what the API describes"),
            (
                body(r#"{"data":[{"state":"Busy","open":true}]}"#),
                &right,
                "no member that the field dictionary",
            ),
            (body(&no_fact), &mapping, "nothing of it can be exported"),
        ] {
            let trio = answering(resource, response).await;
            let report = core_only(&trio, &[]).await;
            assert_eq!(failures(&report), [subject.as_str()], "{report}");
            assert_finding(&report, subject, Level::Fail, words);
        }
    }
}

#[tokio::test]
async fn states_without_rows_are_unknown() {
    for resource in ["services/state", "agents/state"] {
        let trio = answering(resource, body(r#"{"data":[]}"#)).await;
        let report = core_only(&trio, &[]).await;
        assert_eq!(failures(&report), Vec::<&str>::new(), "{report}");
        assert_finding(
            &report,
            &format!("right cc 1 {resource}"),
            Level::Unknown,
            "readable, 0 items",
        );
        assert_finding(
            &report,
            &format!("mapping {resource}"),
            Level::Unknown,
            "cannot be determined: the answer has no row",
        );
    }
}

#[tokio::test]
async fn collectors_switched_off_are_not_judged() {
    for (resource, collector) in
        [("services/state", Collector::ServiceState), ("agents/state", Collector::AgentState)]
    {
        let trio = answering(resource, ResponseTemplate::new(403)).await;
        let report = core_only(&trio, &[collector]).await;
        assert_eq!(failures(&report), Vec::<&str>::new(), "{report}");
        let is_said = |part: &str| report.to_string().contains(part);
        assert!(!is_said(resource), "{report}");
        for part in ["limit of cases", "test, waits"] {
            assert!(!is_said(part), "the lists of cases are off: {report}");
        }
    }
}

#[tokio::test]
async fn a_healthy_server_is_understood_in_every_dialect() {
    for dialect in Dialect::ALL {
        for hide in [false, true] {
            let options = Options { dialect, hide_members: hide, ..Options::default() };
            let trio = Simulated::start(options, Clock::system()).await;
            let report = examined(trio.target(true)).await;
            assert_eq!(failures(&report), Vec::<&str>::new(), "{dialect:?}: {report}");
            assert_eq!(report.count(Level::Check), 0, "{dialect:?}: {report}");
            assert_finding(&report, "mapping services/state", Level::Ok, "9 of 9 fields");
            assert_finding(&report, "mapping agents/state", Level::Ok, " fields");
        }
    }
}

#[tokio::test]
async fn states_whose_words_are_all_unknown_are_counted() {
    let trio = HandWritten::start().await;
    trio.answer("", r#"{"data":{}}"#).await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    trio.answer("cc/1/services/state", SERVICES).await;
    let agent =
        |id: u32| json!({"agentId": id, "state": "Fika", "stateSince": "2026-01-15T07:50:00Z"});
    let agents = json!({"data": (1..=40).map(agent).collect::<Vec<_>>()}).to_string();
    trio.answer("cc/1/agents/state", agents).await;
    let report = core_only(&trio, &[]).await;
    assert_eq!(failures(&report), Vec::<&str>::new(), "{report}");
    let words = "40 of 40 values of `state` not understood";
    assert_finding(&report, "mapping agents/state", Level::Check, words);
    assert!(!report.to_string().contains("Fika"), "it may be a name: {report}");
}

#[tokio::test]
async fn unknown_finding_is_never_ok() {
    // Nothing but the states can be read: no date, no time, no case.
    let trio = answering("services/state", body(SERVICES)).await;
    for report in [examined(target(&trio.url())).await, core_only(&trio, &[]).await] {
        let cannot_be_told = |text: &str| text.contains("cannot be") || text.contains("left out");
        for finding in report.lines.iter().filter(|finding| cannot_be_told(&finding.seen)) {
            assert_ne!(finding.level, Level::Ok, "{finding}");
        }
    }
}

/// A Trio where one call has waited for five minutes, and states this as its longest wait and its
/// wait.
async fn waiting(longest: &str, wait: &str) -> Report {
    let trio = HandWritten::start().await;
    let state = format!(
        r#"{{"data":[{{"serviceId":1,"open":true,"queueLength":1,"longestWaitTime":{longest}}}]}}"#
    );
    trio.answer("", r#"{"data":{}}"#).await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    trio.answer("cc/1/services/state", state).await;
    trio.answer("cc/1/agents/state", AGENTS).await;
    let call = format!(
        r#"{{"data":[{{"jobNo":7,"serviceId":1,"state":"queued","created":"2026-01-15T07:55:00Z","waitTime":{wait}}}]}}"#
    );
    trio.answer("cc/1/services/calls", call).await;
    examined_at(target(&trio.url()), still_clock()).await
}

#[tokio::test]
async fn waits_in_another_unit_are_suspected_in_one_reading() {
    let report = waiting("300000", "300").await;
    let finding = finding(&report, "waits");
    assert_eq!(finding.level, Level::Check, "{finding}");
    let words = "services/state.longest_wait is about 1000 times the age of the waiting cases in \
                 the lists: probably milliseconds read as seconds; write into the fields_file: \
                 `services/state: {longest_wait: {form: milliseconds}}`";
    assert!(finding.to_string().contains(words), "{finding}");
    let report = waiting("300", "5").await;
    assert_finding(&report, "waits", Level::Check, "`services/calls: {waited: {form: minutes}}`");
    assert_finding(&waiting("300", "300").await, "waits", Level::Ok, "in this reading 2 agree");
    assert_finding(
        &waiting("0", "0").await,
        "waits",
        Level::Unknown,
        "cannot be determined in this reading",
    );
    assert_finding(
        &waiting("30", "3000").await,
        "waits",
        Level::Unknown,
        "2 do not, by no known factor",
    );
}

/// The exit code and the output of the command on a simulated Trio that refuses this.
async fn command(forbidden: &[&str]) -> (Option<i32>, String) {
    let forbidden = forbidden.iter().map(|resource| (*resource).to_owned()).collect();
    let trio = Simulated::start(Options { forbidden, ..Options::default() }, Clock::system()).await;
    let (code, out, _) = ended(&run(trio.command(&["check"])).await);
    (code, out)
}

#[tokio::test]
async fn the_exit_code_is_1_without_states() {
    for (forbidden, code) in [("services/state", 1), ("agents/state", 1), ("services/calls", 0)] {
        let (exit, out) = command(&[forbidden]).await;
        assert_eq!(exit, Some(code), "{out}");
        let begin = if code == 1 { "FAIL " } else { "CHECK" };
        let line = format!("{begin}  trio, right cc 1 {forbidden}: answered 403");
        assert!(out.contains(&line), "{line}: {out}");
    }
}
