//! A case that is followed from reading to reading.

use std::time::{Duration, SystemTime};

use rustc_hash::FxHashMap;

use super::totals::Destination;
use crate::{
    model::{Case, CaseClass, CaseState, Moment, Text},
    tally::{
        counts::UnclassifiedReason,
        evidence::{Listed, OwnArrival, Stage, TimeEvidence, Window},
        source::Source,
    },
};

/// Queue of a case: a class of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Queue {
    pub(super) service: Text,
    pub(super) class: CaseClass,
}

impl Queue {
    pub(super) fn destination(&self) -> Destination {
        Destination { service_id: self.service.clone(), class: self.class }
    }
}

/// Numbers of the queues that cases are in, from 0.
// Sums of all cases by queue are made at each list. A number finds its sum in a vector; looking up
// each id would take most of the time of a step.
#[derive(Debug, Default)]
pub(super) struct QueueNumbers {
    numbers: FxHashMap<Queue, usize>,
    queues: Vec<Queue>,
}

impl QueueNumbers {
    /// Returns the number of a queue, and the queue with the text of the service's id that all its
    /// cases share.
    pub(super) fn number(&mut self, queue: &Queue) -> (usize, Queue) {
        let number = match self.numbers.get(queue) {
            Some(number) => *number,
            None => {
                self.queues.push(queue.clone());
                let number = self.queues.len() - 1;
                self.numbers.insert(queue.clone(), number);
                number
            }
        };
        (number, self.queues[number].clone())
    }

    /// Returns the queues by their numbers.
    pub(super) fn queues(&self) -> &[Queue] {
        &self.queues
    }
}

/// A case that was in the list, and may come back to it.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub(super) queue: Queue,
    /// Number of its queue.
    pub(super) queue_number: usize,
    pub(super) source: Source,
    pub(super) stage: Stage,
    /// State in the last list that showed it, or by its agent.
    pub(super) state: CaseState,
    /// True if that list names its agent, or an agent names the case.
    pub(super) agent_has_it: bool,
    /// True if that list has a class for it that is not mapped.
    pub(super) class_is_unknown: bool,
    /// True if its stage follows from that list, or from the queue length of the same moment.
    pub(super) is_understood: bool,
    /// Moment when the queue length last proved that it did not wait, though its state was unknown.
    pub(super) not_waiting_at: Option<Moment>,
    /// Begin of its wait. If that is unknown, only the end of the window means anything.
    pub(super) begin: Window,
    /// True if it was waiting before its arrival could be seen, and Trio gives no time.
    pub(super) begin_is_unknown: bool,
    /// Use of the last time that Trio gave for it.
    pub(super) time_evidence: TimeEvidence,
    /// Moment when its stage was last certain.
    pub(super) seen: Moment,
    /// Trio's own time of its arrival; a later one means another case.
    pub(super) created: Option<SystemTime>,
    /// The same time, as far as it may be used for the wait.
    pub(super) own_arrival: OwnArrival,
    /// Number of lists that showed it in its present stage; `None` if the begin of the stage was
    /// not seen.
    pub(super) lists: Option<u32>,
    /// Number of the last reading that showed it.
    pub(super) listed: u64,
    pub(super) absence: Option<Absence>,
}

/// Absence of a case from the last lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Absence {
    /// End of the first list that did not show it.
    pub(super) since: Moment,
    /// Number of lists that did not show it.
    pub(super) lists: u32,
    /// Reason why its end cannot be understood.
    pub(super) reason: Option<UnclassifiedReason>,
}

impl Tracked {
    /// Returns true if it counts as open: it waits, or its state is unknown until its outcome is
    /// known.
    pub(super) fn is_waiting(&self) -> bool {
        self.stage != Stage::Handled
    }

    /// Returns the time that it certainly waited, in seconds.
    pub(super) fn shortest_wait(&self) -> f64 {
        // A row in an unknown state does not prove that it waits.
        if self.stage == Stage::Waiting { (self.seen - self.begin.to).max(0.0) } else { 0.0 }
    }

