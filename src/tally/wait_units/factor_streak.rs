//! State machine of one field: a factor is reported after three readings, a minute apart.

use std::time::Duration;

use super::compare::FactorVerdict;
use crate::model::WaitFactor;

/// Smallest distance between readings that count: closer ones show the same cases.
const MIN_DISTANCE: Duration = Duration::from_secs(60);
/// Readings that must agree before a factor is reported, and before it is taken back.
const MIN_READINGS: u32 = 3;

/// Readings of one field, and the factor reported.
#[derive(Debug, Default)]
pub(super) struct FactorStreak {
    /// Moment of the last reading that counts.
    counted: Option<Duration>,
    last: Option<FactorVerdict>,
    /// Readings in a row that gave `last`.
    streak: u32,
    reported: Option<WaitFactor>,
}

impl FactorStreak {
    /// Records a reading. One without a comparison changes nothing: an empty queue proves no unit.
    pub(super) fn observe(&mut self, at: Duration, verdict: Option<FactorVerdict>) {
        let Some(verdict) = verdict else { return };
        if self.counted.is_some_and(|counted| at.saturating_sub(counted) < MIN_DISTANCE) {
            return;
        }
        self.counted = Some(at);
        self.streak = if self.last == Some(verdict) { self.streak + 1 } else { 1 };
        self.last = Some(verdict);
        if self.streak >= MIN_READINGS {
            self.reported = match verdict {
                FactorVerdict::Factor(factor) => Some(factor),
                FactorVerdict::NoFactor => None,
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

    const F: Option<FactorVerdict> = Some(FactorVerdict::Factor(WaitFactor::Thousand));
    const G: Option<FactorVerdict> = Some(FactorVerdict::Factor(WaitFactor::Sixtieth));
    const N: Option<FactorVerdict> = Some(FactorVerdict::NoFactor);

    /// Returns the factor reported after readings at these seconds.
    fn after(readings: &[(u64, Option<FactorVerdict>)]) -> Option<WaitFactor> {
        let mut streak = FactorStreak::default();
        for (at, verdict) in readings {
            streak.observe(Duration::from_secs(*at), *verdict);
        }
        streak.reported()
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
    fn intermittent_factor_is_not_reported() {
        let coming_and_going: Vec<_> =
            (0..20).map(|n| (n * 60, if n % 3 == 2 { N } else { F })).collect();
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
    fn reported_factor_is_withdrawn_as_slowly() {
        let reported = [(0, F), (60, F), (120, F), (180, N), (240, N)];
        assert_eq!(after(&reported), Some(WaitFactor::Thousand));
        assert_eq!(after(&[&reported[..], &[(300, N)]].concat()), None);
        assert_eq!(
            after(&[&reported[..], &[(300, F), (360, N)]].concat()),
            Some(WaitFactor::Thousand)
        );
    }
}
