//! Trio's own times: clocks that differ, coarse times, and times that cannot be true.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::{model::ClockSkew, tally::TimeEvidence};

/// A Trio with a clock of its own, and one call: it comes 2.337 s after an empty list and is
/// answered 26 s later.
struct OwnClock {
    /// Seconds by which Trio's clock is really ahead.
    ahead: f64,
    /// The header `Date`, with the time that an answer takes; `None` if there is no date.
    round_trip: Option<f64>,
    /// Step in which Trio writes its times, seconds; 0 for none.
    step: f64,
    /// Seconds by which its times are wrong, as with another zone.
    wrong_by: f64,
    arrival: f64,
    wait: f64,
}

impl Default for OwnClock {
    fn default() -> Self {
        Self {
            ahead: 0.0,
            round_trip: Some(0.0),
            step: 0.0,
            wrong_by: 0.0,
            arrival: 2.337,
            wait: 26.0,
        }
    }
}

/// Result for the call.
#[derive(Debug, PartialEq)]
struct Judged {
    low: f64,
    best: f64,
    high: f64,
    evidence: TimeEvidence,
    /// Rejected arrivals and answers.
    rejected: (u64, u64),
}

impl OwnClock {
    /// Returns the time that Trio gives for something `seconds` after the empty list at `begin`.
    fn time(&self, begin: SystemTime, seconds: f64) -> SystemTime {
        let time = begin + Duration::from_secs(100_000) + Duration::from_secs_f64(seconds);
        let shift = self.ahead + self.wrong_by - 100_000.0;
        let exact = if shift < 0.0 {
            time - Duration::from_secs_f64(-shift)
        } else {
            time + Duration::from_secs_f64(shift)
        };
        if self.step == 0.0 {
            return exact;
        }
        let since = exact.duration_since(UNIX_EPOCH).expect("later").as_secs_f64();
        UNIX_EPOCH + Duration::from_secs_f64((since / self.step).floor() * self.step)
    }

    fn skew(&self, now: SystemTime) -> Option<ClockSkew> {
        let round_trip = self.round_trip?;
        let now = now.duration_since(UNIX_EPOCH).expect("later").as_secs_f64();
        Some(ClockSkew {
            // The header has whole seconds and was written as late as possible.
            seconds: (now + self.ahead).floor() - now + round_trip / 2.0,
            uncertainty: round_trip / 2.0 + 1.0,
        })
    }

    /// Reads the lists until the call is answered. `change` gets each row before it is read.
    fn run(&self, mut change: impl FnMut(u32, Case) -> Case) -> (TestCenter, Judged) {
        let mut trio = TestCenter::new();
        let begin = trio.now().wall;
        let answered_at = self.arrival + self.wait;
        for number in 1..1000 {
            let now = f64::from(number) * POLL.as_secs_f64();
            let is_answered = answered_at < now;
            let created = (self.arrival < now).then(|| self.time(begin, self.arrival));
            let row = Case {
                created,
                answered: is_answered.then(|| self.time(begin, answered_at)),
                ..case("7", if is_answered { Handled } else { Queued })
            };
            trio.snapshot.clock_skew = self.skew(trio.now().wall + POLL);
            let rows = if created.is_some() { vec![change(number, row)] } else { vec![] };
            trio.calls(&rows);
            if is_answered {
                break;
            }
        }
        let rejected = trio.totals.flow.rejected[Source::Calls.index()];
        let answered = trio.events().iter().find_map(|event| match event.inference {
            Inference::Answered { low, best, high, time_evidence, .. } => {
                Some((low, best, high, time_evidence))
            }
            _ => None,
        });
        let (low, best, high, evidence) = answered.expect("it was answered");
        let rejected = (rejected.created, rejected.answered);
        let milli = |seconds: f64| (seconds * 1e3).round() / 1e3;
        let (low, best, high) = (milli(low), milli(best), milli(high));
        (trio, Judged { low, best, high, evidence, rejected })
    }

    fn judge(&self) -> Judged {
        self.run(|_, row| row).1
    }
}

const AHEAD: [f64; 9] = [0.0, 1.4, 3.0, 40.0, 3600.0, -1.4, -3.0, -40.0, -3600.0];

#[test]
fn wait_is_trios_difference_with_any_clock() {
    for ahead in AHEAD {
        let (trio, judged) = OwnClock { ahead, ..OwnClock::default() }.run(|_, row| row);
        let (low, best, high) = (26.0, 26.0, 26.0);
        let expected = Judged { low, best, high, evidence: TimeEvidence::Used, rejected: (0, 0) };
        assert_eq!(judged, expected, "{ahead} s ahead");
        let handled = trio.voice().handling_seconds;
        assert!((handled - 1.663).abs() <= 1.5, "{ahead} s ahead: {handled} s with the agent");
    }
}

