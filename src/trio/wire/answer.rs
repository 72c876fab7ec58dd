//! A complete answer, the errors made of it, and the masking of texts in it that may be the name or
//! number of a person: the shape stays, the content goes.

use std::time::{Duration, SystemTime};

use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, HeaderValue, LOCATION, WWW_AUTHENTICATE},
};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use super::{body::SMALL_BODY, links::Links};
use crate::{
    model::{RequestFailure, Resource},
    trio::error::{Error, StatusHint},
};

/// Header that marks the answers of a simulator, in lower case.
pub(in crate::trio) const SIMULATED: &str = "x-trio-simulated";
/// Header that describes the pages of a collection, in lower case.
pub(in crate::trio) const PAGINATION: &str = "x-pagination";

/// A complete answer.
#[derive(Debug)]
pub(in crate::trio) struct Answer {
    pub(in crate::trio) status: StatusCode,
    pub(in crate::trio) headers: HeaderMap,
    pub(in crate::trio) body: Vec<u8>,
    /// Token that was sent with the request.
    pub(in crate::trio) token: Option<HeaderValue>,
    /// Base of the API on the server that answered.
    pub(in crate::trio) base: Option<Url>,
    /// Wait that the server asked for.
    pub(in crate::trio) wait: Option<Duration>,
    /// Address that the answer redirects to, as far as it may be shown.
    pub(in crate::trio) redirect: Option<String>,
    /// Permit of a large body, held until it is decoded.
    pub(in crate::trio) _permit: Option<OwnedSemaphorePermit>,
}

/// Characters of an unreadable answer, and of the problem, that an error quotes.
pub(in crate::trio) const QUOTED_CHARS: usize = 200;

impl Answer {
    /// Returns whether a simulator made the answer.
    pub(in crate::trio) fn simulated(&self) -> bool {
        self.headers.contains_key(SIMULATED)
    }

    /// Links of the answer; none if it is not known which server gave it, or the answer is too large
    /// to be read for its links alone.
    pub(in crate::trio) fn links(&self) -> Links {
        let base = self.base.as_ref().filter(|_| self.body.len() <= SMALL_BODY);
        base.map(|base| Links::parse(&self.body, base)).unwrap_or_default()
    }

    /// Value of a header; `None` if it is absent or no text.
    pub(in crate::trio) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Time of the server's clock in the header `Date`.
    pub(in crate::trio) fn date(&self) -> Option<SystemTime> {
        let date = jiff::fmt::rfc2822::parse(self.header(DATE.as_str())?).ok()?;
        date.timestamp().try_into().ok()
    }

    /// Makes an error of an answer that is no success; `url` is the address of the request.
    pub(in crate::trio) fn refusal(&self, resource: Resource, url: &Url) -> Error {
        let status = self.status.as_u16();
        if let Some(wait) = self.wait {
            return Error::Busy { resource, status, wait, sent: true };
        }
        if self.status != StatusCode::TEMPORARY_REDIRECT {
            return Error::Status { resource, status, hint: self.hint() };
        }
        let location = self.header(LOCATION.as_str());
        let to = location.and_then(|location| url.join(location).ok());
        Error::Redirected { resource, to, problem: "which is not asked" }
    }

    /// Cause of the status, by the headers.
    fn hint(&self) -> Option<StatusHint> {
        if self.status == StatusCode::UNAUTHORIZED {
            let offers = self.headers.get_all(WWW_AUTHENTICATE).iter();
            let is_windows = |offer: &HeaderValue| {
                let scheme = offer.as_bytes().split(|byte| b" ,".contains(byte)).next();
                scheme.is_some_and(|scheme| {
                    [b"negotiate".as_slice(), b"ntlm"]
                        .iter()
                        .any(|name| scheme.eq_ignore_ascii_case(name))
                })
            };
            return offers.into_iter().any(is_windows).then_some(StatusHint::WindowsAuthentication);
        }
        self.redirect.clone().map(StatusHint::Redirect)
    }

    /// Makes an error of an answer that cannot be read; `shown` allows a masked quote of its
    /// beginning.
    pub(in crate::trio) fn decode_error(
        &self,
        resource: Resource,
        problem: &str,
        shown: bool,
    ) -> Error {
        let start: String = if shown {
            let start = &self.body[..self.body.len().min(QUOTED_CHARS)];
            // Masked, since any person may be named there; the shape tells HTML from cut JSON.
            format!("; it begins with {:?}", masked(&String::from_utf8_lossy(start)))
        } else {
            String::new()
        };
        // The kind of a page says more than the position of its first character.
        let problem = match kind_of_text(&self.body) {
            Some(kind) if !self.body.is_empty() => kind,
            _ => problem,
        };
        let problem: String = mask_quoted(problem).chars().take(QUOTED_CHARS).collect();
        let detail = format!("the answer cannot be read: {problem}{start}");
        Error::Request { resource, failure: RequestFailure::Decode, detail, sent: true }
    }
}

/// Returns a sentence about an answer that is no JSON by its beginning; `None` if it may be JSON.
// Pages of a proxy or of IIS, and XML that was not asked for, are the usual ones. The position of a
// syntax error in them would help no one.
pub(in crate::trio) fn kind_of_text(body: &[u8]) -> Option<&'static str> {
    let start = body.trim_ascii_start();
    let Some(rest) = start.strip_prefix(b"<") else {
        return start.is_empty().then_some("it is empty");
    };
    let begins = |word: &[u8]| {
        start[..start.len().min(KIND_BYTES)]
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    let is_page =
        begins(b"<html") || begins(b"<!doctype html") || begins(b"<head") || begins(b"<body");
    Some(match is_page || !(rest.starts_with(b"?xml") || begins(b"xmlns")) {
        true => "it is a web page (HTML), not JSON",
        false => "it is XML, not JSON",
    })
}

/// Bytes of an answer that are searched for the signs of a page.
const KIND_BYTES: usize = 512;

/// Masks the parts of a problem that are in quotation marks.
// serde_json quotes values of the answer in its messages, such as `invalid type: string "Anna"`.
fn mask_quoted(problem: &str) -> String {
    let parts = problem.split('"').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 1 { masked(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("\"")
}

/// Returns the text with an `x` or `X` for every letter and a `9` for every digit.
// The shape tells a person who maps fields a word from a time or a number, without saying any of
// them.
pub fn masked(text: &str) -> String {
    let hidden = |c: char| match c {
        c if c.is_uppercase() => 'X',
        c if c.is_alphabetic() => 'x',
        c if c.is_numeric() => '9',
        c => c,
    };
    text.chars().map(hidden).collect()
}
