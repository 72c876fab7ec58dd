//! One cell of the accuracy table: one world, one poll interval, one way in which Trio gives times.

use std::time::{Duration, UNIX_EPOCH};

use trio_exporter::{
    model::{AgentState, CaseClass},
    sim::{Activity, Class, InProcess, Options, Scenario, Segment},
    trio::Dictionary,
};

use super::{
    hours::{Counted, ServiceHour, Truth, class_of, collect, key_of},
    observer::{Observer, View},
};

/// Trio sends times in whole milliseconds; a wait is the difference of two rounded times.
const ROUNDING: f64 = 0.002;

/// Every so many polls, one is lost in a cell that loses polls.
const LOST_POLL: u64 = 7;

/// Time after the last reading in which the last calls of a world end.
const REST: Duration = Duration::from_secs(6 * 3_600);

/// Times that Trio gives for cases and states.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Times {
    /// None.
    Withheld,
    /// In milliseconds.
    Present,
    /// In whole seconds, cut off.
    WholeSeconds,
    /// In milliseconds, by a clock that is three seconds ahead of the exporter's.
    Ahead,
}

/// Input of a cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) scenario: Scenario,
    /// Poll interval in seconds; a divisor of an hour.
    pub(crate) poll: u64,
    pub(crate) times: Times,
    pub(crate) calls_readable: bool,
    /// Length of an outage in the middle, in seconds, after which another server answers.
    pub(crate) outage: Option<u64>,
    pub(crate) loses_polls: bool,
    /// Number of readings of the lists for each of the states of services.
    pub(crate) lists_per_states: usize,
    pub(crate) hours: u64,
}

/// Figures of a cell.
#[derive(Clone, Debug)]
pub(crate) struct CellResult {
    /// Figures of calls, and of chats in a world that has some.
    pub(crate) classes: Vec<Figures>,
    /// Queue integral of all classes as a share of the true one.
    pub(crate) queue: f64,
    /// Occupancy of the exporter, and the true one.
    pub(crate) occupancy: Option<f64>,
    pub(crate) true_occupancy: Option<f64>,
    /// Share of the time that was measured.
    pub(crate) measured: f64,
}

/// Figures of one class over all services of a cell.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) class: CaseClass,
    pub(crate) hours: Vec<ServiceHour>,
    /// Handling seconds as a share of the true ones.
    pub(crate) handling: Option<f64>,
    /// Answered cases with a wait outside of their bounds.
    pub(crate) out_of_bounds: usize,
}

pub(crate) fn measure(cell: &Cell) -> CellResult {
    let dictionary = Dictionary::builtin().unwrap();
    let options = Options {
        scenario: Some(cell.scenario.clone()),
        segment_log: true,
        state_times: cell.times != Times::Withheld,
        whole_seconds: cell.times == Times::WholeSeconds,
        ..Options::default()
    };
    // 2026-01-15 08:00 UTC. A fixed start makes runs repeatable; between two seconds, because
    // readings at whole seconds would make whole-second times look better than they are.
    let start = UNIX_EPOCH + Duration::from_millis(1_768_464_000_370);
    let poll = Duration::from_secs(cell.poll);
    let ahead = if cell.times == Times::Ahead { 3 } else { 0 };
    let view = View {
        poll,
        lists_per_states: cell.lists_per_states,
        calls_readable: cell.calls_readable,
        clock_ahead: Duration::from_secs(ahead),
    };
    let mut observer = Observer::new(InProcess::new(options, start), &dictionary, view);
    observer.read();
    observer.world.reset_truth();
    let an_hour = 3_600 / cell.poll;
    let steps = cell.hours * an_hour;
    for step in 1..=steps {
        if step == steps / 2
            && let Some(outage) = cell.outage
        {
            observer.pass(Duration::from_secs(outage));
            observer.fail_over();
        }
        let ends_hour = step % an_hour == 0;
        if cell.loses_polls && step % LOST_POLL == 0 && !ends_hour {
            observer.pass(poll);
            continue;
        }
        observer.step();
        if ends_hour {
            observer.end_hour();
        }
    }
    compare(&mut observer)
}

