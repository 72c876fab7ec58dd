//! Shared by the tests: an exporter whose pollers are driven step by step, and Trios to read.

mod app;
mod exposition;
mod files;
mod hand_written;
mod kept_alive;
mod logs;
mod recorded;
mod running;
mod secure;
mod simulated;
mod trap;

pub(crate) use app::{TestApp, config, reqwest_client, still_clock, target};
pub(crate) use exposition::Samples;
pub(crate) use files::{assert_file, configure};
pub(crate) use hand_written::{HandWritten, NOBODY};
pub(crate) use kept_alive::{KeptAlive, Turn};
pub(crate) use logs::Journal;
pub(crate) use recorded::{Recording, Replayed};
pub(crate) use running::Running;
pub(crate) use secure::{secure, secure_until, secure_with};
pub(crate) use simulated::Simulated;
pub(crate) use trap::Trap;
