//! Edges of the wait histograms: the same two sets for every service of the process, so that
//! buckets can be added up.

use std::sync::Arc;

use crate::model::{CaseClass, all_edges_of, edges_of};

/// Edges for live classes and for written ones, seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    live: Arc<[f64]>,
    written: Arc<[f64]>,
}

impl Edges {
    /// Creates both sets from the fixed edges and the configured ones.
    pub fn with(configured: &[f64]) -> Self {
        let edges = |class| all_edges_of(class, configured).into();
        Self { live: edges(CaseClass::Voice), written: edges(CaseClass::Email) }
    }

    pub(super) fn for_class(&self, class: CaseClass) -> Arc<[f64]> {
        if edges_of(class) == edges_of(CaseClass::Voice) {
            self.live.clone()
        } else {
            self.written.clone()
        }
    }
}

impl Default for Edges {
    fn default() -> Self {
        Self::with(&[])
    }
}
