//! One reading: the last complete data of a collector, its age, and the result of the last attempt.

use std::{sync::Arc, time::Duration};

use crate::model::{Collector, Stamp, Text};

/// The last complete data of one collector, and the result of its last attempt.
#[derive(Clone, Debug)]
pub struct Reading<T> {
    /// Interval of the collector; `None`: it is switched off and has no metrics.
    pub interval: Option<Duration>,
    /// The last attempt; `None` before the first.
    pub attempt: Option<Attempt>,
    /// The last complete data; failed attempts do not change it.
    pub good: Option<Good<T>>,
    /// Number of attempts that were answered but incomplete.
    pub incomplete_total: u64,
    /// Reason why the last attempt was not complete; `None` if it was, or before the first.
    pub problem: Option<Problem>,
}

/// One attempt to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Start of the attempt.
    pub at: Stamp,
    /// Duration of the attempt.
    pub duration: Duration,
    /// Result of the attempt.
    pub outcome: Outcome,
}

/// The result of an attempt to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All data was read.
    Complete,
    /// There were answers, but pages were missing or contradicted each other.
    Incomplete,
    /// No usable answer.
    Failed,
}

/// Complete data of one reading.
#[derive(Clone, Debug)]
pub struct Good<T> {
    /// Start of the reading; the age of the data is counted from here.
    pub taken: Stamp,
    /// Duration of the reading: each value was true at some moment within it.
    pub took: Duration,
    /// Start of the first reading with the same data.
    pub changed: Stamp,
    /// Number of items.
    pub items: usize,
    /// The data.
    pub data: Arc<T>,
}

impl<T> Good<T> {
    /// Returns data that differs from that of earlier readings, read in no time.
    pub fn new(taken: Stamp, items: usize, data: T) -> Self {
        Self { taken, took: Duration::ZERO, changed: taken, items, data: Arc::new(data) }
    }
}

impl<T> Reading<T> {
    /// Returns a reading before its first attempt.
    pub fn none(interval: impl Into<Option<Duration>>) -> Self {
        Self {
            interval: interval.into(),
            attempt: None,
            good: None,
            incomplete_total: 0,
            problem: None,
        }
    }

    /// Stores the complete data of an attempt that began at `taken`.
    pub fn store(&mut self, taken: Stamp, took: Duration, items: usize, data: T)
    where
        T: PartialEq,
    {
        self.attempt = Some(Attempt { at: taken, duration: took, outcome: Outcome::Complete });
        self.problem = None;
        // Equal data keeps its `Arc`: the tally compares pointers to see that nothing changed.
        let same = self.good.take().filter(|good| *good.data == data);
        self.good = Some(match same {
            Some(good) => Good { taken, took, ..good },
            None => Good { took, ..Good::new(taken, items, data) },
        });
    }

    /// Returns the result of the last attempt, to be changed.
    pub fn tried(&mut self) -> Tried<'_> {
        Tried { attempt: &mut self.attempt, problem: &mut self.problem, interval: self.interval }
    }

    /// Returns the age after which the data is withheld: three intervals, at least a minute.
    pub fn max_age(&self) -> Duration {
        max_age(self.interval.unwrap_or_default())
    }

    /// Returns the data, unless it is too old at `now`.
    pub fn fresh(&self, now: Stamp) -> Option<&Arc<T>> {
        // Judged when it is used, not when it is read: a poller that hangs cannot keep old gauges
        // alive.
        let good = self.good.as_ref()?;
        (now.since(good.taken) <= self.max_age()).then_some(&good.data)
    }

    /// Returns the state of the collector, without its data; `None` if it is switched off.
    pub fn health(&self, collector: Collector) -> Option<Health> {
        Some(Health {
            collector,
            interval: self.interval?,
            attempt: self.attempt,
            last_success: self.good.as_ref().map(|good| good.taken),
            last_change: self.good.as_ref().map(|good| good.changed),
            items: self.good.as_ref().map(|good| good.items),
            incomplete_total: self.incomplete_total,
        })
    }
}

