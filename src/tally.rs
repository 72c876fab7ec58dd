//! What happened between two readings: pure, no I/O, no clock.
//!
//! `Tally` is owned by a target's poller; its totals are published beside the snapshot that they
//! were brought up to date with.

mod agent_groups;
mod agent_time;
mod elapsed;
mod flow;
mod saved;
mod service_time;
mod shown;
mod skilled;
mod wait_units;
mod waits;

use std::{sync::Arc, time::Duration};

use jiff::tz::TimeZone;

pub use agent_groups::GroupKey;
pub use agent_time::{
    AgentTotals, GroupTotals, OTHER_REASON, OverLimit, PauseTotals, PersonTotals, StateCounts, StateLimits,
    StateSeconds,
};
pub use shown::Shown;
pub use skilled::SkilledAgents;

pub use flow::{
    Ago, ClassCounts, ClassNow, ClassTotals, DayCounts, Doubt, Edges, Event, FlowTotals, Inference, LeftAge,
    ListTaken, Place, RejectedTimes, ServiceTotals, Source, Told, WaitHistogram, WaitingNow,
};
pub use saved::Saved;
pub use service_time::{TimeCounts, Unmeasured};
pub use wait_units::{AgeRange, Comparison, age_by_arrival};

use crate::{
    model::{Goals, GroupSelection, Resource, Stamp, Text, WaitMismatch},
    snapshot::{Center, Snapshot},
};
use agent_time::AgentTime;
use flow::Flow;
use saved::{Return, SavedCenter};
use skilled::Skilled;
#[cfg(test)]
pub(crate) use skilled::count as count_skilled;
use wait_units::WaitUnits;

/// A snapshot and everything that has been counted up to it: what scrapers are shown.
#[derive(Clone, Debug)]
pub struct Published {
    /// The last readings.
    pub snapshot: Arc<Snapshot>,
    /// The counters.
    pub totals: Arc<Totals>,
}

/// What the tally needs to know of the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Agent groups with fewer members are merged.
    pub min_group_size: usize,
    /// Agent groups that may be shown, with their members.
    pub groups: Arc<GroupSelection>,
    /// How long agents should be in a state at most.
    pub state_limits: StateLimits,
    /// Reasons of pauses that may be shown.
    pub pause_reasons: Arc<[Text]>,
    /// What services are meant to achieve.
    pub goals: Arc<Goals>,
    /// Edges of the wait histograms.
    pub edges: Edges,
    /// Where midnight is.
    pub time_zone: TimeZone,
    /// How long what is gone from Trio is kept in mind, so that its counters go on if it comes back.
    pub keep: Duration,
    /// At most so many services of a contact centre are kept in mind.
    pub most_services: usize,
    /// At most so many agents and groups of a contact centre that are gone are kept in mind.
    pub most_agents: usize,
    /// Whether what is inferred of single cases is told.
    pub tells_events: bool,
    /// Whether every step also gives what can go on in another process.
    pub saves: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_group_size: 3,
            groups: Arc::default(),
            state_limits: StateLimits::default(),
            pause_reasons: Arc::default(),
            goals: Arc::default(),
            edges: Edges::default(),
            time_zone: TimeZone::UTC,
            keep: Duration::from_secs(24 * 3600),
            most_services: 20_000,
            most_agents: 20_000,
            tells_events: false,
            saves: false,
        }
    }
}

impl Settings {
    /// Whether whatever may be shown of agents by one of the two may be shown by the other.
    pub fn shows_like(&self, other: &Self) -> bool {
        let of = |settings: &Self| {
            (settings.min_group_size, settings.groups.clone(), settings.pause_reasons.clone())
        };
        of(self) == of(other)
    }
}

/// The counters of one target.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// One entry a contact centre that has been seen.
    pub centers: Vec<CenterTotals>,
    /// Fields whose waits are read in the wrong unit, as it seems.
    pub wait_mismatches: Arc<[WaitMismatch]>,
    /// The same as it can go on in another process, if that is wanted.
    pub saved: Option<Arc<Saved>>,
}

