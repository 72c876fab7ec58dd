//! Everything that the program does together, over real sockets on free ports.
#![cfg(unix)] // Signals, permissions and sockets as only Unix has them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../process/mod.rs"]
#[allow(dead_code, reason = "the tests that start other programs use the rest")]
mod process;

#[path = "../promql/mod.rs"]
mod promql;

#[path = "../dashboard/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests against a real Prometheus use the rest")]
mod dashboard;

#[path = "../markdown/mod.rs"]
mod markdown;

mod accuracy;
mod agent_groups;
mod agents;
mod architecture;
mod beside;
mod cases;
mod chart;
mod check;
mod client;
mod command_line;
mod dashboards;
mod day_counts;
mod demo;
mod deploy;
mod diagnosis;
mod dialects;
mod docs;
mod erlang;
mod failover;
mod flags;
mod goals;
mod golden;
mod help;
mod init;
mod inspect;
mod inventory;
mod learned;
mod life;
mod metrics_page;
mod no_persons;
mod only_reads;
mod pair;
mod plain_words;
mod promql_checker;
mod record;
mod recovery;
mod reload;
mod replay;
mod rules;
mod secrets;
mod session;
mod shards;
mod state_file;
mod status;
mod support;
mod targets;
mod trace;
mod unknown_words;
mod wall;
mod web;
mod while_reading;
