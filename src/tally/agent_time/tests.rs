//! Tests: time that intervals between readings add to the counters of agents.

mod groups;
mod properties;
mod restarts;
mod states;

use super::*;
use crate::{
    model::{
        Agent, AgentGroup, ClockSkew, ContactCenter, FieldSource, FieldUse, GroupSelection,
        Pattern, Text,
    },
    snapshot::{AnyReading, Attempt, Outcome, Reading},
};

const INTERVAL: Duration = Duration::from_secs(5);

fn start() -> Stamp {
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    Stamp { wall, mono: Duration::from_secs(1000) }
}

fn after(start: Stamp, secs: f64) -> Stamp {
    let time = Duration::from_secs_f64(secs);
    Stamp { wall: start.wall + time, mono: start.mono + time }
}

fn good<T>(taken: Stamp, data: Vec<T>) -> Option<Good<Vec<T>>> {
    Some(Good::new(taken, data.len(), data))
}

fn status(id: &str, state: AgentState) -> AgentStatus {
    AgentStatus::new(id, Some(state))
}

fn center(taken: Stamp, statuses: Vec<AgentStatus>) -> Center {
    let contact_center = ContactCenter { id: "1".into(), name: None };
    let mut center = Center::new(contact_center, |collector| {
        Some(if collector.is_fast() { INTERVAL } else { Duration::from_secs(300) })
    });
    center.agent_state.good = good(taken, statuses);
    center
}

fn with_groups(mut center: Center, at: Stamp, groups: &[(&str, &[&str])]) -> Center {
    let groups = groups.iter().map(|(id, members)| AgentGroup {
        id: (*id).into(),
        name: Some(format!("Group {id}").into()),
        agent_ids: members.iter().map(|&member| member.into()).collect(),
    });
    center.agent_groups.good = good(at, groups.collect());
    center
}

/// A snapshot with one contact centre.
fn snapshot(center: &Center) -> Snapshot {
    let taken = center.agent_state.good.as_ref().map_or_else(start, |good| good.taken);
    Snapshot {
        centers: vec![center.clone()],
        clock_skew: Some(ClockSkew { seconds: 0.0, uncertainty: 0.0 }),
        ..Snapshot::new("main", "trio1", taken)
    }
}

/// Groups of two and more are shown.
fn settings() -> Settings {
    Settings { min_group_size: 2, ..Settings::default() }
}

/// Counts every snapshot in turn.
fn walk(snapshots: &[Snapshot], settings: &Settings) -> AgentTime {
    let mut time = AgentTime::default();
    for snapshot in snapshots {
        time.step(snapshot, &snapshot.centers[0], settings);
    }
    time
}

/// The totals after every center in turn.
fn run(centers: &[Center]) -> AgentTotals {
    let snapshots: Vec<_> = centers.iter().map(snapshot).collect();
    walk(&snapshots, &settings()).totals().expect("agent states were read")
}

/// So many agents, all in the same state.
fn crowd(agents: usize, state: AgentState) -> Vec<AgentStatus> {
    (0..agents).map(|agent| status(&agent.to_string(), state)).collect()
}

const AVAILABLE: usize = AgentState::Available.index();
const BUSY: usize = AgentState::Busy.index();
const PAUSED: usize = AgentState::Paused.index();

#[test]
fn first_reading_starts_counters_at_zero() {
    let totals = run(&[center(start(), vec![status("a", AgentState::Busy)])]);
    assert_eq!(totals.now[BUSY], 1);
    assert_eq!(totals.seconds, [0.0; 7]);
    assert_eq!(totals.unmeasured_seconds, 0.0);
}

#[test]
fn interval_is_split_between_both_states() {
    let t = start();
    let totals = run(&[
        center(t, vec![status("a", AgentState::Available), status("b", AgentState::Busy)]),
        center(after(t, 5.0), vec![status("a", AgentState::Busy), status("b", AgentState::Busy)]),
    ]);
    assert_eq!((totals.seconds[AVAILABLE], totals.seconds[BUSY]), (2.5, 7.5));
    assert_eq!(totals.changes[AVAILABLE][BUSY], 1);
    assert_eq!(totals.changes.iter().flatten().sum::<u64>(), 1);
    assert_eq!(totals.persons[0].seconds[AVAILABLE], 2.5);
}

