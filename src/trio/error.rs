//! Why Trio did not give what was asked for.

use std::time::Duration;

use url::Url;

use crate::model::{AuthFailure, RequestFailure, Resource};

/// A request, a login or a reading that failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No usable answer arrived.
    #[error("{}: {}", .resource.as_str(), .detail)]
    Request {
        /// What was asked for.
        resource: Resource,
        /// The short kind.
        failure: RequestFailure,
        /// What happened, in words.
        detail: String,
    },
    /// Trio answered with a status that is no success.
    #[error("{}: answered {status}{}", .resource.as_str(), explain(*.status))]
    Status {
        /// What was asked for.
        resource: Resource,
        /// The HTTP status.
        status: u16,
    },
    /// Trio answered that another server is the active one, and that one is not asked.
    #[error(
        "{}: answered 307: redirected to {}, {problem}; configure the address of the active server",
        .resource.as_str(), shown(.to.as_ref())
    )]
    Redirected {
        /// What was asked for.
        resource: Resource,
        /// Where Trio points to; `None` if that is no address.
        to: Option<Url>,
        /// Why that server is not asked.
        problem: &'static str,
    },
    /// Trio asked to be spared for a while.
    #[error("{}: answered {status}; asked to wait another {} s", .resource.as_str(), .wait.as_secs())]
    Busy {
        /// What was asked for.
        resource: Resource,
        /// The HTTP status.
        status: u16,
        /// Time until it may be asked again.
        wait: Duration,
        /// A request was sent; otherwise it was not, because an earlier answer forbids it.
        sent: bool,
    },
    /// A login or a renewal failed.
    #[error("{detail}")]
    Auth {
        /// The short kind.
        reason: AuthFailure,
        /// What happened and what to check.
        detail: String,
    },
    /// No login is tried yet after a refusal, so that the account does not get locked.
    #[error("the login was refused before; the next try is in {} s", .wait.as_secs())]
    LoginWaits {
        /// Time until the next try.
        wait: Duration,
    },
    /// The pages of a collection did not add up.
    #[error("{}: {} of {} items after a second try; not published", .resource.as_str(), .got, number(*.expected))]
    Incomplete {
        /// What was read.
        resource: Resource,
        /// Different items that arrived.
        got: usize,
        /// Items that the server says there are; it may promise more without a number.
        expected: Option<usize>,
    },
    /// Items came, but the dictionary finds no id in them.
    #[error(
        "{}: {} items came, but no member that the field dictionary knows as their id; \
         name it in a fields_file under `{}: {}: members`",
        .resource.as_str(), .items, .resource.as_str(), key(*.resource)
    )]
    Unmapped {
        /// What was read.
        resource: Resource,
        /// Items that arrived.
        items: usize,
    },
}

impl Error {
    /// Two errors of the same situation are logged once.
    pub fn situation(&self) -> String {
        match self {
            // Which of the requests found the server gone makes no difference.
            Self::Request { failure, .. } if self.is_total() => format!("{failure:?}"),
            Self::Request { resource, failure, .. } => format!("{resource:?} {failure:?}"),
            Self::Status { resource, status } | Self::Busy { resource, status, .. } => {
                format!("{resource:?} {status}")
            }
            Self::Redirected { resource, .. } => format!("{resource:?} redirected"),
            // Waiting is part of the refusal that it follows.
            Self::Auth {
                reason: AuthFailure::Credentials | AuthFailure::ClientKey | AuthFailure::Forbidden,
                ..
            }
            | Self::LoginWaits { .. } => "login refused".to_owned(),
            Self::Auth { reason, .. } => format!("{reason:?}"),
            Self::Incomplete { resource, .. } => format!("{resource:?} incomplete"),
            Self::Unmapped { resource, .. } => format!("{resource:?} unmapped"),
        }
    }

    /// The error in words. How an answer that cannot be read begins is left out: persons may stand there.
    pub fn told(&self) -> String {
        match self {
            Self::Request { resource, failure: RequestFailure::Decode, .. } => {
                format!("{}: the answer is not what the API describes", resource.as_str())
            }
            Self::Auth { reason: AuthFailure::Decode, .. } => {
                "no login: the answer holds no token".to_owned()
            }
            error => error.to_string(),
        }
    }

    /// Whether nothing at all can be had from the server now, so that asking on is pointless.
    pub fn is_total(&self) -> bool {
        match self {
            Self::Auth { .. } | Self::LoginWaits { .. } => true,
            Self::Redirected { resource, .. } | Self::Busy { resource, .. } => {
                matches!(resource, Resource::Login | Resource::RefreshLogin)
            }
            Self::Request { failure, .. } => matches!(failure, RequestFailure::Connect | RequestFailure::Tls),
            _ => false,
        }
    }
}

impl Error {
    /// Whether the server failed at what it was asked, which it may do at everything.
    pub(super) fn is_failure(&self) -> bool {
        match self {
            // One that does not know how to do something is as it should be otherwise.
            Self::Status { status, .. } => (500..600).contains(status) && *status != 501,
            Self::Busy { status, .. } => *status == 503,
            Self::Request { failure, .. } => *failure == RequestFailure::Timeout,
            Self::Auth { reason, .. } => matches!(reason, AuthFailure::Network | AuthFailure::Server),
            _ => false,
        }
    }
}

fn number(expected: Option<usize>) -> String {
    expected.map_or_else(|| "an unknown number of".to_owned(), |number| number.to_string())
}

/// The field without which an item cannot be told from others.
fn key(resource: Resource) -> &'static str {
    if resource == Resource::Skills { "agent_id" } else { "id" }
}

/// Host and port alone: the rest may hold anything.
fn shown(to: Option<&Url>) -> String {
    to.map_or_else(|| "something that is no address".to_owned(), super::names::label)
}

fn explain(status: u16) -> &'static str {
    match status {
        301..=308 => {
            ": redirected, and redirects are not followed; configure the address of the active server"
        }
        401 => ": a token just obtained is not accepted",
        403 => ": the API user lacks the right; grant it in Trio Administrator",
        404 => ": there is no such resource; is the server's address complete, such as https://host/te/api?",
        429 => ": too many requests",
        500..=599 => ": the server failed",
        _ => "",
    }
}
