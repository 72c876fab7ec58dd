//! Counters of one class of cases of one service.

use std::sync::Arc;

/// Wait of a case that left the queue unanswered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftAge {
    /// At most `short_abandon`, or two polls if that is longer.
    Short,
    /// Within the wait target.
    Within,
    /// Past the wait target.
    Beyond,
}

impl LeftAge {
    /// Every age, in the order of the counters.
    pub const ALL: [Self; 3] = [Self::Short, Self::Within, Self::Beyond];

    /// Returns the value of the label `age`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Within => "within",
            Self::Beyond => "beyond",
        }
    }
}

/// Reason why the outcome of a case is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnclassifiedReason {
    /// It ended between readings that are too far apart.
    Gap,
    /// It ended while another server took over.
    Failover,
    /// It disappeared together with most of the others.
    MassVanish,
    /// It ended while the list was truncated.
    Truncated,
    /// It was waiting when it was first seen, and the begin of its wait is unknown.
    CarriedIn,
    /// The answers do not distinguish answered cases from others.
    Unknown,
}

impl UnclassifiedReason {
    /// Every reason, in the order of the counters.
    pub const ALL: [Self; 6] = [
        Self::Gap,
        Self::Failover,
        Self::MassVanish,
        Self::Truncated,
        Self::CarriedIn,
        Self::Unknown,
    ];

    /// Returns the value of the label `reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Failover => "failover",
            Self::MassVanish => "mass_vanish",
            Self::Truncated => "truncated",
            Self::CarriedIn => "carried_in",
            Self::Unknown => "unknown",
        }
    }
}

/// Counters of one class of one service.
///
/// `carried_in + offered` is the sum of answered, left, moved, unclassified and the cases that
/// still wait.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassCounts {
    /// New cases seen.
    pub offered: u64,
    /// Cases that were waiting already when the list was read for the first time, or again after a
    /// gap.
    pub carried_in: u64,
    /// Cases that an agent took: seen waiting before, or arrived and taken between two readings.
    /// Cases that an agent had already in the first list, or in the first one after a gap, are not
    /// counted.
    pub answered: u64,
    /// Cases that left the queue unanswered, in the order of [`LeftAge::ALL`].
    pub left: [u64; LeftAge::ALL.len()],
    /// Cases that went on to wait in another queue.
    pub moved: u64,
    /// Cases with unknown outcome, in the order of [`UnclassifiedReason::ALL`].
    pub unclassified: [u64; UnclassifiedReason::ALL.len()],
    /// Cases answered within the wait target: best estimate.
    pub within: f64,
    /// Cases certainly answered within the wait target.
    pub within_low: u64,
    /// Cases possibly answered within the wait target.
    pub within_high: u64,
    /// Waits of the answered cases, each at its best estimate.
    pub waits: WaitHistogram,
    /// Case-seconds with an agent.
    pub handling_seconds: f64,
}

impl ClassCounts {
    pub(super) fn new(edges: Arc<[f64]>) -> Self {
        Self { waits: WaitHistogram::new(edges), ..Self::default() }
    }

    /// Returns the cases that left, for all waits together.
    pub fn total_left(&self) -> u64 {
        self.left.iter().sum()
    }

    /// Returns the cases with unknown outcome, for all reasons together.
    pub fn total_unclassified(&self) -> u64 {
        self.unclassified.iter().sum()
    }
}

/// Histogram of waits, seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitHistogram {
    /// Upper edges of the buckets but the last, seconds.
    pub edges: Arc<[f64]>,
    /// Waits by bucket; the last one has no upper edge.
    pub buckets: Vec<u64>,
    /// All waits together, seconds.
    pub sum: f64,
}

impl Default for WaitHistogram {
    fn default() -> Self {
        Self::new(Arc::new([]))
    }
}

impl WaitHistogram {
    fn new(edges: Arc<[f64]>) -> Self {
        Self { buckets: vec![0; edges.len() + 1], edges, sum: 0.0 }
    }

    pub(super) fn observe(&mut self, seconds: f64) {
        let bucket = self.edges.partition_point(|edge| *edge < seconds);
        self.buckets[bucket] += 1;
        self.sum += seconds;
    }

    /// Returns the number of waits.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_edges_are_inclusive_upper_bounds() {
        let mut waits = WaitHistogram::new(Arc::new([5.0, 10.0]));
        for seconds in [0.0, 5.0, 5.1, 10.0, 99.0] {
            waits.observe(seconds);
        }
        assert_eq!(
            (waits.buckets.as_slice(), waits.sum, waits.count()),
            (&[2, 2, 1][..], 119.1, 5)
        );
    }
}
