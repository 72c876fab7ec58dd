//! Absence: values that are unknown or too old have no series; counters stay when readings are too
//! old.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;

use super::{both_pages, fixture, names, parsed::Family, samples, value};
use crate::{
    metrics::View,
    model::{AgentStatus, CaseList, ServiceSkills, ServiceStatus},
    snapshot::{Outcome, Reading},
    tally::AgentTotals,
};

/// Families that `view` lacks.
fn missing(view: &View) -> BTreeSet<String> {
    let all = both_pages(&fixture::full(), fixture::taken());
    let left = both_pages(view, fixture::taken());
    let left: BTreeSet<_> = names(&left).into_iter().collect();
    names(&all).into_iter().filter(|name| !left.contains(name)).map(str::to_owned).collect()
}

fn service(change: fn(&mut ServiceStatus)) -> View {
    fixture::changed(|snapshot| {
        let mut status = fixture::service_status();
        change(&mut status);
        snapshot.centers[0].service_state = fixture::reading(1, vec![status], 5);
    })
}

/// One agent without a state.
fn without_state() -> View {
    fixture::changed(|snapshot| {
        let status = AgentStatus::new("a1", None);
        snapshot.centers[0].agent_state = fixture::reading(1, vec![status], 5);
    })
}

fn agents(change: fn(&mut AgentTotals)) -> View {
    fixture::with_totals(|totals| change(totals.agents.as_mut().expect("there")))
}

fn field(change: fn(&mut crate::model::FieldUse)) -> View {
    fixture::changed(|snapshot| {
        let mut fields = snapshot.fields.to_vec();
        fields.iter_mut().for_each(change);
        snapshot.fields = fields.into();
    })
}

const SERVICES: &[&str] = &[
    "trio_day_start_timestamp_seconds",
    "trio_service_abandon_target_ratio",
    "trio_service_agents_available",
    "trio_service_agents_busy",
    "trio_service_agents_logged_on",
    "trio_service_cases",
    "trio_service_class_longest_wait_seconds",
    "trio_service_class_over_target",
    "trio_service_class_waiting",
    "trio_service_day_answered",
    "trio_service_day_left",
    "trio_service_day_left_short",
    "trio_service_day_offered",
    "trio_service_day_unclassified",
    "trio_service_day_within_target",
    "trio_service_day_within_target_high",
    "trio_service_day_within_target_low",
    "trio_service_estimated_wait_seconds",
    "trio_service_group_info",
    "trio_service_group_member",
    "trio_service_info",
    "trio_service_level_measurable",
    "trio_service_level_target_ratio",
    "trio_service_list_truncated",
    "trio_service_longest_wait_seconds",
    "trio_service_minimum_agents",
    "trio_service_open",
    "trio_service_queue_length",
    "trio_service_skilled_agents",
    "trio_service_state_field",
    "trio_service_wait_alert_seconds",
    "trio_service_wait_target_seconds",
];