/// Mutable access to the result of the last attempt, for readings of any type.
#[derive(Debug)]
pub struct Tried<'a> {
    /// The last attempt.
    pub attempt: &'a mut Option<Attempt>,
    /// Reason why it was not complete.
    pub problem: &'a mut Option<Problem>,
    /// Interval of the collector.
    pub interval: Option<Duration>,
}

/// Longest time between the starts of two readings of the same moment. The collectors of a cycle
/// start together, a few requests at a time; two cycles are seconds apart.
const MOMENT: Duration = Duration::from_millis(500);

/// Returns whether two readings started so close to each other that they can be compared.
pub fn is_same_moment(one: Stamp, other: Stamp) -> bool {
    one.mono.abs_diff(other.mono) <= MOMENT
}

/// Returns the age after which data read at this interval is withheld.
pub fn max_age(interval: Duration) -> Duration {
    // Two failed readings in a row do not remove the gauges yet.
    (interval * 3).max(Duration::from_secs(60))
}

/// The state of one collector, without its data.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// The collector.
    pub collector: Collector,
    /// Its interval.
    pub interval: Duration,
    /// Its last attempt.
    pub attempt: Option<Attempt>,
    /// Start of the reading of its last complete data.
    pub last_success: Option<Stamp>,
    /// Start of the first reading with the same data.
    pub last_change: Option<Stamp>,
    /// Number of items in that data.
    pub items: Option<usize>,
    /// Number of incomplete attempts.
    pub incomplete_total: u64,
}

/// The reason why an attempt was not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A sentence that names no person.
    pub said: Text,
    /// True if the API user lacks the right.
    pub forbidden: bool,
    /// For an incomplete collection: the number of items received, and the total if it is known.
    pub short: Option<(usize, Option<usize>)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Clock;

    fn read_at(taken: Stamp, interval: Duration) -> Reading<u8> {
        Reading { good: Some(Good::new(taken, 1, 7)), ..Reading::none(interval) }
    }

    #[test]
    fn data_older_than_three_intervals_is_withheld() {
        let now = Clock::system().now();
        let later = |secs| Stamp { mono: now.mono + Duration::from_secs(secs), ..now };
        let reading = read_at(now, Duration::from_secs(300));
        assert!(reading.fresh(later(900)).is_some());
        assert!(reading.fresh(later(901)).is_none());
    }

    #[test]
    fn readings_of_a_moment_start_within_half_a_second() {
        let now = Clock::system().now();
        let later = |millis| Stamp { mono: now.mono + Duration::from_millis(millis), ..now };
        assert!(is_same_moment(now, later(500)) && is_same_moment(later(500), now));
        assert!(!is_same_moment(now, later(501)) && !is_same_moment(later(501), now));
    }

    #[test]
    fn data_of_a_fast_collector_is_kept_a_minute() {
        let now = Clock::system().now();
        let reading = read_at(now, Duration::from_secs(5));
        assert!(reading.fresh(Stamp { mono: now.mono + Duration::from_secs(60), ..now }).is_some());
        assert!(
            reading
                .fresh(Stamp { mono: now.mono + Duration::from_millis(60_001), ..now })
                .is_none()
        );
    }

    #[test]
    fn equal_data_keeps_its_arc_and_its_first_moment() {
        let now = Clock::system().now();
        let later = Stamp { mono: now.mono + Duration::from_secs(5), ..now };
        let mut reading = read_at(now, Duration::from_secs(5));
        let data = |reading: &Reading<u8>| reading.good.as_ref().expect("read").data.clone();
        let before = data(&reading);
        reading.store(later, Duration::ZERO, 1, 7);
        let good = reading.good.as_ref().expect("read");
        assert_eq!((good.taken, good.changed), (later, now));
        assert!(Arc::ptr_eq(&before, &good.data));
        reading.store(later, Duration::ZERO, 1, 8);
        assert_eq!(reading.good.as_ref().expect("read").changed, later);
        assert!(!Arc::ptr_eq(&before, &data(&reading)));
    }
}
