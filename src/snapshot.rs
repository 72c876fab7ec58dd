//! The last readings of a target: pure data, published as a whole and never changed afterwards.
//!
//! Does not belong here: what happened *between* two readings (`tally`).

mod members;
mod reading;

use std::{sync::Arc, time::Duration};

use crate::model::{
    Agent, AgentGroup, AgentStatus, Case, CaseList, CollectionCount, Collector, ContactCenter,
    FieldUse, Service, ServiceGroups, ServiceSkills, ServiceStatus, Stamp, Text,
};
pub use reading::{
    Attempt, Good, Health, Outcome, Problem, Reading, Tried, is_same_moment, max_age,
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
}
