//! Counts since local midnight, for the families `trio_service_day_*`.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    model::{Stamp, unix_seconds},
    tally::{
        counts::{ClassCounts, LeftAge, TimeCounts},
        saved_form::is_time,
    },
};

/// Counters of a class when its day began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::tally) struct DayBase {
    offered: u64,
    answered: u64,
    left: u64,
    within: f64,
    /// `None` in a file of an exporter that did not save them: with zeros instead, the whole
    /// counters would be taken for those of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<DayDetail>,
}

/// Counts of a class since the day began.
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
    /// The other counts; `None` on a day that an older version of the exporter began.
    pub detail: Option<DayDetail>,
}

/// Bounds and unknown outcomes of a class since the day began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayDetail {
    /// Cases certainly answered within the target.
    pub within_low: u64,
    /// Cases possibly answered within the target.
    pub within_high: u64,
    /// Cases that certainly missed the target.
    pub missed_low: u64,
    /// Cases that possibly missed the target.
    pub missed_high: u64,
    /// Cases that left after at most `short_abandon`.
    pub left_short: u64,
    /// Cases with unknown outcome.
    pub unclassified: u64,
}

/// Open time of a service, seconds: in the counters when the day began, or since then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayTime {
    /// Time for which the flow could be measured.
    pub measured: f64,
    /// Time for which it could not be measured, for all reasons together.
    pub unmeasured: f64,
}

/// Begin of the counts of the day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayStart {
    /// Seconds since 1970.
    pub at: f64,
    /// True if it is local midnight; false if the day was observed only from `at` on.
    pub is_whole: bool,
}

impl DayBase {
    /// Returns the base of a day that begins with these counters.
    pub(super) fn new(counts: &ClassCounts) -> Self {
        Self {
            offered: counts.offered,
            answered: counts.answered,
            left: counts.total_left(),
            within: counts.within,
            detail: Some(DayDetail::new(counts)),
        }
    }

    /// Returns the base of a class whose counters are still zero.
    fn zero() -> Self {
        Self { detail: Some(DayDetail::default()), ..Self::default() }
    }

    /// Returns true if no count of the base is larger than the counter itself.
    pub(super) fn is_valid(self, counts: &ClassCounts) -> bool {
        let Self { offered, answered, left, within, detail } = self;
        offered <= counts.offered
            && answered <= counts.answered
            && left <= counts.total_left()
            && (0.0..=counts.within).contains(&within)
            && detail.is_none_or(|detail| detail.is_valid(counts))
    }

    /// Returns the counts since the day began.
    pub(super) fn since(self, counts: &ClassCounts) -> DayCounts {
        DayCounts {
            offered: counts.offered - self.offered,
            answered: counts.answered - self.answered,
            within: counts.within - self.within,
            left: counts.total_left() - self.left,
            detail: self.detail.map(|base| base.since(counts)),
        }
    }
}

impl DayDetail {
    fn new(counts: &ClassCounts) -> Self {
        Self {
            within_low: counts.within_low,
            within_high: counts.within_high,
            missed_low: counts.missed_low,
            missed_high: counts.missed_high,
            left_short: counts.left[LeftAge::Short.index()],
            unclassified: counts.total_unclassified(),
        }
    }

    fn is_valid(self, counts: &ClassCounts) -> bool {
        let Self { within_low, within_high, missed_low, missed_high, left_short, unclassified } =
            self;
        let now = Self::new(counts);
        within_low <= now.within_low
            && within_high <= now.within_high
            && missed_low <= now.missed_low
            && missed_high <= now.missed_high
            && left_short <= now.left_short
            && unclassified <= now.unclassified
    }

    fn since(self, counts: &ClassCounts) -> Self {
        let now = Self::new(counts);
        Self {
            within_low: now.within_low - self.within_low,
            within_high: now.within_high - self.within_high,
            missed_low: now.missed_low - self.missed_low,
            missed_high: now.missed_high - self.missed_high,
            left_short: now.left_short - self.left_short,
            unclassified: now.unclassified - self.unclassified,
        }
    }
}

