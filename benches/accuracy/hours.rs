//! One hour of one class of a service, as the exporter counted it and in truth.
//!
//! The truth is the user's: every call of the world counts, whether a list showed it or not, with
//! the wait target and the limit of a short abandon that are configured.

use std::{
    collections::HashMap,
    ops::{Add, Sub},
    time::Duration,
};

use trio_exporter::{
    model::{CaseClass, ClassGoals},
    sim::{Class, Disposition, Segment},
    tally::{ClassCounts, ClassTotals, LeftAge, ServiceTotals},
};

use super::observer::{ClassKey, HourEnd, Observer, Poll};

/// Counts by the exporter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub(crate) offered: u64,
    pub(crate) answered: u64,
    pub(crate) within: f64,
    pub(crate) within_low: u64,
    pub(crate) within_high: u64,
    pub(crate) missed_low: u64,
    pub(crate) missed_high: u64,
    /// Cases that left, without short abandons.
    pub(crate) left: u64,
    pub(crate) unclassified: u64,
    /// Waits of answered cases, seconds.
    pub(crate) waits: f64,
    pub(crate) handling: f64,
    /// Seconds that count as unmeasured.
    pub(crate) unmeasured: f64,
    /// The service level can be measured, by the end of the hour.
    pub(crate) is_measurable: bool,
}

/// Counts of the world.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Truth {
    /// Cases that came.
    pub(crate) came: u64,
    /// Of these, cases that a list showed which could tell that they are new.
    pub(crate) shown: u64,
    /// Of these, cases that no list showed.
    pub(crate) never_seen: u64,
    pub(crate) answered: u64,
    pub(crate) within: u64,
    /// Cases that left, without short abandons.
    pub(crate) left: u64,
    /// Waits of answered cases, seconds.
    pub(crate) waits: f64,
}

/// One hour of one class of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ServiceHour {
    pub(crate) counted: Counted,
    pub(crate) truth: Truth,
}

fn concluded(counts: &ClassCounts) -> u64 {
    counts.answered + counts.left[LeftAge::Within.index()] + counts.left[LeftAge::Beyond.index()]
}

impl Counted {
    pub(crate) fn new(service: &ServiceTotals, class: &ClassTotals) -> Self {
        let counts = &class.counts;
        Self {
            offered: counts.offered,
            answered: counts.answered,
            within: counts.within,
            within_low: counts.within_low,
            within_high: counts.within_high,
            missed_low: counts.missed_low,
            missed_high: counts.missed_high,
            left: concluded(counts) - counts.answered,
            unclassified: counts.total_unclassified(),
            waits: counts.waits.sum,
            handling: counts.handling_seconds,
            unmeasured: service.time.unmeasured.iter().sum(),
            is_measurable: class.is_measurable(),
        }
    }

    pub(crate) fn concluded(&self) -> u64 {
        self.answered + self.left
    }

    pub(crate) fn level(&self) -> Option<f64> {
        (self.concluded() > 0).then(|| self.within / self.concluded() as f64)
    }

    /// Returns the bounds of the service level, 0 and 1 where nothing is certain.
    pub(crate) fn bounds(&self) -> [f64; 2] {
        let share = |within: u64, missed: u64| {
            (within + missed > 0).then(|| within as f64 / (within + missed) as f64)
        };
        let low = share(self.within_low, self.missed_high).unwrap_or(0.0);
        [low, share(self.within_high, self.missed_low).unwrap_or(1.0)]
    }

    pub(crate) fn mean_wait(&self) -> Option<f64> {
        (self.answered > 0).then(|| self.waits / self.answered as f64)
    }
}

impl Truth {
    pub(crate) fn concluded(&self) -> u64 {
        self.answered + self.left
    }

    pub(crate) fn level(&self) -> Option<f64> {
        (self.concluded() > 0).then(|| self.within as f64 / self.concluded() as f64)
    }

    pub(crate) fn mean_wait(&self) -> Option<f64> {
        (self.answered > 0).then(|| self.waits / self.answered as f64)
    }
}

impl ServiceHour {
    /// Returns true if the true service level is within the bounds, give or take one case: a case
    /// that ends with the hour may count in the next one.
    pub(crate) fn holds(&self) -> bool {
        let Some(level) = self.truth.level() else { return true };
        let case = 1.0 / self.truth.concluded() as f64;
        let [low, high] = self.counted.bounds();
        // A share is rounded, too.
        low - case <= level + 1e-9 && level - 1e-9 <= high + case
    }

    /// Returns true if the bounds can be judged: cases were concluded, and no time was lost.
    pub(crate) fn is_judged(&self) -> bool {
        // Of a time without readings nothing is known, and it is shown as such.
        self.truth.concluded() > 0 && self.counted.unmeasured < 0.5
    }
}

