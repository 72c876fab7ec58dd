//! Answers of a large Trio, and the least work of reading them: serde_json into bare structs.

use serde::Deserialize;

pub(crate) const AGENTS: usize = 10_000;
pub(crate) const SERVICES: usize = 1_000;

const STATES: [&str; 6] = ["Logged out", "Available", "Ringing", "Busy", "Wrap-up", "Paused"];

/// Body of `agents/state`.
pub(crate) fn agent_states() -> Vec<u8> {
    let row = |n: usize| {
        format!(
            r#"{{"agentId":{},"firstName":"Åsa","lastName":"Lindström {n}","state":"{}","stateSince":"2026-01-15T08:{:02}:{:02}Z"}}"#,
            100_000 + n,
            STATES[n % STATES.len()],
            n / 60 % 60,
            n % 60
        )
    };
    envelope((0..AGENTS).map(row))
}

/// Body of `services/state`.
pub(crate) fn service_states() -> Vec<u8> {
    let row = |n: usize| {
        format!(
            r#"{{"serviceId":{n},"serviceName":"Kundtjänst {n}","open":{},"queueLength":{},"longestWaitTime":{n},"estimatedWaitTime":30,"agentsLoggedOn":{},"agentsAvailable":{},"agentsBusy":{}}}"#,
            !n.is_multiple_of(7),
            n % 13,
            n % 40,
            n % 5,
            n % 20
        )
    };
    envelope((0..SERVICES).map(row))
}

fn envelope(rows: impl Iterator<Item = String>) -> Vec<u8> {
    let rows: Vec<String> = rows.collect();
    let links = r#"[{"rel":"self","href":"http://trio.example/te/api/cc/1"}]"#;
    format!(r#"{{"links":{links},"data":[{}]}}"#, rows.join(",")).into_bytes()
}

/// Bare struct of a list.
#[derive(Deserialize)]
pub(crate) struct Bare<T> {
    pub(crate) data: Vec<T>,
}

/// Bare struct of an agent's state.
#[allow(dead_code, reason = "reading it is the work")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BareAgent {
    agent_id: u64,
    first_name: String,
    last_name: String,
    state: String,
    state_since: String,
}

/// Bare struct of a service's state.
#[allow(dead_code, reason = "reading it is the work")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BareService {
    service_id: u64,
    service_name: String,
    open: bool,
    queue_length: f64,
    longest_wait_time: f64,
    estimated_wait_time: f64,
    agents_logged_on: f64,
    agents_available: f64,
    agents_busy: f64,
}
