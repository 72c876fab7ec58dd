//! Counters of what happened between two readings. Pure: no I/O and no clock.
//!
//! A target's poller owns the [`Tally`]. Each step compares the new snapshot with the one before
//! and returns [`Totals`], which are published together with that snapshot.

mod agent_time;
mod counts;
mod evidence;
mod flow;
mod ids;
mod saved;
mod saved_form;
mod skilled;
mod source;
mod wait_units;

use std::{sync::Arc, time::Duration};

use jiff::tz::TimeZone;

pub use agent_time::{
    AgentTotals, GroupKey, GroupTotals, OTHER_REASON, OverLimit, PauseTotals, PersonTotals,
    StateCounts, StateLimits, StateSeconds, Visibility,
};
pub use counts::{
    ClassCounts, Edges, LeftAge, RejectedTimes, TimeCounts, UnclassifiedReason, Unmeasured,
    WaitHistogram,
};
pub use evidence::{
    AgeRange, ClassNow, ListRead, Resolution, TimeEvidence, TimeVerdict, TrioClock, Truncation,
    WaitingNow, max_case_age, max_state_age,
};
pub use flow::{
    ClassTotals, DayCounts, DayDetail, DayStart, DayTime, Destination, Event, FlowTotals,
    Inference, LevelGap, ServiceTotals,
};
pub use saved::Saved;
pub use skilled::SkilledAgents;
pub use source::Source;
pub use wait_units::{Comparison, age_by_arrival};

use crate::{
    model::{Goals, GroupSelection, Resource, Stamp, Text, WaitMismatch, unix_seconds},
    snapshot::{Center, Snapshot},
};
use agent_time::AgentTime;
use flow::Flow;
use saved::CenterRecord;
use saved_form::RestoreClock;
use skilled::Skilled;
#[cfg(test)]
pub(crate) use skilled::count as count_skilled;
use wait_units::WaitUnits;

/// A snapshot and the counters up to it: the data of one scrape.
#[derive(Clone, Debug)]
pub struct Published {
    /// The last readings.
    pub snapshot: Arc<Snapshot>,
    /// The counters.
    pub totals: Arc<Totals>,
}

/// Configuration of the tally.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Smallest number of members that an agent group needs for series of its own; smaller groups
    /// are merged.
    pub min_group_size: usize,
    /// Agent groups that may be shown, with their members.
    pub groups: Arc<GroupSelection>,
    /// Longest time that agents should be in each state.
    pub state_limits: StateLimits,
    /// Reasons of pauses that may be shown.
    pub pause_reasons: Arc<[Text]>,
    /// Goals of the services: wait targets and the like.
    pub goals: Arc<Goals>,
    /// Edges of the wait histograms.
    pub edges: Edges,
    /// Time zone in which the day of the `day` counts begins.
    pub time_zone: TimeZone,
    /// Time for which counters are kept of services, agents and groups that Trio no longer lists.
    /// They continue if it comes back.
    pub keep: Duration,
    /// Largest number of services of a contact centre whose counters are kept.
    pub max_services: usize,
    /// Largest number of agents, and of groups, that are gone and whose counters are kept, per
    /// contact centre.
    pub max_agents: usize,
    /// True if each step lists what it inferred of single cases, for `trace`.
    pub record_events: bool,
    /// True if each step exports the counters for the state file.
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
            max_services: 20_000,
            max_agents: 20_000,
            record_events: false,
            saves: false,
        }
    }
}

impl Settings {
    /// Returns true if both settings show the same agents, groups and pause reasons.
    pub fn has_same_visibility(&self, other: &Self) -> bool {
        let key = |settings: &Self| {
            (settings.min_group_size, settings.groups.clone(), settings.pause_reasons.clone())
        };
        key(self) == key(other)
    }
}

/// The counters of one target.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// One entry for each contact centre that is listed now.
    pub centers: Vec<CenterTotals>,
    /// Fields whose waits seem to be read in the wrong unit.
    pub wait_mismatches: Arc<[WaitMismatch]>,
    /// The counters as they are saved for another process; `None` unless [`Settings::saves`] is
    /// set.
    pub saved: Option<Arc<Saved>>,
}

