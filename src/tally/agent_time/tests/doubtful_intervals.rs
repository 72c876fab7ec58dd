//! Tests: intervals in which differences are not what agents did.

use pretty_assertions::assert_eq;

use super::*;

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
