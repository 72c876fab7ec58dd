//! What is configured about the web server itself: TLS, users, headers and the rate of requests.

use std::time::Duration;

use super::{Headers, Tls, Users};

/// What a web configuration says. The default is that of an empty file: plain HTTP for everybody.
#[derive(Clone, Debug)]
pub struct Web {
    /// TLS; without it plain HTTP.
    pub tls: Option<Tls>,
    /// Whether HTTP/2 is offered to clients that come by TLS.
    pub http2: bool,
    /// Headers that every answer carries.
    pub headers: Headers,
    /// Who gets every page but that of single agents; nobody named: everybody.
    pub users: Users,
    /// Who gets the page of single agents, and no other; without it those of `users` do.
    pub agents_users: Option<Users>,
    /// How many requests are answered at all.
    pub rate_limit: Option<RateLimit>,
}

/// A bucket that holds `burst` requests and gets another one every `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Time between two requests, in the long run; more than zero.
    pub interval: Duration,
    /// How many may come at once.
    pub burst: std::num::NonZeroU32,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            tls: None,
            http2: true,
            headers: Headers::default(),
            users: Users::default(),
            agents_users: None,
            rate_limit: None,
        }
    }
}
