//! Web configuration: TLS, users, headers and rate limit.

use std::time::Duration;

use crate::http::{Headers, Tls, Users};

/// Values of a web configuration. The default is that of an empty file: plain HTTP without users.
#[derive(Clone, Debug)]
pub struct Web {
    /// TLS; `None`: plain HTTP.
    pub tls: Option<Tls>,
    /// HTTP/2 is offered on TLS connections.
    pub http2: bool,
    /// Headers of every answer.
    pub headers: Headers,
    /// Users of all pages but the per-agent one; empty: no login is needed.
    pub users: Users,
    /// Users of the per-agent page alone; `None`: those of `users`.
    // Separate, because that page names persons: who operates Prometheus need not see them.
    pub agents_users: Option<Users>,
    /// Rate limit over all clients and pages together.
    pub rate_limit: Option<RateLimit>,
}

/// Token bucket of `burst` requests that gains one every `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Average time between two requests in the long run; more than zero.
    pub interval: Duration,
    /// Requests that may come at once.
    pub burst: std::num::NonZeroU32,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            tls: None,
            // The default of exporter-toolkit.
            http2: true,
            headers: Headers::default(),
            users: Users::default(),
            agents_users: None,
            rate_limit: None,
        }
    }
}
