//! Trust in figures that Trio counts from midnight.
//!
//! In failover mode such figures count from the switch-over (vendor's manual), and after the return
//! the primary server lacks what the other one counted. So they are wrong until the next midnight of
//! the contact centre after the end of failover mode.

use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};

/// Failover mode of the active server, as far as it concerns figures of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DayCounts {
    /// No failover mode was seen today.
    #[default]
    Trusted,
    /// Another server was made the active one, and has not yet said in which mode it works.
    Unknown,
    /// Failover mode is on.
    FailoverMode,
    /// Failover mode was seen to have ended then.
    Ended(SystemTime),
}

impl DayCounts {
    /// Records that another server is asked from now on.
    pub(super) fn record_switch(&mut self, now: SystemTime) {
        *self = match *self {
            Self::Trusted => Self::Unknown,
            // The switch may be the end of failover mode.
            Self::FailoverMode => Self::Ended(now),
            known => known,
        };
    }

    /// Records the mode that the active server states; `None` if it states none.
    pub(super) fn record_mode(&mut self, failover: Option<bool>, now: SystemTime) {
        *self = match (failover, *self) {
            (Some(true), _) => Self::FailoverMode,
            (Some(false), Self::FailoverMode) => Self::Ended(now),
            // A server that does not state its mode at all is believed: nothing speaks against it.
            (_, Self::Unknown) => Self::Trusted,
            (_, known) => known,
        };
    }

    /// Returns true if figures of the day are wrong at `now`, by the midnights of `zone`.
    pub(super) fn are_withheld(self, now: SystemTime, zone: &TimeZone) -> bool {
        match self {
            Self::Trusted => false,
            Self::Unknown | Self::FailoverMode => true,
            Self::Ended(ended) => date(now, zone) <= date(ended, zone),
        }
    }
}

/// Date of a moment in a zone.
// Dates are compared instead of the time that is left: a day may have 23 or 25 hours.
fn date(at: SystemTime, zone: &TimeZone) -> jiff::civil::Date {
    let at = Timestamp::try_from(at).unwrap_or(Timestamp::MIN);
    zone.to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SystemTime {
        text.parse::<Timestamp>().expect("a time").try_into().expect("in range")
    }

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").expect("bundled or installed")
    }

    #[test]
    fn day_counts_return_at_the_midnight_after_failover_mode() {
        let mut counts = DayCounts::default();
        let withheld = |counts: DayCounts, time: &str| counts.are_withheld(at(time), &stockholm());
        assert!(!withheld(counts, "2026-01-15T08:00:00Z"));
        counts.record_mode(Some(false), at("2026-01-15T08:00:00Z"));
        assert!(!withheld(counts, "2026-01-15T08:00:00Z"));
        counts.record_mode(Some(true), at("2026-01-15T09:00:00Z"));
        assert!(withheld(counts, "2026-01-15T09:00:00Z"));
        assert!(withheld(counts, "2026-01-16T09:00:00Z"), "a midnight in failover mode");
        counts.record_mode(Some(false), at("2026-01-16T10:00:00Z"));
        assert!(withheld(counts, "2026-01-16T10:00:05Z"));
        counts.record_mode(Some(false), at("2026-01-16T10:00:30Z"));
        counts.record_mode(None, at("2026-01-16T10:01:00Z"));
        assert!(withheld(counts, "2026-01-16T22:59:59Z"));
        assert!(!withheld(counts, "2026-01-16T23:00:00Z"), "midnight in Stockholm");
        assert!(counts.are_withheld(at("2026-01-16T23:00:00Z"), &TimeZone::UTC));
    }

    #[test]
    fn nights_of_summer_time_end_at_local_midnight() {
        let withheld = |ended: &str, now: &str| {
            DayCounts::Ended(at(ended)).are_withheld(at(now), &stockholm())
        };
        // The day of 25 hours: summer time ends on 25 October.
        assert!(withheld("2026-10-24T22:30:00Z", "2026-10-25T22:59:59Z"));
        assert!(!withheld("2026-10-24T22:30:00Z", "2026-10-25T23:00:00Z"));
        // The day of 23 hours: summer time begins on 29 March.
        assert!(withheld("2026-03-28T23:30:00Z", "2026-03-29T21:59:59Z"));
        assert!(!withheld("2026-03-28T23:30:00Z", "2026-03-29T22:00:00Z"));
    }

    #[test]
    fn mode_is_unknown_after_a_switch_until_stated() {
        let mut counts = DayCounts::default();
        let now = at("2026-01-15T08:00:00Z");
        counts.record_switch(now);
        assert!(counts.are_withheld(now, &TimeZone::UTC));
        counts.record_mode(Some(false), now);
        assert_eq!(counts, DayCounts::Trusted);
        counts.record_mode(Some(true), now);
        counts.record_switch(now);
        counts.record_mode(Some(false), now);
        assert_eq!(counts, DayCounts::Ended(now), "a return to the primary is the end");
    }
}
