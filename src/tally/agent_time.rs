//! How long agents spent in each state, and how often they changed it.

mod groups;
mod held;
mod interval;
mod kept;
mod pauses;
mod saved;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{Settings, agent_groups::GroupKey, shown::Shown};
use crate::{
    model::{AgentState, AgentStatus, Resource, Stamp, Text},
    snapshot::{Center, Good, Snapshot},
};
use groups::Groups;
use held::{At, Held};
use interval::{AllOut, Interval};
use kept::Kept;
pub use pauses::{OTHER_REASON, PauseTotals};
use pauses::{Pauses, tells_reasons};
use saved::Carried;

/// Seconds by state, in the order of [`AgentState::ALL`].
pub type StateSeconds = [f64; AgentState::COUNT];
/// Agents by state, in the order of [`AgentState::ALL`].
pub type StateCounts = [u64; AgentState::COUNT];
/// How long agents should be in each state at most, in the order of [`AgentState::ALL`].
pub type StateLimits = [Option<Duration>; AgentState::COUNT];

/// What is known of the agents of one contact centre.
#[derive(Clone, Debug)]
pub struct AgentTotals {
    /// Agents by state at the last good reading.
    pub now: StateCounts,
    /// Agents that were in their state for longer than its limit at the last good reading.
    pub over_limit: Vec<OverLimit>,
    /// Agent-seconds by state since start.
    pub seconds: StateSeconds,
    /// Agent-seconds since start that no state can claim.
    pub unmeasured_seconds: f64,
    /// State changes seen since start: `changes[from][to]`.
    pub changes: [StateCounts; AgentState::COUNT],
    /// Pauses by reason; `None` while no reason may be shown or Trio gives none.
    pub pauses: Option<PauseTotals>,
    /// The same by agent group; `None` while membership is unknown.
    pub groups: Option<Vec<GroupTotals>>,
    /// One entry an agent, in the order of the last good reading.
    pub persons: Arc<[PersonTotals]>,
}

/// The agents that are in a state for longer than they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverLimit {
    /// The state.
    pub state: AgentState,
    /// Its limit.
    pub limit: Duration,
    /// How many agents are over it.
    pub agents: u64,
}

/// What is known of one agent group.
#[derive(Clone, Debug)]
pub struct GroupTotals {
    /// The group.
    pub key: GroupKey,
    /// Its members by state at the last good reading.
    pub now: StateCounts,
    /// Member-seconds by state since the group was first seen.
    pub seconds: StateSeconds,
}

/// What is known of one agent.
#[derive(Clone, Debug)]
pub struct PersonTotals {
    /// Trio's id.
    pub id: Text,
    /// When the present state began: Trio's own time, else when it was first seen.
    pub since: SystemTime,
    /// Seconds by state since the agent was first seen.
    pub seconds: StateSeconds,
}

/// The running counts of one contact centre.
#[derive(Debug, Default)]
pub(super) struct AgentTime {
    totals: Option<AgentTotals>,
    /// What an earlier process counted.
    carried: Option<Carried>,
    last: Option<LastReading>,
    /// Since when each agent of the last reading is in its state, in the order of that reading.
    held: Vec<Held>,
    /// The seconds of agents that are gone from Trio.
    gone: Kept<StateSeconds>,
    all_out: AllOut,
    pauses: Pauses,
    groups: Groups,
}

/// The reading that was counted last.
#[derive(Debug)]
struct LastReading {
    taken: Stamp,
    server: Text,
    data: Arc<Vec<AgentStatus>>,
}

/// An agent in the reading before.
#[derive(Clone, Copy)]
struct Before<'a> {
    status: &'a AgentStatus,
    person: &'a PersonTotals,
    held: &'a Held,
}

impl AgentTime {
    pub(super) fn totals(&self) -> Option<AgentTotals> {
        let (pauses, groups) = (self.pauses.totals(), self.groups.totals.clone());
        Some(AgentTotals { pauses, groups, ..self.totals.clone()? })
    }

    /// Who may be shown.
    pub(super) fn shown(&self, settings: &Settings) -> Arc<Shown> {
        self.groups.shown.clone().unwrap_or_else(|| Arc::new(Shown::unknown(&settings.groups)))
    }

    /// Counts from the agent states of the reading before to those of `center`.
    pub(super) fn step(&mut self, cur: &Snapshot, center: &Center, settings: &Settings) {
        let Some(good) = &center.agent_state.good else { return };
        let stateless = !good.data.is_empty() && good.data.iter().all(|status| status.state.is_none());
        if self.totals.is_none() && stateless {
            return;
        }
        if self.last.as_ref().is_none_or(|last| last.taken != good.taken) {
            let before = self.last.as_ref().map(|last| last.data.as_slice());
            let all_out = self.all_out.covers(before, &good.data);
            let every = center.agent_state.interval.unwrap_or_default();
            let interval = self
                .last
                .as_ref()
                .map(|last| Interval::between(last, good.taken, &cur.server, all_out, every));
            self.credit(cur, good, interval, settings);
            let server = cur.server.clone();
            self.last = Some(LastReading { taken: good.taken, server, data: good.data.clone() });
        }
        // Only now: what has passed belongs to the groups that were, and new ones start at zero.
        self.groups.judge(center, settings);
        self.groups.count_now(&good.data);
    }