/// Each missing source, and the families that are absent without it.
#[test]
fn only_families_without_their_source_are_absent() {
    let none = |interval| std::time::Duration::from_secs(interval);
    let cases: Vec<(View, &[&str])> = vec![
        (fixture::full(), &[]),
        (service(|status| status.open = None), &["trio_service_open"]),
        (service(|status| status.queue_length = None), &["trio_service_queue_length"]),
        (service(|status| status.longest_wait = None), &[]),
        (
            service(|status| status.longest_wait = Some(f64::NAN)),
            &["trio_service_longest_wait_seconds"],
        ),
        (service(|status| status.estimated_wait = None), &["trio_service_estimated_wait_seconds"]),
        (service(|status| status.agents_logged_on = None), &["trio_service_agents_logged_on"]),
        (service(|status| status.agents_available = None), &["trio_service_agents_available"]),
        (service(|status| status.agents_busy = None), &["trio_service_agents_busy"]),
        (service(|status| status.exported.clear()), &["trio_service_state_field"]),
        (fixture::changed(|s| s.centers[0].service_state = Reading::none(none(5))), SERVICES),
        (
            fixture::changed(|s| s.centers[0].service_groups = Reading::none(none(300))),
            &["trio_service_group_info", "trio_service_group_member"],
        ),
        (
            fixture::changed(|s| s.contact_centers = Reading::none(none(300))),
            &["trio_contact_center_info"],
        ),
        (fixture::changed(|s| s.simulated = false), &["trio_simulated"]),
        (
            fixture::changed(|s| s.centers[0].agent_state = Reading::none(none(5))),
            &[
                "trio_agent_group_agents",
                "trio_agent_group_member",
                "trio_agent_info",
                "trio_agent_limit_seconds",
                "trio_agent_state",
                "trio_agent_state_limit_seconds",
                "trio_agent_state_since_timestamp_seconds",
                "trio_agents",
                "trio_agents_over_limit",
                "trio_agents_paused",
                "trio_service_skilled_agents",
            ],
        ),
        (
            fixture::changed(|s| s.centers[0].skills = Reading::none(none(300))),
            &["trio_service_skilled_agents"],
        ),
        (
            without_state(),
            &[
                "trio_agent_limit_seconds",
                "trio_agent_state",
                "trio_agent_state_since_timestamp_seconds",
                "trio_service_skilled_agents",
            ],
        ),
        (
            fixture::changed(|s| {
                s.centers[0].skills = fixture::reading(0, ServiceSkills::default(), 300);
            }),
            &["trio_service_skilled_agents"],
        ),
        (
            fixture::changed(|s| s.centers[0].calls = Reading::none(none(5))),
            &[
                "trio_calls",
                "trio_service_cases",
                "trio_service_class_longest_wait_seconds",
                "trio_service_class_over_target",
                "trio_service_class_waiting",
                "trio_service_day_answered",
                "trio_service_day_left",
                "trio_service_day_left_short",
                "trio_service_day_offered",
                "trio_service_day_unclassified",
                "trio_service_day_within_target",
                "trio_service_day_within_target_high",
                "trio_service_day_within_target_low",
                "trio_service_level_measurable",
            ],
        ),
        (
            fixture::changed(|s| {
                let truncated = CaseList { truncated: vec!["s1".into()], ..CaseList::default() };
                s.centers[0].calls = fixture::reading(0, truncated, 5);
            }),
            &["trio_calls"],
        ),
        (
            fixture::changed(|s| s.centers[0].inventory = Reading::none(none(3600))),
            &["trio_resource_items"],
        ),
        (
            fixture::changed(|s| {
                s.inventory = Reading::none(none(3600));
                s.centers[0].inventory = Reading::none(none(3600));
            }),
            &["trio_resource_accessible", "trio_resource_items"],
        ),
        (
            fixture::changed(|s| s.centers[0].agent_groups = Reading::none(none(300))),
            &["trio_agent_group_agents", "trio_agent_group_member"],
        ),
        (
            fixture::with_totals(|totals| totals.agents = None),
            &[
                "trio_agent_group_agents",
                "trio_agent_group_state_seconds_total",
                "trio_agent_limit_seconds",
                "trio_agent_pause_reason_seconds_total",
                "trio_agent_state_changes_total",
                "trio_agent_state_limit_seconds",
                "trio_agent_state_seconds_total",
                "trio_agent_state_since_timestamp_seconds",
                "trio_agents",
                "trio_agents_over_limit",
                "trio_agents_paused",
                "trio_agents_state_seconds_total",
                "trio_agents_unmeasured_seconds_total",
            ],
        ),
        (
            fixture::with_totals(|totals| totals.agents.as_mut().expect("there").groups = None),
            &["trio_agent_group_agents", "trio_agent_group_state_seconds_total"],
        ),
        (
            agents(|agents| agents.over_limit.clear()),
            &[
                "trio_agent_limit_seconds",
                "trio_agent_state_limit_seconds",
                "trio_agents_over_limit",
            ],
        ),
        (
            agents(|agents| agents.pauses = None),
            &["trio_agent_pause_reason_seconds_total", "trio_agents_paused"],
        ),
        (
            agents(|agents| agents.pauses.as_mut().expect("there").now = None),
            &["trio_agents_paused"],
        ),
        (field(|field| field.member = None), &["trio_field_info", "trio_unknown_values"]),
        (field(|field| field.present = None), &["trio_field_present"]),
        (field(|field| field.rows_without = None), &["trio_rows_without_key"]),
        (field(|field| field.is_time = false), &["trio_times_rejected_total"]),
        (
            View { stats: Default::default(), ..fixture::full() },
            &[
                "trio_api_certificate_expiry_timestamp_seconds",
                "trio_api_info",
                "trio_api_list_drift_total",
                "trio_api_request_budget",
                "trio_api_request_duration_seconds",
                "trio_api_requests_total",
                "trio_api_response_bytes_total",
                "trio_clock_skew_seconds",
                "trio_failover_mode",
                "trio_login_retry_timestamp_seconds",
                "trio_server_active",
                "trio_server_up",
                "trio_token_expiry_timestamp_seconds",
            ],
        ),
    ];
    for (case, (view, expected)) in cases.iter().enumerate() {
        let expected: BTreeSet<_> = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(missing(view), expected, "case {case}");
    }
}

