//! `/sim/control` and `/sim/truth`: orders to the simulator, and its exact figures. Not part of
//! Trio's API, and only for callers on this machine. Configuration changes are applied at once, or
//! after the configured delay from the last change (a real Trio takes one minute).

use std::borrow::Cow;
use std::time::SystemTime;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::faults::Fault;
use super::resource::refuse_other_methods;
use super::rights::Rights;
use super::{Answer, Refusal, Request, Trio, refusal};
use crate::sim::world::{ChangeError, World};

/// Path of the control.
pub(crate) const CONTROL_PATH: &str = "/sim/control";

/// Path of the truth.
pub(crate) const TRUTH_PATH: &str = "/sim/truth";

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

/// Limit of the arrival factor. With a far higher one the simulated world would never finish its
/// events.
const MAX_ARRIVAL_FACTOR: f64 = 1_000.0;

impl Trio {
    /// Answers GET with the figures since the last reset; POST resets them first.
    pub(crate) fn answer_truth(&mut self, request: &Request) -> Result<Answer, Refusal> {
        if !request.path.is_empty() {
            return Err(refusal(StatusCode::NOT_FOUND, "there is nothing below /sim/truth"));
        }
        let methods = [Method::GET, Method::POST];
        refuse_other_methods(&request.method, &methods, "/sim/truth has no such method")?;
        if request.method == Method::POST {
            self.world.reset_truth();
        }
        Ok(Answer::ok(self.world.truth().to_json(|world| self.real_time(world))))
    }

    /// Carries out an order; `request.path` holds the segments below [`CONTROL_PATH`].
    pub(crate) fn handle_control(
        &mut self,
        request: &Request,
        answer_mode: &watch::Sender<AnswerMode>,
        now: SystemTime,
    ) -> Result<Answer, Refusal> {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let methods: &[Method] = match path.as_slice() {
            [] => &[Method::GET],
            [
                "services" | "agents" | "answering" | "arrivals" | "rights" | "failover" | "fault"
                | "release",
            ] => &[Method::POST],
            ["services" | "agents", _] => &[Method::DELETE],
            _ => return Err(refusal(StatusCode::NOT_FOUND, "there is no such control")),
        };
        refuse_other_methods(&request.method, methods, "this control has no such method")?;
        let body = match request.body.as_slice() {
            [] => json!({}),
            bytes => serde_json::from_slice(bytes)
                .ok()
                .filter(Value::is_object)
                .ok_or(invalid("the body must be a JSON object"))?,
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        // An id that is no number becomes 0, which no contact centre has, so that the order is
        // refused instead of going to the first one.
        let center = body.get("contact_center");
        let center =
            center.map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok()).unwrap_or(0));
        match path.as_slice() {
            ["services"] => {
                return self.change(Change::AddService { name: text("name"), center }, now);
            }
            ["agents"] => {
                let (first_name, last_name) = (text("first_name"), text("last_name"));
                return self.change(Change::AddAgent { first_name, last_name, center }, now);
            }
            [kind, id] => {
                let id = id
                    .parse()
                    .map_err(|_| refusal(StatusCode::NOT_FOUND, "there is nothing with this id"))?;
                let services = *kind == "services";
                let change = if services { Change::RemoveService } else { Change::RemoveAgent };
                return self.change(change(id), now);
            }
            ["answering"] => set_answering(&body, answer_mode)?,
            ["rights"] => self.set_rights(&body)?,
            ["arrivals"] => self.set_arrivals(&body)?,
            ["release"] => self.world.release(),
            ["failover"] => self.failover.apply(&body).map_err(invalid)?,
            ["fault"] => self.order_fault(Fault::parse(&body).map_err(invalid)?),
            _ => {}
        }
        Ok(self.status(*answer_mode.borrow()))
    }

    /// Sets the rights of new tokens, or with `at_once` those of all tokens.
    fn set_rights(&mut self, body: &Value) -> Result<(), Refusal> {
        let words = body.get("forbidden").and_then(Value::as_array);
        let words: Option<Vec<String>> = words
            .and_then(|words| words.iter().map(|word| word.as_str().map(str::to_owned)).collect());
        let words = words.ok_or(invalid("forbidden must be a list of resources"))?;
        self.rights = Rights::without(&words).map_err(|error| invalid(error.to_string()))?;
        if body.get("at_once").and_then(Value::as_bool) == Some(true) {
            self.sessions.grant(&self.rights);
        }
        Ok(())
    }

    fn set_arrivals(&mut self, body: &Value) -> Result<(), Refusal> {
        let factor = body.get("factor").and_then(Value::as_f64);
        let factor = factor.filter(|factor| (0.0..=MAX_ARRIVAL_FACTOR).contains(factor));
        let factor = factor.ok_or(invalid("factor must be a number from 0 to 1000"))?;
        self.world.set_arrival_factor(factor);
        Ok(())
    }

    fn status(&self, answer_mode: AnswerMode) -> Answer {
        let case_counts = self.world.case_counts;
        Answer::ok(json!({
            "answering": answer_mode == AnswerMode::Answering,
            "factor": self.world.arrival_factor,
            "services": self.world.services.len(),
            "agents": self.world.agents.len(),
            "cases": {
                "arrived": case_counts.arrived,
                "served": case_counts.served,
                "abandoned": case_counts.abandoned,
                "removed": case_counts.removed,
                "live": self.world.cases.len(),
            },
        }))
    }
}

