//! What can be wrong with the file, in sentences for the operator.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why what is in a file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is something else.
    #[error("it is not a state file")]
    Foreign,
    /// There is nothing in it.
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
    /// It is not as it was written.
    #[error("it is damaged or cut off")]
    Damaged,
    /// No exporter writes so much.
    #[error("it is larger than any state file")]
    TooLarge,
}

/// Something is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Another process writes to it.
    #[error("state_file: another exporter uses {}; give each exporter a file of its own", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is not ours.
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
        /// What the system says.
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
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// It cannot be used and was put aside.
    #[error(
        "state_file: {} cannot be used: {why}; it is kept as {} and counters begin at 0", .path.display(), .aside.display()
    )]
    Rejected {
        /// The file.
        path: PathBuf,
        /// Where it is now.
        aside: PathBuf,
        /// Why.
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

    pub(super) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), error }
    }

    pub(super) fn unwritable(path: &Path, error: io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), error }
    }

    pub(super) fn rejected(path: &Path, aside: &Path, why: Unusable) -> Self {
        Self::Rejected { path: path.to_owned(), aside: aside.to_owned(), why }
    }
}
