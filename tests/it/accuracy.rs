//! One cell of the accuracy suite, so that every test run sees whether the numbers still agree with the
//! truth; the whole table is `cargo bench --bench accuracy`.

#[path = "../../benches/accuracy/cell.rs"]
mod cell;
#[path = "../../benches/accuracy/watch.rs"]
mod watch;

use cell::{Cell, watch};
use trio_exporter::sim::Scenario;

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
        let verdict = watch(&cell);
        assert_eq!(verdict.out_of_bounds, 0, "waits outside of their bounds");
        let (low, within, high) = verdict.within.clone();
        assert!(low <= *within.end() && *within.start() <= high, "{low}–{high}, in truth {within:?}");
        assert!(low < high || times, "without Trio's times nobody knows it to a case");
        let error = verdict.level_error().expect("a service level");
        assert!(error <= points, "service level off by {error} points, times {times}");
        assert!((verdict.queue - 1.0).abs() <= 0.01, "queue integral {}", verdict.queue);
        assert!(verdict.offered >= 0.96, "{} offered", verdict.offered);
        let error = verdict.occupancy_error().expect("an occupancy");
        assert!(error <= 1.0, "occupancy off by {error} points");
        assert!(verdict.never_seen > 0.0, "some calls come and go between two readings");
        let (level, sure, possible) = (verdict.level, verdict.low, verdict.high);
        assert!(sure <= level && level <= possible, "{level:?} is not between {sure:?} and {possible:?}");
        let (measured, concluded, unclassified) = (verdict.measured, verdict.concluded, verdict.unclassified);
        assert!(measured > 0.99 && concluded > 500, "{measured} measured, {concluded} concluded");
        assert!(unclassified < 30, "{unclassified} unclassified");
    }
}
