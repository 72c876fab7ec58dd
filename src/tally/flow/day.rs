//! Counts since local midnight, for the families `trio_service_day_*`.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{model::Stamp, tally::counts::ClassCounts};

/// Counters of a class at midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::tally) struct DayBase {
    offered: u64,
    answered: u64,
    left: u64,
    within: f64,
}

/// Counts of a class since midnight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayCounts {
    /// New cases seen.
    pub offered: u64,
    /// Cases answered.
    pub answered: u64,
    /// Cases answered within the target, best estimate.
    pub within: f64,
    /// Cases that left unanswered.
    pub left: u64,
}

impl DayBase {
    fn new(counts: &ClassCounts) -> Self {
        Self {
            offered: counts.offered,
            answered: counts.answered,
            left: counts.total_left(),
            within: counts.within,
        }
    }

    /// Returns true if no count at midnight is larger than the counter itself.
    pub(super) fn is_valid(self, counts: &ClassCounts) -> bool {
        let Self { offered, answered, left, within } = self;
        offered <= counts.offered
            && answered <= counts.answered
            && left <= counts.total_left()
            && (0.0..=counts.within).contains(&within)
    }

    /// Returns the counts since midnight.
    pub(super) fn since(self, counts: &ClassCounts) -> DayCounts {
        DayCounts {
            offered: counts.offered - self.offered,
            answered: counts.answered - self.answered,
            within: counts.within - self.within,
            left: counts.total_left() - self.left,
        }
    }
}

/// The present local date, and if the day was observed from its start.
#[derive(Debug, Default)]
pub(super) struct Day {
    date: Option<Date>,
    is_whole: bool,
}

impl Day {
    /// Restores the day that was observed from its start and began at `midnight`, seconds since
    /// 1970, if it is still that day.
    pub(super) fn resume(midnight: Option<f64>, now: Stamp, zone: &TimeZone) -> Self {
        let today = Timestamp::try_from(now.wall).map(|time| zone.to_datetime(time).date());
        let today =
            today.ok().filter(|today| midnight.is_some() && start_of_day(*today, zone) == midnight);
        Self { date: today, is_whole: today.is_some() }
    }

    /// Returns the begin of the day, seconds since 1970, if the day was observed from its start.
    pub(super) fn midnight(&self, zone: &TimeZone) -> Option<f64> {
        start_of_day(self.date.filter(|_| self.is_whole)?, zone)
    }

    /// Begins a new day if midnight has passed since the last call, and returns true then. The new
    /// day is whole unless there is a `gap` between the last step before midnight and the first one
    /// after it. A clock that is set back does not begin a day again.
    pub(super) fn advance(&mut self, now: Stamp, zone: &TimeZone, gap: bool) -> bool {
        let Ok(time) = Timestamp::try_from(now.wall) else { return false };
        let today = zone.to_datetime(time).date();
        // The day in which the exporter starts was not observed from its begin.
        let Some(date) = self.date else {
            self.date = Some(today);
            return false;
        };
        if today <= date {
            return false;
        }
        // A count of "today" that misses some hours would be shown as if it were whole.
        self.is_whole = !gap && date.tomorrow().is_ok_and(|next| next == today);
        self.date = Some(today);
        true
    }

    /// Returns the counters with which a class begins the day that begins now; `None` if the day is
    /// not whole.
    pub(super) fn base_after(&self, counts: &ClassCounts) -> Option<DayBase> {
        self.is_whole.then(|| DayBase::new(counts))
    }

    /// Returns the counters with which a class that starts now begins its day.
    pub(super) fn base(&self) -> Option<DayBase> {
        self.is_whole.then(DayBase::default)
    }
}

fn start_of_day(date: Date, zone: &TimeZone) -> Option<f64> {
    let begin = zone.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    Some(begin.as_second() as f64)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Returns the moments at which a day began, checked each minute between two moments, and if
    /// the whole day counts.
    fn days(zone: &str, from: &str, to: &str) -> Vec<(String, bool)> {
        let zone = TimeZone::get(zone).expect("a zone");
        let [from, to] = [from, to].map(|time| time.parse::<Timestamp>().expect("a time"));
        let mut day = Day::default();
        let (mut begun, mut last) = (Vec::new(), None);
        for second in (from.as_second()..to.as_second()).step_by(60) {
            let time = Timestamp::from_second(second).expect("in range");
            let wall = std::time::UNIX_EPOCH + Duration::from_secs(second.unsigned_abs());
            let stamp = Stamp { wall, mono: Duration::from_secs(second.unsigned_abs()) };
            day.advance(stamp, &zone, false);
            if last.is_some_and(|last| Some(last) != day.date) {
                begun.push((time.to_string(), day.is_whole));
            }
            last = day.date;
        }
        begun
    }

    #[test]
    fn days_of_23_and_25_hours_keep_their_midnights() {
        let whole = |at: &str| (at.to_owned(), true);
        assert_eq!(
            days("Europe/Stockholm", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"),
            [whole("2026-03-28T23:00:00Z"), whole("2026-03-29T22:00:00Z")]
        );
        assert_eq!(
            days("Europe/Stockholm", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
            [whole("2026-10-24T22:00:00Z"), whole("2026-10-25T23:00:00Z")]
        );
    }

    #[test]
    fn skipped_or_repeated_midnight_begins_one_day() {
        // In Beirut clocks change at midnight: forward to one o'clock, and back to eleven in the
        // evening.
        assert_eq!(
            days("Asia/Beirut", "2022-03-26T12:00:00Z", "2022-03-27T12:00:00Z"),
            [("2022-03-26T22:00:00Z".to_owned(), true)]
        );
        assert_eq!(
            days("Asia/Beirut", "2022-10-29T12:00:00Z", "2022-10-30T12:00:00Z"),
            [("2022-10-29T22:00:00Z".to_owned(), true)]
        );
    }

    #[test]
    fn clock_set_back_over_midnight_begins_no_day() {
        let mut day = Day::default();
        let mut turn = |seconds: u64| {
            let stamp = Stamp {
                wall: std::time::UNIX_EPOCH + Duration::from_secs(86_400 * 20_000 + seconds),
                mono: Duration::from_secs(seconds),
            };
            day.advance(stamp, &TimeZone::UTC, false);
            day.date
        };
        let before = turn(86_390);
        let after = turn(86_405);
        assert!(before < after);
        assert_eq!((turn(86_300), turn(86_410)), (after, after));
    }
}
