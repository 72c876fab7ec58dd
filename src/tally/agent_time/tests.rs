//! Tests: what intervals between readings add to the time of agents.

use proptest::prelude::*;

use super::*;
use crate::{
    model::{Clock, Collector, ContactCenter, Stamp},
    snapshot::{Attempt, Outcome, Reading},
};

const INTERVAL: Duration = Duration::from_secs(5);

fn start() -> Stamp {
    Clock::system().now()
}

fn after(start: Stamp, secs: f64) -> Stamp {
    let time = Duration::from_secs_f64(secs);
    Stamp { wall: start.wall + time, mono: start.mono + time }
}

fn good<T>(taken: Stamp, data: Vec<T>) -> Option<Good<Vec<T>>> {
    Some(Good { taken, took: Duration::ZERO, changed: taken, items: data.len(), data: Arc::new(data) })
}

fn status(id: &str, state: AgentState) -> AgentStatus {
    AgentStatus { id: id.into(), name: None, state: Some(state), since: None, reason: None, job: None }
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

/// The totals after every center in turn, groups of two and more being shown.
fn run(centers: &[Center]) -> AgentTotals {
    let mut time = AgentTime::default();
    let mut before = None;
    for center in centers {
        time.step(before, center, 2);
        before = Some(center);
    }
    time.totals().expect("agent states were read")
}

const AVAILABLE: usize = AgentState::Available.index();
const BUSY: usize = AgentState::Busy.index();
const PAUSED: usize = AgentState::Paused.index();

#[test]
fn the_first_reading_counts_agents_and_starts_every_counter_at_zero() {
    let totals = run(&[center(start(), vec![status("a", AgentState::Busy)])]);
    assert_eq!(totals.now[BUSY], 1);
    assert_eq!(totals.seconds, [0.0; 7]);
    assert_eq!(totals.unmeasured_seconds, 0.0);
}

#[test]
fn time_goes_half_to_the_state_before_and_half_to_the_state_after() {
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
fn a_gap_is_unmeasured_and_a_change_across_it_still_a_change() {
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
fn a_wall_clock_that_went_another_way_is_a_gap() {
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
fn an_agent_that_vanishes_leaves_its_last_interval_unmeasured_and_one_that_comes_starts_at_zero() {
    let t = start();
    let totals = run(&[
        center(t, vec![status("a", AgentState::Busy)]),
        center(after(t, 5.0), vec![status("b", AgentState::Busy)]),
        center(after(t, 10.0), vec![status("b", AgentState::Busy)]),
    ]);
    assert_eq!((totals.seconds[BUSY], totals.unmeasured_seconds), (5.0, 5.0));
    let persons: Vec<_> = totals.persons.iter().map(|person| (&*person.id, person.seconds[BUSY])).collect();
    assert_eq!(persons, [("b", 5.0)]);
}

#[test]
fn a_reading_that_was_carried_over_counts_nothing() {
    let t = start();
    let reading = center(t, vec![status("a", AgentState::Busy)]);
    let totals = run(&[reading.clone(), reading.clone(), reading]);
    assert_eq!(totals.seconds, [0.0; 7]);
    assert_eq!(totals.now[BUSY], 1);
}

#[test]
fn without_any_state_there_are_no_totals_but_an_empty_contact_centre_has_zeros() {
    let mut time = AgentTime::default();
    let stateless =
        AgentStatus { id: "a".into(), name: None, state: None, since: None, reason: None, job: None };
    time.step(None, &center(start(), vec![stateless]), 3);
    assert!(time.totals().is_none());
    time.step(None, &center(start(), vec![]), 3);
    assert_eq!(time.totals().map(|totals| totals.now), Some([0; 7]));
}

#[test]
fn since_is_trios_own_time_else_when_the_state_was_first_seen() {
    let t = start();
    let told = t.wall - Duration::from_secs(90);
    let own = |state| AgentStatus { since: Some(told), ..status("a", state) };
    let readings = |statuses: [AgentStatus; 3]| {
        let at = [0.0, 5.0, 10.0];
        let centers: Vec<_> =
            statuses.into_iter().zip(at).map(|(status, secs)| center(after(t, secs), vec![status])).collect();
        run(&centers).persons[0].since
    };
    let busy = || status("a", AgentState::Busy);
    assert_eq!(readings([busy(), busy(), own(AgentState::Busy)]), told);
    assert_eq!(readings([busy(), busy(), busy()]), t.wall);
    assert_eq!(readings([status("a", AgentState::Paused), busy(), busy()]), after(t, 5.0).wall);
    assert_eq!(readings([own(AgentState::Busy), busy(), busy()]), told, "kept while the state lasts");
}

#[test]
fn group_seconds_start_when_the_group_is_large_enough_and_start_anew_after_it_was_not() {
    let t = start();
    let busy = || vec![status("a", AgentState::Busy), status("b", AgentState::Busy)];
    let at = |secs, groups| with_groups(center(after(t, secs), busy()), after(t, secs), groups);
    let both: &[(&str, &[&str])] = &[("g", &["a", "b"])];
    let one: &[(&str, &[&str])] = &[("g", &["a"])];
    let group = |centers: &[Center]| run(centers).groups.expect("membership is known");

    let counted = group(&[at(0.0, both), at(5.0, both), at(10.0, both)]);
    assert_eq!((counted[0].now[BUSY], counted[0].seconds[BUSY]), (2, 20.0));
    assert!(group(&[at(0.0, both), at(5.0, one)]).is_empty());
    let again = group(&[at(0.0, both), at(5.0, both), at(10.0, one), at(15.0, both)]);
    assert_eq!(again[0].seconds[BUSY], 0.0, "at zero one reading before it can count");
    let again = group(&[at(0.0, both), at(5.0, one), at(10.0, both), at(15.0, both)]);
    assert_eq!(again[0].seconds[BUSY], 10.0);
}

#[test]
fn groups_whose_members_nobody_names_have_no_series() {
    let t = start();
    let mut center = with_groups(center(t, vec![status("a", AgentState::Busy)]), t, &[("g", &[])]);
    center.agents.attempt = Some(Attempt { at: t, duration: INTERVAL, outcome: Outcome::Failed });
    assert!(run(&[center]).groups.is_none());
    assert_eq!(Reading::<u8>::none(INTERVAL).health(Collector::Agents).expect("on").items, None);
}

fn course() -> impl Strategy<Value = Vec<(f64, Vec<(u8, usize)>)>> {
    let agents = proptest::collection::btree_map(0u8..6, 0usize..7, 0..6);
    let reading = (0.1f64..40.0, agents.prop_map(|agents| agents.into_iter().collect()));
    proptest::collection::vec(reading, 1..30)
}

proptest! {
    #[test]
    fn agent_seconds_over_states_and_unmeasured_are_elapsed_times_agents_and_never_fall(course in course()) {
        let (t, mut time) = (start(), AgentTime::default());
        let (mut secs, mut expected) = (0.0, 0.0);
        let mut before: Option<Center> = None;
        let mut sum_before = 0.0;
        for (elapsed, agents) in course {
            if let Some(before) = &before {
                expected += elapsed * before.agent_state.good.as_ref().map_or(0, |good| good.items) as f64;
                secs += elapsed;
            }
            let statuses = agents.iter().map(|(id, state)| status(&id.to_string(), AgentState::ALL[*state])).collect();
            let center = center(after(t, secs), statuses);
            time.step(before.as_ref(), &center, 2);
            let totals = time.totals().expect("states were read");
            let sum = totals.seconds.iter().sum::<f64>() + totals.unmeasured_seconds;
            prop_assert!((sum - expected).abs() < 1e-6, "{sum} against {expected}");
            prop_assert!(sum >= sum_before);
            prop_assert_eq!(totals.now.iter().sum::<u64>(), agents.len() as u64);
            sum_before = sum;
            before = Some(center);
        }
    }
}
