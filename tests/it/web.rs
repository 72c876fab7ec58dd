//! The web server over real sockets: TLS, certificates of clients, users, limits, and changes of
//! the web configuration while it runs.

mod access;
mod administration;
mod connection;
mod healthcheck;
mod listening;
mod renewal;
mod served;
mod silence;
mod tls;
