//! Cases that wait now, by class, and the evidence for those in unknown states: Trio's queue length
//! against the lists.
//!
//! A state that the field dictionary does not map may mean "waits" or "is with an agent". The queue
//! length often decides it. Where it does not, the gauges of waiting cases are withheld.

use std::mem;

use crate::{
    model::{CaseState, Moment},
    tally::source::Source,
};

/// The cases of one class now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassNow {
    /// Cases by state, in the order of [`CaseState::ALL`].
    pub states: [u64; CaseState::COUNT],
    /// Waiting cases; `None` while it is unknown which cases of the service wait, and for ten
    /// minutes after.
    pub waiting: Option<WaitingNow>,
}

/// The waiting cases of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WaitingNow {
    /// Number of waiting cases.
    pub cases: u64,
    /// Age of the oldest of them, seconds.
    pub longest_wait: f64,
    /// Those that have waited longer than the target.
    pub over_target: u64,
}

impl WaitingNow {
    /// Adds a case of this age; age and target in seconds.
    pub(in crate::tally) fn add(&mut self, age: f64, target: f64) {
        self.cases += 1;
        self.longest_wait = self.longest_wait.max(age);
        self.over_target += u64::from(age > target);
    }

    /// Adds the cases of `other`.
    pub(in crate::tally) fn merge(&mut self, other: &Self) {
        self.cases += other.cases;
        self.longest_wait = self.longest_wait.max(other.longest_wait);
        self.over_target += other.over_target;
    }
}

/// The cases of one class in the last list, before it is decided which of them wait.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tally) struct Listed {
    pub(in crate::tally) states: [u64; CaseState::COUNT],
    /// Cases that wait by mapped states.
    pub(in crate::tally) known: WaitingNow,
    /// Cases in an unknown state that no agent has, counted as if they waited.
    pub(in crate::tally) unknown: WaitingNow,
    /// Those of `known` whose class is unknown.
    pub(in crate::tally) unclassed_known: u64,
    /// Those of `unknown` whose class is unknown.
    pub(in crate::tally) unclassed_unknown: u64,
}

/// Time, in seconds, for which gauges stay withheld after the last undecided reading.
// A gauge that comes and goes restarts the `for` of an alert each time, so that the alert never
// fires.
const WITHHELD_FOR: f64 = 600.0;

/// Verdict on the cases in an unknown state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tally) enum WaitingVerdict {
    /// None of them waits.
    NotWaiting,
    /// All of them wait.
    Waiting,
    /// Some may wait.
    Undecided,
}

/// The lists of one service and its queue length, read at the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tally) struct QueueComparison {
    /// Cases that wait by mapped states.
    pub(in crate::tally) known: u64,
    /// Cases in an unknown state that no agent has.
    pub(in crate::tally) unknown: u64,
    /// Those of `known` whose class is unknown, by the list that shows them.
    pub(in crate::tally) unclassed_known: [u64; Source::COUNT],
    /// Those of `unknown` whose class is unknown, by the list that shows them.
    pub(in crate::tally) unclassed_unknown: [u64; Source::COUNT],
    /// Trio's count of waiting cases; `None` if not given or of another moment.
    pub(in crate::tally) queue_length: Option<f64>,
    /// True if no list that was read hides cases of the service.
    pub(in crate::tally) is_whole: bool,
    /// True if the list with cases of every kind was read.
    pub(in crate::tally) shows_all_kinds: bool,
    /// True if a list has rows that may wait and are in none of these numbers: they lack an id or a
    /// service, or the list has no states.
    pub(in crate::tally) has_uncounted: bool,
}

impl QueueComparison {
    /// Adds a class of the service, which `source` shows.
    pub(in crate::tally) fn add(&mut self, listed: &Listed, source: Source) {
        self.known += listed.known.cases;
        self.unknown += listed.unknown.cases;
        self.unclassed_known[source.index()] += listed.unclassed_known;
        self.unclassed_unknown[source.index()] += listed.unclassed_unknown;
    }

