//! Pages that the lists of one cycle may take together, behind their first ones.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    model::{Cadence, Collector, Text},
    trio::learned::ListKey,
};

/// A list, with the value of its row filter.
pub(super) type Key = (ListKey, Option<Text>);

/// Pages of each kind of cycle: states, lists of cases and agents, slow work.
// One list is bounded by its own limit. Several with wrong totals would still take several times as
// many requests as the limit of the target allows.
#[derive(Debug, Default)]
pub(in crate::trio) struct PageBudget([Mutex<Pages>; 3]);

#[derive(Debug)]
struct Pages {
    left: usize,
    /// Pages for the lists that were read in the cycle before.
    // Else another list would be left out in each cycle, and the log would say so each time.
    reserved: HashMap<Key, usize>,
    /// Pages that the lists of this cycle have taken in one reading.
    taken: HashMap<Key, usize>,
}

impl Default for Pages {
    /// No limit, as a command that reads everything once has.
    fn default() -> Self {
        Self { left: usize::MAX, reserved: HashMap::new(), taken: HashMap::new() }
    }
}

impl PageBudget {
    fn pages(&self, cadence: Cadence) -> MutexGuard<'_, Pages> {
        let [state, flow, slow] = &self.0;
        let pages = match cadence {
            Cadence::Live => state,
            Cadence::Flow => flow,
            Cadence::Configuration | Cadence::Inventory => slow,
        };
        pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the pages of a cycle that begins.
    pub(in crate::trio) fn refill(&self, cadence: Cadence, pages: usize) {
        let mut budget = self.pages(cadence);
        budget.left = pages;
        let mut reserved = std::mem::take(&mut budget.taken);
        // The limit may be lower now.
        reserved.retain(|_, wanted| match budget.left.checked_sub(*wanted) {
            Some(left) => {
                budget.left = left;
                true
            }
            None => false,
        });
        budget.reserved = reserved;
    }

    /// Takes pages for a list. Returns false, and takes none, if fewer are left.
    pub(super) fn take(&self, key: Key, pages: usize) -> bool {
        // The list of contact centres belongs to no collector; nothing can be read without it.
        let Some(collector) = Collector::of(key.0.resource) else { return true };
        if pages == 0 {
            return true;
        }
        let mut budget = self.pages(collector.cadence());
        let own = budget.reserved.get(&key).copied().unwrap_or_default().min(pages);
        let Some(left) = budget.left.checked_sub(pages - own) else { return false };
        budget.left = left;
        if let Some(reserved) = budget.reserved.get_mut(&key) {
            *reserved -= own;
        }
        let taken = budget.taken.entry(key).or_default();
        *taken = pages.max(*taken);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Resource;

    fn list(resource: Resource) -> Key {
        (ListKey { resource, contact_center: "1".into(), filter: None }, None)
    }

    #[test]
    fn lists_of_a_cycle_share_pages_others_have_their_own() {
        let budget = PageBudget::default();
        let take = |resource, pages| budget.take(list(resource), pages);
        assert!(take(Resource::Calls, 1_000_000), "no limit yet");
        budget.refill(Cadence::Flow, 10);
        assert!(take(Resource::Calls, 6));
        assert!(!take(Resource::Cases, 5), "four are left");
        assert!(take(Resource::AgentState, 4), "the refused list took none");
        assert!(!take(Resource::Calls, 1));
        for other in [Resource::ServiceState, Resource::Agents, Resource::ContactCenters] {
            assert!(take(other, 1_000), "{other:?}");
        }
    }

    #[test]
    fn list_that_was_read_is_read_in_the_next_cycle_too() {
        let budget = PageBudget::default();
        let take = |resource, pages| budget.take(list(resource), pages);
        budget.refill(Cadence::Flow, 10);
        assert!(take(Resource::Calls, 6));
        budget.refill(Cadence::Flow, 10);
        assert!(!take(Resource::Cases, 5), "six are reserved");
        assert!(take(Resource::Calls, 8), "its own, and two more");
        assert!(!take(Resource::Cases, 3));
        budget.refill(Cadence::Flow, 10);
        budget.refill(Cadence::Flow, 10);
        assert!(take(Resource::Cases, 10), "what is not read any more has nothing");
        budget.refill(Cadence::Flow, 5);
        assert!(take(Resource::Calls, 5), "ten no longer fit");
    }
}
