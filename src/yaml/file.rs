//! Reads a small file whole.

use std::{
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use crate::files::open_regular;

/// Size limit of configurations, in bytes: 8 MiB. A larger file was named by mistake.
pub(crate) const LONGEST_DOCUMENT: u64 = 8 << 20;

/// Reasons why a file cannot be read, each with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The path is a folder.
    #[error("{} is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// The file may not be read.
    #[error("cannot read {}: {error}; let the user that the exporter runs as read it", .path.display())]
    Forbidden {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The file is longer than this many bytes.
    #[error("{} is longer than {most} bytes; it cannot be the right file", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The largest size.
        most: u64,
    },
    /// The file is no text.
    #[error("{} is not UTF-8 text; save it as UTF-8", .0.display())]
    NotUtf8(PathBuf),
}

impl FileError {
    fn new(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::IsADirectory => Self::Folder(path),
            ErrorKind::PermissionDenied => Self::Forbidden { path, error },
            _ => Self::Unreadable { path, error },
        }
    }
}

/// Returns the text of a file of at most `most` bytes, without a byte order mark.
///
/// # Errors
/// See [`FileError`].
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, FileError> {
    let text = String::from_utf8(read_bytes(path, most)?)
        .map_err(|_| FileError::NotUtf8(path.to_owned()))?;
    // Editors on Windows put a byte order mark before UTF-8; in front of a secret it would be part
    // of it.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Returns the bytes of a file of at most `most` bytes.
///
/// # Errors
/// See [`FileError`].
pub(crate) fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    // One byte above the limit proves that the file is too long.
    let read = open_regular(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| FileError::new(path, error))?;
    if bytes.len() as u64 > most {
        return Err(FileError::TooLong { path: path.to_owned(), most });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_file_or_folder_names_the_remedy() {
        let message = |kind: ErrorKind| FileError::new(Path::new("a/key"), kind.into()).to_string();
        let denied =
            "cannot read a/key: permission denied; let the user that the exporter runs as read it";
        assert_eq!(message(ErrorKind::PermissionDenied), denied);
        assert_eq!(message(ErrorKind::IsADirectory), "a/key is a folder; name a file in it");
        assert_eq!(message(ErrorKind::NotFound), "cannot read a/key: entity not found");
    }
}
