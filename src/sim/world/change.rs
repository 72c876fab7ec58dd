//! Changes from outside: services and agents are added and removed, and agents' states are set.

use rand::RngExt;

use super::agent::add_to_counts;
use super::build::rate;
use super::profile::{DAY, Shift};
use super::{Activity, Behaviour, Disposition, Event, Stage, World, names};

/// Reason why a change was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeError {
    /// No agent, service or contact centre has this id.
    Unknown,
    /// The agent was not logged in through the API first.
    NotLoggedIn,
    /// The state cannot be set: logged out, or offered.
    NotSettable,
}

impl World {
    /// Adds a service with a few agents to a contact centre, by default the first one.
    pub(crate) fn add_service(
        &mut self,
        name: Option<String>,
        center: Option<u32>,
    ) -> Result<u32, ChangeError> {
        let center = self.center_or_first(center)?;
        let number = self.services.len();
        let name = name.unwrap_or_else(|| format!("Ny {}", names::phone_service(number)));
        let group = self.service_groups.values().find(|group| group.center == center);
        let group = group.map_or(0, |group| group.id);
        let id = self.insert_service(center, group, number, Some(name));
        let candidates: Vec<u32> = self
            .agents
            .values()
            .filter(|agent| agent.center == center)
            .map(|agent| agent.id)
            .collect();
        let wanted = (candidates.len() / 8).clamp(1, 20).min(candidates.len());
        for _ in 0..wanted {
            let agent = candidates[self.rng.random_range(0..candidates.len())];
            self.add_skill(agent, id);
        }
        if let Some(service) = self.services.get_mut(&id) {
            // Its agents have other services as well, so a quarter of their capacity counts.
            service.rate = rate(service.channel, wanted as f64 / 4.0);
        }
        self.schedule_arrival(id);
        Ok(id)
    }

    /// Removes a service with its live cases; agents who hold one become free.
    pub(crate) fn remove_service(&mut self, id: u32) -> Result<(), ChangeError> {
        let service = self.services.remove(&id).ok_or(ChangeError::Unknown)?;
        for agent in self.agents.values_mut() {
            agent.skills.retain(|skill| *skill != id);
        }
        for job in service.live {
            let agent = self.cases.get(&job).and_then(|case| case.agent);
            self.end_case(job, Disposition::Removed);
            if let Some(agent) = agent {
                self.assign_next_activity(agent);
            }
        }
        // Agents in wrap-up still name the removed service.
        for agent in self.agents.values_mut() {
            if agent.service == Some(id) {
                (agent.job, agent.service) = (None, None);
            }
        }
        Ok(())
    }

