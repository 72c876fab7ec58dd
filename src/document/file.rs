//! Reading a small file whole, with a sentence for everything that may be wrong about it.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};

/// No configuration is as long as this; what is was named by mistake.
pub(crate) const LONGEST_DOCUMENT: u64 = 8 << 20;

/// The text in a file of at most `most` bytes, without the mark that some editors put before UTF-8.
///
/// # Errors
/// A sentence that names the file and says what to change.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, String> {
    let text = String::from_utf8(read_bytes(path, most)?)
        .map_err(|_| format!("{} is not UTF-8 text; save it as UTF-8", path.display()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The bytes of a file of at most `most` bytes.
///
/// # Errors
/// As of [`read_text`].
pub(crate) fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| problem(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(format!("{} is longer than {most} bytes; it cannot be the right file", path.display()));
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
    fn a_file_that_may_not_be_read_and_a_folder_are_told_with_the_remedy() {
        let told = |kind| problem(Path::new("a/key"), &io::Error::from(kind));
        let denied = "cannot read a/key: permission denied; let the user that the exporter runs as read it";
        assert_eq!(told(ErrorKind::PermissionDenied), denied);
        assert_eq!(told(ErrorKind::IsADirectory), "a/key is a folder; name a file in it");
        assert_eq!(told(ErrorKind::NotFound), "cannot read a/key: entity not found");
    }
}
