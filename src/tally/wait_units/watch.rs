//! The state machine of one field: a factor counts only once it was there in three readings, a minute apart.

use std::time::Duration;

use super::compare::Verdict;
use crate::model::WaitFactor;

/// Readings closer to each other show the same cases.
const APART: Duration = Duration::from_secs(60);
/// Readings that must agree before a factor is reported, and before it is taken back.
const READINGS: u32 = 3;

/// The readings of one field, and what is reported of it.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// When the last reading that counts was taken.
    counted: Option<Duration>,
    last: Option<Verdict>,
    /// Readings in a row that gave `last`.
    streak: u32,
    reported: Option<WaitFactor>,
}

impl Watch {
    /// Takes a reading in. One with nothing to compare changes nothing: an empty queue proves no unit.
    pub(super) fn observe(&mut self, at: Duration, verdict: Option<Verdict>) {
        let Some(verdict) = verdict else { return };
        if self.counted.is_some_and(|counted| at.saturating_sub(counted) < APART) {
            return;
        }
        self.counted = Some(at);
        self.streak = if self.last == Some(verdict) { self.streak + 1 } else { 1 };
        self.last = Some(verdict);
        if self.streak >= READINGS {
            self.reported = match verdict {
                Verdict::Factor(factor) => Some(factor),
                Verdict::NoFactor => None,
            };
        }
    }

    /// Returns the factor that is reported now.
    pub(super) fn reported(&self) -> Option<WaitFactor> {
        self.reported
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const F: Option<Verdict> = Some(Verdict::Factor(WaitFactor::Thousand));
    const G: Option<Verdict> = Some(Verdict::Factor(WaitFactor::Sixtieth));
    const N: Option<Verdict> = Some(Verdict::NoFactor);

    /// What is reported after readings at these seconds.
    fn after(readings: &[(u64, Option<Verdict>)]) -> Option<WaitFactor> {
        let mut watch = Watch::default();
        for (at, verdict) in readings {
            watch.observe(Duration::from_secs(*at), *verdict);
        }
        watch.reported()
    }

    #[test]
    fn three_readings_a_minute_apart_are_needed() {
        assert_eq!(after(&[(0, F), (60, F)]), None);
        assert_eq!(after(&[(0, F), (60, F), (119, F)]), None, "59 s are no minute");
        assert_eq!(after(&[(0, F), (60, F), (120, F)]), Some(WaitFactor::Thousand));
        let often: Vec<_> = (0..24).map(|step| (step * 5, F)).collect();
        assert_eq!(after(&often), None, "115 s");
    }

    #[test]
    fn a_factor_that_comes_and_goes_is_not_reported() {
        let coming_and_going: Vec<_> = (0..20).map(|n| (n * 60, if n % 3 == 2 { N } else { F })).collect();
        assert_eq!(after(&coming_and_going), None);
        assert_eq!(after(&[(0, F), (60, F), (120, G), (180, F), (240, F)]), None, "another factor");
    }

    #[test]
    fn nothing_to_compare_resets_nothing() {
        assert_eq!(
            after(&[(0, F), (60, None), (120, F), (180, None), (4000, F)]),
            Some(WaitFactor::Thousand)
        );
        assert_eq!(
            after(&[(0, F), (60, F), (120, F), (180, None), (4000, None)]),
            Some(WaitFactor::Thousand)
        );
    }

    #[test]
    fn a_reported_factor_is_taken_back_as_slowly() {
        let reported = [(0, F), (60, F), (120, F), (180, N), (240, N)];
        assert_eq!(after(&reported), Some(WaitFactor::Thousand));
        assert_eq!(after(&[&reported[..], &[(300, N)]].concat()), None);
        assert_eq!(after(&[&reported[..], &[(300, F), (360, N)]].concat()), Some(WaitFactor::Thousand));
    }
}
