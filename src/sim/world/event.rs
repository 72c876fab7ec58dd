//! What will happen, in the order of time: the agenda of the world.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Something that happens at an exact time.
///
/// An event names what it is about by number, and the generation that it was meant for: one that
/// comes too late finds another generation, or nothing, and does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A case may arrive at a service (it does, when the hour is busy enough).
    Arrival { service: u32, generation: u64 },
    /// Who waits has had enough.
    GivesUp { job: u64, visit: u32 },
    /// A call that still waits goes to another service.
    Overflows { job: u64, visit: u32 },
    /// Who still waits asks to be called back.
    AsksForCallback { job: u64, visit: u32 },
    /// What an agent does ends by itself: the ringing, the talk, the wrap-up, the pause.
    ActivityEnds { agent: u32, generation: u64 },
    /// An agent wants a pause.
    PauseDue { agent: u32, login: u64 },
    /// An agent's working day begins.
    ShiftStarts { agent: u32 },
    /// An agent's working day ends.
    ShiftEnds { agent: u32 },
}

/// Events in the order of time; at the same time, in the order in which they were planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    planned: u64,
}

impl Agenda {
    /// Plans an event at a world time.
    pub(crate) fn plan(&mut self, at: Duration, event: Event) {
        self.planned += 1;
        self.heap.push(Reverse((at, self.planned, event)));
    }

    /// Takes the next event that happens at or before `until`.
    pub(crate) fn next_until(&mut self, until: Duration) -> Option<(Duration, Event)> {
        let due = self.heap.peek().is_some_and(|Reverse((at, ..))| *at <= until);
        if due { self.heap.pop().map(|Reverse((at, _, event))| (at, event)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_the_order_of_time_then_of_planning() {
        let second = Duration::from_secs;
        let mut agenda = Agenda::default();
        agenda.plan(second(2), Event::ShiftStarts { agent: 1 });
        agenda.plan(second(1), Event::ShiftStarts { agent: 9 });
        agenda.plan(second(1), Event::ShiftStarts { agent: 2 });
        assert_eq!(agenda.next_until(second(1)), Some((second(1), Event::ShiftStarts { agent: 9 })));
        assert_eq!(agenda.next_until(second(1)), Some((second(1), Event::ShiftStarts { agent: 2 })));
        assert_eq!(agenda.next_until(second(1)), None);
    }
}
