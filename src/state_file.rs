//! A file that carries the counters over a restart.
//!
//! What is in it is `tally`'s business ([`Saved`]: no case, no agent, no secret). Here is how it lies on
//! the disk: versioned, with a checksum, written whole or not at all, by one process alone. A file that is
//! not the exporter's own is never written to.

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

/// The counters of every target, by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    /// One entry a target.
    pub targets: BTreeMap<Text, Arc<Saved>>,
}

/// A file that belongs to this process until it is dropped.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    _lock: File,
}

/// What was found when the file was opened.
#[derive(Debug)]
pub struct Opened {
    /// The file, to be written from now on.
    pub file: StateFile,
    /// What was in it.
    pub contents: Contents,
    /// Why what was in it is not used.
    pub rejected: Option<Problem>,
}

impl StateFile {
    /// Takes the file and reads it. One that is damaged or newer than this exporter is put aside.
    ///
    /// # Errors
    /// Another process has it, or it cannot be read, or it is not a state file: it is left as it is.
    pub fn open(path: &Path) -> Result<Opened, Problem> {
        // Where a link leads, so that the link stays.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let file = Self { _lock: disk::lock(&path)?, path };
        let found = disk::read(&file.path).map_err(|error| Problem::unreadable(&file.path, error))?;
        let (contents, rejected) = match found.map(|bytes| format::decode(&bytes)) {
            None => (Contents::default(), None),
            Some(Ok(contents)) => (contents, None),
            Some(Err(Unusable::Foreign)) => return Err(Problem::foreign(&file.path)),
            Some(Err(why)) => (Contents::default(), Some(file.put_aside(why)?)),
        };
        Ok(Opened { file, contents, rejected })
    }

    /// Replaces what is in the file, whole or not at all.
    ///
    /// # Errors
    /// The disk is full, the folder is gone, or may not be written to.
    pub fn save(&self, contents: &Contents) -> Result<(), Problem> {
        let written = format::encode(contents)
            .map_err(io::Error::other)
            .and_then(|bytes| disk::replace(&self.path, &bytes));
        written.map_err(|error| Problem::unwritable(&self.path, error))
    }

    /// Keeps what cannot be used beside the file, for whoever wants to know.
    fn put_aside(&self, why: Unusable) -> Result<Problem, Problem> {
        let aside = disk::beside(&self.path, "rejected");
        fs::rename(&self.path, &aside).map_err(|error| Problem::unwritable(&self.path, error))?;
        Ok(Problem::rejected(&self.path, &aside, why))
    }
}
