//! Time of agents in each state, and numbers of state changes.

mod groups;
mod intervals;
mod pauses;
mod previous;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use super::{
    Settings,
    evidence::{Resolution, TrioClock},
    ids::Retained,
    saved_form::{ByState, ByWord, RestoreClock, changes, is_count, is_time, is_zero},
};
use crate::{
    model::{AgentState, AgentStatus, Moment, Resource, Stamp, Text},
    snapshot::{Center, Good, Snapshot},
};
use groups::Groups;
pub use groups::{GroupKey, Visibility};
use intervals::{Interval, MassLogout, StateSince, StateTimes, over_limit};
pub use pauses::{OTHER_REASON, PauseTotals};
use pauses::{Pauses, reports_reasons};
use previous::PreviousAgents;

/// Seconds by state, in the order of [`AgentState::ALL`].
pub type StateSeconds = [f64; AgentState::COUNT];
/// Agents by state, in the order of [`AgentState::ALL`].
pub type StateCounts = [u64; AgentState::COUNT];
/// Longest time in each state, in the order of [`AgentState::ALL`].
pub type StateLimits = [Option<Duration>; AgentState::COUNT];

/// Totals of the agents of one contact centre. Only those of all agents together are saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentTotals {
    /// Agents by state at the last good reading.
    #[serde(skip)]
    pub now: StateCounts,
    /// Agents in a state for longer than its limit at the last good reading, by state.
    #[serde(skip)]
    pub over_limit: Vec<OverLimit>,
    /// Agent-seconds by state since start.
    #[serde(with = "ByWord::<AgentState>")]
    pub seconds: StateSeconds,
    /// Agent-seconds since start that cannot be assigned to a state.
    pub unmeasured_seconds: f64,
    /// Times of states that were not used since start, each counted once.
    #[serde(skip_serializing_if = "is_zero")]
    pub rejected_since: u64,
    /// State changes since start: `changes[from][to]`.
    #[serde(with = "changes")]
    pub changes: [StateCounts; AgentState::COUNT],
    /// Pauses by reason; `None` while no reason is allowed or Trio gives none.
    #[serde(skip)]
    pub pauses: Option<PauseTotals>,
    /// Totals by agent group; `None` while membership is unknown.
    #[serde(skip)]
    pub groups: Option<Vec<GroupTotals>>,
    /// One entry for each agent, in the order of the last good reading.
    #[serde(skip)]
    pub persons: Arc<[PersonTotals]>,
}

/// Number of agents over the limit of one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverLimit {
    /// The state.
    pub state: AgentState,
    /// Its limit.
    pub limit: Duration,
    /// Number of agents that are over it.
    pub agents: u64,
}

/// Totals of one agent group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTotals {
    /// The group.
    pub key: GroupKey,
    /// Its members by state at the last good reading.
    pub now: StateCounts,
    /// Member-seconds by state since the group was first seen.
    pub seconds: StateSeconds,
}

/// Totals of one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonTotals {
    /// Trio's id.
    pub id: Text,
    /// Begin of the present state: Trio's own time, else when the state was first seen.
    pub since: SystemTime,
    /// Seconds by state since the agent was first seen.
    pub seconds: StateSeconds,
}

/// The agents of a contact centre in the state file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AgentsRecord {
    /// Number of agents in the last reading, and the seconds since that reading.
    pub(super) agents: u64,
    pub(super) seen_ago: f64,
    #[serde(flatten)]
    pub(super) totals: AgentTotals,
    /// Paused seconds by allowed reason.
    pub(super) pauses: Vec<(Text, f64)>,
    /// Seconds by the id of the group.
    pub(super) groups: Vec<(Text, ByState<f64>)>,
}

