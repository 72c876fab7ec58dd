//! The time of one service: how much waiting there was in it, and how much of it could be measured.

use std::time::Duration;

/// Why the flow of a service could not be measured.
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

    /// The value of the label `reason`.
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
    /// Integral of the queue length that Trio reports; `None` until it reported one.
    pub queue_wait: Option<f64>,
    /// Open time for which the flow could be measured; `None` until a list of cases was read.
    pub measured: Option<f64>,
    /// Open time for which it could not, in the order of [`Unmeasured::ALL`].
    pub unmeasured: [f64; Unmeasured::ALL.len()],
}

/// The running counts of time.
#[derive(Debug, Default)]
pub(super) struct ServiceTime {
    pub(super) counts: TimeCounts,
    queue: Option<f64>,
    open: Option<bool>,
    /// Until when time was credited, seconds, and whether it was open then.
    pub(super) credited: Option<f64>,
    pub(super) was_open: Option<bool>,
}

impl ServiceTime {
    /// Trio says how many wait and whether the service is open. `since` is the time since it last said
    /// so, if that was lately. Between two readings the queue is taken to have changed half-way, which
    /// is right on average.
    pub(super) fn reports(&mut self, queue: Option<f64>, open: Option<bool>, since: Option<Duration>) {
        if let Some(now) = queue {
            let total = self.counts.queue_wait.get_or_insert(0.0);
            if let (Some(before), Some(since)) = (self.queue, since) {
                *total += f64::midpoint(before, now) * since.as_secs_f64();
            }
        }
        self.queue = queue;
        self.open = open;
    }

    /// Returns the queue length that Trio last gave.
    pub(super) fn queue_length(&self) -> Option<f64> {
        self.queue
    }

    /// Trio no longer says anything of the service.
    pub(super) fn is_silent(&mut self) {
        (self.queue, self.open, self.was_open, self.credited) = (None, None, None, None);
    }

    /// Credits the time up to `at` to what could be measured, or to the reason why not, as far as the
    /// service was open; one of which nobody knows that it is closed counts as open.
    pub(super) fn credit_until(&mut self, at: f64, unmeasured: Option<Unmeasured>) {
        let since = self.credited.unwrap_or(at);
        let open = |open: Option<bool>| f64::from(u8::from(open != Some(false)));
        let now = open(self.open);
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
    fn the_integral_of_the_queue_takes_it_to_have_changed_half_way() {
        let mut time = ServiceTime::default();
        time.reports(None, None, None);
        assert_eq!(time.counts.queue_wait, None, "nothing was reported");
        time.reports(Some(2.0), None, STEP);
        time.reports(Some(4.0), None, STEP);
        assert_eq!(time.counts.queue_wait, Some(30.0));
        time.reports(Some(9.0), None, None);
        assert_eq!(time.counts.queue_wait, Some(30.0), "nobody knows what was in a gap");
        time.reports(None, None, STEP);
        time.reports(Some(1.0), None, STEP);
        assert_eq!(time.counts.queue_wait, Some(30.0), "nor what a silent Trio would have said");
    }

    #[test]
    fn only_open_time_counts_and_a_service_that_does_not_say_counts_as_open() {
        let mut time = ServiceTime::default();
        time.credit_until(100.0, None);
        time.credit_until(105.0, None);
        assert_eq!(time.counts.measured, Some(5.0));
        time.reports(None, Some(false), None);
        time.credit_until(115.0, None);
        assert_eq!(time.counts.measured, Some(10.0), "it closed somewhere in between");
        time.credit_until(125.0, Some(Unmeasured::Outage));
        assert_eq!(time.counts.unmeasured, [0.0; 4]);
        time.reports(None, Some(true), None);
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
