//! Reads a small file whole, with an error sentence for each way in which that can fail.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};

/// Size limit of configurations, in bytes: 8 MiB. A larger file was named by mistake.
pub(crate) const LONGEST_DOCUMENT: u64 = 8 << 20;

/// Returns the text of a file of at most `most` bytes, without a byte order mark.
///
/// # Errors
/// A sentence that names the file and says what to change.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, String> {
    let text = String::from_utf8(read_bytes(path, most)?)
        .map_err(|_| format!("{} is not UTF-8 text; save it as UTF-8", path.display()))?;
    // Editors on Windows put a byte order mark before UTF-8; in front of a secret it would be part
    // of it.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Returns the bytes of a file of at most `most` bytes.
///
/// # Errors
/// See [`read_text`].
pub(crate) fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    // One byte above the limit proves that the file is too long. Without the limit a device such as
    // /dev/zero would be read until memory is full.
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| problem(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(format!(
            "{} is longer than {most} bytes; it cannot be the right file",
            path.display()
        ));
    }
    Ok(bytes)
}

fn problem(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        ErrorKind::IsADirectory => format!("{path} is a folder; name a file in it"),
        ErrorKind::PermissionDenied => {
            format!("cannot read {path}: {error}; let the user that the exporter runs as read it")
        }
        _ => format!("cannot read {path}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_file_or_folder_names_the_remedy() {
        let message = |kind| problem(Path::new("a/key"), &io::Error::from(kind));
        let denied =
            "cannot read a/key: permission denied; let the user that the exporter runs as read it";
        assert_eq!(message(ErrorKind::PermissionDenied), denied);
        assert_eq!(message(ErrorKind::IsADirectory), "a/key is a folder; name a file in it");
        assert_eq!(message(ErrorKind::NotFound), "cannot read a/key: entity not found");
    }
}
