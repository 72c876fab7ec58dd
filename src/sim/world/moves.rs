//! Cases that go elsewhere: to another service while they wait or after they were handled, or from a
//! call to a callback.

use rand::RngExt;

use super::World;
use super::account::Outcome;
use super::case::{Class, Stage};
use super::event::Event;
use crate::sim::scenario::Moves;

impl World {
    /// Plans where a call goes when it has waited too long.
    pub(super) fn plan_moves(&mut self, moves: &Moves, job: u64, visit: u32) {
        let overflow = moves.overflow.map(|it| (it.share, it.after, Event::Overflows { job, visit }));
        let callback = moves.callback.map(|it| (it.share, it.after, Event::AsksForCallback { job, visit }));
        for (share, after, event) in overflow.into_iter().chain(callback) {
            if self.rng.random::<f64>() < share {
                self.agenda.plan(self.now.saturating_add(after), event);
            }
        }
    }

    pub(super) fn overflow(&mut self, job: u64, visit: u32) {
        let Some(service) = self.queued_at(job, visit) else { return };
        let overflow = self.services.get(&service).and_then(|service| service.moves.overflow);
        if let Some(to) = overflow.and_then(|overflow| self.service_at(overflow.to)) {
            self.relocate(job, Outcome::Moved, to, Class::Voice);
            self.find_agent(job);
        }
    }

    pub(super) fn ask_for_callback(&mut self, job: u64, visit: u32) {
        if let Some(service) = self.queued_at(job, visit) {
            self.relocate(job, Outcome::Moved, service, Class::Callback);
            self.find_agent(job);
        }
    }

    /// The service that a call goes on to after it was handled, if it does.
    pub(super) fn transfer_target(&mut self, job: u64) -> Option<u32> {
        let case = self.cases.get(&job).filter(|case| case.class == Class::Voice)?;
        let transfer = self.services.get(&case.service)?.moves.transfer?;
        let goes = self.rng.random::<f64>() < transfer.share;
        self.service_at(transfer.to).filter(|_| goes)
    }

    /// Lets a case begin anew at a service, in a class. Whoever held it must be settled by the caller,
    /// who then may look for an agent.
    pub(super) fn relocate(&mut self, job: u64, outcome: Outcome, service: u32, class: Class) {
        let Some(mut case) = self.cases.remove(&job) else { return };
        self.account.ended(&case, outcome, self.now);
        self.unlist(&case);
        (case.service, case.class, case.arrived, case.stage) = (service, class, self.now, Stage::Queued);
        (case.offered, case.answered, case.agent) = (None, None, None);
        case.visit += 1;
        self.account.moved_in(&case);
        self.cases.insert(job, case);
        self.enqueue(job);
    }

    /// The service at which a case has waited since this visit began, unless it rings.
    fn queued_at(&self, job: u64, visit: u32) -> Option<u32> {
        let case = self.cases.get(&job).filter(|case| case.stage == Stage::Queued && case.visit == visit)?;
        Some(case.service)
    }
}
