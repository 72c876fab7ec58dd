//! One reading: the last complete data of a collector, its age, and the result of the last attempt.

use std::{any::Any, sync::Arc, time::Duration};

use crate::model::{AuthFailure, Stamp, Text};

/// The last complete data of one collector, and the result of its last attempt.
#[derive(Clone, Debug)]
pub struct Reading<T> {
    /// Interval of the collector; `None`: it is switched off and has no metrics.
    pub interval: Option<Duration>,
    /// Interval by the configuration: the one in force may be longer.
    pub configured: Option<Duration>,
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
        let interval = interval.into();
        Self {
            interval,
            configured: interval,
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

    /// Returns the age after which the data is withheld; see [`max_age`].
    pub fn max_age(&self) -> Duration {
        let interval = self.interval.unwrap_or_default();
        max_age(self.configured.unwrap_or(interval), interval)
    }

    /// Returns the data, unless it is too old at `now`.
    pub fn fresh(&self, now: Stamp) -> Option<&Arc<T>> {
        // Judged when it is used, not when it is read: a poller that hangs cannot keep old gauges
        // alive.
        let good = self.good.as_ref()?;
        (now.since(good.taken) <= self.max_age()).then_some(&good.data)
    }
}

/// A reading of any type of data, without the data.
pub trait AnyReading: Any {
    /// Returns the interval of the collector; `None` if it is switched off.
    fn interval(&self) -> Option<Duration>;

    /// Sets the interval of the collector; `None` switches it off.
    fn set_interval(&mut self, interval: Option<Duration>);

    /// Returns the last attempt; `None` before the first.
    fn attempt(&self) -> Option<Attempt>;

    /// Returns the reason why the last attempt was not complete.
    fn problem(&self) -> Option<&Problem>;

    /// Returns the state of the collector; `None` if it is switched off.
    fn health(&self) -> Option<Health>;

    /// Returns true if there is data, and it is not too old at `now`.
    fn is_fresh(&self, now: Stamp) -> bool;

    /// Enters an attempt that was not complete. The last complete data stays.
    fn fail(&mut self, attempt: Attempt, problem: Problem);

    /// Forgets data and attempts; the interval stays.
    fn clear(&mut self);

    /// Takes over data and attempts of another reading of the same type; the interval stays.
    fn take_over(&mut self, other: &dyn AnyReading);
}

impl<T: Clone + 'static> AnyReading for Reading<T> {
    fn interval(&self) -> Option<Duration> {
        self.interval
    }

    fn set_interval(&mut self, interval: Option<Duration>) {
        self.interval = interval;
        self.configured = interval.and(self.configured.or(interval));
    }

    fn attempt(&self) -> Option<Attempt> {
        self.attempt
    }

    fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    fn health(&self) -> Option<Health> {
        Some(Health {
            interval: self.interval?,
            max_age: self.max_age(),
            attempt: self.attempt,
            last_success: self.good.as_ref().map(|good| good.taken),
            last_change: self.good.as_ref().map(|good| good.changed),
            items: self.good.as_ref().map(|good| good.items),
            incomplete_total: self.incomplete_total,
        })
    }

    fn is_fresh(&self, now: Stamp) -> bool {
        self.fresh(now).is_some()
    }

    fn fail(&mut self, attempt: Attempt, problem: Problem) {
        self.incomplete_total += u64::from(attempt.outcome == Outcome::Incomplete);
        self.attempt = Some(attempt);
        self.problem = Some(problem);
    }

    fn clear(&mut self) {
        let Self { interval, configured, .. } = *self;
        *self = Self { interval, configured, ..Self::none(None) };
    }

    fn take_over(&mut self, other: &dyn AnyReading) {
        let other: &dyn Any = other;
        if let Some(other) = other.downcast_ref::<Self>() {
            let Self { interval, configured, .. } = *self;
            *self = Self { interval, configured, ..other.clone() };
        }
    }
}

/// Longest time between the starts of two readings of the same moment. The collectors of a cycle
/// start together, a few requests at a time; two cycles are seconds apart.
const MOMENT: Duration = Duration::from_millis(500);

/// Returns whether two readings started so close to each other that they can be compared.
pub fn is_same_moment(one: Stamp, other: Stamp) -> bool {
    one.mono.abs_diff(other.mono) <= MOMENT
}

/// Shortest age at which data is withheld.
const MIN_MAX_AGE: Duration = Duration::from_secs(60);
/// Longest interval to which the load may stretch a shorter one.
const MAX_STRETCHED: Duration = Duration::from_secs(300);

/// Returns the longest interval that counts as one for a collector with this configured interval:
/// ten times as long, at most five minutes.
// Beyond it the figures are no longer those of the present, and one answer of Trio must not decide
// how long the exporter is blind.
pub fn longest_interval(configured: Duration) -> Duration {
    configured.saturating_mul(10).min(MAX_STRETCHED).max(configured)
}

/// Returns the age after which data is withheld that is read at `interval`: three configured
/// intervals, or two of those in force up to [`longest_interval`], and at least a minute.
pub fn max_age(configured: Duration, interval: Duration) -> Duration {
    // Two failed readings in a row do not remove the gauges yet. Judged by the configured interval:
    // where the load stretches it far, old figures would look like present ones for minutes.
    let stretched = interval.min(longest_interval(configured));
    (configured * 3).max(stretched * 2).max(MIN_MAX_AGE)
}

/// The state of one collector, without its data.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// Its interval.
    pub interval: Duration,
    /// Age after which its data is withheld.
    pub max_age: Duration,
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
    /// Kind of the reason.
    pub kind: ProblemKind,
    /// For an incomplete collection: the number of items received, and the total if it is known.
    pub short: Option<(usize, Option<usize>)>,
}

/// Kinds of reasons, as far as the remedies differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The API user lacks the right (403).
    Forbidden,
    /// Trio does not have the resource, by this status.
    Absent(u16),
    /// Items arrived, but none has an id that the field dictionary knows.
    NoIdFound,
    /// The pages of a list contradict each other.
    Incomplete,
    /// No complete answer within the limit of time.
    TimedOut,
    /// A login failed.
    LoginFailed(AuthFailure),
    /// A login is not tried now: the server redirected it, asked for a pause, or refused it.
    LoginWaits,
    /// Any other.
    Other,
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
    fn stretched_interval_keeps_data_for_two_of_it() {
        let secs = Duration::from_secs;
        assert_eq!(max_age(secs(5), secs(5)), secs(60));
        assert_eq!(max_age(secs(5), secs(40)), secs(80));
        assert_eq!(max_age(secs(5), secs(3000)), secs(100), "ten configured intervals at most");
        assert_eq!(max_age(secs(120), secs(3000)), secs(600), "five minutes at most");
        assert_eq!(max_age(secs(3600), secs(3600)), secs(10_800));
    }

    #[test]
    fn taken_over_reading_keeps_its_interval() {
        let now = Clock::system().now();
        let mut reading = read_at(now, Duration::from_secs(5));
        reading.set_interval(Some(Duration::from_secs(20)));
        let mut other = read_at(now, Duration::from_secs(300));
        other.store(now, Duration::ZERO, 1, 8);
        reading.take_over(&other);
        assert_eq!((reading.interval, reading.configured), {
            let [stretched, configured] = [20, 5].map(Duration::from_secs);
            (Some(stretched), Some(configured))
        });
        assert_eq!(reading.good.map(|good| *good.data), Some(8));
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