    /// Returns the verdict of this reading alone; `None` if it cannot be compared.
    fn verdict(&self) -> Option<WaitingVerdict> {
        let queue = self.queue_length.filter(|length| length.is_finite())?;
        let known = self.known as f64;
        let all = (self.known + self.unknown) as f64;
        if queue <= known {
            return Some(WaitingVerdict::NotWaiting);
        }
        if !self.is_whole {
            return None;
        }
        // Without that list, a queue longer than the calls may hold written cases.
        let all_wait = if self.shows_all_kinds { queue >= all } else { queue == all };
        // Rows that are in no count may be the ones that wait.
        Some(if all_wait && !self.has_uncounted {
            WaitingVerdict::Waiting
        } else {
            WaitingVerdict::Undecided
        })
    }
}

/// Gauges that are withheld for a while after each undecided reading.
#[derive(Clone, Copy, Debug, Default)]
struct Withheld {
    last: Option<Moment>,
}

impl Withheld {
    /// Records an undecided reading.
    fn record(&mut self, at: Moment) {
        self.last = Some(at);
    }

    fn is_active(self, now: Moment) -> bool {
        self.last.is_some_and(|last| is_recent(last, now))
    }
}

fn is_recent(at: Moment, now: Moment) -> bool {
    now - at <= WITHHELD_FOR
}

/// Readings of one service and the verdict on them.
#[derive(Debug, Default)]
pub(in crate::tally) struct WaitingEvidence {
    /// The verdict in force, and the last reading that agreed with it.
    accepted: Option<(WaitingVerdict, Moment)>,
    /// Verdicts of the last two comparable readings, the newer first.
    recent: [Option<(WaitingVerdict, Moment)>; 2],
    /// Number of readings in a row that could not be compared.
    not_compared: u32,
    /// The verdict on the last reading.
    verdict: Option<WaitingVerdict>,
    /// True if the last reading agrees with it and an earlier one did, too.
    confirmed: bool,
    /// True if the last list shows cases in an unknown state of which the next queue length may say
    /// whether they wait.
    awaits_queue_length: bool,
    /// Gauges of the classes that each list shows.
    classes: [Withheld; Source::COUNT],
    /// True after the first reading that was compared with a queue length.
    was_compared: bool,
    /// Moment of the last reading, if it showed fewer waiting cases than the queue length.
    short_since: Option<Moment>,
    /// True if the last reading covered every waiting case: by the list of every kind, or by a
    /// queue length.
    covered: bool,
    longest_wait: Withheld,
}

impl WaitingEvidence {
    /// Records a reading of the lists that has no queue length of its moment, because the queue
    /// lengths are not due yet. The verdict in force holds for it.
    pub(in crate::tally) fn record_between(&mut self, reading: &QueueComparison, at: Moment) {
        self.verdict = (reading.unknown > 0).then(|| self.in_force(at));
        self.awaits_queue_length = self.verdict == Some(WaitingVerdict::Undecided);
        let all_wait = self.verdict == Some(WaitingVerdict::Waiting);
        self.withhold_unclassed(reading, all_wait, at);
    }

    /// Returns the verdict that was accepted lately.
    fn in_force(&self, at: Moment) -> WaitingVerdict {
        let accepted = self.accepted.filter(|(_, then)| is_recent(*then, at));
        accepted.map_or(WaitingVerdict::Undecided, |(verdict, _)| verdict)
    }

    /// Records a reading.
    pub(in crate::tally) fn record(&mut self, reading: &QueueComparison, at: Moment) {
        self.verdict = None;
        self.confirmed = false;
        self.awaits_queue_length = false;
        if reading.unknown > 0 {
            self.verdict = Some(self.decide(reading, at));
        }
        let all_wait = self.verdict == Some(WaitingVerdict::Waiting);
        let waiting = reading.known + if all_wait { reading.unknown } else { 0 };
        // Only a queue length shows that no row outside these numbers waits.
        let hides_uncounted = reading.has_uncounted
            && reading.queue_length.is_none_or(|length| length > waiting as f64);
        if self.verdict == Some(WaitingVerdict::Undecided) || hides_uncounted {
            self.withhold_classes(at);
        }
        self.withhold_unclassed(reading, all_wait, at);
        self.compare_length(reading, at);
        // Of a service for e-mail and chat, the list of calls shows that no call waits, and no
        // more.
        let is_covered = reading.shows_all_kinds || reading.queue_length.is_some();
        if !is_covered && !self.covered {
            self.longest_wait.record(at);
        }
        self.covered = is_covered;
    }

