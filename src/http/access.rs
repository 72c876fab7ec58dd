//! Access to the pages: TLS, users and their logins, tokens of wallboards, headers, limits, and the
//! files that set them.

pub(super) mod boards;
pub(super) mod grant;
pub(super) mod guard;
pub(super) mod headers;
pub(super) mod logins;
pub(super) mod own_hosts;
pub(super) mod slots;
pub(super) mod tls;
pub(super) mod users;
pub(super) mod web;
