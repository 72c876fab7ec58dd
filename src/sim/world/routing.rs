//! Routing: a new case goes to the agent idle longest, a free agent takes the most urgent case;
//! waiting calls overflow or become callbacks, answered ones may be transferred.

use std::cmp::Reverse;

use rand::RngExt;

use super::{Activity, Case, Class, Disposition, Event, Stage, World};
use crate::sim::Rerouting;

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
        self.change_activity(agent, Activity::Offered, None);
        let Some(target) = self.agents.get_mut(&agent) else { return };
        (target.job, target.service) = (Some(job), Some(service));
        match target.behaviour.ringing {
            Some(ringing) => {
                self.schedule_activity_end(agent, ringing);
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
        let handling = service.demand(case.class).pick_handling(&mut self.rng);
        self.change_activity(agent, Activity::Busy, None);
        self.schedule_activity_end(agent, handling);
    }

    /// Schedules overflow and callback of a call that waits too long, each with its share.
    pub(super) fn schedule_rerouting(&mut self, rerouting: &Rerouting, job: u64, segment: u32) {
        let overflow = rerouting.overflow.map(|it| (it.share, it.after));
        let callback = rerouting.callback.map(|it| (it.share, it.after));
        for (plan, event) in [
            (overflow, Event::Overflow { job, segment }),
            (callback, Event::CallbackRequest { job, segment }),
        ] {
            if let Some((share, after)) = plan
                && self.rng.random::<f64>() < share
            {
                self.schedule(after, event);
            }
        }
    }

    pub(super) fn overflow(&mut self, job: u64, segment: u32) {
        let Some(service) = self.queued_service(job, segment) else { return };
        let overflow = self.services.get(&service).and_then(|service| service.rerouting.overflow);
        if let Some(to) = overflow.and_then(|overflow| self.service_at(overflow.to)) {
            self.reroute(job, Disposition::Moved, to, Class::Voice);
            self.dispatch_case(job);
        }
    }

    pub(super) fn convert_to_callback(&mut self, job: u64, segment: u32) {
        if let Some(service) = self.queued_service(job, segment) {
            self.reroute(job, Disposition::Moved, service, Class::Callback);
            self.dispatch_case(job);
        }
    }

    /// Draws whether an answered call is transferred, and returns the service it goes to.
    pub(super) fn transfer_target(&mut self, job: u64) -> Option<u32> {
        let case = self.cases.get(&job).filter(|case| case.class == Class::Voice)?;
        let transfer = self.services.get(&case.service)?.rerouting.transfer?;
        let goes = self.rng.random::<f64>() < transfer.share;
        self.service_at(transfer.to).filter(|_| goes)
    }

    /// Moves a case to a service and class, where it starts to wait as a new segment. The caller
    /// assigns the agent's next activity and then dispatches the case.
    pub(super) fn reroute(
        &mut self,
        job: u64,
        disposition: Disposition,
        service: u32,
        class: Class,
    ) {
        // Before the case changes: the old segment ends with its old service and class.
        let Some(old) = self.end_segment(job, disposition) else { return };
        let case = Case {
            service,
            class,
            stage: Stage::Queued,
            // As the figures of a contact centre do: the wait at the second service counts from the
            // move.
            arrived: self.now,
            // Events that were scheduled for the old segment become outdated.
            segment: old.segment + 1,
            offered: None,
            answered: None,
            agent: None,
            ..old
        };
        self.recorder.record_move_in(&case);
        self.cases.insert(job, case);
        self.enqueue(job);
    }

    /// Service of a case that is queued in this segment; `None` while it rings.
    fn queued_service(&self, job: u64, segment: u32) -> Option<u32> {
        let case = self
            .cases
            .get(&job)
            .filter(|case| case.stage == Stage::Queued && case.segment == segment)?;
        Some(case.service)
    }
}
