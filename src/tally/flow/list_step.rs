//! One step from the previous list of cases to the present one: the change of each case in between.

use std::mem;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    ledger::Ledger,
    tracked::{Absence, Queue, Tracked},
};
use crate::{
    model::{Case, CaseClass, CaseState, Moment, Text, seconds_between},
    tally::{
        counts::UnclassifiedReason,
        evidence::{
            AnsweredWait, Arrival, FollowedCases, Jobs, ListMemory, ListReading, OwnArrival, Stage,
            Wait, Window, answered_wait, arrival,
        },
        ids::{CaseKey, ServicesShown},
    },
};

/// Number of truncated lists that may hide a waiting case before its outcome counts as unknown.
// At most `limits.follow_cases` cases are read one by one in a step; the others would be kept for
// ever.
const MAX_HIDDEN_LISTS: u32 = 10;
/// Seconds by which the arrival must differ before a number is taken as given to another case.
// Both times may be rounded to whole seconds.
const MIN_ARRIVAL_DIFFERENCE: f64 = 2.0;

/// Input of one step.
pub(super) struct ListStep<'a> {
    pub(super) reading: &'a ListReading<'a>,
    /// Services in which the whole list shows each number.
    pub(super) shown: &'a ServicesShown<'a>,
    /// True if cases may share their numbers.
    pub(super) has_shared_numbers: bool,
    pub(super) jobs: Jobs<'a>,
    pub(super) followed: FollowedCases<'a>,
    /// Services whose part of this list is truncated.
    pub(super) truncated: &'a FxHashSet<&'a Text>,
    /// Memory of the previous lists.
    pub(super) before: &'a ListMemory,
    /// True if any list has shown cases that an agent has.
    pub(super) shows_handled: bool,
}

/// Result of one step, for the memory of the list.
pub(super) struct Applied {
    /// True if any list has shown cases that an agent has.
    pub(super) shows_handled: bool,
    /// Number of waiting cases of the list before that this one does not show.
    pub(super) vanished: usize,
    /// True if cases may share their numbers.
    pub(super) has_shared_numbers: bool,
}

/// A row of the list, or the answer for a single case in its place.
// Nearly each row is of a case that is known, so the text of its queue is not shared here.
struct Row<'a> {
    case: &'a Case,
    service: &'a Text,
    class: CaseClass,
    stage: Stage,
}

impl Row<'_> {
    fn queue(&self) -> Queue {
        Queue { service: self.service.clone(), class: self.class }
    }
}

