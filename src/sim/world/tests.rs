//! Invariants of every world, for any seed and any sequence of changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::{
    Activity, Agent, Case, CaseCounts, ChangeError, Event, EventQueue, Service, Stage,
    TruthRecorder, World,
};
use crate::sim::{Options, Scenario};

fn world(seed: u64) -> World {
    World::generate(&Options { seed, contact_centers: 2, ..Options::default() })
}

type Facts = (
    Duration,
    BTreeMap<u32, Service>,
    BTreeMap<u32, Agent>,
    BTreeMap<u64, Case>,
    CaseCounts,
    TruthRecorder,
);

fn facts(world: &World) -> Facts {
    let World { now, services, agents, cases, case_counts, recorder, .. } = world;
    (*now, services.clone(), agents.clone(), cases.clone(), *case_counts, recorder.clone())
}

fn assert_consistent(world: &World) {
    let case_counts = world.case_counts;
    let gone = case_counts.served + case_counts.abandoned + case_counts.removed;
    assert_eq!(case_counts.arrived, gone + world.cases.len() as u64, "cases are conserved");
    for service in world.services.values() {
        let staff = || world.agents.values().filter(|agent| agent.skills.contains(&service.id));
        let doing = |activity| staff().filter(|agent| agent.activity == activity).count();
        assert_eq!(service.available, doing(Activity::Available));
        assert_eq!(service.busy, doing(Activity::Busy));
        assert_eq!(service.logged_on, staff().count() - doing(Activity::LoggedOut));
        let idle =
            staff().filter(|agent| agent.activity == Activity::Available && !agent.controlled);
        assert!(service.idle.iter().map(|(_, id)| *id).eq({
            let mut idle: Vec<_> = idle.map(|agent| (agent.since, agent.id)).collect();
            idle.sort_unstable();
            idle.into_iter().map(|(_, id)| id)
        }));
        assert!(
            service.queue.is_empty() || service.idle.is_empty(),
            "no case waits while an agent is idle"
        );
        let of = |wanted: fn(&Case) -> bool| {
            let all = world.cases.values().filter(|case| case.service == service.id);
            all.filter(move |case| wanted(case)).map(|case| case.job)
        };
        assert!(of(|_| true).eq(service.live.iter().copied()));
        let jobs = |queue: &BTreeSet<(Duration, u64)>| {
            queue.iter().map(|it| it.1).collect::<BTreeSet<_>>()
        };
        assert!(of(|case| case.stage != Stage::Handled).eq(jobs(&service.waiting)));
        assert!(of(|case| case.stage == Stage::Queued).eq(jobs(&service.queue)));
    }
    for case in world.cases.values() {
        let times =
            [Some(case.created), Some(case.arrived), case.offered, case.answered, Some(world.now)];
        assert!(times.iter().flatten().is_sorted(), "{case:?}");
        assert_eq!(case.agent.is_some(), case.stage != Stage::Queued);
        let holder = case.agent.map(|id| &world.agents[&id]);
        let holds = holder.is_none_or(|agent| agent.job == Some(case.job));
        assert!(holds, "{case:?} is held by {holder:?}");
    }
    let truth = world.truth();
    for flow in truth.services.values().flat_map(|service| service.classes.values()) {
        let came = flow.carried_in + flow.arrived + flow.moved_in;
        let went = flow.answered + flow.left + flow.moved_out + flow.removed;
        assert_eq!(came, went + flow.waiting, "{flow:?}");
    }
    for agent in world.agents.values() {
        let held = agent.job.and_then(|job| world.cases.get(&job));
        let stage = held.filter(|case| case.agent == Some(agent.id)).map(|case| case.stage);
        match agent.activity {
            Activity::Offered => assert_eq!(stage, Some(Stage::Offered)),
            // An agent that the API set to busy has no case.
            Activity::Busy if !agent.controlled => assert_eq!(stage, Some(Stage::Handled)),
            _ => assert_eq!(stage, None),
        }
        assert!(agent.since <= world.now);
    }
}

