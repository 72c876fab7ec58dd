//! Reads the file, replaces it whole, and locks it against other processes.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::{Problem, format};
use crate::files::{open_regular, open_unlinked};

/// Returns the path of a file beside `path`, with `.ending` added to the name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Locks the state file for this process. The system releases the lock when the process ends, also
/// after a crash.
///
/// # Errors
/// Another process holds the lock, or the folder is not writable.
pub(super) fn lock(path: &Path) -> Result<File, Problem> {
    // On a file of its own, because a lock stays with the old file when `replace` renames a new one
    // over it.
    // Not through a link: another user of the folder could point it at any file of this one.
    let file = open_unlinked(&beside(path, "lock"), private().create(true).truncate(false));
    let file = file.map_err(|error| Problem::unwritable(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Problem::in_use(path)),
        Err(TryLockError::Error(error)) => Err(Problem::unwritable(path, error)),
    }
}

/// Returns the contents of the file, at most one byte more than the size limit; `None` if there is
/// no file.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            return Err(io::Error::other("it is no regular file"));
        }
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(format::MAX_SIZE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Replaces the file in one step: a reader, or the next start after a power cut, finds the old or
/// the new one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A process that was killed while it wrote leaves this file behind.
    let new = beside(path, "new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().create_new(true).open(&new)?;
    file.write_all(bytes)?;
    // Before the rename: some file systems store a rename earlier than the contents, and a power
    // cut would leave an empty file.
    file.sync_all()?;
    // Windows does not rename a file that is open.
    drop(file);
    fs::rename(&new, path)?;
    sync_folder(path)
}

/// Returns options that create files for the exporter's user alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    // The rename itself is an entry of the folder, and as such in memory until it is synced.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
