//! The state file: keeps the counters over a restart.
//!
//! `tally` defines the contents ([`Saved`]: no case, no agent, no secret). This room stores them on
//! disk: with a version and a checksum, written whole or not at all, by one process alone. A file
//! of anything else is never written to.

mod disk;
mod format;
mod problem;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{model::Text, tally::Saved};
pub use problem::{Problem, Unusable};

/// The contents of the file: the counters of every target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    /// Counters by the name of the target.
    pub targets: BTreeMap<Text, Arc<Saved>>,
}

/// A state file that is locked for this process until it is dropped.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Held, never read: closing it releases the lock.
    _lock: File,
}

/// The result of opening a state file.
#[derive(Debug)]
pub struct Opened {
    /// The locked file, ready to be written.
    pub file: StateFile,
    /// Its contents; empty if it is new or was rejected.
    pub contents: Contents,
    /// Reason why its contents were rejected.
    pub rejected: Option<Problem>,
}

impl StateFile {
    /// Locks the file and reads it. A file that is damaged or of a newer version is renamed and
    /// kept.
    ///
    /// # Errors
    /// Another process has locked it, it cannot be read, or it is not a state file. It is then left
    /// as it is.
    pub fn open(path: &Path) -> Result<Opened, Problem> {
        // `save` renames a new file over the old one; without this a link would be replaced by a
        // file.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let file = Self { _lock: disk::lock(&path)?, path };
        // Locked before it is read: another exporter may be writing its last counters.
        let found =
            disk::read(&file.path).map_err(|error| Problem::unreadable(&file.path, error))?;
        let (contents, rejected) = match found.map(|bytes| format::decode(&bytes)) {
            None => (Contents::default(), None),
            Some(Ok(contents)) => (contents, None),
            // The operator may have named the wrong file: it must not be renamed or overwritten.
            Some(Err(Unusable::Foreign)) => return Err(Problem::foreign(&file.path)),
            Some(Err(why)) => (Contents::default(), Some(file.put_aside(why)?)),
        };
        Ok(Opened { file, contents, rejected })
    }

    /// Replaces the contents of the file, whole or not at all.
    ///
    /// # Errors
    /// The disk is full, or the folder is missing or not writable.
    pub fn save(&self, contents: &Contents) -> Result<(), Problem> {
        let written = format::encode(contents)
            .map_err(io::Error::other)
            .and_then(|bytes| disk::replace(&self.path, &bytes));
        written.map_err(|error| Problem::unwritable(&self.path, error))
    }

    /// Renames an unusable file, so that it can be examined, or used again by a newer version.
    fn put_aside(&self, why: Unusable) -> Result<Problem, Problem> {
        let aside = disk::beside(&self.path, "rejected");
        fs::rename(&self.path, &aside).map_err(|error| Problem::unwritable(&self.path, error))?;
        Ok(Problem::rejected(&self.path, &aside, why))
    }
}