    /// Adds an agent, whose shift starts now, to a contact centre, by default the first one.
    pub(crate) fn add_agent(
        &mut self,
        first_name: Option<String>,
        last_name: Option<String>,
        center: Option<u32>,
    ) -> Result<u32, ChangeError> {
        let center = self.center_or_first(center)?;
        let services: Vec<u32> = self
            .services
            .values()
            .filter(|service| service.center == center)
            .map(|service| service.id)
            .collect();
        let turn = self.rng.random_range(0..services.len().max(1));
        let skills = self.pick_skills(&services, turn);
        let group = self.agent_groups.values().find(|group| group.center == center);
        let groups = group.map(|group| group.id).into_iter().collect();
        let shift = Shift::from_now(self.wall_clock());
        let id = self.insert_agent(center, groups, skills, Some(shift), Behaviour::TYPICAL);
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.first_name = first_name.unwrap_or_else(|| agent.first_name.clone());
            agent.last_name = last_name.unwrap_or_else(|| agent.last_name.clone());
        }
        self.schedule(shift.length, Event::ShiftEnd { agent: id });
        self.schedule(DAY, Event::ShiftStart { agent: id });
        self.start_duty(id);
        Ok(id)
    }

    /// Removes an agent. A case that rings there returns to its queue; a case being handled ends.
    pub(crate) fn remove_agent(&mut self, id: u32) -> Result<(), ChangeError> {
        self.agents.get(&id).ok_or(ChangeError::Unknown)?;
        // By a logout, which also settles the agent's case and its services' counts.
        self.interrupt(id, Activity::LoggedOut, None);
        self.agents.remove(&id);
        Ok(())
    }

    /// Logs an agent in or out through the API. From then on its state changes only through the
    /// API.
    pub(crate) fn set_login(&mut self, id: u32, logged_in: bool) -> Result<(), ChangeError> {
        let agent = self.agents.get_mut(&id).ok_or(ChangeError::Unknown)?;
        // A repeated login must not end the agent's present state.
        let same = agent.controlled && (agent.activity != Activity::LoggedOut) == logged_in;
        if !same {
            let activity = if logged_in { Activity::Available } else { Activity::LoggedOut };
            // Before the state changes: an agent under control must not enter a service's list of
            // idle agents.
            agent.controlled = true;
            self.interrupt(id, activity, None);
        }
        Ok(())
    }

    /// Sets the activity of an agent that [`Self::set_login`] has logged in.
    pub(crate) fn set_activity(
        &mut self,
        id: u32,
        activity: Activity,
        reason: Option<String>,
    ) -> Result<(), ChangeError> {
        let agent = self.agents.get(&id).ok_or(ChangeError::Unknown)?;
        if !agent.controlled || agent.activity == Activity::LoggedOut {
            return Err(ChangeError::NotLoggedIn);
        }
        if matches!(activity, Activity::LoggedOut | Activity::Offered) {
            return Err(ChangeError::NotSettable);
        }
        // Other states than a pause have no reason.
        let reason = reason.filter(|_| activity == Activity::Paused);
        if agent.activity != activity || agent.reason != reason {
            self.interrupt(id, activity, reason);
        }
        Ok(())
    }

    /// Returns all agents that the API controls to their own behaviour; pauses resume with the next
    /// shift.
    pub(crate) fn release(&mut self) {
        let held: Vec<u32> =
            self.agents.values().filter(|agent| agent.controlled).map(|agent| agent.id).collect();
        for id in held {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.controlled = false;
            }
            self.assign_next_activity(id);
        }
    }

    /// Ends or requeues the agent's case and starts another activity.
    fn interrupt(&mut self, id: u32, activity: Activity, reason: Option<String>) {
        let job = self.agents.get(&id).and_then(|agent| agent.job);
        // In wrap-up the agent still names its last case, which may be at another agent after a
        // transfer.
        let held = job.and_then(|job| self.cases.get(&job)).filter(|case| case.agent == Some(id));
        let stage = held.map(|case| case.stage);
        if let (Some(job), Some(Stage::Handled)) = (job, stage) {
            self.end_case(job, Disposition::Served);
        }
        self.change_activity(id, activity, reason);
        if let Some(agent) = self.agents.get_mut(&id) {
            (agent.job, agent.service) = (None, None);
        }
        // After the agent's state has changed: the case must not be offered to the same agent
        // again.
        if let (Some(job), Some(Stage::Offered)) = (job, stage) {
            self.requeue(job);
        }
    }

    fn add_skill(&mut self, agent: u32, service: u32) {
        let (Some(agent), Some(service)) =
            (self.agents.get_mut(&agent), self.services.get_mut(&service))
        else {
            return;
        };
        if !agent.skills.contains(&service.id) {
            agent.skills.push(service.id);
            add_to_counts(agent, service);
        }
    }

    fn center_or_first(&self, center: Option<u32>) -> Result<u32, ChangeError> {
        match center {
            Some(id) => self.centers.contains_key(&id).then_some(id).ok_or(ChangeError::Unknown),
            None => self.centers.keys().next().copied().ok_or(ChangeError::Unknown),
        }
    }
}
