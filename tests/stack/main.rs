//! The whole path, as it runs in production: a Trio, the exporter's own binary, a real Prometheus.
//!
//! Needs `prometheus` and `promtool` on the PATH (Debian and Ubuntu: the package `prometheus`);
//! without them the tests fail, they are never skipped. Run with
//! `cargo test --features stack --test stack`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "how long things took is worth seeing with --nocapture")]

#[path = "../process/mod.rs"]
mod process;

mod contract;
mod http;
mod outage;
mod prometheus;
mod promtool;
mod scene;
mod scraped;
mod secured;
mod web_config;
