//! Figures of queues for the wallboard: the same values as on `/metrics`, by the same functions of
//! the families, so that both can never disagree.
//!
//! Does not belong here: words, sums and the order of rows (`http`).

mod skilled;

use std::{collections::HashMap, time::Duration};

use jiff::tz::TimeZone;

use super::{
    Identity, View,
    families::{
        agents,
        encode_input::{CenterInput, EncodeInput, TargetInput, label_text},
        flow, goals, services,
    },
};
use crate::{
    model::{ClassGoals, Collector, ServiceStatus, Stamp, Text, WallAgents},
    tally::{DayCounts, DayStart, DayTime, ServiceTotals, Source, StateCounts, WaitingNow},
};
pub use skilled::SkilledNow;
use skilled::skilled_now;

/// The figures of one target.
#[derive(Clone, Debug)]
pub struct TargetFigures {
    /// Configured name of the target.
    pub name: Text,
    /// False before the first step has ended.
    pub is_read: bool,
    /// True if its answers are those of a simulator.
    pub is_simulated: bool,
    /// Its contact centres.
    pub centers: Vec<CenterFigures>,
}

/// The figures of one contact centre.
#[derive(Clone, Debug)]
pub struct CenterFigures {
    /// Trio's id.
    pub id: Text,
    /// Its name.
    pub name: Option<Text>,
    /// The services of the last reading, however old it is.
    pub queues: Vec<QueueFigures>,
    /// Ids and names of the service groups.
    pub groups: Vec<(Text, Option<Text>)>,
    /// True if the service groups were read at least once.
    pub groups_read: bool,
    /// Agents by present state; `None` while the state of any of them is not known.
    pub agents: Option<StateCounts>,
    /// Smallest number of people of whom a number may be shown.
    pub min_group_size: usize,
    /// Time zone for people.
    pub time_zone: TimeZone,
    /// Begin of the counts of the day; `None` while there are none.
    pub day_start: Option<DayStart>,
    /// Age of the readings that feed the figures of queues, of the collectors that are on.
    pub readings: Vec<ReadingAge>,
    /// Age of the reading of agent states; `None` if it is off.
    pub agents_reading: Option<ReadingAge>,
    /// Age of the reading of skills; `None` if it is off.
    pub skills_reading: Option<ReadingAge>,
}

/// The age of a reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadingAge {
    /// Its collector.
    pub collector: Collector,
    /// Age of its last complete data; `None` if there was none.
    pub age: Option<Duration>,
    /// Age above which `/metrics` withholds its data.
    pub max_age: Duration,
    /// Interval of its collector.
    pub interval: Duration,
}

impl ReadingAge {
    /// Returns true if the data is known and not too old.
    pub fn is_fresh(&self) -> bool {
        self.age.is_some_and(|age| age <= self.max_age)
    }

    /// Returns the time until the data is too old; zero if it is or was never read.
    pub fn left(&self) -> Duration {
        self.age.map_or(Duration::ZERO, |age| self.max_age.saturating_sub(age))
    }
}

/// The figures of one service.
#[derive(Clone, Debug)]
pub struct QueueFigures {
    /// Trio's id.
    pub id: Text,
    /// Its name, empty if it has none.
    pub name: String,
    /// Ids and names of its service groups.
    pub groups: Vec<String>,
    /// State as Trio gives it; `None` while it is not known.
    pub state: Option<PresentState>,
    /// Its classes that are configured or were seen.
    pub classes: Vec<ClassFigures>,
    /// Open time since the day began; `None` while it is not known.
    pub day_time: Option<DayTime>,
    /// Its agents who are logged on, if they were asked for.
    pub skilled: SkilledNow,
}

/// The present state of a service, as Trio gives it. A value that Trio does not give is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PresentState {
    /// True if it is open.
    pub open: Option<bool>,
    /// Number of waiting cases of every kind.
    pub queue_length: Option<f64>,
    /// Age of the oldest of them, seconds.
    pub longest_wait: Option<f64>,
    /// Trio's estimate of the wait, seconds.
    pub estimated_wait: Option<f64>,
}

/// The figures of one class of a service.
#[derive(Clone, Debug)]
pub struct ClassFigures {
    /// Its goals, with the class.
    pub goals: ClassGoals,
    /// Cases that wait now; `None` while they are not known.
    pub waiting: Option<WaitingNow>,
    /// Age of the list that shows its cases; `None` if no list has shown it yet.
    pub reading: Option<ReadingAge>,
    /// Counts since the day began; `None` while they are not known.
    pub day: Option<DayCounts>,
    /// True if the service level can be measured.
    pub is_measurable: bool,
}

/// Returns the figures of all targets at the moment `now`, those of the agents of each service only
/// if `agents` asks for them.
pub fn queue_figures(views: &[View], now: Stamp, agents: WallAgents) -> Vec<TargetFigures> {
    static NO_AGENTS: Identity = Identity::None;
    let input = EncodeInput::new(views, &NO_AGENTS, now);
    let target = |(view, target): (&View, &TargetInput<'_>)| {
        let snapshot = target.snapshot;
        TargetFigures {
            name: view.name.clone(),
            is_read: snapshot.is_some(),
            is_simulated: snapshot.is_some_and(|snapshot| snapshot.simulated),
            centers: target.centers.iter().map(|it| center_figures(it, now, agents)).collect(),
        }
    };
    views.iter().zip(&input.targets).map(target).collect()
}