/// The running counts of one contact centre.
#[derive(Debug, Default)]
pub(super) struct AgentTime {
    totals: Option<AgentTotals>,
    /// Counters of an earlier process.
    restored: Option<Restored>,
    last: Option<LastReading>,
    /// Begin of the state of each agent of the last reading, in the order of that reading.
    held: Vec<StateSince>,
    /// Resolution of Trio's times of states.
    resolution: Resolution,
    /// Seconds of agents that Trio no longer lists.
    gone: Retained<StateSeconds>,
    mass_logout: MassLogout,
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

/// Counters of an earlier process, until agent states are read again.
#[derive(Debug)]
struct Restored {
    totals: AgentTotals,
    /// Number of agents in the last reading, and its moment: their time since is
    /// unmeasured.
    agents: u64,
    seen_at: Option<Moment>,
}

impl Restored {
    /// Returns the unmeasured agent-seconds up to `now`.
    fn unmeasured_seconds_until(&self, now: Stamp) -> f64 {
        let since = self.seen_at.map_or(0.0, |at| now.moment() - at);
        self.agents as f64 * since.max(0.0)
    }
}

impl AgentsRecord {
    /// Returns true if every number is one that a counter can have.
    pub(super) fn is_valid(&self) -> bool {
        let Self { agents, seen_ago, totals, pauses, groups } = self;
        let AgentTotals {
            seconds,
            unmeasured_seconds,
            rejected_since,
            changes,
            now: _,
            over_limit: _,
            pauses: _,
            groups: _,
            persons: _,
        } = totals;
        let paused = pauses.iter().map(|(_, seconds)| seconds);
        let of_groups = groups.iter().flat_map(|(_, seconds)| &seconds.0);
        let times = seconds.iter().chain(paused).chain(of_groups);
        times.chain([seen_ago, unmeasured_seconds]).copied().all(is_time)
            && changes.iter().flatten().chain([agents, rejected_since]).copied().all(is_count)
    }
}

/// An agent in the previous reading.
#[derive(Clone, Copy)]
struct PreviousAgent<'a> {
    status: &'a AgentStatus,
    person: &'a PersonTotals,
    held: &'a StateSince,
}

impl AgentTime {
    pub(super) fn totals(&self) -> Option<AgentTotals> {
        Some(AgentTotals {
            pauses: self.pauses.totals(),
            groups: self.groups.totals.clone(),
            ..self.totals.clone()?
        })
    }

    /// Exports the counters; `None` if agent states were never read.
    pub(super) fn export(&self, now: Stamp) -> Option<AgentsRecord> {
        let restored = self.restored.as_ref();
        let totals = self.totals.as_ref().or(restored.map(|restored| &restored.totals))?;
        let (agents, seen_at) = match (&self.last, restored) {
            (Some(last), _) => (last.data.len() as u64, Some(last.taken.moment())),
            (None, restored) => restored.map(|restored| (restored.agents, restored.seen_at))?,
        };
        Some(AgentsRecord {
            agents,
            seen_ago: seen_at.map_or(0.0, |seen| (now.moment() - seen).max(0.0)),
            // Single agents stay here.
            totals: AgentTotals {
                seconds: totals.seconds,
                unmeasured_seconds: totals.unmeasured_seconds,
                rejected_since: totals.rejected_since,
                changes: totals.changes,
                ..AgentTotals::default()
            },
            pauses: self.pauses.export(),
            groups: self.groups.export(),
        })
    }

    /// Continues with the counters of an earlier process from the next reading on.
    pub(super) fn restore(saved: &AgentsRecord, clock: RestoreClock, settings: &Settings) -> Self {
        let mut time = Self {
            restored: Some(Restored {
                totals: saved.totals.clone(),
                agents: saved.agents,
                seen_at: clock.moment(saved.seen_ago),
            }),
            ..Self::default()
        };
        time.pauses.restore(&saved.pauses, &settings.pause_reasons);
        time.groups.restore(&saved.groups, clock.now.mono, settings.max_agents);
        time
    }

    /// Returns the agents and groups that may be shown.
    pub(super) fn visibility(&self, settings: &Settings) -> Arc<Visibility> {
        self.groups
            .visibility
            .clone()
            .unwrap_or_else(|| Arc::new(Visibility::before_groups_are_read(&settings.groups)))
    }

    /// Counts from the agent states of the reading before to those of `center`.
    pub(super) fn step(&mut self, cur: &Snapshot, center: &Center, settings: &Settings) {
        let Some(good) = &center.agent_state.good else { return };
        let stateless =
            !good.data.is_empty() && good.data.iter().all(|status| status.state.is_none());
        // A server that hides the member `state` must not show every agent counter as zero.
        if self.totals.is_none() && stateless {
            return;
        }
        if self.last.as_ref().is_none_or(|last| last.taken != good.taken) {
            let before = self.last.as_ref().map(|last| last.data.as_slice());
            let mass_logout = self.mass_logout.observe(before, &good.data);
            let every = center.agent_state.interval.unwrap_or_default();
            let interval = self
                .last
                .as_ref()
                .map(|last| Interval::between(last, good.taken, &cur.server, mass_logout, every));
            self.credit(cur, good, interval, settings);
            self.last = Some(LastReading {
                taken: good.taken,
                server: cur.server.clone(),
                data: good.data.clone(),
            });
        }
        // Credited first: the time that has passed belongs to the groups as they were, and new
        // groups start at zero one reading before they can count.
        self.groups.update_membership(center, settings);
        self.groups.count_now(&good.data);
    }