#[test]
fn gap_is_unmeasured_but_counts_the_change() {
    let t = start();
    let totals = run(&[
        center(t, vec![status("a", AgentState::Available)]),
        center(after(t, 16.0), vec![status("a", AgentState::Paused)]),
        center(after(t, 21.0), vec![status("a", AgentState::Paused)]),
    ]);
    assert_eq!(totals.unmeasured_seconds, 16.0);
    assert_eq!(totals.seconds.iter().sum::<f64>(), 5.0);
    assert_eq!(totals.changes[AVAILABLE][PAUSED], 1);
}

#[test]
fn disagreeing_wall_clock_is_a_gap() {
    let t = start();
    let suspended = Stamp { wall: t.wall + Duration::from_secs(3600), mono: t.mono + INTERVAL };
    let stepped_back = Stamp { wall: t.wall - Duration::from_secs(60), mono: t.mono + INTERVAL };
    for odd in [suspended, stepped_back] {
        let agents = || vec![status("a", AgentState::Busy)];
        let totals = run(&[center(t, agents()), center(odd, agents())]);
        assert_eq!((totals.seconds[BUSY], totals.unmeasured_seconds), (0.0, 5.0));
    }
}

#[test]
fn vanished_agent_leaves_its_interval_unmeasured() {
    let t = start();
    let totals = run(&[
        center(t, vec![status("a", AgentState::Busy)]),
        center(after(t, 5.0), vec![status("b", AgentState::Busy)]),
        center(after(t, 10.0), vec![status("b", AgentState::Busy)]),
    ]);
    assert_eq!((totals.seconds[BUSY], totals.unmeasured_seconds), (5.0, 5.0));
    let persons: Vec<_> =
        totals.persons.iter().map(|person| (&*person.id, person.seconds[BUSY])).collect();
    assert_eq!(persons, [("b", 5.0)]);
}

#[test]
fn carried_over_reading_counts_nothing() {
    let t = start();
    let reading = center(t, vec![status("a", AgentState::Busy)]);
    let totals = run(&[reading.clone(), reading.clone(), reading]);
    assert_eq!(totals.seconds, [0.0; 7]);
    assert_eq!(totals.now[BUSY], 1);
}

#[test]
fn no_totals_without_states_zeros_without_agents() {
    let stateless = AgentStatus { state: None, ..status("a", AgentState::Busy) };
    let totals = |statuses| {
        walk(&[snapshot(&center(start(), statuses))], &settings()).totals().map(|t| t.now)
    };
    assert_eq!(totals(vec![stateless]), None);
    assert_eq!(totals(vec![]), Some([0; 7]));
}

#[test]
fn since_is_trios_time_or_first_seen() {
    let t = start();
    let trio_time = t.wall - Duration::from_secs(90);
    let own = |state| AgentStatus { since: Some(trio_time), ..status("a", state) };
    let readings = |statuses: [AgentStatus; 3]| {
        let at = [0.0, 5.0, 10.0];
        let centers: Vec<_> = statuses
            .into_iter()
            .zip(at)
            .map(|(status, secs)| center(after(t, secs), vec![status]))
            .collect();
        run(&centers).persons[0].since
    };
    let busy = || status("a", AgentState::Busy);
    assert_eq!(readings([busy(), busy(), own(AgentState::Busy)]), trio_time);
    assert_eq!(readings([busy(), busy(), busy()]), t.wall);
    assert_eq!(readings([status("a", AgentState::Paused), busy(), busy()]), after(t, 5.0).wall);
    assert_eq!(
        readings([own(AgentState::Busy), busy(), busy()]),
        trio_time,
        "kept while the state lasts"
    );
}

#[test]
fn groups_without_known_members_have_no_series() {
    let t = start();
    let mut center = with_groups(center(t, vec![status("a", AgentState::Busy)]), t, &[("g", &[])]);
    center.agents.attempt = Some(Attempt { at: t, duration: INTERVAL, outcome: Outcome::Failed });
    assert!(run(&[center]).groups.is_none());
    assert_eq!(Reading::<u8>::none(INTERVAL).health().expect("on").items, None);
}

