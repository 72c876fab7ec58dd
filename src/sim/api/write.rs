//! Writes: login and state of an agent.

use axum::http::StatusCode;
use serde_json::Value;

use super::resource::Collection;
use super::{Refusal, Trio, refusal};
use crate::sim::world::ChangeError;

impl Trio {
    /// Logs an agent in with `{"loggedIn": true}`, out with `false`.
    pub(super) fn patch_login(
        &mut self,
        body: &[u8],
        collection: Collection,
        id: u64,
    ) -> Result<(), Refusal> {
        let agent = self.agent_here(collection, id)?;
        // The help does not show the bodies of PATCH; these members are assumed. The exporter sends
        // no PATCH at all.
        let logged_in = member(body, "loggedIn").and_then(|value| value.as_bool());
        let logged_in = logged_in
            .ok_or(refusal(StatusCode::BAD_REQUEST, "the body needs loggedIn: true or false"))?;
        self.world.set_login(agent, logged_in).map_err(refused)
    }

    /// Sets the state of a logged in agent with `{"state": "…", "reason": "…"}`.
    pub(super) fn patch_state(
        &mut self,
        body: &[u8],
        collection: Collection,
        id: u64,
    ) -> Result<(), Refusal> {
        let agent = self.agent_here(collection, id)?;
        let state = member(body, "state");
        let activity = state.and_then(|word| self.options.dialect.parse_activity(&word));
        let activity = activity
            .ok_or(refusal(StatusCode::BAD_REQUEST, "the body needs state: a state of an agent"))?;
        let reason = member(body, "reason").and_then(|reason| reason.as_str().map(str::to_owned));
        self.world.set_activity(agent, activity, reason).map_err(refused)
    }

    fn agent_here(&self, collection: Collection, id: u64) -> Result<u32, Refusal> {
        let agent = u32::try_from(id).ok().and_then(|id| self.world.agents.get(&id));
        // A contact centre shows nothing of another one.
        let agent = agent.filter(|agent| agent.center == collection.center);
        agent.map(|agent| agent.id).ok_or(refused(ChangeError::Unknown))
    }
}

fn refused(error: ChangeError) -> Refusal {
    let (status, message) = match error {
        ChangeError::Unknown => (StatusCode::NOT_FOUND, "there is no such agent"),
        ChangeError::NotLoggedIn => (
            StatusCode::FORBIDDEN,
            "the agent must be logged in by PATCH …/login before its state can be set",
        ),
        ChangeError::NotSettable => {
            (StatusCode::BAD_REQUEST, "this state comes by itself and cannot be set")
        }
    };
    refusal(status, message)
}

fn member(body: &[u8], name: &str) -> Option<Value> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get(name).cloned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::Method;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::super::tests::Client;
    use super::*;
    use crate::sim::{Dialect, Options};

    fn patch(client: &mut Client, what: &str, body: &str) -> StatusCode {
        client.send(Method::PATCH, &format!("/cc/1/agents/1001/{what}"), body).status
    }

    #[test]
    fn agent_obeys_after_an_api_login() {
        let mut client = Client::new(Options::default());
        let paused = r#"{"state":"Paused","reason":"Möte"}"#;
        assert_eq!(patch(&mut client, "state", paused), StatusCode::FORBIDDEN);
        assert_eq!(patch(&mut client, "login", r#"{"loggedIn":true}"#), StatusCode::OK);
        assert_eq!(client.data("/cc/1/agents/1001/state")["state"], "Available");
        assert_eq!(patch(&mut client, "state", paused), StatusCode::OK);
        // Fifty minutes, in which the agent's own behaviour would have changed its state.
        client.now += Duration::from_secs(3_000);
        let state = client.data("/cc/1/agents/1001/state");
        assert_eq!((&state["state"], &state["reason"]), (&json!("Paused"), &json!("Möte")));
        assert_eq!(patch(&mut client, "login", r#"{"loggedIn":false}"#), StatusCode::OK);
        assert_eq!(client.data("/cc/1/agents/1001/state")["state"], "LoggedOut");
        assert_eq!(patch(&mut client, "state", paused), StatusCode::FORBIDDEN);
    }

    #[test]
    fn incomplete_bodies_are_bad_requests() {
        let mut client = Client::new(Options::default());
        for body in ["", "{", "[]", "null", r#"{"loggedIn":"yes"}"#] {
            assert_eq!(patch(&mut client, "login", body), StatusCode::BAD_REQUEST, "{body}");
        }
        assert_eq!(patch(&mut client, "login", r#"{"loggedIn":true}"#), StatusCode::OK);
        for body in ["", r#"{"state":"Ledig"}"#, r#"{"state":7}"#, r#"{"state":"Offered"}"#] {
            assert_eq!(patch(&mut client, "state", body), StatusCode::BAD_REQUEST, "{body}");
        }
    }

    #[test]
    fn states_use_the_words_of_the_dialect() {
        let mut client = Client::new(Options { dialect: Dialect::Foreign, ..Options::default() });
        assert_eq!(patch(&mut client, "login", r#"{"loggedIn":true}"#), StatusCode::OK);
        assert_eq!(patch(&mut client, "state", r#"{"state":9}"#), StatusCode::OK);
        assert_eq!(client.get("/cc/1/agents/1001/state").body["DATA"]["zustand"], 9);
    }
}
