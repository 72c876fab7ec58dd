//! Evidence of what waits where words are missing: Trio's queue length against what the lists show.
//!
//! A state that the field dictionary does not map may mean "waits" or "is with an agent". Trio's own
//! queue length often decides it; where it does not, no figure of the waiting is shown.

use super::now::{ClassNow, Listed};

/// Time, in seconds, for which figures stay withheld after the last reading that could not be decided. A
/// figure that comes and goes starts the `for` of an alert again each time, so it never fires.
const WITHHELD_FOR: f64 = 600.0;

/// The answer to the question whether the cases in an unknown state wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// None of them waits.
    NotWaiting,
    /// All of them wait.
    Waiting,
    /// Some may wait.
    Undecided,
}

/// The lists of one service and its queue length, read at the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Comparison {
    /// Cases that wait by words that are known.
    pub(super) known: u64,
    /// Cases in an unknown state that no agent has.
    pub(super) unknown: u64,
    /// Those of `known` whose class is unknown.
    pub(super) unclassed_known: u64,
    /// Those of `unknown` whose class is unknown.
    pub(super) unclassed_unknown: u64,
    /// Trio's count of the waiting; `None`: not given, or of another moment.
    pub(super) queue_length: Option<f64>,
    /// No list that was read hides cases of the service.
    pub(super) is_whole: bool,
    /// The list that shows cases of every kind was read.
    pub(super) shows_all_kinds: bool,
}

impl Comparison {
    /// Adds a class of the service.
    pub(super) fn add(&mut self, listed: &Listed) {
        self.known += listed.known.cases;
        self.unknown += listed.unknown.cases;
        self.unclassed_known += listed.unclassed_known;
        self.unclassed_unknown += listed.unclassed_unknown;
    }

    /// Returns what this reading alone says of the cases in an unknown state; `None` if it cannot be
    /// compared.
    fn verdict(&self) -> Option<Verdict> {
        let queue = self.queue_length.filter(|length| length.is_finite())?;
        let (known, all) = (self.known as f64, (self.known + self.unknown) as f64);
        if queue <= known {
            return Some(Verdict::NotWaiting);
        }
        if !self.is_whole {
            return None;
        }
        // Without the list of every kind, what the queue has beyond the calls may be written cases.
        let all_wait = if self.shows_all_kinds { queue >= all } else { queue == all };
        Some(if all_wait { Verdict::Waiting } else { Verdict::Undecided })
    }
}

/// Figures that are withheld for a while after each reading that could not be decided.
#[derive(Clone, Copy, Debug, Default)]
struct Withheld {
    last: Option<f64>,
}

impl Withheld {
    /// Notes a reading that could not be decided.
    fn record(&mut self, at: f64) {
        self.last = Some(at);
    }

    fn is_active(self, now: f64) -> bool {
        self.last.is_some_and(|last| is_recent(last, now))
    }
}

fn is_recent(at: f64, now: f64) -> bool {
    now - at <= WITHHELD_FOR
}

/// What the readings so far say of one service. Moments are seconds of monotonic time.
#[derive(Debug, Default)]
pub(super) struct WaitingEvidence {
    /// The verdict that holds, and the last reading that agreed with it.
    accepted: Option<(Verdict, f64)>,
    /// What the last two comparable readings said, the newer first.
    recent: [Option<(Verdict, f64)>; 2],
    /// The verdict on the last reading.
    verdict: Option<Verdict>,
    /// The last reading agrees with it, and an earlier one did.
    confirmed: bool,
    classes: Withheld,
    /// The last reading showed fewer waiting cases than the queue length: when that was.
    short_since: Option<f64>,
    longest_wait: Withheld,
}

impl WaitingEvidence {
    /// Takes in a reading.
    pub(super) fn judge(&mut self, reading: &Comparison, at: f64) {
        (self.verdict, self.confirmed) = (None, false);
        let mut unclassed = reading.unclassed_known;
        if reading.unknown > 0 {
            let verdict = self.decide(reading, at);
            self.verdict = Some(verdict);
            if verdict == Verdict::Waiting {
                unclassed += reading.unclassed_unknown;
            }
        }
        // A waiting case of an unknown class counts as a call but may be of any class.
        if self.verdict == Some(Verdict::Undecided) || unclassed > 0 {
            self.classes.record(at);
        }
        self.compare_length(reading, at);
    }

    /// Returns the verdict on the unknown states after this reading.
    ///
    /// Lists and queue length are read at the same time, not at the same instant, so one reading that
    /// disagrees may be chance; two of three are not.
    fn decide(&mut self, reading: &Comparison, at: f64) -> Verdict {
        let lately = |(verdict, then): (Verdict, f64)| is_recent(then, at).then_some(verdict);
        let accepted = self.accepted.and_then(lately);
        let Some(found) = reading.verdict() else { return accepted.unwrap_or(Verdict::Undecided) };
        let before = self.recent.map(|earlier| earlier.and_then(lately));
        self.recent = [Some((found, at)), self.recent[0]];
        let is_repeated = before[0] == Some(found);
        let verdict = match accepted {
            Some(accepted) if found == accepted => found,
            Some(accepted) if !is_repeated && before.iter().flatten().all(|earlier| *earlier == accepted) => {
                accepted
            }
            Some(_) if !is_repeated => Verdict::Undecided,
            _ => found,
        };
        self.confirmed = found == verdict && (is_repeated || accepted == Some(found));
        if verdict == Verdict::Undecided {
            self.accepted = None;
        } else if verdict == found {
            self.accepted = Some((found, at));
        }
        verdict
    }

    /// Notes whether the lists show all that wait.
    fn compare_length(&mut self, reading: &Comparison, at: f64) {
        let Some(length) = reading.queue_length.filter(|_| reading.is_whole) else { return };
        let unknown = if self.verdict == Some(Verdict::NotWaiting) { 0 } else { reading.unknown };
        let is_short = ((reading.known + unknown) as f64) < length;
        if is_short && self.short_since.is_some_and(|last| is_recent(last, at)) {
            self.longest_wait.record(at);
        }
        self.short_since = is_short.then_some(at);
    }

    /// Returns the verdict on the last reading, if two readings agree on it.
    pub(super) fn confirmed(&self) -> Option<Verdict> {
        self.verdict.filter(|_| self.confirmed)
    }

    /// Returns what may be shown of a class of the service.
    pub(super) fn shown(&self, listed: &Listed, now: f64) -> ClassNow {
        let mut waiting = listed.known;
        if self.verdict == Some(Verdict::Waiting) {
            waiting.merge(&listed.unknown);
        }
        let waiting = (!self.classes.is_active(now)).then_some(waiting);
        ClassNow { states: listed.states, waiting }
    }

    /// Returns whether the lists lately showed fewer waiting cases than the queue length, so that the
    /// oldest may be one that they do not show.
    pub(super) fn is_short(&self, now: f64) -> bool {
        self.longest_wait.is_active(now)
    }
}
