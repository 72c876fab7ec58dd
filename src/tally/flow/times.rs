//! Trio's own times of a case: used where they agree with what was observed, else counted and left.

use super::{Source, reading::ListReading};
use crate::{
    model::{Case, CaseClass},
    tally::waits::{Wait, Window},
};

/// How far a time may lie outside of what was observed: both clocks tell whole seconds at worst.
const TOLERANCE: f64 = 2.0;
/// Who waits live does not wait longer than this, seconds.
const LONGEST_LIVE_WAIT: f64 = 86_400.0;
/// Nobody waits longer than this, seconds: ten years.
const LONGEST_WAIT: f64 = 315_360_000.0;

/// Times that contradict what was observed, since start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RejectedTimes {
    /// Arrivals.
    pub created: u64,
    /// Answers.
    pub answered: u64,
    /// Waits.
    pub waited: u64,
}

/// The times of both lists.
pub(super) type Rejected = [RejectedTimes; Source::ALL.len()];

/// When a case that was not in the list before arrived, if Trio says so and it can be true: within
/// `seen`, or at any time before where that is not known.
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
    // While a case waits, how long it has waited says when it came.
    let waited = case.waited.filter(|_| waits)?;
    let arrival = plausible(reading.at - waited, case, reading, seen);
    rejected.waited += u64::from(arrival.is_none());
    arrival
}

fn plausible(at: f64, case: &Case, reading: &ListReading<'_>, seen: Window) -> Option<f64> {
    let live = matches!(case.class, Some(CaseClass::Voice | CaseClass::Callback | CaseClass::Chat));
    let longest = if live { LONGEST_LIVE_WAIT } else { LONGEST_WAIT };
    seen.admit(at, TOLERANCE).filter(|at| reading.at - at <= longest)
}

/// How long a case waited that began to wait in `begin` and was answered in `end`, by Trio's own times
/// where they can be true.
pub(super) fn answered_wait(
    case: &Case,
    reading: &ListReading<'_>,
    begin: Window,
    end: Window,
    rejected: &mut RejectedTimes,
) -> Wait {
    let observed = Wait::between(begin, end);
    if let Some(answered) = case.answered {
        match end.admit(reading.moment(answered), TOLERANCE) {
            Some(at) if begin.is_exact() => return Wait::exactly(at - begin.from),
            Some(at) => return Wait::between(begin.until(at), Window::exact(at)),
            None => rejected.answered += 1,
        }
    }
    if let Some(waited) = case.waited {
        let possible = Window { from: observed.low(), to: observed.high() };
        match possible.admit(waited, TOLERANCE) {
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
            doubt: None,
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
    fn an_arrival_is_used_where_it_agrees_with_the_readings_and_else_counted() {
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
    fn a_clock_that_is_known_to_be_ahead_is_allowed_for() {
        let list = CaseList::default();
        let case = Case { created: at(-97.0), ..case(CaseClass::Voice) };
        let ahead = ListReading { skew: 100.0, ..reading(&list) };
        assert_eq!(arrival(&case, &ahead, SEEN, true, &mut RejectedTimes::default()), Some(997.0));
    }

    #[test]
    fn the_time_waited_stands_in_for_the_arrival_only_while_the_case_waits() {
        let list = CaseList::default();
        let case = Case { waited: Some(2.0), ..case(CaseClass::Chat) };
        let found = |waits| arrival(&case, &reading(&list), SEEN, waits, &mut RejectedTimes::default());
        assert_eq!((found(true), found(false)), (Some(998.0), None));
    }

    #[test]
    fn a_day_is_too_long_to_wait_on_the_telephone_but_not_for_a_letter() {
        let list = CaseList::default();
        let ever = Window { from: f64::NEG_INFINITY, to: 1_000.0 };
        let found = |class| {
            let case = Case { created: at(100_000.0), ..case(class) };
            arrival(&case, &reading(&list), ever, true, &mut RejectedTimes::default())
        };
        assert_eq!((found(CaseClass::Voice), found(CaseClass::Email)), (None, Some(-99_000.0)));
    }

    #[test]
    fn an_answer_is_taken_from_trio_where_it_agrees() {
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
        assert_eq!(wait(Case { answered: at(2.0), ..voice() }, Window::exact(972.0)), ((26.0, 26.0), 0));
        assert_eq!(wait(Case { waited: Some(25.5), ..voice() }, begin), ((25.5, 25.5), 0));
        assert_eq!(wait(Case { answered: at(60.0), ..voice() }, begin), ((20.0, 30.0), 1));
        assert_eq!(wait(Case { waited: Some(90.0), ..voice() }, begin), ((20.0, 30.0), 1));
    }
}
