//! Ordered failures: a resource answers with an error, or late, for a number of requests; the
//! passive server of a failover pair redirects to the other one with 307.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::resource::{Resource, Route};
use super::{BASE_PATH, Refusal, Request, Trio, refusal};

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
    Resource(Resource),
}

impl Fault {
    /// Parses an order. The error says what is wrong with it.
    pub(super) fn parse(order: &Value) -> Result<Self, &'static str> {
        let text = |name: &str| order.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str, default| order.get(name).map_or(Some(default), Value::as_u64);
        let resource = |tail: String| Resource::ALL.into_iter().find(|known| known.tail() == tail);
        let scope = match (text("path"), text("resource")) {
            (Some(path), None) => Some(FaultScope::Path(path)),
            (None, Some(tail)) => resource(tail).map(FaultScope::Resource),
            _ => None,
        };
        let scope =
            scope.ok_or("give a path below the base, or a resource such as agents/state")?;
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
                        collection.resource == *resource
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

    /// Fails with the ordered error of a request, and counts the request.
    pub(super) fn take_error(&mut self, request: &Request) -> Result<(), Refusal> {
        let faults = self.faults.iter_mut();
        let mut errors = faults.filter_map(|fault| Some((fault.status?, fault)));
        let Some((status, fault)) = errors.find(|(_, fault)| fault.matches(request)) else {
            return Ok(());
        };
        fault.times -= 1;
        let error = refusal(status, "as ordered");
        Err(match &fault.retry_after {
            Some(wait) => error.with_header("retry-after", wait),
            None => error,
        })
    }

    /// The redirect of a passive server, unless the request forbids it.
    pub(super) fn redirect(&self, request: &Request) -> Result<(), Refusal> {
        // Documented: `?redirect=false` turns the redirect off.
        let allowed = self.failover.passive && request.query.get("redirect") != Some("false");
        let Some(other) = self.failover.other.as_ref().filter(|_| allowed) else { return Ok(()) };
        let path = if self.failover.bare {
            String::new()
        } else {
            format!("{BASE_PATH}/{}", request.path.join("/"))
        };
        // 307, as documented for a passive server and for the secondary in normal mode.
        let redirect = refusal(StatusCode::TEMPORARY_REDIRECT, "the other server is active");
        Err(redirect.with_header("location", &format!("http://{other}{path}")))
    }
}

/// Role of this server in a failover pair.
#[derive(Clone, Debug, Default)]
pub(super) struct FailoverState {
    /// Host and port of the other server; `None` for a single server.
    other: Option<String>,
    /// This server is the secondary one.
    is_secondary: bool,
    /// It redirects all requests.
    passive: bool,
    /// The `Location` of a redirect has no path. The help does not say that it has one, so clients
    /// must keep their own.
    bare: bool,
}

impl FailoverState {
    /// Applies an order; members that it lacks keep their value. The error says what is wrong.
    pub(super) fn apply(&mut self, order: &Value) -> Result<(), &'static str> {
        let flag = |name: &str, now: bool| match order.get(name) {
            None => Ok(now),
            Some(value) => {
                value.as_bool().ok_or("secondary, passive and bare must be true or false")
            }
        };
        let other = match order.get("other") {
            None => self.other.clone(),
            Some(Value::Null) => None,
            Some(Value::String(other)) => Some(other.clone()),
            Some(_) => return Err("other must be host:port or null"),
        };
        *self = Self {
            other,
            is_secondary: flag("secondary", self.is_secondary)?,
            passive: flag("passive", self.passive)?,
            bare: flag("bare", self.bare)?,
        };
        Ok(())
    }

    /// Returns true while this server works in place of the primary one.
    pub(super) fn is_failover_mode(&self) -> bool {
        self.is_secondary && !self.passive
    }

    /// Names of the primary and the secondary server, where `here` is this one.
    pub(super) fn names<'a>(&'a self, here: &'a str) -> [&'a str; 2] {
        let other = self.other.as_deref().unwrap_or(here);
        if self.is_secondary { [other, here] } else { [here, other] }
    }
}
