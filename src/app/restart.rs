//! How long a target's poller waits after a panic: a pure function of the panics so far.

use std::time::Duration;

/// Panics older than this are forgotten.
const WINDOW: Duration = Duration::from_secs(600);
/// This many panics within the window make the target rest.
const MOST: usize = 5;
/// How long it rests.
pub(super) const REST: Duration = Duration::from_secs(600);

/// The panics of one target.
#[derive(Debug, Default)]
pub(super) struct Panics(Vec<Duration>);

/// What to do after a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Start again after this long.
    Restart(Duration),
    /// Too many: rest.
    Rest,
}

impl Panics {
    /// Another panic, at `now` on a monotonic clock.
    pub(super) fn another(&mut self, now: Duration) -> Next {
        self.0.retain(|earlier| now.saturating_sub(*earlier) < WINDOW);
        self.0.push(now);
        if self.0.len() >= MOST {
            self.0.clear();
            return Next::Rest;
        }
        Next::Restart(Duration::from_secs(1 << (self.0.len() - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_the_fifth_panic_within_ten_minutes_brings_rest() {
        let mut panics = Panics::default();
        let next: Vec<Next> = (0..5).map(|n| panics.another(Duration::from_secs(n * 100))).collect();
        let wait = |secs| Next::Restart(Duration::from_secs(secs));
        assert_eq!(next, [wait(1), wait(2), wait(4), wait(8), Next::Rest]);
        assert_eq!(panics.another(Duration::from_secs(1500)), wait(1), "after the rest it starts anew");
    }

    #[test]
    fn panics_of_long_ago_are_forgotten() {
        let mut panics = Panics::default();
        for n in 0..20 {
            assert_ne!(panics.another(Duration::from_secs(n * 200)), Next::Rest);
        }
    }
}
