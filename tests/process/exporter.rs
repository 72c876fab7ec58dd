//! The program itself, as built for this test.

use std::path::Path;

use super::Process;

/// Starts the exporter's binary.
pub(crate) fn exporter(arguments: &[&str]) -> Process {
    let program = Path::new(env!("CARGO_BIN_EXE_trio-exporter"));
    Process::start(program, arguments, "cargo builds it for these tests")
}
