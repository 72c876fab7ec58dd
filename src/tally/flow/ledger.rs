//! Entries of outcomes: each case enters exactly once and ends exactly once.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    day::DayBase,
    service::ServiceFlow,
    totals::{Event, Inference},
    tracked::{Queue, Tracked},
};
use crate::{
    model::{ClassGoals, Goals, ServiceNames, Text},
    tally::{
        counts::{
            ClassCounts, Edges, LeftAge, PossibleOutcomes, RejectedTimes, UnclassifiedReason,
        },
        evidence::{AgeRange, ListReading, Wait, Window},
        source::Source,
    },
};

/// Counters of all services of a contact centre, open for entries.
pub(super) struct Ledger<'a> {
    pub(super) services: &'a mut FxHashMap<Text, ServiceFlow>,
    pub(super) goals: &'a Goals,
    /// Id and name of the contact centre.
    pub(super) center_names: &'a [&'a str],
    pub(super) edges: &'a Edges,
    pub(super) day: Option<DayBase>,
    /// `None` if no one asks for them.
    pub(super) events: Option<&'a mut Vec<Event>>,
    /// Times of this list that contradict the readings.
    pub(super) rejected: &'a mut RejectedTimes,
    pub(super) reading: &'a ListReading<'a>,
}

impl Ledger<'_> {
    /// Returns the counters of a queue, started if needed, and its goals.
    fn entry(&mut self, queue: &Queue, source: Source) -> (&mut ClassCounts, ClassGoals) {
        let at = self.reading.at;
        let service = self.services.entry(queue.service.clone()).or_insert_with(|| {
            let contact_center = self.center_names.to_vec();
            let names =
                ServiceNames { id: &queue.service, contact_center, ..ServiceNames::default() };
            ServiceFlow::new(Arc::new(self.goals.for_service(&names).into_owned()), at)
        });
        // A service without a state but with cases exists as well.
        service.known_at = at;
        let goals = service.goals.class(queue.class);
        let edges = self.edges;
        let flow = service.class(queue.class, source, || edges.for_class(queue.class), self.day);
        (&mut flow.counts, goals)
    }

    /// Records a case that an agent had when it was first seen. It starts the class but counts in
    /// no counter.
    pub(super) fn record_in_hand(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source);
        self.emit(id, &case.queue, Inference::InHand);
    }

    fn emit(&mut self, id: &Text, queue: &Queue, inference: Inference) {
        if let Some(events) = &mut self.events {
            events.push(Event {
                at: self.reading.taken.wall,
                case: id.clone(),
                service_id: queue.service.clone(),
                class: queue.class,
                inference,
            });
        }
    }

    /// Returns the age of something that happened in `window`, measured from the reading.
    fn age_range(&self, window: Window) -> AgeRange {
        let at = self.reading.at;
        AgeRange { low: (at - window.to).max(0.0), high: (at - window.from).max(0.0) }
    }

    pub(super) fn record_offered(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source).0.offered += 1;
        let arrived = self.age_range(case.begin);
        self.emit(
            id,
            &case.queue,
            Inference::Offered { arrived, time_evidence: case.time_evidence },
        );
    }

    pub(super) fn record_carried_in(&mut self, id: &Text, case: &Tracked) {
        self.entry(&case.queue, case.source).0.carried_in += 1;
        let arrived = (!case.begin_is_unknown).then(|| self.age_range(case.begin));
        let truncated = self.reading.before.map(|_| UnclassifiedReason::Truncated);
        let reason = self.reading.interruption.or(truncated);
        self.emit(
            id,
            &case.queue,
            Inference::CarriedIn { arrived, time_evidence: case.time_evidence, reason },
        );
    }

    pub(super) fn record_moved(&mut self, id: &Text, case: &Tracked, to: &Queue) {
        self.entry(&case.queue, case.source).0.moved += 1;
        self.emit(id, &case.queue, Inference::Moved(to.destination()));
    }

    /// Records that the agent gave the case to `to`. It stays answered in its first queue.
    pub(super) fn record_passed_on(&mut self, id: &Text, case: &Tracked, to: &Queue) {
        self.emit(id, &case.queue, Inference::PassedOn(to.destination()));
    }

    pub(super) fn record_unclassified(
        &mut self,
        id: &Text,
        case: &Tracked,
        reason: UnclassifiedReason,
    ) {
        let (counts, goals) = self.entry(&case.queue, case.source);
        counts.unclassified[reason.index()] += 1;
        // Rows of the reason `unknown` may show a case as waiting that an agent has.
        let shortest =
            if reason == UnclassifiedReason::Unknown { 0.0 } else { case.shortest_wait() };
        let target = goals.wait_target.as_secs_f64();
        counts.add_to_bounds(PossibleOutcomes::doubtful(shortest, target));
        self.emit(id, &case.queue, Inference::Unclassified(reason));
    }

    /// Records that an agent took a case after `wait`. `unseen` is true if it arrived and was
    /// answered between two readings.
    pub(super) fn record_answered(&mut self, id: &Text, case: &Tracked, wait: Wait, unseen: bool) {
        let interval = self.reading.interval;
        let (counts, goals) = self.entry(&case.queue, case.source);
        let target = goals.wait_target.as_secs_f64();
        // It waited less than one interval. The configured interval decides, not the real distance:
        // a list that comes a few seconds late must not make a certain answer uncertain.
        let surely = unseen && interval <= goals.wait_target;
        let within = if surely { 1.0 } else { wait.share_within(target) };
        counts.answered += 1;
        counts.within += within;
        counts.add_to_bounds(PossibleOutcomes {
            within: surely || wait.low() <= target,
            missed: !surely && wait.high() > target,
            uncounted: false,
        });
        counts.waits.observe(wait.best());
        let inference = Inference::Answered {
            low: wait.low(),
            best: wait.best(),
            high: wait.high(),
            within,
            target,
            unseen,
            time_evidence: case.time_evidence,
        };
        self.emit(id, &case.queue, inference);
    }

    pub(super) fn record_left(&mut self, id: &Text, case: &Tracked, wait: Wait) {
        let two_polls = self.reading.interval * 2;
        let (counts, goals) = self.entry(&case.queue, case.source);
        let best = wait.best();
        // Two polls are the finest wait that lists can tell: a case seen in one list only waited
        // anything from nothing to two intervals.
        let short = goals.short_abandon.max(two_polls).as_secs_f64();
        let target = goals.wait_target.as_secs_f64();
        let age = if best <= short {
            LeftAge::Short
        } else if best <= target {
            LeftAge::Within
        } else {
            LeftAge::Beyond
        };
        counts.left[age.index()] += 1;
        counts.add_to_bounds(PossibleOutcomes {
            within: false,
            missed: wait.high() > short,
            uncounted: wait.low() <= short,
        });
        let inference =
            Inference::Left { low: wait.low(), best, high: wait.high(), age, short, target };
        self.emit(id, &case.queue, inference);
    }

    pub(super) fn add_handling(&mut self, case: &Tracked, seconds: f64) {
        self.entry(&case.queue, case.source).0.handling_seconds += seconds.max(0.0);
    }

    pub(super) fn record_finished(&mut self, id: &Text, case: &Tracked) {
        self.emit(id, &case.queue, Inference::Finished);
    }
}
