//! The whole path, as it runs in production: a Trio, the exporter's own binary, a real Prometheus
//! with our rules, a real Alertmanager with our routes.
//!
//! And what is shipped: the service, the package, the static program, the workflows, judged by the
//! tools of those who run them.
//!
//! Needs the programs that `.ci/run` installs, on the PATH; without them the tests fail, they are
//! never skipped. Run with `cargo test --features stack --test stack`.
#![cfg(unix)] // Signals, permissions and sockets as only Unix has them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::print_stdout, reason = "how long things took is worth seeing with --nocapture")]

#[path = "../dashboard/mod.rs"]
#[allow(dead_code, unused_imports, reason = "their form is held in tests/it")]
mod dashboard;
#[path = "../markdown/mod.rs"]
#[allow(dead_code, reason = "what needs no other program is in tests/it")]
mod markdown;
#[path = "../process/mod.rs"]
#[allow(dead_code, unused_imports, reason = "commands that end by themselves are run in tests/it")]
mod process;
#[path = "../promql/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the checks that need no Prometheus are in tests/it")]
mod promql;

mod alerting;
mod alertmanager;
mod busy_hour;
mod contract;
mod dashboards;
mod deb;
mod demo;
mod discovery;
mod documents;
mod durations;
mod expressions;
mod helm;
mod http;
mod image;
mod installed;
mod notifier;
mod one_machine;
mod outage;
mod overview_boards;
mod prometheus;
mod promtool;
mod proxy;
mod query_tests;
mod recorded;
mod routes;
mod scene;
mod scraped;
mod scrapes;
mod secured;
mod service;
mod shipped;
mod shortened;
mod simulation;
mod team_boards;
mod tiles;
mod trio_client;
mod two_prometheus;
mod unit;
mod wall;
mod web_config;
mod workflows;
