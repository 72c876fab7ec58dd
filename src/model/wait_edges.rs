//! The edges of the histograms of waits: two sets, the same for every service of the process.

use super::CaseClass;

/// Configured wait targets that become edges, at most: every edge costs a series a class.
pub(super) const CONFIGURED: usize = 4;

/// Where somebody waits live: seconds to half an hour.
const LIVE: [f64; 11] = [5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
/// Where nobody does: five minutes to four days.
const WRITTEN: [f64; 9] = [300.0, 600.0, 1800.0, 3600.0, 14_400.0, 28_800.0, 86_400.0, 172_800.0, 345_600.0];

/// The edges that the waits of a class always have, in seconds, ascending.
pub const fn edges_of(class: CaseClass) -> &'static [f64] {
    match class {
        CaseClass::Voice | CaseClass::Chat => &LIVE,
        CaseClass::Callback | CaseClass::Email | CaseClass::Task | CaseClass::Other => &WRITTEN,
    }
}

/// All edges of a class: its own and the `configured` ones, ascending.
pub fn all_edges_of(class: CaseClass, configured: &[f64]) -> Vec<f64> {
    let mut edges = [edges_of(class), configured].concat();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_ascend_and_a_configured_one_stands_once_in_both_sets() {
        for class in CaseClass::ALL {
            assert!(edges_of(class).is_sorted_by(|a, b| a < b), "{class:?}");
            let all = all_edges_of(class, &[7200.0, 90.0, 30.0]);
            assert!(all.is_sorted_by(|a, b| a < b), "{class:?}: {all:?}");
            assert!([30.0, 90.0, 7200.0].iter().all(|edge| all.contains(edge)), "{class:?}: {all:?}");
        }
        assert_eq!(all_edges_of(CaseClass::Voice, &[30.0]), edges_of(CaseClass::Voice));
        assert_eq!(all_edges_of(CaseClass::Email, &[30.0])[..2], [30.0, 300.0]);
    }
}
