//! Job numbers that Trio uses again, with arrivals that distinguish the cases.

use pretty_assertions::assert_eq;
use std::time::{Duration, SystemTime};

use super::*;
use crate::model::Case;

/// A case that waits, with Trio's time of its arrival.
fn arrived(id: &str, created: Option<SystemTime>) -> Case {
    Case { created, ..case(id, Queued) }
}

/// Number of cases offered if number 7 is in these lists, with arrivals so many seconds after the
/// first list; a missing entry does not show it.
fn offered(lists: &[Option<Option<i64>>]) -> u64 {
    let mut trio = TestCenter::new();
    let first = trio.now().wall + test_center::POLL;
    for list in lists {
        let created = |seconds: i64| {
            let span = Duration::from_secs(seconds.unsigned_abs());
            if seconds < 0 { first - span } else { first + span }
        };
        match list {
            Some(after) => trio.calls(&[arrived("7", after.map(created))]),
            None => trio.calls(&[]),
        };
        trio.assert_balanced();
    }
    trio.voice().offered
}

#[test]
fn reused_number_with_later_arrival_is_another_case() {
    assert_eq!(offered(&[Some(Some(-2)), None, Some(Some(8))]), 2);
    assert_eq!(
        offered(&[Some(None), Some(Some(-2)), None, Some(Some(13))]),
        2,
        "the arrival came late"
    );
    assert_eq!(
        offered(&[Some(Some(-2)), Some(None), None, Some(Some(13))]),
        2,
        "and is missing later"
    );
}

#[test]
fn reused_number_with_same_arrival_is_the_same_case() {
    assert_eq!(
        offered(&[Some(Some(0)), None, Some(Some(1))]),
        1,
        "a second is what clocks differ by"
    );
    assert_eq!(
        offered(&[Some(Some(-60)), None, Some(Some(-30))]),
        1,
        "it was there after that arrival"
    );
    assert_eq!(
        offered(&[Some(Some(-2)), Some(Some(4)), Some(Some(9))]),
        1,
        "it was never out of sight"
    );
}
