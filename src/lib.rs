//! trio-exporter: a Prometheus exporter for the Enghouse Trio contact centre.
//!
//! The rooms, in the order in which data walks through them; reading them in this order explains
//! the program:
//!
//! | room | what happens there |
//! | --- | --- |
//! | [`model`] | the contact centre in our own words: plain data that every room may name |
//! | [`stats`] | what the exporter counts about itself |
//! | [`snapshot`] | what a target looked like when it was last read |
//! | [`tally`] | what happened between two readings |
//! | [`metrics`] | names and HELP of everything that is counted, and the text that scrapers get |
//! | [`http`] | the web server: metrics, health, landing page |
//! | [`sim`] | a simulated Trio, for the demo, for tests, and for anyone who writes a Trio client |

pub mod http;
pub mod metrics;
pub mod model;
pub mod sim;
pub mod snapshot;
pub mod stats;
pub mod tally;
