//! What has been counted of one class of cases of one service.

use std::sync::Arc;

/// How a case that left the queue unanswered had waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftAge {
    /// Hung up at once.
    Short,
    /// Within the wait target.
    Within,
    /// Past the wait target.
    Beyond,
}

impl LeftAge {
    /// Every age, in the order of the counters.
    pub const ALL: [Self; 3] = [Self::Short, Self::Within, Self::Beyond];

    /// The value of the label `age`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Within => "within",
            Self::Beyond => "beyond",
        }
    }
}

/// Why nobody can say what became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It ended between readings that were too far apart.
    Gap,
    /// It ended while another server took over.
    Failover,
    /// It vanished together with most of the others.
    MassVanish,
    /// It ended while the list was cut.
    Truncated,
    /// It waited when it was first seen, nobody knows since when.
    CarriedIn,
    /// The answers do not tell answered cases from others.
    Unknown,
}

impl Doubt {
    /// Every doubt, in the order of the counters.
    pub const ALL: [Self; 6] =
        [Self::Gap, Self::Failover, Self::MassVanish, Self::Truncated, Self::CarriedIn, Self::Unknown];

    /// The value of the label `reason`.
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

/// The counters of one class of one service. `carried_in + offered` is the sum of answered, left,
/// moved, unclassified and those still waiting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassCounts {
    /// New cases seen.
    pub offered: u64,
    /// Cases that waited already when the list was first read, or read again after a gap.
    pub carried_in: u64,
    /// Cases first seen with an agent.
    pub answered: u64,
    /// Cases that left the queue unanswered, in the order of [`LeftAge::ALL`].
    pub left: [u64; LeftAge::ALL.len()],
    /// Cases that went on to wait somewhere else.
    pub moved: u64,
    /// Cases closed as unknown, in the order of [`Doubt::ALL`].
    pub unclassified: [u64; Doubt::ALL.len()],
    /// Answered within the target: best estimate.
    pub within: f64,
    /// Answered within the target: certainly.
    pub within_low: u64,
    /// Answered within the target: at most.
    pub within_high: u64,
    /// Waits of the answered, each at its best estimate.
    pub waits: WaitHistogram,
    /// Case-seconds with an agent.
    pub handling_seconds: f64,
}

impl ClassCounts {
    pub(super) fn new(edges: Arc<[f64]>) -> Self {
        Self { waits: WaitHistogram::new(edges), ..Self::default() }
    }

    /// Cases that left, whatever they had waited.
    pub fn left_in_all(&self) -> u64 {
        self.left.iter().sum()
    }

    /// Cases closed as unknown, whatever the reason.
    pub fn unclassified_in_all(&self) -> u64 {
        self.unclassified.iter().sum()
    }
}

/// How many waits were how long.
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

    /// Waits in all.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_falls_into_the_bucket_whose_edge_it_does_not_exceed() {
        let mut waits = WaitHistogram::new(Arc::new([5.0, 10.0]));
        for seconds in [0.0, 5.0, 5.1, 10.0, 99.0] {
            waits.observe(seconds);
        }
        assert_eq!((waits.buckets.as_slice(), waits.sum, waits.count()), (&[2, 2, 1][..], 119.1, 5));
    }
}
