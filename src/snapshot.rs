//! What a target looked like when it was last read: pure data, published whole, never changed.
//!
//! Does not belong here: anything that happened *between* readings (`tally`).

mod notes;
mod service_names;

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::model::{
    Agent, AgentGroup, AgentStatus, Case, CaseList, Collector, ContactCenter, FieldUse, Holding, Service,
    ServiceGroups, ServiceSkills, ServiceStatus, Stamp, Text,
};
pub use notes::{Notes, Problem};

/// Everything known of one target after a step of its poller.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Configured name of the target.
    pub target: Text,
    /// When the step that made this snapshot was finished.
    pub stepped: Stamp,
    /// The last step got at least one good answer, with a token, from a fast collector.
    pub up: bool,
    /// The answers were made by a simulator.
    pub simulated: bool,
    /// Host and port of the server that was read last.
    pub server: Text,
    /// Seconds by which that server's clock is ahead of ours, to about a second.
    pub clock_skew: Option<f64>,
    /// The list of contact centres.
    pub contact_centers: Reading<Vec<ContactCenter>>,
    /// The contact centres that are read, in the order of the list.
    pub centers: Vec<Center>,
    /// What there is of everything that belongs to no contact centre.
    pub inventory: Reading<Vec<Holding>>,
    /// What the field dictionary found so far.
    pub fields: Arc<[FieldUse]>,
    /// What people are told beside the data.
    pub notes: Notes,
}

/// One contact centre.
#[derive(Clone, Debug)]
pub struct Center {
    /// Its id and name.
    pub contact_center: ContactCenter,
    /// Services as configured.
    pub services: Reading<Vec<Service>>,
    /// Services now.
    pub service_state: Reading<Vec<ServiceStatus>>,
    /// Service groups.
    pub service_groups: Reading<ServiceGroups>,
    /// Agents as configured.
    pub agents: Reading<Vec<Agent>>,
    /// Agents now.
    pub agent_state: Reading<Vec<AgentStatus>>,
    /// Agent groups.
    pub agent_groups: Reading<Vec<AgentGroup>>,
    /// Calls now.
    pub calls: Reading<CaseList>,
    /// Cases of every kind now.
    pub cases: Reading<CaseList>,
    /// What single cases that a cut list does not show were found to be.
    pub followed: Arc<[Followed]>,
    /// Who can take cases of which service.
    pub skills: Reading<ServiceSkills>,
    /// What there is of everything in this contact centre.
    pub inventory: Reading<Vec<Holding>>,
}

/// A case that was asked for by its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// Trio's job number.
    pub id: Text,
    /// When the answer came.
    pub at: Stamp,
    /// The case; `None`: there is no such case any more.
    pub case: Option<Case>,
}

/// The last good data of one collector, and how its last attempt went.
#[derive(Clone, Debug)]
pub struct Reading<T> {
    /// How often the collector is due; `None`: it is switched off, and nothing is said of it.
    pub interval: Option<Duration>,
    /// The last attempt; `None` before the first.
    pub attempt: Option<Attempt>,
    /// The last complete data, whatever came after.
    pub good: Option<Good<T>>,
    /// Attempts that answered but could not be read whole.
    pub incomplete_total: u64,
    /// Why the last attempt brought nothing whole; `None` if it did, or before the first.
    pub problem: Option<Problem>,
}

/// How one attempt to read went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Stamp,
    /// How long it took.
    pub duration: Duration,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an attempt to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Read whole.
    Complete,
    /// Answered, but pages were missing or contradicted each other.
    Incomplete,
    /// No usable answer.
    Failed,
}

/// Data that was read whole.
#[derive(Clone, Debug)]
pub struct Good<T> {
    /// When the reading began: the data is at least this old.
    pub taken: Stamp,
    /// How long the reading took: what it shows was so at some moment of this time.
    pub took: Duration,
    /// The first reading that gave just this data.
    pub changed: Stamp,
    /// Items read.
    pub items: usize,
    /// The data.
    pub data: Arc<T>,
}

impl<T> Reading<T> {
    /// A reading before its first attempt.
    pub fn none(interval: impl Into<Option<Duration>>) -> Self {
        Self { interval: interval.into(), attempt: None, good: None, incomplete_total: 0, problem: None }
    }

