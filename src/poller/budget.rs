//! Intervals that keep the load on Trio within its limits: pure functions of the cost of readings.

use std::time::Duration;

use crate::snapshot::longest_interval;

/// Cost of one round of readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Duration of the slowest reading.
    pub duration: Duration,
    /// Requests sent.
    pub requests: u64,
}

/// Cost of the last two rounds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measured {
    last: Option<Load>,
    load: Load,
}

impl Measured {
    /// Records a round. The lower one of the last two counts, in each respect.
    // One round proves nothing: a wrong header, a slow minute of the server. It must not decide how
    // long the next one waits.
    pub(super) fn record(&mut self, load: Load) {
        let before = self.last.replace(load).unwrap_or(load);
        self.load = Load {
            duration: load.duration.min(before.duration),
            requests: load.requests.min(before.requests),
        };
    }

    /// Returns the cost that counts.
    pub(super) fn load(&self) -> Load {
        self.load
    }
}

/// Granularity of intervals.
// Without it a small change of the load would change the interval in each step.
const GRAIN: Duration = Duration::from_millis(100);

/// Returns the configured interval, or the shortest longer one at which readings take at most half
/// of the time and send at most `per_minute` requests a minute.
///
/// Slowness alone stretches it up to [`longest_interval`]. The limit of requests is that of the
/// operator, and holds in any case.
fn interval(configured: Duration, load: Load, per_minute: f64) -> Duration {
    let by_requests =
        Duration::try_from_secs_f64(load.requests as f64 * 60.0 / per_minute.max(1.0));
    // A slow server gets at least as much time without requests as a round of them takes.
    let by_duration = (load.duration * 2).min(longest_interval(configured));
    longer(configured, by_duration.max(by_requests.unwrap_or(Duration::MAX)))
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
pub struct PerKind<T> {
    /// States of services.
    pub state: T,
    /// Cases and agents.
    pub flow: T,
    /// Configuration.
    pub configuration: T,
}

/// Returns the intervals of readings that share a budget. Configuration may use half of it. Of the
/// rest, states of services may use what the lists leave, and half of it in any case.
pub fn intervals(
    configured: PerKind<Duration>,
    loads: PerKind<Load>,
    per_minute: u32,
) -> PerKind<Duration> {
    let per_minute = f64::from(per_minute);
    let a_minute =
        |load: Load, every: Duration| load.requests as f64 * 60.0 / every.as_secs_f64().max(1e-3);
    let configuration = interval(configured.configuration, loads.configuration, per_minute / 2.0);
    let left = per_minute - a_minute(loads.configuration, configuration);
    // Queue lengths are worth most, and mostly take few requests: a list of thousands of agents
    // must not stretch their interval.
    let for_state = (left - a_minute(loads.flow, configured.flow)).max(left / 2.0);
    let state = interval(configured.state, loads.state, for_state);
    let flow = interval(configured.flow, loads.flow, left - a_minute(loads.state, state));
    PerKind { state, flow, configuration }
}

/// Returns the largest number of requests that one list may take within its longest interval, at
/// most `per_minute` a minute.
pub(super) fn requests_of_a_list(configured: Duration, per_minute: u32) -> usize {
    let minutes = longest_interval(configured).as_secs_f64() / 60.0;
    ((f64::from(per_minute) * minutes) as usize).max(1)
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
        assert!(interval(CONFIGURED, load(0.0, u64::MAX), 1.0) > SLOW);
    }

    #[test]
    fn slowness_stretches_at_most_tenfold_limit_always_holds() {
        assert_eq!(interval(CONFIGURED, load(60.0, 1), 600.0), Duration::from_secs(50));
        assert_eq!(interval(SLOW, load(400.0, 1), 600.0), SLOW, "five minutes at most");
        assert_eq!(interval(CONFIGURED, load(0.0, 100), 10.0), Duration::from_secs(600));
    }

    #[test]
    fn one_round_decides_nothing() {
        let mut measured = Measured::default();
        let (usual, outlier) = (load(0.1, 9), load(8.0, 500));
        measured.record(usual);
        assert_eq!(measured.load(), usual, "the first is all that is known");
        measured.record(outlier);
        assert_eq!(measured.load(), usual);
        measured.record(load(9.0, 600));
        assert_eq!(measured.load(), outlier);
        measured.record(usual);
        assert_eq!(measured.load(), usual, "back at once");
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
    fn long_lists_leave_the_states_their_interval() {
        let none = Load::default();
        let every = shared([CONFIGURED; 2], [load(0.1, 20), load(50.0, 490), none]);
        assert_eq!((every.state.as_secs(), every.flow.as_secs()), (5, 81));
        let every = shared([CONFIGURED; 2], [load(0.1, 400), load(0.1, 400), none]);
        assert_eq!((every.state.as_secs(), every.flow.as_secs()), (80, 80), "half for each");
        let every = shared([CONFIGURED; 2], [load(4.0, 1), load(0.1, 3), none]);
        assert_eq!((every.state.as_secs(), every.flow.as_secs()), (8, 5), "each by its own time");
    }

    #[test]
    fn list_takes_the_requests_of_its_longest_interval() {
        assert_eq!(requests_of_a_list(CONFIGURED, 600), 500);
        assert_eq!(requests_of_a_list(SLOW, 600), 3000);
        assert_eq!(requests_of_a_list(CONFIGURED, 1), 1);
    }
}
