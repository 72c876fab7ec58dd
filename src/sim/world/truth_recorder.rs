//! Exact statistics of a world, recorded as events happen. No answer of the simulated API is
//! derived from them, so they can judge what a client infers.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Agent, Case, Class, Disposition, Stage, World};
use crate::sim::{AgentTime, Flow, Truth};

/// One segment of a case: its time at one service and in one class, from arrival to end or
/// rerouting. Times are world times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Job number. A case keeps it when it is rerouted.
    pub job: u64,
    /// Service id.
    pub service: u32,
    /// Class during the segment.
    pub class: Class,
    /// Arrival of the case at the contact centre.
    pub created: Duration,
    /// Start of the wait at this service; equals [`Self::created`] unless the case was rerouted.
    pub arrived: Duration,
    /// First offer to an agent.
    pub offered: Option<Duration>,
    /// Answer by an agent.
    pub answered: Option<Duration>,
    /// End of the segment: from then on the service no longer lists the case.
    pub ended: Duration,
    /// Reason of the end.
    pub disposition: Disposition,
}

/// Statistics since the last reset. Memory grows with the size of the contact centre only, unless
/// the segment log is on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TruthRecorder {
    pub(super) figures: Figures,
    log: Option<Vec<Segment>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Figures {
    since: Duration,
    flows: BTreeMap<(u32, Class), Flow>,
    agents: BTreeMap<u32, AgentTime>,
    agent_groups: BTreeMap<u32, AgentTime>,
}

impl TruthRecorder {
    pub(super) fn record_arrival(&mut self, case: &Case) {
        // A case counts for the service and class that it has at this moment. Each segment
        // therefore has its own row.
        self.figures.flow(case).arrived += 1;
    }

    pub(super) fn record_move_in(&mut self, case: &Case) {
        self.figures.flow(case).moved_in += 1;
    }

    pub(super) fn record_answer(&mut self, case: &Case, now: Duration) {
        // The queue integral counts from the last reset, the wait of a case from its arrival.
        let queued = self.figures.overlap(case.arrived, now);
        let flow = self.figures.flow(case);
        flow.queue_time += queued;
        flow.count_answer(case.waited(now));
    }

    /// Records the end of a segment.
    pub(super) fn record_end(&mut self, case: &Case, disposition: Disposition, now: Duration) {
        let time = self.figures.overlap(case.answered.unwrap_or(case.arrived), now);
        let flow = self.figures.flow(case);
        if case.answered.is_some() {
            flow.handling_time += time;
            flow.passed_on += u64::from(disposition == Disposition::PassedOn);
        } else {
            flow.queue_time += time;
            match disposition {
                Disposition::Left => flow.count_abandon(case.waited(now)),
                Disposition::Moved | Disposition::PassedOn => flow.moved_out += 1,
                // Only an answered case can be served, so `Served` cannot occur here.
                Disposition::Removed | Disposition::Served => flow.removed += 1,
            }
        }
        if let Some(log) = &mut self.log {
            log.push(Segment {
                job: case.job,
                service: case.service,
                class: case.class,
                created: case.created,
                arrived: case.arrived,
                offered: case.offered,
                answered: case.answered,
                ended: now,
                disposition,
            });
        }
    }
}

impl Figures {
    /// Credits the time since the last state change to the present activity.
    pub(super) fn record_activity(&mut self, agent: &Agent, now: Duration) {
        let time = self.overlap(agent.since, now);
        self.agents.entry(agent.center).or_default().credit(agent.activity, time);
        for group in &agent.groups {
            self.agent_groups.entry(*group).or_default().credit(agent.activity, time);
        }
    }

    /// Part of the span from `from` to `now` that lies after the last reset.
    fn overlap(&self, from: Duration, now: Duration) -> Duration {
        now.saturating_sub(from.max(self.since))
    }

    fn flow(&mut self, case: &Case) -> &mut Flow {
        self.flows.entry((case.service, case.class)).or_default()
    }
}

impl World {
    /// Starts new statistics. Cases that wait now are counted as carried in.
    pub(crate) fn reset_truth(&mut self) {
        let figures = Figures { since: self.now, ..Figures::default() };
        let log = self.recorder.log.is_some().then(Vec::new);
        self.recorder = TruthRecorder { figures, log };
        // Cases being handled were answered before the reset: only their remaining handling time
        // counts.
        for case in self.cases.values().filter(|case| case.stage != Stage::Handled) {
            self.recorder.figures.flow(case).carried_in += 1;
        }
    }

    /// Statistics since the last reset, including waits, talks and activities that are still going
    /// on.
    pub(crate) fn truth(&self) -> Truth {
        // On a copy: reading the truth must not change it.
        let mut figures = self.recorder.figures.clone();
        for service in self.services.values() {
            for demand in &service.demands {
                // A class without any case yet is reported with zeros.
                figures.flows.entry((service.id, demand.class)).or_default();
            }
        }
        for case in self.cases.values() {
            let time = figures.overlap(case.answered.unwrap_or(case.arrived), self.now);
            let flow = figures.flow(case);
            if case.stage == Stage::Handled {
                flow.handling += 1;
                flow.handling_time += time;
            } else {
                flow.waiting += 1;
                flow.queue_time += time;
            }
        }
        for agent in self.agents.values() {
            figures.record_activity(agent, self.now);
        }
        let mut truth = Truth {
            since: figures.since,
            now: self.now,
            services: BTreeMap::new(),
            agents: figures.agents,
            agent_groups: figures.agent_groups,
        };
        for ((id, class), flow) in figures.flows {
            let service = truth.services.entry(id).or_default();
            // A removed service keeps its figures without a name: what happened before the removal
            // counts.
            service.name = self.services.get(&id).map(|service| service.name.clone());
            service.classes.insert(class, flow);
        }
        truth
    }

    /// Starts the segment log.
    pub(crate) fn keep_log(&mut self) {
        self.recorder.log.get_or_insert_with(Vec::new);
    }

    /// Segments that ended since the last reset; empty unless the log is on.
    pub(crate) fn segment_log(&self) -> &[Segment] {
        self.recorder.log.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
