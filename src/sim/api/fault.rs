//! Ordered faults: a resource answers with an error, or late, for a number of requests.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::Answer;
use super::links::Links;
use super::resource::Resource;
use super::route::Route;
use super::{Request, Trio};

/// Longest delay that can be ordered, in milliseconds.
const MAX_DELAY_MS: u64 = 600_000;

/// An ordered fault.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    scope: FaultScope,
    /// Error status; `None` for a delay alone.
    status: Option<StatusCode>,
    retry_after: Option<String>,
    delay: Duration,
    /// Requests that it still affects.
    times: u64,
}

/// Requests that a fault affects.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FaultScope {
    /// A path below the base, such as `login` or `cc/1/agents/state`.
    Path(String),
    /// A resource and its items in all contact centres, by its documented path without `cc/{ccid}`.
    Resource(String),
}

impl Fault {
    /// Parses an order. The error says what is wrong with it.
    pub(super) fn parse(order: &Value) -> Result<Self, &'static str> {
        let text = |name: &str| order.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str, default| order.get(name).map_or(Some(default), Value::as_u64);
        let scope = match (text("path"), text("resource")) {
            (Some(path), None) => FaultScope::Path(path),
            (None, Some(resource))
                if Resource::ALL.iter().any(|known| known.tail() == resource) =>
            {
                FaultScope::Resource(resource)
            }
            _ => return Err("give a path below the base, or a resource such as agents/state"),
        };
        let delay = number("delay_ms", 0).filter(|delay| *delay <= MAX_DELAY_MS);
        let delay = Duration::from_millis(delay.ok_or("delay_ms must be a number up to 600000")?);
        let status = match order.get("status") {
            None => None,
            Some(status) => {
                // Errors only; redirects are ordered through `failover`.
                let status = status.as_u64().filter(|status| (400..600).contains(status));
                let status = status.and_then(|status| StatusCode::from_u16(status as u16).ok());
                Some(status.ok_or("status must be from 400 to 599")?)
            }
        };
        let times = number("times", u64::MAX).ok_or("times must be a number")?;
        if status.is_none() && delay.is_zero() && times > 0 {
            return Err("give a status, a delay_ms, or times 0");
        }
        Ok(Self { scope, status, retry_after: text("retry_after"), delay, times })
    }

    fn matches(&self, request: &Request) -> bool {
        self.times > 0
            && match &self.scope {
                FaultScope::Path(path) => *path == request.path.join("/"),
                FaultScope::Resource(resource) => match Route::parse(&request.path) {
                    Some(Route::Collection(collection) | Route::Item(collection, _)) => {
                        collection.resource.tail() == resource
                    }
                    _ => false,
                },
            }
    }
}

impl Trio {
    /// Adds a fault. One with the same scope is replaced; `times` 0 therefore removes it.
    pub(super) fn order_fault(&mut self, fault: Fault) {
        self.faults.retain(|other| other.scope != fault.scope);
        self.faults.push(fault);
    }

    /// Returns the ordered delay of a request, and counts the request if the fault has no error.
    pub(crate) fn take_delay(&mut self, request: &Request) -> Duration {
        let Some(fault) = self.faults.iter_mut().find(|fault| fault.matches(request)) else {
            return Duration::ZERO;
        };
        // A fault with an error is counted by `take_error`, which follows for the same request.
        fault.times -= u64::from(fault.status.is_none());
        fault.delay
    }

    /// Returns the ordered error of a request, and counts the request.
    pub(super) fn take_error(&mut self, request: &Request, links: &Links) -> Option<Answer> {
        let fault = self
            .faults
            .iter_mut()
            .find(|fault| fault.status.is_some() && fault.matches(request))?;
        fault.times -= 1;
        let (status, retry_after) = (fault.status?, fault.retry_after.clone());
        let answer = self.problem(links, status, "as ordered");
        Some(match retry_after {
            Some(wait) => answer.with_header("retry-after", &wait),
            None => answer,
        })
    }
}
