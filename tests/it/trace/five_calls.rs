//! The five test calls of `docs/how-it-counts.md`, as an operator sees them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use wiremock::{Mock, Request, ResponseTemplate, matchers::path};

use super::Traced;
use crate::support::{HandWritten, Journal, still_clock, target};

/// A Trio whose lists of calls and of services a test changes.
pub(super) struct ChangingTrio {
    pub(super) trio: HandWritten,
    calls: Arc<Mutex<Value>>,
    states: Arc<Mutex<Value>>,
}

impl ChangingTrio {
    pub(super) async fn start() -> Self {
        let trio = HandWritten::start().await;
        trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
        let (calls, states) = <(Arc<Mutex<Value>>, Arc<Mutex<Value>>)>::default();
        *calls.lock().expect("not poisoned") = json!([]);
        *states.lock().expect("not poisoned") = json!([
            {"serviceId": 7, "serviceName": "Support"},
            {"serviceId": 8, "serviceName": "Second line"},
        ]);
        for (place, value) in [("services/calls", &calls), ("services/state", &states)] {
            let value = value.clone();
            let answer = move |_: &Request| {
                let body = json!({"data": *value.lock().expect("not poisoned")}).to_string();
                ResponseTemplate::new(200).set_body_raw(body, "application/json")
            };
            Mock::given(path(format!("/te/api/cc/1/{place}")))
                .respond_with(answer)
                .mount(&trio.server)
                .await;
        }
        Self { trio, calls, states }
    }

    /// From now on the list shows these: number, service, state.
    pub(super) fn calls(&self, rows: &[(u32, u32, &str)]) {
        let rows = rows.iter().map(|(id, service, state)| {
            json!({"jobNo": id, "sid": service, "state": state, "caseClass": "Voice", "agentId": 4711,
                   "agentName": "Anna Andersson", "callerNumber": "0701234567"})
        });
        *self.calls.lock().expect("not poisoned") = rows.collect();
    }

    pub(super) fn services(&self, states: Value) {
        *self.states.lock().expect("not poisoned") = states;
    }

    pub(super) fn traced(&self, services: &[&str], waits: bool) -> Traced {
        Traced::start(target(&self.trio.url()), still_clock(), services, waits)
    }
}

const Q: &str = "Queued";
const H: &str = "Handled";
/// Answered at once, answered after waiting, hung up at once, hung up after waiting, transferred.
const A: u32 = 880_011;
const B: u32 = 880_012;
const C: u32 = 880_013;
const D: u32 = 880_014;
const E: u32 = 880_015;

/// The lists, five seconds apart.
const LISTS: [&[(u32, u32, &str)]; 9] = [
    &[],
    &[(A, 7, H), (B, 7, Q), (C, 7, Q), (D, 7, Q), (E, 7, Q)],
    &[(A, 7, H), (B, 7, Q), (D, 7, Q), (E, 7, H)],
    &[(A, 7, H), (B, 7, Q), (D, 7, Q), (E, 8, Q)],
    &[(A, 7, H), (B, 7, H), (D, 7, Q), (E, 8, H)],
    &[(B, 7, H), (D, 7, Q), (E, 8, H)],
    &[(B, 7, H), (D, 7, Q), (E, 8, H)],
    &[(B, 7, H), (E, 8, H)],
    &[(B, 7, H), (E, 8, H)],
];

async fn traced() -> Traced {
    let changing = ChangingTrio::start().await;
    let mut traced = changing.traced(&[], false);
    for list in LISTS {
        changing.calls(list);
        traced.step().await.expect("a step");
    }
    traced
}

#[tokio::test]
async fn each_test_call_is_reported_as_documented() {
    let mut traced = traced().await;
    let summary: Vec<String> =
        traced.trace.tracer().summary().iter().map(ToString::to_string).collect();
    let svc = |at: &str, rest: &str| format!("09:00:{at}  svc 7 Support  voice  case …  {rest}");
    let there =
        |at: &str, rest: &str| format!("09:00:{at}  svc 8 Second line  voice  case …  {rest}");
    let offered = "offered: first seen in the list of 09:00:05, came 0.0–5.0 s before";
    assert_eq!(
        traced.text(),
        [
            "09:00:00  list services/calls of contact centre 1: read, 0 cases in it".to_owned(),
            "09:00:00  list services/cases of contact centre 1: cannot be read; the log says why"
                .to_owned(),
            svc("05", offered),
            svc("05", "answered between two lists, after 0.0–5.0 s (best 1.7): within 20 s: yes"),
            svc("05", offered),
            svc("05", offered),
            svc("05", offered),
            svc("05", offered),
            svc("10", "answered after 0.0–10.0 s (best 5.0): within 20 s: yes"),
            svc(
                "15",
                "passed on by its agent to service 8 Second line as voice: answered here, a new case there"
            ),
            there("15", "offered: first seen in the list of 09:00:15, came 0.0–5.0 s before"),
            svc(
                "15",
                "left unanswered after 0.0–10.0 s (best 5.0): counted as short (up to 5 s): maybe (50 %)"
            ),
            svc("20", "answered after 10.0–20.0 s (best 15.0): within 20 s: yes"),
            there("20", "answered after 0.0–10.0 s (best 5.0): within 20 s: yes"),
            svc("30", "finished: its agent has completed it"),
            svc(
                "40",
                "left unanswered after 25.0–35.0 s (best 30.0): counted as left beyond the target of 20 s"
            ),
        ]
    );
    assert_eq!(
        summary,
        [
            "09:00:40  svc 7 Support  voice  in all: offered 5, carried in 0; answered 3 (within the target 3.0), \
             left 2 (short 1, within the target 0, beyond 1), moved 0, unclassified 0, still waiting 0; \
             with an agent from the start 0, passed on 1",
            "09:00:40  svc 8 Second line  voice  in all: offered 1, carried in 0; answered 1 (within the target 1.0), \
             left 0 (short 0, within the target 0, beyond 0), moved 0, unclassified 0, still waiting 0",
        ]
    );
}

