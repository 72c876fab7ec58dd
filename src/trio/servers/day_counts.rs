//! Trust in figures that Trio counts from midnight.
//!
//! In failover mode such figures count from the switch-over (vendor's manual), and after the return
//! the primary server lacks what the other one counted. So they are wrong until the next midnight of
//! the contact centre after the end of failover mode.

use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};

/// Trust in the figures that the active server counts from midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DayCountTrust {
    mode: Mode,
    /// Moment when failover mode was last seen to have ended.
    ended: Option<SystemTime>,
}

/// Failover mode of the active server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Off, or this server does not state it.
    // A server that does not state its mode at all is believed: nothing speaks against it.
    #[default]
    Off,
    /// Another server was made the active one, and has not answered yet in which mode it works.
    Unknown,
    /// On.
    On,
}

impl DayCountTrust {
    /// Records that another server is asked from now on.
    pub(super) fn record_switch(&mut self, now: SystemTime) {
        // The switch may be the end of failover mode.
        if self.mode == Mode::On {
            self.ended = Some(now);
        }
        self.mode = Mode::Unknown;
    }

    /// Records the mode that the active server states; `None` if it states none.
    pub(super) fn record_mode(&mut self, failover: Option<bool>, now: SystemTime) {
        self.mode = match (failover, self.mode) {
            (Some(true), _) => Mode::On,
            (Some(false), Mode::On) => {
                self.ended = Some(now);
                Mode::Off
            }
            // An answer without the mode is no sign of its end.
            (None, Mode::On) => Mode::On,
            (_, Mode::Off | Mode::Unknown) => Mode::Off,
        };
    }

    /// Returns true if figures that count from midnight must be withheld at `now`, by the midnights
    /// of `zone`.
    pub(super) fn are_withheld(self, now: SystemTime, zone: &TimeZone) -> bool {
        let ended_today = self.ended.is_some_and(|ended| date(now, zone) <= date(ended, zone));
        self.mode != Mode::Off || ended_today
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
        let mut counts = DayCountTrust::default();
        let withheld =
            |counts: DayCountTrust, time: &str| counts.are_withheld(at(time), &stockholm());
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
            let ended = Some(at(ended));
            DayCountTrust { mode: Mode::Off, ended }.are_withheld(at(now), &stockholm())
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
        let mut counts = DayCountTrust::default();
        let now = at("2026-01-15T08:00:00Z");
        counts.record_switch(now);
        assert!(counts.are_withheld(now, &TimeZone::UTC));
        counts.record_mode(Some(false), now);
        assert!(!counts.are_withheld(now, &TimeZone::UTC));
        counts.record_mode(Some(true), now);
        counts.record_switch(now);
        counts.record_mode(Some(false), now);
        assert!(counts.are_withheld(now, &TimeZone::UTC), "a return to the primary is the end");
    }

    #[test]
    fn switch_days_after_failover_mode_withholds_until_the_mode_is_stated() {
        let mut counts = DayCountTrust::default();
        let (first, later) = (at("2026-01-15T08:00:00Z"), at("2026-01-20T08:00:00Z"));
        counts.record_mode(Some(true), first);
        counts.record_mode(Some(false), first);
        assert!(!counts.are_withheld(later, &TimeZone::UTC));
        counts.record_switch(later);
        assert!(counts.are_withheld(later, &TimeZone::UTC));
        counts.record_mode(Some(false), later);
        assert!(!counts.are_withheld(later, &TimeZone::UTC));
    }

    #[test]
    fn switches_on_the_day_of_failover_mode_do_not_end_the_wait() {
        let mut counts = DayCountTrust::default();
        let now = at("2026-01-15T08:00:00Z");
        counts.record_mode(Some(true), now);
        counts.record_switch(now);
        counts.record_mode(None, now);
        counts.record_switch(now);
        counts.record_mode(Some(false), now);
        assert!(counts.are_withheld(at("2026-01-15T23:59:59Z"), &TimeZone::UTC));
        assert!(!counts.are_withheld(at("2026-01-16T00:00:00Z"), &TimeZone::UTC));
    }
}