/// Families of a target before its first step.
const BEFORE_THE_FIRST_STEP: &[&str] = &[
    "trio_series_dropped",
    "trio_up",
    "trio_target_restarts_total",
    "trio_polls_missed_total",
    "trio_exporter_build_info",
    "trio_exporter_shard_info",
    "trio_config_last_reload_successful",
    "trio_config_last_reload_success_timestamp_seconds",
    "trio_exporter_state_file_last_success_timestamp_seconds",
    "trio_exporter_state_file_errors_total",
    "trio_api_retries_total",
    "trio_auth_logins_total",
    "trio_auth_refreshes_total",
    "trio_auth_failures_total",
    "trio_failovers_total",
];

#[test]
fn target_is_down_before_its_first_step() {
    let view = View { stats: Default::default(), ..fixture::view("main", None) };
    let families = both_pages(&view, fixture::taken());
    let ours: Vec<_> =
        names(&families).into_iter().filter(|name| name.starts_with("trio_")).collect();
    assert_eq!(ours, BEFORE_THE_FIRST_STEP);
    assert_eq!(value(&families, "trio_up"), Some(0.0));
}

fn kinds(families: &[Family], kind: &str) -> BTreeSet<String> {
    families.iter().filter(|family| family.kind == kind).map(|family| family.name.clone()).collect()
}

#[test]
fn expired_readings_drop_gauges_and_keep_counters() {
    let fresh = both_pages(&fixture::full(), fixture::later(60));
    let stale = both_pages(&fixture::full(), fixture::later(901));
    assert_eq!(kinds(&fresh, "counter"), kinds(&stale, "counter"));
    let left: BTreeSet<_> = kinds(&stale, "gauge");
    let facts = |name: &&String| {
        ["trio_service", "trio_agent", "trio_contact_center", "trio_calls"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    assert_eq!(left.iter().find(facts), None);
    assert_eq!(
        samples(&fresh, "trio_agent_state_seconds_total"),
        samples(&stale, "trio_agent_state_seconds_total")
    );
}

#[test]
fn readings_expire_by_their_own_interval() {
    let families = both_pages(&fixture::full(), fixture::later(61));
    assert_eq!(names(&families).contains(&"trio_service_info"), false);
    assert_eq!(names(&families).contains(&"trio_contact_center_info"), true);
    let success: Vec<_> = samples(&families, "trio_collector_success")
        .iter()
        .map(|sample| (sample.label("collector"), sample.value))
        .collect();
    assert_eq!(
        success,
        [
            ("inventory", 1.0),
            ("services", 1.0),
            ("service_state", 0.0),
            ("service_groups", 1.0),
            ("agents", 1.0),
            ("agent_state", 0.0),
            ("agent_groups", 1.0),
            ("calls", 0.0),
            ("cases", 0.0),
            ("skills", 1.0),
            ("inventory", 1.0)
        ]
    );
}

#[test]
fn failed_attempt_keeps_previous_data() {
    let view = fixture::changed(|snapshot| {
        let reading = &mut snapshot.centers[0].agent_state;
        reading.attempt.as_mut().expect("there").outcome = Outcome::Failed;
    });
    let families = both_pages(&view, fixture::taken());
    let success = samples(&families, "trio_collector_success");
    let failed: Vec<_> = success.iter().filter(|sample| sample.value == 0.0).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].label("collector"), "agent_state");
    assert_eq!(samples(&families, "trio_agents").len(), 7);
}

