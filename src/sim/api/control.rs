//! `/sim/control`: orders to the simulator. Not part of Trio's API, and only for callers on this
//! machine.

use std::time::SystemTime;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::answer::{Answer, refuse};
use super::fault::Fault;
use super::pending_changes::Change;
use super::{Request, Rights, Trio};

/// Path of the control.
pub(crate) const CONTROL_PATH: &str = "/sim/control";

/// Treatment of API requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerMode {
    /// Answered.
    Answering,
    /// Refused with 503.
    Refusing,
    /// Held until the mode changes, like a server that hangs.
    Holding,
}

/// Limit of the arrival factor. A far higher one would keep the process in the event loop.
const MAX_ARRIVAL_FACTOR: f64 = 1_000.0;

impl Trio {
    /// Carries out an order; `request.path` holds the segments below [`CONTROL_PATH`].
    pub(crate) fn handle_control(
        &mut self,
        request: &Request,
        answer_mode: &watch::Sender<AnswerMode>,
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
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "this control has no such method")
                .with_allow(methods);
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
                let change =
                    Change::AddService { name: text(&body, "name"), center: center(&body) };
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
            ["answering"] => self.set_answering(&body, answer_mode),
            ["rights"] => self.set_rights(&body, answer_mode),
            ["arrivals"] => self.set_arrivals(&body, answer_mode),
            ["release"] => {
                self.world.release();
                self.status(answer_mode)
            }
            ["failover"] => self.failover.apply(&body).unwrap_or_else(|| self.status(answer_mode)),
            ["fault"] => match Fault::parse(&body) {
                Ok(fault) => {
                    self.order_fault(fault);
                    self.status(answer_mode)
                }
                Err(message) => refuse(StatusCode::BAD_REQUEST, message),
            },
            _ => self.status(answer_mode),
        }
    }

    fn set_answering(&self, body: &Value, answer_mode: &watch::Sender<AnswerMode>) -> Answer {
        // 503 and a hanging connection are different failures to a client: an answer, and a
        // timeout.
        let mode = body.get("mode").map_or(Some("error"), Value::as_str);
        let next = match (body.get("answering").and_then(Value::as_bool), mode) {
            (Some(true), _) => AnswerMode::Answering,
            (Some(false), Some("error")) => AnswerMode::Refusing,
            (Some(false), Some("hang")) => AnswerMode::Holding,
            _ => {
                let message = "answering must be true or false, and mode error or hang";
                return refuse(StatusCode::BAD_REQUEST, message);
            }
        };
        answer_mode.send_replace(next);
        self.status(answer_mode)
    }

    /// Sets the rights of new tokens, or with `at_once` those of all tokens.
    fn set_rights(&mut self, body: &Value, answer_mode: &watch::Sender<AnswerMode>) -> Answer {
        let words = body.get("forbidden").and_then(Value::as_array);
        let words: Option<Vec<String>> = words
            .and_then(|words| words.iter().map(|word| word.as_str().map(str::to_owned)).collect());
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
        self.status(answer_mode)
    }

    fn set_arrivals(&mut self, body: &Value, answer_mode: &watch::Sender<AnswerMode>) -> Answer {
        match body.get("factor").and_then(Value::as_f64) {
            Some(factor) if (0.0..=MAX_ARRIVAL_FACTOR).contains(&factor) => {
                self.world.set_arrival_factor(factor);
                self.status(answer_mode)
            }
            _ => refuse(StatusCode::BAD_REQUEST, "factor must be a number from 0 to 1000"),
        }
    }

    fn status(&self, answer_mode: &watch::Sender<AnswerMode>) -> Answer {
        let case_counts = self.world.case_counts();
        Answer::ok(json!({
            "answering": *answer_mode.borrow() == AnswerMode::Answering,
            "factor": self.world.arrival_factor(),
            "services": self.world.services().len(),
            "agents": self.world.agents().len(),
            "cases": {
                "arrived": case_counts.arrived,
                "served": case_counts.served,
                "abandoned": case_counts.abandoned,
                "removed": case_counts.removed,
                "live": self.world.cases().len(),
            },
        }))
    }
}

fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn center(body: &Value) -> Option<u32> {
    // An id that is no number becomes 0, which no contact centre has, so that the order is refused
    // instead of going to the first one.
    body.get("contact_center")
        .map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok()).unwrap_or(0))
}
