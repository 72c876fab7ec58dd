//! An agent: identity, skills and present activity; shifts, pauses and wrap-up.

use std::time::Duration;

use rand::RngExt;

use super::behaviour::{NO_ANSWER_PAUSE, PAUSE_INTERVAL, PAUSES};
use super::profile::{DAY, Shift, time_of_day, weighted};
use super::{Behaviour, Disposition, Distribution, Event, Service, World};

closed_set! {
    /// Activity of an agent; exactly one at a time. The text is its name in `/sim/truth`.
    // `AgentTime` indexes its array by the order of declaration.
    pub Activity, as_str: &'static str {
        /// Not at work.
        LoggedOut => "logged_out",
        /// Ready for a case.
        Available => "available",
        /// A case is ringing.
        Offered => "offered",
        /// Talks or works on a case.
        Busy => "busy",
        /// After-call work.
        WrapUp => "wrap_up",
        /// Logged in, takes no cases.
        Paused => "paused",
    }
}

/// An agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Agent {
    pub(crate) id: u32,
    pub(crate) center: u32,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    /// Agent groups: one or more.
    pub(crate) groups: Vec<u32>,
    /// Ids of the services whose cases the agent takes.
    pub(crate) skills: Vec<u32>,
    pub(crate) behaviour: Behaviour,
    /// Working hours; `None` means round the clock.
    pub(crate) shift: Option<Shift>,
    pub(crate) activity: Activity,
    /// World time at which the activity began.
    pub(crate) since: Duration,
    /// Pause reason; only while paused.
    pub(crate) reason: Option<String>,
    /// Job number of the case that rings, is handled or was just handled.
    pub(crate) job: Option<u64>,
    /// The service of that case.
    pub(crate) service: Option<u32>,
    /// Number of the present activity. An `ActivityEnd` of another generation is outdated and
    /// ignored.
    pub(crate) generation: u64,
    /// Number of the present duty period. A pause scheduled in an earlier one is ignored.
    pub(crate) login: u64,
    pub(crate) on_duty: bool,
    pub(crate) pause_due: bool,
    /// The API has set this agent's state: it takes no cases and keeps the state until it is
    /// released.
    pub(crate) controlled: bool,
}

impl World {
    /// Changes an agent's activity and the agent counts of its services. Nothing else writes
    /// `Agent::activity`.
    pub(super) fn change_activity(&mut self, id: u32, activity: Activity, reason: Option<String>) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        // Before the change: the time since the last one belongs to the old activity.
        self.recorder.figures.record_activity(agent, self.now);
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

    /// Draws the length of the present activity, and schedules its end.
    pub(super) fn schedule_activity_end(&mut self, id: u32, length: Distribution) -> Duration {
        let length = length.sample(&mut self.rng);
        if let Some(agent) = self.agents.get(&id) {
            let event = Event::ActivityEnd { agent: id, generation: agent.generation };
            self.schedule(length, event);
        }
        length
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
            _ => self.end_case(job, Disposition::Served),
        }
        match self.agents.get(&id).and_then(|agent| agent.behaviour.wrap_up) {
            Some(wrap_up) => {
                self.change_activity(id, Activity::WrapUp, None);
                self.schedule_activity_end(id, wrap_up);
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
        let total: u32 = PAUSES.iter().map(|(_, weight)| weight).sum();
        let draw = self.rng.random_range(0..total);
        let (reason, minutes) = if lunch { ("Lunch", 30) } else { weighted(&PAUSES, draw) };
        self.change_activity(id, Activity::Paused, Some(reason.to_owned()));
        let mean = Duration::from_secs(minutes * 60);
        let length = self.schedule_activity_end(id, Distribution::Exponential(mean));
        // The next pause counts from the end of this one.
        self.schedule_pause(id, length);
    }

    fn schedule_pause(&mut self, id: u32, not_before: Duration) {
        let after = PAUSE_INTERVAL.sample(&mut self.rng);
        if let Some(agent) = self.agents.get(&id) {
            let event = Event::PauseDue { agent: id, login: agent.login };
            self.schedule(not_before + after, event);
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
        self.schedule(DAY, Event::ShiftStart { agent: id });
        self.schedule(shift.length, Event::ShiftEnd { agent: id });
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