#[tokio::test]
async fn programs_get_the_same_facts() {
    let traced = traced().await;
    let answered = traced.events("answered");
    assert_eq!(answered.len(), 4);
    let mut line = answered[2].clone();
    let token = line["case"].take();
    assert_eq!(token.as_str().map(str::len), Some(8));
    let words = "answered after 10.0–20.0 s (best 15.0): within 20 s: yes";
    let expected = json!({
        "time": "2026-01-15T09:00:20+01:00", "event": "answered", "contact_center": "1", "service_id": "7",
        "service_name": "Support", "class": "voice", "case": null, "low_seconds": 10.0, "best_seconds": 15.0,
        "high_seconds": 20.0, "target_seconds": 20.0, "within": 1.0, "unseen": false, "trio_time": "none",
        "words": words,
    });
    assert_eq!(line, expected);
    let transferred = &traced.events("passed_on")[0];
    assert_eq!(
        (&transferred["to_service_id"], &transferred["to_class"]),
        (&json!("8"), &json!("voice"))
    );
    let offered = traced.events("offered");
    let same = |line: &&Value| line["case"] == transferred["case"];
    assert_eq!(
        offered.iter().filter(same).count(),
        2,
        "one case keeps one token through both services"
    );
}

#[tokio::test]
async fn no_line_or_log_names_case_agent_or_caller() {
    let journal = Journal::begin();
    let mut traced = traced().await;
    let summary = traced.trace.tracer().summary();
    let mut said: Vec<String> =
        traced.lines.iter().chain(&summary).map(|line| line.json().to_string()).collect();
    said.push(format!("{:?}", traced.trace));
    said.extend(traced.text());
    said.extend(journal.lines());
    assert!(said.iter().any(|line| line.contains("cannot be read")), "the log is heard");
    for planted in ["88001", "4711", "Anna", "Andersson", "0701234567"] {
        // The poller itself holds its readings; the lines about them do not.
        let lines = said.iter().filter(|line| !line.starts_with("Trace {"));
        assert_eq!(lines.filter(|line| line.contains(planted)).count(), 0, "{planted}: {said:#?}");
    }
}

#[tokio::test]
async fn awaited_service_is_traced_once_it_exists() {
    let changing = ChangingTrio::start().await;
    let mut traced = changing.traced(&["7", "New line"], true);
    changing.calls(&[(A, 7, Q)]);
    traced.steps(2).await;
    assert_eq!(traced.text()[0], "09:00:00  waiting for a service New line: there is none yet");
    changing.services(
        json!([{"serviceId": 7, "serviceName": "Support"}, {"serviceId": 9, "serviceName": "New line"}]),
    );
    changing.calls(&[(A, 7, Q), (B, 9, Q), (C, 8, Q)]);
    traced.steps(1).await;
    let offered = "svc 9 New line  voice  case …  offered: first seen in the list of 09:00:10, came 0.0–5.0 s before";
    assert_eq!(
        traced.text(),
        ["09:00:10  service New line exists now".to_owned(), format!("09:00:10  {offered}")]
    );
}

#[tokio::test]
async fn ambiguous_name_is_an_error_with_ids() {
    let changing = ChangingTrio::start().await;
    changing.services(
        json!([{"serviceId": 7, "serviceName": "Support"}, {"serviceId": 8, "serviceName": "support"}]),
    );
    let error = changing.traced(&["Support"], false).step().await.expect_err("which?").to_string();
    assert_eq!(
        error,
        "--service Support: several services have this name; give the id of one: 7 (contact centre 1), \
         8 (contact centre 1)"
    );
}

#[tokio::test]
async fn quiet_minute_is_reported() {
    let changing = ChangingTrio::start().await;
    let mut traced = changing.traced(&[], false);
    changing.calls(&[(A, 7, Q)]);
    traced.steps(1).await;
    traced.text();
    traced.steps(11).await;
    assert_eq!(traced.text(), Vec::<String>::new());
    traced.steps(13).await;
    let quiet = |at: &str| format!("{at}  nothing in 60 s: 12 lists read, 1 waiting");
    assert_eq!(traced.text(), [quiet("09:01:00"), quiet("09:02:00")]);
}

#[tokio::test]
async fn gap_between_lists_is_reported_with_unclassified_reason() {
    let changing = ChangingTrio::start().await;
    let mut traced = changing.traced(&[], false);
    traced.steps(1).await;
    changing.calls(&[(A, 7, Q), (B, 7, Q)]);
    traced.steps(1).await;
    traced.text();
    traced.clock.advance(Duration::from_secs(60));
    changing.calls(&[(A, 7, H), (C, 7, Q)]);
    traced.steps(1).await;
    let svc = |rest: &str| format!("09:01:10  svc 7 Support  voice  case …  {rest}");
    assert_eq!(
        traced.text(),
        [
            "09:01:10  list services/calls of contact centre 1: the list before is 65 s old, or a clock was set, \
             so what ended since then is unclassified"
                .to_owned(),
            svc("unclassified: it ended between lists that were too far apart (gap)"),
            svc("carried in: first seen after a gap between the lists; the begin of its wait is unknown, so its \
                 outcome will be unclassified"),
        ]
    );
}
