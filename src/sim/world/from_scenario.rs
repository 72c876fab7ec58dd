//! Construction of a world from a scenario.

use super::World;
use super::agent::Center;
use super::build::add_group;
use super::demand::Channel;
use super::demand::mean_handling;
use super::names;
use super::profile::Shift;
use crate::sim::scenario::{Scenario, ServicePlan, Team};

/// Id of a scenario's only contact centre.
const CENTER: u32 = 1;

impl World {
    /// Returns the world of a scenario after its warm-up, with its statistics reset.
    pub(crate) fn from_scenario(seed: u64, scenario: &Scenario) -> Self {
        let mut world = Self::empty(seed, scenario.start_time);
        world.centers.insert(CENTER, Center { id: CENTER, name: names::center(0) });
        let group = add_group(&mut world.service_groups, CENTER, names::service_group(0));
        for plan in &scenario.services {
            world.add_planned_service(plan, group);
        }
        for team in &scenario.teams {
            world.add_team(team);
        }
        world.schedule_first_events();
        world.step(scenario.warm_up);
        world.reset_truth();
        world
    }

    fn add_planned_service(&mut self, plan: &ServicePlan, group: u32) {
        let channel =
            plan.demands.first().map_or(Channel::Phone, |demand| Channel::for_class(demand.class));
        self.put_service(CENTER, group, plan.name.clone(), channel, |service| {
            service.opening_hours = plan.opening_hours;
            service.arrival_profile = plan.arrival_profile;
            service.rate = plan.cases_per_hour / 3_600.0;
            // Handling only: ringing and wrap-up belong to the teams, not to the plan of a service.
            service.cycle = mean_handling(&plan.demands);
            service.demands = plan.demands.clone();
            service.rerouting = plan.rerouting;
        });
    }

    fn add_team(&mut self, team: &Team) {
        use rand::Rng;

        let group = add_group(&mut self.agent_groups, CENTER, team.name.clone());
        let skills: Vec<u32> = team.skills.iter().filter_map(|at| self.service_at(*at)).collect();
        for _ in 0..team.agents {
            let shift = (!team.always_on_duty).then(|| Shift::pick(self.rng.next_u64()));
            self.insert_agent(CENTER, vec![group], skills.clone(), shift, team.behaviour);
        }
    }
}
