//! Files that the operator names: regular ones alone, and read within a time limit.
//!
//! A named pipe, or a file on a network mount that hangs, makes `open` and `read` wait without end.
//! On a thread that answers requests this would stop metrics, health and the end of the program.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
    time::timeout,
};

/// Time limit for reading files. A disk that has gone to sleep answers within a few seconds.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Threads that one set of tasks may occupy.
// A thread that waits for a hung mount cannot be ended. All tasks of the program share a few hundred
// threads, with the encoding of metrics among them.
const MAX_THREADS: usize = 2;

/// Opens a file for reading if it is a regular one.
///
/// # Errors
/// It cannot be opened, or it is a folder, a pipe, a socket or a device.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    require_regular(without_waiting(&mut options, 0).open(path)?)
}

/// Opens a file with `options` if it is a regular one and its path ends in no link.
///
/// # Errors
/// As for [`open_regular`], or the path is that of a link.
pub(crate) fn open_unlinked(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    let flags = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    #[cfg(not(unix))]
    let flags = 0;
    require_regular(without_waiting(options, flags).open(path)?)
}

/// Replaces the contents of a file at once: a reader sees the old or the new contents, and a failure
/// leaves the old ones. The file keeps its permissions; a link stays, and its target is replaced.
///
/// # Errors
/// The new file cannot be written beside the old one, or not be renamed.
pub(crate) fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    let path = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut new_name = std::ffi::OsString::from(".");
    new_name.push(name);
    new_name.push(format!(".{}", std::process::id()));
    let new = path.with_file_name(new_name);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&new)?;
        if let Ok(old) = path.metadata() {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &path)
    })();
    if written.is_err() {
        // What is left of it would be in the way next time.
        let _ = std::fs::remove_file(&new);
    }
    written
}

/// Makes `open` return at once, also for a pipe without a writer; adds `flags` on Unix.
fn without_waiting(options: &mut OpenOptions, flags: i32) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        flags | rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    #[cfg(not(unix))]
    let _ = flags;
    options
}

// After opening, and not by the path before: the file could be replaced in between.
fn require_regular(file: File) -> io::Result<File> {
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        Ok(file)
    } else if kind.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else {
        Err(io::Error::other("it is no regular file"))
    }
}

/// Runs tasks that read files, on at most [`MAX_THREADS`] threads. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct FileTasks {
    threads: Arc<Semaphore>,
    limit: Duration,
}

/// Reasons why files were not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileTaskError {
    /// The file system does not answer.
    #[error("the files were not read within {0:?}: their file system does not answer")]
    TimedOut(Duration),
    /// The task panicked.
    #[error("reading the files failed: {0}")]
    Failed(#[from] JoinError),
}

impl Default for FileTasks {
    fn default() -> Self {
        Self { threads: Arc::new(Semaphore::new(MAX_THREADS)), limit: TIME_LIMIT }
    }
}

impl FileTasks {
    /// Runs `task` on a blocking thread and returns its result.
    ///
    /// # Errors
    /// See [`FileTaskError`]. A task that took too long keeps its thread until it ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, FileTaskError> {
        let work = async {
            // Never closed; were it, running without a permit would be the lesser harm.
            let permit = self.threads.clone().acquire_owned().await.ok();
            spawn_blocking(move || {
                let _permit = permit;
                task()
            })
            .await
        };
        Ok(timeout(self.limit, work).await.map_err(|_| FileTaskError::TimedOut(self.limit))??)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn hung_tasks_time_out_and_keep_two_threads_at_most() {
        let tasks = FileTasks { limit: Duration::from_millis(50), ..FileTasks::default() };
        let (release, gate) = mpsc::channel::<()>();
        let gate = Arc::new(std::sync::Mutex::new(gate));
        let begun = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        for _ in 0..5 {
            let (gate, count) = (gate.clone(), begun.clone());
            let hung = tasks.run(move || {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let _ = gate.lock().map(|gate| gate.recv());
            });
            assert!(matches!(hung.await, Err(FileTaskError::TimedOut(_))));
        }
        assert_eq!(begun.load(std::sync::atomic::Ordering::SeqCst), MAX_THREADS);
        drop(release);
        let tasks = FileTasks { limit: Duration::from_secs(30), ..tasks };
        assert_eq!(tasks.run(|| 7).await.expect("the threads are free again"), 7);
    }

    #[tokio::test]
    async fn panic_of_a_task_is_an_error() {
        let failed = FileTasks::default().run(|| panic!("on purpose")).await;
        assert!(matches!(failed, Err(FileTaskError::Failed(_))));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_devices_and_links_are_not_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let folder = tempfile::tempdir().expect("a folder");
        let [pipe, file, link] = ["pipe", "file", "link"].map(|name| folder.path().join(name));
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        std::fs::write(&file, "text").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        let said = |result: io::Result<File>| result.map(|_| ()).map_err(|error| error.to_string());
        for path in [&pipe, Path::new("/dev/null")] {
            assert_eq!(
                said(open_regular(path)),
                Err("it is no regular file".to_owned()),
                "{path:?}"
            );
        }
        assert!(open_regular(folder.path()).is_err());
        assert!(open_regular(&file).is_ok() && open_regular(&link).is_ok());
        let mut writing = OpenOptions::new();
        writing.write(true);
        assert!(open_unlinked(&file, &mut writing).is_ok());
        assert!(open_unlinked(&pipe, &mut writing).is_err());
        assert!(open_unlinked(&link, &mut writing).is_err());
    }
}
