//! How world time relates to real time: one second for one second, from the start of the simulator.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The most that the world goes on at once; a clock that jumps further moves the whole world along.
const MOST_AT_ONCE: Duration = Duration::from_secs(3_600);

/// The real time of world time zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wall {
    zero: SystemTime,
}

impl Wall {
    /// The relation in which world time `world` is `now`.
    pub(super) fn new(now: SystemTime, world: Duration) -> Self {
        Self { zero: now.checked_sub(world).unwrap_or(UNIX_EPOCH) }
    }

    /// The real time of a world time.
    pub(super) fn at(self, world: Duration) -> SystemTime {
        self.zero.checked_add(world).unwrap_or(self.zero)
    }

    /// How far a world at `world` must go on to be at `now`; zero for a clock that was set back.
    pub(super) fn behind(&mut self, now: SystemTime, world: Duration) -> Duration {
        let behind = now.duration_since(self.at(world)).unwrap_or_default();
        if behind > MOST_AT_ONCE {
            *self = Self::new(now, world + MOST_AT_ONCE);
        }
        behind.min(MOST_AT_ONCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_is_followed_in_bounds() {
        let second = Duration::from_secs;
        let start = UNIX_EPOCH + second(1_000_000);
        let mut wall = Wall::new(start, second(900));
        assert_eq!(wall.behind(start + second(5), second(900)), second(5));
        assert_eq!(wall.behind(start - second(5), second(905)), Duration::ZERO);
        assert_eq!(wall.behind(start + second(900_000), second(905)), MOST_AT_ONCE);
        assert_eq!(wall.at(second(905) + MOST_AT_ONCE), start + second(900_000));
    }
}
