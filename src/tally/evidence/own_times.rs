//! Trio's own times: the one judgement of how far they may be believed.
//!
//! A time is placed on our clock by the difference of both clocks, which is known to about a second
//! at best, and not at all where Trio's answers have no date. The difference of two of Trio's times
//! has no clock in it: where both are plausible, the wait is that difference, and clocks and lists
//! only decide what is plausible. No time is moved to where it would fit.

use std::time::SystemTime;

use super::times::{AnsweredWait, TimeEvidence, Wait, Window};
use crate::{
    model::{
        AgentState, Case, CaseClass, ClockSkew, Moment, Stamp, closed_set, seconds_between,
        unix_seconds,
    },
    tally::counts::RejectedTimes,
};

use super::ListReading;

/// Seconds by which a list may lag behind the times in it.
// A server makes its lists from the cases one after the other, and may keep a list for a moment.
const LIST_DELAY: f64 = 1.0;
/// Longest plausible wait of calls, callbacks and chats, seconds: a day.
// Beyond these the time is a placeholder or in another unit, and would spoil the sum of the waits
// for ever.
const MAX_LIVE_WAIT: f64 = 86_400.0;
/// Longest plausible wait of other cases, seconds: ten years.
const MAX_WAIT: f64 = 315_360_000.0;
/// Longest plausible time of an agent in a state without logging out, seconds: a week.
// More than any shift. A longer time is a default value of the server's, and would put every agent
// over the limit of the state.
const MAX_STATE: f64 = 7.0 * 86_400.0;

closed_set! {
    /// Verdict on one of Trio's times, by the clocks alone.
    TimeVerdict {
        /// It can be true.
        Plausible => "plausible",
        /// Trio's clock has not reached it.
        Future => "in the future",
        /// Nothing lasts that long.
        TooOld => "too long ago",
        /// The difference of the clocks is unknown.
        Unplaced => "of an unknown clock",
    }
}

/// Returns the longest plausible age of a case's time, seconds.
pub fn max_case_age(class: Option<CaseClass>) -> f64 {
    match class {
        Some(CaseClass::Voice | CaseClass::Callback | CaseClass::Chat) => MAX_LIVE_WAIT,
        _ => MAX_WAIT,
    }
}

/// Returns the longest plausible age of an agent's state, seconds; infinite for an agent who is
/// logged out.
pub fn max_state_age(state: Option<AgentState>) -> f64 {
    if state == Some(AgentState::LoggedOut) { f64::INFINITY } else { MAX_STATE }
}

/// Trio's clock beside ours, at a reading.
#[derive(Clone, Copy, Debug)]
pub struct TrioClock {
    /// Begin of the reading.
    pub taken: Stamp,
    /// Difference of the clocks; `None` if it is unknown.
    pub skew: Option<ClockSkew>,
}

impl TrioClock {
    /// Returns the window in which a time of Trio's lies on our clock, give or take `resolution`
    /// seconds; `None` while the difference of the clocks is unknown.
    pub(in crate::tally) fn window(self, time: SystemTime, resolution: f64) -> Option<Window> {
        let skew = self.skew?;
        // Most machines follow a time server. Where the measurement allows for it, both clocks are
        // taken as equal: the best estimate then does not change with each answer.
        let agrees = skew.seconds.abs() <= skew.uncertainty;
        let (ahead, error) = if agrees {
            (0.0, skew.uncertainty + skew.seconds.abs())
        } else {
            (skew.seconds, skew.uncertainty)
        };
        let at = self.taken.moment() - seconds_between(time, self.taken.wall) - ahead;
        let error = error + resolution;
        Some(Window { from: at - error, to: at + error })
    }

    /// Places a time on our clock, in the part of its window that is in `seen`: the time between
    /// the reading that did not show it and the one that does.
    ///
    /// # Errors
    /// The reason why it cannot be true: it is older than `max_age` seconds, or not in `seen`.
    pub(in crate::tally) fn place(
        self,
        time: SystemTime,
        resolution: f64,
        seen: Window,
        max_age: f64,
    ) -> Result<Window, TimeVerdict> {
        let Some(window) = self.window(time, resolution) else { return Err(TimeVerdict::Unplaced) };
        if self.taken.moment() - window.to > max_age {
            return Err(TimeVerdict::TooOld);
        }
        let is_later = window.from > seen.to;
        let verdict = if is_later { TimeVerdict::Future } else { TimeVerdict::TooOld };
        window.within(seen, LIST_DELAY).ok_or(verdict)
    }