#[test]
fn age_of_a_waiting_case_allows_for_the_clocks() {
    for ahead in AHEAD {
        let mut ages = Vec::new();
        let clock = OwnClock { ahead, ..OwnClock::default() };
        let mut trio = TestCenter::new();
        let created = Some(clock.time(trio.now().wall, clock.arrival));
        for _ in 0..3 {
            trio.snapshot.clock_skew = clock.skew(trio.now().wall + POLL);
            trio.calls(&[Case { created, ..case("7", Queued) }]);
            ages.push(trio.waiting("1", CaseClass::Voice).expect("whole").longest_wait);
        }
        for (age, right) in ages.iter().zip([2.663, 7.663, 12.663]) {
            assert!((age - right).abs() <= 1.5, "{ahead} s ahead: {ages:?}");
        }
    }
}

#[test]
fn whole_seconds_leave_a_wait_open_by_one() {
    for ahead in AHEAD {
        let judged = OwnClock { ahead, step: 1.0, ..OwnClock::default() }.judge();
        let (low, best, high) = (25.0, 26.0, 27.0);
        let expected = Judged { low, best, high, evidence: TimeEvidence::Used, rejected: (0, 0) };
        assert_eq!(judged, expected, "{ahead} s ahead");
    }
}

#[test]
fn minutes_say_less_than_the_lists() {
    let judged = OwnClock { step: 60.0, ..OwnClock::default() }.judge();
    let expected = Judged {
        low: 20.0,
        best: 25.0,
        high: 30.0,
        evidence: TimeEvidence::Absent,
        rejected: (0, 0),
    };
    assert_eq!(judged, expected);
    let judged = OwnClock { step: 60.0, wait: 400.0, ..OwnClock::default() }.judge();
    assert_eq!((judged.low, judged.high, judged.rejected), (395.0, 405.0, (0, 0)));
}

#[test]
fn without_a_date_differences_still_count() {
    for ahead in AHEAD {
        let clock = OwnClock { ahead, round_trip: None, ..OwnClock::default() };
        let judged = clock.judge();
        let (low, best, high) = (26.0, 26.0, 26.0);
        let expected = Judged { low, best, high, evidence: TimeEvidence::Used, rejected: (0, 0) };
        assert_eq!(judged, expected, "{ahead} s ahead");
        let mut trio = TestCenter::new();
        trio.snapshot.clock_skew = None;
        let created = Some(clock.time(trio.now().wall, clock.arrival));
        trio.calls(&[Case { created, ..case("7", Queued) }]);
        let age = trio.waiting("1", CaseClass::Voice).expect("whole").longest_wait;
        assert_eq!(age, 2.5, "the lists tell the age");
    }
}

#[test]
fn one_time_without_the_other_gives_no_difference() {
    let clock = OwnClock::default();
    let (_, judged) = clock.run(|_, row| Case { created: None, ..row });
    assert_eq!(judged.evidence, TimeEvidence::Used, "the answer is placed by the clock");
    assert!(judged.low <= 26.0 && 26.0 <= judged.high && judged.high - judged.low <= 9.0);
    let (_, judged) = clock.run(|_, row| Case { answered: None, ..row });
    assert_eq!((judged.evidence, judged.rejected), (TimeEvidence::Absent, (0, 0)));
    assert!(judged.low <= 26.0 && 26.0 <= judged.high && judged.high - judged.low <= 9.0);
    let undated = OwnClock { round_trip: None, ..OwnClock::default() };
    for neither in [true, false] {
        let (_, judged) = undated.run(|_, row| {
            if neither { Case { created: None, ..row } } else { Case { answered: None, ..row } }
        });
        let bounds = (judged.low, judged.best, judged.high);
        assert_eq!((bounds, judged.evidence), ((20.0, 25.0, 30.0), TimeEvidence::Absent));
    }
}

/// The wait by the lists alone.
fn by_the_lists(rejected: (u64, u64)) -> Judged {
    Judged { low: 20.0, best: 25.0, high: 30.0, evidence: TimeEvidence::Rejected, rejected }
}

#[test]
fn times_of_another_zone_are_rejected_once_each() {
    for wrong_by in [3600.0, -3600.0, 7200.0, -86_400.0] {
        let judged = OwnClock { wrong_by, ..OwnClock::default() }.judge();
        assert_eq!(judged, by_the_lists((1, 1)), "{wrong_by} s");
    }
}

#[test]
fn swapped_times_are_rejected() {
    let clock = OwnClock::default();
    let (_, judged) =
        clock.run(|_, row| Case { created: row.answered, answered: row.created, ..row });
    assert_eq!(judged, by_the_lists((1, 1)), "the arrival comes with the answer");
}

#[test]
fn arrival_later_than_the_answer_is_rejected() {
    let late = |seconds| {
        let clock = OwnClock { wait: 1.0, ..OwnClock::default() };
        let (_, judged) = clock.run(|_, row| Case {
            answered: row.created.map(|created| created - Duration::from_secs_f64(seconds)),
            ..row
        });
        (judged.evidence, judged.rejected)
    };
    assert_eq!(late(0.0), (TimeEvidence::Used, (0, 0)));
    assert_eq!(late(1.9), (TimeEvidence::Rejected, (0, 1)));
    assert_eq!(late(900.0), (TimeEvidence::Rejected, (0, 1)));
}

