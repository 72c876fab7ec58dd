//! Limits that the figures must keep.

use super::cell::{Cell, CellResult, Figures, Times};

/// Promise of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Promise {
    /// A service level with bounds.
    Level,
    /// The same with calls that a poll easily misses.
    Greetings,
    /// The same with callers who hang up within three seconds.
    QuickHangUps,
    /// Nothing happens, so there is no service level.
    Silence,
    /// The list is truncated most of the time: no service level, and the time counts as unmeasured.
    Unmeasured,
}

/// Smallest number of concluded cases by which a service level is judged.
const MIN_CONCLUDED: u64 = 2_000;

/// Smallest share of service-hours with the truth between the bounds: over all cells, and in each.
// One hour of a cell with 24 is 4 %.
const MIN_HELD: f64 = 0.99;
const MIN_HELD_IN_CELL: f64 = 0.95;

/// Largest mean width of the bounds at intervals up to 5 s, in points: over all cells.
const MAX_WIDTH_WITHHELD: f64 = 12.0;
const MAX_WIDTH_PRESENT: f64 = 3.0;

impl Promise {
    /// Largest error of the service level at an interval in seconds, in points.
    fn level_error(self, poll: u64) -> Option<f64> {
        match (self, poll) {
            (Self::Level | Self::QuickHangUps, ..=2) => Some(0.4),
            (Self::Greetings, ..=2) => Some(0.75),
            (Self::Level, ..=5) => Some(1.0),
            // Of a caller whom one list showed it is not known whether the wait was 3 s or 8 s.
            (Self::QuickHangUps, ..=5) => Some(1.25),
            (Self::Level | Self::QuickHangUps, ..=15) => Some(1.25),
            _ => None,
        }
    }

    /// Largest width of the bounds in one cell at intervals up to 5 s, in points.
    fn widest(self, times: Times) -> f64 {
        match (self, times) {
            // Trio's times do not tell which of the cases that left were answered and finished
            // between two lists.
            (Self::Greetings, _) | (_, Times::Withheld) => 18.0,
            _ => 5.0,
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
        if matches!(self, Self::Silence | Self::Unmeasured) || cell.poll > 5 {
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
            Self::Level | Self::Greetings | Self::QuickHangUps => {
                check_offered(figures, broken);
                if figures.is_measurable() {
                    check_handling(figures, broken);
                    self.check_level(cell, figures, broken);
                }
            }
        }
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
        broken.unless(held >= MIN_HELD_IN_CELL, || {
            let (judged, held) = figures.held();
            format!("{class}: the truth is between the bounds in {held} of {judged} service-hours")
        });
        let [low, high] = counted.bounds();
        let level = counted.level().unwrap_or(0.0);
        broken.unless((low..=high).contains(&level), || {
            format!("{class}: {level:.3} is not between {low:.3} and {high:.3}")
        });
        if cell.poll <= 5 {
            let allowed = self.widest(cell.times);
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

fn check_offered(figures: &Figures, broken: &mut Broken) {
    let (class, off) = (figures.class.as_str(), figures.offered_error());
    broken.unless(off == 0, || {
        format!("{class}: {off} offered beside those that the lists could show")
    });
}

fn check_handling(figures: &Figures, broken: &mut Broken) {
    let class = figures.class.as_str();
    let handling = figures.handling.unwrap_or(0.0) * 100.0;
    broken.unless((handling - 100.0).abs() <= 2.0, || {
        format!("{class}: {handling:.1} % of the handling time")
    });
}

/// Bounds of the measurable cells together.
#[derive(Debug, Default)]
pub(crate) struct AllBounds {
    judged: usize,
    held: usize,
    /// Widths in points at 5 s, without and with Trio's times.
    widths: [Vec<f64>; 2],
}

impl AllBounds {
    pub(crate) fn add(&mut self, promise: Promise, cell: &Cell, result: &CellResult) {
        if matches!(promise, Promise::Silence | Promise::Unmeasured) {
            return;
        }
        for figures in result.classes.iter().filter(|figures| figures.is_measurable()) {
            let (judged, held) = figures.held();
            self.judged += judged;
            self.held += held;
            if cell.poll == 5 {
                let present = usize::from(cell.times != Times::Withheld);
                self.widths[present].extend(figures.width());
            }
        }
    }

    /// Returns a line with the figures.
    pub(crate) fn in_words(&self) -> String {
        let [withheld, present] = self.mean_widths();
        format!(
            "measurable cells: the truth is between the bounds in {} of {} service-hours; at 5 s \
             the bounds are {withheld:.1} points wide in the mean without Trio's times, {present:.1} \
             with them",
            self.held, self.judged
        )
    }

    /// Mean widths without and with Trio's times.
    fn mean_widths(&self) -> [f64; 2] {
        [0, 1].map(|present| {
            let widths = &self.widths[present];
            widths.iter().sum::<f64>() / widths.len().max(1) as f64
        })
    }

    /// Returns the broken promises.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut broken = Broken(Vec::new());
        let share = self.held as f64 / self.judged.max(1) as f64;
        broken.unless(share >= MIN_HELD, || {
            format!(
                "the truth is between the bounds in {} of {} service-hours",
                self.held, self.judged
            )
        });
        for (mean, allowed) in
            self.mean_widths().into_iter().zip([MAX_WIDTH_WITHHELD, MAX_WIDTH_PRESENT])
        {
            broken.unless(mean <= allowed, || {
                format!("bounds at 5 s are {mean:.1} points wide in the mean, {allowed} allowed")
            });
        }
        broken.0
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
