//! Worlds that are stated, service by service and team by team, instead of made up: for tests and
//! benches that must know what to expect. [`Scenario::NAMED`] has the ones that are used more than once.

mod named;

use std::time::Duration;

use super::world::{Class, Demand, Habits, Opening, Season};

/// A contact centre in every detail that matters to its numbers. Its id is 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The time of day at which the world begins.
    pub begins: Duration,
    /// How long the world runs before it is shown and its account begins.
    pub warm_up: Duration,
    /// The services; the first has the id 101, the next 102, and so on.
    pub services: Vec<ServicePlan>,
    /// The teams, each an agent group; agents are numbered from 1001 through all of them.
    pub teams: Vec<Team>,
}

/// A service, what comes to it, and what moves on.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePlan {
    /// Its name.
    pub name: String,
    /// The hours in which it takes cases.
    pub opening: Opening,
    /// Cases an hour; at the busiest time, where the season is a day's.
    pub cases_per_hour: f64,
    /// How arrivals change with the time of day.
    pub season: Season,
    /// The classes of the cases.
    pub demands: Vec<Demand>,
    /// Which cases go elsewhere.
    pub moves: Moves,
}

/// Which cases go to another service or become another class; by default none. A service is named by
/// its position in [`Scenario::services`]; one that is not there takes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moves {
    /// Calls that have waited too long go, waiting, to another service.
    pub overflow: Option<Overflow>,
    /// Calls that have waited too long become callbacks, and wait on as such.
    pub callback: Option<Callback>,
    /// Calls that were handled go on to wait at another service.
    pub transfer: Option<Transfer>,
}

/// Calls that go to another service while they wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overflow {
    /// The part of the calls, 0 to 1.
    pub share: f64,
    /// How long they wait first.
    pub after: Duration,
    /// Position of the other service.
    pub to: usize,
}

/// Calls that become callbacks while they wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Callback {
    /// The part of the calls, 0 to 1.
    pub share: f64,
    /// How long they wait first.
    pub after: Duration,
}

/// Calls that go on to another service after they were handled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// The part of the calls, 0 to 1.
    pub share: f64,
    /// Position of the other service.
    pub to: usize,
}

/// Agents who are all alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// The name of their agent group.
    pub name: String,
    /// How many they are.
    pub agents: usize,
    /// Positions of the services that they take cases of.
    pub skills: Vec<usize>,
    /// Whether they work round the clock instead of in the day's shifts.
    pub always_on_duty: bool,
    /// How they work.
    pub habits: Habits,
}

impl ServicePlan {
    /// A service round the clock with `cases_per_hour` of one class, as the demo has them, which
    /// stay where they are.
    pub fn steady(name: &str, class: Class, cases_per_hour: f64) -> Self {
        Self {
            name: name.to_owned(),
            opening: Opening::Always,
            cases_per_hour,
            season: Season::Constant,
            demands: vec![Demand::usual(class, 1.0)],
            moves: Moves::default(),
        }
    }
}

impl Team {
    /// Agents round the clock who answer at once and do nothing else.
    pub fn tireless(name: &str, agents: usize, skills: &[usize]) -> Self {
        Self {
            name: name.to_owned(),
            agents,
            skills: skills.to_vec(),
            always_on_duty: true,
            habits: Habits::NONE,
        }
    }
}
