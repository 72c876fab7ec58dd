//! Programs as children: what they print is kept, and they die with the test.

mod exporter;
mod wait;

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

pub(crate) use exporter::{binary, command, ended, exporter, run, serving};
pub(crate) use wait::{until, within};

/// Longest time from the start of a program until it prints its address, and from a signal
/// until its end. Only a machine that is badly overloaded comes near.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder below `target/` that goes when the test ends.
pub(crate) fn folder() -> TempDir {
    let parent = env!("CARGO_TARGET_TMPDIR");
    tempfile::tempdir_in(parent).unwrap_or_else(|error| panic!("no folder in {parent}: {error}"))
}

/// The variables of the caller that a program may see: where programs are, and where coverage goes.
fn kept_variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "LLVM_PROFILE_FILE")
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
        let mut command = Command::new(program);
        command.args(arguments).envs(environment.iter().copied());
        Self::spawn(command, remedy)
    }

    /// Starts a command with its own variables alone, and nothing to read.
    pub(crate) fn spawn(mut command: Command, remedy: &str) -> Self {
        let folder = folder();
        let (out, err) = (folder.path().join("stdout"), folder.path().join("stderr"));
        let file =
            |path| Stdio::from(File::create(path).expect("a file for what the program prints"));
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let name = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let own: Vec<_> =
            command.get_envs().map(|(k, v)| (k.to_owned(), v.map(ToOwned::to_owned))).collect();
        command.env_clear().envs(kept_variables());
        command.envs(own.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let child = command.stdin(Stdio::null()).stdout(file(&out)).stderr(file(&err)).spawn();
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
    pub(crate) async fn finds<T>(
        &mut self,
        what: &str,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<T, String> {
        let found = within(PATIENCE, async || {
            // Asked before the text is read: what it wrote last must be in the text.
            let status = self.child.try_wait().expect("a child of ours");
            let text = self.stdout() + &self.stderr();
            match (find(&text), status) {
                (Some(found), _) => Ok(Ok(found)),
                (None, Some(status)) => {
                    Ok(Err(format!("ended ({status}) without saying {what}:\n{text}")))
                }
                (None, None) => Err(format!("does not say {what}:\n{text}")),
            }
        });
        found.await.flatten().map_err(|problem| format!("{} {problem}", self.name))
    }

    /// The same; panics if the program does not write it.
    pub(crate) async fn says<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        self.finds(what, find).await.unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// Its number.
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
