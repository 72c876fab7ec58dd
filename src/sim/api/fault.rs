//! Faults on order: a resource that answers with an error, or late, for a while.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::Answer;
use super::links::Links;
use super::resource::Resource;
use super::route::Route;
use super::{Request, Trio};

/// The longest delay that can be ordered.
const LONGEST_DELAY: u64 = 600_000;

/// A fault that was ordered.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    at: At,
    /// The error to answer with; none: only the delay.
    status: Option<StatusCode>,
    retry_after: Option<String>,
    delay: Duration,
    /// How many requests it will still hit.
    times: u64,
}

/// What a fault hits.
#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// A path below the base, such as `login` or `cc/1/agents/state`.
    Path(String),
    /// A resource in all contact centres, its items included, by its documented path without `cc/{ccid}`.
    Resource(String),
}

impl Fault {
    /// The fault that an order describes, or what is wrong with the order.
    pub(super) fn read(order: &Value) -> Result<Self, &'static str> {
        let text = |name: &str| order.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str, unsaid| order.get(name).map_or(Some(unsaid), Value::as_u64);
        let at = match (text("path"), text("resource")) {
            (Some(path), None) => At::Path(path),
            (None, Some(resource)) if Resource::ALL.iter().any(|known| known.tail() == resource) => {
                At::Resource(resource)
            }
            _ => return Err("give a path below the base, or a resource such as agents/state"),
        };
        let delay = number("delay_ms", 0).filter(|delay| *delay <= LONGEST_DELAY);
        let delay = Duration::from_millis(delay.ok_or("delay_ms must be a number up to 600000")?);
        let status = match order.get("status") {
            None => None,
            Some(status) => {
                let status = status.as_u64().filter(|status| (400..600).contains(status));
                let status = status.and_then(|status| StatusCode::from_u16(status as u16).ok());
                Some(status.ok_or("status must be from 400 to 599")?)
            }
        };
        let times = number("times", u64::MAX).ok_or("times must be a number")?;
        if status.is_none() && delay.is_zero() && times > 0 {
            return Err("give a status, a delay_ms, or times 0");
        }
        Ok(Self { at, status, retry_after: text("retry_after"), delay, times })
    }

    fn hits(&self, request: &Request) -> bool {
        self.times > 0
            && match &self.at {
                At::Path(path) => *path == request.path.join("/"),
                At::Resource(resource) => match Route::of(&request.path) {
                    Some(Route::Collection(place) | Route::Item(place, _)) => {
                        place.resource.tail() == resource
                    }
                    _ => false,
                },
            }
    }
}

impl Trio {
    /// Orders a fault; one of the same place is replaced, and `times` 0 takes it away.
    pub(super) fn set_fault(&mut self, fault: Fault) {
        self.faults.retain(|other| other.at != fault.at);
        self.faults.push(fault);
    }

    /// How long the answer to a request is held back, if that was ordered.
    pub(crate) fn delay(&mut self, request: &Request) -> Duration {
        let Some(fault) = self.faults.iter_mut().find(|fault| fault.hits(request)) else {
            return Duration::ZERO;
        };
        // With an error it is counted when that is given.
        fault.times -= u64::from(fault.status.is_none());
        fault.delay
    }

    /// The error that a request is answered with, if one was ordered.
    pub(super) fn fault(&mut self, request: &Request, links: &Links) -> Option<Answer> {
        let fault = self.faults.iter_mut().find(|fault| fault.status.is_some() && fault.hits(request))?;
        fault.times -= 1;
        let (status, retry_after) = (fault.status?, fault.retry_after.clone());
        let answer = self.problem(links, status, "as ordered");
        Some(match retry_after {
            Some(wait) => answer.header("retry-after", &wait),
            None => answer,
        })
    }
}
