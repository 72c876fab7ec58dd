//! Agents on duty: shifts, pauses, answering and wrap-up.

use std::time::Duration;

use rand::RngExt;

use super::World;
use super::agent::{Activity, Agent};
use super::case::CaseEnd;
use super::distribution::exponential;
use super::event::Event;
use super::profile::{DAY, time_of_day};
use super::service::Service;
use super::truth_recorder::Disposition;

/// Mean time on duty between two pauses, in seconds.
const MEAN_PAUSE_INTERVAL: f64 = 50.0 * 60.0;

/// Reason, mean length in minutes, and weight of each kind of pause.
const PAUSES: [(&str, f64, u32); 4] =
    [("Rast", 10.0, 5), ("Ärendehantering", 6.0, 3), ("Möte", 20.0, 1), ("Utbildning", 25.0, 1)];

/// Pause of an agent who did not answer: the product puts such an agent into pause, and without it
/// the same case would ring there again at once.
const NO_ANSWER_PAUSE: Duration = Duration::from_secs(60);

impl World {
    /// Changes an agent's activity and the agent counts of its services. Nothing else writes
    /// `Agent::activity`.
    pub(super) fn change_activity(&mut self, id: u32, activity: Activity, reason: Option<String>) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        // Before the change: the time since the last one belongs to the old activity.
        self.recorder.record_activity(agent, self.now);
        for skill in &agent.skills {
            if let Some(service) = self.services.get_mut(skill) {
                remove_from_counts(agent, service);
            }
        }
        agent.activity = activity;
        agent.reason = reason;
        agent.since = self.now;
        // The scheduled end of the old activity becomes outdated.
        agent.generation += 1;
        // In wrap-up the agent keeps the case that it has just finished.
        if matches!(activity, Activity::LoggedOut | Activity::Available | Activity::Paused) {
            (agent.job, agent.service) = (None, None);
        }
        for skill in &agent.skills {
            if let Some(service) = self.services.get_mut(skill) {
                add_to_counts(agent, service);
            }
        }
    }

    /// Schedules the end of the present activity.
    pub(super) fn schedule_activity_end(&mut self, id: u32, after: Duration) {
        if let Some(agent) = self.agents.get(&id) {
            let event = Event::ActivityEnd { agent: id, generation: agent.generation };
            self.events.schedule(self.now + after, event);
        }
    }

    pub(super) fn assign_case(&mut self, id: u32, job: u64, service: u32) {
        if let Some(agent) = self.agents.get_mut(&id) {
            (agent.job, agent.service) = (Some(job), Some(service));
        }
    }

    pub(super) fn end_activity(&mut self, id: u32, generation: u64) {
        let Some(agent) = self.agents.get(&id) else { return };
        if agent.generation != generation {
            return;
        }
        let behaviour = agent.behaviour;
        match (agent.activity, agent.job) {
            (Activity::Offered, Some(job)) => {
                // `random_bool` panics outside of 0 to 1, and `missed` is public.
                if self.rng.random_bool((1.0 - behaviour.missed).clamp(0.0, 1.0)) {
                    self.answer(id, job);
                } else {
                    self.change_activity(id, Activity::Paused, Some("Svarade inte".to_owned()));
                    self.schedule_activity_end(id, NO_ANSWER_PAUSE);
                    self.requeue(job);
                }
            }
            // A busy agent without a case was set by the API and is never scheduled to end.
            (Activity::Busy, Some(job)) => self.finish_handling(id, job),
            _ => self.assign_next_activity(id),
        }
    }

    /// Ends a case or transfers it, and starts the agent's wrap-up.
    fn finish_handling(&mut self, id: u32, job: u64) {
        let onward = self.transfer_target(job);
        match (onward, self.cases.get(&job).map(|case| case.class)) {
            (Some(to), Some(class)) => self.reroute(job, Disposition::PassedOn, to, class),
            _ => self.end_case(job, CaseEnd::Served),
        }
        match self.agents.get(&id).and_then(|agent| agent.behaviour.wrap_up) {
            Some(wrap_up) => {
                self.change_activity(id, Activity::WrapUp, None);
                let after = wrap_up.sample(&mut self.rng);
                self.schedule_activity_end(id, after);
            }
            None => self.assign_next_activity(id),
        }
        if onward.is_some() {
            self.dispatch_case(job);
        }
    }

    /// Starts the next activity of a free agent: log out, pause or take the next case.
    pub(super) fn assign_next_activity(&mut self, id: u32) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if agent.controlled {
            self.change_activity(id, Activity::Available, None);
        } else if !agent.on_duty {
            self.change_activity(id, Activity::LoggedOut, None);
        } else if agent.pause_due {
            agent.pause_due = false;
            self.pause(id);
        } else {
            self.change_activity(id, Activity::Available, None);
            self.dispatch_agent(id);
        }
    }

    fn pause(&mut self, id: u32) {
        let noon = (11 * 3600..13 * 3600).contains(&time_of_day(self.wall_clock()).as_secs());
        let lunch = noon && self.rng.random_bool(0.3);
        let total: u32 = PAUSES.iter().map(|pause| pause.2).sum();
        let mut left = self.rng.random_range(0..total);
        let other = PAUSES.into_iter().find(|pause| {
            let found = left < pause.2;
            left = left.saturating_sub(pause.2);
            found
        });
        let (reason, minutes, _) =
            if lunch { ("Lunch", 30.0, 0) } else { other.unwrap_or(PAUSES[0]) };
        self.change_activity(id, Activity::Paused, Some(reason.to_owned()));
        let length = exponential(minutes * 60.0, &mut self.rng);
        self.schedule_activity_end(id, length);
        // The next pause counts from the end of this one.
        self.schedule_pause(id, length);
    }

    fn schedule_pause(&mut self, id: u32, not_before: Duration) {
        let after = exponential(MEAN_PAUSE_INTERVAL, &mut self.rng);
        if let Some(agent) = self.agents.get(&id) {
            let event = Event::PauseDue { agent: id, login: agent.login };
            self.events.schedule(self.now + not_before + after, event);
        }
    }

    pub(super) fn request_pause(&mut self, id: u32, login: u64) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if agent.login != login || agent.controlled || !agent.on_duty {
            return;
        }
        // An agent who has a case takes the pause after it.
        agent.pause_due = true;
        if agent.activity == Activity::Available {
            self.assign_next_activity(id);
        }
    }

    pub(super) fn start_shift(&mut self, id: u32) {
        let Some(shift) = self.agents.get(&id).and_then(|agent| agent.shift) else { return };
        let length = shift.length();
        self.events.schedule(self.now + DAY, Event::ShiftStart { agent: id });
        self.events.schedule(self.now + length, Event::ShiftEnd { agent: id });
        self.start_duty(id);
    }

    pub(super) fn start_duty(&mut self, id: u32) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        agent.on_duty = true;
        agent.pause_due = false;
        // Pauses that were scheduled in an earlier duty period become outdated.
        agent.login += 1;
        let pauses = agent.behaviour.pauses;
        if !agent.controlled {
            if pauses {
                self.schedule_pause(id, Duration::ZERO);
            }
            self.assign_next_activity_if_free(id);
        }
    }

    pub(super) fn end_shift(&mut self, id: u32) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        // A case in hand is finished first, after the end of the shift if need be.
        agent.on_duty = false;
        if !agent.controlled {
            self.assign_next_activity_if_free(id);
        }
    }

    fn assign_next_activity_if_free(&mut self, id: u32) {
        let activity = self.agents.get(&id).map(|agent| agent.activity);
        if !matches!(activity, None | Some(Activity::Offered | Activity::Busy)) {
            self.assign_next_activity(id);
        }
    }
}

/// Adds an agent to the counts of a service by its activity.
pub(super) fn add_to_counts(agent: &Agent, service: &mut Service) {
    service.logged_on += usize::from(agent.activity != Activity::LoggedOut);
    service.available += usize::from(agent.activity == Activity::Available);
    service.busy += usize::from(agent.activity == Activity::Busy);
    if agent.activity == Activity::Available && !agent.controlled {
        service.idle.insert((agent.since, agent.id));
    }
}

/// Reverses [`add_to_counts`].
pub(super) fn remove_from_counts(agent: &Agent, service: &mut Service) {
    service.logged_on -= usize::from(agent.activity != Activity::LoggedOut);
    service.available -= usize::from(agent.activity == Activity::Available);
    service.busy -= usize::from(agent.activity == Activity::Busy);
    service.idle.remove(&(agent.since, agent.id));
}
