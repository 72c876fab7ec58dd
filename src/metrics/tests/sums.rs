//! For each label that divides a whole, the samples over all its values add up to the whole that
//! HELP names.

use std::collections::BTreeMap;

use super::{
    both_pages,
    contract::{Kind, rows},
    fixture,
    parsed::Family,
    samples, value,
};

/// Computes the whole from the other families.
type Whole = fn(&[Family]) -> f64;
/// Each family with part labels: the labels to sum over, and the whole.
const WHOLES: &[(&str, &[&str], Whole)] = &[
    ("trio_agents", &["state"], |_| 3.0),
    ("trio_agent_group_agents", &["state"], |_| 3.0),
    ("trio_agents_state_seconds_total", &["state"], |families| {
        300.0 - value(families, "trio_agents_unmeasured_seconds_total").expect("there")
    }),
    ("trio_agent_group_state_seconds_total", &["state"], |_| 280.0),
    ("trio_agent_state_changes_total", &["from", "to"], |_| 7.0),
    ("trio_agents_over_limit", &["state"], |_| 1.0),
    ("trio_agents_paused", &["reason"], |families| {
        let agents = samples(families, "trio_agents").iter();
        agents.filter(|sample| sample.label("state") == "paused").map(|sample| sample.value).sum()
    }),
    ("trio_agent_pause_reason_seconds_total", &["reason"], |_| 42.5),
    ("trio_agent_state", &["state", "agent_id"], |families| {
        samples(families, "trio_agent_info").len() as f64
    }),
    ("trio_agent_state_seconds_total", &["state", "agent_id"], |families| {
        samples(families, "trio_agents_state_seconds_total").iter().map(|sample| sample.value).sum()
    }),
    ("trio_service_skilled_agents", &["state"], |_| 2.0),
    ("trio_calls", &["state"], |_| 3.0),
    ("trio_service_cases", &["state"], |_| 3.0),
    ("trio_service_cases_left_total", &["age"], |_| 3.0),
    ("trio_service_cases_unclassified_total", &["reason"], |_| 1.0),
    ("trio_service_unmeasured_seconds_total", &["reason"], |_| 10.0),
    ("trio_series_dropped", &["family"], |_| 0.0),
    ("trio_api_requests_total", &["resource", "code"], |families| {
        let durations = samples(families, "trio_api_request_duration_seconds").iter();
        durations.filter(|sample| sample.name.ends_with("_count")).map(|sample| sample.value).sum()
    }),
    ("trio_api_request_duration_seconds", &["resource"], |_| 9.0),
    ("trio_api_response_bytes_total", &["resource"], |_| 8000.0),
    ("trio_auth_failures_total", &["reason"], |_| 3.0),
    ("trio_api_retries_total", &["reason"], |_| 1.0),
];

#[test]
fn parts_add_up_to_their_whole() {
    let families = both_pages(&fixture::full(), fixture::taken());
    for (name, parts, whole) in WHOLES {
        let mut sums = BTreeMap::new();
        let counted = samples(&families, name).iter();
        for sample in counted
            .filter(|sample| !sample.name.ends_with("_bucket") && !sample.name.ends_with("_sum"))
        {
            *sums.entry(sample.key_without(parts)).or_insert(0.0) += sample.value;
        }
        assert!(!sums.is_empty(), "{name} is absent");
        for (key, sum) in sums {
            let whole = whole(&families);
            assert!((sum - whole).abs() < 1e-9, "{name} {key:?}: {sum} instead of {whole}");
        }
    }
}

#[test]
fn each_agent_has_exactly_one_state() {
    let families = both_pages(&fixture::full(), fixture::taken());
    let mut by_agent = BTreeMap::new();
    for sample in samples(&families, "trio_agent_state") {
        *by_agent.entry(sample.label("agent_id").to_owned()).or_insert(0.0) += sample.value;
    }
    assert_eq!(by_agent.into_values().collect::<Vec<_>>(), [1.0, 1.0, 1.0]);
}

#[test]
fn each_part_of_the_contract_is_summed() {
    for row in rows() {
        let parts: Vec<_> = row.labels.iter().filter(|(_, kind)| *kind == Kind::Part).collect();
        let checked = WHOLES
            .iter()
            .find(|(name, _, _)| *name == row.name)
            .map_or(&[][..], |(_, parts, _)| parts);
        for (part, _) in parts {
            assert!(checked.contains(part), "no sum over {part} of {}", row.name);
        }
    }
}

#[test]
fn histogram_buckets_are_cumulative_up_to_count() {
    let families = both_pages(&fixture::full(), fixture::taken());
    let of_agents = |suffix: &str| {
        let all = samples(&families, "trio_api_request_duration_seconds").iter();
        let of_agents = all.filter(|sample| sample.label("resource") == "agents");
        of_agents
            .filter(|sample| sample.name.ends_with(suffix))
            .map(|s| s.value)
            .collect::<Vec<_>>()
    };
    assert_eq!(of_agents("_bucket"), [0.0, 2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 4.0]);
    assert_eq!(of_agents("_count"), [4.0]);
    assert!((of_agents("_sum")[0] - 30.12).abs() < 1e-9);
}

#[test]
fn a_state_change_is_between_two_states() {
    let families = both_pages(&fixture::full(), fixture::taken());
    let changes = samples(&families, "trio_agent_state_changes_total");
    assert_eq!(changes.len(), 42);
    assert!(changes.iter().all(|change| change.label("from") != change.label("to")));
}
