//! Two cells of the accuracy suite, so that every test run sees whether the numbers still agree with
//! the truth, and planted faults, which the promises of the suite must find. The whole table is
//! `cargo bench --bench accuracy`.

#[path = "../../benches/accuracy/cell.rs"]
mod cell;
#[path = "../../benches/accuracy/hours.rs"]
mod hours;
#[path = "../../benches/accuracy/observer.rs"]
mod observer;
#[path = "../../benches/accuracy/promises.rs"]
mod promises;

use std::{
    sync::LazyLock,
    time::{Duration, UNIX_EPOCH},
};

use cell::{Cell, CellResult, Times, measure};
use hours::ServiceHour;
use observer::{Observer, View};
use promises::{AllBounds, Promise};
use proptest::prelude::*;
use trio_exporter::{
    sim::{InProcess, Options, Scenario},
    tally::{CenterTotals, ClassCounts},
    trio::Dictionary,
};

fn cell(times: Times) -> Cell {
    Cell {
        scenario: Scenario::handling(35),
        poll: 5,
        times,
        calls_readable: true,
        outage: None,
        loses_polls: false,
        lists_per_states: 1,
        hours: 2,
    }
}

/// The cell without Trio's times, measured once for all tests.
static WITHHELD: LazyLock<CellResult> = LazyLock::new(|| measure(&cell(Times::Withheld)));

fn broken(result: &CellResult) -> Vec<String> {
    Promise::Level.broken(&cell(Times::Withheld), result)
}

/// Returns true for the promise that the cell itself breaks: so many of its waits are near the
/// target, and of its calls unseen, that the bounds are wider than those of other worlds.
fn is_of_this_world(broken: &str) -> bool {
    broken.contains("points wide")
}

#[test]
fn two_hours_at_ten_services_keep_the_promises() {
    let present = cell(Times::Present);
    let with_times = measure(&present);
    let mut found = broken(&WITHHELD);
    found.extend(Promise::Level.broken(&present, &with_times));
    found.retain(|found| !is_of_this_world(found));
    assert_eq!(found, Vec::<String>::new());
    let width = with_times.classes[0].width().expect("bounds");
    assert!(width < 5.0, "{width}");
    let calls = &WITHHELD.classes[0];
    assert!(calls.is_measurable() && calls.never_seen() > 0.0, "{}", calls.never_seen());
    let (judged, _) = calls.held();
    assert!(judged >= 18, "{judged} service-hours with calls");
    let width = calls.width().expect("bounds");
    // Beyond 1 because it is not known to a case without Trio's times.
    assert!((1.0..18.0).contains(&width), "{width}");
}

/// Returns the broken promises after a change of each service-hour.
fn broken_by(fault: impl Fn(&mut ServiceHour)) -> Vec<String> {
    let mut result = WITHHELD.clone();
    result.classes[0].hours.iter_mut().for_each(fault);
    broken(&result)
}

fn assert_found(broken: &[String], promise: &str) {
    assert!(broken.iter().any(|found| found.contains(promise)), "no {promise:?} in {broken:?}");
}

#[test]
fn shifted_truth_breaks_level_and_bounds() {
    let found = broken_by(|hour| hour.truth.within -= hour.truth.within / 20);
    assert_found(&found, "service level off by");
    let found = broken_by(|hour| {
        hour.truth.left += hour.truth.answered / 4;
    });
    assert_found(&found, "the truth is between the bounds");
}

#[test]
fn bounds_hold_to_a_case_and_no_further() {
    let counted = hours::Counted {
        within_low: 60,
        within_high: 80,
        missed_low: 20,
        missed_high: 40,
        ..hours::Counted::default()
    };
    let holds = |within, missed_low| {
        let truth = hours::Truth { answered: 100, within, ..hours::Truth::default() };
        ServiceHour { counted: hours::Counted { missed_low, ..counted }, truth }.holds()
    };
    assert_eq!([58, 59, 81, 82].map(|within| holds(within, 20)), [false, true, true, false]);
    assert!(!holds(81, 22), "the upper bound is narrowed by two certain misses");
}

