//! From the list before to this one: what each case did in between.

use std::mem;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Doubt, Told,
    case_key::{CaseKey, ServicesShown},
    jobs::Jobs,
    ledger::Ledger,
    reading::ListReading,
    times::{self, Rejected},
    tracked::{Missing, Queue, Stage, Tracked},
};
use crate::{
    model::{Case, CaseState, Text},
    snapshot::Center,
    tally::waits::{Wait, Window},
};

/// So many lists may hide a case that cannot be asked for, before it counts as lost from sight.
const LISTS_OUT_OF_SIGHT: u32 = 10;
/// At least so many waiting cases, and more than half of them, that vanish at once did not hang up.
const FEWEST_OF_A_MASS: usize = 5;
/// Another case has taken the number if it came so much later, seconds.
const OTHER_ARRIVAL: f64 = 2.0;

/// Cases that were asked for by their number: what they were found to be.
#[derive(Debug, Default)]
pub(super) struct Followed<'a>(FxHashMap<&'a Text, Option<&'a Case>>);

impl<'a> Followed<'a> {
    pub(super) fn of(center: &'a Center, reading: &ListReading<'_>) -> Self {
        let fresh = center.followed.iter().filter(|followed| followed.at.mono.as_secs_f64() >= reading.at);
        Self(fresh.map(|followed| (&followed.id, followed.case.as_ref())).collect())
    }
}

/// Everything that is known when a list is taken in.
pub(super) struct Scene<'a> {
    pub(super) reading: &'a ListReading<'a>,
    /// Services in which the whole list shows each number.
    pub(super) shown: &'a ServicesShown<'a>,
    pub(super) jobs: Jobs<'a>,
    pub(super) followed: Followed<'a>,
    /// Services whose part of this list is cut.
    pub(super) cut: &'a FxHashSet<&'a Text>,
    /// Services whose part of the list before was.
    pub(super) cut_before: &'a FxHashSet<Text>,
    /// Services whose part was cut lately.
    pub(super) cut_lately: &'a FxHashMap<Text, f64>,
    pub(super) shows_handled: bool,
    /// Cases that waited by the list before.
    pub(super) waiting_before: usize,
}

/// A row of the list, or what stands in for one.
struct Row<'a> {
    case: &'a Case,
    queue: Queue,
    stage: Stage,
}