/// The counters of one contact centre.
#[derive(Clone, Debug)]
pub struct CenterTotals {
    /// Id of the contact centre.
    pub contact_center: Text,
    /// Time of agents by state; `None` until agent states have been read.
    pub agents: Option<AgentTotals>,
    /// Agents and agent groups that may be shown.
    pub visibility: Arc<Visibility>,
    /// Outcomes of the cases.
    pub flow: FlowTotals,
    /// Smallest number of people of whom a number may be shown, of [`Settings::min_group_size`].
    pub min_group_size: usize,
    /// Time zone of the day and of times for people.
    pub time_zone: TimeZone,
    /// Agents by service for which they have the skill; `None` while skills or agent states are
    /// unknown.
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
    /// Last snapshot that listed it.
    listed: Stamp,
    agents: AgentTime,
    flow: Flow,
    skilled: Skilled,
}

impl Tally {
    /// Creates a tally without any counts.
    pub fn new(settings: Settings) -> Self {
        Self { settings, centers: Vec::new(), wait_units: WaitUnits::default() }
    }

    /// Returns the selection of agent groups that may be shown.
    pub fn groups(&self) -> &GroupSelection {
        &self.settings.groups
    }

    /// Continues with the counters of an earlier process. Counters older than [`Settings::keep`]
    /// are dropped. The time in between counts as unmeasured.
    pub fn resuming(mut self, saved: &Saved, now: Stamp) -> Self {
        let clock = RestoreClock::new(saved.at, now);
        // A clock that was set back gives no age; the counters are used then, because a counter
        // that starts at zero again would look like a reset.
        if clock.away().is_none_or(|seconds| seconds <= self.settings.keep.as_secs_f64()) {
            let resume = |center| CenterTally::resume(center, clock, &self.settings);
            self.centers = saved.centers.iter().map(resume).collect();
        }
        self
    }

    /// Exports the counters for another process, as they are after the step of the moment `now`.
    fn export(&self, now: Stamp) -> Saved {
        let center = |center: &CenterTally| CenterRecord {
            id: center.id.clone(),
            agents: center.agents.export(now),
            flow: center.flow.export(now, &self.settings.time_zone),
        };
        Saved { at: unix_seconds(now.wall), centers: self.centers.iter().map(center).collect() }
    }

    /// Returns the cases of a contact centre to read one by one before the next step, most
    /// important first: they wait, and a truncated list does not show them.
    pub fn cases_to_follow(&self, contact_center: &str) -> Vec<(Resource, Text)> {
        let center = self.centers.iter().find(|center| *center.id == *contact_center);
        let hidden = center.map(|center| center.flow.cases_to_follow()).unwrap_or_default();
        hidden.into_iter().map(|(source, id)| (source.resource(), id)).collect()
    }
}

/// Counts what happened from the snapshot before to `cur`.
///
/// A contact centre that is no longer listed has no totals, and its counters are dropped after
/// [`Settings::keep`].
pub fn step(tally: &mut Tally, cur: &Snapshot) -> Totals {
    let Tally { settings, centers: known, wait_units } = tally;
    let mut totals = Totals { wait_mismatches: wait_units.step(cur), ..Totals::default() };
    for center in &cur.centers {
        let id = &center.contact_center.id;
        let position = known.iter().position(|known| known.id == *id).unwrap_or_else(|| {
            known.push(CenterTally::new(id.clone(), cur.stepped));
            known.len() - 1
        });
        totals.centers.push(known[position].step(cur, center, settings));
    }
    // A contact centre may be missing from one answer only. Its counters continue if it comes back.
    known.retain(|center| cur.stepped.since(center.listed) <= settings.keep);
    totals.saved = settings.saves.then(|| Arc::new(tally.export(cur.stepped)));
    totals
}

impl CenterTally {
    fn new(id: Text, listed: Stamp) -> Self {
        Self {
            id,
            listed,
            agents: AgentTime::default(),
            flow: Flow::default(),
            skilled: Skilled::default(),
        }
    }

    fn resume(saved: &CenterRecord, clock: RestoreClock, settings: &Settings) -> Self {
        let agents = saved.agents.as_ref();
        let agents = agents.map(|agents| AgentTime::restore(agents, clock, settings));
        Self {
            agents: agents.unwrap_or_default(),
            flow: Flow::restore(&saved.flow, clock, settings),
            ..Self::new(saved.id.clone(), clock.now)
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
            visibility: self.agents.visibility(settings),
            flow: self.flow.totals(),
            min_group_size: settings.min_group_size,
            time_zone: settings.time_zone.clone(),
            skilled: self.skilled.agents(),
        }
    }
}
