//! Errors of requests, logins and readings.

use std::{borrow::Cow, time::Duration};

use url::Url;

use crate::model::{AuthFailure, RequestFailure, Resource};

/// A request, a login or a reading that failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No usable answer arrived.
    #[error("{}: {}", .resource.as_str(), .detail)]
    Request {
        /// Resource of the request.
        resource: Resource,
        /// The short kind.
        failure: RequestFailure,
        /// A sentence about the cause.
        detail: String,
        /// The request may have reached the server.
        sent: bool,
    },
    /// Trio answered with a status that is no success.
    #[error("{}: answered {status}{}", .resource.as_str(), explain(*.status, .hint.as_ref()))]
    Status {
        /// Resource of the request.
        resource: Resource,
        /// The HTTP status.
        status: u16,
        /// More that the answer says about the cause.
        hint: Option<StatusHint>,
    },
    /// The server is passive: it answered 307 and named another one that is not asked.
    #[error(
        "{}: answered 307: redirected to {}, {problem}; configure the address of the active server",
        .resource.as_str(), displayed_address(.to.as_ref())
    )]
    Redirected {
        /// Resource of the request.
        resource: Resource,
        /// Address in `Location`; `None` if that is no address.
        to: Option<Url>,
        /// Reason why that server is not asked.
        problem: &'static str,
    },
    /// The server asked for a pause (`Retry-After`).
    #[error("{}: answered {status}; asked to wait another {} s", .resource.as_str(), .wait.as_secs())]
    Busy {
        /// Resource of the request.
        resource: Resource,
        /// The HTTP status.
        status: u16,
        /// Time until the next request is allowed.
        wait: Duration,
        /// False if the request was not sent because an earlier answer forbids it.
        sent: bool,
    },
    /// A login or a renewal failed.
    #[error("{detail}")]
    Auth {
        /// The short kind.
        reason: AuthFailure,
        /// A sentence about the failure and what to check.
        detail: String,
    },
    /// A login brought no token recently and is not repeated yet.
    #[error("{refusal}; the next login is tried in {} s", .wait.as_secs())]
    LoginWaits {
        /// Time until the next try.
        wait: Duration,
        /// Short kind of the failure.
        reason: AuthFailure,
        /// Message of the failure.
        refusal: String,
        /// Only the server that failed has to be waited for: another one may be tried.
        only_here: bool,
    },
    /// The pages of a collection contradict each other.
    #[error(
        "{}: {} of {} items{}; not published",
        .resource.as_str(), .got, expected_count(*.expected), .problem
    )]
    Incomplete {
        /// Resource that was read.
        resource: Resource,
        /// Different items that arrived.
        got: usize,
        /// Items in all, by the server; `None` if the pages go on without a number.
        expected: Option<usize>,
        /// Continuation of the sentence about the reason.
        problem: &'static str,
    },
    /// Items arrived, but the dictionary finds no id in them.
    #[error(
        "{}: {} items came, but no member that the field dictionary knows as their id; \
         name it in a fields_file under `{}: {}: members`",
        .resource.as_str(), .items, .resource.as_str(), id_field(*.resource)
    )]
    Unmapped {
        /// Resource that was read.
        resource: Resource,
        /// Items that arrived.
        items: usize,
    },
    /// The command may send no more requests.
    #[error("{}: not asked, because the limit of {limit} requests is reached", .resource.as_str())]
    LimitReached {
        /// Resource that was to be read.
        resource: Resource,
        /// Requests that the command may send.
        limit: usize,
    },
}

/// Cause of a status that is no success, by the headers of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusHint {
    /// Address that the answer redirects to, without user, query and fragment.
    Redirect(String),
    /// Windows authentication is asked for (`WWW-Authenticate: Negotiate` or `NTLM`).
    WindowsAuthentication,
}

impl Error {
    /// Returns a key under which equal errors are logged once.
    pub fn situation(&self) -> String {
        match self {
            // An outage is one situation, whichever request meets it first; otherwise the log would
            // repeat it at each cycle under another resource.
            Self::Request { failure, .. } if self.is_total() => format!("{failure:?}"),
            Self::Request { resource, failure, .. } => format!("{resource:?} {failure:?}"),
            Self::Status { resource, status, .. } | Self::Busy { resource, status, .. } => {
                format!("{resource:?} {status}")
            }
            Self::Redirected { resource, .. } => format!("{resource:?} redirected"),
            // The wait is a part of the failure that it follows, not a second situation. Another
            // reason is one: a password that is wrong after the server's outage must be logged.
            Self::Auth { reason: AuthFailure::Network, .. }
            | Self::LoginWaits { reason: AuthFailure::Network, .. } => "no login".to_owned(),
            Self::Auth { detail: said, .. } | Self::LoginWaits { refusal: said, .. } => {
                said.clone()
            }
            Self::Incomplete { resource, .. } => format!("{resource:?} incomplete"),
            Self::Unmapped { resource, .. } => format!("{resource:?} unmapped"),
            Self::LimitReached { .. } => "limit reached".to_owned(),
        }
    }

