//! How cases come, and how they go.

use rand::RngExt;

use super::World;
use super::case::{Case, Ending, Stage, exponential};
use super::event::Event;
use super::profile::busyness;

impl World {
    /// Plans the next moment at which a case may arrive at a service: the pace of the busiest hour,
    /// of which [`Self::arrive`] keeps the share that the hour deserves (thinning).
    pub(super) fn plan_arrival(&mut self, id: u32) {
        let Some(service) = self.services.get_mut(&id) else { return };
        service.generation += 1;
        let (rate, generation) = (service.rate * self.pace, service.generation);
        if rate > 0.0 {
            let after = exponential(1.0 / rate, &mut self.rng);
            self.agenda.plan(self.now.saturating_add(after), Event::Arrival { service: id, generation });
        }
    }

    pub(super) fn arrive(&mut self, id: u32, generation: u64) {
        let Some(service) = self.services.get(&id) else { return };
        if service.generation != generation {
            return;
        }
        let chance = if self.is_open(service) { busyness(self.now) } else { 0.0 };
        if self.rng.random::<f64>() < chance {
            self.begin_case(id);
        }
        self.plan_arrival(id);
    }

    fn begin_case(&mut self, id: u32) {
        let Some(service) = self.services.get_mut(&id) else { return };
        self.last_job += 1;
        self.ledger.arrived += 1;
        let job = self.last_job;
        let class = service.channel.class(self.rng.random());
        service.live.insert(job);
        service.waiting.insert(job);
        service.queue.insert(job);
        let customer = self.rng.random_range(10_000..100_000);
        let case = Case {
            job,
            service: id,
            class,
            customer,
            stage: Stage::Queued,
            arrived: self.now,
            offered: None,
            answered: None,
            agent: None,
        };
        self.cases.insert(job, case);
        if let Some(patience) = class.patience(&mut self.rng) {
            self.agenda.plan(self.now.saturating_add(patience), Event::GivesUp { job });
        }
        self.find_agent(job);
    }

    pub(super) fn give_up(&mut self, job: u64) {
        let Some(case) = self.cases.get(&job) else { return };
        if case.stage == Stage::Handled {
            return;
        }
        let agent = case.agent;
        self.finish(job, Ending::Abandoned);
        if let Some(agent) = agent {
            self.settle(agent);
        }
    }

    /// Takes a case out of the world: it is in no list from now on. Whoever held it must be settled
    /// by the caller.
    pub(super) fn finish(&mut self, job: u64, ending: Ending) {
        let Some(case) = self.cases.remove(&job) else { return };
        match ending {
            Ending::Served => self.ledger.served += 1,
            Ending::Abandoned => self.ledger.abandoned += 1,
            Ending::Removed => self.ledger.removed += 1,
        }
        if let Some(service) = self.services.get_mut(&case.service) {
            service.live.remove(&job);
            service.waiting.remove(&job);
            service.queue.remove(&job);
        }
    }

    /// Sets arrivals to a multiple of the usual, from now on.
    pub(crate) fn set_pace(&mut self, pace: f64) {
        self.pace = pace;
        for service in self.services.keys().copied().collect::<Vec<_>>() {
            self.plan_arrival(service);
        }
    }
}