/// The counters of one contact centre.
#[derive(Clone, Debug)]
pub struct CenterTotals {
    /// Id of the contact centre.
    pub contact_center: Text,
    /// Agent time; `None` until agent states have been read.
    pub agents: Option<AgentTotals>,
    /// Which agents and agent groups may be shown.
    pub shown: Arc<Shown>,
    /// What became of the cases.
    pub flow: FlowTotals,
    /// Who could answer for which service; `None` while skills or agent states are unknown.
    pub skilled: Option<Arc<SkilledAgents>>,
}

/// The running counts of one target.
#[derive(Debug)]
pub struct Tally {
    settings: Settings,
    centers: Vec<CenterTally>,
    wait_units: WaitUnits,
}

/// The running counts of one contact centre.
#[derive(Debug)]
struct CenterTally {
    id: Text,
    /// When it was last listed.
    listed: Stamp,
    agents: AgentTime,
    flow: Flow,
    skilled: Skilled,
}

impl Tally {
    /// A tally that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Self { settings, centers: Vec::new(), wait_units: WaitUnits::default() }
    }

    /// The agent groups that may be shown.
    pub fn groups(&self) -> &GroupSelection {
        &self.settings.groups
    }

    /// The same tally, going on where an earlier process stopped. What is older than [`Settings::keep`] is
    /// not used. Time since then counts as unmeasured.
    pub fn resuming(mut self, saved: &Saved, now: Stamp) -> Self {
        let way = Return::of(saved, now);
        if way.away().is_none_or(|seconds| seconds <= self.settings.keep.as_secs_f64()) {
            let resume = |center| CenterTally::resume(center, way, &self.settings);
            self.centers = saved.centers.iter().map(resume).collect();
        }
        self
    }

    /// What can go on in another process, as it is after the step of the moment `now`.
    fn export(&self, now: Stamp) -> Saved {
        let center = |center: &CenterTally| SavedCenter {
            id: center.id.clone(),
            agents: center.agents.export(now),
            flow: center.flow.export(now, &self.settings.time_zone),
        };
        Saved { at: saved::unix(now.wall), centers: self.centers.iter().map(center).collect() }
    }

    /// The cases of a contact centre that should be asked for by their number before the next step, the
    /// most important first: a cut list does not show them.
    pub fn to_follow(&self, contact_center: &str) -> Vec<(Resource, Text)> {
        let center = self.centers.iter().find(|center| *center.id == *contact_center);
        let hidden = center.map(|center| center.flow.to_follow()).unwrap_or_default();
        hidden.into_iter().map(|(source, id)| (source.resource(), id)).collect()
    }
}

/// Counts what happened from the snapshot before to `cur`. A contact centre that is no longer listed is shown no
/// more, and forgotten after a while.
pub fn step(tally: &mut Tally, cur: &Snapshot) -> Totals {
    let Tally { settings, centers: known, wait_units } = tally;
    let mut totals = Totals { wait_mismatches: wait_units.step(cur), ..Totals::default() };
    for center in &cur.centers {
        let id = &center.contact_center.id;
        let position = known.iter().position(|known| known.id == *id).unwrap_or_else(|| {
            let (agents, flow, skilled) = Default::default();
            known.push(CenterTally { id: id.clone(), listed: cur.stepped, agents, flow, skilled });
            known.len() - 1
        });
        totals.centers.push(known[position].step(cur, center, settings));
    }
    known.retain(|center| cur.stepped.since(center.listed) <= settings.keep);
    totals.saved = settings.saves.then(|| Arc::new(tally.export(cur.stepped)));
    totals
}

impl CenterTally {
    fn resume(saved: &SavedCenter, way: Return, settings: &Settings) -> Self {
        let agents = saved.agents.as_ref();
        let agents = agents.map(|agents| AgentTime::restore(agents, way, settings));
        Self {
            id: saved.id.clone(),
            listed: way.now,
            agents: agents.unwrap_or_default(),
            flow: Flow::restore(&saved.flow, way, settings),
            skilled: Skilled::default(),
        }
    }

    fn step(&mut self, cur: &Snapshot, center: &Center, settings: &Settings) -> CenterTotals {
        self.listed = cur.stepped;
        self.agents.step(cur, center, settings);
        self.flow.step(cur, center, settings);
        self.skilled.step(center);
        CenterTotals {
            contact_center: self.id.clone(),
            agents: self.agents.totals(),
            shown: self.agents.shown(settings),
            flow: self.flow.totals(),
            skilled: self.skilled.agents(),
        }
    }
}
