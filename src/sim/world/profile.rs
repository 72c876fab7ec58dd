//! The working day: arrivals by hour, shifts and opening hours.
//!
//! Times are wall-clock times of the world, since some midnight. The demo starts at 9:15,
//! independent of the machine's clock, so that it always shows a busy morning.

use std::time::Duration;

const HOUR: u64 = 3600;

/// Length of the profile.
pub(crate) const DAY: Duration = Duration::from_secs(24 * HOUR);

/// Time of day at which the demo's world starts.
pub(crate) const START: Duration = Duration::from_secs(9 * HOUR + 15 * 60);

/// Share of the peak arrival rate at each full hour, interpolated linearly.
const HOURLY_SHARE: [f64; 24] = [
    0.02, 0.02, 0.02, 0.02, 0.02, 0.03, 0.08, 0.3, 0.8, 1.0, 1.0, 1.0, 0.9, 0.95, 0.95, 0.85, 0.6,
    0.3, 0.18, 0.14, 0.1, 0.05, 0.03, 0.02,
];

/// Start in minutes after midnight and length in minutes, and weight, of each kind of shift.
const SHIFTS: [((u64, u64), u32); 6] = [
    ((7 * 60, 510), 30),
    ((8 * 60, 510), 50),
    ((9 * 60, 510), 30),
    ((10 * 60 + 30, 510), 10),
    ((13 * 60, 510), 12),
    ((21 * 60, 600), 4),
];

/// Share of agents on shift at the busiest time. A test compares it with [`SHIFTS`].
pub(crate) const STAFFED_SHARE: f64 = 0.81;

/// Arrival rate over the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrivalProfile {
    /// Constant.
    Constant,
    /// A working day: busy morning and afternoon, quiet night.
    Daily,
}

/// Opening hours of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpeningHours {
    /// Round the clock.
    Always,
    /// 7:00 to 18:00.
    Daytime,
}

/// Daily working hours of an agent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shift {
    start: Duration,
    pub(crate) length: Duration,
}

/// Picks an item by weight; `draw` is below the sum of the weights.
pub(crate) fn weighted<T: Copy>(items: &[(T, u32)], mut draw: u32) -> T {
    let found = items.iter().find(|(_, weight)| {
        let found = draw < *weight;
        draw = draw.saturating_sub(*weight);
        found
    });
    found.unwrap_or(&items[0]).0
}

/// Time of day of a wall-clock time.
pub(crate) fn time_of_day(clock: Duration) -> Duration {
    // In nanoseconds: whole seconds would lose the fraction.
    Duration::from_nanos((clock.as_nanos() % DAY.as_nanos()) as u64)
}

impl ArrivalProfile {
    /// Share of the peak arrival rate, 0 to 1.
    pub(crate) fn share_of_peak(self, clock: Duration) -> f64 {
        if self == Self::Constant {
            return 1.0;
        }
        let hours = time_of_day(clock).as_secs_f64() / HOUR as f64;
        let from = hours as usize % 24;
        let part = hours - hours.floor();
        HOURLY_SHARE[from] * (1.0 - part) + HOURLY_SHARE[(from + 1) % 24] * part
    }
}

impl OpeningHours {
    /// Returns true when a service with these hours is open.
    pub(crate) fn is_open(self, clock: Duration) -> bool {
        let hour = time_of_day(clock).as_secs() / HOUR;
        self == Self::Always || (7..18).contains(&hour)
    }
}

impl Shift {
    /// Picks a shift by weight from any number, and delays its start by up to nine minutes.
    pub(crate) fn pick(draw: u64) -> Self {
        let total: u32 = SHIFTS.iter().map(|(_, weight)| weight).sum();
        let (start, length) = weighted(&SHIFTS, (draw % u64::from(total)) as u32);
        // Otherwise whole teams would log in at the same second.
        let delay = (draw / u64::from(total)) % 10;
        let minutes = |minutes| Duration::from_secs(minutes * 60);
        Self { start: minutes(start + delay), length: minutes(length) }
    }

    /// A shift of eight hours that starts now.
    pub(crate) fn from_now(clock: Duration) -> Self {
        Self { start: time_of_day(clock), length: Duration::from_secs(8 * HOUR) }
    }

    /// Time since the last start of the shift.
    pub(crate) fn elapsed(self, clock: Duration) -> Duration {
        let today = time_of_day(clock);
        // A night shift starts before midnight.
        if today >= self.start { today - self.start } else { today + DAY - self.start }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn world_starts_busy_and_nights_are_quiet() {
        let later = |hours| START + Duration::from_secs(hours * HOUR);
        assert!(ArrivalProfile::Daily.share_of_peak(START) > 0.95);
        assert!(ArrivalProfile::Daily.share_of_peak(later(17)) < 0.05);
        assert!(ArrivalProfile::Constant.share_of_peak(later(17)) == 1.0);
        assert!(OpeningHours::Daytime.is_open(START));
        assert!(!OpeningHours::Daytime.is_open(later(12)));
        assert!(OpeningHours::Always.is_open(later(12)));
    }

    #[test]
    fn staffed_share_matches_the_shifts() {
        // A multiple of 1,360 (136 weights, ten delays): each shift occurs as often as its weight
        // says.
        let total = 136_000;
        let on = (0..total)
            .map(Shift::pick)
            .filter(|shift| shift.elapsed(START + Duration::from_secs(1200)) < shift.length)
            .count();
        assert!((on as f64 / total as f64 - STAFFED_SHARE).abs() < 0.02, "{on}");
    }
}
