//! The whole path, as it runs in production: a Trio, the exporter's own binary, a real Prometheus with
//! our rules, a real Alertmanager with our routes.
//!
//! Needs `prometheus`, `promtool`, `alertmanager` (or `prometheus-alertmanager`) and `amtool` on the PATH
//! (Debian and Ubuntu: the packages `prometheus` and `prometheus-alertmanager`); without them the tests fail, they are never skipped. Run with
//! `cargo test --features stack --test stack`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "how long things took is worth seeing with --nocapture")]

#[path = "../dashboard/mod.rs"]
#[allow(dead_code, reason = "their form is held in tests/it")]
mod dashboard;
#[path = "../process/mod.rs"]
mod process;
#[path = "../promql/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the checks that need no Prometheus are in tests/it")]
mod promql;

mod alerting;
mod alertmanager;
mod busy_hour;
mod contract;
mod dashboards;
mod demo;
mod discovery;
mod expressions;
mod http;
mod notifier;
mod outage;
mod prometheus;
mod promtool;
mod routes;
mod scene;
mod scraped;
mod secured;
mod shipped;
mod shortened;
mod trio_client;
mod two_prometheus;
mod web_config;
