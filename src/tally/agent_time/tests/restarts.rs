//! Tests: agent time continues in the next process, without single agents.

use std::time::UNIX_EPOCH;

use pretty_assertions::assert_eq;

use super::*;
use crate::tally::saved_form::RestoreClock;

use AgentState::{Available, Busy, Paused};

const GROUPS: &[(&str, &[&str])] = &[("5", &["a1", "a2"]), ("6", &["a1"]), ("7", &["a3"])];

fn reading(at: f64, states: [AgentState; 3]) -> Center {
    let statuses = ["a1", "a2", "a3"].into_iter().zip(states);
    let statuses = statuses.map(|(id, state)| AgentStatus {
        reason: (state == Paused).then(|| "Lunch".into()),
        ..status(id, state)
    });
    with_groups(center(after(start(), at), statuses.collect()), start(), GROUPS)
}

fn with_lunch() -> Settings {
    Settings { pause_reasons: ["Lunch".into()].into(), ..settings() }
}

/// Three readings, five seconds apart.
fn watched(settings: &Settings) -> AgentTime {
    let readings = [
        reading(0.0, [Available, Busy, Paused]),
        reading(5.0, [Busy, Busy, Paused]),
        reading(10.0, [Busy, Busy, Paused]),
    ];
    walk(&readings.map(|center| snapshot(&center)), settings)
}

/// The export three seconds after the last reading.
fn saved(time: &AgentTime) -> AgentsRecord {
    let saved = time.export(after(start(), 13.0)).expect("agents were read");
    serde_json::from_str(&serde_json::to_string(&saved).expect("JSON")).expect("what was written")
}

/// Restores `away` seconds later in a process whose monotonic clock has just begun.
fn resumed(saved: &AgentsRecord, away: f64, settings: &Settings) -> (AgentTime, Stamp) {
    let at = crate::model::unix_seconds(after(start(), 13.0).wall);
    let wall = UNIX_EPOCH + Duration::from_secs_f64(at + away);
    let now = Stamp { mono: Duration::from_secs(1), wall };
    let clock = RestoreClock::new(at, now);
    (AgentTime::restore(saved, clock, settings), now)
}

fn read_again(time: &mut AgentTime, now: Stamp, settings: &Settings) -> AgentTotals {
    let mut center = reading(0.0, [Busy, Busy, Paused]);
    let good = center.agent_state.good.take().expect("read");
    center.agent_state.good = Some(Good { taken: now, changed: now, ..good });
    time.step(&snapshot(&center), &center, settings);
    time.totals().expect("agents")
}

#[test]
fn agent_counters_continue_after_a_restart() {
    let settings = with_lunch();
    let before = watched(&settings);
    let was = before.totals().expect("agents");
    assert_eq!((was.seconds[Busy.index()], was.seconds[Available.index()]), (17.5, 2.5));
    let (mut time, now) = resumed(&saved(&before), 60.0, &settings);
    assert!(time.totals().is_none(), "until agent states are read");
    let is = read_again(&mut time, now, &settings);
    assert_eq!((is.seconds, is.changes), (was.seconds, was.changes));
    assert_eq!(is.pauses.expect("reasons").seconds, was.pauses.expect("reasons").seconds);
    let seconds = |totals: Option<Vec<GroupTotals>>| {
        totals
            .expect("groups")
            .into_iter()
            .map(|group| (group.key, group.seconds))
            .collect::<Vec<_>>()
    };
    let groups = seconds(is.groups);
    assert_eq!(groups.len(), 2, "one, and the merged ones: {groups:?}");
    assert_eq!(groups, seconds(was.groups));
}

#[test]
fn time_between_processes_is_unmeasured_once() {
    let (mut time, now) = resumed(&saved(&watched(&settings())), 60.0, &settings());
    let is = read_again(&mut time, now, &settings());
    assert_eq!(is.unmeasured_seconds, 3.0 * 63.0, "three agents since the last reading");
    assert_eq!(is.seconds.iter().sum::<f64>(), 30.0);
    let again = read_again(&mut time, after(now, 5.0), &settings());
    assert_eq!(again.unmeasured_seconds, is.unmeasured_seconds);
    let (mut time, now) = resumed(&saved(&watched(&settings())), -60.0, &settings());
    assert_eq!(
        read_again(&mut time, now, &settings()).unmeasured_seconds,
        0.0,
        "the clock was set back"
    );
}

#[test]
fn restored_counters_are_saved_again_before_a_reading() {
    let saved = saved(&watched(&with_lunch()));
    let (time, now) = resumed(&saved, 60.0, &with_lunch());
    let again = time.export(now).expect("carried");
    assert_eq!(again, AgentsRecord { seen_ago: 63.0, ..saved });
}

#[test]
fn reason_no_longer_allowed_is_dropped() {
    let saved = saved(&watched(&with_lunch()));
    let (time, now) = resumed(&saved, 60.0, &settings());
    let again = time.export(now).expect("carried");
    assert!(again.pauses.iter().all(|(reason, _)| &**reason == OTHER_REASON), "{again:?}");
}

#[test]
fn restored_group_below_the_minimum_is_dropped() {
    let saved = saved(&watched(&settings()));
    let strict = Settings { min_group_size: 3, ..settings() };
    let (mut time, now) = resumed(&saved, 60.0, &strict);
    let is = read_again(&mut time, now, &strict);
    let groups = is.groups.expect("groups");
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(&*groups[0].key.id, "", "the merged ones");
    let later = time.export(now).expect("agents");
    assert_eq!(later.groups.len(), 1, "{later:?}");
    let none = Settings { min_group_size: 9, ..settings() };
    let (mut time, now) = resumed(&saved, 60.0, &none);
    read_again(&mut time, now, &none);
    assert_eq!(time.export(now).expect("agents").groups, [], "the merged ones are still too few");
}

#[test]
fn saved_agent_time_contains_no_agent() {
    let text = serde_json::to_string(&saved(&watched(&with_lunch()))).expect("JSON");
    assert!(
        text.contains("busy") && ["a1", "a2", "a3"].iter().all(|id| !text.contains(id)),
        "{text}"
    );
}
