//! Arrivals of cases, and their end: a non-homogeneous Poisson process by thinning.

use rand::RngExt;

use super::World;
use super::case::{Case, CaseEnd, Class, Stage};
use super::demand;
use super::distribution::exponential;
use super::event::Event;
use super::truth_recorder::Disposition;

impl World {
    /// Schedules the next candidate arrival at a service at the peak rate. [`Self::arrive`] keeps
    /// the share that the time of day requires (thinning).
    pub(super) fn schedule_arrival(&mut self, id: u32) {
        let Some(service) = self.services.get_mut(&id) else { return };
        // Makes the event that is scheduled already outdated: a new rate applies at once.
        service.generation += 1;
        let (rate, generation) = (service.rate * self.arrival_factor, service.generation);
        if rate > 0.0 {
            let after = exponential(1.0 / rate, &mut self.rng);
            // A tiny rate may draw a time beyond the range of `Duration`.
            self.events.schedule(
                self.now.saturating_add(after),
                Event::Arrival { service: id, generation },
            );
        }
    }

    pub(super) fn arrive(&mut self, id: u32, generation: u64) {
        let Some(service) = self.services.get(&id) else { return };
        if service.generation != generation {
            return;
        }
        // A closed service still schedules candidates: it takes cases again without being woken.
        let chance = if self.is_open(service) {
            service.arrival_profile.share_of_peak(self.wall_clock())
        } else {
            0.0
        };
        if self.rng.random::<f64>() < chance {
            self.create_case(id);
        }
        self.schedule_arrival(id);
    }

    pub(super) fn create_case(&mut self, id: u32) {
        let draw = self.rng.random();
        let Some(demand) = self.services.get(&id).and_then(|it| demand::pick(&it.demands, draw))
        else {
            return;
        };
        self.last_job += 1;
        self.case_counts.arrived += 1;
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
            segment: 0,
            offered: None,
            answered: None,
            agent: None,
        };
        self.recorder.record_arrival(&case);
        self.cases.insert(job, case);
        self.enqueue(job);
        self.dispatch_case(job);
    }

    /// Adds a case to the queue of its service and schedules its abandonment and rerouting.
    pub(super) fn enqueue(&mut self, job: u64) {
        let Some(case) = self.cases.get(&job) else { return };
        let Some(service) = self.services.get_mut(&case.service) else { return };
        service.live.insert(job);
        service.waiting.insert((case.arrived, job));
        service.queue.insert((case.arrived, job));
        let (class, segment) = (case.class, case.segment);
        let (demand, rerouting) = (service.demand(class), service.rerouting);
        if let Some(patience) = demand.patience(&mut self.rng) {
            self.events
                .schedule(self.now.saturating_add(patience), Event::Abandonment { job, segment });
        }
        // Only calls overflow or become callbacks; a callback would otherwise become another
        // callback for ever.
        if class == Class::Voice {
            self.schedule_rerouting(&rerouting, job, segment);
        }
    }

    pub(super) fn abandon(&mut self, job: u64, segment: u32) {
        let Some(case) = self.cases.get(&job) else { return };
        // An outdated event: the case was answered or rerouted in the meantime.
        if case.stage == Stage::Handled || case.segment != segment {
            return;
        }
        let agent = case.agent;
        self.end_case(job, CaseEnd::Abandoned);
        if let Some(agent) = agent {
            self.assign_next_activity(agent);
        }
    }

    /// Removes a case from the world and from every list. The caller assigns the agent's next
    /// activity.
    pub(super) fn end_case(&mut self, job: u64, ending: CaseEnd) {
        let Some(case) = self.cases.remove(&job) else { return };
        let disposition = match ending {
            CaseEnd::Served => {
                self.case_counts.served += 1;
                Disposition::Served
            }
            CaseEnd::Abandoned => {
                self.case_counts.abandoned += 1;
                Disposition::Left
            }
            CaseEnd::Removed => {
                self.case_counts.removed += 1;
                Disposition::Removed
            }
        };
        self.recorder.record_end(&case, disposition, self.now);
        self.remove_from_lists(&case);
    }

    /// Removes a case from the lists of its service.
    pub(super) fn remove_from_lists(&mut self, case: &Case) {
        if let Some(service) = self.services.get_mut(&case.service) {
            service.live.remove(&case.job);
            service.waiting.remove(&(case.arrived, case.job));
            service.queue.remove(&(case.arrived, case.job));
        }
    }

    /// Sets the arrival rate to a multiple of the configured one, from now on.
    pub(crate) fn set_arrival_factor(&mut self, arrival_factor: f64) {
        self.arrival_factor = arrival_factor;
        for service in self.services.keys().copied().collect::<Vec<_>>() {
            // The scheduled arrival was drawn at the old rate. The exponential distribution has no
            // memory, so a new draw is exact.
            self.schedule_arrival(service);
        }
    }
}
