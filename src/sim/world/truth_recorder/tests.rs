//! Statistics of tiny worlds, computed by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::sim::{
    Activity, Behaviour, Callback, Demand, Distribution, Overflow, Scenario, ServicePlan, Team,
    Transfer,
};

fn second(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Calls with constant handling time and patience, in seconds.
fn calls(name: &str, handling: u64, patience: Option<u64>) -> ServicePlan {
    let demand = Demand {
        handling: Distribution::Fixed(second(handling)),
        patience: patience.map(|patience| Distribution::Fixed(second(patience))),
        ..Demand::typical(Class::Voice, 1.0)
    };
    ServicePlan { demands: vec![demand], ..ServicePlan::steady(name, Class::Voice, 0.0) }
}

/// One agent per service, with two seconds of ringing and three seconds of wrap-up.
fn scenario(services: Vec<ServicePlan>) -> Scenario {
    let behaviour = Behaviour {
        ringing: Some(Distribution::Fixed(second(2))),
        wrap_up: Some(Distribution::Fixed(second(3))),
        ..Behaviour::INSTANT
    };
    let team = |service| Team { behaviour, ..Team::always_ready("En", 1, &[service]) };
    let teams = (0..services.len()).map(team).collect();
    Scenario { start_time: Duration::ZERO, warm_up: Duration::ZERO, services, teams }
}

/// A world in which calls arrive at the first service at these seconds.
fn world(scenario: &Scenario, arrivals: &[u64]) -> World {
    let mut world = World::from_scenario(1, scenario);
    world.keep_log();
    for at in arrivals {
        world.step(second(*at) - world.now);
        world.create_case(101);
    }
    world
}

fn flow(world: &World, service: u32, class: Class) -> Flow {
    world.truth().services[&service].classes[&class].clone()
}

type Row = (u64, u64, Option<u64>, Option<u64>, u64, Disposition);

/// Job, arrival, offer, answer, end and disposition of each segment, in seconds.
fn log(world: &World) -> Vec<Row> {
    let row = |segment: &Segment| {
        let [offered, answered] =
            [segment.offered, segment.answered].map(|time| time.map(|it| it.as_secs()));
        (
            segment.job - 100_000,
            segment.arrived.as_secs(),
            offered,
            answered,
            segment.ended.as_secs(),
            segment.disposition,
        )
    };
    world.segment_log().iter().map(row).collect()
}

#[test]
fn three_calls_are_recorded_to_the_second() {
    // Rings 10–12, talk 12–42, wrap-up 42–45. The second comes at 20, rings 45–47, talk 47–77. The
    // third comes at 25, and leaves after 56 s at 81, while it has rung since 80.
    let mut world = world(&scenario(vec![calls("A", 30, Some(56))]), &[10, 20, 25]);
    world.step(second(30));
    let at_55 = flow(&world, 101, Class::Voice);
    assert_eq!((at_55.answered, at_55.waiting, at_55.handling), (2, 1, 1));
    assert_eq!((at_55.queue_time, at_55.handling_time), (second(2 + 27 + 30), second(30 + 8)));
    world.step(second(45));
    let flow = flow(&world, 101, Class::Voice);
    assert_eq!((flow.arrived, flow.answered, flow.left), (3, 2, 1));
    assert_eq!((flow.waiting, flow.handling), (0, 0));
    assert_eq!((flow.answered_wait, flow.left_wait), (second(2 + 27), second(56)));
    assert_eq!((flow.queue_time, flow.handling_time), (second(85), second(60)));
    let within = |target| flow.answered_within(second(target));
    assert_eq!([5, 20, 30].map(within), [Some(1), Some(1), Some(2)]);
    assert_eq!([45, 60].map(|limit| flow.left_before(second(limit))), [Some(0), Some(1)]);
    assert_eq!(within(21), None, "no such target");
    assert_eq!(flow.service_level(second(20), Duration::ZERO), Some(1.0 / 3.0));
    assert_eq!(flow.service_level(second(30), second(60)), Some(1.0));
    assert_eq!((flow.mean_answered_wait(), flow.mean_handling()), (Some(14.5), Some(30.0)));
    assert_eq!(flow.abandoned(), Some(1.0 / 3.0));
    assert_eq!(
        log(&world),
        [
            (1, 10, Some(10), Some(12), 42, Disposition::Served),
            (2, 20, Some(45), Some(47), 77, Disposition::Served),
            (3, 25, Some(80), None, 81, Disposition::Left),
        ]
    );
    let truth = world.truth();
    let time = &truth.agents[&1];
    let seconds = Activity::ALL.map(|activity| time.time_in(activity).as_secs());
    // Available 0–10 and 81–100, offered 2 + 2 + 1, busy 2 × 30, wrap-up 2 × 3.
    assert_eq!(seconds, [0, 29, 5, 60, 6, 0]);
    assert_eq!(time.total(), second(100));
    assert_eq!(time.occupancy(), Some(0.66));
    assert_eq!(truth.agent_groups, BTreeMap::from([(1, time.clone())]));
}

#[test]
fn target_is_inclusive_and_abandon_limit_exclusive() {
    let mut flow = Flow::default();
    flow.count_answer(second(20));
    flow.count_abandon(second(5));
    assert_eq!([15, 20].map(|target| flow.answered_within(second(target))), [Some(0), Some(1)]);
    assert_eq!([5, 10].map(|limit| flow.left_before(second(limit))), [Some(0), Some(1)]);
    assert_eq!(Flow::default().service_level(second(20), Duration::ZERO), None);
}

#[test]
fn reset_carries_waiting_cases_and_drops_past_seconds() {
    let mut world = world(&scenario(vec![calls("A", 30, None)]), &[10, 20]);
    world.step(second(2));
    world.reset_truth();
    world.step(second(28));
    // Marked at 22, now 50: the first talked until 42, the second was answered at 47 after 27 s.
    let flow = flow(&world, 101, Class::Voice);
    assert_eq!((flow.carried_in, flow.arrived, flow.answered), (1, 0, 1));
    assert_eq!((flow.answered_wait, flow.queue_time), (second(27), second(25)));
    assert_eq!(flow.handling_time, second(20 + 3));
    let truth = world.truth();
    assert_eq!((truth.since, truth.length()), (second(22), second(28)));
    assert_eq!(Activity::ALL.map(|it| truth.agents[&1].time_in(it).as_secs()), [0, 0, 2, 23, 3, 0]);
    assert_eq!(log(&world), [(1, 10, Some(10), Some(12), 42, Disposition::Served)]);
}

#[test]
fn overflow_restarts_the_wait() {
    let mut first = calls("A", 100, None);
    first.rerouting.overflow = Some(Overflow { share: 1.0, after: second(20), to: 1 });
    let mut world = world(&scenario(vec![first, calls("B", 10, None)]), &[0, 5]);
    world.step(second(95));
    let [from, to] = [101, 102].map(|service| flow(&world, service, Class::Voice));
    assert_eq!((from.arrived, from.answered, from.moved_out), (2, 1, 1));
    assert_eq!((from.queue_time, from.left_wait), (second(2 + 20), Duration::ZERO));
    assert_eq!((to.moved_in, to.offered(), to.answered), (1, 1, 1));
    assert_eq!((to.answered_wait, to.handling_time), (second(2), second(10)));
    assert_eq!(
        log(&world),
        [
            (2, 5, None, None, 25, Disposition::Moved),
            (2, 25, Some(25), Some(27), 37, Disposition::Served)
        ]
    );
    assert_eq!(world.segment_log()[1].created, second(5));
    assert_eq!(world.truth().total().offered(), 3);
}

#[test]
fn callback_has_no_patience() {
    let mut plan = calls("A", 100, Some(60));
    plan.rerouting.callback = Some(Callback { share: 1.0, after: second(20) });
    plan.demands.push(Demand {
        handling: Distribution::Fixed(second(40)),
        ..Demand::typical(Class::Callback, 0.0)
    });
    let mut world = world(&scenario(vec![plan]), &[0, 5]);
    world.step(second(195));
    let [voice, callback] = [Class::Voice, Class::Callback].map(|class| flow(&world, 101, class));
    assert_eq!((voice.arrived, voice.answered, voice.moved_out, voice.left), (2, 1, 1, 0));
    // From 25 until the agent is free at 105 and has let it ring.
    assert_eq!((callback.moved_in, callback.answered), (1, 1));
    assert_eq!((callback.answered_wait, callback.handling_time), (second(82), second(40)));
}

#[test]
fn transfer_counts_as_answered_and_waits_again() {
    let mut first = calls("A", 30, None);
    first.rerouting.transfer = Some(Transfer { share: 1.0, to: 1 });
    let mut world = world(&scenario(vec![first, calls("B", 10, None)]), &[0]);
    world.step(second(100));
    let [from, to] = [101, 102].map(|service| flow(&world, service, Class::Voice));
    assert_eq!((from.answered, from.passed_on, from.moved_out), (1, 1, 0));
    assert_eq!(from.handling_time, second(30));
    assert_eq!((to.moved_in, to.answered, to.handling_time), (1, 1, second(10)));
    let segments = [
        (1, 0, Some(0), Some(2), 32, Disposition::PassedOn),
        (1, 32, Some(32), Some(34), 44, Disposition::Served),
    ];
    assert_eq!(log(&world), segments);
}

#[test]
fn logout_in_wrap_up_keeps_the_transferred_call() {
    let mut first = calls("A", 30, None);
    first.rerouting.transfer = Some(Transfer { share: 1.0, to: 1 });
    let mut world = world(&scenario(vec![first, calls("B", 10, None)]), &[0]);
    // Passed on at 32 and answered there at 34; the first agent is in wrap-up until 35.
    world.step(Duration::from_millis(34_500));
    world.set_login(1001, false).expect("the agent is there");
    world.step(second(60));
    assert_eq!(log(&world)[1], (1, 32, Some(32), Some(34), 44, Disposition::Served));
}

#[test]
fn cases_of_a_removed_service_are_recorded() {
    let mut world = world(&scenario(vec![calls("A", 30, None)]), &[10, 20]);
    world.step(second(5));
    world.remove_service(101).expect("it is there");
    world.step(second(5));
    let truth = world.truth();
    assert_eq!(truth.services[&101].name, None);
    let flow = &truth.services[&101].classes[&Class::Voice];
    assert_eq!((flow.answered, flow.removed, flow.waiting, flow.handling), (1, 1, 0, 0));
    assert_eq!((flow.queue_time, flow.handling_time), (second(2 + 5), second(13)));
}
