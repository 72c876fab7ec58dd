//! Skew between the server's clock and ours, from the header `Date`.

use std::time::{Duration, SystemTime};

use jiff::fmt::rfc2822;

use crate::model::unix_seconds;

/// Returns the seconds by which the server's clock is ahead of ours (negative: behind). `date` is
/// the header, `now` its arrival, `took` the time since the request was sent. Less than one second
/// is within the resolution of the header.
pub(super) fn skew(date: Option<&str>, now: SystemTime, took: Duration) -> Option<f64> {
    let date = rfc2822::parse(date?).ok()?.timestamp();
    // The server wrote the header at some moment of the request; half-way halves the largest error.
    Some(date.as_second() as f64 - unix_seconds(now) + took.as_secs_f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn skew_is_measured_from_the_middle_of_the_request() {
        // 1994-11-06T08:49:37Z
        let ours = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let skew = |date, now, took| skew(date, now, Duration::from_secs(took));
        assert_eq!(skew(date, ours, 0), Some(0.0));
        assert_eq!(
            skew(date, ours + Duration::from_secs(10), 0),
            Some(-10.0),
            "the server is behind"
        );
        assert_eq!(
            skew(date, ours - Duration::from_secs(90), 0),
            Some(90.0),
            "the server is ahead"
        );
        assert_eq!(
            skew(date, ours + Duration::from_secs(2), 4),
            Some(0.0),
            "a slow answer is no skew"
        );
        for date in [None, Some(""), Some("yesterday")] {
            assert_eq!(skew(date, ours, 0), None, "{date:?}");
        }
    }
}
