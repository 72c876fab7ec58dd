//! Estimated number of requests a minute, compared with the configured budget.

use std::{fmt::Write, time::Duration};

use super::{CheckTarget, Report};
use crate::model::Collector;

/// Requests a minute, from the requests of each reading and its interval.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    per_minute: f64,
}

impl Load {
    /// Adds a reading that takes `requests` requests and is made every `interval`.
    pub(super) fn add(&mut self, requests: u64, interval: Duration) {
        // An interval of less than a second is not configurable; the bound only avoids a division
        // by zero.
        self.per_minute += requests as f64 * 60.0 / interval.as_secs_f64().max(1.0);
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
}

/// Returns the largest number of requests a minute for single cases: each step that reads lists may
/// send `follow_cases` of them.
fn single_case_requests(target: &CheckTarget) -> f64 {
    let lists = [Collector::Calls, Collector::Cases].map(|collector| target.interval(collector));
    let cases = target.limits.follow_cases as f64;
    let interval = lists.into_iter().flatten().min();
    interval.map_or(0.0, |interval| cases * 60.0 / interval.as_secs_f64().max(1.0))
}