/// Returns each hour of each class of each service. The world must have no live case any more.
pub(crate) fn collect(observer: &Observer<'_>) -> Vec<(CaseClass, ServiceHour)> {
    let mut truths: HashMap<(ClassKey, usize), Truth> = HashMap::new();
    let goals = |key: &ClassKey| {
        let services = observer.totals.iter().flat_map(|totals| &totals.flow.services);
        let mut services = services.filter(|service| service.service_id == key.0);
        let goals = services.next().map(|service| service.goals.class(key.1));
        goals.unwrap_or_else(|| ClassGoals::default_for(key.1))
    };
    for segment in observer.world.segment_log() {
        let key = key_of(segment);
        let goals = goals(&key);
        for (hour, truth) in truth_of(segment, observer, &goals).into_iter().flatten() {
            let sum = truths.entry((key.clone(), hour)).or_default();
            *sum = *sum + truth;
        }
    }
    let mut hours = Vec::new();
    let mut before: Option<&HourEnd> = None;
    for (hour, end) in observer.hours.iter().enumerate() {
        let mut keys: Vec<&ClassKey> = end.classes.keys().collect();
        keys.sort_unstable();
        for key in keys {
            let earlier = before.and_then(|before| before.classes.get(key)).copied();
            let service_hour = ServiceHour {
                counted: end.classes[key] - earlier.unwrap_or_default(),
                truth: truths.remove(&(key.clone(), hour)).unwrap_or_default(),
            };
            hours.push((key.1, service_hour));
        }
        before = Some(end);
    }
    // Cases of a class that the exporter does not know are in truth all the same.
    hours.extend(
        truths
            .into_iter()
            .map(|((key, _), truth)| (key.1, ServiceHour { truth, ..ServiceHour::default() })),
    );
    hours
}

/// Returns what a segment adds to the hour in which it comes and to the one in which it is answered
/// or leaves.
fn truth_of(
    segment: &Segment,
    observer: &Observer<'_>,
    goals: &ClassGoals,
) -> [Option<(usize, Truth)>; 2] {
    let polls = &observer.polls;
    // The exporter counts at a reading, so an hour ends with one here, too.
    let hour = |poll: usize| {
        let hour = observer.hours.partition_point(|end| end.poll < poll);
        (poll > 0 && hour < observer.hours.len()).then_some(hour)
    };
    let first = next_poll(polls, segment.arrived);
    let came = hour(first).map(|hour| {
        let is_shown = polls[first].at < segment.ended;
        let shown = u64::from(is_shown && !polls[first].is_first);
        (hour, Truth { came: 1, shown, never_seen: u64::from(!is_shown), ..Truth::default() })
    });
    let wait = segment.answered.unwrap_or(segment.ended).saturating_sub(segment.arrived);
    let ended = match (segment.answered, segment.disposition) {
        (Some(answered), _) => hour(next_poll(polls, answered)).map(|hour| {
            let (within, waits) = (u64::from(wait <= goals.wait_target), wait.as_secs_f64());
            (hour, Truth { answered: 1, within, waits, ..Truth::default() })
        }),
        // Counted once two lists do not show it.
        (None, Disposition::Left) if wait >= goals.short_abandon => {
            hour(next_poll(polls, segment.ended) + 1)
                .map(|hour| (hour, Truth { left: 1, ..Truth::default() }))
        }
        _ => None,
    };
    [came, ended]
}

/// Returns the position of the first reading at or after a world time.
fn next_poll(polls: &[Poll], at: Duration) -> usize {
    polls.partition_point(|poll| poll.at < at)
}

pub(crate) fn key_of(segment: &Segment) -> ClassKey {
    (segment.service.to_string().into(), class_of(segment.class))
}

/// Class of the exporter for a class of the simulator.
pub(crate) fn class_of(class: Class) -> CaseClass {
    match class {
        Class::Voice => CaseClass::Voice,
        Class::Callback => CaseClass::Callback,
        Class::Chat => CaseClass::Chat,
        Class::Email => CaseClass::Email,
        Class::Task => CaseClass::Task,
    }
}

impl Sub for Counted {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            offered: self.offered - before.offered,
            answered: self.answered - before.answered,
            within: self.within - before.within,
            within_low: self.within_low - before.within_low,
            within_high: self.within_high - before.within_high,
            missed_low: self.missed_low - before.missed_low,
            missed_high: self.missed_high - before.missed_high,
            left: self.left - before.left,
            unclassified: self.unclassified - before.unclassified,
            waits: self.waits - before.waits,
            handling: self.handling - before.handling,
            unmeasured: self.unmeasured - before.unmeasured,
            is_measurable: self.is_measurable,
        }
    }
}

impl Add for Counted {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            answered: self.answered + other.answered,
            within: self.within + other.within,
            within_low: self.within_low + other.within_low,
            within_high: self.within_high + other.within_high,
            missed_low: self.missed_low + other.missed_low,
            missed_high: self.missed_high + other.missed_high,
            left: self.left + other.left,
            unclassified: self.unclassified + other.unclassified,
            waits: self.waits + other.waits,
            handling: self.handling + other.handling,
            unmeasured: self.unmeasured + other.unmeasured,
            is_measurable: self.is_measurable && other.is_measurable,
        }
    }
}

impl Add for Truth {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            came: self.came + other.came,
            shown: self.shown + other.shown,
            never_seen: self.never_seen + other.never_seen,
            answered: self.answered + other.answered,
            within: self.within + other.within,
            left: self.left + other.left,
            waits: self.waits + other.waits,
        }
    }
}
