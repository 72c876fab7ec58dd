//! Factors between stated waits and ages in one reading.

use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    model::{
        Case, CaseClass, CaseList, CaseState, ClockSkew, FieldUse, Moment, Resource, ServiceStatus,
        Stamp, Text, WaitFactor, WaitMismatch,
    },
    tally::{
        evidence::{AgeRange, TrioClock, Window, max_case_age},
        source::Source,
    },
};

/// Fields with a wait that the lists show as well.
pub(super) const FIELDS: [(Resource, &str); 3] = [
    (Resource::ServiceState, "longest_wait"),
    (Resource::Calls, "waited"),
    (Resource::Cases, "waited"),
];

/// Largest distance in time between lists and states that are compared: further apart they show
/// different queues.
pub(super) const MAX_READING_DISTANCE: Duration = Duration::from_secs(10);

/// Smallest age that is compared, seconds.
// Both times have whole seconds, and both readings take time.
const MIN_AGE: f64 = 10.0;
/// Largest ratio between the bounds of an age that is compared.
// A wider range would blur a factor of 60.
const MAX_AGE_RATIO: f64 = 1.2;
/// Smallest stated wait in whole units that counts as "no factor".
// One whole minute may be 60 s or 119 s.
const MIN_WHOLE_WAIT: f64 = 6.0;
/// Largest ratio between a stated wait and an age that agree.
// The oldest case may have been answered between the two readings.
const MAX_AGREEING_RATIO: f64 = 3.0;

/// Returns the age of a case at a moment, by its time of arrival alone; `None` if that is not
/// plausible, or if the difference of the clocks, `skew`, is unknown.
pub fn age_by_arrival(case: &Case, at: Stamp, skew: Option<ClockSkew>) -> Option<AgeRange> {
    let (clock, now) = (TrioClock { taken: at, skew }, at.moment());
    let seen = Window { from: Moment::EARLIEST, to: now };
    let arrived = clock.place(case.created?, 0.0, seen, max_case_age(case.class)).ok()?;
    Some(AgeRange { low: (now - arrived.to).max(0.0), high: now - arrived.from })
}

/// The comparisons of one reading, by field.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    fields: [Counts; FIELDS.len()],
}

/// The comparisons of one field.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    factors: [usize; WaitFactor::COUNT],
    agreeing: usize,
    other: usize,
}

/// The result for one field in one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FactorVerdict {
    /// Most of the stated waits differ by this factor.
    Factor(WaitFactor),
    /// They do not differ by a factor.
    NoFactor,
}

/// Result of one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pair {
    Factor(WaitFactor),
    Agrees,
    Other,
}

impl Comparison {
    /// Compares the longest wait of each service with the oldest case that waits for it. A service
    /// is left out where a list may hide a case of it.
    pub fn add_states(
        &mut self,
        states: &[ServiceStatus],
        lists: [Option<&CaseList>; Source::COUNT],
        age: &dyn Fn(Source, &Case) -> Option<AgeRange>,
    ) {
        if states.iter().all(|status| status.longest_wait.is_none()) {
            return;
        }
        let mut queues: FxHashMap<&Text, Queue> = FxHashMap::default();
        let mut known: FxHashSet<&Text> = FxHashSet::default();
        let mut truncated: FxHashSet<&Text> = FxHashSet::default();
        for (source, list) in Source::ALL.into_iter().zip(lists) {
            let Some(list) = list else { continue };
            truncated.extend(&list.truncated);
            for case in list.cases.iter().filter(|case| is_waiting(case)) {
                let Some(service) = case.service_id.as_ref() else { continue };
                if known.insert(&case.id) {
                    queues.entry(service).or_default().add(case, age(source, case));
                }
            }
        }
        for status in states {
            let (Some(stated), Some(queue)) = (status.longest_wait, queues.get(&status.id)) else {
                continue;
            };
            let hides = status.queue_length.is_some_and(|length| length > queue.waiting as f64);
            if !hides && !truncated.contains(&status.id) {
                self.fields[0].add(queue.pair(stated));
            }
        }
    }

    /// Compares the wait of each waiting case with its age.
    pub fn add_list(
        &mut self,
        source: Source,
        list: &CaseList,
        age: &dyn Fn(Source, &Case) -> Option<AgeRange>,
    ) {
        let counts = &mut self.fields[1 + source.index()];
        // A case with an agent keeps the wait that it had when it was answered.
        for case in list.cases.iter().filter(|case| is_waiting(case)) {
            let Some(stated) = case.waited else { continue };
            counts.add(age(source, case).and_then(|age| pair(stated, age)));
        }
    }

    /// Compares one longest wait with one age.
    #[cfg(test)]
    pub(super) fn add_pair(&mut self, stated: f64, age: AgeRange) {
        self.fields[0].add(pair(stated, age));
    }