    /// Half of the time between two readings goes to the state at its begin, half to that at its end:
    /// nobody knows when in between a change happened, and this is right on average.
    fn credit(
        &mut self,
        cur: &Snapshot,
        good: &Good<Vec<AgentStatus>>,
        interval: Option<Interval>,
        settings: &Settings,
    ) {
        let Self { totals, carried, last, held, gone, pauses, groups, .. } = self;
        let totals = totals.get_or_insert_with(|| match carried.take() {
            Some(carried) => {
                let missed = carried.missed_seconds(good.taken);
                AgentTotals {
                    unmeasured_seconds: carried.totals.unmeasured_seconds + missed,
                    ..carried.totals
                }
            }
            None => AgentTotals::zero(),
        });
        let at = At { taken: good.taken, clock_skew: cur.clock_skew.unwrap_or_default() };
        let known = totals.persons.clone();
        let mut left = present(last.as_ref(), &known, held);
        let before_at = last.as_ref().map(|last| last.taken);
        let tells = tells_reasons(&good.data, names_reasons(cur));
        let agents = good.data.len();
        let (mut persons, mut held_now) = (Vec::with_capacity(agents), Vec::with_capacity(agents));
        totals.now = Default::default();
        gone.forget_before(good.taken.mono.saturating_sub(settings.keep));
        for status in good.data.iter() {
            let before = left.remove(&*status.id);
            let known = before.map(|before| before.person.seconds).or_else(|| gone.take(&status.id));
            let seen = before.zip(before_at).map(|(before, at)| (before.status, before.held, at));
            let held = Held::now(seen, status, at);
            let mut person =
                PersonTotals { id: status.id.clone(), since: held.since, seconds: known.unwrap_or_default() };
            if let (Some(before), Some(interval)) = (before, interval) {
                let measured = totals.pass(&mut person, groups, interval, before.status.state, status.state);
                pauses.credit(before.status, status, tells, measured);
            }
            if let Some(state) = status.state {
                totals.now[state.index()] += 1;
            }
            persons.push(person);
            held_now.push(held);
        }
        for (_, before) in left {
            totals.unmeasured_seconds += interval.map_or(0.0, Interval::seconds);
            gone.put(before.person.id.clone(), good.taken.mono, before.person.seconds, settings.most_agents);
        }
        pauses.count(&good.data, tells, &settings.pause_reasons);
        totals.over_limit = over_limit(&good.data, &held_now, good.taken, &settings.state_limits);
        totals.persons = persons.into();
        *held = held_now;
    }
}

impl AgentTotals {
    fn zero() -> Self {
        Self {
            now: Default::default(),
            over_limit: Vec::new(),
            seconds: Default::default(),
            unmeasured_seconds: 0.0,
            changes: Default::default(),
            pauses: None,
            groups: None,
            persons: Arc::new([]),
        }
    }

    /// An interval has passed for one agent. Gives back the seconds of it that were measured.
    fn pass(
        &mut self,
        person: &mut PersonTotals,
        groups: &mut Groups,
        interval: Interval,
        from: Option<AgentState>,
        to: Option<AgentState>,
    ) -> f64 {
        if let (Some(from), Some(to)) = (from, to)
            && from != to
            && interval.shows_changes()
        {
            self.changes[from.index()][to.index()] += 1;
        }
        let (Some(from), Some(to), Interval::Measured(seconds)) = (from, to, interval) else {
            self.unmeasured_seconds += interval.seconds();
            return 0.0;
        };
        for state in [from, to] {
            person.seconds[state.index()] += seconds / 2.0;
            self.seconds[state.index()] += seconds / 2.0;
            groups.credit(&person.id, state, seconds / 2.0);
        }
        seconds
    }
}

/// The agents of the reading before, by their ids.
fn present<'a>(
    last: Option<&'a LastReading>,
    persons: &'a [PersonTotals],
    held: &'a [Held],
) -> FxHashMap<&'a str, Before<'a>> {
    let mut present = FxHashMap::with_capacity_and_hasher(persons.len(), FxBuildHasher);
    let statuses = last.iter().flat_map(|last| last.data.iter());
    for ((status, person), held) in statuses.zip(persons).zip(held) {
        present.insert(&*status.id, Before { status, person, held });
    }
    present
}

/// Whether Trio's answers have a member that says why an agent is paused.
fn names_reasons(cur: &Snapshot) -> bool {
    let mut fields = cur.fields.iter();
    fields.any(|field| {
        field.resource == Resource::AgentState && field.field == "reason" && field.member.is_some()
    })
}

/// Who is over the limit of each state that has one.
fn over_limit(statuses: &[AgentStatus], held: &[Held], taken: Stamp, limits: &StateLimits) -> Vec<OverLimit> {
    let of_state = |state: AgentState| {
        let limit = limits[state.index()]?;
        let in_state = statuses.iter().zip(held).filter(|(status, _)| status.state == Some(state));
        let agents = in_state.filter(|(_, held)| held.exceeds(limit, taken)).count() as u64;
        Some(OverLimit { state, limit, agents })
    };
    AgentState::ALL.into_iter().filter_map(of_state).collect()
}

#[cfg(test)]
mod tests;
