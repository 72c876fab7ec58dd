//! Cost of a step, and the intervals of the next ones.

use std::time::Duration;

use super::{
    CollectorInterval, Poller, Settings,
    budget::{self, Load},
};
use crate::{
    model::{Collector, Resource, Stamp},
    snapshot::{Attempt, Snapshot},
    stats::Stats,
};

/// Requests sent, by resource.
pub(super) struct RequestCounts([u64; Resource::COUNT]);

impl RequestCounts {
    /// Returns the number of all requests up to now.
    pub(super) fn current(stats: &Stats) -> Self {
        Self(Resource::ALL.map(|resource| stats.resource(resource).sent_requests()))
    }

    /// Returns the requests since then: those of live collectors, and all others.
    fn since(&self, stats: &Stats) -> (u64, u64) {
        let fast = Collector::ALL.into_iter().filter(|collector| collector.is_fast());
        let fast: Vec<Resource> = fast.filter_map(Collector::resource).collect();
        let now = Self::current(stats);
        let mut requests = (0, 0);
        for resource in Resource::ALL {
            let sent = now.0[resource.index()].saturating_sub(self.0[resource.index()]);
            let sum = if fast.contains(&resource) { &mut requests.0 } else { &mut requests.1 };
            *sum += sent;
        }
        requests
    }
}

impl Poller {
    /// Applies the intervals that follow from the cost of a step, also to its snapshot.
    pub(super) fn adjust_intervals(
        &mut self,
        snapshot: &mut Snapshot,
        begun: Stamp,
        sent: &RequestCounts,
    ) {
        let (fast_requests, slow_requests) = sent.since(&self.stats);
        let made = |attempt: Option<Attempt>| {
            attempt.filter(|attempt| attempt.at.mono >= begun.mono).map(|attempt| attempt.duration)
        };
        let mut fast = Load { requests: fast_requests, ..Load::default() };
        let mut slow = Load { requests: slow_requests, ..Load::default() };
        let mut fast_was_due = false;
        for (collector, health) in snapshot.centers.iter().flat_map(|center| center.health()) {
            let Some(duration) = made(health.attempt) else { continue };
            fast_was_due |= collector.is_fast();
            let load = if collector.is_fast() { &mut fast } else { &mut slow };
            load.duration = load.duration.max(duration);
        }
        if fast_was_due {
            // Single cases are read after the lists, so their time adds up.
            fast.duration += self.follow_duration;
            self.fast_load = fast;
        }
        // A round in which only a part of the configuration was due does not show the full cost.
        let whole_round = made(snapshot.contact_centers.attempt).is_some();
        if whole_round || slow.requests > self.slow_load.requests {
            self.slow_load = slow;
        }
        let Settings { state, configuration, limits, .. } = self.configured;
        let intervals = budget::intervals(
            (state, configuration),
            self.fast_load,
            self.slow_load,
            limits.requests_per_minute,
        );
        let settings = self.configured.stretched(intervals);
        if settings != self.settings {
            let (state, configuration) = intervals;
            tracing::debug!(?state, ?configuration, "poll intervals follow the load");
        }
        self.settings = settings;
        snapshot.contact_centers.interval = Some(settings.configuration);
        let interval = |collector| settings.interval(collector);
        snapshot.centers.iter_mut().for_each(|center| center.set_intervals(interval));
    }
}

impl Settings {
    /// Returns the settings with these intervals for live and configuration collectors; other
    /// intervals grow in the same proportion.
    fn stretched(self, (state, configuration): (Duration, Duration)) -> Self {
        let fast = state.as_secs_f64() / self.state.as_secs_f64();
        let slow = configuration.as_secs_f64() / self.configuration.as_secs_f64();
        let mut settings = Self { state, configuration, ..self };
        if slow > 1.0 {
            settings.inventory = self.inventory.mul_f64(slow);
        }
        for (collector, wanted) in Collector::ALL.into_iter().zip(&mut settings.collectors) {
            let factor = if collector.is_fast() { fast } else { slow };
            if let CollectorInterval::Every(interval) = wanted
                && factor > 1.0
            {
                *interval = interval.mul_f64(factor);
            }
        }
        settings
    }
}