    /// Returns the fields of which most stated waits differ by a factor in this reading.
    pub fn mismatches(&self, fields: &[FieldUse]) -> Vec<WaitMismatch> {
        let factor = |position: usize| match self.verdict(position) {
            Some(FactorVerdict::Factor(factor)) => Some(mismatch(position, factor, fields)),
            _ => None,
        };
        (0..FIELDS.len()).filter_map(factor).collect()
    }

    /// Returns the number of stated waits that agree with the lists, and of those that do not.
    pub fn agreement(&self) -> (usize, usize) {
        let agreeing: usize = self.fields.iter().map(|counts| counts.agreeing).sum();
        let all: usize = self.fields.iter().map(Counts::all).sum();
        (agreeing, all - agreeing)
    }

    /// Returns the result for a field of [`FIELDS`]; `None`: there was nothing to compare.
    pub(super) fn verdict(&self, position: usize) -> Option<FactorVerdict> {
        let counts = &self.fields[position];
        let most =
            WaitFactor::ALL.into_iter().max_by_key(|factor| counts.factors[factor.index()])?;
        // Each factor is a wrong unit. Services with different ones must not hide each other.
        let differing: usize = counts.factors.iter().sum();
        match counts.all() {
            0 => None,
            // A single service may count its waits in another way; the unit of a field is wrong for
            // most.
            all if differing * 2 > all => Some(FactorVerdict::Factor(most)),
            _ => Some(FactorVerdict::NoFactor),
        }
    }
}

impl Counts {
    fn add(&mut self, pair: Option<Pair>) {
        match pair {
            Some(Pair::Factor(factor)) => self.factors[factor.index()] += 1,
            Some(Pair::Agrees) => self.agreeing += 1,
            Some(Pair::Other) => self.other += 1,
            None => {}
        }
    }

    fn all(&self) -> usize {
        self.factors.iter().sum::<usize>() + self.agreeing + self.other
    }
}

/// The cases that wait for one service.
#[derive(Debug, Default)]
struct Queue {
    waiting: usize,
    /// Age of the oldest case of each class that waits; `Some(None)` while the age of one of them is
    /// unknown.
    oldest: [Option<Option<AgeRange>>; CaseClass::COUNT],
}

impl Queue {
    fn add(&mut self, case: &Case, age: Option<AgeRange>) {
        self.waiting += 1;
        let class = case.class.unwrap_or(CaseClass::Other);
        let oldest = self.oldest[class.index()].get_or_insert(age);
        *oldest = match (*oldest, age) {
            (Some(oldest), Some(age)) if age.high <= oldest.high => Some(oldest),
            (Some(_), Some(age)) => Some(age),
            _ => None,
        };
    }

    /// Compares a stated longest wait with the oldest case of each class: Trio may leave a class
    /// out of it, so agreeing with one is enough.
    fn pair(&self, stated: f64) -> Option<Pair> {
        let mut found = None;
        for age in self.oldest.iter().flatten().flatten() {
            match (pair(stated, *age), found) {
                (Some(Pair::Agrees), _) => return Some(Pair::Agrees),
                (Some(Pair::Factor(factor)), _) => found = Some(Pair::Factor(factor)),
                (Some(Pair::Other), None) => found = Some(Pair::Other),
                _ => {}
            }
        }
        found
    }
}

/// Compares a stated wait with an age; `None` where they cannot be compared.
fn pair(stated: f64, age: AgeRange) -> Option<Pair> {
    // Zero is also how systems write "no wait known".
    if stated <= 0.0 || age.low < MIN_AGE || age.high > age.low * MAX_AGE_RATIO {
        return None;
    }
    let ratio = stated / f64::midpoint(age.low, age.high);
    if let Some(factor) = WaitFactor::of_ratio(ratio) {
        return Some(Pair::Factor(factor));
    }
    if (MAX_AGREEING_RATIO.recip()..=MAX_AGREEING_RATIO).contains(&ratio) {
        return Some(Pair::Agrees);
    }
    (stated >= MIN_WHOLE_WAIT || stated.fract() != 0.0).then_some(Pair::Other)
}

/// Returns true for a mapped state of waiting. A case in an unknown state may be with an agent.
pub(super) fn is_waiting(case: &Case) -> bool {
    matches!(case.state, Some(CaseState::Queued | CaseState::Offered))
}

/// Returns the mismatch of a field of [`FIELDS`], with the form in which it is read.
pub(super) fn mismatch(position: usize, factor: WaitFactor, fields: &[FieldUse]) -> WaitMismatch {
    let (resource, field) = FIELDS[position];
    let mapped = fields.iter().find(|mapped| mapped.resource == resource && mapped.field == field);
    WaitMismatch { resource, field, factor, form: mapped.map_or("duration", |mapped| mapped.form) }
}
