//! Entries of outcomes: each case enters exactly once and ends exactly once.

use std::{mem, sync::Arc};

use rustc_hash::FxHashMap;

use super::{
    ages,
    day::DayBase,
    hidden::HandledCases,
    learnt_waits::LearntWaits,
    service::{ClassFlow, ServiceFlow},
    totals::{Event, Inference},
    tracked::{Queue, QueueNumbers, Tracked},
};
use crate::{
    model::{CaseClass, ClassGoals, Goals, ServiceNames, Text},
    tally::{
        counts::{ClassCounts, Edges, PossibleOutcomes, UnclassifiedReason},
        evidence::{AgeRange, ListReading, TimeMemory, Wait, Window},
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
    /// The last cases with an agent, of all services.
    pub(super) handled: &'a mut HandledCases,
    /// Waits by class, of all services.
    pub(super) learnt: &'a mut [Option<Box<LearntWaits>>; CaseClass::COUNT],
    /// `None` if no one asks for them.
    pub(super) events: Option<&'a mut Vec<Event>>,
    /// Trio's times in this list.
    pub(super) times: &'a mut TimeMemory,
    pub(super) reading: &'a ListReading<'a>,
    pub(super) queues: &'a mut QueueNumbers,
    /// Handling time that is not entered yet, seconds, by the number of the queue.
    pub(super) handling: Vec<Option<(Source, f64)>>,
}

impl Ledger<'_> {
    /// Returns the counters of a queue, started if needed, and its goals.
    fn entry(&mut self, queue: &Queue, source: Source) -> (&mut ClassFlow, ClassGoals) {
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
        (flow, goals)
    }

    /// Returns the counters of the queue of a case.
    fn counts(&mut self, case: &Tracked) -> &mut ClassCounts {
        &mut self.entry(&case.queue, case.source).0.counts
    }

    /// Records a case that an agent had when it was first seen. It starts the class but counts in
    /// no counter.
    pub(super) fn record_in_hand(&mut self, id: &Text, case: &Tracked, is_first_list: bool) {
        let counts = self.counts(case);
        if !is_first_list {
            // It was answered after an unknown wait, perhaps since the list before.
            counts.within_high += 1;
            counts.missed_high += 1;
        }
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
        self.counts(case).offered += 1;
        let arrived = self.age_range(case.begin);
        self.emit(
            id,
            &case.queue,
            Inference::Offered { arrived, time_evidence: case.time_evidence },
        );
    }

    pub(super) fn record_carried_in(&mut self, id: &Text, case: &Tracked, is_first_list: bool) {
        self.counts(case).carried_in += 1;
        let arrived = (!case.begin_is_unknown).then(|| self.age_range(case.begin));
        let truncated = (!is_first_list).then_some(UnclassifiedReason::Truncated);
        let reason = self.reading.interruption.or(truncated);
        self.emit(
            id,
            &case.queue,
            Inference::CarriedIn { arrived, time_evidence: case.time_evidence, reason },
        );
    }

    pub(super) fn record_moved(&mut self, id: &Text, case: &Tracked, to: &Queue) {
        self.counts(case).moved += 1;
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
        let (flow, goals) = self.entry(&case.queue, case.source);
        let counts = &mut flow.counts;
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
        let of_center = self.handled.shares();
        let interval = self.reading.interval;
        let goals = self.entry(&case.queue, case.source).1;
        let target = goals.wait_target.as_secs_f64();
        let learns = wait.exact().is_none() && LearntWaits::is_used(interval, goals.wait_target);
        // A new class begins with the waits of its class in the contact centre.
        let begun = learns.then(|| {
            let center = self.learnt[case.queue.class.index()].get_or_insert_default();
            let begun = center.clone();
            center.learn(wait, target);
            begun
        });
        let flow = self.entry(&case.queue, case.source).0;
        let within = match begun {
            Some(begun) => flow.learnt.get_or_insert(begun).learn(wait, target),
            None => wait.share_within(target),
        };
        let once = flow.handled.shares().or(of_center);
        let hidden = flow.hidden.add_answered(once, within, unseen);
        let counts = &mut flow.counts;
        counts.answered += 1;
        counts.within += within;
        counts.add_to_bounds(PossibleOutcomes {
            within: wait.low() <= target,
            missed: wait.high() > target,
            uncounted: false,
        });
        counts.within_high += hidden;
        // A wait of any length is shown by as many lists as it has intervals, on average, and by
        // none if it is unseen: the sum over many waits is then right.
        counts.waits.observe(wait.best(), if wait.is_unseen() { 0.0 } else { wait.best() });
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
        let interval = self.reading.interval;
        let of_center = self.handled.shares();
        let (flow, goals) = self.entry(&case.queue, case.source);
        let short = goals.short_abandon.as_secs_f64();
        let target = goals.wait_target.as_secs_f64();
        let (age, chance) = flow.ages.assign(ages::chances(wait, short, target));
        let once = flow.handled.shares().or(of_center);
        let may_be_answered = wait.low() <= target && flow.hidden.may_be_answered(once);
        let counts = &mut flow.counts;
        counts.left[age.index()] += 1;
        counts.add_to_bounds(PossibleOutcomes {
            within: may_be_answered,
            missed: wait.high() > short,
            uncounted: wait.low() <= short,
        });
        if case.lists == Some(1) {
            counts.missed_high += flow.hidden.add_left_once(interval, goals.short_abandon);
        }
        let (low, best, high) = (wait.low(), wait.best(), wait.high());
        let inference =
            Inference::Left { low, best, high, age, chance, may_be_answered, short, target };
        self.emit(id, &case.queue, inference);
    }

    pub(super) fn add_handling(&mut self, case: &Tracked, seconds: f64) {
        let number = case.queue_number;
        if number >= self.handling.len() {
            self.handling.resize(self.queues.queues().len(), None);
        }
        self.handling[number].get_or_insert((case.source, 0.0)).1 += seconds.max(0.0);
    }

    /// Enters the handling time. No entry may follow.
    pub(super) fn finish(mut self) {
        for (number, sum) in mem::take(&mut self.handling).into_iter().enumerate() {
            let Some((source, seconds)) = sum else { continue };
            let queue = self.queues.queues()[number].clone();
            self.entry(&queue, source).0.counts.handling_seconds += seconds;
        }
    }

    /// Records the number of lists that showed a case with its agent, from the answer to the end.
    pub(super) fn record_handled_lists(&mut self, case: &Tracked) {
        let Some(lists) = case.lists else { return };
        self.entry(&case.queue, case.source).0.handled.record(lists);
        self.handled.record(lists);
    }

    pub(super) fn record_finished(&mut self, id: &Text, case: &Tracked) {
        self.emit(id, &case.queue, Inference::Finished);
    }
}
