//! Time of one service: the integral of its queue length, and measured and unmeasured time.

use std::time::Duration;

/// Reason why the flow of a service was not measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmeasured {
    /// The list was at Trio's limit.
    Truncated,
    /// The exporter was late.
    MissedPoll,
    /// Another server took over.
    Failover,
    /// Trio gave no answer.
    Outage,
}

impl Unmeasured {
    /// Every reason, in the order of the counters.
    pub const ALL: [Self; 4] = [Self::Truncated, Self::MissedPoll, Self::Failover, Self::Outage];

    /// Returns the value of the label `reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::MissedPoll => "missed_poll",
            Self::Failover => "failover",
            Self::Outage => "outage",
        }
    }
}

/// Counters of time, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TimeCounts {
    /// Integral of the queue length that Trio reports, case-seconds; `None` until it reported one.
    pub queue_wait: Option<f64>,
    /// Open time for which the flow could be measured; `None` until a list of cases was read.
    pub measured: Option<f64>,
    /// Open time for which it could not be measured, in the order of [`Unmeasured::ALL`].
    pub unmeasured: [f64; Unmeasured::ALL.len()],
}

/// The running counts of time.
#[derive(Debug, Default)]
pub(super) struct ServiceTime {
    pub(super) counts: TimeCounts,
    queue: Option<f64>,
    open: Option<bool>,
    /// End of the credited time, seconds, and the opening state at that moment.
    pub(super) credited: Option<f64>,
    pub(super) was_open: Option<bool>,
}

impl ServiceTime {
    /// Records queue length and opening state. `since` is the time since the previous state, `None`
    /// after a gap.
    ///
    /// Between two readings the queue is taken to have changed half-way, which is right on average.
    pub(super) fn record_state(
        &mut self,
        queue: Option<f64>,
        open: Option<bool>,
        since: Option<Duration>,
    ) {
        if let Some(now) = queue {
            let total = self.counts.queue_wait.get_or_insert(0.0);
            if let (Some(before), Some(since)) = (self.queue, since) {
                *total += f64::midpoint(before, now) * since.as_secs_f64();
            }
        }
        self.queue = queue;
        self.open = open;
    }

    /// Returns the last queue length.
    pub(super) fn queue_length(&self) -> Option<f64> {
        self.queue
    }

    /// Clears the state of a service that Trio no longer lists.
    pub(super) fn clear_state(&mut self) {
        (self.queue, self.open, self.was_open, self.credited) = (None, None, None, None);
    }

    /// Credits the open time up to `at`, as measured or with the reason why not. A service without
    /// an opening state counts as open.
    pub(super) fn credit_until(&mut self, at: f64, unmeasured: Option<Unmeasured>) {
        let since = self.credited.unwrap_or(at);
        let open = |open: Option<bool>| f64::from(u8::from(open != Some(false)));
        let now = open(self.open);
        // It opened or closed somewhere in between.
        let share = f64::midpoint(self.was_open.map_or(now, |was| open(Some(was))), now);
        let seconds = (at - since).max(0.0) * share;
        (self.credited, self.was_open) = (Some(at.max(since)), Some(self.open != Some(false)));
        let measured = self.counts.measured.get_or_insert(0.0);
        match unmeasured {
            None => *measured += seconds,
            Some(reason) => self.counts.unmeasured[reason as usize] += seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Option<Duration> = Some(Duration::from_secs(10));

    #[test]
    fn queue_integral_uses_midpoints() {
        let mut time = ServiceTime::default();
        time.record_state(None, None, None);
        assert_eq!(time.counts.queue_wait, None, "nothing was reported");
        time.record_state(Some(2.0), None, STEP);
        time.record_state(Some(4.0), None, STEP);
        assert_eq!(time.counts.queue_wait, Some(30.0));
        time.record_state(Some(9.0), None, None);
        assert_eq!(time.counts.queue_wait, Some(30.0), "the queue in a gap is unknown");
        time.record_state(None, None, STEP);
        time.record_state(Some(1.0), None, STEP);
        assert_eq!(time.counts.queue_wait, Some(30.0), "nor is it without an answer");
    }

    #[test]
    fn only_open_time_is_credited() {
        let mut time = ServiceTime::default();
        time.credit_until(100.0, None);
        time.credit_until(105.0, None);
        assert_eq!(time.counts.measured, Some(5.0));
        time.record_state(None, Some(false), None);
        time.credit_until(115.0, None);
        assert_eq!(time.counts.measured, Some(10.0), "it closed somewhere in between");
        time.credit_until(125.0, Some(Unmeasured::Outage));
        assert_eq!(time.counts.unmeasured, [0.0; 4]);
        time.record_state(None, Some(true), None);
        time.credit_until(135.0, Some(Unmeasured::Truncated));
        assert_eq!(time.counts.unmeasured, [5.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn time_that_goes_back_is_credited_once() {
        let mut time = ServiceTime::default();
        for at in [100.0, 90.0, 105.0] {
            time.credit_until(at, None);
        }
        assert_eq!(time.counts.measured, Some(5.0));
    }
}