    /// Returns a key of the reason why nothing can be read, whichever resource met it first.
    pub fn outage(&self) -> String {
        match self {
            Self::Request { failure, .. } => format!("{failure:?}"),
            Self::Status { status, .. } | Self::Busy { status, .. } => status.to_string(),
            Self::Redirected { .. } => "redirected".to_owned(),
            error => error.situation(),
        }
    }

    /// Returns the message without anything quoted from an answer, for pages and reports.
    // The beginning of an answer may hold names of persons; the log shows it masked, /status not at
    // all.
    pub fn redacted(&self) -> String {
        match self {
            Self::Request { resource, failure: RequestFailure::Decode, .. } => {
                format!("{}: the answer is not what the API describes", resource.as_str())
            }
            error => error.to_string(),
        }
    }

    /// Returns whether nothing at all can be had from the server now, so that other requests are
    /// pointless.
    pub fn is_total(&self) -> bool {
        match self {
            Self::Auth { .. } | Self::LoginWaits { .. } | Self::LimitReached { .. } => true,
            // A redirect or a pause of one resource concerns that resource; at the login it
            // concerns all.
            Self::Redirected { resource, .. } | Self::Busy { resource, .. } => {
                matches!(resource, Resource::Login | Resource::RefreshLogin)
            }
            // A timeout is no total failure: a single slow collection must not stop the others.
            Self::Request { failure, .. } => {
                matches!(failure, RequestFailure::Connect | RequestFailure::Tls)
            }
            _ => false,
        }
    }
}

impl Error {
    /// Returns whether the server itself failed, which it may do with every other request.
    pub(super) fn is_server_failure(&self) -> bool {
        match self {
            Self::Request { failure, .. } => *failure == RequestFailure::Timeout,
            _ => self.is_failed_answer() || self.is_login_failure_of_server(),
        }
    }

    /// Returns whether the server answered that it failed.
    pub(in crate::trio) fn is_failed_answer(&self) -> bool {
        match self {
            // 501 means that this server does not have the function, which is a property and no
            // failure.
            Self::Status { status, .. } => (500..600).contains(status) && *status != 501,
            Self::Busy { status, .. } => *status == 503,
            _ => false,
        }
    }

    /// Returns whether the server brought no token for a reason that another one may not have.
    pub(super) fn is_login_failure_of_server(&self) -> bool {
        match self {
            Self::Auth { reason, .. } => {
                matches!(reason, AuthFailure::Network | AuthFailure::Server | AuthFailure::Decode)
            }
            Self::LoginWaits { only_here, .. } => *only_here,
            _ => false,
        }
    }
}

fn expected_count(expected: Option<usize>) -> String {
    expected.map_or_else(|| "an unknown number of".to_owned(), |number| number.to_string())
}

/// Field that tells items of the resource apart.
fn id_field(resource: Resource) -> &'static str {
    // Skills have no documented id; the agent is the part without which a skill says nothing.
    if resource == Resource::Skills { "agent_id" } else { "id" }
}

/// Host and port only: the rest of the address may hold anything, credentials included.
fn displayed_address(to: Option<&Url>) -> String {
    to.map_or_else(
        || "something that is no address".to_owned(),
        super::wire::address::host_and_port,
    )
}

fn explain(status: u16, hint: Option<&StatusHint>) -> Cow<'static, str> {
    let text = match (status, hint) {
        (301..=308, Some(StatusHint::Redirect(to))) => {
            return format!(
                ": redirected to {to}, and redirects are not followed; configure the address of the active server"
            )
            .into();
        }
        (301..=308, _) => {
            ": redirected, and redirects are not followed; configure the address of the active server"
        }
        (401, Some(StatusHint::WindowsAuthentication)) => {
            ": IIS asks for Windows authentication (Negotiate) before the request reaches Trio; allow \
             anonymous authentication for the API in IIS, since Trio checks the login itself"
        }
        // get_at has replaced a refused token once already before this status becomes an error.
        (401, _) => ": a token just obtained is not accepted",
        (403, _) => ": the API user lacks the right; grant it in Trio Administrator",
        // A server address without /te/api leads here, too.
        (404, _) => {
            ": there is no such resource; is the server's address complete, such as https://host/te/api?"
        }
        (429, _) => ": too many requests",
        (500..=599, _) => ": the server failed",
        _ => "",
    };
    text.into()
}