#[test]
fn hanging_poller_is_not_up() {
    let up = |seconds| value(&both_pages(&fixture::full(), fixture::later(seconds)), "trio_up");
    assert_eq!((up(60), up(61)), (Some(1.0), Some(0.0)));
    let down = fixture::changed(|snapshot| snapshot.up = false);
    assert_eq!(value(&both_pages(&down, fixture::taken()), "trio_up"), Some(0.0));
}

#[test]
fn agent_without_state_has_info_only() {
    let view = fixture::changed(|snapshot| {
        let status = AgentStatus::new("a1", None);
        snapshot.centers[0].agent_state = fixture::reading(1, vec![status], 5);
    });
    let families = both_pages(&view, fixture::taken());
    assert_eq!(samples(&families, "trio_agent_info").len(), 1);
    assert_eq!(samples(&families, "trio_agent_state").len(), 0);
    assert_eq!(samples(&families, "trio_agent_state_since_timestamp_seconds").len(), 0);
}

#[test]
fn removed_service_has_no_membership() {
    let families = both_pages(&fixture::full(), fixture::taken());
    let members: Vec<_> = samples(&families, "trio_service_group_member")
        .iter()
        .map(|sample| sample.label("service_id"))
        .collect();
    assert_eq!(members, ["s1"]);
}

#[test]
fn expired_agent_list_drops_memberships() {
    let view = fixture::changed(|snapshot| {
        let center = &mut snapshot.centers[0];
        center.agent_state.good.as_mut().expect("there").taken = fixture::later(890);
        center.agent_groups.good.as_mut().expect("there").taken = fixture::later(890);
    });
    let members = |seconds| {
        let families = both_pages(&view, fixture::later(seconds));
        samples(&families, "trio_agent_group_member").len()
    };
    assert_eq!((members(900), members(901)), (3, 0));
}

#[test]
fn collector_switched_off_has_no_series() {
    let view = fixture::changed(|snapshot| snapshot.centers[0].skills = Reading::none(None));
    for family in both_pages(&view, fixture::taken()) {
        let skills = family.samples.iter().filter(|sample| {
            sample.labels.get("collector").is_some_and(|collector| collector == "skills")
        });
        assert_eq!(skills.count(), 0, "{}", family.name);
    }
}

#[test]
fn service_without_skilled_agents_has_zeros() {
    let view = fixture::changed(|snapshot| {
        let services = vec![("s1".into(), vec!["gone".into()])];
        let skills = ServiceSkills { services, skills: 1 };
        snapshot.centers[0].skills = fixture::reading(1, skills, 300);
    });
    let families = both_pages(&view, fixture::taken());
    let skilled = samples(&families, "trio_service_skilled_agents");
    assert_eq!(skilled.len(), 7);
    assert!(skilled.iter().all(|sample| sample.label("service_id") == "s1" && sample.value == 0.0));
}

#[test]
fn expired_skills_or_states_drop_skilled_agents() {
    let skilled = |agents_age: u64, skills_age: u64| {
        let now = 1000;
        let view = fixture::changed(|snapshot| {
            let center = &mut snapshot.centers[0];
            center.service_state.good.as_mut().expect("there").taken = fixture::later(now);
            center.agent_state.good.as_mut().expect("there").taken =
                fixture::later(now - agents_age);
            center.skills.good.as_mut().expect("there").taken = fixture::later(now - skills_age);
        });
        samples(&both_pages(&view, fixture::later(now)), "trio_service_skilled_agents").len()
    };
    assert_eq!((skilled(60, 900), skilled(61, 900), skilled(60, 901)), (14, 0, 0));
}
