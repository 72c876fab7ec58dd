//! How cases come, and how they end.

use rand::RngExt;

use super::World;
use super::account::Outcome;
use super::case::{Case, Class, Ending, Stage};
use super::demand;
use super::event::Event;
use super::law::exponential;

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
        let chance = if self.is_open(service) { service.season.busyness(self.clock()) } else { 0.0 };
        if self.rng.random::<f64>() < chance {
            self.begin_case(id);
        }
        self.plan_arrival(id);
    }

    pub(super) fn begin_case(&mut self, id: u32) {
        let draw = self.rng.random();
        let Some(demand) = self.services.get(&id).and_then(|it| demand::pick(&it.demands, draw)) else {
            return;
        };
        self.last_job += 1;
        self.ledger.arrived += 1;
        let job = self.last_job;
        let customer = self.first_customer + self.rng.random_range(0..90_000);
        let case = Case {
            job,
            service: id,
            class: demand.class,
            customer,
            stage: Stage::Queued,
            created: self.now,
            arrived: self.now,
            visit: 0,
            offered: None,
            answered: None,
            agent: None,
        };
        self.account.arrived(&case);
        self.cases.insert(job, case);
        self.enqueue(job);
        self.find_agent(job);
    }

    /// Lets a case begin to wait at its service.
    pub(super) fn enqueue(&mut self, job: u64) {
        let Some(case) = self.cases.get(&job) else { return };
        let Some(service) = self.services.get_mut(&case.service) else { return };
        service.live.insert(job);
        service.waiting.insert((case.arrived, job));
        service.queue.insert((case.arrived, job));
        let (class, visit) = (case.class, case.visit);
        let (demand, moves) = (service.demand(class), service.moves);
        if let Some(patience) = demand.patience(&mut self.rng) {
            self.agenda.plan(self.now.saturating_add(patience), Event::GivesUp { job, visit });
        }
        if class == Class::Voice {
            self.plan_moves(&moves, job, visit);
        }
    }

    pub(super) fn give_up(&mut self, job: u64, visit: u32) {
        let Some(case) = self.cases.get(&job) else { return };
        if case.stage == Stage::Handled || case.visit != visit {
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
        let outcome = match ending {
            Ending::Served => {
                self.ledger.served += 1;
                Outcome::Served
            }
            Ending::Abandoned => {
                self.ledger.abandoned += 1;
                Outcome::Left
            }
            Ending::Removed => {
                self.ledger.removed += 1;
                Outcome::Removed
            }
        };
        self.account.ended(&case, outcome, self.now);
        self.unlist(&case);
    }

    /// Takes a case out of the lists of its service.
    pub(super) fn unlist(&mut self, case: &Case) {
        if let Some(service) = self.services.get_mut(&case.service) {
            service.live.remove(&case.job);
            service.waiting.remove(&(case.arrived, case.job));
            service.queue.remove(&(case.arrived, case.job));
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
