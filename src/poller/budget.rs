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
    longer(configured, (load.duration * 2).max(by_requests.unwrap_or(Duration::MAX)))
}

/// Returns the configured interval, or the needed one if that is longer, in whole grains.
fn longer(configured: Duration, needed: Duration) -> Duration {
    if needed <= configured {
        return configured;
    }
    let grains = needed.as_nanos().div_ceil(GRAIN.as_nanos());
    GRAIN.saturating_mul(u32::try_from(grains).unwrap_or(u32::MAX))
}

/// One value for each kind of readings that share the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PerKind<T> {
    /// States of services.
    pub(super) state: T,
    /// Cases and agents.
    pub(super) flow: T,
    /// Configuration.
    pub(super) configuration: T,
}

/// Returns the intervals of readings that share a budget. Configuration may use half of it; live
/// readings get the rest, and their two intervals grow in the same proportion.
pub(super) fn intervals(
    configured: PerKind<Duration>,
    loads: PerKind<Load>,
    per_minute: u32,
) -> PerKind<Duration> {
    let per_minute = f64::from(per_minute);
    let slow = loads.configuration;
    let configuration = interval(configured.configuration, slow, per_minute / 2.0);
    let taken = slow.requests as f64 * 60.0 / configuration.as_secs_f64();
    let left = (per_minute - taken).max(1.0);
    let live = [(configured.state, loads.state), (configured.flow, loads.flow)];
    let a_minute = |(every, load): (Duration, Load)| {
        load.requests as f64 * 60.0 / every.as_secs_f64().max(1e-3)
    };
    let wanted: f64 = live.into_iter().map(a_minute).sum();
    let factor = (wanted / left).max(1.0);
    // In a step in which both are due they are read at the same time, and the next step waits for
    // the slower one.
    let duration = loads.state.duration.max(loads.flow.duration);
    let stretched = |every: Duration| {
        let by_requests = Duration::try_from_secs_f64(every.as_secs_f64() * factor);
        longer(every, (duration * 2).max(by_requests.unwrap_or(Duration::MAX)))
    };
    PerKind { state: stretched(configured.state), flow: stretched(configured.flow), configuration }
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

    /// Returns the intervals of these loads at 600 requests a minute.
    fn shared(configured: [Duration; 2], [state, flow, slow]: [Load; 3]) -> PerKind<Duration> {
        let [state_every, flow_every] = configured;
        let configured = PerKind { state: state_every, flow: flow_every, configuration: SLOW };
        intervals(configured, PerKind { state, flow, configuration: slow }, 600)
    }

    #[test]
    fn all_readings_together_keep_the_budget() {
        let a_minute =
            |requests: u64, every: Duration| requests as f64 * 60.0 / every.as_secs_f64();
        for flow_every in [CONFIGURED, Duration::from_secs(2), Duration::from_secs(12)] {
            for (state, flow, slow) in
                [(2, 3, 10), (50, 60, 1_200), (1, 1_000, 5), (40, 1, 100_000), (0, 0, 0)]
            {
                let loads = [load(0.1, state), load(0.1, flow), load(0.1, slow)];
                let every = shared([CONFIGURED, flow_every], loads);
                let total = a_minute(state, every.state)
                    + a_minute(flow, every.flow)
                    + a_minute(slow, every.configuration);
                assert!(total <= 600.0, "{state}, {flow} and {slow}: {total} a minute");
                assert!(every.state >= CONFIGURED && every.flow >= flow_every);
                assert!(every.configuration >= SLOW);
            }
        }
        let light = [load(0.1, 1), load(0.1, 3), load(0.1, 10)];
        let every = shared([CONFIGURED; 2], light);
        assert_eq!((every.state, every.flow, every.configuration), (CONFIGURED, CONFIGURED, SLOW));
    }

    #[test]
    fn live_intervals_grow_in_proportion() {
        let two = Duration::from_secs(2);
        let none = Load::default();
        // 12 and 30 readings a minute of 100 requests each, where 600 requests are allowed.
        let every = shared([CONFIGURED, two], [load(0.1, 100), load(0.1, 100), none]);
        assert_eq!((every.state.as_secs_f64(), every.flow.as_secs_f64()), (35.0, 14.0));
        let every = shared([CONFIGURED, two], [load(3.0, 1), load(0.1, 3), none]);
        assert_eq!((every.state.as_secs_f64(), every.flow.as_secs_f64()), (6.0, 6.0), "one step");
        let every = shared([CONFIGURED, two], [load(0.9, 1), load(0.1, 3), none]);
        assert_eq!((every.state, every.flow), (CONFIGURED, two));
    }
}
