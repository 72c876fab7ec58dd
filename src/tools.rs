//! The commands that an operator runs beside the exporter, one module each. `cli` parses their
//! flags.
//!
//! | module | command |
//! | --- | --- |
//! | [`check`] | finds faults between the exporter and a server, for people who set them up |
//! | [`healthcheck`] | checks a running exporter, for images without a shell |
//! | [`init`] | writes a first configuration from a few answers, with secrets in private files |
//! | [`inspect`] | reports the members of a server's answers, for people who map field names |
//! | [`record`] | saves a server's answers, pseudonymised, for bug reports |
//! | [`trace`] | prints what is inferred about single cases, for people who check the numbers |

pub mod check;
pub mod healthcheck;
pub mod init;
pub mod inspect;
pub mod record;
mod time_verdicts;
pub mod trace;
