//! Where outcomes are entered: each case exactly once in, exactly once out.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    Doubt, Event, Inference, LeftAge, Source,
    counts::ClassCounts,
    day::DayBase,
    edges::Edges,
    reading::ListReading,
    service::ServiceFlow,
    tracked::{Queue, Tracked},
};
use crate::{
    model::{ClassGoals, Goals, ServiceNames, Text},
    tally::waits::Wait,
};

/// The counts of all services of a contact centre, open for entries.
pub(super) struct Ledger<'a> {
    pub(super) services: &'a mut FxHashMap<Text, ServiceFlow>,
    pub(super) goals: &'a Goals,
    /// Id and name of the contact centre.
    pub(super) called: &'a [&'a str],
    pub(super) edges: &'a Edges,
    pub(super) day: Option<DayBase>,
    /// `None`: nobody wants to know.
    pub(super) events: Option<&'a mut Vec<Event>>,
    pub(super) reading: &'a ListReading<'a>,
}

impl Ledger<'_> {
    /// The counts of a queue, begun if need be, and its goals.
    fn entry(&mut self, queue: &Queue, source: Source) -> (&mut ClassCounts, ClassGoals) {
        let (at, goals, called) = (self.reading.at, self.goals, self.called);
        let service = self.services.entry(queue.service.clone()).or_insert_with(|| {
            let contact_center = called.to_vec();
            let names = ServiceNames { id: &queue.service, contact_center, ..ServiceNames::default() };
            ServiceFlow::new(Arc::new(goals.of(&names).into_owned()), at)
        });
        service.known_at = at;
        let goals = service.goals.class(queue.class);
        let edges = self.edges;
        let flow = service.class(queue.class, source, || edges.of(queue.class), self.day);
        (&mut flow.counts, goals)
    }

    /// Makes sure that the queue of a case is counted at all.
    pub(super) fn knows(&mut self, queue: &Queue, source: Source) {
        self.entry(queue, source);
    }

    fn tell(&mut self, id: &Text, queue: &Queue, what: Inference) {
        let at = self.reading.wall;
        if let Some(events) = &mut self.events {
            let (case, service_id, class) = (id.clone(), queue.service.clone(), queue.class);
            events.push(Event { at, case, service_id, class, what });
        }
    }

    pub(super) fn offered(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source).0.offered += 1;
        self.tell(id, &case.queue, Inference::Offered);
    }

    pub(super) fn carried_in(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source).0.carried_in += 1;
        self.tell(id, &case.queue, Inference::CarriedIn);
    }

    pub(super) fn moved(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source).0.moved += 1;
        self.tell(id, &case.queue, Inference::Moved);
    }

    pub(super) fn unclassified(&mut self, id: &Text, case: &Tracked, doubt: Doubt) {
        self.entry(&case.queue, case.source).0.unclassified[doubt as usize] += 1;
        self.tell(id, &case.queue, Inference::Unclassified(doubt));
    }

    /// An agent took a case after `wait`. `unseen`: it came and was taken between two readings.
    pub(super) fn answered(&mut self, id: &Text, case: &Tracked, wait: Wait, unseen: bool) {
        let interval = self.reading.interval;
        let (counts, goals) = self.entry(&case.queue, case.source);
        let target = goals.wait_target.as_secs_f64();
        let surely = unseen && interval <= goals.wait_target;
        let within = if surely { 1.0 } else { wait.share_within(target) };
        counts.answered += 1;
        counts.within += within;
        counts.within_low += u64::from(surely || wait.high() <= target);
        counts.within_high += u64::from(surely || wait.low() <= target);
        counts.waits.observe(wait.best());
        let (low, best, high) = (wait.low(), wait.best(), wait.high());
        self.tell(id, &case.queue, Inference::Answered { low, best, high, within });
    }

    pub(super) fn left(&mut self, id: &Text, case: &Tracked, wait: Wait) {
        let two_polls = self.reading.interval * 2;
        let (counts, goals) = self.entry(&case.queue, case.source);
        let best = wait.best();
        let age = if best <= goals.short_abandon.max(two_polls).as_secs_f64() {
            LeftAge::Short
        } else if best <= goals.wait_target.as_secs_f64() {
            LeftAge::Within
        } else {
            LeftAge::Beyond
        };
        counts.left[age as usize] += 1;
        let (low, high) = (wait.low(), wait.high());
        self.tell(id, &case.queue, Inference::Left { low, high, age });
    }

    pub(super) fn handling(&mut self, case: &Tracked, seconds: f64) {
        self.entry(&case.queue, case.source).0.handling_seconds += seconds.max(0.0);
    }

    pub(super) fn finished(&mut self, id: &Text, case: &Tracked) {
        self.tell(id, &case.queue, Inference::Finished);
    }
}
