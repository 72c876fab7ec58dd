//! What somebody outside can change: services and agents come and go, an agent's state is set.

use rand::RngExt;

use super::World;
use super::agent::Activity;
use super::build::rate;
use super::case::{Ending, Stage};
use super::duty::join;
use super::event::Event;
use super::habits::Habits;
use super::names;
use super::profile::{DAY, Shift};

/// Why a change was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such agent, service or contact centre.
    Unknown,
    /// The agent was not logged in from outside first.
    NotLoggedIn,
    /// A state that nobody can set: logged out, or being offered a case.
    NotSettable,
}

impl World {
    /// Adds a service with a few agents to a contact centre (the first one by default).
    pub(crate) fn add_service(&mut self, name: Option<String>, center: Option<u32>) -> Result<u32, Refusal> {
        let center = self.center_or_first(center)?;
        let number = self.services.len();
        let name = name.unwrap_or_else(|| format!("Ny {}", names::phone_service(number)));
        let group = self.service_groups.values().find(|group| group.center == center);
        let group = group.map_or(0, |group| group.id);
        let id = self.insert_service(center, group, number, Some(name));
        let candidates: Vec<u32> =
            self.agents.values().filter(|agent| agent.center == center).map(|agent| agent.id).collect();
        let wanted = (candidates.len() / 8).clamp(1, 20).min(candidates.len());
        for _ in 0..wanted {
            let agent = candidates[self.rng.random_range(0..candidates.len())];
            self.add_skill(agent, id);
        }
        if let Some(service) = self.services.get_mut(&id) {
            service.rate = rate(service.channel, wanted as f64 / 4.0);
        }
        self.plan_arrival(id);
        Ok(id)
    }

    /// Takes a service away, with its live cases; agents who held one are free.
    pub(crate) fn remove_service(&mut self, id: u32) -> Result<(), Refusal> {
        let service = self.services.remove(&id).ok_or(Refusal::Unknown)?;
        for agent in self.agents.values_mut() {
            agent.skills.retain(|skill| *skill != id);
        }
        for job in service.live {
            let agent = self.cases.get(&job).and_then(|case| case.agent);
            self.finish(job, Ending::Removed);
            if let Some(agent) = agent {
                self.settle(agent);
            }
        }
        for agent in self.agents.values_mut() {
            if agent.service == Some(id) {
                (agent.job, agent.service) = (None, None);
            }
        }
        Ok(())
    }

    /// Adds an agent, who goes to work at once, to a contact centre (the first one by default).
    pub(crate) fn add_agent(
        &mut self,
        first_name: Option<String>,
        last_name: Option<String>,
        center: Option<u32>,
    ) -> Result<u32, Refusal> {
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
        let shift = Shift::from_now(self.clock());
        let id = self.insert_agent(center, groups, skills, Some(shift), Habits::USUAL);
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.first_name = first_name.unwrap_or_else(|| agent.first_name.clone());
            agent.last_name = last_name.unwrap_or_else(|| agent.last_name.clone());
        }
        self.agenda.plan(self.now + shift.length(), Event::ShiftEnds { agent: id });
        self.agenda.plan(self.now + DAY, Event::ShiftStarts { agent: id });
        self.begin_duty(id);
        Ok(id)
    }

    /// Takes an agent away. A case that rings there goes back to its queue; one being handled ends.
    pub(crate) fn remove_agent(&mut self, id: u32) -> Result<(), Refusal> {
        self.agents.get(&id).ok_or(Refusal::Unknown)?;
        self.put_down(id, Activity::LoggedOut, None);
        self.agents.remove(&id);
        Ok(())
    }

    /// Logs an agent in or out from outside. From then on it does only what is set from outside.
    pub(crate) fn set_login(&mut self, id: u32, logged_in: bool) -> Result<(), Refusal> {
        let agent = self.agents.get_mut(&id).ok_or(Refusal::Unknown)?;
        let same = agent.controlled && (agent.activity != Activity::LoggedOut) == logged_in;
        if !same {
            let activity = if logged_in { Activity::Available } else { Activity::LoggedOut };
            // First of all: an agent under control joins no idle list.
            self.control(id);
            self.put_down(id, activity, None);
        }
        Ok(())
    }

    /// Sets what an agent does, once [`Self::set_login`] has logged it in.
    pub(crate) fn set_activity(
        &mut self,
        id: u32,
        activity: Activity,
        reason: Option<String>,
    ) -> Result<(), Refusal> {
        let agent = self.agents.get(&id).ok_or(Refusal::Unknown)?;
        if !agent.controlled || agent.activity == Activity::LoggedOut {
            return Err(Refusal::NotLoggedIn);
        }
        if matches!(activity, Activity::LoggedOut | Activity::Offered) {
            return Err(Refusal::NotSettable);
        }
        let reason = reason.filter(|_| activity == Activity::Paused);
        if agent.activity != activity || agent.reason != reason {
            self.put_down(id, activity, reason);
        }
        Ok(())
    }

    /// Lets all agents that were set from outside go on by themselves; pauses come again with the next shift.
    pub(crate) fn release(&mut self) {
        let held: Vec<u32> =
            self.agents.values().filter(|agent| agent.controlled).map(|agent| agent.id).collect();
        for id in held {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.controlled = false;
            }
            self.settle(id);
        }
    }

    fn control(&mut self, id: u32) {
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.controlled = true;
        }
    }

    /// Lets an agent drop its case, whatever becomes of that, and do something else.
    fn put_down(&mut self, id: u32, activity: Activity, reason: Option<String>) {
        let job = self.agents.get(&id).and_then(|agent| agent.job);
        // In wrap-up the case may be somebody else's already.
        let held = job.and_then(|job| self.cases.get(&job)).filter(|case| case.agent == Some(id));
        let stage = held.map(|case| case.stage);
        if let (Some(job), Some(Stage::Handled)) = (job, stage) {
            self.finish(job, Ending::Served);
        }
        self.begin(id, activity, reason);
        if let Some(agent) = self.agents.get_mut(&id) {
            (agent.job, agent.service) = (None, None);
        }
        if let (Some(job), Some(Stage::Offered)) = (job, stage) {
            self.requeue(job);
        }
    }

    fn add_skill(&mut self, agent: u32, service: u32) {
        let (Some(agent), Some(service)) = (self.agents.get_mut(&agent), self.services.get_mut(&service))
        else {
            return;
        };
        if !agent.skills.contains(&service.id) {
            agent.skills.push(service.id);
            join(agent, service);
        }
    }

    fn center_or_first(&self, center: Option<u32>) -> Result<u32, Refusal> {
        match center {
            Some(id) => self.centers.contains_key(&id).then_some(id).ok_or(Refusal::Unknown),
            None => self.centers.keys().next().copied().ok_or(Refusal::Unknown),
        }
    }
}
