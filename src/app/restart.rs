//! Delay before a target's poller starts again after a panic: a pure function of the earlier
//! panics.

use std::time::Duration;

/// Age after which a panic no longer counts.
const WINDOW: Duration = Duration::from_secs(600);
/// Panics within [`WINDOW`] that make the target pause.
// A panic for one odd answer is over at the next poll; five show a fault that restarts do not mend,
// and each restart is another login at Trio.
const MAX_PANICS: usize = 5;
/// Length of the pause.
pub(super) const PAUSE: Duration = Duration::from_secs(600);

/// Recent panics of one target, as times on a monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Panics(Vec<Duration>);

/// Reaction to a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Start again after this delay.
    Restart(Duration),
    /// Too many panics: start again after [`PAUSE`].
    Pause,
}

impl Panics {
    /// Records a panic at `now` and returns the reaction.
    pub(super) fn record(&mut self, now: Duration) -> Next {
        self.0.retain(|earlier| now.saturating_sub(*earlier) < WINDOW);
        self.0.push(now);
        if self.0.len() >= MAX_PANICS {
            self.0.clear();
            return Next::Pause;
        }
        // 1, 2, 4, 8 s.
        Next::Restart(Duration::from_secs(1 << (self.0.len() - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delay_doubles_and_fifth_panic_pauses() {
        let mut panics = Panics::default();
        let next: Vec<Next> = (0..5).map(|n| panics.record(Duration::from_secs(n * 100))).collect();
        let wait = |secs| Next::Restart(Duration::from_secs(secs));
        assert_eq!(next, [wait(1), wait(2), wait(4), wait(8), Next::Pause]);
        assert_eq!(
            panics.record(Duration::from_secs(1500)),
            wait(1),
            "after the pause the count begins again"
        );
    }

    #[test]
    fn old_panics_do_not_count() {
        let mut panics = Panics::default();
        for n in 0..20 {
            assert_ne!(panics.record(Duration::from_secs(n * 200)), Next::Pause);
        }
    }
}
