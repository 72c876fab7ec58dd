//! The exact account of what happens: kept by the world as it happens, seen by nobody in it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::World;
use super::agent::{Activity, Agent};
use super::case::{Case, Class, Stage};
use crate::sim::truth::{AgentTime, Flow, Truth};

/// A stay of a case at a service, from its coming to its end or its going elsewhere. Times are world
/// times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The job number, which a case keeps when it moves.
    pub job: u64,
    /// Where it stayed.
    pub service: u32,
    /// The class that it had there.
    pub class: Class,
    /// When the case came to the contact centre.
    pub created: Duration,
    /// When it came to wait here: [`Self::created`] unless it has moved.
    pub arrived: Duration,
    /// When it first rang at an agent.
    pub offered: Option<Duration>,
    /// When an agent answered.
    pub answered: Option<Duration>,
    /// When it was in no list of this service any more.
    pub ended: Duration,
    /// Why.
    pub outcome: Outcome,
}

/// How a stay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// An agent was through with it.
    Served,
    /// Whoever waited gave up.
    Left,
    /// It went, waiting, to another service or class.
    Moved,
    /// An agent had handled it, and it went on to another service.
    PassedOn,
    /// Its service was taken away.
    Removed,
}

/// The account since a marked moment. Its size is that of the contact centre, not of what happened,
/// unless a log of every stay is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Account {
    since: Duration,
    flows: BTreeMap<(u32, Class), Flow>,
    agents: BTreeMap<u32, AgentTime>,
    agent_groups: BTreeMap<u32, AgentTime>,
    log: Option<Vec<Stay>>,
}

impl Account {
    pub(super) fn arrived(&mut self, case: &Case) {
        self.flow(case).arrived += 1;
    }

    pub(super) fn moved_in(&mut self, case: &Case) {
        self.flow(case).moved_in += 1;
    }

    pub(super) fn answered(&mut self, case: &Case, now: Duration) {
        let queued = self.within(case.arrived, now);
        let flow = self.flow(case);
        flow.queue_time += queued;
        flow.count_answer(case.waited(now));
    }

    /// The case leaves the list of its service.
    pub(super) fn ended(&mut self, case: &Case, outcome: Outcome, now: Duration) {
        match case.answered {
            Some(answered) => {
                let handled = self.within(answered, now);
                let flow = self.flow(case);
                flow.handling_time += handled;
                flow.passed_on += u64::from(outcome == Outcome::PassedOn);
            }
            None => {
                let queued = self.within(case.arrived, now);
                let flow = self.flow(case);
                flow.queue_time += queued;
                match outcome {
                    Outcome::Left => flow.count_leaving(case.waited(now)),
                    Outcome::Moved | Outcome::PassedOn => flow.moved_out += 1,
                    Outcome::Removed | Outcome::Served => flow.removed += 1,
                }
            }
        }
        if let Some(log) = &mut self.log {
            log.push(stay(case, outcome, now));
        }
    }

    /// An agent is about to do something else.
    pub(super) fn activity_over(&mut self, agent: &Agent, now: Duration) {
        let time = self.within(agent.since, now);
        credit(agent, time, &mut self.agents, &mut self.agent_groups);
    }

    /// The part of the time from `from` to `now` that belongs to this account.
    fn within(&self, from: Duration, now: Duration) -> Duration {
        now.saturating_sub(from.max(self.since))
    }

    fn flow(&mut self, case: &Case) -> &mut Flow {
        self.flows.entry((case.service, case.class)).or_default()
    }
}

impl World {
    /// Begins the account anew: what happened so far is forgotten, what waits now is carried in.
    pub(crate) fn mark(&mut self) {
        let log = self.account.log.is_some().then(Vec::new);
        self.account = Account { since: self.now, log, ..Account::default() };
        for case in self.cases.values().filter(|case| case.stage != Stage::Handled) {
            self.account.flow(case).carried_in += 1;
        }
    }

    /// The account up to now.
    pub(crate) fn truth(&self) -> Truth {
        let mut account = self.account.clone_counts();
        for service in self.services.values() {
            for demand in &service.demands {
                account.flows.entry((service.id, demand.class)).or_default();
            }
        }
        for case in self.cases.values() {
            let time = account.within(case.answered.unwrap_or(case.arrived), self.now);
            let flow = account.flow(case);
            if case.stage == Stage::Handled {
                flow.handling += 1;
                flow.handling_time += time;
            } else {
                flow.waiting += 1;
                flow.queue_time += time;
            }
        }
        for agent in self.agents.values() {
            account.activity_over(agent, self.now);
        }
        let mut truth = Truth {
            since: account.since,
            now: self.now,
            services: BTreeMap::new(),
            agents: account.agents,
            agent_groups: account.agent_groups,
        };
        for ((id, class), flow) in account.flows {
            let service = truth.services.entry(id).or_default();
            service.name = self.services.get(&id).map(|service| service.name.clone());
            service.classes.insert(class, flow);
        }
        truth
    }

    /// Keeps a log of every stay from now on.
    pub(crate) fn keep_log(&mut self) {
        self.account.log.get_or_insert_with(Vec::new);
    }

    /// Every stay that has ended since the mark; empty unless a log is kept.
    pub(crate) fn log(&self) -> &[Stay] {
        self.account.log.as_deref().unwrap_or_default()
    }
}

impl Account {
    /// The account without its log, which may be long.
    fn clone_counts(&self) -> Self {
        let Self { since, flows, agents, agent_groups, log: _ } = self;
        Self {
            since: *since,
            flows: flows.clone(),
            agents: agents.clone(),
            agent_groups: agent_groups.clone(),
            log: None,
        }
    }
}

fn credit(
    agent: &Agent,
    time: Duration,
    centers: &mut BTreeMap<u32, AgentTime>,
    groups: &mut BTreeMap<u32, AgentTime>,
) {
    let activity: Activity = agent.activity;
    centers.entry(agent.center).or_default().credit(activity, time);
    for group in &agent.groups {
        groups.entry(*group).or_default().credit(activity, time);
    }
}

fn stay(case: &Case, outcome: Outcome, now: Duration) -> Stay {
    Stay {
        job: case.job,
        service: case.service,
        class: case.class,
        created: case.created,
        arrived: case.arrived,
        offered: case.offered,
        answered: case.answered,
        ended: now,
        outcome,
    }
}

#[cfg(test)]
mod tests;
