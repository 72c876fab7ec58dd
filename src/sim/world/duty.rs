//! What agents do, and what comes after it: shifts, pauses, answering, wrap-up.

use std::time::Duration;

use rand::RngExt;

use super::World;
use super::account::Outcome;
use super::agent::{Activity, Agent};
use super::case::Ending;
use super::event::Event;
use super::law::exponential;
use super::profile::{DAY, time_of_day};
use super::service::Service;

/// Mean time on duty between two pauses, in seconds.
const PAUSE_EVERY: f64 = 50.0 * 60.0;

/// Reason, mean length in minutes, and weight of each kind of pause.
const PAUSES: [(&str, f64, u32); 4] =
    [("Rast", 10.0, 5), ("Ärendehantering", 6.0, 3), ("Möte", 20.0, 1), ("Utbildning", 25.0, 1)];

/// How long an agent who did not answer is taken out of the queue.
const NO_ANSWER: Duration = Duration::from_secs(60);

impl World {
    /// The one place where an agent starts to do something else: keeps the counts of its services.
    pub(super) fn begin(&mut self, id: u32, activity: Activity, reason: Option<String>) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        self.account.activity_over(agent, self.now);
        for skill in &agent.skills {
            if let Some(service) = self.services.get_mut(skill) {
                leave(agent, service);
            }
        }
        agent.activity = activity;
        agent.reason = reason;
        agent.since = self.now;
        agent.generation += 1;
        if matches!(activity, Activity::LoggedOut | Activity::Available | Activity::Paused) {
            (agent.job, agent.service) = (None, None);
        }
        for skill in &agent.skills {
            if let Some(service) = self.services.get_mut(skill) {
                join(agent, service);
            }
        }
    }

    /// Plans the end of what an agent does now.
    pub(super) fn plan_end(&mut self, id: u32, after: Duration) {
        if let Some(agent) = self.agents.get(&id) {
            let event = Event::ActivityEnds { agent: id, generation: agent.generation };
            self.agenda.plan(self.now + after, event);
        }
    }

    pub(super) fn hold_case(&mut self, id: u32, job: u64, service: u32) {
        if let Some(agent) = self.agents.get_mut(&id) {
            (agent.job, agent.service) = (Some(job), Some(service));
        }
    }

    pub(super) fn end_activity(&mut self, id: u32, generation: u64) {
        let Some(agent) = self.agents.get(&id) else { return };
        if agent.generation != generation {
            return;
        }
        let habits = agent.habits;
        match (agent.activity, agent.job) {
            (Activity::Offered, Some(job)) => {
                if self.rng.random_bool((1.0 - habits.missed).clamp(0.0, 1.0)) {
                    self.answer(id, job);
                } else {
                    self.begin(id, Activity::Paused, Some("Svarade inte".to_owned()));
                    self.plan_end(id, NO_ANSWER);
                    self.requeue(job);
                }
            }
            (Activity::Busy, Some(job)) => self.hang_up(id, job),
            _ => self.settle(id),
        }
    }

    /// An agent is through with a case, which ends or goes on.
    fn hang_up(&mut self, id: u32, job: u64) {
        let onward = self.transfer_target(job);
        match (onward, self.cases.get(&job).map(|case| case.class)) {
            (Some(to), Some(class)) => self.relocate(job, Outcome::PassedOn, to, class),
            _ => self.finish(job, Ending::Served),
        }
        match self.agents.get(&id).and_then(|agent| agent.habits.wrap_up) {
            Some(wrap_up) => {
                self.begin(id, Activity::WrapUp, None);
                let after = wrap_up.draw(&mut self.rng);
                self.plan_end(id, after);
            }
            None => self.settle(id),
        }
        if onward.is_some() {
            self.find_agent(job);
        }
    }

    /// What an agent does when nothing holds it: goes home, takes a pause, or takes the next case.
    pub(super) fn settle(&mut self, id: u32) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if agent.controlled {
            self.begin(id, Activity::Available, None);
        } else if !agent.on_duty {
            self.begin(id, Activity::LoggedOut, None);
        } else if agent.pause_due {
            agent.pause_due = false;
            self.pause(id);
        } else {
            self.begin(id, Activity::Available, None);
            self.find_case(id);
        }
    }

    fn pause(&mut self, id: u32) {
        let noon = (11 * 3600..13 * 3600).contains(&time_of_day(self.clock()).as_secs());
        let lunch = noon && self.rng.random_bool(0.3);
        let total: u32 = PAUSES.iter().map(|pause| pause.2).sum();
        let mut left = self.rng.random_range(0..total);
        let other = PAUSES.into_iter().find(|pause| {
            let found = left < pause.2;
            left = left.saturating_sub(pause.2);
            found
        });
        let (reason, minutes, _) = if lunch { ("Lunch", 30.0, 0) } else { other.unwrap_or(PAUSES[0]) };
        self.begin(id, Activity::Paused, Some(reason.to_owned()));
        let length = exponential(minutes * 60.0, &mut self.rng);
        self.plan_end(id, length);
        self.plan_pause(id, length);
    }

    fn plan_pause(&mut self, id: u32, not_before: Duration) {
        let after = exponential(PAUSE_EVERY, &mut self.rng);
        if let Some(agent) = self.agents.get(&id) {
            let event = Event::PauseDue { agent: id, login: agent.login };
            self.agenda.plan(self.now + not_before + after, event);
        }
    }

    pub(super) fn pause_due(&mut self, id: u32, login: u64) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if agent.login != login || agent.controlled || !agent.on_duty {
            return;
        }
        agent.pause_due = true;
        if agent.activity == Activity::Available {
            self.settle(id);
        }
    }

    pub(super) fn start_shift(&mut self, id: u32) {
        let Some(shift) = self.agents.get(&id).and_then(|agent| agent.shift) else { return };
        let length = shift.length();
        self.agenda.plan(self.now + DAY, Event::ShiftStarts { agent: id });
        self.agenda.plan(self.now + length, Event::ShiftEnds { agent: id });
        self.begin_duty(id);
    }

    pub(super) fn begin_duty(&mut self, id: u32) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        agent.on_duty = true;
        agent.pause_due = false;
        agent.login += 1;
        let pauses = agent.habits.pauses;
        if !agent.controlled {
            if pauses {
                self.plan_pause(id, Duration::ZERO);
            }
            self.settle_if_free(id);
        }
    }

    pub(super) fn end_shift(&mut self, id: u32) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        agent.on_duty = false;
        if !agent.controlled {
            self.settle_if_free(id);
        }
    }

    fn settle_if_free(&mut self, id: u32) {
        let activity = self.agents.get(&id).map(|agent| agent.activity);
        if !matches!(activity, None | Some(Activity::Offered | Activity::Busy)) {
            self.settle(id);
        }
    }
}

/// Counts an agent among those of a service, by what it does.
pub(super) fn join(agent: &Agent, service: &mut Service) {
    service.logged_on += usize::from(agent.activity != Activity::LoggedOut);
    service.available += usize::from(agent.activity == Activity::Available);
    service.busy += usize::from(agent.activity == Activity::Busy);
    if agent.activity == Activity::Available && !agent.controlled {
        service.idle.insert((agent.since, agent.id));
    }
}

/// Undoes [`join`].
pub(super) fn leave(agent: &Agent, service: &mut Service) {
    service.logged_on -= usize::from(agent.activity != Activity::LoggedOut);
    service.available -= usize::from(agent.activity == Activity::Available);
    service.busy -= usize::from(agent.activity == Activity::Busy);
    service.idle.remove(&(agent.since, agent.id));
}
