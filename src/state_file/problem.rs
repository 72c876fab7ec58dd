//! Errors of the state file, as sentences for the operator.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Reasons why the contents of a file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is a file of something else.
    #[error("it is not a state file")]
    Foreign,
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// It was written by a newer exporter.
    #[error("its version is {version}, and this exporter knows up to {known}")]
    Newer {
        /// The version of the file.
        version: u32,
        /// The newest version that can be read.
        known: u32,
    },
    /// It is not as an exporter wrote it.
    #[error("it is damaged or cut off")]
    Damaged,
    /// It is larger than an exporter ever writes.
    #[error("it is larger than any state file")]
    TooLarge,
}

/// Errors of the state file.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Another process writes to it.
    #[error("state_file: another exporter uses {}; give each exporter a file of its own", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is not a state file.
    #[error(
        "state_file: {} is not a state file and stays as it is; name another file, or move this one away", .path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error(
        "state_file: {} cannot be read: {error}; let the exporter's user read and write it and its folder", .path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        error: io::Error,
    },
    /// It cannot be written.
    #[error(
        "state_file: {} cannot be written: {error}; let the exporter's user write to its folder, and see that there is room", .path.display()
    )]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        error: io::Error,
    },
    /// Its contents cannot be used, and it was renamed.
    #[error(
        "state_file: {} cannot be used: {why}; it is kept as {} and counters begin at 0", .path.display(), .aside.display()
    )]
    Rejected {
        /// The file.
        path: PathBuf,
        /// Its new path.
        aside: PathBuf,
        /// The reason.
        why: Unusable,
    },
}

impl Problem {
    pub(super) fn in_use(path: &Path) -> Self {
        Self::InUse { path: path.to_owned() }
    }

    pub(super) fn foreign(path: &Path) -> Self {
        Self::Foreign { path: path.to_owned() }
    }

    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), error }
    }

    pub(super) fn unwritable(path: &Path, error: io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), error }
    }

    pub(super) fn rejected(path: &Path, aside: &Path, why: Unusable) -> Self {
        Self::Rejected { path: path.to_owned(), aside: aside.to_owned(), why }
    }
}
