//! Agents of the previous reading, found by id.

use rustc_hash::FxHashMap;

use crate::model::AgentStatus;

/// Places of the agents of the previous reading; each is taken once.
pub(super) struct PreviousAgents<'a> {
    statuses: &'a [AgentStatus],
    taken: Vec<bool>,
    /// Place after the agent that was taken last.
    next: usize,
    /// Places by id, once an agent is not at the next place.
    // A list keeps its order from reading to reading: most need no map at all.
    places: Option<FxHashMap<&'a str, usize>>,
}

impl<'a> PreviousAgents<'a> {
    /// Creates the agents of a reading, of whom none is taken.
    pub(super) fn new(statuses: &'a [AgentStatus]) -> Self {
        Self { statuses, taken: vec![false; statuses.len()], next: 0, places: None }
    }

    /// Takes the agent with this id and returns its place; `None` if it is unknown or was taken
    /// before.
    pub(super) fn take(&mut self, id: &str) -> Option<usize> {
        let is_next = self.statuses.get(self.next).is_some_and(|status| *status.id == *id);
        let place = if is_next { self.next } else { self.find(id)? };
        let taken = self.taken.get_mut(place).filter(|taken| !**taken)?;
        *taken = true;
        self.next = place + 1;
        Some(place)
    }

    fn find(&mut self, id: &str) -> Option<usize> {
        let statuses = self.statuses.iter().enumerate();
        let by_id = || statuses.map(|(place, status)| (&*status.id, place)).collect();
        self.places.get_or_insert_with(by_id).get(id).copied()
    }

    /// Returns the places of the agents that were not taken.
    pub(super) fn left(&self) -> impl Iterator<Item = usize> {
        self.taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(place, _)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_found_in_any_order_and_taken_once() {
        let statuses = ["1", "2", "3", "4", "5"].map(|id| AgentStatus::new(id, None));
        let mut previous = PreviousAgents::new(&statuses);
        // One is new, one is gone, the last two changed places, one comes twice.
        let found = ["1", "new", "2", "5", "4", "2"].map(|id| previous.take(id));
        assert_eq!(found, [Some(0), None, Some(1), Some(4), Some(3), None]);
        assert_eq!(previous.left().collect::<Vec<_>>(), [2]);
    }
}
