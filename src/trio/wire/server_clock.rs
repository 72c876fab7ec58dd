//! Difference of the server's clock to ours, by the header `Date` of its answers.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use jiff::fmt::rfc2822;
use url::Url;

use crate::model::{ClockSkew, Stamp, unix_seconds};

/// Resolution of the header, in seconds.
const RESOLUTION: f64 = 1.0;
/// Time for which a measurement is kept although later ones are less certain.
// A slow answer says little about the clock: one that took ten seconds leaves five open. Long ago,
// both clocks may have drifted apart.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The clock of the server that answered last.
#[derive(Debug, Default)]
pub(super) struct ServerClock(Mutex<Option<Measured>>);

/// A measurement of one server's clock.
#[derive(Clone, Debug)]
struct Measured {
    skew: ClockSkew,
    server: String,
    at: Stamp,
}

impl ServerClock {
    /// Records an answer from `url` that arrived at `now`, `took` after the request was sent, with
    /// the text of the header `Date`. Returns the seconds by which the server is ahead of us by
    /// this answer; `None` without a date.
    pub(super) fn record(
        &self,
        url: &Url,
        date: Option<&str>,
        now: Stamp,
        took: Duration,
    ) -> Option<f64> {
        let skew = measure(date, now.wall, took);
        let mut held = self.lock();
        *held = skew.map(|skew| {
            let new = Measured { skew, server: url.authority().to_owned(), at: now };
            match held.take() {
                Some(held) if held.is_better_than(&new) => held,
                _ => new,
            }
        });
        skew.map(|skew| skew.seconds)
    }

    /// Returns the best recent measurement; `None` if the last answer had no date.
    pub(super) fn skew(&self) -> Option<ClockSkew> {
        self.lock().as_ref().map(|held| held.skew)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Measured>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Measured {
    /// Returns true if this earlier measurement is more certain than the `new` one and agrees with
    /// it. If they disagree, a clock was set in between.
    fn is_better_than(&self, new: &Self) -> bool {
        let apart = (self.skew.seconds - new.skew.seconds).abs();
        self.server == new.server
            && new.at.since(self.at) <= KEPT_FOR
            && self.skew.uncertainty + RESOLUTION < new.skew.uncertainty
            && apart <= self.skew.uncertainty + new.skew.uncertainty
    }
}

/// Returns the difference of the clocks by one answer. `date` is the header, `now` its arrival by
/// our clock, `took` the time since the request was sent.
fn measure(date: Option<&str>, now: SystemTime, took: Duration) -> Option<ClockSkew> {
    let date = rfc2822::parse(date?).ok()?.timestamp();
    // The server wrote the header at some moment of the request; half-way halves the largest error.
    let half = took.as_secs_f64() / 2.0;
    Some(ClockSkew {
        seconds: date.as_second() as f64 - unix_seconds(now) + half,
        // In tenths: the estimates that follow then do not change with each millisecond.
        uncertainty: (half * 10.0).ceil() / 10.0 + RESOLUTION,
    })
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    /// 1994-11-06T08:49:37Z
    const OURS: u64 = 784_111_777;
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn ours(later: f64) -> Stamp {
        let mono = Duration::from_secs_f64(1000.0 + later);
        let wall = UNIX_EPOCH + Duration::from_secs(OURS - 1000) + mono;
        Stamp { wall, mono }
    }

    #[test]
    fn skew_is_measured_from_the_middle_of_the_request() {
        let skew = |date, later: f64, took| {
            measure(date, ours(later).wall, Duration::from_secs(took))
                .map(|skew| (skew.seconds.round(), skew.uncertainty))
        };
        let date = Some(DATE);
        assert_eq!(skew(date, 0.0, 0), Some((0.0, 1.0)));
        assert_eq!(skew(date, 10.0, 0), Some((-10.0, 1.0)), "the server is behind");
        assert_eq!(skew(date, -90.0, 0), Some((90.0, 1.0)), "the server is ahead");
        assert_eq!(skew(date, 2.0, 4), Some((0.0, 3.0)), "a slow answer is no skew");
        for date in [None, Some(""), Some("yesterday")] {
            assert_eq!(skew(date, 0.0, 0), None, "{date:?}");
        }
    }

    #[test]
    fn slow_answer_does_not_replace_a_certain_one() {
        let url = trio();
        let other: Url = "https://other/te/api".parse().expect("a URL");
        let after = |url: &Url, date, later: f64, took| {
            let clock = ServerClock::default();
            let first = clock.record(&trio(), Some(DATE), ours(0.0), Duration::ZERO);
            assert_eq!(first.map(f64::round), Some(0.0));
            clock.record(url, date, ours(later), Duration::from_secs(took));
            clock.skew().map(|skew| skew.uncertainty)
        };
        let late = Some("Sun, 06 Nov 1994 08:49:42 GMT");
        assert_eq!(after(&url, late, 10.0, 10), Some(1.0), "it agrees, but says less");
        assert_eq!(after(&url, late, 10.0, 0), Some(1.0));
        assert_eq!(after(&other, late, 10.0, 10), Some(6.0), "another server, another clock");
        assert_eq!(after(&url, late, 70.0, 10), Some(6.0), "the clock was set");
        let minute = Some("Sun, 06 Nov 1994 08:50:42 GMT");
        assert_eq!(after(&url, minute, 70.0, 10), Some(6.0), "a minute ago is too long ago");
        assert_eq!(after(&url, None, 10.0, 0), None, "without a date nothing is known");
    }

    fn trio() -> Url {
        "https://trio:8443/te/api".parse().expect("a URL")
    }
}
