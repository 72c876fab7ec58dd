//! Everything that the program does together, over real sockets on free ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../process/mod.rs"]
mod process;

#[path = "../promql/mod.rs"]
mod promql;

#[path = "../dashboard/mod.rs"]
#[allow(dead_code, reason = "the tests against a real Prometheus use the rest")]
mod dashboard;

mod accuracy;
mod agents;
mod architecture;
mod cases;
mod check;
mod client;
mod command_line;
mod credentials;
mod dashboards;
mod demo;
mod deploy;
mod dialects;
mod erlang;
mod failover;
mod flags;
mod goals;
mod golden;
mod init;
mod inspect;
mod inventory;
mod life;
mod metrics_page;
mod only_reads;
mod promql_checker;
mod record;
mod recovery;
mod reload;
mod replay;
mod rules;
mod secrets;
mod session;
mod state_file;
mod support;
mod targets;
mod trace;
mod web;
