//! Names that are asked for one at a time, on servers where one unknown name spoils `fields=`.

use std::{collections::HashMap, time::Duration};

use super::{member_filter::ReadAt, suspicion::FAILURES};
use crate::model::Text;

/// Different names that are asked for of one resource at most.
// Each is a request. Forty are more than all names of the built-in dictionary for the fields that a
// server is likely to hide.
const MAX_NAMES: usize = 40;
/// Time after which a name that brought nothing is asked for again.
const ANSWERED_WAIT: Duration = Duration::from_secs(86_400);
/// Time after which a name is asked for again if there was no answer or no row.
const UNANSWERED_WAIT: Duration = Duration::from_secs(600);

/// Names of one resource that were asked for alone, in any contact centre. All times are those of
/// the monotonic clock.
#[derive(Debug, Default)]
pub(in crate::trio) struct NameProbes {
    version: Option<Text>,
    asked: HashMap<String, Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    /// Refusals in a row whose control succeeded.
    failures: u32,
    not_before: Duration,
}

/// Result of a request for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trio) enum NameAnswer {
    /// The member, as the server spells it.
    Found(Text),
    /// There is no such member.
    Absent,
    /// The server refuses the name, and the same request without it succeeds.
    Refused,
    /// No row came, or no answer that says anything about the name.
    Nothing,
}

impl NameProbes {
    /// Returns the first of these names that may be asked for now.
    pub(in crate::trio) fn next(
        &mut self,
        names: Vec<(usize, String)>,
        at: &ReadAt,
    ) -> Option<(usize, String)> {
        // Another version may have other members.
        if at.version.is_some() && self.version != at.version {
            self.asked.clear();
            self.version = at.version.clone();
        }
        let may_ask = |(_, name): &(usize, String)| match self.asked.get(name) {
            Some(asked) => at.now >= asked.not_before,
            None => self.asked.len() < MAX_NAMES,
        };
        let next = names.into_iter().find(may_ask)?;
        // Before the answer: a request that is cut off must not be repeated in each cycle.
        self.record(&next.1, &NameAnswer::Nothing, at.now);
        Some(next)
    }

    /// Records the answer to a request for one name.
    pub(in crate::trio) fn record(&mut self, name: &str, answer: &NameAnswer, now: Duration) {
        let asked = self.asked.entry(name.to_owned()).or_default();
        let wait = match answer {
            NameAnswer::Found(_) | NameAnswer::Absent => {
                asked.failures = 0;
                ANSWERED_WAIT
            }
            NameAnswer::Refused => {
                asked.failures += 1;
                // Once more in the next cycle: a server that restarts refuses anything.
                if asked.failures < FAILURES {
                    Duration::ZERO
                } else {
                    asked.failures = 0;
                    ANSWERED_WAIT
                }
            }
            NameAnswer::Nothing => UNANSWERED_WAIT,
        };
        asked.not_before = now.saturating_add(wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, version: &str) -> ReadAt {
        ReadAt { now: Duration::from_secs(seconds), version: Some(version.into()) }
    }

    fn next(probes: &mut NameProbes, names: &[&str], at: &ReadAt) -> Option<String> {
        let names = names.iter().map(|name| (0, (*name).to_owned())).collect();
        probes.next(names, at).map(|(_, name)| name)
    }

    #[test]
    fn refused_name_is_asked_three_times_a_day() {
        let (mut probes, names) = (NameProbes::default(), ["a", "b"]);
        for second in 0..3 {
            let asked = next(&mut probes, &names, &at(second, "8.0"));
            assert_eq!(asked.as_deref(), Some("a"));
            probes.record("a", &NameAnswer::Refused, Duration::from_secs(second));
        }
        assert_eq!(next(&mut probes, &names, &at(3, "8.0")).as_deref(), Some("b"));
        probes.record("b", &NameAnswer::Absent, Duration::from_secs(3));
        assert_eq!(next(&mut probes, &names, &at(86_401, "8.0")), None);
        assert_eq!(next(&mut probes, &names, &at(86_402, "8.0")).as_deref(), Some("a"));
        assert_eq!(next(&mut probes, &names, &at(86_402, "8.2")).as_deref(), Some("a"));
        assert_eq!(next(&mut probes, &names, &at(86_402, "8.2")).as_deref(), Some("b"));
        assert_eq!(next(&mut probes, &names, &at(86_402, "8.2")), None);
        assert_eq!(next(&mut probes, &names, &at(87_002, "8.2")).as_deref(), Some("a"));
    }

    #[test]
    fn at_most_forty_names_are_asked() {
        let mut probes = NameProbes::default();
        let names: Vec<String> = (0..50).map(|number| format!("n{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut asked = 0;
        while next(&mut probes, &names, &at(0, "8.0")).is_some() {
            asked += 1;
        }
        assert_eq!(asked, 40);
    }
}
