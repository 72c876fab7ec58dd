//! Everything that the program does together, over real sockets on free ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod client;
mod command_line;
mod dialects;
mod golden;
mod recovery;
mod support;
