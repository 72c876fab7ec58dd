//! Writing: an agent's login and state, set from outside.

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::Answer;
use super::links::Links;
use super::resource::Place;
use super::{Request, Trio};
use crate::sim::world::Refusal;

impl Trio {
    /// `{"loggedIn": true}` logs an agent in, `false` out.
    pub(super) fn patch_login(&mut self, request: &Request, links: &Links, place: Place, id: u64) -> Answer {
        let Some(agent) = self.agent_here(place, id) else {
            return self.problem(links, StatusCode::NOT_FOUND, "there is no such agent");
        };
        let Some(logged_in) = member(&request.body, "loggedIn").and_then(|value| value.as_bool()) else {
            return self.problem(links, StatusCode::BAD_REQUEST, "the body needs loggedIn: true or false");
        };
        let done = self.world.set_login(agent, logged_in);
        self.after(done, request, links, place, id)
    }

    /// `{"state": "…", "reason": "…"}` sets what a logged in agent does.
    pub(super) fn patch_state(&mut self, request: &Request, links: &Links, place: Place, id: u64) -> Answer {
        let Some(agent) = self.agent_here(place, id) else {
            return self.problem(links, StatusCode::NOT_FOUND, "there is no such agent");
        };
        let state = member(&request.body, "state");
        let Some(activity) = state.and_then(|word| self.options.dialect.activity_from(&word)) else {
            return self.problem(links, StatusCode::BAD_REQUEST, "the body needs state: a state of an agent");
        };
        let reason = member(&request.body, "reason").and_then(|reason| reason.as_str().map(str::to_owned));
        let done = self.world.set_activity(agent, activity, reason);
        self.after(done, request, links, place, id)
    }

    fn after(
        &self,
        done: Result<(), Refusal>,
        request: &Request,
        links: &Links,
        place: Place,
        id: u64,
    ) -> Answer {
        let (status, message) = match done {
            Ok(()) => return self.item(request, links, place, id),
            Err(Refusal::Unknown) => (StatusCode::NOT_FOUND, "there is no such agent"),
            Err(Refusal::NotLoggedIn) => (
                StatusCode::FORBIDDEN,
                "the agent must be logged in by PATCH …/login before its state can be set",
            ),
            Err(Refusal::NotSettable) => {
                (StatusCode::BAD_REQUEST, "this state comes by itself and cannot be set")
            }
        };
        self.problem(links, status, message)
    }

    fn agent_here(&self, place: Place, id: u64) -> Option<u32> {
        let agent = self.world.agents().get(&u32::try_from(id).ok()?)?;
        (agent.center == place.center).then_some(agent.id)
    }
}

fn member(body: &[u8], name: &str) -> Option<Value> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get(name).cloned()
}
