//! Properties over random histories of agents with randomly lost polls.

use std::collections::HashMap;

use proptest::{collection, prelude::*};

use super::*;

/// One reading: seconds since the previous one, lost or not, server, agents with their states, and
/// groups.
#[derive(Clone, Debug)]
struct Step {
    elapsed: f64,
    lost: bool,
    server: u8,
    /// Id, state, and true if there is a reason.
    agents: Vec<(u8, usize, bool)>,
    groups: Vec<Vec<u8>>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let agents = collection::btree_map(0u8..9, (0usize..8, any::<bool>()), 0..9);
    // Often all are logged out at once.
    let agents =
        (agents, prop_oneof![4 => Just(false), 1 => Just(true)]).prop_map(|(agents, out)| {
            let agents = agents.into_iter();
            agents.map(|(id, (state, reason))| (id, if out { 0 } else { state }, reason)).collect()
        });
    let groups = collection::vec(collection::vec(0u8..9, 0..5), 0..3);
    let server = prop_oneof![6 => Just(1u8), 1 => Just(2u8)];
    let step = (0.5f64..20.0, prop::bool::weighted(0.2), server, agents, groups);
    let step = step.prop_map(|(elapsed, lost, server, agents, groups)| Step {
        elapsed,
        lost,
        server,
        agents,
        groups,
    });
    collection::vec(step, 1..40)
}

fn read(step: &Step, at: Stamp) -> Center {
    // The eighth state is a missing state.
    let agents = step.agents.iter().map(|&(id, state, reason)| AgentStatus {
        state: AgentState::ALL.get(state).copied(),
        reason: reason.then(|| if id % 2 == 0 { "Lunch".into() } else { "Möte".into() }),
        ..status(&id.to_string(), AgentState::Busy)
    });
    let mut center = center(at, agents.collect());
    let groups = step.groups.iter().enumerate().map(|(group, members)| AgentGroup {
        id: group.to_string().into(),
        name: None,
        agent_ids: members.iter().map(|id| id.to_string().into()).collect(),
    });
    center.agent_groups.good = good(at, groups.collect());
    center
}

/// All counters by name; those of a group only while it has series.
fn counters(totals: &AgentTotals) -> HashMap<String, f64> {
    let mut counters = HashMap::from([("unmeasured".to_owned(), totals.unmeasured_seconds)]);
    for state in 0..AgentState::COUNT {
        counters.insert(format!("state {state}"), totals.seconds[state]);
        for to in 0..AgentState::COUNT {
            counters.insert(format!("change {state} {to}"), totals.changes[state][to] as f64);
        }
        for person in totals.persons.iter() {
            counters.insert(format!("person {} {state}", person.id), person.seconds[state]);
        }
    }
    for (reason, seconds) in
        totals.pauses.iter().flat_map(|pauses| pauses.seconds.iter().enumerate())
    {
        counters.insert(format!("reason {reason}"), *seconds);
    }
    counters
}

proptest! {
    #[test]
    fn agent_seconds_add_up_and_no_counter_falls(steps in steps()) {
        let settings = Settings { pause_reasons: ["Lunch".into()].into(), ..settings() };
        let (t, mut time) = (start(), AgentTime::default());
        let (mut at, mut elapsed, mut expected) = (0.0, 0.0, 0.0);
        let mut present: Option<usize> = None;
        let mut before = HashMap::new();
        let mut last: Option<Center> = None;
        for step in steps {
            at += step.elapsed;
            elapsed += step.elapsed;
            // A lost poll leaves the previous reading in the snapshot.
            let now = if step.lost { last.clone() } else { Some(read(&step, after(t, at))) };
            let Some(now) = now else { continue };
            let mut snapshot = snapshot(&now);
            snapshot.server = format!("trio{}", step.server).into();
            time.step(&snapshot, &now, &settings);
            last = Some(now);
            let Some(totals) = time.totals() else { continue };
            if !step.lost {
                expected += elapsed * present.unwrap_or_default() as f64;
                present = Some(step.agents.len());
                elapsed = 0.0;
            }
            let sum = totals.seconds.iter().sum::<f64>() + totals.unmeasured_seconds;
            prop_assert!((sum - expected).abs() < 1e-6, "{sum} against {expected}");
            let of_persons: f64 = totals.persons.iter().flat_map(|person| person.seconds).sum();
            prop_assert!(of_persons <= totals.seconds.iter().sum::<f64>() + 1e-6);
            let paused: f64 = totals.pauses.iter().flat_map(|pauses| &pauses.seconds).sum();
            prop_assert!(paused <= totals.seconds[PAUSED] + 1e-6);
            for (name, value) in counters(&totals) {
                let known = before.insert(name.clone(), value).unwrap_or_default();
                prop_assert!(value >= known, "{name} fell from {known} to {value}");
            }
        }
    }
}
