//! A case (call, callback, chat, e-mail or task): the exact time of each step, its arrival and its
//! end. Arrivals are a non-homogeneous Poisson process by thinning.

use std::time::Duration;

use rand::RngExt;

use super::demand::pick;
use super::distribution::exponential;
use super::{Class, Event, World};

closed_set! {
    /// Stage of a live case.
    pub(crate) Stage, as_str: &'static str {
        /// Waits in the queue.
        Queued => "queued",
        /// Rings at an agent; it still counts as waiting.
        Offered => "offered",
        /// An agent talks or works on it.
        Handled => "handled",
    }
}

/// A live case. Times are world times in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    /// Job number: unique, ascending in the order of arrival.
    pub(crate) job: u64,
    pub(crate) service: u32,
    pub(crate) class: Class,
    /// Customer number of an external system, `cust` in the API.
    pub(crate) customer: u64,
    pub(crate) stage: Stage,
    /// Arrival at the contact centre.
    pub(crate) created: Duration,
    /// Arrival at its present service and class: the start of its wait.
    pub(crate) arrived: Duration,
    /// Number of the present segment. Events scheduled for an earlier segment are ignored.
    pub(crate) segment: u32,
    /// First offer at its present service.
    pub(crate) offered: Option<Duration>,
    pub(crate) answered: Option<Duration>,
    pub(crate) agent: Option<u32>,
}

/// Reason why a segment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disposition {
    /// An agent finished handling it.
    Served,
    /// The customer gave up waiting.
    Left,
    /// It was rerouted to another service or class while it waited.
    Moved,
    /// An agent handled it and transferred it to another service.
    PassedOn,
    /// Its service was removed.
    Removed,
}

impl Case {
    /// Wait until `now`, or until the answer.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.answered.unwrap_or(now).saturating_sub(self.arrived)
    }
}

impl World {
    /// Schedules the next candidate arrival at a service at the peak rate. [`Self::arrive`] keeps
    /// the share that the time of day requires (thinning).
    pub(super) fn schedule_arrival(&mut self, id: u32) {
        let Some(service) = self.services.get_mut(&id) else { return };
        // Makes the event that is scheduled already outdated: a new rate applies at once.
        service.generation += 1;
        let rate = service.rate * self.arrival_factor;
        let event = Event::Arrival { service: id, generation: service.generation };
        if rate > 0.0 {
            let after = exponential(1.0 / rate, &mut self.rng);
            self.schedule(after, event);
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
        let Some(demand) = self.services.get(&id).and_then(|it| pick(&it.demands, draw)) else {
            return;
        };
        self.last_job += 1;
        self.case_counts.arrived += 1;
        let job = self.last_job;
        let case = Case {
            job,
            service: id,
            class: demand.class,
            customer: self.first_customer + self.rng.random_range(0..90_000),
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
            self.schedule(patience, Event::Abandonment { job, segment });
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
        self.end_case(job, Disposition::Left);
        if let Some(agent) = agent {
            self.assign_next_activity(agent);
        }
    }

    /// Removes a case from the world and from every list. The caller assigns the agent's next
    /// activity.
    pub(super) fn end_case(&mut self, job: u64, disposition: Disposition) {
        if self.end_segment(job, disposition).is_none() {
            return;
        }
        match disposition {
            Disposition::Served => self.case_counts.served += 1,
            Disposition::Left => self.case_counts.abandoned += 1,
            Disposition::Removed => self.case_counts.removed += 1,
            // Only the segment ends; the case goes on at another service.
            Disposition::Moved | Disposition::PassedOn => {}
        }
    }

    /// Records the end of a case's segment and takes the case out of the world and every list.
    pub(super) fn end_segment(&mut self, job: u64, disposition: Disposition) -> Option<Case> {
        let case = self.cases.remove(&job)?;
        self.recorder.record_end(&case, disposition, self.now);
        if let Some(service) = self.services.get_mut(&case.service) {
            service.live.remove(&job);
            service.waiting.remove(&(case.arrived, job));
            service.queue.remove(&(case.arrived, job));
        }
        Some(case)
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