    /// Takes state, class and agent from a row that shows the case.
    pub(super) fn update(&mut self, case: &Case, stage: Stage, agent_has_it: bool) {
        self.state = state_of(case, stage);
        self.agent_has_it = agent_has_it;
        self.class_is_unknown = case.class_is_unknown;
        self.is_understood = stage != Stage::Unknown;
    }

    /// Returns true if its state is unknown and no agent has it, so that it may wait.
    pub(super) fn may_wait(&self) -> bool {
        self.state == CaseState::Unknown && !self.agent_has_it
    }

    /// Records that it did not wait at the moment `at`.
    pub(super) fn record_not_waiting(&mut self, at: Moment) {
        self.not_waiting_at = Some(at);
    }

    /// Records that it waited at the moment `at`, by the queue length. A case that an agent had
    /// stays answered: only a list can put it back.
    pub(super) fn record_waiting(&mut self, at: Moment) {
        if self.stage == Stage::Handled {
            return;
        }
        if let Some(before) = self.not_waiting_at.take() {
            self.begin = Window { from: before, to: at };
            self.begin_is_unknown = false;
            self.own_arrival = OwnArrival::OfEarlierWait;
        }
        self.stage = Stage::Waiting;
        self.seen = at;
        self.is_understood = true;
    }

    /// Records that a list shows it in the unknown state in which it was last found to wait: it
    /// still does, because a case that an agent takes gets another state.
    pub(super) fn record_unchanged(&mut self) {
        self.is_understood |= self.stage == Stage::Waiting;
    }

    /// Counts one more list that shows it in its present stage.
    pub(super) fn count_list(&mut self) {
        self.lists = self.lists.map(|lists| lists.saturating_add(1));
    }

    /// Adds the case to those of the list that was read at `at`. `target` is in seconds.
    pub(super) fn count_in(
        &self,
        listed: &mut Listed,
        at: Moment,
        interval: Duration,
        target: f64,
    ) {
        listed.states[self.state.index()] += 1;
        let (waiting, unclassed_waiting) = match self.state {
            CaseState::Queued | CaseState::Offered => {
                (&mut listed.known, &mut listed.unclassed_known)
            }
            CaseState::Unknown if !self.agent_has_it => {
                (&mut listed.unknown, &mut listed.unclassed_unknown)
            }
            CaseState::Handled | CaseState::Unknown => return,
        };
        waiting.add(self.age(at, interval), target);
        *unclassed_waiting += u64::from(self.class_is_unknown);
    }

    /// Returns the age of its wait, in seconds, at the moment `at` of a list with this interval:
    /// since the middle of the window of its arrival, else since it was first seen.
    ///
    /// Without Trio's own time the age would be 0 in the first list that shows it; half an interval
    /// is right on average.
    pub(super) fn age(&self, at: Moment, interval: Duration) -> f64 {
        let age = if self.begin_is_unknown {
            (at - self.begin.to).max(interval.as_secs_f64() / 2.0)
        } else {
            at - self.begin.until(at).middle()
        };
        // A case that came back from an agent has waited since then, not since its arrival.
        let had_by_agent = (self.stage == Stage::Handled).then_some(self.seen);
        let other = [had_by_agent, self.not_waiting_at].into_iter().flatten();
        other.fold(age, |age, since| age.min(at - since)).max(0.0)
    }
}

/// Returns the state of a case, taken from its stage where the row has none.
fn state_of(case: &Case, stage: Stage) -> CaseState {
    match (case.state, stage) {
        (Some(state), _) if state != CaseState::Unknown => state,
        (_, Stage::Waiting) => CaseState::Queued,
        (_, Stage::Handled) => CaseState::Handled,
        (_, Stage::Unknown) => CaseState::Unknown,
    }
}
