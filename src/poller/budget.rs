//! Intervals that keep the load on Trio within its limits: pure functions of the cost of readings.

use std::time::Duration;

/// Cost of one round of readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// Duration of the slowest reading.
    pub(super) duration: Duration,
    /// Requests sent.
    pub(super) requests: u64,
}

/// Granularity of intervals.
// Without it a small change of the load would change the interval in each step.
const GRAIN: Duration = Duration::from_millis(100);

/// Returns the configured interval, or the shortest longer one at which readings take at most half
/// of the time and send at most `per_minute` requests a minute.
pub(super) fn interval(configured: Duration, load: Load, per_minute: f64) -> Duration {
    let by_requests =
        Duration::try_from_secs_f64(load.requests as f64 * 60.0 / per_minute.max(1.0));
    // A slow server gets at least as much time without requests as a round of them takes.
    let needed = (load.duration * 2).max(by_requests.unwrap_or(Duration::MAX));
    if needed <= configured {
        return configured;
    }
    let grains = needed.as_nanos().div_ceil(GRAIN.as_nanos());
    GRAIN.saturating_mul(u32::try_from(grains).unwrap_or(u32::MAX))
}

/// Returns the intervals of live and of configuration collectors, which share a budget.
/// Configuration may use half of it; live readings get the rest.
pub(super) fn intervals(
    configured: (Duration, Duration),
    fast: Load,
    slow: Load,
    per_minute: u32,
) -> (Duration, Duration) {
    let per_minute = f64::from(per_minute);
    let slow_interval = interval(configured.1, slow, per_minute / 2.0);
    let taken = slow.requests as f64 * 60.0 / slow_interval.as_secs_f64();
    (interval(configured.0, fast, per_minute - taken), slow_interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURED: Duration = Duration::from_secs(5);
    const SLOW: Duration = Duration::from_secs(300);

    fn load(secs: f64, requests: u64) -> Load {
        Load { duration: Duration::from_secs_f64(secs), requests }
    }

    #[test]
    fn interval_keeps_half_the_time_and_the_budget() {
        let secs = |load| interval(CONFIGURED, load, 600.0).as_secs_f64();
        assert_eq!(secs(load(0.0, 0)), 5.0);
        assert_eq!(secs(load(2.5, 50)), 5.0);
        assert_eq!(secs(load(4.0, 2)), 8.0, "twice the cycle");
        assert_eq!(secs(load(0.1, 200)), 20.0, "200 requests at 600 a minute");
        assert_eq!(secs(load(15.0, 200)), 30.0);
        assert_eq!(secs(load(2.51, 0)), 5.1, "in whole tenths of a second, upwards");
        assert_eq!(interval(CONFIGURED, load(0.0, 10), 1.0), Duration::from_secs(600));
        assert!(interval(CONFIGURED, load(0.0, u64::MAX), 1.0) > SLOW);
    }

    #[test]
    fn all_readings_together_keep_the_budget() {
        for (fast, slow) in [(2, 10), (110, 1_200), (1_000, 5), (40, 100_000), (0, 0)] {
            let (fast_every, slow_every) =
                intervals((CONFIGURED, SLOW), load(0.1, fast), load(0.1, slow), 600);
            let a_minute =
                |requests: u64, every: Duration| requests as f64 * 60.0 / every.as_secs_f64();
            let total = a_minute(fast, fast_every) + a_minute(slow, slow_every);
            assert!(total <= 600.0, "{fast} and {slow}: {total} a minute");
            assert!(fast_every >= CONFIGURED && slow_every >= SLOW);
        }
        assert_eq!(
            intervals((CONFIGURED, SLOW), load(0.1, 2), load(0.1, 10), 600),
            (CONFIGURED, SLOW)
        );
    }
}
