//! Counters of a contact centre's services, as they are published and saved.
//!
//! The names of the members and the words of the closed sets are those of the state file. A file
//! without a member has its default, so a counter that is new begins at 0.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    saved_form::{ByWord, is_count, is_time, is_zero},
    source::Source,
};
use crate::model::{CaseClass, all_edges_of, closed_set, edges_of};

closed_set! {
    /// Wait of a case that left the queue unanswered: the label `age`.
    LeftAge {
        /// At most `short_abandon`.
        Short => "short",
        /// Within the wait target.
        Within => "within",
        /// Past the wait target.
        Beyond => "beyond",
    }
}

closed_set! {
    /// Reason why the outcome of a case is unknown: the label `reason`.
    UnclassifiedReason {
        /// It ended between readings that are too far apart.
        Gap => "gap",
        /// It ended while another server took over.
        Failover => "failover",
        /// It disappeared together with most of the others.
        MassVanish => "mass_vanish",
        /// It ended while the list was truncated.
        Truncated => "truncated",
        /// It was waiting when it was first seen, and the begin of its wait is unknown.
        CarriedIn => "carried_in",
        /// The answers do not distinguish answered cases from others.
        Unknown => "unknown",
    }
}

closed_set! {
    /// Reason why the flow of a service was not measured: the label `reason`.
    Unmeasured {
        /// The list was at Trio's limit.
        Truncated => "truncated",
        /// The exporter was late.
        MissedPoll => "missed_poll",
        /// Another server took over.
        Failover => "failover",
        /// Trio gave no answer.
        Outage => "outage",
    }
}

/// Counters of one class of one service.
///
/// `carried_in + offered` is the sum of answered, left, moved, unclassified and the cases that
/// still wait.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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
    #[serde(with = "ByWord::<LeftAge>")]
    pub left: [u64; LeftAge::COUNT],
    /// Cases that went on to wait in another queue.
    pub moved: u64,
    /// Cases with unknown outcome, in the order of [`UnclassifiedReason::ALL`].
    #[serde(with = "ByWord::<UnclassifiedReason>")]
    pub unclassified: [u64; UnclassifiedReason::COUNT],
    /// Cases answered within the wait target: best estimate.
    pub within: f64,
    /// Cases certainly answered within the wait target.
    pub within_low: u64,
    /// Cases possibly answered within the wait target.
    pub within_high: u64,
    /// Cases that certainly missed the wait target: answered or left past it, or left within it
    /// after more than `short_abandon`.
    #[serde(skip_serializing_if = "is_zero")]
    pub missed_low: u64,
    /// Cases that possibly missed it.
    #[serde(skip_serializing_if = "is_zero")]
    pub missed_high: u64,
    /// Case-seconds with an agent.
    pub handling_seconds: f64,
    /// Waits of the answered cases, each at its best estimate.
    pub waits: WaitHistogram,
}

impl ClassCounts {
    pub(super) fn new(edges: Arc<[f64]>) -> Self {
        Self { waits: WaitHistogram::new(edges), ..Self::default() }
    }

    /// Adds a case to the bounds of the service level. The level is between `within_low ÷
    /// (within_low + missed_high)` and `within_high ÷ (within_high + missed_low)`.
    pub(super) fn add_to_bounds(&mut self, possible: PossibleOutcomes) {
        let PossibleOutcomes { within, missed, uncounted } = possible;
        self.within_low += u64::from(within && !missed && !uncounted);
        self.within_high += u64::from(within);
        self.missed_low += u64::from(missed && !within && !uncounted);
        self.missed_high += u64::from(missed);
    }

    /// Returns the cases that left, for all waits together.
    pub fn total_left(&self) -> u64 {
        self.left.iter().sum()
    }

    /// Returns the cases with unknown outcome, for all reasons together.
    pub fn total_unclassified(&self) -> u64 {
        self.unclassified.iter().sum()
    }

