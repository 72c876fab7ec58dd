//! The program itself, as built for this test.

use std::{ffi::OsStr, path::Path, process};

use snapbox::cmd::{Command, OutputAssert, cargo_bin};

use super::{PATIENCE, Process, kept_variables};

/// The exporter's binary.
pub(crate) fn binary() -> &'static Path {
    cargo_bin!("trio-exporter")
}

/// Starts the exporter as a program that serves.
pub(crate) fn exporter(arguments: &[&str]) -> Process {
    let mut command = process::Command::new(binary());
    command.args(arguments);
    Process::spawn(command, "cargo builds it for these tests")
}

/// Starts the exporter with a configuration file, on a free port.
pub(crate) fn serving(file: &str, more: &[&str]) -> Process {
    let words = ["--config.file", file, "--web.listen-address", "127.0.0.1:0"];
    exporter(&[&words, more].concat())
}

/// The exporter as a program that ends by itself; nothing that the caller of the tests has set
/// reaches it.
pub(crate) fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let command = Command::new(binary()).env_clear().envs(kept_variables());
    command.timeout(PATIENCE).args(arguments)
}

/// Runs a command beside the servers of the test, which share its thread.
pub(crate) async fn run(command: Command) -> OutputAssert {
    tokio::task::spawn_blocking(move || command.assert()).await.expect("the binary starts")
}

/// Exit code, standard output and standard error.
pub(crate) fn ended(output: &OutputAssert) -> (Option<i32>, String, String) {
    let output = output.get_output();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

impl Process {
    /// Waits for a line with `mark`, and returns the address in it, behind `before`.
    pub(crate) async fn address(&mut self, mark: &str, before: &str) -> Result<String, String> {
        self.finds("where it listens", |text| {
            let mut lines = text.lines().filter(|line| line.contains(mark));
            let (_, rest) = lines.find_map(|line| line.split_once(before))?;
            Some(rest.split([' ', '/']).next()?.to_owned())
        })
        .await
    }

    /// The address at which the exporter serves, once it says so.
    pub(crate) async fn serves(&mut self) -> String {
        let address = self.address("serving metrics", "address=").await;
        address.unwrap_or_else(|problem| panic!("{problem}"))
    }
}