fn center_figures(input: &CenterInput<'_>, now: Stamp, agents: WallAgents) -> CenterFigures {
    let center = input.center;
    let age = |collector| reading_age(input, collector, now);
    // Names and groups from the last complete readings of any age: a row must not disappear from the
    // board of its group because a reading failed.
    let described = center.service_names();
    let states: HashMap<&str, &ServiceStatus> =
        input.service_state.unwrap_or_default().iter().map(|state| (&*state.id, state)).collect();
    let groups = center.service_groups.good.as_ref();
    let min_group_size = input.shown.map_or(usize::MAX, |(size, _)| size);
    let skills = center.skills.fresh(now).filter(|_| agents == WallAgents::Services);
    let skilled = skills
        .zip(input.agent_state)
        .map(|(skills, states)| skilled_now(skills, states, min_group_size));
    let queue = |(id, name): (&Text, &str)| QueueFigures {
        groups: described.get(&**id).map_or_else(Vec::new, |names| {
            names.groups.iter().map(|group| (*group).to_owned()).collect()
        }),
        skilled: skilled
            .as_ref()
            .and_then(|all| all.get(&**id))
            .copied()
            .unwrap_or(SkilledNow::Unknown),
        ..queue(input, id, name, states.get(&**id).copied(), now)
    };
    // `trio_agents` counts the agents whose state Trio gives. Free and logged on of a part of them
    // would be shown as if they were those of all.
    let lacks_states =
        input.agent_state.is_some_and(|agents| agents.iter().any(|agent| agent.state.is_none()));
    CenterFigures {
        id: center.contact_center.id.clone(),
        name: center.contact_center.name.as_ref().map(|name| label_text(Some(name)).into()),
        queues: flow::listed_services(input).into_iter().map(queue).collect(),
        groups: groups.map_or_else(Vec::new, |good| {
            good.data.groups.iter().map(|group| (group.id.clone(), group.name.clone())).collect()
        }),
        groups_read: groups.is_some(),
        agents: agents::agents_now(input).filter(|_| !lacks_states),
        min_group_size,
        time_zone: input.shown.map_or(TimeZone::UTC, |(_, zone)| zone.clone()),
        day_start: flow::day_start(input, now),
        readings: Collector::ALL
            .into_iter()
            .filter(|on| feeds_queues(*on))
            .filter_map(age)
            .collect(),
        agents_reading: age(Collector::AgentState),
        skills_reading: skills_reading(input, now),
    }
}

fn queue(
    input: &CenterInput<'_>,
    id: &Text,
    name: &str,
    status: Option<&ServiceStatus>,
    now: Stamp,
) -> QueueFigures {
    let totals = input.flow.and_then(|flow| flow.service(id));
    let service_goals = goals::service_goals(input, id);
    let classes = goals::classes_in_use(input, id, &service_goals);
    QueueFigures {
        id: id.clone(),
        name: name.to_owned(),
        groups: Vec::new(),
        state: status.map(present_state),
        classes: classes.into_iter().map(|goals| class(input, totals, goals, now)).collect(),
        day_time: totals.filter(|_| status.is_some()).and_then(|totals| totals.day_time),
        skilled: SkilledNow::Unknown,
    }
}

fn present_state(status: &ServiceStatus) -> PresentState {
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    PresentState {
        open: status.open,
        queue_length: finite(status.queue_length),
        longest_wait: finite(services::longest_wait(status)),
        estimated_wait: finite(status.estimated_wait),
    }
}

fn class(
    input: &CenterInput<'_>,
    totals: Option<&ServiceTotals>,
    goals: ClassGoals,
    now: Stamp,
) -> ClassFigures {
    let class = goals.class;
    let totals = totals.and_then(|totals| totals.classes.iter().find(|known| known.class == class));
    let fresh = totals.filter(|totals| flow::is_class_fresh(totals, input, now));
    let collector = |source| match source {
        Source::Calls => Collector::Calls,
        Source::Cases => Collector::Cases,
    };
    ClassFigures {
        goals,
        waiting: totals.and_then(|totals| flow::waiting_now(totals, input, now)),
        reading: totals.and_then(|totals| reading_age(input, collector(totals.source), now)),
        day: fresh.and_then(|totals| totals.day.or(totals.part_day)),
        is_measurable: fresh.is_some_and(|totals| totals.is_measurable()),
    }
}

/// Returns true if the figures of queues come from a collector.
fn feeds_queues(collector: Collector) -> bool {
    collector == Collector::ServiceState || collector.lists_cases()
}

/// Returns the age of the reading that says who has which skill.
fn skills_reading(input: &CenterInput<'_>, now: Stamp) -> Option<ReadingAge> {
    reading_age(input, Collector::Skills, now)
}

/// Returns the age of the last complete data of a collector; `None` if it is off.
fn reading_age(input: &CenterInput<'_>, collector: Collector, now: Stamp) -> Option<ReadingAge> {
    let health = input.center.reading(collector).health()?;
    Some(ReadingAge {
        collector,
        age: health.last_success.map(|taken| now.since(taken)),
        max_age: health.max_age,
        interval: health.interval,
    })
}
