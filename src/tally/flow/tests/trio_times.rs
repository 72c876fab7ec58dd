//! Trio's own times beside the readings.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::{model::Case, tally::Source};

#[test]
fn trios_own_times_make_the_wait_exact() {
    let mut trio = TestCenter::new();
    let arrived = trio.clock.now().wall + Duration::from_secs(2);
    let with_times =
        |state, answered| Case { created: Some(arrived), answered, ..case("7", state) };
    for _ in 0..4 {
        trio.calls(&[with_times(Queued, None)]);
    }
    let answered = arrived + Duration::from_secs_f64(19.5);
    trio.calls(&[with_times(Handled, Some(answered))]);
    let voice = trio.voice();
    assert_eq!((voice.within_low, voice.within, voice.within_high), (1, 1.0, 1));
    assert_eq!(voice.waits.sum, 19.5);
    assert_eq!(voice.handling_seconds, 25.0 - 2.0 - 19.5);
}

#[test]
fn contradicting_times_are_rejected_and_counted() {
    let mut trio = TestCenter::new();
    let long_ago = Some(trio.clock.now().wall - Duration::from_secs(600));
    trio.calls(&[Case { created: long_ago, ..case("7", Queued) }]);
    trio.calls(&[Case { created: long_ago, answered: long_ago, ..case("7", Handled) }]);
    assert_eq!(trio.voice().within_low, 1, "the list before did not show it");
    let rejected = trio.totals.flow.rejected[Source::Calls as usize];
    assert_eq!((rejected.created, rejected.answered), (1, 1), "each once");
}
