//! Where outcomes are entered: each case exactly once in, exactly once out.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    Ago, Doubt, Event, Inference, LeftAge, Source,
    counts::ClassCounts,
    day::DayBase,
    edges::Edges,
    reading::ListReading,
    service::ServiceFlow,
    tracked::{Queue, Tracked},
};
use crate::{
    model::{ClassGoals, Goals, ServiceNames, Text},
    tally::waits::{Wait, Window},
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
            ServiceFlow::new(Arc::new(goals.for_service(&names).into_owned()), at)
        });
        service.known_at = at;
        let goals = service.goals.class(queue.class);
        let edges = self.edges;
        let flow = service.class(queue.class, source, || edges.of(queue.class), self.day);
        (&mut flow.counts, goals)
    }

    /// A case that an agent had when it was first seen: its queue is counted, it is not.
    pub(super) fn in_hand(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source);
        self.tell(id, &case.queue, Inference::InHand);
    }

    fn tell(&mut self, id: &Text, queue: &Queue, what: Inference) {
        let at = self.reading.wall;
        if let Some(events) = &mut self.events {
            let (case, service_id, class) = (id.clone(), queue.service.clone(), queue.class);
            events.push(Event { at, case, service_id, class, what });
        }
    }

    /// How long before the reading something was that happened in `window`.
    fn ago(&self, window: Window) -> Ago {
        let at = self.reading.at;
        Ago { least: (at - window.to).max(0.0), most: (at - window.from).max(0.0) }
    }

    pub(super) fn offered(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source).0.offered += 1;
        let came = self.ago(case.begin);
        self.tell(id, &case.queue, Inference::Offered { came, told: case.told });
    }

    pub(super) fn carried_in(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source).0.carried_in += 1;
        let came = (!case.begin_is_unknown).then(|| self.ago(case.begin));
        let cut = self.reading.before.map(|_| Doubt::Truncated);
        let doubt = self.reading.doubt.or(cut);
        self.tell(id, &case.queue, Inference::CarriedIn { came, told: case.told, doubt });
    }

    pub(super) fn moved(&mut self, id: &Text, case: &Tracked, to: &Queue) {
        self.entry(&case.queue, case.source).0.moved += 1;
        self.tell(id, &case.queue, Inference::Moved(to.place()));
    }

    /// Whoever had the case gave it to `to`; it stays answered where it was.
    pub(super) fn passed_on(&mut self, id: &Text, case: &Tracked, to: &Queue) {
        self.tell(id, &case.queue, Inference::PassedOn(to.place()));
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
        let told = case.told;
        let what = Inference::Answered { low, best, high, within, target, unseen, told };
        self.tell(id, &case.queue, what);
    }

    pub(super) fn left(&mut self, id: &Text, case: &Tracked, wait: Wait) {
        let two_polls = self.reading.interval * 2;
        let (counts, goals) = self.entry(&case.queue, case.source);
        let best = wait.best();
        let short = goals.short_abandon.max(two_polls).as_secs_f64();
        let target = goals.wait_target.as_secs_f64();
        let age = if best <= short {
            LeftAge::Short
        } else if best <= target {
            LeftAge::Within
        } else {
            LeftAge::Beyond
        };
        counts.left[age as usize] += 1;
        let (low, high) = (wait.low(), wait.high());
        self.tell(id, &case.queue, Inference::Left { low, best, high, age, short, target });
    }

    pub(super) fn handling(&mut self, case: &Tracked, seconds: f64) {
        self.entry(&case.queue, case.source).0.handling_seconds += seconds.max(0.0);
    }

    pub(super) fn finished(&mut self, id: &Text, case: &Tracked) {
        self.tell(id, &case.queue, Inference::Finished);
    }
}
