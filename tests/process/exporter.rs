//! The program itself, as built for this test.

use std::path::Path;

use super::Process;

/// Starts the exporter's binary.
pub(crate) fn exporter(arguments: &[&str]) -> Process {
    let program = Path::new(env!("CARGO_BIN_EXE_trio-exporter"));
    Process::start(program, arguments, "cargo builds it for these tests")
}

impl Process {
    /// The address at which the exporter serves, once it says so.
    pub(crate) async fn serves(&mut self) -> String {
        self.says("where it listens", |text| {
            let line = text.lines().find(|line| line.contains("serving metrics"))?;
            Some(line.split_once("address=")?.1.split_whitespace().next()?.to_owned())
        })
        .await
    }
}