    /// Judges a time by itself, in a reading that ended at `until`; it is at most `max_age` seconds
    /// old.
    pub fn judge(
        self,
        time: SystemTime,
        resolution: f64,
        until: Moment,
        max_age: f64,
    ) -> TimeVerdict {
        let seen = Window { from: Moment::EARLIEST, to: until };
        self.place(time, resolution, seen, max_age).err().unwrap_or(TimeVerdict::Plausible)
    }
}

/// Steps in which a server may write times, milliseconds, the coarsest first.
const STEPS: [u64; 3] = [60_000, 1_000, 100];
/// One in so many values is a multiple of a step by chance, or fewer.
// Of ten tenths of a second one is a whole second; of sixty seconds one is a whole minute.
const CHANCE: u32 = 4;
/// Number of values after which the older ones count half.
const MAX_VALUES: u32 = 1_000;

/// Resolution of one field, learnt from its values: minutes, seconds, tenths, or finer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Resolution {
    values: u32,
    multiples: [u32; STEPS.len()],
}

impl Resolution {
    /// Records a time and returns its resolution.
    pub fn record_time(&mut self, time: SystemTime) -> f64 {
        self.record(unix_seconds(time))
    }

    /// Records a value in seconds, and returns the largest error that rounding it can have made, in
    /// seconds: a coarse step if the value is a multiple of it and more values are than by chance.
    ///
    /// The first values of a field count as coarse: a wait is then less certain than it is, never
    /// more. A server may write some values with fractions and others without; each is judged by
    /// itself.
    pub fn record(&mut self, seconds: f64) -> f64 {
        let millis = (seconds * 1e3).round() as u64;
        if self.values >= MAX_VALUES {
            self.values /= 2;
            self.multiples.iter_mut().for_each(|count| *count /= 2);
        }
        self.values += 1;
        for (step, count) in STEPS.into_iter().zip(&mut self.multiples) {
            *count += u32::from(millis.is_multiple_of(step));
        }
        let is_step = |(step, count): &(u64, u32)| {
            millis.is_multiple_of(*step) && count * CHANCE > self.values
        };
        let step = STEPS.into_iter().zip(self.multiples).find(is_step);
        step.map_or(0.0, |(step, _)| step as f64 / 1e3)
    }
}

/// What one list has shown of Trio's times.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::tally) struct TimeMemory {
    /// Times that were not used, each once.
    pub(in crate::tally) rejected: RejectedTimes,
    created: Resolution,
    answered: Resolution,
    waited: Resolution,
}

impl TimeMemory {
    pub(in crate::tally) fn new(rejected: RejectedTimes) -> Self {
        Self { rejected, ..Self::default() }
    }
}

/// Arrival of a case by Trio's time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tally) enum OwnArrival {
    /// Trio gives none, or none that is about this queue.
    #[default]
    Absent,
    /// It may be used for a difference.
    Usable { created: SystemTime, resolution: f64 },
    /// It was judged and is not used.
    Rejected,
    /// The case moved or waits again: its arrival in Trio is not the begin of this wait.
    OfEarlierWait,
}

/// Arrival of a case in one queue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tally) struct Arrival {
    /// Window of its arrival on our clock, if Trio's times tell it.
    pub(in crate::tally) window: Option<Window>,
    /// Trio's time for later use.
    pub(in crate::tally) own: OwnArrival,
    /// Use of Trio's times.
    pub(in crate::tally) evidence: TimeEvidence,
}

/// Judges the arrival of a case that the previous list did not show. `seen` is the window in which
/// it came by the lists; `waits` is true if it may still wait.
pub(in crate::tally) fn arrival(
    case: &Case,
    reading: &ListReading<'_>,
    seen: Window,
    waits: bool,
    memory: &mut TimeMemory,
) -> Arrival {
    let before = memory.rejected;
    let (own, mut window) = own_arrival(case, reading, seen, memory);
    // The wait of an answered case may have ended long ago; only that of a waiting case leads back
    // to its arrival.
    if window.is_none()
        && let Some(waited) = case.waited.filter(|_| waits)
    {
        let error = memory.waited.record(waited);
        let at = reading.at - waited;
        // No clock is in a wait: it counts back from the reading, which took a while.
        let possible = Window { from: at - error, to: at + error + (reading.until - reading.at) };
        window = possible.within(seen, LIST_DELAY).filter(|_| waited <= max_case_age(case.class));
        memory.rejected.waited += u64::from(window.is_none());
    }
    let evidence = TimeEvidence::new(window.is_some(), memory.rejected != before);
    Arrival { window, own, evidence }
}

