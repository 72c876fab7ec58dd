//! The folder that a recording is written into: a new or an empty one, and nothing half-written.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A folder that is ready to take a recording.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    made: bool,
}

/// Why a recording cannot be written, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something in it.
    #[error("{}: is not empty; name a folder that does not exist yet", .0.display())]
    NotEmpty(PathBuf),
    /// It is something else.
    #[error("{}: is no folder; name a folder that does not exist yet", .0.display())]
    NoFolder(PathBuf),
    /// It cannot be made or looked into.
    #[error("{}: cannot be used: {why}; name a folder that you may write", .path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A file could not be written. Nothing is left of the recording.
    #[error("{}: cannot be written: {why}; make room, or name another folder", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// Without random numbers nothing can be hidden.
    #[error("the system gives no random numbers, so nothing can be hidden: {0}")]
    NoChance(String),
}

impl Folder {
    /// Makes the folder if there is none.
    ///
    /// # Errors
    /// It is not empty, no folder, or not ours to write.
    pub fn prepare(path: &Path) -> Result<Self, FolderError> {
        let unusable = |why| FolderError::Unusable { path: path.to_owned(), why };
        let made = match fs::metadata(path) {
            Ok(found) if !found.is_dir() => return Err(FolderError::NoFolder(path.to_owned())),
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
        Ok(Self { path: path.to_owned(), made })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// There will be no recording: a folder that was made for it goes.
    pub fn abandon(self) {
        if self.made {
            // It is empty, or somebody else has put something there, which is not ours.
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// Writes all files, the last one last; if one cannot be written, none stays.
    pub(super) fn write(&self, files: &[(String, String)]) -> Result<(), FolderError> {
        for (done, (name, text)) in files.iter().enumerate() {
            let path = self.path.join(name);
            if let Err(why) = fs::write(&path, text) {
                for (name, _) in &files[..=done] {
                    let _ = fs::remove_file(self.path.join(name));
                }
                return Err(FolderError::Unwritable { path, why });
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
        ["look.jsonl", "kept.txt", "recording.json"].map(|name| (name.to_owned(), "x".to_owned())).to_vec()
    }

    #[test]
    fn a_folder_that_is_in_use_or_none_is_refused_with_what_to_do() {
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
    fn a_recording_that_cannot_be_written_leaves_nothing_behind() {
        let here = temporary();
        let path = here.path().join("a/b");
        let folder = Folder::prepare(&path).expect("a new folder");
        fs::create_dir(path.join("recording.json")).expect("in the way");
        let error = folder.write(&files()).expect_err("a folder is in the way");
        // As it is printed: with all causes.
        let error = format!("{:#}", anyhow::Error::new(error));
        assert!(
            error.starts_with(&format!("{}: cannot be written: ", path.join("recording.json").display()))
        );
        assert!(error.ends_with("; make room, or name another folder"), "{error}");
        assert!(!path.join("look.jsonl").exists() && !path.join("kept.txt").exists());
        fs::remove_dir(path.join("recording.json")).expect("empty");
        folder.write(&files()).expect("written");
        assert_eq!(fs::read_dir(&path).expect("a folder").count(), 3);
    }

    #[test]
    fn a_folder_that_was_made_for_nothing_goes_and_another_stays() {
        let here = temporary();
        let made = here.path().join("made");
        Folder::prepare(&made).expect("a new folder").abandon();
        assert!(!made.exists());
        Folder::prepare(here.path()).expect("an empty folder").abandon();
        assert!(here.path().exists());
    }
}
