//! Failover pair: the passive server redirects to the other one with 307.

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::{Answer, refuse};
use super::links::Links;
use super::{BASE_PATH, Request, Trio};

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
    /// Applies an order; members that it lacks keep their value. Returns the refusal of an invalid
    /// one.
    pub(super) fn apply(&mut self, order: &Value) -> Option<Answer> {
        let flag = |name: &str, now: bool| match order.get(name) {
            None => Some(now),
            Some(value) => value.as_bool(),
        };
        let other = match order.get("other") {
            None => self.other.clone(),
            Some(Value::Null) => None,
            Some(other) => match other.as_str() {
                Some(other) => Some(other.to_owned()),
                None => {
                    return Some(refuse(
                        StatusCode::BAD_REQUEST,
                        "other must be host:port or null",
                    ));
                }
            },
        };
        let flags = (
            flag("secondary", self.is_secondary),
            flag("passive", self.passive),
            flag("bare", self.bare),
        );
        let (Some(is_secondary), Some(passive), Some(bare)) = flags else {
            let message = "secondary, passive and bare must be true or false";
            return Some(refuse(StatusCode::BAD_REQUEST, message));
        };
        *self = Self { other, is_secondary, passive, bare };
        None
    }

    /// Names of the primary and the secondary server, where `here` is this one.
    pub(super) fn names<'a>(&'a self, here: &'a str) -> [&'a str; 2] {
        let other = self.other.as_deref().unwrap_or(here);
        if self.is_secondary { [other, here] } else { [here, other] }
    }
}

impl Trio {
    /// The redirect of a passive server, unless the request forbids it.
    pub(super) fn redirect(&self, request: &Request, links: &Links) -> Option<Answer> {
        let other = self.failover.other.as_ref().filter(|_| self.failover.passive)?;
        // Documented: `?redirect=false` turns the redirect off.
        if request.query.get("redirect") == Some("false") {
            return None;
        }
        let path = if self.failover.bare {
            String::new()
        } else {
            format!("{BASE_PATH}/{}", request.path.join("/"))
        };
        // 307, as documented for a passive server and for the secondary in normal mode.
        let answer =
            self.problem(links, StatusCode::TEMPORARY_REDIRECT, "the other server is active");
        Some(answer.with_header("location", &format!("http://{other}{path}")))
    }
}
