//! Times of one field that cannot be true by Trio's own clock, for `check` and `inspect`.

use std::time::SystemTime;

use crate::tally::{Resolution, TimeVerdict, TrioClock};

/// Times of one field, by the verdict that the exporter gives them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct TimeVerdicts {
    counts: [usize; TimeVerdict::COUNT],
    resolution: Resolution,
}

impl TimeVerdicts {
    /// Judges a time that is at most `max_age` seconds old.
    pub(super) fn add(&mut self, time: SystemTime, clock: TrioClock, max_age: f64) {
        let error = self.resolution.record_time(time);
        let verdict = clock.judge(time, error, clock.taken.moment(), max_age);
        self.counts[verdict.index()] += 1;
    }

    /// Describes the times that are not used: "3 of 20 are in the future of Trio's own clock".
    pub(super) fn description(&self) -> Option<String> {
        let all: usize = self.counts.iter().sum();
        let part = |verdict: TimeVerdict, words: &str| {
            let count = self.counts[verdict.index()];
            (count > 0).then(|| format!("{count} of {all} {words}"))
        };
        let parts = [
            part(TimeVerdict::Future, "are in the future of Trio's own clock"),
            part(TimeVerdict::TooOld, "are longer ago than any case or state lasts"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Clock, ClockSkew};

    #[test]
    fn times_are_judged_by_trios_clock() {
        let taken = Clock::system().now();
        let hour = Duration::from_secs(3600);
        let verdicts = |ahead: Option<f64>| {
            let skew = ahead.map(|seconds| ClockSkew { seconds, uncertainty: 1.0 });
            let mut verdicts = TimeVerdicts::default();
            for time in [taken.wall + hour, taken.wall, taken.wall - 30 * hour] {
                verdicts.add(time, TrioClock { taken, skew }, 86_400.0);
            }
            verdicts.description()
        };
        let future = "1 of 3 are in the future of Trio's own clock";
        let old = "1 of 3 are longer ago than any case or state lasts";
        assert_eq!(verdicts(Some(0.0)), Some(format!("{future}, {old}")));
        assert_eq!(verdicts(Some(3600.0)).as_deref(), Some(old), "an hour ahead");
        assert_eq!(verdicts(None), None, "nothing is known of its clock");
        assert_eq!(TimeVerdicts::default().description(), None);
    }
}