#[test]
fn each_counter_has_a_promise() {
    let counted = |fault: fn(&mut hours::Counted)| broken_by(|hour| fault(&mut hour.counted));
    let lower = |it: &mut hours::Counted| {
        (it.within_high, it.missed_low) = (it.within_low, it.missed_high);
    };
    assert_found(&counted(lower), "between the bounds");
    let upper = |it: &mut hours::Counted| {
        (it.within_low, it.missed_high) = (it.within_high, it.missed_low);
    };
    let found = counted(upper);
    assert_found(&found, "between the bounds");
    assert!(!found.iter().any(|found| is_of_this_world(found)), "no distance at all: {found:?}");
    assert_found(&counted(|it| it.within_low = 0), "points wide");
    assert_found(&counted(|it| it.within_high = 0), "is not between");
    assert_found(&counted(|it| it.within *= 0.95), "service level off by");
    assert_found(&counted(|it| it.left = 0), "service level off by");
    assert_found(&counted(|it| it.waits *= 1.3), "mean wait of");
    assert_found(&counted(|it| it.offered += 1), "offered beside");
    let found = broken_by(|hour| hour.truth.never_seen += hour.truth.shown);
    assert_eq!(found, broken(&WITHHELD), "calls that no list showed are not promised");
}

#[test]
fn bounds_of_all_cells_together_have_promises() {
    let cell = cell(Times::Withheld);
    let together = |fault: fn(&mut hours::Counted)| {
        let mut result = WITHHELD.clone();
        result.classes[0].hours.iter_mut().for_each(|hour| fault(&mut hour.counted));
        let mut bounds = AllBounds::default();
        bounds.add(Promise::Greetings, &cell, &result);
        bounds.broken()
    };
    let narrow = |it: &mut hours::Counted| {
        (it.within_low, it.missed_high) = (it.within_high, it.missed_low);
    };
    assert_found(&together(narrow), "the truth is between the bounds");
    assert_found(&together(|it| it.within_low = 0), "points wide in the mean");
    let mut bounds = AllBounds::default();
    bounds.add(Promise::Unmeasured, &cell, &WITHHELD);
    assert_eq!(bounds.in_words(), AllBounds::default().in_words(), "nothing is judged there");
}

#[test]
fn greetings_have_a_level_promise_at_short_intervals_only() {
    let mut result = WITHHELD.clone();
    for hour in &mut result.classes[0].hours {
        hour.counted.within *= 0.9;
    }
    let found = |poll| {
        let cell = Cell { poll, ..cell(Times::Withheld) };
        Promise::Greetings.broken(&cell, &result)
    };
    assert_found(&found(2), "service level off by");
    assert!(found(5).iter().all(|found| !found.contains("service level off by")));
}

#[test]
fn quick_hang_ups_have_a_wider_limit_at_five_seconds_only() {
    let mut result = WITHHELD.clone();
    let shift = 0.012 - result.classes[0].level_error().expect("a level") / 100.0;
    for hour in &mut result.classes[0].hours {
        let counted = hour.counted;
        hour.counted.within += shift * (counted.answered + counted.left) as f64;
    }
    let breaks = |promise: Promise, poll| {
        let cell = Cell { poll, ..cell(Times::Withheld) };
        promise.broken(&cell, &result).iter().any(|found| found.contains("service level off by"))
    };
    assert_eq!([2, 5].map(|poll| breaks(Promise::QuickHangUps, poll)), [true, false]);
    assert!(breaks(Promise::Level, 5));
}

#[test]
fn figures_of_a_cell_have_promises() {
    let found = |fault: fn(&mut CellResult)| {
        let mut result = WITHHELD.clone();
        fault(&mut result);
        broken(&result)
    };
    assert_found(&found(|it| it.queue = 1.02), "queue integral");
    assert_found(&found(|it| it.occupancy = it.occupancy.map(|share| share - 0.02)), "occupancy");
    assert_found(&found(|it| it.classes[0].handling = Some(0.95)), "of the handling time");
    assert_found(&found(|it| it.classes[0].out_of_bounds = 1), "1 waits outside of their bounds");
    assert_found(&found(|it| it.classes[0].hours.truncate(2)), "too few to judge");
    let cell = cell(Times::Withheld);
    let silent = Promise::Silence.broken(&cell, &WITHHELD);
    assert_found(&silent, "a service level of");
    let unmeasured = Promise::Unmeasured.broken(&cell, &WITHHELD);
    assert_found(&unmeasured, "a service level of");
    assert_found(&unmeasured, "measured");
}

