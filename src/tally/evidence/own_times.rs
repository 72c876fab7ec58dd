//! Trio's own times of one case: its arrival and its answer, and the wait in between.
//!
//! The difference of two of Trio's times has no clock in it. Where both are plausible, the wait is
//! that difference, and clocks and lists only decide what is plausible.

use std::time::SystemTime;

use super::{
    clock::{LIST_DELAY, Resolution, TimeVerdict, max_case_age},
    lists::ListReading,
    times::{AnsweredWait, TimeEvidence, Wait, Window},
};
use crate::{
    model::{Case, Moment, seconds_between},
    tally::counts::RejectedTimes,
};

/// Memory of Trio's times in one list.
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