impl DayTime {
    /// Returns the time in the counters.
    pub(super) fn new(time: &TimeCounts) -> Self {
        let unmeasured = time.unmeasured.iter().sum();
        Self { measured: time.measured.unwrap_or_default(), unmeasured }
    }

    /// Returns true if both are times that a counter can have.
    pub(super) fn is_valid(self) -> bool {
        let Self { measured, unmeasured } = self;
        is_time(measured) && is_time(unmeasured)
    }

    /// Returns the time since the day began.
    pub(super) fn since(self, time: &TimeCounts) -> Self {
        let now = Self::new(time);
        Self {
            measured: (now.measured - self.measured).max(0.0),
            unmeasured: (now.unmeasured - self.unmeasured).max(0.0),
        }
    }
}

/// The present local date, and the begin of its counts.
#[derive(Debug, Default)]
pub(super) struct Day {
    date: Option<Date>,
    is_whole: bool,
    /// Begin of the counts on a day that is not whole, seconds since 1970.
    part_start: Option<f64>,
}

impl Day {
    /// Restores the day whose counts began at `midnight` or, if it was not observed from its start,
    /// at `part_start`, both in seconds since 1970, if it is still that day.
    pub(super) fn resume(
        midnight: Option<f64>,
        part_start: Option<f64>,
        now: Stamp,
        zone: &TimeZone,
    ) -> Self {
        let date_of = |time| zone.to_datetime(time).date();
        let Ok(today) = Timestamp::try_from(now.wall).map(date_of) else { return Self::default() };
        if midnight.is_some() && start_of_day(today, zone) == midnight {
            return Self { date: Some(today), is_whole: true, part_start: None };
        }
        let began = |start: &f64| {
            let time = Timestamp::from_second(*start as i64).ok().map(date_of);
            time == Some(today) && *start <= unix_seconds(now.wall)
        };
        match part_start.filter(began) {
            Some(start) => Self { date: Some(today), is_whole: false, part_start: Some(start) },
            None => Self::default(),
        }
    }

    /// Returns the begin of the day, seconds since 1970, if the day was observed from its start.
    pub(super) fn midnight(&self, zone: &TimeZone) -> Option<f64> {
        start_of_day(self.date.filter(|_| self.is_whole)?, zone)
    }

    /// Returns the begin of the counts on a day that was not observed from its start, seconds since
    /// 1970.
    pub(super) fn part_start(&self) -> Option<f64> {
        self.part_start
    }

    /// Returns true if the day was observed from its start.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns the begin of the counts; `None` before the first step.
    pub(super) fn start(&self, zone: &TimeZone) -> Option<DayStart> {
        let at = self.midnight(zone).or(self.part_start)?;
        Some(DayStart { at, is_whole: self.is_whole })
    }

    /// Begins a new day if midnight has passed since the last call, and returns true then and at
    /// the first call. The new day is whole unless there is a `gap` between the last step before
    /// midnight and the first one after it. A clock that is set back does not begin a day again.
    pub(super) fn advance(&mut self, now: Stamp, zone: &TimeZone, gap: bool) -> bool {
        let Ok(time) = Timestamp::try_from(now.wall) else { return false };
        let today = zone.to_datetime(time).date();
        let date = self.date;
        if date.is_some_and(|date| today <= date) {
            return false;
        }
        // A count of "today" that misses some hours would be shown as if it were whole. The day in
        // which the exporter starts was not observed from its begin.
        let follows = |date: Date| date.tomorrow().is_ok_and(|next| next == today);
        self.is_whole = !gap && date.is_some_and(follows);
        self.part_start = (!self.is_whole).then(|| unix_seconds(now.wall));
        self.date = Some(today);
        true
    }

    /// Returns the counters with which a class that starts now begins its day; `None` before the
    /// first step.
    pub(super) fn base(&self) -> Option<DayBase> {
        self.date.is_some().then(DayBase::zero)
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
