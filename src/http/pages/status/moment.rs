//! Moments and durations, as numbers for programs and as words for people.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Stamp, unix_seconds};

/// A moment and its age.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Moment {
    /// Time in UTC, to the second (RFC 3339).
    pub(super) at: String,
    /// Age in seconds, to the millisecond; negative for a moment in the future.
    pub(super) seconds_ago: f64,
}

impl Moment {
    /// Creates the moment of a stamp, with its age at `now`.
    // Age by the monotonic clock: a step of the wall clock does not change it.
    pub(super) fn from_stamp(stamp: Stamp, now: Stamp) -> Self {
        let ago = now.since(stamp).as_secs_f64();
        Self { at: utc(unix_seconds(stamp.wall)), seconds_ago: to_millis(ago) }
    }

    /// Creates a moment from seconds since 1970, with its age at `now`.
    pub(super) fn from_unix(seconds: f64, now: Stamp) -> Self {
        Self { at: utc(seconds), seconds_ago: to_millis(unix_seconds(now.wall) - seconds) }
    }

    /// Returns the age in words, such as `3 s ago` or `in 2 h`.
    pub(super) fn in_words(&self) -> String {
        if self.seconds_ago < 0.0 {
            format!("in {}", span(-self.seconds_ago))
        } else {
            format!("{} ago", span(self.seconds_ago))
        }
    }
}

/// Formats seconds since 1970 as UTC; an empty text for a year that cannot be represented.
pub(super) fn utc(seconds: f64) -> String {
    // A broken certificate may claim any expiry: the cast saturates and the conversion then fails.
    Timestamp::from_second(seconds.floor() as i64)
        .map_or_else(|_| String::new(), |moment| moment.to_string())
}

/// Returns a duration in seconds, to the millisecond.
pub(super) fn seconds(duration: Duration) -> f64 {
    to_millis(duration.as_secs_f64())
}

/// Rounds seconds to the millisecond.
pub(super) fn to_millis(seconds: f64) -> f64 {
    // The sum of an empty iterator of floats is -0.0; adding 0.0 makes it 0.
    (seconds * 1000.0).round() / 1000.0 + 0.0
}

/// Formats a duration in its two largest units, such as `250 ms`, `4 min 10 s` or `3 d 4 h`.
pub(super) fn span(seconds: f64) -> String {
    if seconds < 1.0 && seconds > 0.0 {
        return format!("{} ms", (seconds * 1000.0).round());
    }
    if seconds < 10.0 {
        return format!("{} s", (seconds * 10.0).round() / 10.0);
    }
    let whole = seconds.round() as u64;
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|(length, _)| whole >= *length).unwrap_or(units.len() - 1);
    let mut left = whole;
    let mut parts = Vec::new();
    for (length, unit) in units.iter().skip(first).take(2) {
        if left / length > 0 {
            parts.push(format!("{} {unit}", left / length));
        }
        left %= length;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn spans_have_two_largest_units() {
        for (seconds, words) in [
            (0.0, "0 s"),
            (0.25, "250 ms"),
            (3.04, "3 s"),
            (9.96, "10 s"),
            (59.6, "1 min"),
            (250.0, "4 min 10 s"),
            (7200.0, "2 h"),
            (86_400.0 * 3.0 + 4.0 * 3600.0 + 59.0, "3 d 4 h"),
        ] {
            assert_eq!(span(seconds), words);
        }
    }

    #[test]
    fn past_and_future_moments_differ_in_words() {
        let now = Stamp {
            wall: std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            mono: Duration::ZERO,
        };
        let until = Moment::from_unix(1_700_000_090.5, now);
        assert_eq!((until.at.as_str(), until.seconds_ago), ("2023-11-14T22:14:50Z", -90.5));
        assert_eq!(until.in_words(), "in 1 min 31 s");
        assert_eq!(Moment::from_unix(1_699_999_997.0, now).in_words(), "3 s ago");
        assert_eq!(utc(f64::MAX), "", "not a year of the calendar");
        assert_eq!(to_millis([0.0; 0].iter().sum()).to_string(), "0");
    }
}
