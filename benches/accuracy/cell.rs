//! One cell of the accuracy table: one world, one poll interval, Trio's own times present or
//! withheld.

use std::{
    ops::RangeInclusive,
    time::{Duration, UNIX_EPOCH},
};

use trio_exporter::{
    model::{AgentState, CaseClass},
    sim::{Activity, Class, InProcess, Options, Scenario, Segment},
    tally::ClassCounts,
    trio::Dictionary,
};

use super::observer::Observer;

/// Wait target of calls.
const TARGET: Duration = Duration::from_secs(20);

/// Trio sends times in whole milliseconds; a wait is the difference of two rounded times.
const ROUNDING: f64 = 0.002;

/// Input of a cell.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) scenario: Scenario,
    pub(crate) poll: u64,
    pub(crate) times: bool,
    pub(crate) calls_readable: bool,
    /// Length of an outage in the middle, in seconds, after which another server answers.
    pub(crate) outage: Option<u64>,
    pub(crate) hours: u64,
}

/// Figures of the exporter beside the true ones.
#[derive(Clone, Debug)]
pub(crate) struct CellResult {
    /// Service level of the exporter with its bounds, and the true one; without short abandons.
    pub(crate) level: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) true_level: Option<f64>,
    /// Queue integral as a share of the true one.
    pub(crate) queue: f64,
    /// Cases offered as a share of the true number.
    pub(crate) offered: f64,
    /// Occupancy of the exporter, and the true one.
    pub(crate) occupancy: Option<f64>,
    pub(crate) true_occupancy: Option<f64>,
    /// Answered cases with a wait outside of their reported bounds.
    pub(crate) out_of_bounds: usize,
    /// Of the cases counted as answered, those answered within the target: reported lower bound,
    /// true number (a range, for the rounding of times), reported upper bound.
    pub(crate) within: (u64, RangeInclusive<u64>, u64),
    /// Share of the calls that no reading showed.
    pub(crate) never_seen: f64,
    /// Share of the time that was measured.
    pub(crate) measured: f64,
    /// Concluded calls.
    pub(crate) concluded: u64,
    /// Calls without a known outcome.
    pub(crate) unclassified: u64,
}

pub(crate) fn measure(cell: &Cell) -> CellResult {
    let dictionary = Dictionary::builtin().unwrap();
    let options = Options {
        scenario: Some(cell.scenario.clone()),
        segment_log: true,
        state_times: cell.times,
        ..Options::default()
    };
    // 2026-01-15 08:00 UTC. A fixed start makes runs repeatable.
    let start = UNIX_EPOCH + Duration::from_secs(1_768_464_000);
    let poll = Duration::from_secs(cell.poll);
    let mut observer =
        Observer::new(InProcess::new(options, start), &dictionary, poll, cell.calls_readable);
    observer.read();
    observer.world.reset_truth();
    let steps = cell.hours * 3600 / cell.poll;
    for step in 0..steps {
        if step == steps / 2
            && let Some(outage) = cell.outage
        {
            observer.pass(Duration::from_secs(outage));
            observer.fail_over();
        }
        observer.step();
    }
    compare(&observer, poll)
}

fn compare(observer: &Observer<'_>, poll: Duration) -> CellResult {
    let truth = observer.world.truth();
    let flow = truth.class(Class::Voice);
    // The exporter's short abandon: the default goal of 5 s, or two polls if that is longer.
    let short = Duration::from_secs(5).max(poll * 2);
    let totals = observer.totals.as_ref().unwrap();
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
    let segments: Vec<&Segment> = observer
        .world
        .segment_log()
        .iter()
        .filter(|segment| segment.class == Class::Voice)
        .collect();
    let seen = |segment: &Segment| {
        let next = observer.polls.partition_point(|at| *at < segment.arrived);
        observer.polls.get(next).is_some_and(|at| *at < segment.ended)
    };
    let never_seen = segments.iter().filter(|segment| !seen(segment)).count() as f64
        / segments.len().max(1) as f64;
    let out_of_bounds = segments
        .iter()
        .filter_map(|segment| {
            let (low, high) = observer.answered.get(&*segment.job.to_string())?;
            let wait = segment.answered?.saturating_sub(segment.arrived).as_secs_f64();
            (wait < low - ROUNDING || wait > high + ROUNDING).then_some(())
        })
        .count();
    let logged: Vec<&&Segment> = segments
        .iter()
        .filter(|segment| observer.answered.contains_key(&*segment.job.to_string()))
        .collect();
    let truly_within = |target: f64| {
        let waits = logged
            .iter()
            .filter_map(|segment| Some(segment.answered?.saturating_sub(segment.arrived)));
        waits.filter(|wait| wait.as_secs_f64() <= target).count() as u64
    };
    // The log has a segment only once it has ended: the last calls are still being handled.
    let unlogged = observer.answered.len().saturating_sub(logged.len()) as u64;
    let target = TARGET.as_secs_f64();
    let truly_within = truly_within(target - ROUNDING)..=truly_within(target + ROUNDING) + unlogged;
    let true_queue: f64 = truth.total().queue_time.as_secs_f64();
    let seconds = totals.agents.as_ref().unwrap().seconds;
    // As the recording rule of occupancy: an offered case counts as work, other than in
    // `AgentTime::occupancy`.
    let working: f64 = [AgentState::Busy, AgentState::WrapUp, AgentState::Reserved]
        .iter()
        .map(|state| seconds[state.index()])
        .sum();
    let there = working + seconds[AgentState::Available.index()];
    let truly = |activities: &[Activity]| -> f64 {
        let agents = truth.agents.values();
        agents.flat_map(|time| activities.iter().map(|it| time.time_in(*it).as_secs_f64())).sum()
    };
    let truly_working = truly(&[Activity::Busy, Activity::WrapUp, Activity::Offered]);
    let truly_there = truly_working + truly(&[Activity::Available]);
    let true_occupancy = (truly_there > 0.0).then(|| truly_working / truly_there);
    CellResult {
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
        unclassified: ours.total_unclassified(),
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

impl CellResult {
    /// Error of the service level, in percentage points.
    pub(crate) fn level_error(&self) -> Option<f64> {
        Some((self.level? - self.true_level?).abs() * 100.0)
    }

    /// Error of the occupancy, in percentage points.
    pub(crate) fn occupancy_error(&self) -> Option<f64> {
        Some((self.occupancy? - self.true_occupancy?).abs() * 100.0)
    }
}
