//! The exporter's binary in the folder of a document.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use super::shell;

/// Only a machine that is badly overloaded comes near.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// A running program; killed when dropped.
pub(crate) struct Program {
    child: Child,
    out: std::path::PathBuf,
    err: std::path::PathBuf,
}

impl Program {
    /// Starts it with `command`'s variables and words, without the name of the program. What it
    /// prints goes to files called `name` beside `folder`; `input` is what it reads.
    pub(crate) fn start(
        command: &shell::Command,
        folder: &Path,
        name: &str,
        input: &str,
    ) -> Result<Self, String> {
        let printed = |what: &str| folder.with_extension(format!("{name}.{what}"));
        let (out, err) = (printed("out"), printed("err"));
        let answers = printed("in");
        fs::write(&answers, input).map_err(|error| format!("{}: {error}", answers.display()))?;
        let answers =
            File::open(&answers).map_err(|error| format!("{}: {error}", answers.display()))?;
        let file = |path: &Path| {
            File::create(path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let mut program = Command::new(env!("CARGO_BIN_EXE_trio-exporter"));
        program
            .args(&command.words)
            .env_clear()
            .envs(command.environment.clone())
            .current_dir(folder);
        program.stdin(answers).stdout(file(&out)?).stderr(file(&err)?);
        let child = program.spawn().map_err(|error| error.to_string())?;
        Ok(Self { child, out, err })
    }

    /// Everything that it has printed: the output, then the log.
    pub(crate) fn printed(&self) -> String {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        read(&self.out) + &read(&self.err)
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus, String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().map_err(|error| error.to_string())? {
                return Ok(status);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(format!("it has not ended after {PATIENCE:?}:\n{}", self.printed()))
    }

    /// Waits for a line with `mark`, and returns the address in it, behind `before`.
    pub(crate) async fn address(&mut self, mark: &str, before: &str) -> Result<String, String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let text = self.printed();
            let line = text.lines().find(|line| line.contains(mark) && line.contains(before));
            let address = line.and_then(|line| line.split_once(before)).map(|(_, rest)| rest);
            if let Some(address) = address {
                let end = address.find([' ', '/']).unwrap_or(address.len());
                return Ok(address[..end].to_owned());
            }
            if self.child.try_wait().map_err(|error| error.to_string())?.is_some() {
                return Err(format!("it ended without saying where it listens:\n{text}"));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(format!("it does not say where it listens:\n{}", self.printed()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