fn set_answering(body: &Value, answer_mode: &watch::Sender<AnswerMode>) -> Result<(), Refusal> {
    // 503 and a hanging connection are different failures to a client: an answer, and a timeout.
    let mode = body.get("mode").map_or(Some("error"), Value::as_str);
    let next = match (body.get("answering").and_then(Value::as_bool), mode) {
        (Some(true), _) => AnswerMode::Answering,
        (Some(false), Some("error")) => AnswerMode::Refusing,
        (Some(false), Some("hang")) => AnswerMode::Holding,
        _ => return Err(invalid("answering must be true or false, and mode error or hang")),
    };
    answer_mode.send_replace(next);
    Ok(())
}

fn invalid(message: impl Into<Cow<'static, str>>) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, message)
}

/// A configuration change.
#[derive(Clone, Debug)]
enum Change {
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

    /// Returns true when the service or agent to remove, or the contact centre to add to, exists.
    fn is_possible(&self, world: &World) -> bool {
        match self {
            Self::AddService { center, .. } | Self::AddAgent { center, .. } => {
                center.is_none_or(|id| world.centers.contains_key(&id))
            }
            Self::RemoveService(id) => world.services.contains_key(id),
            Self::RemoveAgent(id) => world.agents.contains_key(id),
        }
    }
}

impl Trio {
    /// Applies a change, or queues it when an activation delay is configured.
    fn change(&mut self, change: Change, now: SystemTime) -> Result<Answer, Refusal> {
        let wait = self.options.activation;
        // An impossible change is refused now even if it would be applied later: the 202 below
        // promises that it will be made.
        if !change.is_possible(&self.world) {
            return Err(unknown());
        }
        if wait.is_zero() {
            let added = change.apply(&mut self.world).map_err(|_| unknown())?;
            return Ok(added.map_or_else(
                || Answer::ok(json!({})),
                |id| Answer::new(StatusCode::CREATED, json!({ "id": id })),
            ));
        }
        self.pending_changes.waiting.push(change);
        // Each change restarts the delay of all: the vendor's help says "one minute after the last
        // one".
        self.pending_changes.due = now.checked_add(wait);
        Ok(Answer::new(StatusCode::ACCEPTED, json!({ "activated_in": wait.as_secs_f64() })))
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
}

fn unknown() -> Refusal {
    refusal(StatusCode::NOT_FOUND, "there is no such service, agent or contact centre")
}
