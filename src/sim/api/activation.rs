//! Changes of what is configured: at once, or, as on a real server, some time after the last one.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use serde_json::json;

use super::Trio;
use super::answer::Answer;
use super::control::refuse;
use crate::sim::world::{Refusal, World};

/// A change of what is configured.
#[derive(Clone, Debug)]
pub(super) enum Change {
    AddService { name: Option<String>, center: Option<u32> },
    AddAgent { first_name: Option<String>, last_name: Option<String>, center: Option<u32> },
    RemoveService(u32),
    RemoveAgent(u32),
}

/// The changes that wait, and when they are due.
#[derive(Debug, Default)]
pub(super) struct Activation {
    waiting: Vec<Change>,
    due: Option<SystemTime>,
}

impl Change {
    /// Makes the change; the id of what is new.
    fn make(self, world: &mut World) -> Result<Option<u32>, Refusal> {
        match self {
            Self::AddService { name, center } => world.add_service(name, center).map(Some),
            Self::AddAgent { first_name, last_name, center } => {
                world.add_agent(first_name, last_name, center).map(Some)
            }
            Self::RemoveService(id) => world.remove_service(id).map(|()| None),
            Self::RemoveAgent(id) => world.remove_agent(id).map(|()| None),
        }
    }

    /// Whether there is what it is about.
    fn is_possible(&self, world: &World) -> bool {
        match self {
            Self::AddService { center, .. } | Self::AddAgent { center, .. } => {
                center.is_none_or(|id| world.centers().contains_key(&id))
            }
            Self::RemoveService(id) => world.services().contains_key(id),
            Self::RemoveAgent(id) => world.agents().contains_key(id),
        }
    }
}

impl Trio {
    /// Makes a change, or lets it wait until nothing was changed for as long as is set.
    pub(super) fn change(&mut self, change: Change, now: SystemTime) -> Answer {
        let wait = self.options.activation;
        if !wait.is_zero() {
            if !change.is_possible(&self.world) {
                return unknown();
            }
            self.activation.waiting.push(change);
            self.activation.due = now.checked_add(wait);
            return Answer::new(StatusCode::ACCEPTED, json!({ "activated_in": wait.as_secs_f64() }));
        }
        match change.make(&mut self.world) {
            Ok(Some(id)) => Answer::new(StatusCode::CREATED, json!({ "id": id })),
            Ok(None) => Answer::ok(json!({})),
            Err(_) => unknown(),
        }
    }

    /// Makes the changes that are due by `now`, at the moment when they were.
    pub(super) fn activate(&mut self, now: SystemTime) {
        let Some(due) = self.activation.due.filter(|due| *due <= now) else { return };
        self.follow(due);
        let Activation { waiting, .. } = std::mem::take(&mut self.activation);
        for change in waiting {
            // What was possible when it was ordered may be gone by now.
            let _ = change.make(&mut self.world);
        }
    }

    fn follow(&mut self, now: SystemTime) {
        let behind: Duration = self.wall.behind(now, self.world.now());
        self.world.step(behind);
    }

    /// Lets the world go on until `now`.
    pub(crate) fn catch_up(&mut self, now: SystemTime) {
        self.activate(now);
        self.follow(now);
    }
}

fn unknown() -> Answer {
    refuse(StatusCode::NOT_FOUND, "there is no such service, agent or contact centre")
}
