//! Cost of a step, and the intervals of the next ones.

use std::time::Duration;

use super::{
    CollectorInterval, Poller, Settings,
    budget::{self, Load, PerKind},
};
use crate::{
    model::{Cadence, Collector, Resource, Stamp},
    snapshot::{Snapshot, longest_interval},
    stats::Stats,
};

/// A begin: the moment, and the requests that were sent before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Since {
    pub(super) at: Stamp,
    pub(super) sent: RequestCounts,
}

/// Begins of the readings that have ended since the last publication, by kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Finished {
    pub(super) state: Option<Since>,
    pub(super) flow: Option<Since>,
    pub(super) slow: Option<Since>,
}

/// Requests sent, by resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestCounts([u64; Resource::COUNT]);

impl RequestCounts {
    /// Returns the number of all requests up to now.
    pub(super) fn current(stats: &Stats) -> Self {
        Self(Resource::ALL.map(|resource| stats.resource(resource).sent_requests()))
    }

    /// Returns the requests since then, by the kind of collector that sends them. Those that no
    /// collector sends, such as logins, count as configuration.
    fn since(&self, stats: &Stats) -> PerKind<u64> {
        let now = Self::current(stats);
        let mut requests = PerKind::default();
        for resource in Resource::ALL {
            let sent = now.0[resource.index()].saturating_sub(self.0[resource.index()]);
            let cadence = Collector::of(resource).map(Collector::cadence);
            *requests.of(cadence.unwrap_or(Cadence::Configuration)) += sent;
        }
        requests
    }
}

impl<T> PerKind<T> {
    /// Returns the value of the readings of this cadence. The inventory counts as configuration.
    pub fn of(&mut self, cadence: Cadence) -> &mut T {
        match cadence {
            Cadence::Live => &mut self.state,
            Cadence::Flow => &mut self.flow,
            Cadence::Configuration | Cadence::Inventory => &mut self.configuration,
        }
    }
}

impl Poller {
    /// Applies the intervals that follow from the cost of the readings that have ended, also to the
    /// snapshot.
    pub(super) fn adjust_intervals(&mut self, snapshot: &mut Snapshot, finished: Finished) {
        let cost = |since: Since, is_kind: fn(Cadence) -> bool| {
            let readings = snapshot.centers.iter().flat_map(|center| center.health());
            let attempts = readings.filter(|(collector, _)| is_kind(collector.cadence()));
            let attempts = attempts.filter_map(|(_, health)| health.attempt);
            let made = attempts.filter(|attempt| attempt.at.mono >= since.at.mono);
            made.map(|attempt| attempt.duration).max()
        };
        let is_slow = |on| matches!(on, Cadence::Configuration | Cadence::Inventory);
        if let Some(since) = finished.state
            && let Some(duration) = cost(since, |on| on == Cadence::Live)
        {
            let requests = since.sent.since(&self.stats).state;
            self.state_load.record(Load { duration, requests });
        }
        if let Some(since) = finished.flow
            && let Some(duration) = cost(since, |on| on == Cadence::Flow)
        {
            // Single cases are read after the lists, so their time adds up.
            let duration = duration + self.follow_duration;
            let requests = since.sent.since(&self.stats).flow;
            self.flow_load.record(Load { duration, requests });
        }
        if let Some(since) = finished.slow {
            let requests = since.sent.since(&self.stats).configuration;
            let load = Load { duration: cost(since, is_slow).unwrap_or_default(), requests };
            // A round in which only a part of the configuration was due does not show the full
            // cost.
            let listed = snapshot.contact_centers.attempt;
            let is_whole = listed.is_some_and(|attempt| attempt.at.mono >= since.at.mono);
            if is_whole || load.requests > self.slow_load.load().requests {
                self.slow_load.record(load);
            }
        }
        let Settings { state, configuration, limits, .. } = self.configured;
        let intervals = budget::intervals(
            PerKind { state, flow: self.configured.flow(), configuration },
            PerKind {
                state: self.state_load.load(),
                flow: self.flow_load.load(),
                configuration: self.slow_load.load(),
            },
            limits.requests_per_minute,
        );
        self.log_limit(intervals);
        let settings = self.configured.stretched(intervals);
        if settings != self.settings {
            let PerKind { state, flow, configuration } = intervals;
            tracing::debug!(?state, ?flow, ?configuration, "poll intervals follow the load");
        }
        self.settings = settings;
        snapshot.contact_centers.interval = Some(settings.configuration);
        let interval = |collector| settings.interval(collector);
        snapshot.centers.iter_mut().for_each(|center| center.set_intervals(interval));
    }

    /// Logs that the limit of requests is too low for this Trio, once until it is enough again.
    fn log_limit(&mut self, intervals: PerKind<Duration>) {
        let Settings { state, configuration, limits, .. } = self.configured;
        let is_over = intervals.state > longest_interval(state)
            || intervals.flow > longest_interval(self.configured.flow())
            || intervals.configuration > longest_interval(configuration);
        if is_over && !self.over_limit {
            tracing::warn!(
                max_requests_per_minute = limits.requests_per_minute,
                state_seconds = intervals.state.as_secs(),
                flow_seconds = intervals.flow.as_secs(),
                configuration_seconds = intervals.configuration.as_secs(),
                "max_requests_per_minute is too low for this Trio: figures are absent between two readings"
            );
        }
        self.over_limit = is_over;
    }
}

impl Settings {
    /// Returns the settings with these intervals; other intervals grow in the same proportion.
    fn stretched(self, intervals: PerKind<Duration>) -> Self {
        let PerKind { state, flow, configuration } = intervals;
        let factor =
            |now: Duration, configured: Duration| now.as_secs_f64() / configured.as_secs_f64();
        let mut factors = PerKind {
            state: factor(state, self.state),
            flow: factor(flow, self.flow()),
            configuration: factor(configuration, self.configuration),
        };
        let mut settings = Self { state, flow: Some(flow), configuration, ..self };
        if factors.configuration > 1.0 {
            settings.inventory = self.inventory.mul_f64(factors.configuration);
        }
        for (collector, wanted) in Collector::ALL.into_iter().zip(&mut settings.collectors) {
            let factor = *factors.of(collector.cadence());
            if let CollectorInterval::Every(interval) = wanted
                && factor > 1.0
            {
                *interval = interval.mul_f64(factor);
            }
        }
        settings
    }
}
