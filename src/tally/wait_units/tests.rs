//! Tests of the comparison of stated waits with ages.

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    model::{
        CaseClass, CaseList, CaseState, Clock, ClockSkew, ContactCenter, ServiceStatus, WaitFactor,
    },
    snapshot::{Center, Good, Snapshot},
    tally::{AgeRange, Settings, Tally, step},
};

const POLL: u64 = 5;

/// A contact centre with one service, which is read every five seconds.
struct TestCenter {
    clock: Clock,
    tally: Tally,
    reported: Arc<[WaitMismatch]>,
    /// Seconds since the test began.
    now: u64,
    /// True if Trio gives the time of arrival.
    has_arrival_times: bool,
    /// The factors by which the stated waits are wrong: longest wait, wait of a call.
    factors: (f64, f64),
    /// Calls that wait: the second in which they came.
    calls: Vec<u64>,
    queue_length: Option<f64>,
    truncated: bool,
    class: CaseClass,
}

impl TestCenter {
    fn new(longest: f64, wait: f64) -> Self {
        Self {
            clock: Clock::system(),
            tally: Tally::new(Settings::default()),
            reported: Arc::default(),
            now: 0,
            has_arrival_times: true,
            factors: (longest, wait),
            calls: Vec::new(),
            queue_length: None,
            truncated: false,
            class: CaseClass::Voice,
        }
    }

    /// Lets so many seconds pass, in polls.
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds / POLL {
            self.poll();
        }
    }

    fn poll(&mut self) {
        self.clock.advance(Duration::from_secs(POLL));
        self.now += POLL;
        let stamp = self.clock.now();
        let age = |came: u64| (self.now - came) as f64;
        let case = |came: &u64| Case {
            service_id: Some("1".into()),
            state: Some(CaseState::Queued),
            class: Some(self.class),
            created: self
                .has_arrival_times
                .then(|| stamp.wall - Duration::from_secs(self.now - came)),
            waited: Some(age(*came) * self.factors.1),
            ..Case::new(came.to_string())
        };
        let oldest = self.calls.iter().map(|came| age(*came)).fold(0.0, f64::max);
        let status = ServiceStatus {
            queue_length: self.queue_length,
            longest_wait: Some(oldest * self.factors.0),
            ..ServiceStatus::new("1")
        };
        let truncated = if self.truncated { vec!["1".into()] } else { Vec::new() };
        let calls = CaseList {
            cases: self.calls.iter().map(case).collect(),
            truncated,
            ..CaseList::default()
        };
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let mut center = Center::new(contact_center, |_| Some(Duration::from_secs(POLL)));
        center.service_state.good = Some(Good::new(stamp, 1, vec![status]));
        center.calls.good = Some(Good::new(stamp, 1, calls));
        let clock_skew = Some(ClockSkew { seconds: 0.0, uncertainty: 0.0 });
        let snapshot =
            Snapshot { centers: vec![center], clock_skew, ..Snapshot::new("test", "trio", stamp) };
        self.reported = step(&mut self.tally, &snapshot).wait_mismatches;
    }

    /// The reported factors, by field.
    fn factors(&self) -> Vec<(&'static str, WaitFactor)> {
        self.reported.iter().map(|mismatch| (mismatch.field, mismatch.factor)).collect()
    }
}

#[test]
fn each_factor_is_reported_after_three_readings() {
    for (times, factor) in [
        (1000.0, WaitFactor::Thousand),
        (60.0, WaitFactor::Sixty),
        (1.0 / 60.0, WaitFactor::Sixtieth),
        (1.0 / 1000.0, WaitFactor::Thousandth),
    ] {
        let mut trio = TestCenter::new(times, times);
        trio.calls = vec![0];
        // The case is old enough after ten seconds; then two minutes to the third reading.
        trio.pass(125);
        assert_eq!(trio.factors(), [], "{factor:?}: two readings");
        trio.pass(5);
        assert_eq!(trio.factors(), [("longest_wait", factor), ("waited", factor)], "{factor:?}");
    }
}

#[test]
fn only_the_wrong_field_is_reported() {
    let mut trio = TestCenter::new(1000.0, 1.0);
    trio.calls = vec![0];
    trio.pass(200);
    assert_eq!(trio.factors(), [("longest_wait", WaitFactor::Thousand)]);
    let line = trio.reported[0].fields_file_line();
    assert_eq!(line, "services/state: {longest_wait: {form: milliseconds}}");
    let mut trio = TestCenter::new(1.0, 1000.0);
    trio.calls = vec![0];
    trio.pass(200);
    assert_eq!(trio.factors(), [("waited", WaitFactor::Thousand)]);
}

#[test]
fn right_waits_and_other_factors_are_not_reported() {
    for times in [1.0, 0.5, 2.0, 10.0, 3600.0, 0.1, 0.0] {
        let mut trio = TestCenter::new(times, times);
        trio.calls = vec![0];
        trio.pass(600);
        assert_eq!(trio.factors(), [], "{times}");
    }
}

#[test]
fn empty_queue_neither_reports_nor_resets() {
    let mut trio = TestCenter::new(1000.0, 1000.0);
    trio.calls = vec![0];
    trio.pass(75);
    trio.calls.clear();
    trio.pass(600);
    assert_eq!(trio.factors(), [], "two readings with a case");
    trio.calls = vec![trio.now];
    trio.pass(15);
    assert_eq!(trio.factors().len(), 2, "the third");
    trio.calls.clear();
    trio.pass(600);
    assert_eq!(trio.factors().len(), 2, "nothing says that the unit is right now");
    trio.factors = (1.0, 1.0);
    trio.calls = vec![trio.now];
    trio.pass(150);
    assert_eq!(trio.factors(), []);
}

