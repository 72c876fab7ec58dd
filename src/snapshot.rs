//! The last readings of a target: pure data, published as a whole and never changed afterwards.
//!
//! Does not belong here: what happened *between* two readings (`tally`).

mod notes;
mod service_names;

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::model::{
    Agent, AgentGroup, AgentStatus, Case, CaseList, CollectionCount, Collector, ContactCenter,
    FieldUse, Service, ServiceGroups, ServiceSkills, ServiceStatus, Stamp, Text,
};
pub use notes::{Notes, Problem};

/// The readings of one target after a step of its poller.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Configured name of the target.
    pub target: Text,
    /// End of the step that produced this snapshot.
    pub stepped: Stamp,
    /// True if a fast collector got at least one valid answer, with a token, in the last step.
    pub up: bool,
    /// True if the answers are those of a simulator.
    pub simulated: bool,
    /// Host and port of the server that was read last.
    pub server: Text,
    /// Difference of that server's clock to ours, in seconds, positive if it is ahead; exact to
    /// about a second.
    pub clock_skew: Option<f64>,
    /// The list of contact centres.
    pub contact_centers: Reading<Vec<ContactCenter>>,
    /// The contact centres that are read, in the order of the list.
    pub centers: Vec<Center>,
    /// Numbers of items of the collections that belong to no contact centre.
    pub inventory: Reading<Vec<CollectionCount>>,
    /// Results of the field dictionary.
    pub fields: Arc<[FieldUse]>,
    /// Explanations for people, such as reasons of failures.
    pub notes: Notes,
}

/// One contact centre.
#[derive(Clone, Debug)]
pub struct Center {
    /// Its id and name.
    pub contact_center: ContactCenter,
    /// Services as configured.
    pub services: Reading<Vec<Service>>,
    /// Current states of services.
    pub service_state: Reading<Vec<ServiceStatus>>,
    /// Service groups.
    pub service_groups: Reading<ServiceGroups>,
    /// Agents as configured.
    pub agents: Reading<Vec<Agent>>,
    /// Current states of agents.
    pub agent_state: Reading<Vec<AgentStatus>>,
    /// Agent groups.
    pub agent_groups: Reading<Vec<AgentGroup>>,
    /// Current calls.
    pub calls: Reading<CaseList>,
    /// Current cases of all classes.
    pub cases: Reading<CaseList>,
    /// Cases missing from a truncated list that were requested one by one in this step.
    pub followed: Arc<[Followed]>,
    /// Agents with the skill for each service.
    pub skills: Reading<ServiceSkills>,
    /// Numbers of items of the collections of this contact centre.
    pub inventory: Reading<Vec<CollectionCount>>,
}

/// A case that was requested by its job number.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// Trio's job number.
    pub id: Text,
    /// Time of the answer.
    pub at: Stamp,
    /// The case; `None`: Trio no longer has it (404), so it has ended.
    pub case: Option<Case>,
}

/// The last complete data of one collector, and the result of its last attempt.
#[derive(Clone, Debug)]
pub struct Reading<T> {
    /// Interval of the collector; `None`: it is switched off and has no metrics.
    pub interval: Option<Duration>,
    /// The last attempt; `None` before the first.
    pub attempt: Option<Attempt>,
    /// The last complete data; failed attempts do not change it.
    pub good: Option<Good<T>>,
    /// Number of attempts that were answered but incomplete.
    pub incomplete_total: u64,
    /// Reason why the last attempt was not complete; `None` if it was, or before the first.
    pub problem: Option<Problem>,
}

/// One attempt to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Start of the attempt.
    pub at: Stamp,
    /// Duration of the attempt.
    pub duration: Duration,
    /// Result of the attempt.
    pub outcome: Outcome,
}

/// The result of an attempt to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All data was read.
    Complete,
    /// There were answers, but pages were missing or contradicted each other.
    Incomplete,
    /// No usable answer.
    Failed,
}

/// Complete data of one reading.
#[derive(Clone, Debug)]
pub struct Good<T> {
    /// Start of the reading; the age of the data is counted from here.
    pub taken: Stamp,
    /// Duration of the reading: each value was true at some moment within it.
    pub took: Duration,
    /// Start of the first reading with the same data.
    pub changed: Stamp,
    /// Number of items.
    pub items: usize,
    /// The data.
    pub data: Arc<T>,
}

impl<T> Reading<T> {
    /// Returns a reading before its first attempt.
    pub fn none(interval: impl Into<Option<Duration>>) -> Self {
        Self {
            interval: interval.into(),
            attempt: None,
            good: None,
            incomplete_total: 0,
            problem: None,
        }
    }