#[test]
fn first_arrival_counts_if_it_moves() {
    let clock = OwnClock::default();
    let (_, judged) = clock.run(|number, row| Case {
        created: row
            .created
            .map(|created| created + Duration::from_secs(u64::from(number) * 4 - 4)),
        ..row
    });
    assert_eq!((judged.low, judged.high, judged.rejected), (26.0, 26.0, (0, 0)));
}

#[test]
fn arrival_that_comes_with_the_answer_is_used() {
    let clock = OwnClock::default();
    let (_, judged) = clock.run(|_, row| Case { created: row.answered.and(row.created), ..row });
    assert_eq!((judged.low, judged.high, judged.rejected), (26.0, 26.0, (0, 0)));
}

#[test]
fn unreadable_times_count_once() {
    let clock = OwnClock::default();
    let (_, judged) = clock.run(|_, row| Case {
        created: None,
        created_is_unreadable: true,
        answered_is_unreadable: row.answered.is_some(),
        answered: None,
        ..row
    });
    assert_eq!(judged, by_the_lists((1, 1)));
}

#[test]
fn clock_that_is_set_while_a_call_waits() {
    let clock = OwnClock::default();
    for jump in [40.0, -40.0, 3600.0] {
        let later = OwnClock { ahead: jump, ..OwnClock::default() };
        let mut trio = TestCenter::new();
        let begin = trio.now().wall;
        let created = Some(clock.time(begin, 2.337));
        for number in 1..=6u32 {
            let trios = if number < 3 { &clock } else { &later };
            trio.snapshot.clock_skew = trios.skew(trio.now().wall + POLL);
            let answered = (number == 6).then(|| later.time(begin, 28.337));
            let state = if answered.is_some() { Handled } else { Queued };
            trio.calls(&[Case { created, answered, ..case("7", state) }]);
        }
        let rejected = trio.totals.flow.rejected[Source::Calls.index()];
        assert_eq!((rejected.created, rejected.answered), (0, 1), "{jump} s");
        let best = trio.voice().waits.sum;
        assert!((best - 26.0).abs() < 3.0, "{jump} s: {best} s by the lists");
    }
}

#[test]
fn own_clock_that_is_set_changes_no_difference() {
    let clock = OwnClock::default();
    let mut trio = TestCenter::new();
    let begin = trio.now().wall;
    for number in 1..=6u32 {
        // Seven seconds are no gap; Trio seems to be behind from then on.
        trio.wall_offset = if number < 3 { 0 } else { 7 };
        let seconds = if number < 3 { 0.0 } else { -7.0 };
        trio.snapshot.clock_skew = Some(ClockSkew { seconds, uncertainty: 1.0 });
        let answered = (number == 6).then(|| clock.time(begin, 28.337));
        let state = if answered.is_some() { Handled } else { Queued };
        let created = Some(clock.time(begin, 2.337));
        trio.calls(&[Case { created, answered, ..case("7", state) }]);
    }
    assert_eq!((trio.voice().answered, trio.voice().waits.sum), (1, 26.0));
}

#[test]
fn rejected_times_survive_a_restart() {
    let (trio, _) = OwnClock { wrong_by: 3600.0, ..OwnClock::default() }.run(|_, row| row);
    let mut next = trio.restart(Duration::from_secs(10), Settings::default());
    next.calls(&[]);
    let rejected = next.totals.flow.rejected[Source::Calls.index()];
    assert_eq!((rejected.created, rejected.answered), (1, 1));
}

proptest! {
    #[test]
    fn bounds_hold_the_true_wait_with_any_clock(
        ahead in -4000.0..4000.0f64,
        round_trip in proptest::option::of(0.0..4.0f64),
        step in prop_oneof![Just(0.0), Just(1.0), Just(60.0)],
        arrival in 0.01..4.99f64,
        wait in 0.01..90.0f64,
    ) {
        let judged = OwnClock { ahead, round_trip, step, wrong_by: 0.0, arrival, wait }.judge();
        prop_assert!(judged.low - 0.002 <= wait && wait <= judged.high + 0.002, "{judged:?}");
        prop_assert!(judged.low <= judged.best && judged.best <= judged.high, "{judged:?}");
        prop_assert_eq!(judged.rejected, (0, 0), "{:?}", judged);
        // No wait is less certain than without Trio's times.
        prop_assert!(judged.high - judged.low <= 10.0 + 1e-6, "{judged:?}");
        if step == 0.0 {
            // Tenths and whole seconds can be chance.
            prop_assert!(judged.high - judged.low <= 2.0 + 1e-6, "{judged:?}");
        }
    }
}
