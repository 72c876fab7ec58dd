//! Events to come, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// An event at an exact world time.
///
/// It refers to its subject by id, and carries the generation or segment that it was scheduled for.
/// Events are never cancelled: an outdated one finds another generation, or no subject, and does
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// Candidate arrival at a service; the hour decides whether it becomes a case.
    Arrival { service: u32, generation: u64 },
    /// The customer's patience is over.
    Abandonment { job: u64, segment: u32 },
    /// A call that still waits overflows to another service.
    Overflow { job: u64, segment: u32 },
    /// A caller who still waits asks for a callback.
    CallbackRequest { job: u64, segment: u32 },
    /// The ringing, handling, wrap-up or pause of an agent ends.
    ActivityEnd { agent: u32, generation: u64 },
    /// A pause of an agent is due.
    PauseDue { agent: u32, login: u64 },
    /// A shift starts.
    ShiftStart { agent: u32 },
    /// A shift ends.
    ShiftEnd { agent: u32 },
}

/// Priority queue of events: by time, then by the order of scheduling.
#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    // A `BinaryHeap` is a max-heap; `Reverse` makes the earliest event its top.
    heap: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    // Breaks ties in the order of scheduling; without it the order of `Event`'s variants would
    // decide.
    scheduled: u64,
}

impl EventQueue {
    /// Schedules an event at a world time.
    pub(crate) fn schedule(&mut self, at: Duration, event: Event) {
        self.scheduled += 1;
        self.heap.push(Reverse((at, self.scheduled, event)));
    }

    /// Removes and returns the next event at or before `until`.
    pub(crate) fn pop_until(&mut self, until: Duration) -> Option<(Duration, Event)> {
        let due = self.heap.peek().is_some_and(|Reverse((at, ..))| *at <= until);
        if due { self.heap.pop().map(|Reverse((at, _, event))| (at, event)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simultaneous_events_keep_their_order() {
        let second = Duration::from_secs;
        let mut events = EventQueue::default();
        events.schedule(second(2), Event::ShiftStart { agent: 1 });
        events.schedule(second(1), Event::ShiftStart { agent: 9 });
        events.schedule(second(1), Event::ShiftStart { agent: 2 });
        assert_eq!(events.pop_until(second(1)), Some((second(1), Event::ShiftStart { agent: 9 })));
        assert_eq!(events.pop_until(second(1)), Some((second(1), Event::ShiftStart { agent: 2 })));
        assert_eq!(events.pop_until(second(1)), None);
    }
}
