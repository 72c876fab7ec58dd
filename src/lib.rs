//! trio-exporter: a Prometheus exporter for the Enghouse Trio contact centre.
//!
//! The rooms (modules), in the order in which data passes through them. Reading them in this order
//! explains the program:
//!
//! | room | contents |
//! | --- | --- |
//! | [`cli`] | the command line: flags and commands |
//! | [`config`] | reads file, environment and secret files into typed settings, or returns all errors |
//! | [`files`] | regular files, opened and read within limits of time |
//! | [`yaml`] | YAML with the position of each value, for `config` and for field dictionaries |
//! | [`app`] | builds and runs everything: listeners, targets, restarts, reload, logging, shutdown |
//! | [`model`] | domain types of a contact centre: plain data that every room may use |
//! | [`trio`] | the client of Trio's API, the only room that talks to it: session, links, pages, field dictionary |
//! | [`poller`] | reads what is due from a target at fixed intervals, and publishes it |
//! | [`snapshot`] | the last readings of a target |
//! | [`tally`] | counters: what happened between two readings |
//! | [`state_file`] | the counters on disk, kept over a restart |
//! | [`stats`] | counters about the exporter itself |
//! | [`diagnosis`] | findings: problems of a target and of the exporter, judged once for `check` and `/status` |
//! | [`metrics`] | names and HELP of all metrics, and the exposition for scrapers |
//! | [`http`] | the web server: wallboard, metrics, health, status, discovery, landing page, and access to them |
//! | [`tools`] | the commands that an operator runs beside the exporter: check, inspect, record, trace, init, healthcheck |
//! | [`sim`] | a simulated Trio, for the demo, for tests, and for authors of Trio clients |

pub mod app;
pub mod cli;
pub mod config;
pub mod diagnosis;
pub mod files;
pub mod http;
pub mod metrics;
pub mod model;
pub mod poller;
pub mod sim;
pub mod snapshot;
pub mod state_file;
pub mod stats;
pub mod tally;
pub mod tools;
pub mod trio;
pub mod yaml;