impl ListStep<'_> {
    /// Applies the rows of a list.
    pub(super) fn apply<'r>(
        mut self,
        cases: &mut FxHashMap<CaseKey, Tracked>,
        rows: impl Iterator<Item = (&'r Case, &'r Text, CaseClass)>,
        mut ledger: Ledger<'_>,
    ) -> Applied {
        let shared = self.split_shared_numbers(cases, &mut ledger);
        for (case, service, class) in rows {
            let key = if shared.contains(&case.id) {
                CaseKey::in_service(case.id.clone(), service.clone())
            } else {
                CaseKey::alone(case.id.clone())
            };
            let stage = match Stage::from_state(case.state) {
                Stage::Unknown => self.stage_by_job(&key).unwrap_or(Stage::Unknown),
                known => known,
            };
            self.shows_handled |= stage == Stage::Handled;
            let row = Row { case, service, class, stage };
            match cases.get_mut(&key) {
                Some(known) => self.update_known(&key, known, &row, &mut ledger),
                None => {
                    let new = self.add_new(&row, None, &mut ledger);
                    cases.insert(key, new);
                }
            }
        }
        // One pass over all cases, of which few are missing: each pass takes as long as reading them
        // from memory.
        let missing: Vec<CaseKey> = cases
            .iter()
            .filter(|(_, case)| {
                case.listed != self.reading.number && case.source == self.reading.source
            })
            .map(|(key, _)| key.clone())
            .collect();
        // Judged before any case is closed: each one alone looks like a caller who hung up.
        let vanished = self.vanished(missing.iter().filter_map(|key| cases.get(key)));
        let mass = self.is_mass_vanish(vanished);
        for key in missing {
            let Some(case) = cases.get_mut(&key) else { continue };
            if !self.on_missing(&key, case, mass, &mut ledger) {
                cases.remove(&key);
            }
        }
        ledger.finish();
        Applied {
            shows_handled: self.shows_handled,
            vanished,
            has_shared_numbers: !shared.is_empty(),
        }
    }

    /// Matches the keys of cases to the list, and returns the numbers that belong to several cases.
    ///
    /// A number that the list shows in two services is two cases. They stay separate until a whole
    /// list shows the number once: the service says which case that is, and the other one has
    /// disappeared.
    fn split_shared_numbers(
        &self,
        cases: &mut FxHashMap<CaseKey, Tracked>,
        ledger: &mut Ledger<'_>,
    ) -> FxHashSet<Text> {
        let mut shared: FxHashMap<Text, Vec<CaseKey>> = FxHashMap::default();
        if self.has_shared_numbers {
            for key in cases.keys().filter(|key| key.is_shared()) {
                shared.entry(key.id.clone()).or_default().push(key.clone());
            }
        }
        // A list does not show the end of cases that it does not contain, or hides at its limit.
        let is_shown = |key: &CaseKey| {
            let is_here = cases.get(key).is_some_and(|case| case.source == self.reading.source);
            is_here && key.service().is_none_or(|service| !self.truncated.contains(service))
        };
        let once = |(id, keys): (&Text, &Vec<CaseKey>)| {
            let service = self.shown.only_service(id)?;
            keys.iter().all(&is_shown).then(|| (id.clone(), service))
        };
        let joined: Vec<(Text, &Text)> = shared.iter().filter_map(once).collect();
        for (id, service) in joined {
            for key in shared.remove(&id).unwrap_or_default() {
                let Some(case) = cases.remove(&key) else { continue };
                if key.service() == Some(service) {
                    cases.insert(CaseKey::alone(id.clone()), case);
                } else {
                    self.close(&key, &case, ledger);
                }
            }
        }
        let mut shared: FxHashSet<Text> = shared.into_keys().collect();
        for id in self.shown.shared() {
            if let Some(case) = cases.remove(&CaseKey::alone(id.clone())) {
                cases.insert(CaseKey::in_service(id.clone(), case.queue.service.clone()), case);
            }
            shared.insert(id.clone());
        }
        shared
    }

    /// Returns the stage of a case by the state of the agent that has its number.
    fn stage_by_job(&self, key: &CaseKey) -> Option<Stage> {
        if key.is_shared() { None } else { self.jobs.stage(&key.id) }
    }

    /// Returns the window from a moment to the end of this reading.
    fn window_since(&self, from: Moment) -> Window {
        Window { from, to: self.reading.until }
    }

    /// Returns true if the visible cases of a queue may be no fair sample of all its cases.
    fn is_truncated(&self, queue: &Queue) -> bool {
        let service = &queue.service;
        self.truncated.contains(service)
            || self.before.truncated.contains(service)
            || self.before.recently_truncated.contains_key(service)
    }

    /// Returns true if this is the first list in which cases of the service are followed.
    fn is_first_list(&self, service: &Text) -> bool {
        self.reading.before.is_none() || self.before.withholds(service)
    }

    /// Adds a case that the previous list did not show. `moved` is the moment when it was last seen
    /// in another queue.
    fn add_new(&self, row: &Row<'_>, moved: Option<Moment>, ledger: &mut Ledger<'_>) -> Tracked {
        let Row { case, service, stage, .. } = row;
        let before = moved.or(self.reading.before);
        // After a truncated list or a gap the case may have been there before, so its arrival may
        // be any time ago.
        let possible = self.window_since(
            before.filter(|_| self.shows_arrivals(service)).unwrap_or(Moment::EARLIEST),
        );
        // A case that moves waits here from now on; its arrival in Trio is that of its first queue.
        let arrival = if moved.is_some() {
            Arrival { own: OwnArrival::OfEarlierWait, ..Arrival::default() }
        } else {
            arrival(case, self.reading, possible, *stage != Stage::Handled, ledger.times)
        };
        let arrived = arrival.window.map(Window::middle);
        let arrival_seen = match before {
            Some(before) if self.reading.interruption.is_none() => {
                self.shows_arrivals(service) || arrived.is_some_and(|arrived| arrived > before)
            }
            _ => false,
        };
        let seen = self.window_since(before.unwrap_or(self.reading.at));
        let begin = arrival.window.unwrap_or(seen);
        let (queue_number, shared) = ledger.queues.number(&row.queue());
        let mut new = Tracked {
            queue: shared,
            queue_number,
            source: self.reading.source,
            stage: *stage,
            state: CaseState::Unknown,
            agent_has_it: false,
            class_is_unknown: false,
            is_understood: false,
            not_waiting_at: None,
            begin,
            begin_is_unknown: !arrival_seen && arrived.is_none(),
            time_evidence: arrival.evidence,
            seen: self.reading.at,
            created: case.created,
            own_arrival: arrival.own,
            lists: arrival_seen.then_some(1),
            listed: self.reading.number,
            absence: None,
        };
        new.update(case, *stage, self.is_with_agent(case));
        // Only a case whose arrival was seen counts as offered; the wait of the others cannot be
        // judged against a target.
        if arrival_seen {
            ledger.record_offered(&case.id, &new);
            if *stage == Stage::Handled {
                // Answered before any list showed it waiting.
                let from = arrived.map_or(seen.from, |arrived| seen.nearest(arrived));
                let end = Window { from, to: seen.to };
                self.record_answer(&mut new, case, end, true, ledger);
            }
        } else if *stage == Stage::Handled {
            ledger.record_in_hand(&case.id, &new, self.is_first_list(service));
        } else {
            ledger.record_carried_in(&case.id, &new, self.is_first_list(service));
        }
        new
    }

    /// Returns true if a case that is new in this part of the list has just arrived.
    fn shows_arrivals(&self, service: &Text) -> bool {
        self.reading.interruption.is_none()
            && !self.before.truncated.contains(service)
            && !self.before.withholds(service)
    }

    /// Updates a case that is known.
    fn update_known(
        &self,
        key: &CaseKey,
        known: &mut Tracked,
        row: &Row<'_>,
        ledger: &mut Ledger<'_>,
    ) {
        let id = &key.id;
        if self.is_another_case(known, row.case) {
            let mut old = mem::replace(known, self.add_new(row, None, ledger));
            old.absence = Some(Absence {
                since: self.reading.until,
                lists: 2,
                reason: self.reading.interruption,
            });
            self.close(key, &old, ledger);
            return;
        }
        if known.queue.class != row.class || known.queue.service != *row.service {
            self.change_queue(known, row, ledger);
            return;
        }
        let at = self.reading.at;
        match (known.stage, row.stage) {
            // A row without a state proves nothing: `seen` keeps the last moment at which the stage
            // was certain.
            (Stage::Waiting | Stage::Handled, Stage::Unknown) => {}
            (Stage::Unknown, Stage::Unknown) => known.seen = at,
            (Stage::Waiting | Stage::Unknown, Stage::Waiting) => {
                known.stage = Stage::Waiting;
                known.seen = at;
                known.count_list();
            }
            (Stage::Waiting, Stage::Handled) => {
                let end = self.window_since(known.seen);
                self.record_answer(known, row.case, end, false, ledger);
            }
            (Stage::Unknown, Stage::Handled) => {
                ledger.record_unclassified(
                    id,
                    known,
                    self.unclassified_reason(known).unwrap_or(UnclassifiedReason::Unknown),
                );
                known.stage = Stage::Handled;
                known.seen = at;
                known.lists = None;
            }
            (Stage::Handled, Stage::Handled) => {
                known.count_list();
                self.credit_handling_until(known, at, 1.0, ledger);
            }
            (Stage::Handled, Stage::Waiting) => {
                let seen = known.seen;
                // The agent gave it back somewhere between the two lists: half of the time is right
                // on average.
                self.credit_handling_until(known, at, 0.5, ledger);
                self.record_handling_end(known, ledger);
                ledger.record_passed_on(id, known, &row.queue());
                *known = self.add_new(row, Some(seen), ledger);
            }
        }
        known.update(row.case, row.stage, self.is_with_agent(row.case));
        known.source = self.reading.source;
        known.listed = self.reading.number;
        known.absence = None;
        known.created = known.created.or(row.case.created);
    }

    /// Returns true if an agent has the case, by its own row or by the row of the agent.
    fn is_with_agent(&self, case: &Case) -> bool {
        case.agent_id.is_some() || self.jobs.has(&case.id)
    }

    /// Returns true if the number was given to another case while no list showed it.
    ///
    /// A case that goes back to its queue may get a new arrival, too, but the lists show it all the
    /// time.
    fn is_another_case(&self, known: &Tracked, case: &Case) -> bool {
        let (Some(was), Some(is)) = (known.created, case.created) else { return false };
        // Without a common clock the absence and the later arrival must do.
        let is_later = self.reading.clock.window(is, 0.0).is_none_or(|is| is.to > known.seen);
        known.absence.is_some() && seconds_between(was, is) > MIN_ARRIVAL_DIFFERENCE && is_later
    }

    /// Moves a case to the queue in which the list shows it now.
    fn change_queue(&self, known: &mut Tracked, row: &Row<'_>, ledger: &mut Ledger<'_>) {
        let id = &row.case.id;
        let seen = known.seen;
        if known.is_waiting() {
            match self.unclassified_reason(known) {
                Some(reason) => ledger.record_unclassified(id, known, reason),
                None => ledger.record_moved(id, known, &row.queue()),
            }
        } else {
            self.credit_handling_until(known, self.reading.at, 0.5, ledger);
            self.record_handling_end(known, ledger);
            ledger.record_passed_on(id, known, &row.queue());
        }
        *known = self.add_new(row, Some(seen), ledger);
    }

    /// Records that an agent took the case, at a moment in `end`.
    fn record_answer(
        &self,
        case: &mut Tracked,
        row: &Case,
        end: Window,
        unseen: bool,
        ledger: &mut Ledger<'_>,
    ) {
        match self.unclassified_reason(case) {
            Some(reason) => {
                ledger.record_unclassified(&row.id, case, reason);
                case.lists = None;
            }
            None => {
                let (begin, own) = (case.begin, &mut case.own_arrival);
                let AnsweredWait { wait, at, evidence } =
                    answered_wait(row, own, self.reading, begin, end, ledger.times);
                case.time_evidence = evidence;
                ledger.record_answered(&row.id, case, wait, unseen);
                // Without Trio's times half an interval at each end: a case is shown by as many lists
                // as its length has intervals, on average, also if some are shown by none.
                let handled = match at {
                    Some(answered) => self.reading.at - answered,
                    None => (self.reading.at - end.from) / 2.0,
                };
                ledger.add_handling(case, handled);
                case.lists = Some(1);
            }
        }
        case.stage = Stage::Handled;
        case.seen = self.reading.at;
    }

    /// Credits the handling time since the case was last seen, or a share of it.
    fn credit_handling_until(
        &self,
        case: &mut Tracked,
        at: Moment,
        share: f64,
        ledger: &mut Ledger<'_>,
    ) {
        if self.reading.interruption.is_none() && !self.is_truncated(&case.queue) {
            ledger.add_handling(case, (at - case.seen) * share);
        }
        case.seen = at;
    }

    /// Records for how many lists an agent had the case, unless its end could not be seen.
    fn record_handling_end(&self, case: &Tracked, ledger: &mut Ledger<'_>) {
        if self.reading.interruption.is_none() && !self.is_truncated(&case.queue) {
            ledger.record_handled_lists(case);
        }
    }

    /// Returns the reason why the outcome of a case that ends now is unknown.
    fn unclassified_reason(&self, case: &Tracked) -> Option<UnclassifiedReason> {
        let missed = case.absence.and_then(|absence| absence.reason);
        let truncated = self.is_truncated(&case.queue).then_some(UnclassifiedReason::Truncated);
        let carried = case.begin_is_unknown.then_some(UnclassifiedReason::CarriedIn);
        self.reading.interruption.or(missed).or(truncated).or(carried)
    }

    /// Returns the number of waiting cases that the list before showed, of those that this one does
    /// not show.
    fn vanished<'c>(&self, missing: impl Iterator<Item = &'c Tracked>) -> usize {
        let vanished = missing.filter(|case| {
            case.is_waiting()
                && case.absence.is_none()
                && !self.truncated.contains(&case.queue.service)
        });
        vanished.count()
    }

    /// Returns true if so many of the waiting cases disappear at once that not all of them can have
    /// left one by one.
    fn is_mass_vanish(&self, vanished: usize) -> bool {
        let interval = self.reading.interval;
        let elapsed = self.reading.before.map_or(0.0, |before| self.reading.at - before);
        self.before.vanishing.is_exceeded(vanished, self.before.waiting, elapsed, interval)
    }

    /// Handles a case that the list does not show. Returns false if it has ended.
    fn on_missing(
        &self,
        key: &CaseKey,
        case: &mut Tracked,
        mass: bool,
        ledger: &mut Ledger<'_>,
    ) -> bool {
        if case.is_waiting() && self.stage_by_job(key) == Some(Stage::Handled) {
            let unknown_row = Case::new(key.id.clone());
            let end = self.window_since(case.seen);
            self.record_answer(case, &unknown_row, end, false, ledger);
            case.absence = None;
            return true;
        }
        if !key.is_shared() && case.stage == Stage::Handled && self.jobs.is_handled(&key.id) {
            // A list at its limit may hide it; its agent shows that it goes on.
            self.credit_handling_until(case, self.reading.at, 1.0, ledger);
            case.absence = None;
            return true;
        }
        let is_truncated = self.truncated.contains(&case.queue.service);
        let followed = if key.is_shared() { None } else { self.followed.answer(&key.id) };
        match followed {
            Some(Some(found)) if is_truncated => {
                let queue = case.queue.clone();
                let Queue { service, class } = &queue;
                let stage = Stage::from_state(found.state);
                let row = Row { case: found, service, class: *class, stage };
                self.update_known(key, case, &row, ledger);
                // It still exists, but no list shows it: its outcome will not be compared with a
                // whole list.
                case.absence = Some(self.new_absence(Some(UnclassifiedReason::Truncated)));
                return true;
            }
            // A 404 for the number: the case has ended, though not how.
            Some(None) if is_truncated => {
                self.close(key, case, ledger);
                return false;
            }
            _ => {}
        }
        let absence = match case.absence {
            Some(absence) => Absence { lists: absence.lists + 1, ..absence },
            None => {
                let reason = self.reading.interruption;
                let mass = (mass && case.is_waiting()).then_some(UnclassifiedReason::MassVanish);
                self.new_absence(
                    reason.or(mass).or(is_truncated.then_some(UnclassifiedReason::Truncated)),
                )
            }
        };
        case.absence = Some(absence);
        // Lists change while they are paged, so one list may miss a case. An answered case has its
        // outcome and need not be waited for.
        let limit = if is_truncated && case.is_waiting() { MAX_HIDDEN_LISTS } else { 2 };
        if absence.lists < limit {
            return true;
        }
        self.close(key, case, ledger);
        false
    }

    fn new_absence(&self, reason: Option<UnclassifiedReason>) -> Absence {
        Absence { since: self.reading.until, lists: 1, reason }
    }

    /// Counts the end of a case.
    fn close(&self, key: &CaseKey, case: &Tracked, ledger: &mut Ledger<'_>) {
        let id = &key.id;
        let since = case.absence.map_or(self.reading.until, |absence| absence.since);
        if !case.is_waiting() {
            let missed = case.absence.and_then(|absence| absence.reason);
            if missed.is_none()
                && self.reading.interruption.is_none()
                && !self.is_truncated(&case.queue)
            {
                ledger.add_handling(case, (since - case.seen) / 2.0);
                ledger.record_handled_lists(case);
            }
            ledger.record_finished(id, case);
            return;
        }
        // Where the word for "with an agent" is not mapped, an answered case looks as if it waited
        // until its end.
        let unknown = !case.is_understood || !self.shows_handled;
        // A shared number does not say which of its cases ended, nor how.
        let shared = key.is_shared().then_some(UnclassifiedReason::Unknown);
        match shared
            .or(self.unclassified_reason(case))
            .or(unknown.then_some(UnclassifiedReason::Unknown))
        {
            Some(reason) => ledger.record_unclassified(id, case, reason),
            None => {
                let end = Window { from: case.seen, to: since };
                ledger.record_left(id, case, Wait::between(case.begin, end));
            }
        }
    }
}
