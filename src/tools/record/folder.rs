//! The folder of a recording: a new or an empty one, written whole or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A folder that is ready for a recording.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// The folder did not exist before.
    created: bool,
}

/// Reasons why a recording cannot be written, each with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder contains something.
    #[error("{}: is not empty; name a folder that does not exist yet", .0.display())]
    NotEmpty(PathBuf),
    /// The path is not a folder.
    #[error("{}: is no folder; name a folder that does not exist yet", .0.display())]
    NotAFolder(PathBuf),
    /// The folder cannot be created or read.
    #[error("{}: cannot be used: {error}; name a folder that you may write", .path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// A file could not be written. The files of the recording were removed.
    #[error("{}: cannot be written: {error}; make room, or name another folder", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// There are no random numbers for the replacements.
    #[error("the system provides no random numbers, so nothing can be replaced: {0}")]
    NoRandomNumbers(String),
}

impl Folder {
    /// Creates the folder if it does not exist.
    ///
    /// # Errors
    /// It is not empty, not a folder, or not accessible.
    pub fn prepare(path: &Path) -> Result<Self, FolderError> {
        let unusable = |error| FolderError::Unusable { path: path.to_owned(), error };
        let created = match fs::metadata(path) {
            Ok(found) if !found.is_dir() => return Err(FolderError::NotAFolder(path.to_owned())),
            Ok(_) => {
                if fs::read_dir(path).map_err(unusable)?.next().is_some() {
                    return Err(FolderError::NotEmpty(path.to_owned()));
                }
                false
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path).map_err(unusable)?;
                true
            }
            Err(error) => return Err(unusable(error)),
        };
        Ok(Self { path: path.to_owned(), created })
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folder again if it was created for this recording.
    pub fn abandon(self) {
        if self.created {
            // Fails if another program has put something there, which must stay.
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// Writes all files in this order. If one cannot be written, all are removed.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub(super) fn write(&self, files: &[(String, String)]) -> Result<(), FolderError> {
        for (done, (name, text)) in files.iter().enumerate() {
            let path = self.path.join(name);
            if let Err(error) = fs::write(&path, text) {
                // Also the failed one: a disk that is full leaves a part of it.
                for (name, _) in &files[..=done] {
                    let _ = fs::remove_file(self.path.join(name));
                }
                return Err(FolderError::Unwritable { path, error });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn files() -> Vec<(String, String)> {
        ["look.jsonl", "kept.txt", "recording.json"]
            .map(|name| (name.to_owned(), "x".to_owned()))
            .to_vec()
    }

    #[test]
    fn folder_in_use_is_refused_with_the_remedy() {
        let here = temporary();
        let (file, full) = (here.path().join("file"), here.path());
        fs::write(&file, "x").expect("written");
        for (path, problem) in [
            (full, "is not empty; name a folder that does not exist yet"),
            (&*file, "is no folder; name a folder that does not exist yet"),
            (&*file.join("below"), "cannot be used: "),
        ] {
            let error = Folder::prepare(path).expect_err(problem).to_string();
            assert!(error.starts_with(&format!("{}: {problem}", path.display())), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
        assert_eq!(fs::read_to_string(&file).expect("still there"), "x");
    }

    #[test]
    fn failed_recording_leaves_no_files() {
        let here = temporary();
        let path = here.path().join("a/b");
        let folder = Folder::prepare(&path).expect("a new folder");
        fs::create_dir(path.join("recording.json")).expect("in the way");
        let error = folder.write(&files()).expect_err("a folder is in the way");
        // As the program prints it: with all causes, none of them twice.
        let error = format!("{:#}", anyhow::Error::new(error));
        assert!(error.starts_with(&format!(
            "{}: cannot be written: ",
            path.join("recording.json").display()
        )));
        assert!(error.ends_with("; make room, or name another folder"), "{error}");
        assert!(!path.join("look.jsonl").exists() && !path.join("kept.txt").exists());
        fs::remove_dir(path.join("recording.json")).expect("empty");
        folder.write(&files()).expect("written");
        assert_eq!(fs::read_dir(&path).expect("a folder").count(), 3);
    }

    #[test]
    fn abandoned_folder_is_removed_if_it_was_created() {
        let here = temporary();
        let made = here.path().join("made");
        Folder::prepare(&made).expect("a new folder").abandon();
        assert!(!made.exists());
        Folder::prepare(here.path()).expect("an empty folder").abandon();
        assert!(here.path().exists());
    }
}
