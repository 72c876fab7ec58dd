//! The service level of the day, of a row and of all rows, with bounds.

use crate::{
    metrics::QueueFigures,
    model::CaseClass,
    tally::{DayCounts, DayTime},
};

use super::shown::shown_classes;

/// Share of the open time that may be unmeasured before a figure is marked as approximate.
pub(super) const APPROXIMATE_ABOVE: f64 = 0.05;
/// Share of the open time above which a figure is not known.
pub(super) const UNKNOWN_ABOVE: f64 = 0.2;
/// Concluded cases below which there is no service level: one case would change it by a tenth.
const NONE_BELOW: u64 = 10;
/// Concluded cases below which it is shown muted.
const MUTED_BELOW: u64 = 30;

/// A service level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Level {
    /// It is not known: "?".
    Unknown,
    /// Too few cases are concluded: "–".
    TooFew,
    /// It is known.
    Share(LevelShare),
}

/// A service level that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LevelShare {
    /// Best estimate, percent.
    pub(super) best: f64,
    /// Bounds, percent, rounded outwards.
    pub(super) low: f64,
    pub(super) high: f64,
    /// Concluded cases.
    pub(super) concluded: u64,
    /// Fewer than 30 cases are concluded.
    pub(super) is_muted: bool,
    /// Over 5 % of the open time was not measured.
    pub(super) is_approximate: bool,
}

/// Counts that a service level is computed from.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    within: f64,
    concluded: u64,
    within_low: u64,
    within_high: u64,
    missed_low: u64,
    missed_high: u64,
}

impl Counts {
    /// Adds a class; `None` if its bounds are not known.
    fn plus(mut self, day: &DayCounts) -> Option<Self> {
        let detail = day.detail?;
        self.within += day.within;
        self.concluded += day.answered + (day.left - detail.left_short);
        self.within_low += detail.within_low;
        self.within_high += detail.within_high;
        self.missed_low += detail.missed_low;
        self.missed_high += detail.missed_high;
        Some(self)
    }

    fn level(self, is_approximate: bool) -> Level {
        if self.concluded < NONE_BELOW {
            return Level::TooFew;
        }
        let share = |within: u64, missed: u64, none: f64| match within + missed {
            0 => none,
            all => within as f64 / all as f64 * 100.0,
        };
        let low = share(self.within_low, self.missed_high, 0.0);
        let high = share(self.within_high, self.missed_low, 100.0);
        // The estimate is between the bounds, also where the counts of the day began in the middle
        // of a case.
        let best = (self.within / self.concluded as f64 * 100.0).clamp(low, high.max(low));
        Level::Share(LevelShare {
            best,
            low: low.floor(),
            high: high.ceil(),
            concluded: self.concluded,
            is_muted: self.concluded < MUTED_BELOW,
            is_approximate,
        })
    }
}

/// Returns the share of the open time of the day that was not measured; 0 if there was none.
pub(super) fn unmeasured_share(time: DayTime) -> f64 {
    let all = time.measured + time.unmeasured;
    if all > 0.0 { time.unmeasured / all } else { 0.0 }
}

/// Returns the counts of a service; `None` if a class cannot be measured or is not known.
fn counts(queue: &QueueFigures, classes: &[CaseClass]) -> Option<Counts> {
    let mut counts = Counts::default();
    for class in shown_classes(queue, classes) {
        // A level that /metrics marks as not measurable is no figure here either.
        counts = counts.plus(class.day.as_ref().filter(|_| class.is_measurable)?)?;
    }
    Some(counts)
}

impl Level {
    /// Returns the service level of these classes of a service.
    pub(super) fn of_queue(queue: &QueueFigures, classes: &[CaseClass]) -> Self {
        if queue.state.is_some() && shown_classes(queue, classes).next().is_none() {
            return Self::TooFew;
        }
        let share = queue.day_time.map(unmeasured_share);
        let Some(share) = share.filter(|share| *share <= UNKNOWN_ABOVE) else {
            return Self::Unknown;
        };
        counts(queue, classes)
            .map_or(Self::Unknown, |counts| counts.level(share > APPROXIMATE_ABOVE))
    }

    /// Returns the service level of several services: the cases within the target ÷ the concluded
    /// ones. Services whose level is not known count like unmeasured time, and so does each of the
    /// `unread` targets and contact centres.
    pub(super) fn total<'a>(
        queues: impl Iterator<Item = &'a QueueFigures>,
        classes: &[CaseClass],
        unread: usize,
    ) -> Self {
        let (mut total, mut time) = (Counts::default(), DayTime::default());
        let (mut known, mut unknown) = (0, unread);
        for queue in queues
            .filter(|queue| queue.state.is_none() || shown_classes(queue, classes).next().is_some())
        {
            let Some((counts, day_time)) = counts(queue, classes).zip(queue.day_time) else {
                unknown += 1;
                continue;
            };
            known += 1;
            time.measured += day_time.measured;
            time.unmeasured += day_time.unmeasured;
            total = Counts {
                within: total.within + counts.within,
                concluded: total.concluded + counts.concluded,
                within_low: total.within_low + counts.within_low,
                within_high: total.within_high + counts.within_high,
                missed_low: total.missed_low + counts.missed_low,
                missed_high: total.missed_high + counts.missed_high,
            };
        }
        if known == 0 {
            return Self::Unknown;
        }
        // A figure over the services that are known is never shown as if it were over all.
        let missing = unknown as f64 / (known + unknown) as f64;
        let share = unmeasured_share(time).max(missing);
        if share > UNKNOWN_ABOVE {
            return Self::Unknown;
        }
        total.level(share > APPROXIMATE_ABOVE || unknown > 0)
    }
}
