//! Time of a step from bytes to counters (decode, snapshot, tally), relative to serde_json over the
//! same bytes into bare structs.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

mod answers;
mod ratio;

use std::{cell::RefCell, sync::Arc, time::Duration};

use answers::{AGENTS, Bare, BareAgent, BareService, SERVICES, agent_states, service_states};
use trio_exporter::{
    model::{Agent, AgentGroup, Clock, ContactCenter, Stamp, Text},
    snapshot::{Center, Snapshot},
    tally::{self, Tally},
    trio::Dictionary,
};

/// Aim: snapshot and tally cost at most as much as the floor once more, beyond the aim of decoding.
const AIM: f64 = 3.0;
const STATE: Duration = Duration::from_secs(5);
const CONFIGURATION: Duration = Duration::from_secs(300);
const GROUPS: usize = 50;

fn main() {
    let dictionary = Dictionary::builtin().unwrap();
    let (agents, services) = (agent_states(), service_states());
    let clock = Clock::system();
    let empty = configured(clock.now());

    // The tally continues from step to step, as in a poller.
    let state = RefCell::new((Tally::new(tally::Settings::default()), Arc::new(empty)));
    let ours = || {
        clock.advance(STATE);
        let (tally, last) = &mut *state.borrow_mut();
        let now = clock.now();
        let mut snapshot = Snapshot::clone(last);
        let center = &mut snapshot.centers[0];
        let agents = dictionary.agent_states(&agents).unwrap();
        center.agent_state.store(now, Duration::ZERO, agents.len(), agents);
        let services = dictionary.service_states(&services).unwrap();
        center.service_state.store(now, Duration::ZERO, services.len(), services);
        snapshot.stepped = now;
        let snapshot = Arc::new(snapshot);
        let totals = tally::step(tally, &snapshot);
        *last = snapshot;
        totals
    };
    let floor = || {
        let agents: Bare<BareAgent> = serde_json::from_slice(&agents).unwrap();
        let services: Bare<BareService> = serde_json::from_slice(&services).unwrap();
        (agents, services)
    };
    // Two steps: the first has no interval to credit.
    ours();
    let totals = ours();
    let measured: f64 = totals.centers[0].agents.as_ref().unwrap().seconds.iter().sum();
    assert!(measured > 4.9 * AGENTS as f64, "the interval between two steps is credited");
    assert_eq!(floor().1.data.len(), SERVICES);
    let measured = ratio::measure(ours, floor, AIM);
    println!("step with {AGENTS} agents and {SERVICES} services, bytes to counters: {measured}");
}

/// A contact centre with agents and groups read, but no state yet.
fn configured(now: Stamp) -> Snapshot {
    let text = |prefix: &str, number: usize| Text::from(format!("{prefix}{number}"));
    let agent =
        |n| Agent { id: text("", 100_000 + n), name: None, group_ids: vec![text("g", n % GROUPS)] };
    let group =
        |n| AgentGroup { id: text("g", n), name: Some(text("Grupp ", n)), agent_ids: vec![] };
    let contact_center = ContactCenter { id: "1".into(), name: None };
    let mut center = Center::new(contact_center, |collector| {
        Some(if collector.is_fast() { STATE } else { CONFIGURATION })
    });
    center.agents.store(now, Duration::ZERO, AGENTS, (0..AGENTS).map(agent).collect());
    center.agent_groups.store(now, Duration::ZERO, GROUPS, (0..GROUPS).map(group).collect());
    Snapshot { centers: vec![center], ..Snapshot::new("main", "trio.example", now) }
}
