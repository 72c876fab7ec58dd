//! Cost of a step, and the intervals of the next ones.

use std::time::Duration;

use super::{
    CollectorInterval, Poller, Settings,
    budget::{self, Load, PerKind},
};
use crate::{
    model::{Cadence, Collector, Resource, Stamp},
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
    fn of(&mut self, cadence: Cadence) -> &mut T {
        match cadence {
            Cadence::Live => &mut self.state,
            Cadence::Flow => &mut self.flow,
            Cadence::Configuration | Cadence::Inventory => &mut self.configuration,
        }
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
        let requests = sent.since(&self.stats);
        let made = |attempt: Option<Attempt>| {
            attempt.filter(|attempt| attempt.at.mono >= begun.mono).map(|attempt| attempt.duration)
        };
        let load = |requests| Load { requests, ..Load::default() };
        let mut loads = PerKind {
            state: load(requests.state),
            flow: load(requests.flow),
            configuration: load(requests.configuration),
        };
        let (mut state_was_due, mut flow_was_due) = (false, false);
        for (collector, health) in snapshot.centers.iter().flat_map(|center| center.health()) {
            let Some(duration) = made(health.attempt) else { continue };
            state_was_due |= collector.cadence() == Cadence::Live;
            flow_was_due |= collector.cadence() == Cadence::Flow;
            let load = loads.of(collector.cadence());
            load.duration = load.duration.max(duration);
        }
        // Single cases are read after everything that is live, so their time adds up.
        loads.state.duration += self.follow_duration;
        loads.flow.duration += self.follow_duration;
        if state_was_due {
            self.state_load = loads.state;
        }
        if flow_was_due {
            self.flow_load = loads.flow;
        }
        // A round in which only a part of the configuration was due does not show the full cost.
        let whole_round = made(snapshot.contact_centers.attempt).is_some();
        if whole_round || loads.configuration.requests > self.slow_load.requests {
            self.slow_load = loads.configuration;
        }
        let Settings { state, configuration, limits, .. } = self.configured;
        let intervals = budget::intervals(
            PerKind { state, flow: self.configured.flow(), configuration },
            PerKind { state: self.state_load, flow: self.flow_load, configuration: self.slow_load },
            limits.requests_per_minute,
        );
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
        let mut settings = Self { state, flow: self.flow.map(|_| flow), configuration, ..self };
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
