//! Moments, as numbers for programs and as words for people.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    diagnosis::span,
    model::{Stamp, unix_seconds},
};

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

    /// Returns the time of day in a zone, with the date and the name of the zone; in UTC without
    /// one.
    pub(super) fn local(&self, zone: Option<&TimeZone>) -> String {
        local(&self.at, zone)
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

/// Formats a time of [`utc`] in a zone, with date and name of the zone; in UTC without one.
pub(super) fn local(at: &str, zone: Option<&TimeZone>) -> String {
    let zone = zone.cloned().unwrap_or(TimeZone::UTC);
    // Empty for a year that cannot be represented, as in `utc`.
    let time = at.parse::<Timestamp>().map(|time| time.to_zoned_datetime(zone));
    time.map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d %H:%M:%S %Z").to_string())
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

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
        let stockholm = TimeZone::get("Europe/Stockholm").expect("in the database");
        assert_eq!(until.local(Some(&stockholm)), "2023-11-14 23:14:50 CET");
        assert_eq!(until.local(None), "2023-11-14 22:14:50 UTC");
        assert_eq!(Moment::from_unix(f64::MAX, now).local(None), "");
        assert_eq!(utc(f64::MAX), "", "not a year of the calendar");
        assert_eq!(to_millis([0.0; 0].iter().sum()).to_string(), "0");
    }
}
