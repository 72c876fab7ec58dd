//! Who gets which case: the longest idle agent takes a new case, a free agent takes the most urgent.

use std::cmp::Reverse;

use super::World;
use super::agent::Activity;
use super::case::Stage;

impl World {
    /// Offers a queued case to the agent who has been idle longest, if anybody is.
    pub(super) fn find_agent(&mut self, job: u64) {
        let Some(case) = self.cases.get(&job).filter(|case| case.stage == Stage::Queued) else { return };
        let idle = self.services.get(&case.service).and_then(|service| service.idle.first());
        if let Some((_, agent)) = idle.copied() {
            self.offer(agent, job);
        }
    }

    /// Offers an idle agent the most urgent case among the services that the agent knows.
    pub(super) fn find_case(&mut self, id: u32) {
        let Some(agent) = self.agents.get(&id) else { return };
        let urgency = |job: &u64| {
            self.cases.get(job).map_or(0.0, |case| case.waited(self.now).as_secs_f64() * case.class.urgency())
        };
        let most_urgent = agent
            .skills
            .iter()
            .filter_map(|service| self.services.get(service)?.queue.first().map(|(_, job)| *job))
            .max_by(|a, b| urgency(a).total_cmp(&urgency(b)).then(Reverse(a).cmp(&Reverse(b))));
        if let Some(job) = most_urgent {
            self.offer(id, job);
        }
    }

    fn offer(&mut self, agent: u32, job: u64) {
        let Some(case) = self.cases.get_mut(&job) else { return };
        case.stage = Stage::Offered;
        case.offered.get_or_insert(self.now);
        case.agent = Some(agent);
        let (service, place) = (case.service, (case.arrived, job));
        if let Some(service) = self.services.get_mut(&service) {
            service.queue.remove(&place);
        }
        self.hold_case(agent, job, service);
        self.begin(agent, Activity::Offered, None);
        match self.agents.get(&agent).and_then(|agent| agent.habits.ringing) {
            Some(ringing) => {
                let rings = ringing.draw(&mut self.rng);
                self.plan_end(agent, rings);
            }
            None => self.answer(agent, job),
        }
    }

    /// Takes an offered case back from its agent and offers it to somebody else, or lets it wait on
    /// in its old place. The agent must already do something else.
    pub(super) fn requeue(&mut self, job: u64) {
        let Some(case) = self.cases.get_mut(&job) else { return };
        case.stage = Stage::Queued;
        case.agent = None;
        if let Some(service) = self.services.get_mut(&case.service) {
            service.queue.insert((case.arrived, job));
        }
        self.find_agent(job);
    }

    pub(super) fn answer(&mut self, agent: u32, job: u64) {
        let Some(case) = self.cases.get_mut(&job) else { return };
        self.account.answered(case, self.now);
        case.stage = Stage::Handled;
        case.answered = Some(self.now);
        let Some(service) = self.services.get_mut(&case.service) else { return };
        service.waiting.remove(&(case.arrived, job));
        let handling = service.demand(case.class).handling;
        self.begin(agent, Activity::Busy, None);
        let handling = handling.draw(&mut self.rng);
        self.plan_end(agent, handling);
    }
}
