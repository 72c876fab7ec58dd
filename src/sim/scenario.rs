//! Worlds that are stated, service by service and team by team, instead of generated: for tests and
//! benchmarks with known expectations. [`Scenario::NAMED`] lists the shared ones.

mod named;

use std::time::Duration;

use super::world::{ArrivalProfile, Behaviour, Class, Demand, OpeningHours, Rerouting};

/// A contact centre with id 1: its services, teams and times.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Time of day at world time zero.
    pub start_time: Duration,
    /// World time before the truth is reset and the world is shown.
    pub warm_up: Duration,
    /// Services; ids count from 101.
    pub services: Vec<ServicePlan>,
    /// Teams, each an agent group; agent ids count from 1001 through all teams.
    pub teams: Vec<Team>,
}

/// A service: opening hours, arrivals, demand and rerouting.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePlan {
    /// Name of the service.
    pub name: String,
    /// Opening hours.
    pub opening_hours: OpeningHours,
    /// Cases per hour at the busiest time.
    pub cases_per_hour: f64,
    /// Arrival rate over the day.
    pub arrival_profile: ArrivalProfile,
    /// Demand by class.
    pub demands: Vec<Demand>,
    /// Rerouting of its calls.
    pub rerouting: Rerouting,
}

/// Agents with the same skills and behaviour.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Name of their agent group.
    pub name: String,
    /// Number of agents.
    pub agents: usize,
    /// Positions of the services whose cases they take.
    pub skills: Vec<usize>,
    /// Works round the clock instead of in shifts.
    pub always_on_duty: bool,
    /// Behaviour of each agent.
    pub behaviour: Behaviour,
}

impl ServicePlan {
    /// Returns a service that is always open, with a constant arrival rate of one class and the
    /// demo's demand, without rerouting.
    pub fn steady(name: &str, class: Class, cases_per_hour: f64) -> Self {
        Self {
            name: name.to_owned(),
            opening_hours: OpeningHours::Always,
            cases_per_hour,
            arrival_profile: ArrivalProfile::Constant,
            demands: vec![Demand::typical(class, 1.0)],
            rerouting: Rerouting::default(),
        }
    }
}

impl Team {
    /// Returns agents who work round the clock and answer at once, without wrap-up or pauses.
    pub fn always_ready(name: &str, agents: usize, skills: &[usize]) -> Self {
        Self {
            name: name.to_owned(),
            agents,
            skills: skills.to_vec(),
            always_on_duty: true,
            behaviour: Behaviour::INSTANT,
        }
    }
}