impl Scene<'_> {
    /// Takes in the rows of a list. Returns whether it was ever seen to show handled cases.
    pub(super) fn follow<'r>(
        mut self,
        cases: &mut FxHashMap<CaseKey, Tracked>,
        rows: impl Iterator<Item = (&'r Case, Queue)>,
        mut ledger: Ledger<'_>,
        rejected: &mut Rejected,
    ) -> bool {
        let apart = self.keep_apart(cases, &mut ledger);
        for (case, queue) in rows {
            let key = if apart.contains(&case.id) {
                CaseKey::in_service(case.id.clone(), queue.service.clone())
            } else {
                CaseKey::alone(case.id.clone())
            };
            let stage = match Stage::of(case.state) {
                Stage::Unknown => self.stage_by_agents(&key).unwrap_or(Stage::Unknown),
                told => told,
            };
            self.shows_handled |= stage == Stage::Handled;
            let row = Row { case, queue, stage };
            match cases.get_mut(&key) {
                Some(known) => self.goes_on(&key, known, &row, &mut ledger, rejected),
                None => {
                    let new = self.appears(&row, None, &mut ledger, rejected);
                    cases.insert(key, new);
                }
            }
        }
        let mass = self.is_mass_vanishing(cases);
        cases.retain(|key, case| {
            let here = case.source == self.reading.source;
            if !here || case.listed == self.reading.number {
                return true;
            }
            self.is_absent(key, case, mass, &mut ledger, rejected)
        });
        self.shows_handled
    }

    /// Brings the keys of cases in line with the list, and returns the numbers that stand for several cases.
    ///
    /// A number that the list shows in two services is two cases. They stay apart until a whole list shows
    /// the number once: which of them that is follows from its service, and the other one has disappeared.
    fn keep_apart(
        &self,
        cases: &mut FxHashMap<CaseKey, Tracked>,
        ledger: &mut Ledger<'_>,
    ) -> FxHashSet<Text> {
        let mut apart: FxHashMap<Text, Vec<CaseKey>> = FxHashMap::default();
        for key in cases.keys().filter(|key| key.is_shared()) {
            apart.entry(key.id.clone()).or_default().push(key.clone());
        }
        // What a list does not feed, or hides at its limit, it does not show to be gone.
        let is_shown = |key: &CaseKey| {
            let is_here = cases.get(key).is_some_and(|case| case.source == self.reading.source);
            is_here && key.service().is_none_or(|service| !self.cut.contains(service))
        };
        let once = |(id, keys): (&Text, &Vec<CaseKey>)| {
            let service = self.shown.only_service(id)?;
            keys.iter().all(&is_shown).then(|| (id.clone(), service))
        };
        let joined: Vec<(Text, &Text)> = apart.iter().filter_map(once).collect();
        for (id, service) in joined {
            for key in apart.remove(&id).unwrap_or_default() {
                let Some(case) = cases.remove(&key) else { continue };
                if key.service() == Some(service) {
                    cases.insert(CaseKey::alone(id.clone()), case);
                } else {
                    self.is_gone(&key, &case, ledger);
                }
            }
        }
        let mut apart: FxHashSet<Text> = apart.into_keys().collect();
        for id in self.shown.shared() {
            if let Some(case) = cases.remove(&CaseKey::alone(id.clone())) {
                cases.insert(CaseKey::in_service(id.clone(), case.queue.service.clone()), case);
            }
            apart.insert(id.clone());
        }
        apart
    }

    /// How far a case is, by what the agent does who has its number.
    fn stage_by_agents(&self, key: &CaseKey) -> Option<Stage> {
        if key.is_shared() { None } else { self.jobs.stage(&key.id) }
    }

    /// The stretch of time since the list before.
    fn between(&self, from: f64) -> Window {
        Window { from, to: self.reading.until }
    }

    /// Whether the cases that a queue shows may be no fair sample of those that it had.
    fn is_cut(&self, queue: &Queue) -> bool {
        self.cut.contains(&queue.service) || self.cut_lately.contains_key(&queue.service)
    }

    /// A case that the list before did not show. `moved`: it waited elsewhere until then.
    fn appears(
        &self,
        row: &Row<'_>,
        moved: Option<f64>,
        ledger: &mut Ledger<'_>,
        rejected: &mut Rejected,
    ) -> Tracked {
        let Row { case, queue, stage } = row;
        let rejected = &mut rejected[self.reading.source.index()];
        let before = moved.or(self.reading.before);
        let possible = self.between(before.filter(|_| self.can_see(queue)).unwrap_or(f64::NEG_INFINITY));
        // Who comes from elsewhere begins to wait here now, whenever Trio saw them come.
        let contradicted = *rejected;
        let arrival = if moved.is_some() {
            None
        } else {
            times::arrival(case, self.reading, possible, *stage != Stage::Handled, rejected)
        };
        let seen_coming = match before {
            Some(before) if self.reading.doubt.is_none() => {
                self.can_see(queue) || arrival.is_some_and(|arrival| arrival > before)
            }
            _ => false,
        };
        let seen = self.between(before.unwrap_or(self.reading.at));
        let begin = match arrival {
            Some(arrival) => Window::exact(arrival),
            None => seen,
        };
        let mut new = Tracked {
            queue: queue.clone(),
            source: self.reading.source,
            stage: *stage,
            state: CaseState::Unknown,
            agent_has_it: false,
            class_is_unknown: false,
            is_understood: false,
            not_waiting_at: None,
            begin,
            begin_is_unknown: !seen_coming && arrival.is_none(),
            told: Told::of(arrival.is_some(), *rejected != contradicted),
            seen: self.reading.at,
            created: case.created,
            listed: self.reading.number,
            missing: None,
        };
        new.note(case, *stage, self.agent_has(case));
        if seen_coming {
            ledger.offered(&case.id, &new);
            if *stage == Stage::Handled {
                // Answered before anybody saw it wait.
                let end = Window { from: begin.from.max(seen.from), to: seen.to };
                self.is_answered(&mut new, case, end, true, ledger, rejected);
            }
        } else if *stage == Stage::Handled {
            ledger.in_hand(&case.id, &new);
        } else {
            ledger.carried_in(&case.id, &new);
        }
        new
    }

    /// Whether a case that is new in this part of the list is new at all.
    fn can_see(&self, queue: &Queue) -> bool {
        self.reading.doubt.is_none() && !self.cut_before.contains(&queue.service)
    }

    /// A case that is known.
    fn goes_on(
        &self,
        key: &CaseKey,
        known: &mut Tracked,
        row: &Row<'_>,
        ledger: &mut Ledger<'_>,
        rejected: &mut Rejected,
    ) {
        let id = &key.id;
        if self.is_another(known, row.case) {
            let mut old = mem::replace(known, self.appears(row, None, ledger, rejected));
            old.missing = Some(Missing { since: self.reading.until, lists: 2, doubt: self.reading.doubt });
            self.is_gone(key, &old, ledger);
            return;
        }
        if known.queue != row.queue {
            self.changes_queue(known, row, ledger, rejected);
            return;
        }
        let at = self.reading.at;
        match (known.stage, row.stage) {
            (Stage::Waiting | Stage::Handled, Stage::Unknown) => {}
            (Stage::Unknown, Stage::Unknown) => known.seen = at,
            (Stage::Waiting | Stage::Unknown, Stage::Waiting) => {
                (known.stage, known.seen) = (Stage::Waiting, at);
            }
            (Stage::Waiting, Stage::Handled) => {
                let end = self.between(known.seen);
                let rejected = &mut rejected[self.reading.source.index()];
                self.is_answered(known, row.case, end, false, ledger, rejected);
            }
            (Stage::Unknown, Stage::Handled) => {
                ledger.unclassified(id, known, self.doubt(known).unwrap_or(Doubt::Unknown));
                (known.stage, known.seen) = (Stage::Handled, at);
            }
            (Stage::Handled, Stage::Handled) => self.is_handled_until(known, at, 1.0, ledger),
            (Stage::Handled, Stage::Waiting) => {
                let seen = known.seen;
                self.is_handled_until(known, at, 0.5, ledger);
                ledger.passed_on(id, known, &row.queue);
                *known = self.appears(row, Some(seen), ledger, rejected);
            }
        }
        known.note(row.case, row.stage, self.agent_has(row.case));
        known.source = self.reading.source;
        (known.listed, known.missing) = (self.reading.number, None);
        known.created = known.created.or(row.case.created);
    }

    /// Returns whether an agent has the case, by its own row or by that of the agent.
    fn agent_has(&self, case: &Case) -> bool {
        case.agent_id.is_some() || self.jobs.has(&case.id)
    }

    /// Whether the number of a case was given to another one while no list showed it. (A case that comes
    /// back to its queue may get a new arrival, too; but it is never out of sight.)
    fn is_another(&self, known: &Tracked, case: &Case) -> bool {
        let (Some(was), Some(is)) = (known.created, case.created) else { return false };
        let (was, is) = (self.reading.moment(was), self.reading.moment(is));
        known.missing.is_some() && is > was + OTHER_ARRIVAL && is > known.seen
    }

    /// A case that belongs to another queue now.
    fn changes_queue(
        &self,
        known: &mut Tracked,
        row: &Row<'_>,
        ledger: &mut Ledger<'_>,
        rejected: &mut Rejected,
    ) {
        let (id, seen) = (&row.case.id, known.seen);
        if known.waits() {
            match self.doubt(known) {
                Some(doubt) => ledger.unclassified(id, known, doubt),
                None => ledger.moved(id, known, &row.queue),
            }
        } else {
            self.is_handled_until(known, self.reading.at, 0.5, ledger);
            ledger.passed_on(id, known, &row.queue);
        }
        *known = self.appears(row, Some(seen), ledger, rejected);
    }

    /// An agent has taken it: somewhere in `end`.
    fn is_answered(
        &self,
        case: &mut Tracked,
        row: &Case,
        end: Window,
        unseen: bool,
        ledger: &mut Ledger<'_>,
        rejected: &mut times::RejectedTimes,
    ) {
        match self.doubt(case) {
            Some(doubt) => ledger.unclassified(&row.id, case, doubt),
            None => {
                let contradicted = *rejected;
                let wait = times::answered_wait(row, self.reading, case.begin, end, rejected);
                case.told = Told::of(wait != Wait::between(case.begin, end), *rejected != contradicted);
                ledger.answered(&row.id, case, wait, unseen);
                // Of two moments drawn from one window, what follows the later is a third of it.
                let share = if unseen && !case.begin.is_exact() { 1.0 / 3.0 } else { 0.5 };
                let handled = match wait.exact() {
                    Some(wait) if case.begin.is_exact() => self.reading.at - case.begin.from - wait,
                    _ => (self.reading.at - end.from) * share,
                };
                ledger.handling(case, handled);
            }
        }
        (case.stage, case.seen) = (Stage::Handled, self.reading.at);
    }

    /// Credits the time since a handled case was last seen, or a share of it.
    fn is_handled_until(&self, case: &mut Tracked, at: f64, share: f64, ledger: &mut Ledger<'_>) {
        if self.reading.doubt.is_none() && !self.is_cut(&case.queue) {
            ledger.handling(case, (at - case.seen) * share);
        }
        case.seen = at;
    }

    /// Why the outcome of a case that is known by now cannot be told.
    fn doubt(&self, case: &Tracked) -> Option<Doubt> {
        let missed = case.missing.and_then(|missing| missing.doubt);
        let cut = self.is_cut(&case.queue).then_some(Doubt::Truncated);
        let carried = case.begin_is_unknown.then_some(Doubt::CarriedIn);
        self.reading.doubt.or(missed).or(cut).or(carried)
    }

    /// Whether so many of the waiting cases are missing at once that they cannot all have left.
    fn is_mass_vanishing(&self, cases: &FxHashMap<CaseKey, Tracked>) -> bool {
        let vanished = cases.values().filter(|case| {
            let here = case.source == self.reading.source && case.listed != self.reading.number;
            here && case.waits() && case.missing.is_none() && !self.cut.contains(&case.queue.service)
        });
        let vanished = vanished.count();
        vanished >= FEWEST_OF_A_MASS && vanished * 2 > self.waiting_before
    }

    /// A case that the list does not show. Returns whether it is kept in mind.
    fn is_absent(
        &self,
        key: &CaseKey,
        case: &mut Tracked,
        mass: bool,
        ledger: &mut Ledger<'_>,
        rejected: &mut Rejected,
    ) -> bool {
        if case.waits() && self.stage_by_agents(key) == Some(Stage::Handled) {
            let silent = silent(&key.id);
            let end = self.between(case.seen);
            let rejected = &mut rejected[self.reading.source.index()];
            self.is_answered(case, &silent, end, false, ledger, rejected);
            case.missing = None;
            return true;
        }
        let is_cut = self.cut.contains(&case.queue.service);
        let followed = if key.is_shared() { None } else { self.followed.0.get(&key.id).copied() };
        match followed {
            Some(Some(found)) if is_cut => {
                let queue = case.queue.clone();
                let row = Row { case: found, queue, stage: Stage::of(found.state) };
                self.goes_on(key, case, &row, ledger, rejected);
                // It is alive, but no list shows it.
                case.missing = Some(self.missing(Some(Doubt::Truncated)));
                return true;
            }
            Some(None) if is_cut => {
                self.is_gone(key, case, ledger);
                return false;
            }
            _ => {}
        }
        let missing = match case.missing {
            Some(missing) => Missing { lists: missing.lists + 1, ..missing },
            None => {
                let doubt = self.reading.doubt;
                let mass = (mass && case.waits()).then_some(Doubt::MassVanish);
                self.missing(doubt.or(mass).or(is_cut.then_some(Doubt::Truncated)))
            }
        };
        case.missing = Some(missing);
        let patience = if is_cut && case.waits() { LISTS_OUT_OF_SIGHT } else { 2 };
        if missing.lists < patience {
            return true;
        }
        self.is_gone(key, case, ledger);
        false
    }

    fn missing(&self, doubt: Option<Doubt>) -> Missing {
        Missing { since: self.reading.until, lists: 1, doubt }
    }

    /// A case that has ended.
    fn is_gone(&self, key: &CaseKey, case: &Tracked, ledger: &mut Ledger<'_>) {
        let id = &key.id;
        let since = case.missing.map_or(self.reading.until, |missing| missing.since);
        if !case.waits() {
            let missed = case.missing.and_then(|missing| missing.doubt);
            if missed.is_none() && self.reading.doubt.is_none() && !self.is_cut(&case.queue) {
                ledger.handling(case, (since - case.seen) / 2.0);
            }
            ledger.finished(id, case);
            return;
        }
        // Where the word for "with an agent" is unknown, a case that waited goes on like that until its end.
        let unknown = !case.is_understood || !self.shows_handled;
        // A number that two cases had does not say which of them ended, nor how.
        let shared = key.is_shared().then_some(Doubt::Unknown);
        match shared.or(self.doubt(case)).or(unknown.then_some(Doubt::Unknown)) {
            Some(doubt) => ledger.unclassified(id, case, doubt),
            None => {
                let end = Window { from: case.seen, to: since };
                ledger.left(id, case, Wait::between(case.begin, end));
            }
        }
    }
}

/// A case of which only the number is known.
fn silent(id: &Text) -> Case {
    Case::new(id.clone())
}