    /// What the last attempt came to.
    pub fn tried(&mut self) -> Tried<'_> {
        Tried { attempt: &mut self.attempt, problem: &mut self.problem, interval: self.interval }
    }

    /// How old the data may get before it is withheld: three intervals, at least a minute.
    pub fn max_age(&self) -> Duration {
        max_age(self.interval.unwrap_or_default())
    }

    /// The data, unless it is too old at `now`.
    pub fn fresh(&self, now: Stamp) -> Option<&Arc<T>> {
        let good = self.good.as_ref()?;
        (now.since(good.taken) <= self.max_age()).then_some(&good.data)
    }

    /// What is known about the collector, whatever it reads; `None` if it is switched off.
    pub fn health(&self, collector: Collector) -> Option<Health> {
        Some(Health {
            collector,
            interval: self.interval?,
            attempt: self.attempt,
            last_success: self.good.as_ref().map(|good| good.taken),
            last_change: self.good.as_ref().map(|good| good.changed),
            items: self.good.as_ref().map(|good| good.items),
            incomplete_total: self.incomplete_total,
        })
    }
}

/// What an attempt came to, whatever was read, for whoever changes it.
#[derive(Debug)]
pub struct Tried<'a> {
    /// The last attempt.
    pub attempt: &'a mut Option<Attempt>,
    /// Why it brought nothing whole.
    pub problem: &'a mut Option<Problem>,
    /// How often the collector is due.
    pub interval: Option<Duration>,
}

/// Longest time between the starts of two readings of the same moment. The collectors of a cycle start
/// together, a few requests at a time; two cycles are seconds apart.
const MOMENT: Duration = Duration::from_millis(500);

/// Returns whether two readings started so close to each other that they can be compared.
pub fn is_same_moment(one: Stamp, other: Stamp) -> bool {
    one.mono.abs_diff(other.mono) <= MOMENT
}

/// How old data may get that is read at this interval.
pub fn max_age(interval: Duration) -> Duration {
    (interval * 3).max(Duration::from_secs(60))
}

/// The state of one collector, without its data.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// Which collector.
    pub collector: Collector,
    /// How often it is due.
    pub interval: Duration,
    /// Its last attempt.
    pub attempt: Option<Attempt>,
    /// When its last good data was read.
    pub last_success: Option<Stamp>,
    /// When that data was first seen as it is.
    pub last_change: Option<Stamp>,
    /// Items in that data.
    pub items: Option<usize>,
    /// Attempts that could not be read whole.
    pub incomplete_total: u64,
}

impl Center {
    /// A contact centre of which nothing has been read yet. `interval` says how often each collector is
    /// due, if it is switched on.
    pub fn new(contact_center: ContactCenter, interval: impl Fn(Collector) -> Option<Duration>) -> Self {
        Self {
            contact_center,
            services: Reading::none(interval(Collector::Services)),
            service_state: Reading::none(interval(Collector::ServiceState)),
            service_groups: Reading::none(interval(Collector::ServiceGroups)),
            agents: Reading::none(interval(Collector::Agents)),
            agent_state: Reading::none(interval(Collector::AgentState)),
            agent_groups: Reading::none(interval(Collector::AgentGroups)),
            calls: Reading::none(interval(Collector::Calls)),
            cases: Reading::none(interval(Collector::Cases)),
            followed: Arc::new([]),
            skills: Reading::none(interval(Collector::Skills)),
            inventory: Reading::none(interval(Collector::Inventory)),
        }
    }

    /// The state of every collector that is switched on, in the order of [`Collector::ALL`].
    pub fn health(&self) -> impl Iterator<Item = Health> {
        let health = Collector::ALL.map(|collector| match collector {
            Collector::Services => self.services.health(collector),
            Collector::ServiceState => self.service_state.health(collector),
            Collector::ServiceGroups => self.service_groups.health(collector),
            Collector::Agents => self.agents.health(collector),
            Collector::AgentState => self.agent_state.health(collector),
            Collector::AgentGroups => self.agent_groups.health(collector),
            Collector::Calls => self.calls.health(collector),
            Collector::Cases => self.cases.health(collector),
            Collector::Skills => self.skills.health(collector),
            Collector::Inventory => self.inventory.health(collector),
        });
        health.into_iter().flatten()
    }

    /// Changes how often the collectors are due.
    pub fn set_intervals(&mut self, interval: impl Fn(Collector) -> Option<Duration>) {
        self.services.interval = interval(Collector::Services);
        self.service_state.interval = interval(Collector::ServiceState);
        self.service_groups.interval = interval(Collector::ServiceGroups);
        self.agents.interval = interval(Collector::Agents);
        self.agent_state.interval = interval(Collector::AgentState);
        self.agent_groups.interval = interval(Collector::AgentGroups);
        self.calls.interval = interval(Collector::Calls);
        self.cases.interval = interval(Collector::Cases);
        self.skills.interval = interval(Collector::Skills);
        self.inventory.interval = interval(Collector::Inventory);
    }

