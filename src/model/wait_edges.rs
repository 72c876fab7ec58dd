//! Bucket bounds of the histograms of waits: two sets, the same for every service of the process.

use super::CaseClass;

/// Maximum number of wait targets that become additional buckets.
// Each costs a series for every service and class.
pub(super) const CONFIGURED: usize = 4;

/// Bounds for classes in which a person waits, in seconds: 5 s to half an hour.
const LIVE: [f64; 11] = [5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
/// Bounds for the other classes, in seconds: five minutes to four days.
const WRITTEN: [f64; 9] =
    [300.0, 600.0, 1800.0, 3600.0, 14_400.0, 28_800.0, 86_400.0, 172_800.0, 345_600.0];

/// Returns the bucket bounds that a class always has, in seconds, ascending.
pub const fn edges_of(class: CaseClass) -> &'static [f64] {
    match class {
        CaseClass::Voice | CaseClass::Chat => &LIVE,
        CaseClass::Callback | CaseClass::Email | CaseClass::Task | CaseClass::Other => &WRITTEN,
    }
}

/// Returns all bucket bounds of a class, its own and the `configured` ones, in seconds, ascending.
pub fn all_edges_of(class: CaseClass, configured: &[f64]) -> Vec<f64> {
    let mut edges = [edges_of(class), configured].concat();
    edges.sort_by(f64::total_cmp);
    // A configured one can be a bound of the other class already.
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_ascend_and_configured_ones_are_added_once() {
        for class in CaseClass::ALL {
            assert!(edges_of(class).is_sorted_by(|a, b| a < b), "{class:?}");
            let all = all_edges_of(class, &[7200.0, 90.0, 30.0]);
            assert!(all.is_sorted_by(|a, b| a < b), "{class:?}: {all:?}");
            assert!(
                [30.0, 90.0, 7200.0].iter().all(|edge| all.contains(edge)),
                "{class:?}: {all:?}"
            );
        }
        assert_eq!(all_edges_of(CaseClass::Voice, &[30.0]), edges_of(CaseClass::Voice));
        assert_eq!(all_edges_of(CaseClass::Email, &[30.0])[..2], [30.0, 300.0]);
    }
}