/// Totals after readings five seconds apart. Each shows `agents` agents, of which the first ones
/// are busy and the others logged out.
fn busy_of(agents: usize, readings: &[usize]) -> AgentTotals {
    let t = start();
    let reading = |(step, busy): (usize, &usize)| {
        let mut statuses = crowd(agents, AgentState::LoggedOut);
        statuses.iter_mut().take(*busy).for_each(|status| status.state = Some(AgentState::Busy));
        let at = after(t, step as f64 * 5.0);
        let all: Vec<String> = (0..agents).map(|agent| agent.to_string()).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        with_groups(center(at, statuses), at, &[("g", &all)])
    };
    run(&readings.iter().enumerate().map(reading).collect::<Vec<_>>())
}

fn changes(totals: &AgentTotals) -> u64 {
    totals.changes.iter().flatten().sum()
}

#[test]
fn mass_logout_is_unmeasured_until_a_login() {
    let totals = busy_of(6, &[5, 5, 0, 0, 2, 2]);
    // The first interval and the last are measured, the three between are not.
    assert_eq!(totals.unmeasured_seconds, 3.0 * 5.0 * 6.0);
    assert_eq!(totals.seconds[BUSY], 5.0 * 5.0 + 2.0 * 5.0);
    assert_eq!(totals.seconds.iter().sum::<f64>(), 60.0);
    assert_eq!(changes(&totals), 0, "neither going nor coming back was theirs");
    let group = &totals.groups.as_ref().expect("known")[0];
    assert_eq!(group.seconds, totals.seconds);
    let of_persons: f64 = totals.persons.iter().flat_map(|person| person.seconds).sum();
    assert_eq!(of_persons, 60.0);
}

#[test]
fn last_logouts_of_the_evening_are_measured() {
    let totals = busy_of(9, &[9, 4, 0, 0]);
    assert_eq!(totals.unmeasured_seconds, 0.0, "never five at once, with no one left");
    assert_eq!(changes(&totals), 9);
    let totals = busy_of(9, &[9, 1, 1]);
    assert_eq!((totals.unmeasured_seconds, changes(&totals)), (0.0, 8), "somebody stayed");
}

#[test]
fn empty_agent_list_is_a_mass_logout() {
    let t = start();
    let totals = run(&[
        center(t, crowd(5, AgentState::Available)),
        center(after(t, 5.0), vec![]),
        center(after(t, 10.0), crowd(5, AgentState::LoggedOut)),
        center(after(t, 15.0), crowd(5, AgentState::LoggedOut)),
        center(after(t, 20.0), crowd(5, AgentState::Available)),
        center(after(t, 25.0), crowd(5, AgentState::Available)),
    ]);
    assert_eq!(totals.unmeasured_seconds, 75.0);
    assert_eq!(totals.seconds[AVAILABLE], 25.0);
    assert_eq!(changes(&totals), 0);
}

#[test]
fn interval_over_a_failover_is_unmeasured() {
    let t = start();
    let on = |server: &str, mut snapshot: Snapshot| {
        snapshot.server = server.into();
        snapshot
    };
    let reading = |secs, state| snapshot(&center(after(t, secs), crowd(2, state)));
    let busy = |secs| reading(secs, AgentState::Busy);
    let totals = |snapshots: &[Snapshot]| {
        let totals = walk(snapshots, &settings()).totals().expect("read");
        (totals.seconds[BUSY], totals.unmeasured_seconds, changes(&totals))
    };
    let moved = [
        on("trio1", busy(0.0)),
        on("trio1", busy(5.0)),
        on("trio2", reading(10.0, AgentState::Paused)),
    ];
    assert_eq!(totals(&moved), (10.0, 10.0, 0));
    let carried_over = on("trio2", busy(0.0));
    let failed =
        [on("trio1", busy(0.0)), carried_over, on("trio2", busy(10.0)), on("trio2", busy(15.0))];
    assert_eq!(totals(&failed), (10.0, 20.0, 0));
}