fn compare(observer: &mut Observer<'_>) -> CellResult {
    let truth = observer.world.truth();
    // The log has a call once it has ended.
    observer.world.set_arrivals(0.0);
    observer.world.step(REST);
    let (mut queue, mut measured, mut unmeasured) = (0.0, 0.0, 0.0);
    let totals = observer.totals.as_ref().unwrap();
    for service in &totals.flow.services {
        queue += service.time.queue_wait.unwrap_or(0.0);
        measured += service.time.measured.unwrap_or(0.0);
        unmeasured += service.time.unmeasured.iter().sum::<f64>();
    }
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
    let hours = collect(observer);
    let figures = |class: Class| {
        let hours: Vec<ServiceHour> =
            hours.iter().filter(|(of, _)| *of == class_of(class)).map(|(_, hour)| *hour).collect();
        let handling: f64 = hours.iter().map(|hour| hour.counted.handling).sum();
        let true_handling = truth.class(class).handling_time.as_secs_f64();
        Figures {
            class: class_of(class),
            hours,
            handling: (true_handling > 0.0).then(|| handling / true_handling),
            out_of_bounds: out_of_bounds(observer, class),
        }
    };
    let is_there = |class: &Class| {
        let segments = observer.world.segment_log();
        *class == Class::Voice || segments.iter().any(|segment| segment.class == *class)
    };
    CellResult {
        classes: [Class::Voice, Class::Chat].into_iter().filter(is_there).map(figures).collect(),
        queue: if true_queue > 0.0 { queue / true_queue } else { 1.0 },
        occupancy: (there > 0.0).then(|| working / there),
        true_occupancy: (truly_there > 0.0).then(|| truly_working / truly_there),
        measured: measured / (measured + unmeasured).max(1.0),
    }
}

/// Returns the number of answered cases of a class with a wait outside of its bounds.
fn out_of_bounds(observer: &Observer<'_>, class: Class) -> usize {
    let segments = observer.world.segment_log().iter().filter(|segment| segment.class == class);
    let is_outside = |segment: &&Segment| {
        let id = (segment.job.to_string().into(), key_of(segment));
        let (Some((low, high)), Some(answered)) = (observer.answered.get(&id), segment.answered)
        else {
            return false;
        };
        let wait = answered.saturating_sub(segment.arrived).as_secs_f64();
        wait < low - ROUNDING || wait > high + ROUNDING
    };
    segments.filter(is_outside).count()
}

impl Figures {
    /// Share of the service-hours with concluded cases in which the exporter says that the level
    /// can be measured.
    pub(crate) fn measurable(&self) -> f64 {
        let concluded = self.hours.iter().filter(|hour| hour.truth.concluded() > 0);
        let measurable = concluded.clone().filter(|hour| hour.counted.is_measurable).count();
        measurable as f64 / concluded.count().max(1) as f64
    }

    pub(crate) fn is_measurable(&self) -> bool {
        self.measurable() >= 0.5
    }

    /// Hours that the level is shown for: the measurable ones of a class that is measurable most of
    /// the time, else all.
    fn shown(&self) -> impl Iterator<Item = &ServiceHour> {
        let all = !self.is_measurable();
        self.hours.iter().filter(move |hour| all || hour.counted.is_measurable)
    }

    pub(crate) fn counted(&self) -> Counted {
        self.shown().fold(Counted::default(), |sum, hour| sum + hour.counted)
    }

    pub(crate) fn truth(&self) -> Truth {
        self.shown().fold(Truth::default(), |sum, hour| sum + hour.truth)
    }

    /// Service level of the exporter less the true one, in percentage points.
    pub(crate) fn level_error(&self) -> Option<f64> {
        Some((self.counted().level()? - self.truth().level()?) * 100.0)
    }

    /// Number of service-hours with bounds that can be judged, and of those with the truth between
    /// them.
    pub(crate) fn held(&self) -> (usize, usize) {
        let judged: Vec<&ServiceHour> = self.shown().filter(|hour| hour.is_judged()).collect();
        (judged.len(), judged.iter().filter(|hour| hour.holds()).count())
    }

    /// Share of service-hours with the truth between the bounds.
    pub(crate) fn held_share(&self) -> Option<f64> {
        let (judged, held) = self.held();
        (judged > 0).then(|| held as f64 / judged as f64)
    }

    /// Mean distance of the bounds over the service-hours, in percentage points.
    pub(crate) fn width(&self) -> Option<f64> {
        let widths = self.shown().filter(|hour| hour.truth.concluded() > 0).map(|hour| {
            let [low, high] = hour.counted.bounds();
            (high - low) * 100.0
        });
        let (count, sum) = widths.fold((0, 0.0), |(count, sum), width| (count + 1, sum + width));
        (count > 0).then(|| sum / f64::from(count))
    }

    /// Cases counted as offered less those that the lists could show.
    pub(crate) fn offered_error(&self) -> i64 {
        let offered: u64 = self.hours.iter().map(|hour| hour.counted.offered).sum();
        let shown: u64 = self.hours.iter().map(|hour| hour.truth.shown).sum();
        offered as i64 - shown as i64
    }

    /// Share of the cases that no list showed.
    pub(crate) fn never_seen(&self) -> f64 {
        let sum =
            |of: fn(&Truth) -> u64| self.hours.iter().map(|hour| of(&hour.truth)).sum::<u64>();
        sum(|truth| truth.never_seen) as f64 / sum(|truth| truth.came).max(1) as f64
    }
}

impl CellResult {
    /// Occupancy of the exporter less the true one, in percentage points.
    pub(crate) fn occupancy_error(&self) -> Option<f64> {
        Some((self.occupancy? - self.true_occupancy?) * 100.0)
    }
}
