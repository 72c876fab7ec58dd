//! Mapping of world time to real time: one second per second from the start of the simulator.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longest step of the world. After a longer jump of the clock the mapping moves instead:
/// simulating the whole gap would block the request.
const MAX_STEP: Duration = Duration::from_secs(3_600);

/// Mapping of world time to real time, by the real time of world time zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorldClock {
    zero: SystemTime,
}

impl WorldClock {
    /// Returns the mapping in which world time `world` is `now`.
    pub(super) fn new(now: SystemTime, world: Duration) -> Self {
        Self { zero: now.checked_sub(world).unwrap_or(UNIX_EPOCH) }
    }

    /// Real time of a world time.
    pub(super) fn real_time(self, world: Duration) -> SystemTime {
        self.zero.checked_add(world).unwrap_or(self.zero)
    }

    /// Returns the step that brings a world at `world` to `now`, at most [`MAX_STEP`]; zero when
    /// the clock was set back.
    pub(super) fn next_step(&mut self, now: SystemTime, world: Duration) -> Duration {
        let behind = now.duration_since(self.real_time(world)).unwrap_or_default();
        if behind > MAX_STEP {
            *self = Self::new(now, world + MAX_STEP);
        }
        behind.min(MAX_STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_jumps_are_followed_within_bounds() {
        let second = Duration::from_secs;
        let start = UNIX_EPOCH + second(1_000_000);
        let mut world_clock = WorldClock::new(start, second(900));
        assert_eq!(world_clock.next_step(start + second(5), second(900)), second(5));
        assert_eq!(world_clock.next_step(start - second(5), second(905)), Duration::ZERO);
        assert_eq!(world_clock.next_step(start + second(900_000), second(905)), MAX_STEP);
        assert_eq!(world_clock.real_time(second(905) + MAX_STEP), start + second(900_000));
    }
}
