//! The control of the simulator: not a part of Trio's API, and only for callers on this machine.

use std::time::SystemTime;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::activation::Change;
use super::answer::Answer;
use super::fault::Fault;
use super::{Request, Rights, Trio};

/// Where the control begins.
pub(crate) const CONTROL: &str = "/sim/control";

/// What becomes of API requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// They are answered.
    Open,
    /// They are refused: 503.
    Refusing,
    /// They are held until the gate is opened or refuses.
    Holding,
}

/// Arrivals may be set to at most this many times the usual.
const MOST_PACE: f64 = 1_000.0;

impl Trio {
    /// Carries out an order; `request.path` is what follows [`CONTROL`].
    pub(crate) fn control(
        &mut self,
        request: &Request,
        gate: &watch::Sender<Gate>,
        now: SystemTime,
    ) -> Answer {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let methods: &[Method] = match path.as_slice() {
            [] => &[Method::GET],
            [
                "services" | "agents" | "answering" | "arrivals" | "rights" | "failover" | "fault"
                | "release",
            ] => &[Method::POST],
            ["services" | "agents", _] => &[Method::DELETE],
            _ => return refuse(StatusCode::NOT_FOUND, "there is no such control"),
        };
        if !methods.contains(&request.method) {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "this control has no such method").allow(methods);
        }
        let body = match request.body.as_slice() {
            [] => json!({}),
            bytes => match serde_json::from_slice(bytes) {
                Ok(body @ Value::Object(_)) => body,
                _ => return refuse(StatusCode::BAD_REQUEST, "the body must be a JSON object"),
            },
        };
        match path.as_slice() {
            ["services"] => {
                let change = Change::AddService { name: text(&body, "name"), center: center(&body) };
                self.change(change, now)
            }
            ["agents"] => {
                let (first_name, last_name) = (text(&body, "first_name"), text(&body, "last_name"));
                self.change(Change::AddAgent { first_name, last_name, center: center(&body) }, now)
            }
            [kind, id] => match (id.parse(), *kind) {
                (Ok(id), "services") => self.change(Change::RemoveService(id), now),
                (Ok(id), _) => self.change(Change::RemoveAgent(id), now),
                (Err(_), _) => refuse(StatusCode::NOT_FOUND, "there is nothing with this id"),
            },
            ["answering"] => self.set_answering(&body, gate),
            ["rights"] => self.set_rights(&body, gate),
            ["arrivals"] => self.set_arrivals(&body, gate),
            ["release"] => {
                self.world.release();
                self.status(gate)
            }
            ["failover"] => self.pair.set(&body).unwrap_or_else(|| self.status(gate)),
            ["fault"] => match Fault::read(&body) {
                Ok(fault) => {
                    self.set_fault(fault);
                    self.status(gate)
                }
                Err(message) => refuse(StatusCode::BAD_REQUEST, message),
            },
            _ => self.status(gate),
        }
    }

    fn set_answering(&self, body: &Value, gate: &watch::Sender<Gate>) -> Answer {
        let mode = body.get("mode").map_or(Some("error"), Value::as_str);
        let next = match (body.get("answering").and_then(Value::as_bool), mode) {
            (Some(true), _) => Gate::Open,
            (Some(false), Some("error")) => Gate::Refusing,
            (Some(false), Some("hang")) => Gate::Holding,
            _ => {
                let message = "answering must be true or false, and mode error or hang";
                return refuse(StatusCode::BAD_REQUEST, message);
            }
        };
        gate.send_replace(next);
        self.status(gate)
    }

    /// Rights change when a token is renewed, or `at_once` if that is asked for.
    fn set_rights(&mut self, body: &Value, gate: &watch::Sender<Gate>) -> Answer {
        let words = body.get("forbidden").and_then(Value::as_array);
        let words: Option<Vec<String>> =
            words.and_then(|words| words.iter().map(|word| word.as_str().map(str::to_owned)).collect());
        let Some(words) = words else {
            return refuse(StatusCode::BAD_REQUEST, "forbidden must be a list of resources");
        };
        match Rights::without(&words) {
            Ok(rights) => self.rights = rights,
            Err(word) => {
                return refuse(StatusCode::BAD_REQUEST, &format!("there is no resource {word:?}"));
            }
        }
        if body.get("at_once").and_then(Value::as_bool) == Some(true) {
            self.sessions.grant(&self.rights);
        }
        self.status(gate)
    }

    fn set_arrivals(&mut self, body: &Value, gate: &watch::Sender<Gate>) -> Answer {
        match body.get("factor").and_then(Value::as_f64) {
            Some(factor) if (0.0..=MOST_PACE).contains(&factor) => {
                self.world.set_pace(factor);
                self.status(gate)
            }
            _ => refuse(StatusCode::BAD_REQUEST, "factor must be a number from 0 to 1000"),
        }
    }

    fn status(&self, gate: &watch::Sender<Gate>) -> Answer {
        let ledger = self.world.ledger();
        Answer::ok(json!({
            "answering": *gate.borrow() == Gate::Open,
            "factor": self.world.pace(),
            "services": self.world.services().len(),
            "agents": self.world.agents().len(),
            "cases": {
                "arrived": ledger.arrived,
                "served": ledger.served,
                "abandoned": ledger.abandoned,
                "removed": ledger.removed,
                "live": self.world.cases().len(),
            },
        }))
    }
}

/// An order that is not carried out.
pub(crate) fn refuse(status: StatusCode, message: &str) -> Answer {
    Answer::new(status, json!({ "message": message }))
}

fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn center(body: &Value) -> Option<u32> {
    // One that is no number names no contact centre.
    body.get("contact_center").map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok()).unwrap_or(0))
}
