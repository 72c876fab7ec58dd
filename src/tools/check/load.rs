//! Estimated number of requests a minute, compared with the configured budget, and what shorter
//! intervals of the cases would cost.

use std::{fmt::Write, time::Duration};

use super::{CheckTarget, Report};
use crate::{
    diagnosis::span,
    model::{Cadence, Collector},
    poller::{self, PerKind, intervals},
    snapshot::{Center, Outcome, Snapshot},
};

/// Interval of cases and agents that is recommended.
// In simulations the service level is at most half a point off then, and its bounds are half as far
// apart as at 5 s, also where Trio gives no times.
const FLOW: Duration = Duration::from_secs(2);
/// Longest cycle for which it is recommended.
// A cycle must leave Trio most of the time: a quarter of the interval.
const LONGEST_CYCLE: Duration = Duration::from_millis(500);
/// Longest reading of the configuration for which it is recommended.
// The lists wait for it. Three intervals without a list are a gap, in which outcomes are unknown.
const LONGEST_CONFIGURATION: Duration = Duration::from_secs(4);

/// Requests a minute, from the requests of each reading and its interval.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    per_minute: f64,
    /// The same if cases and agents were read every [`FLOW`].
    with_flow: f64,
    /// Cost of a round of each kind.
    rounds: PerKind<poller::Load>,
}

impl Load {
    /// Adds a reading that takes `requests` requests and is made every `interval`.
    pub(super) fn add(&mut self, requests: u64, interval: Duration) {
        self.per_minute += a_minute(requests, interval);
        self.with_flow += a_minute(requests, interval);
    }

    /// Adds the reading of a collector in the same way, and its duration.
    pub(super) fn add_collector(
        &mut self,
        collector: Collector,
        requests: u64,
        interval: Duration,
        duration: Duration,
    ) {
        let round = self.rounds.of(collector.cadence());
        round.requests += requests;
        round.duration = round.duration.max(duration);
        self.per_minute += a_minute(requests, interval);
        let is_flow = collector.cadence() == Cadence::Flow;
        self.with_flow += a_minute(requests, if is_flow { FLOW.min(interval) } else { interval });
    }

    /// Reports the load.
    pub(super) fn check(self, target: &CheckTarget, report: &mut Report) {
        let allowed = target.limits.requests_per_minute;
        let mut seen = format!("about {:.0} requests a minute, ", self.per_minute.ceil());
        // Requests for single cases are apart: they come only while Trio truncates its lists.
        let more = single_case_requests(target);
        if more > 0.0 {
            let _ = write!(seen, "up to {more:.0} more while lists of cases are truncated, ");
        }
        let _ = write!(seen, "{allowed} allowed");
        if self.per_minute > f64::from(allowed) {
            let remedy = "intervals will be stretched; raise `max_requests_per_minute` or the intervals in `poll`";
            report.check("load", seen, remedy);
        } else {
            report.ok("load", seen);
        }
    }

    /// Returns the interval at which the exporter will read cases and agents.
    pub(super) fn flow_interval(self, target: &CheckTarget) -> Option<Duration> {
        let shortest = |cadence: Cadence| {
            let collectors = Collector::ALL.into_iter().filter(|on| on.cadence() == cadence);
            collectors.filter_map(|collector| target.interval(collector)).min()
        };
        let (state, flow) = (shortest(Cadence::Live), shortest(Cadence::Flow)?);
        let configured =
            PerKind { state: state.unwrap_or(flow), flow, configuration: target.configuration };
        Some(intervals(configured, self.rounds, target.limits.requests_per_minute).flow)
    }

    /// Recommends shorter intervals of cases and agents, if Trio answers fast enough and the budget
    /// allows it. Tells the load.
    pub(super) fn recommend_flow(
        self,
        target: &CheckTarget,
        snapshot: &Snapshot,
        report: &mut Report,
    ) {
        let lists = Collector::ALL.into_iter().filter(|collector| collector.lists_cases());
        let is_longer = lists.filter_map(|list| target.interval(list)).any(|every| every > FLOW);
        let allowed = target.limits.requests_per_minute;
        let centers = || snapshot.centers.iter();
        let is_read = centers().all(is_live_read);
        let cycle: Duration = centers().map(|center| duration(center, Collector::is_fast)).sum();
        let slow = centers().map(|center| duration(center, |collector| !collector.is_fast()));
        let is_fast = is_read && cycle < LONGEST_CYCLE && slow.max() <= Some(LONGEST_CONFIGURATION);
        if !is_longer || !is_fast || self.with_flow > f64::from(allowed) {
            return;
        }
        report.note(
            "flow",
            format!(
                "a cycle takes {}, so cases and agents can be read every 2 s: the service level is then more exact, for \
                 about {:.0} requests a minute instead of {:.0}",
                span(cycle.as_secs_f64().max(0.001)),
                self.with_flow.ceil(),
                self.per_minute.ceil(),
            ),
            "if Trio may get so many, set `poll: {flow: 2s}`",
        );
    }
}

/// Returns the requests a minute of a reading.
fn a_minute(requests: u64, interval: Duration) -> f64 {
    // An interval of less than a second is not configurable; the bound only avoids a division by
    // zero.
    requests as f64 * 60.0 / interval.as_secs_f64().max(1.0)
}

/// Returns true if every state and list could be read: the time of one that failed says nothing.
fn is_live_read(center: &Center) -> bool {
    let mut live = center.health().filter(|(collector, _)| collector.is_fast());
    live.all(|(_, health)| {
        health.attempt.is_some_and(|attempt| attempt.outcome == Outcome::Complete)
    })
}

/// Returns the time that the readings of the selected collectors took, one after the other.
fn duration(center: &Center, is_selected: fn(Collector) -> bool) -> Duration {
    let selected = center.health().filter(|(collector, _)| is_selected(*collector));
    selected.filter_map(|(_, health)| health.attempt).map(|attempt| attempt.duration).sum()
}

/// Returns the largest number of requests a minute for single cases: each step that reads lists may
/// send `follow_cases` of them.
fn single_case_requests(target: &CheckTarget) -> f64 {
    let lists = Collector::ALL.into_iter().filter(|collector| collector.lists_cases());
    let cases = target.limits.follow_cases as f64;
    let interval = lists.filter_map(|list| target.interval(list)).min();
    interval.map_or(0.0, |interval| cases * 60.0 / interval.as_secs_f64().max(1.0))
}
