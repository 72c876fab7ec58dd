//! Two servers of one Trio: the passive one redirects to the other.

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::Answer;
use super::control::refuse;
use super::links::Links;
use super::{BASE, Request, Trio};

/// What this server knows of the other one.
#[derive(Clone, Debug, Default)]
pub(super) struct Pair {
    /// Host and port of the other one; none: this server is alone.
    other: Option<String>,
    /// The part that this one plays.
    is_secondary: bool,
    /// It redirects.
    passive: bool,
    /// The address in a redirect has no path.
    bare: bool,
}

impl Pair {
    /// Takes over what an order says of the pair; what it does not say stays.
    pub(super) fn set(&mut self, order: &Value) -> Option<Answer> {
        let flag = |name: &str, now: bool| match order.get(name) {
            None => Some(now),
            Some(value) => value.as_bool(),
        };
        let other = match order.get("other") {
            None => self.other.clone(),
            Some(Value::Null) => None,
            Some(other) => match other.as_str() {
                Some(other) => Some(other.to_owned()),
                None => return Some(refuse(StatusCode::BAD_REQUEST, "other must be host:port or null")),
            },
        };
        let flags =
            (flag("secondary", self.is_secondary), flag("passive", self.passive), flag("bare", self.bare));
        let (Some(is_secondary), Some(passive), Some(bare)) = flags else {
            let message = "secondary, passive and bare must be true or false";
            return Some(refuse(StatusCode::BAD_REQUEST, message));
        };
        *self = Self { other, is_secondary, passive, bare };
        None
    }

    /// The names of the primary and the secondary server, as this one, called `here`, tells them.
    pub(super) fn names<'a>(&'a self, here: &'a str) -> [&'a str; 2] {
        let other = self.other.as_deref().unwrap_or(here);
        if self.is_secondary { [other, here] } else { [here, other] }
    }
}

impl Trio {
    /// Where a passive server sends a request, unless that forbids it.
    pub(super) fn redirect(&self, request: &Request, links: &Links) -> Option<Answer> {
        let other = self.pair.other.as_ref().filter(|_| self.pair.passive)?;
        if request.query.get("redirect") == Some("false") {
            return None;
        }
        let path = if self.pair.bare { String::new() } else { format!("{BASE}/{}", request.path.join("/")) };
        let answer = self.problem(links, StatusCode::TEMPORARY_REDIRECT, "the other server is active");
        Some(answer.header("location", &format!("http://{other}{path}")))
    }
}
