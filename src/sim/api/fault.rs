//! Faults on order: a resource that answers with an error for a while.

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::Answer;
use super::links::Links;
use super::{Request, Trio};

/// A fault that was ordered.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// Path below the base, such as `login` or `cc/1/agents/state`.
    path: String,
    status: StatusCode,
    retry_after: Option<String>,
    /// How many requests it will still hit.
    times: u64,
}

impl Fault {
    /// The fault that an order describes: `path`, `status`, and if need be `retry_after` and `times`.
    pub(super) fn read(order: &Value) -> Option<Self> {
        let text = |name: &str| order.get(name).and_then(Value::as_str).map(str::to_owned);
        let status = order.get("status").and_then(Value::as_u64).filter(|status| (400..600).contains(status));
        let status = status.and_then(|status| StatusCode::from_u16(status as u16).ok());
        let times = order.get("times").map_or(Some(u64::MAX), Value::as_u64);
        Some(Self { path: text("path")?, status: status?, retry_after: text("retry_after"), times: times? })
    }
}

impl Trio {
    /// Orders a fault; one of the same path is replaced, and `times` 0 takes it away.
    pub(super) fn set_fault(&mut self, fault: Fault) {
        self.faults.retain(|other| other.path != fault.path);
        self.faults.push(fault);
    }

    /// The error that a request is answered with, if one was ordered.
    pub(super) fn fault(&mut self, request: &Request, links: &Links) -> Option<Answer> {
        let path = request.path.join("/");
        let fault = self.faults.iter_mut().find(|fault| fault.path == path && fault.times > 0)?;
        fault.times -= 1;
        let (status, retry_after) = (fault.status, fault.retry_after.clone());
        let answer = self.problem(links, status, "as ordered");
        Some(match retry_after {
            Some(wait) => answer.header("retry-after", &wait),
            None => answer,
        })
    }
}
