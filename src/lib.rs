//! trio-exporter: a Prometheus exporter for the Enghouse Trio contact centre.
//!
//! The rooms (modules), in the order in which data passes through them. Reading them in this order
//! explains the program:
//!
//! | room | contents |
//! | --- | --- |
//! | [`cli`] | the command line: flags and commands |
//! | [`config`] | reads file, environment and secret files into typed settings, or returns all errors |
//! | [`document`] | YAML with the position of each value, for `config` and for field dictionaries |
//! | [`app`] | builds and runs everything: listeners, targets, restarts, reload, shutdown |
//! | [`model`] | domain types of a contact centre: plain data that every room may use |
//! | [`trio`] | the client of Trio's API, the only room that talks to it: session, links, pages, field dictionary |
//! | [`poller`] | reads what is due from a target at fixed intervals, and publishes it |
//! | [`snapshot`] | the last readings of a target |
//! | [`tally`] | counters: what happened between two readings |
//! | [`state_file`] | the counters on disk, kept over a restart |
//! | [`stats`] | counters about the exporter itself |
//! | [`metrics`] | names and HELP of all metrics, and the exposition for scrapers |
//! | [`http`] | the web server: metrics, health, status, discovery, landing page, and access to them |
//! | [`inspect`] | reports the members of a server's answers, for people who map field names |
//! | [`check`] | finds faults between the exporter and a server, for people who set them up |
//! | [`record`] | saves a server's answers, pseudonymised, for bug reports |
//! | [`trace`] | prints what is inferred about single cases, for people who check the numbers |
//! | [`healthcheck`] | checks a running exporter, for images without a shell |
//! | [`sim`] | a simulated Trio, for the demo, for tests, and for authors of Trio clients |
//! | [`init`] | writes a first configuration from a few answers, with secrets in private files |
//! | [`telemetry`] | logging |
//! | [`shutdown`] | signals that stop the program |

pub mod app;
pub mod check;
pub mod cli;
pub mod config;
pub mod document;
pub mod healthcheck;
pub mod http;
pub mod init;
pub mod inspect;
pub mod metrics;
pub mod model;
pub mod poller;
pub mod record;
pub mod shutdown;
pub mod sim;
pub mod snapshot;
pub mod state_file;
pub mod stats;
pub mod tally;
pub mod telemetry;
pub mod trace;
pub mod trio;