#[test]
fn without_times_arrivals_seen_in_lists_are_compared() {
    let mut trio = TestCenter::new(1.0 / 60.0, 1.0 / 60.0);
    trio.has_arrival_times = false;
    trio.calls = vec![0];
    trio.pass(600);
    assert_eq!(trio.factors(), [], "it may have waited before the first reading");
    trio.calls = vec![trio.now];
    trio.pass(200);
    let sixtieth = WaitFactor::Sixtieth;
    assert_eq!(trio.factors(), [("longest_wait", sixtieth), ("waited", sixtieth)]);
}

#[test]
fn whole_minutes_are_recognised_and_few_do_not_reset() {
    let mut comparison = Comparison::default();
    for minutes in 1..=30 {
        for seconds in [0.0, 30.0, 59.0] {
            let age = f64::from(minutes) * 60.0 + seconds;
            let case = AgeRange { low: age, high: age };
            comparison.add_pair(f64::from(minutes), case);
        }
    }
    assert_eq!(comparison.verdict(0), Some(FactorVerdict::Factor(WaitFactor::Sixtieth)));
    let mut few = Comparison::default();
    few.add_pair(1.0, AgeRange { low: 100.0, high: 100.0 });
    assert_eq!(few.verdict(0), None);
}

#[test]
fn list_that_may_hide_the_oldest_proves_nothing() {
    let mut hidden = TestCenter::new(1000.0, 1.0);
    (hidden.calls, hidden.queue_length) = (vec![0], Some(2.0));
    hidden.pass(300);
    assert_eq!(hidden.factors(), [], "two wait, one is listed");
    let mut truncated = TestCenter::new(1000.0, 1.0);
    (truncated.calls, truncated.truncated) = (vec![0], true);
    truncated.pass(300);
    assert_eq!(truncated.factors(), [], "the list is truncated");
}

#[test]
fn services_with_different_factors_do_not_hide_each_other() {
    let exact = |age| AgeRange { low: age, high: age };
    let mut comparison = Comparison::default();
    comparison.add_pair(100_000.0, exact(100.0));
    comparison.add_pair(2.0, exact(120.5));
    assert!(matches!(comparison.verdict(0), Some(FactorVerdict::Factor(_))));
    comparison.add_pair(100.0, exact(100.0));
    comparison.add_pair(90.0, exact(90.0));
    assert_eq!(comparison.verdict(0), Some(FactorVerdict::NoFactor), "half of them agree");
}

#[test]
fn factor_in_half_of_the_services_is_not_reported() {
    let exact = |age| AgeRange { low: age, high: age };
    let mut comparison = Comparison::default();
    comparison.add_pair(100_000.0, exact(100.0));
    comparison.add_pair(100.0, exact(100.0));
    assert_eq!(comparison.verdict(0), Some(FactorVerdict::NoFactor));
    comparison.add_pair(90_000.0, exact(90.0));
    assert_eq!(comparison.verdict(0), Some(FactorVerdict::Factor(WaitFactor::Thousand)));
}

const F: Option<FactorVerdict> = Some(FactorVerdict::Factor(WaitFactor::Thousand));
const G: Option<FactorVerdict> = Some(FactorVerdict::Factor(WaitFactor::Sixtieth));
const N: Option<FactorVerdict> = Some(FactorVerdict::NoFactor);

/// Returns the factor reported after readings at these seconds.
fn after(readings: &[(u64, Option<FactorVerdict>)]) -> Option<WaitFactor> {
    let mut streak = FactorStreak::default();
    for (at, verdict) in readings {
        streak.observe(Duration::from_secs(*at), *verdict);
    }
    streak.reported()
}

#[test]
fn three_readings_a_minute_apart_are_needed() {
    assert_eq!(after(&[(0, F), (60, F)]), None);
    assert_eq!(after(&[(0, F), (60, F), (119, F)]), None, "59 s are no minute");
    assert_eq!(after(&[(0, F), (60, F), (120, F)]), Some(WaitFactor::Thousand));
    let often: Vec<_> = (0..24).map(|step| (step * 5, F)).collect();
    assert_eq!(after(&often), None, "115 s");
}

#[test]
fn intermittent_factor_is_not_reported() {
    let coming_and_going: Vec<_> =
        (0..20).map(|n| (n * 60, if n % 3 == 2 { N } else { F })).collect();
    assert_eq!(after(&coming_and_going), None);
    assert_eq!(after(&[(0, F), (60, F), (120, G), (180, F), (240, F)]), None, "another factor");
}

#[test]
fn nothing_to_compare_resets_nothing() {
    assert_eq!(
        after(&[(0, F), (60, None), (120, F), (180, None), (4000, F)]),
        Some(WaitFactor::Thousand)
    );
    assert_eq!(
        after(&[(0, F), (60, F), (120, F), (180, None), (4000, None)]),
        Some(WaitFactor::Thousand)
    );
}

#[test]
fn reported_factor_is_withdrawn_as_slowly() {
    let reported = [(0, F), (60, F), (120, F), (180, N), (240, N)];
    assert_eq!(after(&reported), Some(WaitFactor::Thousand));
    assert_eq!(after(&[&reported[..], &[(300, N)]].concat()), None);
    assert_eq!(after(&[&reported[..], &[(300, F), (360, N)]].concat()), Some(WaitFactor::Thousand));
}
