//! Comparison of published values with the simulated world, which a second simulator of the same
//! seed shows in the dialect that needs no mapping.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use trio_exporter::sim::{Dialect, InProcess, Naming, Options};

use super::{Mapping, label};
use crate::support::{Samples, still_clock};

/// Numbers of a service: family, field, member of the English dialect.
const SERVICE_NUMBERS: [(&str, &str, &str); 7] = [
    ("trio_service_open", "open", "open"),
    ("trio_service_queue_length", "queue_length", "queueLength"),
    ("trio_service_longest_wait_seconds", "longest_wait", "longestWaitTime"),
    ("trio_service_estimated_wait_seconds", "estimated_wait", "estimatedWaitTime"),
    ("trio_service_agents_logged_on", "agents_logged_on", "agentsLoggedOn"),
    ("trio_service_agents_available", "agents_available", "agentsAvailable"),
    ("trio_service_agents_busy", "agents_busy", "agentsBusy"),
];

/// Rows of a list of the world.
fn rows(world: &mut InProcess, list: &str) -> Vec<Value> {
    let body = world.read(&format!("cc/1/{list}")).expect("a list");
    let mut body: Value = serde_json::from_slice(&body).expect("JSON");
    serde_json::from_value(body["data"].take()).expect("rows")
}

fn number(value: &Value) -> f64 {
    value.as_bool().map(|flag| f64::from(u8::from(flag))).or(value.as_f64()).expect("a number")
}

/// Asserts that every published value of a mapped field is the world's, some seconds after the
/// start.
#[track_caller]
pub(super) fn assert_agrees(options: &Options, published: &Mapping, metrics: &Samples, after: u64) {
    let plain = Options { dialect: Dialect::English, naming: Naming::Own, ..options.clone() };
    let mut world = InProcess::new(plain, still_clock().now().wall);
    world.step(Duration::from_secs(after));
    let has = |resource: &str, field: &str| {
        published.contains_key(&(resource.to_owned(), field.to_owned()))
    };
    let about = format!("{:?}, {:?}, {:?}", options.dialect, options.naming, options.help);
    let states = rows(&mut world, "services/state");
    if has("services/state", "id") {
        let shown = metrics.find("trio_service_info", &[]);
        assert_eq!(shown.len(), states.len(), "{about}: services");
    }
    for (family, _, member) in SERVICE_NUMBERS
        .into_iter()
        .filter(|(_, field, _)| has("services/state", "id") && has("services/state", field))
    {
        for service in &states {
            let id = service["serviceId"].to_string();
            let shown = metrics.get(family, &[("service_id", &id)]);
            let expected = number(&service[member]);
            // One dialect writes milliseconds, the others whole seconds.
            assert_eq!(shown.map(f64::floor), Some(expected), "{about}: {family} of {id}");
        }
    }
    if has("services", "id") && has("services", "name") {
        for service in rows(&mut world, "services") {
            let id = service["serviceId"].to_string();
            let found = metrics.find("trio_service_info", &[("service_id", &id)]);
            for (series, _) in found {
                let name = label(series, "service_name");
                assert_eq!(name.as_deref(), service["serviceName"].as_str(), "{about}");
            }
        }
    }
    let agents = rows(&mut world, "agents/state");
    assert_states(
        metrics,
        "trio_agents",
        &agents,
        |word| match word {
            "LoggedOut" => "logged_out",
            "Available" => "available",
            "Offered" => "reserved",
            "Busy" => "busy",
            "WrapUp" => "wrap_up",
            _ => "paused",
        },
        &about,
    );
    let calls = rows(&mut world, "services/calls");
    assert_states(
        metrics,
        "trio_calls",
        &calls,
        |word| match word {
            "Queued" => "queued",
            "Offered" => "offered",
            _ => "handled",
        },
        &about,
    );
}

/// Asserts that each state has the world's number, or none of them where its word is not mapped,
/// and that all add up.
#[track_caller]
fn assert_states(
    metrics: &Samples,
    family: &str,
    rows: &[Value],
    state: impl Fn(&str) -> &'static str,
    about: &str,
) {
    if !metrics.has(family) {
        return;
    }
    let mut expected: BTreeMap<&str, f64> = BTreeMap::new();
    for row in rows {
        *expected.entry(state(row["state"].as_str().expect("a word"))).or_default() += 1.0;
    }
    for (series, shown) in metrics.find(family, &[]) {
        let state = label(series, "state").expect("a state");
        let truth = expected.get(&*state).copied().unwrap_or_default();
        let is_right = state == "unknown" || shown == truth || shown == 0.0;
        assert!(is_right, "{about}: {series} is {shown}, in truth {truth}");
    }
    assert_eq!(metrics.sum(family), rows.len() as f64, "{about}: {family}");
}
