//! trio-exporter: a Prometheus exporter for the Enghouse Trio contact centre.
//!
//! The rooms, in the order in which data walks through them; reading them in this order explains
//! the program:
//!
//! | room | what happens there |
//! | --- | --- |
//! | [`cli`] | the command line, and what each command does |
//! | [`config`] | file, environment and secret files become typed settings, or a list of all mistakes |
//! | [`document`] | YAML that remembers where everything stands, for `config` and for field dictionaries |
//! | [`app`] | binds and wires everything, runs it, restarts what fails, goes over to a new configuration |
//! | [`model`] | the contact centre in our own words: plain data that every room may name |
//! | [`trio`] | the only room that speaks to Trio: session, links, pages, field dictionary |
//! | [`poller`] | asks a target what is due, on a fixed cadence, and publishes |
//! | [`snapshot`] | what a target looked like when it was last read |
//! | [`tally`] | what happened between two readings |
//! | [`state_file`] | the counters on disk, so that they go on after a restart |
//! | [`stats`] | what the exporter counts about itself |
//! | [`metrics`] | names and HELP of everything that is counted, and the text that scrapers get |
//! | [`http`] | the web server: metrics, health, landing page, and who gets them |
//! | [`inspect`] | what a server's answers hold, for people who map field names |
//! | [`check`] | what is wrong between the exporter and a server, for whoever sets them up |
//! | [`record`] | what a server answered, in a folder that tells nothing of anybody |
//! | [`trace`] | what is inferred of single cases as it happens, for whoever checks the numbers |
//! | [`healthcheck`] | asks a running exporter whether it is well, for images without a shell |
//! | [`sim`] | a simulated Trio, for the demo, for tests, and for anyone who writes a Trio client |
//! | [`init`] | a first configuration from a few answers, with its secrets in private files |
//! | [`telemetry`] | how the program logs |
//! | [`shutdown`] | how it is told to stop |

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
