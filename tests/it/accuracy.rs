//! One cell of the accuracy suite, so that every test run sees whether the numbers still agree with
//! the truth; the whole table is `cargo bench --bench accuracy`.

#[path = "../../benches/accuracy/cell.rs"]
mod cell;
#[path = "../../benches/accuracy/observer.rs"]
mod observer;

use std::time::{Duration, UNIX_EPOCH};

use cell::{Cell, measure};
use observer::Observer;
use proptest::prelude::*;
use trio_exporter::{
    sim::{InProcess, Options, Scenario},
    tally::{CenterTotals, ClassCounts},
    trio::Dictionary,
};

#[test]
fn two_hours_of_a_contact_centre_are_counted_as_they_were() {
    for (times, points) in [(false, 1.0), (true, 0.2)] {
        let cell = Cell {
            scenario: Scenario::large(),
            poll: 5,
            times,
            calls_readable: true,
            outage: None,
            hours: 2,
        };
        let verdict = measure(&cell);
        assert_eq!(verdict.out_of_bounds, 0, "waits outside of their bounds");
        let (low, within, high) = verdict.within.clone();
        assert!(
            low <= *within.end() && *within.start() <= high,
            "{low}–{high}, in truth {within:?}"
        );
        assert!(low < high || times, "without Trio's times it is not known to a case");
        let error = verdict.level_error().expect("a service level");
        assert!(error <= points, "service level off by {error} points, times {times}");
        assert!((verdict.queue - 1.0).abs() <= 0.01, "queue integral {}", verdict.queue);
        assert!(verdict.offered >= 0.96, "{} offered", verdict.offered);
        let error = verdict.occupancy_error().expect("an occupancy");
        assert!(error <= 1.0, "occupancy off by {error} points");
        assert!(verdict.never_seen > 0.0, "some calls come and go between two readings");
        let (level, sure, possible) = (verdict.level, verdict.low, verdict.high);
        assert!(
            sure <= level && level <= possible,
            "{level:?} is not between {sure:?} and {possible:?}"
        );
        let (measured, concluded, unclassified) =
            (verdict.measured, verdict.concluded, verdict.unclassified);
        assert!(measured > 0.99 && concluded > 500, "{measured} measured, {concluded} concluded");
        assert!(unclassified < 30, "{unclassified} unclassified");
    }
}

/// Everything of a class that may only grow.
fn counters(counts: &ClassCounts) -> Vec<f64> {
    let single = [counts.offered, counts.carried_in, counts.answered, counts.moved];
    let bounds = [counts.within_low, counts.within_high];
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
        let mut observer = Observer::new(InProcess::new(options, start), &dictionary, poll, calls);
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