    /// Returns the result of the last attempt, to be changed.
    pub fn tried(&mut self) -> Tried<'_> {
        Tried { attempt: &mut self.attempt, problem: &mut self.problem, interval: self.interval }
    }

    /// Returns the age after which the data is withheld: three intervals, at least a minute.
    pub fn max_age(&self) -> Duration {
        max_age(self.interval.unwrap_or_default())
    }

    /// Returns the data, unless it is too old at `now`.
    pub fn fresh(&self, now: Stamp) -> Option<&Arc<T>> {
        // Judged when it is used, not when it is read: a poller that hangs cannot keep old gauges
        // alive.
        let good = self.good.as_ref()?;
        (now.since(good.taken) <= self.max_age()).then_some(&good.data)
    }

    /// Returns the state of the collector, without its data; `None` if it is switched off.
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

/// Mutable access to the result of the last attempt, for readings of any type.
#[derive(Debug)]
pub struct Tried<'a> {
    /// The last attempt.
    pub attempt: &'a mut Option<Attempt>,
    /// Reason why it was not complete.
    pub problem: &'a mut Option<Problem>,
    /// Interval of the collector.
    pub interval: Option<Duration>,
}

/// Longest time between the starts of two readings of the same moment. The collectors of a cycle
/// start together, a few requests at a time; two cycles are seconds apart.
const MOMENT: Duration = Duration::from_millis(500);

/// Returns whether two readings started so close to each other that they can be compared.
pub fn is_same_moment(one: Stamp, other: Stamp) -> bool {
    one.mono.abs_diff(other.mono) <= MOMENT
}

/// Returns the age after which data read at this interval is withheld.
pub fn max_age(interval: Duration) -> Duration {
    // Two failed readings in a row do not remove the gauges yet.
    (interval * 3).max(Duration::from_secs(60))
}

/// The state of one collector, without its data.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// The collector.
    pub collector: Collector,
    /// Its interval.
    pub interval: Duration,
    /// Its last attempt.
    pub attempt: Option<Attempt>,
    /// Start of the reading of its last complete data.
    pub last_success: Option<Stamp>,
    /// Start of the first reading with the same data.
    pub last_change: Option<Stamp>,
    /// Number of items in that data.
    pub items: Option<usize>,
    /// Number of incomplete attempts.
    pub incomplete_total: u64,
}

impl Center {
    /// Returns a contact centre before the first reading. `interval` returns the interval of each
    /// collector, `None` if it is switched off.
    pub fn new(
        contact_center: ContactCenter,
        interval: impl Fn(Collector) -> Option<Duration>,
    ) -> Self {
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

    /// Returns the state of every collector that is switched on, in the order of
    /// [`Collector::ALL`].
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

    /// Sets the intervals of the collectors.
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

    /// Returns mutable access to the results of the last attempts, in the order of
    /// [`Collector::ALL`].
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

    /// Returns the reason why the last attempt of a collector was not complete.
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

    /// Returns `(service id, group id)` pairs: from the row filter, else from the records of the
    /// services.
    pub fn service_group_members(&self, now: Stamp) -> Vec<(Text, Text)> {
        // The row filter first: it works also where records do not name their groups.
        let groups = self.service_groups.fresh(now);
        if let Some(members) = groups.and_then(|groups| groups.members.as_ref()) {
            return members.clone();
        }
        let services = self.services.fresh(now).into_iter().flat_map(|data| data.iter());
        services
            .flat_map(|s| s.group_ids.iter().map(|group| (s.id.clone(), group.clone())))
            .collect()
    }

    /// Returns the agent groups with the ids of their members, each once, from the records of both
    /// agents and groups. `None` if the groups are unknown, or if neither side names any member.
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
        // Without any member the server does not tell them: groups of size 0 would be wrong.
        joined.iter().any(|(_, members)| !members.is_empty()).then_some(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Clock;

    fn read_at(taken: Stamp, interval: Duration) -> Reading<u8> {
        let good =
            Good { taken, took: Duration::ZERO, changed: taken, items: 1, data: Arc::new(7) };
        Reading { good: Some(good), ..Reading::none(interval) }
    }

    #[test]
    fn data_older_than_three_intervals_is_withheld() {
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
    fn data_of_a_fast_collector_is_kept_a_minute() {
        let now = Clock::system().now();
        let reading = read_at(now, Duration::from_secs(5));
        assert!(reading.fresh(Stamp { mono: now.mono + Duration::from_secs(60), ..now }).is_some());
        assert!(
            reading
                .fresh(Stamp { mono: now.mono + Duration::from_millis(60_001), ..now })
                .is_none()
        );
    }
}
