//! The files that a configuration names: where they are, and whether others can read what is secret in them.

use std::{
    fs::{self, File},
    path::{Component, Path, PathBuf},
};

use super::{Environment, exposure};

/// Where systemd lays what `LoadCredential=` and its fellows name; readable by the service alone.
pub(super) const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Finds the files that a configuration names.
#[derive(Debug)]
pub(super) struct Files {
    configuration: Option<PathBuf>,
    folder: PathBuf,
    credentials: Option<PathBuf>,
    told: Vec<PathBuf>,
    warnings: Vec<String>,
}

impl Files {
    /// Of the configuration in the file `path`.
    pub(super) fn beside(path: &Path, environment: Environment<'_>) -> Self {
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        Self { configuration: Some(path.to_owned()), folder, ..Self::here(environment) }
    }

    /// Of a configuration without a file: names start where the exporter was started.
    pub(super) fn here(environment: Environment<'_>) -> Self {
        let credentials = environment(CREDENTIALS).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Self {
            configuration: None,
            folder: PathBuf::new(),
            credentials,
            told: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The folder that relative names start from.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads the file called `name` by `read`: the one beside the configuration; if there is none, or the
    /// exporter may not read it, the credential of that name.
    pub(super) fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Path) -> Result<T, String>,
    ) -> Result<T, String> {
        let beside = self.folder.join(name);
        let Some(credential) = self.credential(name).filter(|_| !can_be_read(&beside)) else {
            return read(&beside);
        };
        if credential.exists() {
            return read(&credential);
        }
        read(&beside).map_err(|message| format!("{message}; {} is not there either", credential.display()))
    }

    /// Where the credential `name` would be. Credentials have no folders.
    fn credential(&self, name: &str) -> Option<PathBuf> {
        let mut parts = Path::new(name).components();
        let (Some(Component::Normal(_)), None) = (parts.next(), parts.next()) else { return None };
        self.credentials.as_ref().map(|folder| folder.join(name))
    }

    /// Warns if everybody can read `path`, which holds the secret that `key` names; once a file.
    pub(super) fn guard(&mut self, key: &str, path: &Path) {
        let is_credential = self.credentials.as_ref().is_some_and(|folder| path.starts_with(folder));
        if !is_credential && self.is_new_and_exposed(path) {
            let path = path.display();
            self.warnings
                .push(format!("{key}: every user of this machine can read {path}; run `chmod o-r {path}`"));
        }
    }

    /// Warns if everybody can read the configuration, in which the secret `key` stands; once.
    pub(super) fn guard_configuration(&mut self, key: &str) {
        let Some(path) = self.configuration.clone().filter(|path| self.is_new_and_exposed(path)) else {
            return;
        };
        let path = path.display();
        self.warnings.push(format!(
            "{key}: stands in {path}, which every user of this machine can read; run `chmod o-r {path}`"
        ));
    }

    fn is_new_and_exposed(&mut self, path: &Path) -> bool {
        let new = !self.told.iter().any(|told| told == path) && exposure::is_readable_by_all(path);
        if new {
            self.told.push(path.to_owned());
        }
        new
    }

    /// What is unwise about the files that were read.
    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }
}

/// Whether there is something that the exporter may read. A pipe is not opened: that would wait for its writer.
fn can_be_read(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => File::open(path).is_ok(),
        Ok(_) => true,
        Err(_) => false,
    }
}
