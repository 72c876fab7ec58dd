//! Slots for requests in flight: those about the present state first, and few for slow work.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::model::{Cadence, Collector, Resource};

/// Slots for the requests to one target.
#[derive(Debug)]
pub(super) struct RequestSlots {
    size: usize,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    /// Requests in flight.
    fast: usize,
    slow: usize,
    waiting_fast: VecDeque<oneshot::Sender<()>>,
    waiting_slow: VecDeque<oneshot::Sender<()>>,
}

/// Slot of one request, free again when it is dropped.
#[derive(Debug)]
pub(super) struct RequestSlot<'a> {
    slots: &'a RequestSlots,
    is_slow: bool,
    /// The slot was not given yet.
    waits: Option<oneshot::Receiver<()>>,
}

/// Returns true if the resource is configuration or inventory: nothing waits for it.
fn is_slow(resource: Resource) -> bool {
    let is_session = matches!(
        resource,
        Resource::Api | Resource::Login | Resource::RefreshLogin | Resource::ContactCenters
    );
    !is_session && !Collector::of(resource).is_some_and(Collector::is_fast)
}

/// Returns true for the first of its kind: queue lengths must not wait behind the pages of long
/// lists, nor the names of services, for which their series wait, behind those of the agents.
fn goes_first(resource: Resource) -> bool {
    Collector::of(resource).is_some_and(|collector| {
        collector == Collector::Services || collector.cadence() == Cadence::Live
    })
}

impl RequestSlots {
    /// Creates `size` slots, at least one. Half of them may be used for slow work.
    pub(super) fn new(size: usize) -> Self {
        Self { size: size.max(1), queue: Mutex::default() }
    }

    /// Waits for a slot.
    // A list of ten thousand agents takes seconds. With all slots in use for it, the queue lengths
    // would be as late.
    pub(super) async fn acquire(&self, resource: Resource) -> RequestSlot<'_> {
        let is_slow = is_slow(resource);
        let (given, waits) = oneshot::channel();
        {
            let mut queue = self.queue();
            let waiting = if is_slow { &mut queue.waiting_slow } else { &mut queue.waiting_fast };
            if goes_first(resource) {
                waiting.push_front(given);
            } else {
                waiting.push_back(given);
            }
            queue.give_free_slots(self.size);
        }
        let mut slot = RequestSlot { slots: self, is_slow, waits: Some(waits) };
        if let Some(waits) = &mut slot.waits {
            // The sender is dropped only after it has given the slot.
            let _ = waits.await;
        }
        slot.waits = None;
        slot
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Gives free slots to those that wait, fast ones first.
    fn give_free_slots(&mut self, size: usize) {
        while self.fast + self.slow < size {
            if let Some(next) = self.waiting_fast.pop_front() {
                // Its request was given up while it waited.
                self.fast += usize::from(next.send(()).is_ok());
            } else if self.slow < (size / 2).max(1)
                && let Some(next) = self.waiting_slow.pop_front()
            {
                self.slow += usize::from(next.send(()).is_ok());
            } else {
                return;
            }
        }
    }
}

impl Drop for RequestSlot<'_> {
    fn drop(&mut self) {
        let mut queue = self.slots.queue();
        if let Some(mut waits) = self.waits.take() {
            // Under the lock: from here on no slot is given to it, and one that was is returned.
            let was_given = waits.try_recv().is_ok();
            drop(waits);
            if !was_given {
                return;
            }
        }
        let used = if self.is_slow { &mut queue.slow } else { &mut queue.fast };
        *used = used.saturating_sub(1);
        queue.give_free_slots(self.slots.size);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn slow_work_leaves_half_of_the_slots() {
        let slots = RequestSlots::new(4);
        let mut slow = Vec::new();
        for _ in 0..2 {
            slow.push(slots.acquire(Resource::Agents).now_or_never().expect("a slot"));
        }
        assert!(slots.acquire(Resource::Skills).now_or_never().is_none());
        let fast = [Resource::ServiceState, Resource::Login]
            .map(|resource| slots.acquire(resource).now_or_never());
        assert!(fast.iter().all(Option::is_some));
        assert!(slots.acquire(Resource::Calls).now_or_never().is_none(), "four are in flight");
    }

    #[test]
    fn fast_requests_go_first() {
        let slots = RequestSlots::new(1);
        let held = slots.acquire(Resource::Calls).now_or_never();
        let mut slow = Box::pin(slots.acquire(Resource::Services));
        let mut list = Box::pin(slots.acquire(Resource::Cases));
        assert!(list.as_mut().now_or_never().is_none());
        let mut fast = Box::pin(slots.acquire(Resource::ServiceState));
        assert!(slow.as_mut().now_or_never().is_none());
        assert!(fast.as_mut().now_or_never().is_none());
        drop(held);
        assert!(list.as_mut().now_or_never().is_none());
        assert!(slow.as_mut().now_or_never().is_none());
        let fast = fast.now_or_never();
        assert!(fast.is_some());
        drop(fast);
        assert!(list.now_or_never().is_some());
        assert!(slow.now_or_never().is_some());
    }

    #[test]
    fn names_of_services_go_before_other_configuration() {
        let slots = RequestSlots::new(1);
        let held = slots.acquire(Resource::Calls).now_or_never();
        let mut agents = Box::pin(slots.acquire(Resource::Agents));
        assert!(agents.as_mut().now_or_never().is_none());
        let mut names = Box::pin(slots.acquire(Resource::Services));
        assert!(names.as_mut().now_or_never().is_none());
        drop(held);
        assert!(agents.as_mut().now_or_never().is_none());
        assert!(names.now_or_never().is_some());
        assert!(agents.now_or_never().is_some());
    }

    #[test]
    fn abandoned_request_returns_its_slot() {
        let slots = RequestSlots::new(1);
        let held = slots.acquire(Resource::Calls).now_or_never();
        let mut given = Box::pin(slots.acquire(Resource::Calls));
        assert!(given.as_mut().now_or_never().is_none());
        let mut waiting = Box::pin(slots.acquire(Resource::Calls));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(waiting);
        drop(held);
        drop(given);
        assert!(slots.acquire(Resource::Agents).now_or_never().is_some());
    }
}