    /// What the last attempt of every collector came to, and its interval if it is switched on.
    pub fn attempts(&mut self) -> [Tried<'_>; Collector::COUNT] {
        [
            self.services.tried(),
            self.service_state.tried(),
            self.service_groups.tried(),
            self.agents.tried(),
            self.agent_state.tried(),
            self.agent_groups.tried(),
            self.calls.tried(),
            self.cases.tried(),
            self.skills.tried(),
            self.inventory.tried(),
        ]
    }

    /// Why the last attempt of a collector brought nothing whole.
    pub fn problem(&self, collector: Collector) -> Option<&Problem> {
        match collector {
            Collector::Services => self.services.problem.as_ref(),
            Collector::ServiceState => self.service_state.problem.as_ref(),
            Collector::ServiceGroups => self.service_groups.problem.as_ref(),
            Collector::Agents => self.agents.problem.as_ref(),
            Collector::AgentState => self.agent_state.problem.as_ref(),
            Collector::AgentGroups => self.agent_groups.problem.as_ref(),
            Collector::Calls => self.calls.problem.as_ref(),
            Collector::Cases => self.cases.problem.as_ref(),
            Collector::Skills => self.skills.problem.as_ref(),
            Collector::Inventory => self.inventory.problem.as_ref(),
        }
    }

    /// `(service id, group id)` pairs: from the row filter, else from the services' own records.
    pub fn service_group_members(&self, now: Stamp) -> Vec<(Text, Text)> {
        let groups = self.service_groups.fresh(now);
        if let Some(members) = groups.and_then(|groups| groups.members.as_ref()) {
            return members.clone();
        }
        let services = self.services.fresh(now).into_iter().flat_map(|data| data.iter());
        services.flat_map(|s| s.group_ids.iter().map(|group| (s.id.clone(), group.clone()))).collect()
    }

    /// The agent groups with the ids of their members, whichever side names them, each member once.
    /// `None` while the groups are unknown, or while neither side names a single member.
    pub fn agent_group_members(&self) -> Option<Vec<(AgentGroup, Vec<Text>)>> {
        let groups = self.agent_groups.good.as_ref()?;
        let mut of_group: HashMap<&str, Vec<Text>> = HashMap::new();
        for agent in self.agents.good.iter().flat_map(|good| good.data.iter()) {
            for group in &agent.group_ids {
                of_group.entry(group).or_default().push(agent.id.clone());
            }
        }
        let joined: Vec<_> = groups
            .data
            .iter()
            .map(|group| {
                let mut members = of_group.remove(&*group.id).unwrap_or_default();
                members.extend(group.agent_ids.iter().cloned());
                members.sort_unstable();
                members.dedup();
                (group.clone(), members)
            })
            .collect();
        joined.iter().any(|(_, members)| !members.is_empty()).then_some(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Clock;

    fn read_at(taken: Stamp, interval: Duration) -> Reading<u8> {
        let good = Good { taken, took: Duration::ZERO, changed: taken, items: 1, data: Arc::new(7) };
        Reading { good: Some(good), ..Reading::none(interval) }
    }

    #[test]
    fn data_is_withheld_once_it_is_older_than_three_intervals() {
        let now = Clock::system().now();
        let later = |secs| Stamp { mono: now.mono + Duration::from_secs(secs), ..now };
        let reading = read_at(now, Duration::from_secs(300));
        assert!(reading.fresh(later(900)).is_some());
        assert!(reading.fresh(later(901)).is_none());
    }

    #[test]
    fn readings_of_a_moment_start_within_half_a_second() {
        let now = Clock::system().now();
        let later = |millis| Stamp { mono: now.mono + Duration::from_millis(millis), ..now };
        assert!(is_same_moment(now, later(500)) && is_same_moment(later(500), now));
        assert!(!is_same_moment(now, later(501)) && !is_same_moment(later(501), now));
    }

    #[test]
    fn data_of_a_quick_collector_lives_a_minute() {
        let now = Clock::system().now();
        let reading = read_at(now, Duration::from_secs(5));
        assert!(reading.fresh(Stamp { mono: now.mono + Duration::from_secs(60), ..now }).is_some());
        assert!(reading.fresh(Stamp { mono: now.mono + Duration::from_millis(60_001), ..now }).is_none());
    }
}
