//! Limits that the figures must keep.

use super::cell::{Cell, CellResult, Figures, Times};

/// Promise of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Promise {
    /// A service level with bounds.
    Level,
    /// The same with calls that a poll easily misses.
    Greetings,
    /// Nothing happens, so there is no service level.
    Silence,
    /// The list is truncated most of the time: no service level, and the time counts as unmeasured.
    Unmeasured,
}

/// Smallest number of concluded cases by which a service level is judged.
const MIN_CONCLUDED: u64 = 2_000;

/// Smallest share of service-hours with the truth between the bounds.
const MIN_HELD: f64 = 0.99;

/// Largest mean width of the bounds at intervals up to 5 s, in points.
const MAX_WIDTH_WITHHELD: f64 = 12.0;
const MAX_WIDTH_PRESENT: f64 = 3.0;

impl Promise {
    /// Largest error of the service level at an interval in seconds, in points.
    fn level_error(self, poll: u64) -> Option<f64> {
        match (self, poll) {
            (Self::Level, ..=2) => Some(0.5),
            (Self::Level, ..=5) => Some(1.0),
            (Self::Level, ..=15) => Some(2.0),
            (Self::Greetings, ..=2) => Some(1.5),
            _ => None,
        }
    }

    /// Returns the broken promises of a cell.
    pub(crate) fn broken(self, cell: &Cell, result: &CellResult) -> Vec<String> {
        let mut broken = Broken(Vec::new());
        for figures in &result.classes {
            self.check_class(cell, figures, &mut broken);
        }
        if self == Self::Unmeasured {
            broken.unless(result.measured < 0.05, || format!("{:.2} measured", result.measured));
        }
        if !matches!(self, Self::Level | Self::Greetings) || cell.poll > 5 {
            return broken.0;
        }
        // During the outage nothing is read, so the integral must lack that part.
        if cell.outage.is_none() {
            let off = (result.queue - 1.0) * 100.0;
            broken.unless(off.abs() <= 1.0, || format!("queue integral off by {off:.2} %"));
        }
        let off = result.occupancy_error().unwrap_or(100.0);
        broken.unless(off.abs() <= 1.0, || format!("occupancy off by {off:.2} points"));
        broken.0
    }

    fn check_class(self, cell: &Cell, figures: &Figures, broken: &mut Broken) {
        let class = figures.class.as_str();
        let outside = figures.out_of_bounds;
        broken.unless(outside == 0, || format!("{class}: {outside} waits outside of their bounds"));
        let counted = figures.counted();
        match self {
            Self::Silence => {
                let level = counted.level();
                broken.unless(level.is_none(), || format!("{class}: a service level of {level:?}"));
            }
            Self::Unmeasured => {
                let level = counted.level();
                broken.unless(level.is_none(), || format!("{class}: a service level of {level:?}"));
                let any = figures.hours.iter().any(|hour| hour.counted.unclassified > 0);
                broken.unless(any, || format!("{class}: nothing unclassified"));
            }
            Self::Level | Self::Greetings => {
                self.check_flow(figures, broken);
                if figures.is_measurable() {
                    self.check_level(cell, figures, broken);
                }
            }
        }
    }

    fn check_flow(self, figures: &Figures, broken: &mut Broken) {
        let class = figures.class.as_str();
        let off = figures.offered_error();
        broken.unless(off == 0, || {
            format!("{class}: {off} offered beside those that the lists could show")
        });
        let handling = figures.handling.unwrap_or(0.0) * 100.0;
        broken.unless((handling - 100.0).abs() <= 2.0, || {
            format!("{class}: {handling:.1} % of the handling time")
        });
    }

    fn check_level(self, cell: &Cell, figures: &Figures, broken: &mut Broken) {
        let class = figures.class.as_str();
        let (counted, truth) = (figures.counted(), figures.truth());
        let concluded = truth.concluded();
        if concluded < MIN_CONCLUDED {
            broken.0.push(format!("{class}: only {concluded} concluded, too few to judge"));
            return;
        }
        if let Some(allowed) = self.level_error(cell.poll) {
            let off = figures.level_error().unwrap_or(100.0);
            broken.unless(off.abs() <= allowed, || {
                format!("{class}: service level off by {off:+.2} points, {allowed} allowed")
            });
        }
        let held = figures.held_share().unwrap_or(0.0);
        broken.unless(held >= MIN_HELD, || {
            let (judged, held) = figures.held();
            format!("{class}: the truth is between the bounds in {held} of {judged} service-hours")
        });
        let [low, high] = counted.bounds();
        let level = counted.level().unwrap_or(0.0);
        broken.unless((low..=high).contains(&level), || {
            format!("{class}: {level:.3} is not between {low:.3} and {high:.3}")
        });
        if cell.poll <= 5 {
            let present = cell.times != Times::Withheld;
            let allowed = if present { MAX_WIDTH_PRESENT } else { MAX_WIDTH_WITHHELD };
            let width = figures.width().unwrap_or(100.0);
            broken.unless(width <= allowed, || {
                format!("{class}: bounds {width:.1} points wide, {allowed} allowed")
            });
        }
        let [wait, true_wait] =
            [counted.mean_wait(), truth.mean_wait()].map(Option::unwrap_or_default);
        let off = wait - true_wait;
        broken.unless(off.abs() <= (true_wait * 0.15).max(1.0), || {
            format!("{class}: mean wait of {wait:.1} s, in truth {true_wait:.1} s")
        });
    }
}

struct Broken(Vec<String>);

impl Broken {
    fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}
