//! Rerouting: overflow and transfer to another service, and conversion of a call to a callback.

use std::time::Duration;

use rand::RngExt;

use super::World;
use super::case::{Class, Stage};
use super::event::Event;
use super::truth_recorder::Disposition;

/// Rerouting of calls; none by default. A target service is given by its position in
/// the services of the scenario; a position without a service receives nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rerouting {
    /// Waiting calls that overflow to another service.
    pub overflow: Option<Overflow>,
    /// Waiting calls that become callbacks and keep waiting.
    pub callback: Option<Callback>,
    /// Answered calls that are transferred to another service.
    pub transfer: Option<Transfer>,
}

/// Overflow of waiting calls to another service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overflow {
    /// Share of the calls, 0 to 1.
    pub share: f64,
    /// Wait before the overflow.
    pub after: Duration,
    /// Position of the target service.
    pub to: usize,
}

/// Conversion of waiting calls to callbacks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Callback {
    /// Share of the calls, 0 to 1.
    pub share: f64,
    /// Wait before the conversion.
    pub after: Duration,
}

/// Transfer of answered calls to another service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// Share of the calls, 0 to 1.
    pub share: f64,
    /// Position of the target service.
    pub to: usize,
}

impl World {
    /// Schedules overflow and callback of a call that waits too long, each with its share.
    pub(super) fn schedule_rerouting(&mut self, rerouting: &Rerouting, job: u64, segment: u32) {
        let overflow =
            rerouting.overflow.map(|it| (it.share, it.after, Event::Overflow { job, segment }));
        let callback = rerouting
            .callback
            .map(|it| (it.share, it.after, Event::CallbackRequest { job, segment }));
        for (share, after, event) in overflow.into_iter().chain(callback) {
            if self.rng.random::<f64>() < share {
                self.events.schedule(self.now.saturating_add(after), event);
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
        let Some(mut case) = self.cases.remove(&job) else { return };
        // Before the case changes: the old segment ends with its old service and class.
        self.recorder.record_end(&case, disposition, self.now);
        self.remove_from_lists(&case);
        (case.service, case.class, case.arrived, case.stage) =
            (service, class, self.now, Stage::Queued);
        // As the figures of a contact centre do: the wait at the second service counts from the
        // move.
        (case.offered, case.answered, case.agent) = (None, None, None);
        // Events that were scheduled for the old segment become outdated.
        case.segment += 1;
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
