//! Trio's own times of a case: used where they agree with the readings, else counted as rejected.

use super::{Source, reading::ListReading};
use crate::{
    model::{Case, CaseClass},
    tally::waits::{Wait, Window},
};

/// Seconds by which a time may be outside of the observed window.
// Both clocks may show whole seconds only.
const TIME_TOLERANCE: f64 = 2.0;
/// Longest plausible wait of calls, callbacks and chats, seconds: a day.
// Beyond these the time is a placeholder or in another unit, and would spoil the sum of the waits
// for ever.
const MAX_LIVE_WAIT: f64 = 86_400.0;
/// Longest plausible wait of other cases, seconds: ten years.
const MAX_WAIT: f64 = 315_360_000.0;

/// Times that contradict the readings, since start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RejectedTimes {
    /// Arrivals.
    pub created: u64,
    /// Answers.
    pub answered: u64,
    /// Waits.
    pub waited: u64,
}

/// Rejected times of both lists.
pub(super) type Rejected = [RejectedTimes; Source::ALL.len()];

/// Returns the arrival of a case that the previous list did not show, by Trio's time, if that is
/// within `seen`. Seconds of monotonic time.
pub(super) fn arrival(
    case: &Case,
    reading: &ListReading<'_>,
    seen: Window,
    waits: bool,
    rejected: &mut RejectedTimes,
) -> Option<f64> {
    if let Some(created) = case.created {
        match plausible(reading.moment(created), case, reading, seen) {
            None => rejected.created += 1,
            arrival => return arrival,
        }
    }
    // The wait of an answered case may have ended long ago; only that of a waiting case leads back
    // to its arrival.
    let waited = case.waited.filter(|_| waits)?;
    let arrival = plausible(reading.at - waited, case, reading, seen);
    rejected.waited += u64::from(arrival.is_none());
    arrival
}

fn plausible(at: f64, case: &Case, reading: &ListReading<'_>, seen: Window) -> Option<f64> {
    let live = matches!(case.class, Some(CaseClass::Voice | CaseClass::Callback | CaseClass::Chat));
    let longest = if live { MAX_LIVE_WAIT } else { MAX_WAIT };
    seen.admit(at, TIME_TOLERANCE).filter(|at| reading.at - at <= longest)
}

/// Returns the wait of a case that began to wait in `begin` and was answered in `end`, by Trio's
/// own times where they are plausible.
pub(super) fn answered_wait(
    case: &Case,
    reading: &ListReading<'_>,
    begin: Window,
    end: Window,
    rejected: &mut RejectedTimes,
) -> Wait {
    let observed = Wait::between(begin, end);
    if let Some(answered) = case.answered {
        match end.admit(reading.moment(answered), TIME_TOLERANCE) {
            Some(at) if begin.is_exact() => return Wait::exactly(at - begin.from),
            Some(at) => return Wait::between(begin.until(at), Window::exact(at)),
            None => rejected.answered += 1,
        }
    }
    if let Some(waited) = case.waited {
        let possible = Window { from: observed.low(), to: observed.high() };
        match possible.admit(waited, TIME_TOLERANCE) {
            Some(seconds) => return Wait::exactly(seconds),
            None => rejected.waited += 1,
        }
    }
    observed
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::model::CaseList;

    fn reading(list: &CaseList) -> ListReading<'_> {
        ListReading {
            source: Source::Calls,
            list,
            number: 2,
            at: 1_000.0,
            until: 1_000.0,
            wall: UNIX_EPOCH + Duration::from_secs(2_000_000_000),
            interval: Duration::from_secs(5),
            before: Some(995.0),
            interruption: None,
            skew: 0.0,
        }
    }

    fn case(class: CaseClass) -> Case {
        Case { class: Some(class), ..Case::new("1") }
    }

    fn at(seconds_ago: f64) -> Option<std::time::SystemTime> {
        let now = UNIX_EPOCH + Duration::from_secs(2_000_000_000);
        Some(if seconds_ago < 0.0 {
            now + Duration::from_secs_f64(-seconds_ago)
        } else {
            now - Duration::from_secs_f64(seconds_ago)
        })
    }

    const SEEN: Window = Window { from: 995.0, to: 1_000.0 };

    #[test]
    fn arrival_is_used_if_plausible_else_rejected() {
        let list = CaseList::default();
        let found = |seconds_ago: f64| {
            let mut rejected = RejectedTimes::default();
            let case = Case { created: at(seconds_ago), ..case(CaseClass::Voice) };
            (arrival(&case, &reading(&list), SEEN, true, &mut rejected), rejected.created)
        };
        assert_eq!(found(3.0), (Some(997.0), 0));
        assert_eq!(found(6.5), (Some(995.0), 0), "a whole second off at worst");
        assert_eq!(found(30.0), (None, 1), "the list before did not show it");
        assert_eq!(found(-9.0), (None, 1), "it is still to come");
    }

    #[test]
    fn known_clock_skew_is_corrected() {
        let list = CaseList::default();
        let case = Case { created: at(-97.0), ..case(CaseClass::Voice) };
        let ahead = ListReading { skew: 100.0, ..reading(&list) };
        assert_eq!(arrival(&case, &ahead, SEEN, true, &mut RejectedTimes::default()), Some(997.0));
    }

    #[test]
    fn stated_wait_gives_arrival_of_waiting_cases_only() {
        let list = CaseList::default();
        let case = Case { waited: Some(2.0), ..case(CaseClass::Chat) };
        let found =
            |waits| arrival(&case, &reading(&list), SEEN, waits, &mut RejectedTimes::default());
        assert_eq!((found(true), found(false)), (Some(998.0), None));
    }

    #[test]
    fn wait_of_a_day_is_implausible_for_calls_only() {
        let list = CaseList::default();
        let ever = Window { from: f64::NEG_INFINITY, to: 1_000.0 };
        let found = |class| {
            let case = Case { created: at(100_000.0), ..case(class) };
            arrival(&case, &reading(&list), ever, true, &mut RejectedTimes::default())
        };
        assert_eq!((found(CaseClass::Voice), found(CaseClass::Email)), (None, Some(-99_000.0)));
    }

    #[test]
    fn trios_time_of_answer_is_used_if_plausible() {
        let list = CaseList::default();
        let wait = |case: Case, begin| {
            let mut rejected = RejectedTimes::default();
            let wait = answered_wait(&case, &reading(&list), begin, SEEN, &mut rejected);
            ((wait.low(), wait.high()), rejected.answered + rejected.waited)
        };
        let begin = Window { from: 970.0, to: 975.0 };
        let voice = || case(CaseClass::Voice);
        assert_eq!(wait(voice(), begin), ((20.0, 30.0), 0));
        assert_eq!(wait(Case { answered: at(2.0), ..voice() }, begin), ((23.0, 28.0), 0));
        assert_eq!(
            wait(Case { answered: at(2.0), ..voice() }, Window::exact(972.0)),
            ((26.0, 26.0), 0)
        );
        assert_eq!(wait(Case { waited: Some(25.5), ..voice() }, begin), ((25.5, 25.5), 0));
        assert_eq!(wait(Case { answered: at(60.0), ..voice() }, begin), ((20.0, 30.0), 1));
        assert_eq!(wait(Case { waited: Some(90.0), ..voice() }, begin), ((20.0, 30.0), 1));
    }
}
