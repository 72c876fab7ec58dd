//! The last readings of a target: pure data, published as a whole and never changed afterwards.
//!
//! Does not belong here: what happened *between* two readings (`tally`).

mod members;
mod naming;
mod reading;

use std::{sync::Arc, time::Duration};

use crate::model::{
    Agent, AgentGroup, AgentStatus, Case, CaseList, ClockSkew, CollectionCount, Collector,
    ContactCenter, FieldUse, Service, ServiceGroups, ServiceSkills, ServiceStatus, Stamp, Text,
};
pub use naming::ServiceNaming;
pub use reading::{
    AnyReading, Attempt, Good, Health, Outcome, Problem, ProblemKind, Reading, is_same_moment,
    longest_interval, max_age,
};

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
    /// Difference of that server's clock to ours; `None` if its answers have no date.
    pub clock_skew: Option<ClockSkew>,
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
    /// Names in the labels of services, and services whose goals are not certain; `None`: each is
    /// shown by its present name, and all goals are certain.
    pub naming: Option<Arc<ServiceNaming>>,
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

/// Explanations for people beside the data of a target.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Time of the last change of `up`; `None` before the first step.
    pub turned: Option<Stamp>,
    /// Reason why the last step got no data at all; `None` if it got any.
    pub trouble: Option<Problem>,
    /// Contact centres that the configuration excludes.
    pub passed_over: Arc<[ContactCenter]>,
    /// Configured interval of each collector, in the order of [`Collector::ALL`]; `None`: it is
    /// off.
    pub configured: [Option<Duration>; Collector::COUNT],
}

impl Snapshot {
    /// Returns the snapshot of a target before its first reading.
    pub fn new(target: impl Into<Text>, server: impl Into<Text>, stepped: Stamp) -> Self {
        Self {
            target: target.into(),
            stepped,
            up: false,
            simulated: false,
            server: server.into(),
            clock_skew: None,
            contact_centers: Reading::none(None),
            centers: Vec::new(),
            inventory: Reading::none(None),
            fields: Arc::new([]),
            notes: Notes::default(),
        }
    }

    /// Returns true if the last step succeeded and is not too old at `now`.
    pub fn is_up(&self, now: Stamp) -> bool {
        // A poller that hangs is not up: its last step must not be older than the data of the fast
        // collectors may be.
        let fast = self.centers.iter().flat_map(Center::health);
        let fast = fast.filter(|(collector, _)| collector.is_fast());
        // Before the first contact centre is known, the shortest maximum age applies: a minute.
        let max_age = fast
            .map(|(_, health)| health.max_age)
            .max()
            .unwrap_or_else(|| max_age(Duration::ZERO, Duration::ZERO));
        self.up && now.since(self.stepped) <= max_age
    }

    /// Returns all that depends on the moment `now` and not on the readings alone, in a fixed order:
    /// the target is up, and each reading is not too old.
    pub fn freshness(&self, now: Stamp) -> impl Iterator<Item = bool> {
        let of_center = move |center| {
            let reading = move |collector| Center::reading(center, collector).is_fresh(now);
            Collector::ALL.into_iter().map(reading)
        };
        [self.is_up(now), self.contact_centers.is_fresh(now), self.inventory.is_fresh(now)]
            .into_iter()
            .chain(self.centers.iter().flat_map(of_center))
    }
}

impl Center {
    /// Returns a contact centre before the first reading. `interval` returns the interval of each
    /// collector, `None` if it is switched off.
    pub fn new(
        contact_center: ContactCenter,
        interval: impl Fn(Collector) -> Option<Duration>,
    ) -> Self {
        let mut center = Self {
            contact_center,
            services: Reading::none(None),
            service_state: Reading::none(None),
            service_groups: Reading::none(None),
            agents: Reading::none(None),
            agent_state: Reading::none(None),
            agent_groups: Reading::none(None),
            calls: Reading::none(None),
            cases: Reading::none(None),
            followed: Arc::new([]),
            skills: Reading::none(None),
            inventory: Reading::none(None),
            naming: None,
        };
        center.set_intervals(interval);
        center
    }

    /// Returns the reading of a collector.
    pub fn reading(&self, collector: Collector) -> &dyn AnyReading {
        match collector {
            Collector::Services => &self.services,
            Collector::ServiceState => &self.service_state,
            Collector::ServiceGroups => &self.service_groups,
            Collector::Agents => &self.agents,
            Collector::AgentState => &self.agent_state,
            Collector::AgentGroups => &self.agent_groups,
            Collector::Calls => &self.calls,
            Collector::Cases => &self.cases,
            Collector::Skills => &self.skills,
            Collector::Inventory => &self.inventory,
        }
    }

    /// Returns the reading of a collector, to be changed.
    pub fn reading_mut(&mut self, collector: Collector) -> &mut dyn AnyReading {
        match collector {
            Collector::Services => &mut self.services,
            Collector::ServiceState => &mut self.service_state,
            Collector::ServiceGroups => &mut self.service_groups,
            Collector::Agents => &mut self.agents,
            Collector::AgentState => &mut self.agent_state,
            Collector::AgentGroups => &mut self.agent_groups,
            Collector::Calls => &mut self.calls,
            Collector::Cases => &mut self.cases,
            Collector::Skills => &mut self.skills,
            Collector::Inventory => &mut self.inventory,
        }
    }

    /// Returns the state of every collector that is switched on, in the order of
    /// [`Collector::ALL`].
    pub fn health(&self) -> impl Iterator<Item = (Collector, Health)> {
        let health = |collector| Some((collector, self.reading(collector).health()?));
        Collector::ALL.into_iter().filter_map(health)
    }

    /// Returns the name in the labels of a service, of which `known` is the present one; `None`
    /// while its series must not be shown yet.
    pub fn service_label<'a>(
        &'a self,
        service: &str,
        known: Option<&'a Text>,
    ) -> Option<Option<&'a Text>> {
        match &self.naming {
            Some(naming) => naming.is_decided(service).then(|| naming.label(service)),
            None => Some(known),
        }
    }

    /// Sets the intervals of the collectors.
    pub fn set_intervals(&mut self, interval: impl Fn(Collector) -> Option<Duration>) {
        for collector in Collector::ALL {
            self.reading_mut(collector).set_interval(interval(collector));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_collector_has_a_reading_of_its_own() {
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let interval = |collector: Collector| Duration::from_secs(1 + collector.index() as u64);
        let mut center = Center::new(contact_center, |collector| Some(interval(collector)));
        for collector in Collector::ALL {
            assert_eq!(center.reading(collector).interval(), Some(interval(collector)));
            center.reading_mut(collector).set_interval(None);
            assert!(center.health().all(|(on, _)| on != collector), "{}", collector.as_str());
        }
    }
}
