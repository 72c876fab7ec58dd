//! Pages that the lists of one cycle may take together, behind their first ones.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::model::{Cadence, Collector, Resource};

/// Pages that are left, for each kind of cycle: states, lists of cases and agents, slow work.
// One list is bounded by its own limit. Several with wrong totals would still take several times as
// many requests as the limit of the target allows.
#[derive(Debug)]
pub(in crate::trio) struct PageBudget([AtomicUsize; 3]);

impl Default for PageBudget {
    /// No limit, as a command that reads everything once has.
    fn default() -> Self {
        Self([const { AtomicUsize::new(usize::MAX) }; 3])
    }
}

impl PageBudget {
    fn left(&self, cadence: Cadence) -> &AtomicUsize {
        let [state, flow, slow] = &self.0;
        match cadence {
            Cadence::Live => state,
            Cadence::Flow => flow,
            Cadence::Configuration | Cadence::Inventory => slow,
        }
    }

    /// Sets the pages of a cycle that begins.
    pub(in crate::trio) fn refill(&self, cadence: Cadence, pages: usize) {
        self.left(cadence).store(pages, Ordering::Relaxed);
    }

    /// Takes pages for a list. Returns false, and takes none, if fewer are left.
    pub(super) fn take(&self, resource: Resource, pages: usize) -> bool {
        // The list of contact centres belongs to no collector; nothing can be read without it.
        let Some(collector) = Collector::of(resource) else { return true };
        let left = self.left(collector.cadence());
        let take = |left: usize| left.checked_sub(pages);
        left.try_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_a_cycle_share_pages_others_have_their_own() {
        let budget = PageBudget::default();
        budget.refill(Cadence::Flow, 10);
        assert!(budget.take(Resource::Calls, 6));
        assert!(!budget.take(Resource::Cases, 5), "four are left");
        assert!(budget.take(Resource::AgentState, 4), "the refused list took none");
        assert!(!budget.take(Resource::Calls, 1));
        for other in [Resource::ServiceState, Resource::Agents, Resource::ContactCenters] {
            assert!(budget.take(other, 1_000), "{other:?}");
        }
        budget.refill(Cadence::Flow, 10);
        assert!(budget.take(Resource::Cases, 10));
    }
}
