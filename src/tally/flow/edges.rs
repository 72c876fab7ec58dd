//! The edges of the wait histograms: the same two sets for every service of the process.

use std::sync::Arc;

use crate::model::{CaseClass, all_edges_of, edges_of};

/// Both sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    live: Arc<[f64]>,
    written: Arc<[f64]>,
}

impl Edges {
    /// The fixed edges, and configured ones in both sets.
    pub fn with(configured: &[f64]) -> Self {
        let edges = |class| all_edges_of(class, configured).into();
        Self { live: edges(CaseClass::Voice), written: edges(CaseClass::Email) }
    }

    pub(super) fn of(&self, class: CaseClass) -> Arc<[f64]> {
        if edges_of(class) == edges_of(CaseClass::Voice) { self.live.clone() } else { self.written.clone() }
    }
}

impl Default for Edges {
    fn default() -> Self {
        Self::with(&[])
    }
}