    /// Credits the time between two readings: half to the state at its begin, half to the state at
    /// its end.
    ///
    /// The moment of a change in between is unknown; halves are right on average.
    fn credit(
        &mut self,
        cur: &Snapshot,
        good: &Good<Vec<AgentStatus>>,
        interval: Option<Interval>,
        settings: &Settings,
    ) {
        let Self { totals, restored, last, held, resolution, gone, pauses, groups, .. } = self;
        let totals = totals.get_or_insert_with(|| match restored.take() {
            Some(restored) => {
                let missed = restored.unmeasured_seconds_until(good.taken);
                AgentTotals {
                    unmeasured_seconds: restored.totals.unmeasured_seconds + missed,
                    ..restored.totals
                }
            }
            None => AgentTotals::default(),
        });
        let mut rejected = totals.rejected_since;
        let mut times = StateTimes {
            clock: TrioClock { taken: good.taken, skew: cur.clock_skew },
            until: good.taken.moment() + good.took.as_secs_f64(),
            resolution,
            rejected: &mut rejected,
        };
        let known = totals.persons.clone();
        let statuses = last.as_ref().map(|last| last.data.as_slice()).unwrap_or_default();
        let agent = |place: usize| {
            let (person, held) = (known.get(place)?, held.get(place)?);
            Some(PreviousAgent { status: statuses.get(place)?, person, held })
        };
        let mut previous = PreviousAgents::new(statuses);
        let before_at = last.as_ref().map(|last| last.taken);
        let has_reasons = reports_reasons(&good.data, maps_reason_member(cur));
        let agents = good.data.len();
        let mut persons = Vec::with_capacity(agents);
        let mut held_now = Vec::with_capacity(agents);
        totals.now = Default::default();
        gone.forget_before(good.taken.mono.saturating_sub(settings.keep));
        for status in good.data.iter() {
            let before = previous.take(&status.id).and_then(agent);
            // An agent that an answer left out continues its counter: a counter that starts again
            // would be a reset.
            let known =
                before.map(|before| before.person.seconds).or_else(|| gone.take(&status.id));
            let seen = before.zip(before_at).map(|(before, at)| (before.status, before.held, at));
            let held = StateSince::update(seen, status, &mut times);
            let mut person = PersonTotals {
                id: status.id.clone(),
                since: held.since,
                seconds: known.unwrap_or_default(),
            };
            if let (Some(before), Some(interval)) = (before, interval) {
                let measured = totals.credit_interval(
                    &mut person,
                    groups,
                    interval,
                    before.status.state,
                    status.state,
                );
                pauses.credit(before.status, status, has_reasons, measured);
            }
            if let Some(state) = status.state {
                totals.now[state.index()] += 1;
            }
            persons.push(person);
            held_now.push(held);
        }
        totals.rejected_since = rejected;
        // Agents that disappeared: no reading shows the state at the end of their last interval.
        for before in previous.left().filter_map(agent) {
            totals.unmeasured_seconds += interval.map_or(0.0, Interval::seconds);
            gone.put(
                before.person.id.clone(),
                good.taken.mono,
                before.person.seconds,
                settings.max_agents,
            );
        }
        pauses.count(&good.data, has_reasons, &settings.pause_reasons);
        totals.over_limit = over_limit(&good.data, &held_now, good.taken, &settings.state_limits);
        totals.persons = persons.into();
        *held = held_now;
    }
}

impl AgentTotals {
    /// Credits an interval to one agent. Returns the seconds of it that were measured.
    fn credit_interval(
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

/// Returns true if a member of Trio's answers is mapped to the reason of a pause.
fn maps_reason_member(cur: &Snapshot) -> bool {
    let mut fields = cur.fields.iter();
    fields.any(|field| {
        field.resource == Resource::AgentState && field.field == "reason" && field.member.is_some()
    })
}

#[cfg(test)]
mod tests;
