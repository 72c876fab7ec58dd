//! The search for the configuration: the file that was named, `TRIO_URL`, or a file in one of two
//! places.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{Environment, environment};

/// Name of the file in both places.
const FILE: &str = "trio-exporter.yml";

/// Source of the configuration, and a file that was found beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file; `None`: the `TRIO_*` variables.
    pub file: Option<PathBuf>,
    /// A file that is not read, because `TRIO_URL` is set.
    pub unread: Option<PathBuf>,
}

impl Source {
    /// Looks for the configuration: the file `named` by flag or variable, then `TRIO_URL`, then a
    /// file in the working directory and one in the folder of the machine's configuration.
    /// `is_there` tells if there is a file.
    ///
    /// # Errors
    /// There is none; the message says what to give.
    pub fn find(
        named: Option<&Path>,
        environment: Environment<'_>,
        is_there: &dyn Fn(&Path) -> bool,
    ) -> Result<Self, String> {
        if let Some(file) = named {
            return Ok(Self { file: Some(file.to_owned()), unread: None });
        }
        let places = places(environment);
        let found = places.iter().find(|place| is_there(place)).cloned();
        // Before the places: a container that is configured by variables does not read a file that
        // its image happens to hold.
        if environment(environment::URL).is_some_and(|value| !value.is_empty()) {
            return Ok(Self { file: None, unread: found });
        }
        match found {
            Some(file) => Ok(Self { file: Some(file), unread: None }),
            None => {
                let places = places.map(|place| place.display().to_string()).join(" or ");
                Err(format!(
                    "nothing to read: give --config.file, or set {}, TRIO_CLIENT_KEY, TRIO_USERNAME and \
                     TRIO_PASSWORD; no file is at {places}; `trio-exporter init` writes one, and \
                     `trio-exporter demo` shows the exporter without a Trio",
                    environment::URL
                ))
            }
        }
    }

    /// Returns the warning about the file that is not read.
    pub fn warning(&self) -> Option<String> {
        let file = self.unread.as_ref()?.display();
        Some(format!(
            "{file} is not read, because the variable {url} is set; remove the file, or unset {url} to \
             use the file",
            url = environment::URL
        ))
    }

    /// Returns a name of the source for people.
    pub fn name(&self) -> String {
        match &self.file {
            Some(file) => file.display().to_string(),
            None => "the TRIO_* variables".to_owned(),
        }
    }
}

/// Returns the files that are looked for, the first one first.
fn places(environment: Environment<'_>) -> [PathBuf; 2] {
    [Path::new(".").join(FILE), machine_folder(environment).join(FILE)]
}

/// Returns the folder of the machine's configuration.
#[cfg(not(windows))]
fn machine_folder(_: Environment<'_>) -> PathBuf {
    PathBuf::from("/etc/trio-exporter")
}

/// Returns the folder of the machine's configuration.
#[cfg(windows)]
fn machine_folder(environment: Environment<'_>) -> PathBuf {
    let data = environment("ProgramData").filter(|data| !data.is_empty());
    Path::new(data.as_deref().unwrap_or(r"C:\ProgramData")).join("trio-exporter")
}

/// Returns true if there is something at `path`, also if it may not be read: the error of reading
/// then says so, which helps more than to ignore the file.
pub fn is_there(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}
