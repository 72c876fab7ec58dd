//! Configuration changes, applied at once or, as a real Trio does, one minute after the last
//! change.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use serde_json::json;

use super::Trio;
use super::answer::{Answer, refuse};
use crate::sim::world::{ChangeError, World};

/// A configuration change.
#[derive(Clone, Debug)]
pub(super) enum Change {
    AddService { name: Option<String>, center: Option<u32> },
    AddAgent { first_name: Option<String>, last_name: Option<String>, center: Option<u32> },
    RemoveService(u32),
    RemoveAgent(u32),
}

/// Changes that are not applied yet, and their due time.
#[derive(Debug, Default)]
pub(super) struct PendingChanges {
    waiting: Vec<Change>,
    due: Option<SystemTime>,
}

impl Change {
    /// Applies the change. Returns the id of a new service or agent.
    fn apply(self, world: &mut World) -> Result<Option<u32>, ChangeError> {
        match self {
            Self::AddService { name, center } => world.add_service(name, center).map(Some),
            Self::AddAgent { first_name, last_name, center } => {
                world.add_agent(first_name, last_name, center).map(Some)
            }
            Self::RemoveService(id) => world.remove_service(id).map(|()| None),
            Self::RemoveAgent(id) => world.remove_agent(id).map(|()| None),
        }
    }

    /// Returns true when the subject of the change exists.
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
    /// Applies a change, or queues it when an activation delay is configured.
    pub(super) fn change(&mut self, change: Change, now: SystemTime) -> Answer {
        let wait = self.options.activation;
        if !wait.is_zero() {
            // Refused now: the 202 below says that the change will be made.
            if !change.is_possible(&self.world) {
                return unknown();
            }
            self.pending_changes.waiting.push(change);
            // Each change restarts the delay of all: the vendor's help says "one minute after the
            // last one".
            self.pending_changes.due = now.checked_add(wait);
            return Answer::new(
                StatusCode::ACCEPTED,
                json!({ "activated_in": wait.as_secs_f64() }),
            );
        }
        match change.apply(&mut self.world) {
            Ok(Some(id)) => Answer::new(StatusCode::CREATED, json!({ "id": id })),
            Ok(None) => Answer::ok(json!({})),
            Err(_) => unknown(),
        }
    }

    /// Applies the changes that are due by `now`, at their due time.
    pub(super) fn apply_due_changes(&mut self, now: SystemTime) {
        let Some(due) = self.pending_changes.due.filter(|due| *due <= now) else { return };
        // Events before the due time happen in the world without the changes.
        self.advance_world(due);
        let PendingChanges { waiting, .. } = std::mem::take(&mut self.pending_changes);
        for change in waiting {
            // Its subject may have been removed since it was ordered.
            let _ = change.apply(&mut self.world);
        }
    }

    fn advance_world(&mut self, now: SystemTime) {
        let behind: Duration = self.world_clock.next_step(now, self.world.now());
        self.world.step(behind);
    }

    /// Applies due changes and advances the world to `now`.
    pub(crate) fn catch_up(&mut self, now: SystemTime) {
        self.apply_due_changes(now);
        self.advance_world(now);
    }
}

fn unknown() -> Answer {
    refuse(StatusCode::NOT_FOUND, "there is no such service, agent or contact centre")
}
