//! Trio's own times beside the readings.

use pretty_assertions::assert_eq;
use std::time::Duration;

use super::*;
use crate::{model::Case, tally::Source};

#[test]
fn trios_own_times_make_the_wait_exact() {
    let mut stage = Stage::new();
    let arrived = stage.clock.now().wall + Duration::from_secs(2);
    let told = |state, answered| Case { created: Some(arrived), answered, ..case("7", state) };
    for _ in 0..4 {
        stage.calls(&[told(Queued, None)]);
    }
    let answered = arrived + Duration::from_secs_f64(19.5);
    stage.calls(&[told(Handled, Some(answered))]);
    let voice = stage.voice();
    assert_eq!((voice.within_low, voice.within, voice.within_high), (1, 1.0, 1));
    assert_eq!(voice.waits.sum, 19.5);
    assert_eq!(voice.handling_seconds, 25.0 - 2.0 - 19.5);
}

#[test]
fn times_that_contradict_the_readings_are_counted_and_not_used() {
    let mut stage = Stage::new();
    let long_ago = Some(stage.clock.now().wall - Duration::from_secs(600));
    stage.calls(&[Case { created: long_ago, ..case("7", Queued) }]);
    stage.calls(&[Case { created: long_ago, answered: long_ago, ..case("7", Handled) }]);
    assert_eq!(stage.voice().within_low, 1, "the list before did not show it");
    let rejected = stage.totals.flow.rejected[Source::Calls as usize];
    assert_eq!((rejected.created, rejected.answered), (1, 1), "each once");
}
