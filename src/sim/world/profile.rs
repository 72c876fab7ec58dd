//! The shape of a working day: how busy each hour is, when people work, when services are open.
//!
//! Times here are of the clock on the wall in that world: the time since some midnight. The demo begins at
//! a quarter past nine, whatever our own clocks may say.

use std::time::Duration;

const HOUR: u64 = 3600;

/// One day of the profile.
pub(crate) const DAY: Duration = Duration::from_secs(24 * HOUR);

/// The time of day at which the demo's world begins.
pub(crate) const START: Duration = Duration::from_secs(9 * HOUR + 15 * 60);

/// Share of the peak arrival rate at each full hour; straight lines between.
const BUSY: [f64; 24] = [
    0.02, 0.02, 0.02, 0.02, 0.02, 0.03, 0.08, 0.3, 0.8, 1.0, 1.0, 1.0, 0.9, 0.95, 0.95, 0.85, 0.6, 0.3, 0.18,
    0.14, 0.1, 0.05, 0.03, 0.02,
];

/// Start in minutes after midnight, length in minutes, and weight of each kind of shift.
const SHIFTS: [(u64, u64, u32); 6] = [
    (7 * 60, 510, 30),
    (8 * 60, 510, 50),
    (9 * 60, 510, 30),
    (10 * 60 + 30, 510, 10),
    (13 * 60, 510, 12),
    (21 * 60, 600, 4),
];

/// The share of the agents who are on shift when the day is at its busiest.
pub(crate) const STAFFED: f64 = 0.81;

/// How arrivals change with the time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    /// Not at all.
    Constant,
    /// As on a working day: a busy morning and afternoon, a quiet night.
    Daily,
}

/// The hours in which a service takes cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Round the clock.
    Always,
    /// From seven to eighteen.
    Daytime,
}

/// When an agent works each day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shift {
    start: Duration,
    length: Duration,
}

/// The time of day when the clock shows this.
pub(crate) fn time_of_day(clock: Duration) -> Duration {
    Duration::from_nanos((clock.as_nanos() % DAY.as_nanos()) as u64)
}

impl Season {
    /// Share of the peak arrival rate: 0 to 1.
    pub(crate) fn busyness(self, clock: Duration) -> f64 {
        if self == Self::Constant {
            return 1.0;
        }
        let hours = time_of_day(clock).as_secs_f64() / HOUR as f64;
        let from = hours as usize % 24;
        let part = hours - hours.floor();
        BUSY[from] * (1.0 - part) + BUSY[(from + 1) % 24] * part
    }
}

impl Opening {
    /// Whether a service with these hours is open.
    pub(crate) fn is_open(self, clock: Duration) -> bool {
        let hour = time_of_day(clock).as_secs() / HOUR;
        self == Self::Always || (7..18).contains(&hour)
    }
}

impl Shift {
    /// The shift that `draw` (any number) picks, with its start moved by up to ten minutes.
    pub(crate) fn pick(draw: u64) -> Self {
        let total: u64 = SHIFTS.iter().map(|shift| u64::from(shift.2)).sum();
        let mut left = draw % total;
        let minutes = (draw / total) % 10;
        for (start, length, weight) in SHIFTS {
            if left < u64::from(weight) {
                return Self::of(start + minutes, length);
            }
            left -= u64::from(weight);
        }
        Self::of(SHIFTS[0].0 + minutes, SHIFTS[0].1)
    }

    /// A shift of eight hours that begins now.
    pub(crate) fn from_now(clock: Duration) -> Self {
        Self { start: time_of_day(clock), length: Duration::from_secs(8 * HOUR) }
    }

    fn of(start: u64, length: u64) -> Self {
        Self { start: Duration::from_secs(start * 60), length: Duration::from_secs(length * 60) }
    }

    /// How long the shift lasts.
    pub(crate) fn length(self) -> Duration {
        self.length
    }

    /// How long ago the shift last began.
    pub(crate) fn began_ago(self, clock: Duration) -> Duration {
        let today = time_of_day(clock);
        if today >= self.start { today - self.start } else { today + DAY - self.start }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_starts_in_a_busy_morning_and_the_night_is_quiet() {
        let later = |hours| START + Duration::from_secs(hours * HOUR);
        assert!(Season::Daily.busyness(START) > 0.95);
        assert!(Season::Daily.busyness(later(17)) < 0.05);
        assert!(Season::Constant.busyness(later(17)) == 1.0);
        assert!(Opening::Daytime.is_open(START));
        assert!(!Opening::Daytime.is_open(later(12)));
        assert!(Opening::Always.is_open(later(12)));
    }

    #[test]
    fn the_staffed_share_is_that_of_the_shifts() {
        let total = 136_000;
        let on = (0..total)
            .map(Shift::pick)
            .filter(|shift| shift.began_ago(START + Duration::from_secs(1200)) < shift.length())
            .count();
        assert!((on as f64 / total as f64 - STAFFED).abs() < 0.02, "{on}");
    }
}