    /// Returns true if every number is one that a counter can have.
    // Taken apart without `..`, so that a member that is added has to be checked here.
    pub(super) fn is_valid(&self) -> bool {
        let Self {
            offered,
            carried_in,
            answered,
            left,
            moved,
            unclassified,
            within,
            within_low,
            within_high,
            missed_low,
            missed_high,
            handling_seconds,
            waits,
        } = self;
        let WaitHistogram { edges, buckets, sum } = waits;
        let bounds = [within_low, within_high, missed_low, missed_high];
        let single = [offered, carried_in, answered, moved].into_iter().chain(bounds);
        let each = left.iter().chain(unclassified).chain(buckets);
        each.chain(single).copied().all(is_count)
            && [*within, *handling_seconds, *sum].into_iter().all(is_time)
            // The last bucket has no upper edge.
            && buckets.len() == edges.len() + 1
    }
}

/// Outcomes of one case that the readings leave possible, as the service level counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PossibleOutcomes {
    /// Answered within the wait target.
    pub(super) within: bool,
    /// Answered past the wait target, or left after more than `short_abandon`.
    pub(super) missed: bool,
    /// Left after at most `short_abandon`, which the service level leaves out.
    pub(super) uncounted: bool,
}

impl PossibleOutcomes {
    /// Creates those of a case about which nothing is certain but that it waited `shortest`
    /// seconds.
    pub(super) fn doubtful(shortest: f64, target: f64) -> Self {
        Self { within: shortest <= target, missed: true, uncounted: true }
    }
}

/// Histogram of waits, seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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
    pub(super) fn new(edges: Arc<[f64]>) -> Self {
        Self { buckets: vec![0; edges.len() + 1], edges, sum: 0.0 }
    }

    /// Adds a wait of the length `best`, which counts in the sum with `mean`.
    pub(super) fn observe(&mut self, best: f64, mean: f64) {
        let bucket = self.edges.partition_point(|edge| *edge < best);
        self.buckets[bucket] += 1;
        self.sum += mean;
    }

    /// Returns the number of waits.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

/// Counters of time, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeCounts {
    /// Integral of the queue length that Trio reports, case-seconds; `None` until it reported one.
    pub queue_wait: Option<f64>,
    /// Open time for which the flow could be measured; `None` until a list of cases was read.
    pub measured: Option<f64>,
    /// Open time for which it could not be measured, in the order of [`Unmeasured::ALL`].
    #[serde(with = "ByWord::<Unmeasured>")]
    pub unmeasured: [f64; Unmeasured::COUNT],
}

impl TimeCounts {
    /// Returns true if every number is one that a counter can have.
    pub(super) fn is_valid(&self) -> bool {
        let Self { queue_wait, measured, unmeasured } = *self;
        [queue_wait, measured].into_iter().flatten().chain(unmeasured).all(is_time)
    }
}

/// Times that contradict the readings, since start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RejectedTimes {
    /// Arrivals.
    pub created: u64,
    /// Answers.
    pub answered: u64,
    /// Waits.
    pub waited: u64,
}

impl RejectedTimes {
    /// Returns true if every number is one that a counter can have.
    pub(super) fn is_valid(&self) -> bool {
        let Self { created, answered, waited } = *self;
        [created, answered, waited].into_iter().all(is_count)
    }
}

/// Rejected times of both lists.
pub(super) type Rejected = [RejectedTimes; Source::COUNT];

/// Edges of the wait histograms for live classes and for written ones, seconds: the same two sets
/// for every service of the process, so that buckets can be added up.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_edges_are_inclusive_upper_bounds() {
        let mut waits = WaitHistogram::new(Arc::new([5.0, 10.0]));
        for seconds in [0.0, 5.0, 5.1, 10.0, 99.0] {
            waits.observe(seconds, seconds);
        }
        assert_eq!(
            (waits.buckets.as_slice(), waits.sum, waits.count()),
            (&[2, 2, 1][..], 119.1, 5)
        );
    }
}
