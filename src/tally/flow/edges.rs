//! The edges of the wait histograms: the same two sets for every service of the process.

use std::sync::Arc;

use super::counts::is_live;
use crate::model::CaseClass;

/// Where somebody waits live.
const LIVE: [f64; 11] = [5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
/// Where nobody does.
const WRITTEN: [f64; 9] = [300.0, 600.0, 1800.0, 3600.0, 14400.0, 28800.0, 86400.0, 172_800.0, 345_600.0];

/// Both sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    live: Arc<[f64]>,
    written: Arc<[f64]>,
}

impl Edges {
    /// The fixed edges, and configured ones in both sets.
    pub fn with(configured: &[f64]) -> Self {
        let joined = |fixed: &[f64]| {
            let mut edges: Vec<f64> = fixed.iter().chain(configured).copied().collect();
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            edges.into()
        };
        Self { live: joined(&LIVE), written: joined(&WRITTEN) }
    }

    pub(super) fn of(&self, class: CaseClass) -> Arc<[f64]> {
        if is_live(class) { self.live.clone() } else { self.written.clone() }
    }
}

impl Default for Edges {
    fn default() -> Self {
        Self::with(&[])
    }
}
