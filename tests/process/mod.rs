//! Programs as children: what they print is kept, and they die with the test.

mod exporter;
mod wait;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

pub(crate) use exporter::exporter;
pub(crate) use wait::until;

/// Longest time from the start of a program until it prints its address, and from a signal
/// until its end. Only a machine that is badly overloaded comes near.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A folder below `target/` that goes when the test ends.
pub(crate) fn folder() -> TempDir {
    let parent = env!("CARGO_TARGET_TMPDIR");
    tempfile::tempdir_in(parent).unwrap_or_else(|error| panic!("no folder in {parent}: {error}"))
}

/// A running program; killed when dropped.
pub(crate) struct Process {
    name: String,
    child: Child,
    out: PathBuf,
    err: PathBuf,
    _folder: TempDir,
}

impl Process {
    /// Starts `program`. `remedy` says what to do when there is no such program.
    pub(crate) fn start(program: &Path, arguments: &[&str], remedy: &str) -> Self {
        Self::start_with(program, arguments, &[], remedy)
    }

    /// The same with variables of its environment.
    pub(crate) fn start_with(
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, &Path)],
        remedy: &str,
    ) -> Self {
        let folder = folder();
        let (out, err) = (folder.path().join("stdout"), folder.path().join("stderr"));
        let file =
            |path| Stdio::from(File::create(path).expect("a file for what the program prints"));
        let name = format!("{} {}", program.display(), arguments.join(" "));
        let child = Command::new(program)
            .args(arguments)
            // Nothing that the caller of the tests has set may reach the program.
            .env_clear()
            .envs(
                std::env::vars_os()
                    .filter(|(name, _)| name == "PATH" || name == "LLVM_PROFILE_FILE"),
            )
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(file(&out))
            .stderr(file(&err))
            .spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {name}: {error}; {remedy}"));
        Self { name, child, out, err, _folder: folder }
    }

    /// Everything that it has printed.
    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(&self.out).expect("what the program printed")
    }

    /// Everything that it has logged.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.err).expect("what the program logged")
    }

    /// Waits until the program has written what `find` looks for, in stdout and stderr.
    pub(crate) async fn says<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        until(&format!("{} to say {what}", self.name), PATIENCE, async || {
            let text = self.stdout() + &self.stderr();
            let found = find(&text);
            if found.is_none()
                && let Some(status) = self.child.try_wait().expect("a child of ours")
            {
                panic!("{} ended ({status}) without saying {what}:\n{text}", self.name);
            }
            found.ok_or_else(|| format!("it says: {text}"))
        })
        .await
    }

    /// Its number.
    #[allow(dead_code, reason = "the tests that need no other program do not ask for it")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal)
            .expect("a child of ours can be signalled");
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        until(&format!("{} to end", self.name), PATIENCE, async || {
            self.child.try_wait().expect("a child of ours").ok_or_else(|| "it runs".to_owned())
        })
        .await
    }
}

impl Drop for Process {
    #[allow(clippy::print_stderr, reason = "shown with the failure of the test")]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.err).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(30)..];
            eprintln!("--- the end of what {} logged:\n{}", self.name, last.join("\n"));
        }
    }
}