/// Everything of a class that may only grow.
fn counters(counts: &ClassCounts) -> Vec<f64> {
    let single = [counts.offered, counts.carried_in, counts.answered, counts.moved];
    let bounds = [counts.within_low, counts.within_high, counts.missed_low, counts.missed_high];
    let whole = single.into_iter().chain(bounds).chain(counts.left).chain(counts.unclassified);
    let whole = whole.chain(counts.waits.buckets.iter().copied()).map(|count| count as f64);
    whole.chain([counts.within, counts.waits.sum, counts.handling_seconds]).collect()
}

/// All counters in one order; services and classes are only ever added at their places.
fn all_counters(totals: &CenterTotals) -> Vec<((String, &'static str), Vec<f64>)> {
    let services = totals.flow.services.iter();
    let classes = services.flat_map(|service| {
        let key = |class: &'static str| (service.service_id.to_string(), class);
        service
            .classes
            .iter()
            .map(move |class| (key(class.class.as_str()), counters(&class.counts)))
    });
    classes.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn in_any_world_with_any_loss_of_polls_the_law_holds_and_no_counter_falls(
        world in 0..Scenario::NAMED.len(), seed in any::<u64>(), times in any::<bool>(), calls in any::<bool>(),
        lost in prop::collection::vec(prop_oneof![9 => Just(0u64), 1 => 1..40u64], 40..120),
    ) {
        let scenario = Scenario::NAMED[world].1();
        let options =
            Options { scenario: Some(scenario), seed, state_times: times, segment_log: false, ..Options::default() };
        let start = UNIX_EPOCH + Duration::from_secs(1_768_464_000);
        let poll = Duration::from_secs(5);
        let dictionary = Dictionary::builtin().expect("valid");
        let view =
            View { poll, lists_per_states: 1, calls_readable: calls, clock_ahead: Duration::ZERO };
        let mut observer = Observer::new(InProcess::new(options, start), &dictionary, view);
        observer.read();
        let mut before: Vec<((String, &str), Vec<f64>)> = Vec::new();
        for lost in lost {
            observer.pass(poll * u32::try_from(lost).expect("few"));
            observer.step();
            let totals = observer.totals.as_ref().expect("counted");
            for class in totals.flow.services.iter().flat_map(|service| &service.classes) {
                let counts = &class.counts;
                let out = counts.answered + counts.total_left() + counts.moved + counts.total_unclassified();
                let waiting = (counts.carried_in + counts.offered).checked_sub(out);
                // The counters of a class that is new are shown at zero first.
                let is_new = counters(counts).iter().all(|count| *count == 0.0);
                let shown = class.now.filter(|_| !is_new).and_then(|now| now.waiting).map_or(0, |waiting| waiting.cases);
                prop_assert!(waiting.is_some_and(|waiting| waiting >= shown), "{waiting:?} wait, {shown} shown");
                prop_assert!(counts.within_low as f64 <= counts.within + 1e-9, "{counts:?}");
                prop_assert!(counts.within <= counts.within_high as f64 + 1e-9, "{counts:?}");
                let missed = counts.answered + counts.total_left() - counts.left[0];
                let missed = missed as f64 - counts.within;
                prop_assert!(counts.missed_low as f64 <= missed + 1e-9, "{counts:?}");
                prop_assert!(missed <= counts.missed_high as f64 + 1e-9, "{counts:?}");
            }
            let now = all_counters(totals);
            for (key, counted) in &before {
                let still = now.iter().find(|(other, _)| other == key).map(|(_, counted)| counted);
                let still = still.expect("a class that was shown is shown for ever");
                prop_assert!(counted.iter().zip(still).all(|(was, is)| is >= was), "{key:?} fell");
            }
            before = now;
        }
    }
}
