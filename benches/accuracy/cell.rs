//! One cell of the table: one world, one interval, Trio's own times present or withheld.

use std::{
    ops::RangeInclusive,
    time::{Duration, UNIX_EPOCH},
};

use trio_exporter::{
    model::{AgentState, CaseClass},
    sim::{Activity, Class, InProcess, Options, Scenario, Stay},
    tally::ClassCounts,
    trio::Dictionary,
};

use super::watch::Watch;

/// The wait target of calls.
const TARGET: Duration = Duration::from_secs(20);

/// Trio tells times to the millisecond, each of two rounded for itself.
const ROUNDING: f64 = 0.002;

/// What is watched.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) scenario: Scenario,
    pub(crate) poll: u64,
    pub(crate) times: bool,
    pub(crate) calls_readable: bool,
    /// Another server takes over in the middle, after an outage of this many seconds.
    pub(crate) outage: Option<u64>,
    pub(crate) hours: u64,
}

/// How far the exporter was from the truth.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// Service level as the exporter has it, with its bounds, and as it was; without short abandons.
    pub(crate) level: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) true_level: Option<f64>,
    /// Queue integral, as a share of the true one.
    pub(crate) queue: f64,
    /// Cases offered, as a share of those that came.
    pub(crate) offered: f64,
    /// Occupancy, and as it was.
    pub(crate) occupancy: Option<f64>,
    pub(crate) true_occupancy: Option<f64>,
    /// Answered cases whose wait was outside of the bounds told of it.
    pub(crate) out_of_bounds: usize,
    /// Of the cases that were counted as answered, those answered within the target: as told at least,
    /// as it was (give or take what Trio's times are rounded to), and as told at most.
    pub(crate) within: (u64, RangeInclusive<u64>, u64),
    /// Share of the calls that no reading showed.
    pub(crate) never_seen: f64,
    /// Share of the time that was measured.
    pub(crate) measured: f64,
    /// Calls that were concluded.
    pub(crate) concluded: u64,
    /// Calls of which nobody knows what became.
    pub(crate) unclassified: u64,
}

pub(crate) fn watch(cell: &Cell) -> Verdict {
    let dictionary = Dictionary::builtin().unwrap();
    let options = Options {
        scenario: Some(cell.scenario.clone()),
        log: true,
        state_times: cell.times,
        ..Options::default()
    };
    let start = UNIX_EPOCH + Duration::from_secs(1_768_464_000);
    let poll = Duration::from_secs(cell.poll);
    let mut watch = Watch::new(InProcess::new(options, start), &dictionary, poll, cell.calls_readable);
    watch.read();
    watch.world.mark();
    let steps = cell.hours * 3600 / cell.poll;
    for step in 0..steps {
        if step == steps / 2
            && let Some(outage) = cell.outage
        {
            watch.pass(Duration::from_secs(outage));
            watch.fail_over();
        }
        watch.step();
    }
    judge(&watch, poll)
}

fn judge(watch: &Watch<'_>, poll: Duration) -> Verdict {
    let truth = watch.world.truth();
    let flow = truth.class(Class::Voice);
    let short = Duration::from_secs(5).max(poll * 2);
    let totals = watch.totals.as_ref().unwrap();
    let mut ours = ClassCounts::default();
    let (mut queue, mut measured, mut unmeasured) = (0.0, 0.0, 0.0);
    for service in &totals.flow.services {
        queue += service.time.queue_wait.unwrap_or(0.0);
        measured += service.time.measured.unwrap_or(0.0);
        unmeasured += service.time.unmeasured.iter().sum::<f64>();
        for class in service.classes.iter().filter(|class| class.class == CaseClass::Voice) {
            add(&mut ours, &class.counts);
        }
    }
    let concluded = ours.answered + ours.left[1] + ours.left[2];
    let level = |within: f64| (concluded > 0).then(|| within / concluded as f64);
    let stays: Vec<&Stay> = watch.world.log().iter().filter(|stay| stay.class == Class::Voice).collect();
    let seen = |stay: &Stay| {
        let next = watch.polls.partition_point(|at| *at < stay.arrived);
        watch.polls.get(next).is_some_and(|at| *at < stay.ended)
    };
    let never_seen = stays.iter().filter(|stay| !seen(stay)).count() as f64 / stays.len().max(1) as f64;
    let out_of_bounds = stays
        .iter()
        .filter_map(|stay| {
            let (low, high) = watch.answered.get(&*stay.job.to_string())?;
            let wait = stay.answered?.saturating_sub(stay.arrived).as_secs_f64();
            (wait < low - ROUNDING || wait > high + ROUNDING).then_some(())
        })
        .count();
    let told: Vec<&&Stay> =
        stays.iter().filter(|stay| watch.answered.contains_key(&*stay.job.to_string())).collect();
    let truly_within = |target: f64| {
        let waits = told.iter().filter_map(|stay| Some(stay.answered?.saturating_sub(stay.arrived)));
        waits.filter(|wait| wait.as_secs_f64() <= target).count() as u64
    };
    // The log tells a case when it has ended: the last ones are with their agents still.
    let untold = watch.answered.len().saturating_sub(told.len()) as u64;
    let target = TARGET.as_secs_f64();
    let truly_within = truly_within(target - ROUNDING)..=truly_within(target + ROUNDING) + untold;
    let true_queue: f64 = truth.total().queue_time.as_secs_f64();
    let seconds = totals.agents.as_ref().unwrap().seconds;
    let working: f64 = [AgentState::Busy, AgentState::WrapUp, AgentState::Reserved]
        .iter()
        .map(|state| seconds[state.index()])
        .sum();
    let there = working + seconds[AgentState::Available.index()];
    let truly = |activities: &[Activity]| -> f64 {
        let agents = truth.agents.values();
        agents.flat_map(|time| activities.iter().map(|it| time.of(*it).as_secs_f64())).sum()
    };
    let truly_working = truly(&[Activity::Busy, Activity::WrapUp, Activity::Offered]);
    let truly_there = truly_working + truly(&[Activity::Available]);
    let true_occupancy = (truly_there > 0.0).then(|| truly_working / truly_there);
    Verdict {
        level: level(ours.within),
        low: level(ours.within_low as f64),
        high: level(ours.within_high as f64),
        true_level: flow.service_level(TARGET, short),
        queue: if true_queue > 0.0 { queue / true_queue } else { 1.0 },
        offered: ours.offered as f64 / (flow.offered().max(1)) as f64,
        occupancy: (there > 0.0).then(|| working / there),
        true_occupancy,
        out_of_bounds,
        within: (ours.within_low, truly_within, ours.within_high),
        never_seen,
        measured: measured / (measured + unmeasured).max(1.0),
        concluded,
        unclassified: ours.unclassified_in_all(),
    }
}

fn add(sum: &mut ClassCounts, counts: &ClassCounts) {
    sum.offered += counts.offered;
    sum.answered += counts.answered;
    sum.within += counts.within;
    sum.within_low += counts.within_low;
    sum.within_high += counts.within_high;
    for (sum, count) in sum.left.iter_mut().zip(counts.left) {
        *sum += count;
    }
    for (sum, count) in sum.unclassified.iter_mut().zip(counts.unclassified) {
        *sum += count;
    }
}

impl Verdict {
    /// How far the service level is off, in points.
    pub(crate) fn level_error(&self) -> Option<f64> {
        Some((self.level? - self.true_level?).abs() * 100.0)
    }

    /// How far the occupancy is off, in points.
    pub(crate) fn occupancy_error(&self) -> Option<f64> {
        Some((self.occupancy? - self.true_occupancy?).abs() * 100.0)
    }
}