proptest! {
    // No file of failed cases: tests write nothing into the source tree.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn split_steps_equal_one_step(seed: u64, parts in prop::collection::vec(0_u64..900_000, 1..8)) {
        let (mut whole, mut split) = (world(seed), world(seed));
        for part in &parts {
            split.step(Duration::from_millis(*part));
        }
        whole.step(Duration::from_millis(parts.iter().sum()));
        assert_eq!(facts(&whole), facts(&split));
        assert_eq!(whole.truth(), split.truth());
    }

    #[test]
    fn split_steps_equal_one_step_in_scenarios(
        seed: u64,
        pick in 0..Scenario::NAMED.len(),
        parts in prop::collection::vec(0_u64..1_200_000, 1..8),
    ) {
        let stated = || {
            let mut world = World::from_scenario(seed, &Scenario::NAMED[pick].1());
            world.keep_log();
            world
        };
        let (mut whole, mut split) = (stated(), stated());
        for part in &parts {
            split.step(Duration::from_millis(*part));
            assert_consistent(&split);
        }
        whole.step(Duration::from_millis(parts.iter().sum()));
        assert_eq!(facts(&whole), facts(&split));
        assert_eq!(whole.segment_log(), split.segment_log());
    }

    #[test]
    fn any_change_keeps_the_world_consistent(
        seed: u64,
        stated: bool,
        changes in prop::collection::vec((0_u8..10, any::<prop::sample::Index>(), 1_u64..300), 1..40),
    ) {
        let mut world = if stated { World::from_scenario(seed, &Scenario::moving()) } else { world(seed) };
        world.step(Duration::from_secs(600));
        for (change, pick, wait) in changes {
            let agents: Vec<u32> = world.agents.keys().copied().collect();
            let services: Vec<u32> = world.services.keys().copied().collect();
            let agent = agents[pick.index(agents.len())];
            match change {
                0 => drop(world.add_service(None, None)),
                1 if services.len() > 2 => drop(world.remove_service(services[pick.index(services.len())])),
                2 => drop(world.add_agent(None, None, Some(2))),
                3 if agents.len() > 2 => drop(world.remove_agent(agent)),
                4 => drop(world.set_login(agent, wait % 3 > 0)),
                5 => drop(world.set_activity(agent, Activity::ALL[wait as usize % 6], None)),
                6 => world.set_arrival_factor(wait as f64 / 50.0),
                7 => world.reset_truth(),
                8 => world.release(),
                _ => {}
            }
            assert_consistent(&world);
            world.step(Duration::from_secs(wait));
            assert_consistent(&world);
        }
    }
}

#[test]
fn warm_up_reaches_every_state() {
    for seed in 0..5 {
        let world = World::new(&Options { seed, ..Options::default() });
        assert!(world.is_warmed_up(), "seed {seed}");
        assert!(world.now < Duration::from_secs(1800));
        assert_consistent(&world);
    }
}

#[test]
fn morning_queues_stay_bounded() {
    let mut world = world(7);
    world.step(Duration::from_secs(1200));
    let mut waiting = 0;
    for _ in 0..60 {
        world.step(Duration::from_secs(60));
        waiting += world.cases.values().filter(|case| case.stage == Stage::Queued).count();
    }
    let mean = waiting as f64 / 60.0;
    assert!((1.0..60.0).contains(&mean), "{mean}");
    let case_counts = world.case_counts;
    let lost = case_counts.abandoned as f64 / case_counts.arrived as f64;
    assert!((0.01..0.4).contains(&lost), "{case_counts:?}");
}

#[test]
fn agents_go_home_at_night() {
    let mut world = world(3);
    // From 9:15 to 2:15: only the night shift is on duty.
    world.step(Duration::from_secs(17 * 3600));
    assert_consistent(&world);
    let in_at_night = world.agents.values().filter(|a| a.activity != Activity::LoggedOut).count();
    // 10:15 on the next morning.
    world.step(Duration::from_secs(8 * 3600));
    assert_consistent(&world);
    let in_next_morning =
        world.agents.values().filter(|a| a.activity != Activity::LoggedOut).count();
    assert!(in_at_night < 8 && in_next_morning > 20, "{in_at_night} then {in_next_morning}");
}

