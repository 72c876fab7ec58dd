//! How many requests a minute the exporter will send, beside what is allowed.

use std::time::Duration;

use super::{Patient, Report};

/// Requests a minute, from readings that were made and how often they will be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    per_minute: f64,
}

impl Load {
    /// A reading that took this many requests is made every `interval`.
    pub(super) fn add(&mut self, requests: u64, interval: Duration) {
        self.per_minute += requests as f64 * 60.0 / interval.as_secs_f64().max(1.0);
    }

    pub(super) fn check(self, patient: &Patient, report: &mut Report) {
        let allowed = patient.settings.limits.requests_per_minute;
        let seen = format!("about {:.0} requests a minute, {allowed} allowed", self.per_minute.ceil());
        if self.per_minute > f64::from(allowed) {
            let remedy =
                "intervals will be stretched; raise `max_requests_per_minute` or the intervals in `poll`";
            report.check("load", seen, remedy);
        } else {
            report.ok("load", seen);
        }
    }
}