    /// Withholds the classes that a waiting case of an unknown class may belong to.
    fn withhold_unclassed(&mut self, reading: &QueueComparison, all_wait: bool, at: Moment) {
        let has_unclassed = |source: Source| {
            let unknown = if all_wait { reading.unclassed_unknown[source.index()] } else { 0 };
            reading.unclassed_known[source.index()] + unknown > 0
        };
        if has_unclassed(Source::Calls) {
            // It counts as a call, but may be a callback, which the other list can show as well.
            self.withhold_classes(at);
        } else if has_unclassed(Source::Cases) {
            // It counts as `other`, but may be a chat or an e-mail. It is no call where calls have
            // a list.
            self.classes[Source::Cases.index()].record(at);
        }
    }

    fn withhold_classes(&mut self, at: Moment) {
        self.classes.iter_mut().for_each(|classes| classes.record(at));
    }

    /// Returns the verdict on the unknown states after this reading.
    ///
    /// Lists and queue length are read at the same time, not at the same instant, so one reading
    /// that disagrees may be chance; two of three are not.
    fn decide(&mut self, reading: &QueueComparison, at: Moment) -> WaitingVerdict {
        let lately =
            |(verdict, then): (WaitingVerdict, Moment)| is_recent(then, at).then_some(verdict);
        let accepted = self.accepted.and_then(lately);
        let Some(found) = reading.verdict() else {
            // One reading without a queue length may be chance. After two, the verdict says nothing
            // of the cases that came since.
            self.not_compared += 1;
            return accepted
                .filter(|_| self.not_compared == 1)
                .unwrap_or(WaitingVerdict::Undecided);
        };
        self.not_compared = 0;
        let before = self.recent.map(|earlier| earlier.and_then(lately));
        self.recent = [Some((found, at)), self.recent[0]];
        let is_repeated = before[0] == Some(found);
        let verdict = match accepted {
            Some(accepted) if found == accepted => found,
            Some(accepted)
                if !is_repeated && before.iter().flatten().all(|earlier| *earlier == accepted) =>
            {
                accepted
            }
            Some(_) if !is_repeated => WaitingVerdict::Undecided,
            _ => found,
        };
        self.confirmed = found == verdict && (is_repeated || accepted == Some(found));
        if verdict == WaitingVerdict::Undecided {
            self.accepted = None;
        } else if verdict == found {
            self.accepted = Some((found, at));
        }
        verdict
    }

    /// Notes whether the lists show all that wait.
    fn compare_length(&mut self, reading: &QueueComparison, at: Moment) {
        let Some(length) = reading.queue_length.filter(|_| reading.is_whole) else { return };
        let unknown =
            if self.verdict == Some(WaitingVerdict::NotWaiting) { 0 } else { reading.unknown };
        let shown = reading.known + unknown;
        let is_short = (shown as f64) < length;
        let was_short = self.short_since.is_some_and(|last| is_recent(last, at));
        // After a start no earlier reading can show that the first one is chance.
        let is_first = !mem::replace(&mut self.was_compared, true);
        if is_short && (was_short || is_first && shown == 0) {
            self.longest_wait.record(at);
            // Lists and queue length differ by a case or two in every busy queue. Lists without any
            // waiting case beside a queue are another thing: their zeros are not true.
            if shown == 0 && reading.shows_all_kinds {
                self.withhold_classes(at);
            }
        }
        self.short_since = is_short.then_some(at);
    }

    /// Returns the verdict on the last reading, if two readings agree on it.
    pub(in crate::tally) fn confirmed(&self) -> Option<WaitingVerdict> {
        self.verdict.filter(|_| self.confirmed)
    }

    /// Returns what may be shown of a class of the service, which `source` shows.
    pub(in crate::tally) fn shown(&self, listed: &Listed, source: Source, now: Moment) -> ClassNow {
        let mut waiting = listed.known;
        if self.verdict == Some(WaitingVerdict::Waiting) {
            waiting.merge(&listed.unknown);
        }
        // Between two comparisons nothing may be known of the first case in an unknown state.
        let is_known = !self.awaits_queue_length && !self.classes[source.index()].is_active(now);
        let waiting = is_known.then_some(waiting);
        ClassNow { states: listed.states, waiting }
    }

    /// Returns true if the lists recently showed fewer waiting cases than the queue length, or
    /// could not show those of every kind, so that the oldest may be one that they do not show.
    pub(in crate::tally) fn withholds_longest_wait(&self, now: Moment) -> bool {
        self.longest_wait.is_active(now)
    }
}