#[test]
fn seeds_differ_and_factor_zero_stops_arrivals() {
    let (mut one, mut other) = (world(1), world(2));
    one.step(Duration::from_secs(900));
    other.step(Duration::from_secs(900));
    assert_ne!(facts(&one), facts(&other));
    one.set_arrival_factor(0.0);
    let before = one.case_counts.arrived;
    one.step(Duration::from_secs(900));
    assert_eq!(one.case_counts.arrived, before);
    one.set_arrival_factor(1.0);
    one.step(Duration::from_secs(900));
    assert!(one.case_counts.arrived > before);
}

#[test]
fn agent_set_after_login_keeps_its_state() {
    let mut world = world(1);
    world.step(Duration::from_secs(900));
    let id = *world.agents.keys().next().expect("an agent");
    assert_eq!(world.set_activity(id, Activity::Paused, None), Err(ChangeError::NotLoggedIn));
    assert_eq!(world.set_login(id, true), Ok(()));
    assert_eq!(world.set_activity(id, Activity::Offered, None), Err(ChangeError::NotSettable));
    assert_eq!(world.set_activity(id, Activity::Paused, Some("Möte".to_owned())), Ok(()));
    // Over the next change of shifts, which must not affect the agent.
    world.step(Duration::from_secs(30 * 3600));
    assert_eq!(world.agents[&id].activity, Activity::Paused);
    assert_eq!(world.agents[&id].reason.as_deref(), Some("Möte"));
    assert_eq!(world.set_login(id, false), Ok(()));
    world.step(Duration::from_secs(24 * 3600));
    assert_eq!(world.agents[&id].activity, Activity::LoggedOut);
    assert_consistent(&world);
}

#[test]
fn released_agents_work_again() {
    let mut world = world(1);
    world.step(Duration::from_secs(900));
    let ids: Vec<u32> = world.agents.keys().copied().collect();
    for id in &ids {
        assert_eq!(world.set_login(*id, true), Ok(()));
        assert_eq!(world.set_activity(*id, Activity::Paused, None), Ok(()));
    }
    world.step(Duration::from_secs(900));
    let served = world.case_counts.served;
    assert!(world.agents.values().all(|agent| agent.activity == Activity::Paused));
    world.release();
    assert_consistent(&world);
    world.step(Duration::from_secs(900));
    assert!(world.case_counts.served > served + 10, "{} after {served}", world.case_counts.served);
    assert!(world.agents.values().all(|agent| !agent.controlled));
}

#[test]
fn removed_service_ends_cases_and_frees_agents() {
    let mut world = world(5);
    world.step(Duration::from_secs(1200));
    let job = world.cases.values().find(|case| case.stage == Stage::Handled).expect("a talk");
    let (service, agent) = (job.service, job.agent.expect("an agent"));
    world.remove_service(service).expect("the service is there");
    assert!(!world.services.contains_key(&service));
    assert!(world.cases.values().all(|case| case.service != service));
    assert_ne!(world.agents[&agent].service, Some(service));
    assert_eq!(world.remove_service(service), Err(ChangeError::Unknown));
    assert_consistent(&world);
}

#[test]
fn agents_share_groups_and_some_are_small() {
    let world = world(1);
    assert!(world.agents.values().any(|agent| agent.groups.len() > 1));
    let members =
        |group: u32| world.agents.values().filter(move |a| a.groups.contains(&group)).count();
    assert!(world.agent_groups.keys().any(|group| members(*group) < 3));
    assert!(world.agent_groups.keys().all(|group| members(*group) > 0));
}

#[test]
fn simultaneous_events_keep_their_order() {
    let second = Duration::from_secs;
    let mut events = EventQueue::default();
    events.schedule(second(2), Event::ShiftStart { agent: 1 });
    events.schedule(second(1), Event::ShiftStart { agent: 9 });
    events.schedule(second(1), Event::ShiftStart { agent: 2 });
    assert_eq!(events.pop_until(second(1)), Some((second(1), Event::ShiftStart { agent: 9 })));
    assert_eq!(events.pop_until(second(1)), Some((second(1), Event::ShiftStart { agent: 2 })));
    assert_eq!(events.pop_until(second(1)), None);
}