/// Judges the time of arrival itself.
fn own_arrival(
    case: &Case,
    reading: &ListReading<'_>,
    seen: Window,
    memory: &mut TimeMemory,
) -> (OwnArrival, Option<Window>) {
    let Some(created) = case.created else {
        if !case.created_is_unreadable {
            return (OwnArrival::Absent, None);
        }
        memory.rejected.created += 1;
        return (OwnArrival::Rejected, None);
    };
    let resolution = memory.created.record_time(created);
    let usable = OwnArrival::Usable { created, resolution };
    match reading.clock.place(created, resolution, seen, max_case_age(case.class)) {
        Ok(window) => (usable, Some(window)),
        Err(TimeVerdict::Unplaced) => (usable, None),
        Err(_) => {
            memory.rejected.created += 1;
            (OwnArrival::Rejected, None)
        }
    }
}

/// Returns the wait of a case that began to wait in `begin` and was answered in `end`, both by the
/// lists and its arrival: by Trio's own times where they are plausible.
///
/// The first time of arrival that was given counts. A later one of the same case may be that of its
/// return to the queue.
pub(in crate::tally) fn answered_wait(
    case: &Case,
    own: &mut OwnArrival,
    reading: &ListReading<'_>,
    begin: Window,
    end: Window,
    memory: &mut TimeMemory,
) -> AnsweredWait {
    let before = memory.rejected;
    if *own == OwnArrival::Absent {
        // Trio may give it with the answer only.
        *own = own_arrival(case, reading, begin, memory).0;
    }
    let (wait, at) = judged_wait(case, *own, reading, begin, end, memory);
    let is_used = wait != Wait::between(begin, end);
    AnsweredWait { wait, at, evidence: TimeEvidence::new(is_used, memory.rejected != before) }
}

fn judged_wait(
    case: &Case,
    own: OwnArrival,
    reading: &ListReading<'_>,
    begin: Window,
    end: Window,
    memory: &mut TimeMemory,
) -> (Wait, Option<Moment>) {
    let observed = Wait::between(begin, end);
    let stated = |seconds: f64, error: f64, memory_field: &mut u64| {
        let is_plausible = seconds >= -error
            && seconds <= max_case_age(case.class)
            && observed.admits(seconds, error + LIST_DELAY);
        *memory_field += u64::from(!is_plausible);
        is_plausible.then(|| observed.or_stated(seconds.max(0.0), error))
    };
    let answer = own_answer(case, reading, end, memory);
    if let (Some((answered, error, window)), OwnArrival::Usable { created, resolution }) =
        (answer, own)
    {
        let seconds = seconds_between(created, answered);
        // Both are rounded in the same way, so that the errors do not add up.
        let error = error.max(resolution);
        return match stated(seconds, error, &mut memory.rejected.answered) {
            Some(wait) => (wait, window.map(Window::middle)),
            None => (observed, None),
        };
    }
    if let Some(waited) = case.waited {
        let error = memory.waited.record(waited);
        if let Some(wait) = stated(waited, error, &mut memory.rejected.waited) {
            let at = answer.and_then(|(_, _, window)| window).map(Window::middle);
            // With a known arrival and wait, the rest of the time is handling.
            let from_arrival = || (begin != end).then(|| end.nearest(begin.middle() + waited));
            return (wait, at.or_else(from_arrival));
        }
    }
    match answer.and_then(|(_, _, window)| window) {
        Some(window) => {
            let answered = window.middle();
            (Wait::between(begin.until(answered), window), Some(answered))
        }
        None => (observed, None),
    }
}

/// Judges the time of the answer: with the largest error of its rounding, and its window on our
/// clock.
fn own_answer(
    case: &Case,
    reading: &ListReading<'_>,
    end: Window,
    memory: &mut TimeMemory,
) -> Option<(SystemTime, f64, Option<Window>)> {
    let Some(answered) = case.answered else {
        memory.rejected.answered += u64::from(case.answered_is_unreadable);
        return None;
    };
    let error = memory.answered.record_time(answered);
    match reading.clock.place(answered, error, end, f64::INFINITY) {
        Ok(window) => Some((answered, error, Some(window))),
        Err(TimeVerdict::Unplaced) => Some((answered, error, None)),
        Err(_) => {
            memory.rejected.answered += 1;
            None
        }
    }
}
