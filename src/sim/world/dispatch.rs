//! Routing: a new case goes to the agent idle longest, a free agent takes the most urgent case.

use std::cmp::Reverse;

use super::World;
use super::agent::Activity;
use super::case::Stage;

impl World {
    /// Offers a queued case to the agent who has been idle longest, if there is one.
    pub(super) fn dispatch_case(&mut self, job: u64) {
        // After a transfer the case may be offered already: the agent who became free looked for a
        // case first.
        let Some(case) = self.cases.get(&job).filter(|case| case.stage == Stage::Queued) else {
            return;
        };
        let idle = self.services.get(&case.service).and_then(|service| service.idle.first());
        if let Some((_, agent)) = idle.copied() {
            self.offer(agent, job);
        }
    }

    /// Offers an idle agent the most urgent case of the services in its skills.
    pub(super) fn dispatch_agent(&mut self, id: u32) {
        let Some(agent) = self.agents.get(&id) else { return };
        let urgency = |job: &u64| {
            self.cases
                .get(job)
                .map_or(0.0, |case| case.waited(self.now).as_secs_f64() * case.class.urgency())
        };
        let most_urgent = agent
            .skills
            .iter()
            .filter_map(|service| self.services.get(service)?.queue.first().map(|(_, job)| *job))
            // Equally urgent: the lower job number, which came first, so that the choice never
            // depends on the order of skills.
            .max_by(|a, b| urgency(a).total_cmp(&urgency(b)).then(Reverse(a).cmp(&Reverse(b))));
        if let Some(job) = most_urgent {
            self.offer(id, job);
        }
    }

    fn offer(&mut self, agent: u32, job: u64) {
        let Some(case) = self.cases.get_mut(&job) else { return };
        case.stage = Stage::Offered;
        // The first offer counts: a case that was not answered rings a second time.
        case.offered.get_or_insert(self.now);
        case.agent = Some(agent);
        let (service, place) = (case.service, (case.arrived, job));
        if let Some(service) = self.services.get_mut(&service) {
            // It stays in `waiting`: a case that rings still waits.
            service.queue.remove(&place);
        }
        self.assign_case(agent, job, service);
        self.change_activity(agent, Activity::Offered, None);
        match self.agents.get(&agent).and_then(|agent| agent.behaviour.ringing) {
            Some(ringing) => {
                let rings = ringing.sample(&mut self.rng);
                self.schedule_activity_end(agent, rings);
            }
            None => self.answer(agent, job),
        }
    }

    /// Takes an offered case back from its agent and offers it to another one, or returns it to its
    /// old place in the queue. The agent must have another activity already.
    pub(super) fn requeue(&mut self, job: u64) {
        let Some(case) = self.cases.get_mut(&job) else { return };
        case.stage = Stage::Queued;
        case.agent = None;
        if let Some(service) = self.services.get_mut(&case.service) {
            service.queue.insert((case.arrived, job));
        }
        self.dispatch_case(job);
    }

    /// Records the answer of a case and schedules the end of its handling.
    pub(super) fn answer(&mut self, agent: u32, job: u64) {
        let Some(case) = self.cases.get_mut(&job) else { return };
        self.recorder.record_answer(case, self.now);
        case.stage = Stage::Handled;
        case.answered = Some(self.now);
        let Some(service) = self.services.get_mut(&case.service) else { return };
        service.waiting.remove(&(case.arrived, job));
        let handling = service.demand(case.class).handling;
        self.change_activity(agent, Activity::Busy, None);
        let handling = handling.sample(&mut self.rng);
        self.schedule_activity_end(agent, handling);
    }
}
