//! Finds the files that a configuration names, and warns of secrets that every user can read.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::Environment;
use crate::files::open_regular;

/// Variable with the folder for the files of `LoadCredential=`; systemd makes it readable by the
/// service alone.
pub(super) const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Finds the files that a configuration names.
#[derive(Debug)]
pub(super) struct Files {
    /// The configuration file, if there is one.
    configuration: Option<PathBuf>,
    /// Start of relative paths.
    folder: PathBuf,
    credentials: Option<PathBuf>,
    /// Files that were warned of.
    warned: Vec<PathBuf>,
    warnings: Vec<String>,
}

/// Reasons why neither a file nor a credential could be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError<E> {
    /// The file, or the credential in its place, cannot be used.
    #[error("{0}")]
    File(E),
    /// The file cannot be used, and there is no credential of its name.
    #[error("{error}; {} is not there either", .credential.display())]
    NoCredential {
        /// The error of the file.
        error: E,
        /// Path of the credential.
        credential: PathBuf,
    },
}

impl Files {
    /// Files of the configuration file `path`: relative paths start at its folder.
    pub(super) fn for_configuration(path: &Path, environment: Environment<'_>) -> Self {
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        Self { configuration: Some(path.to_owned()), folder, ..Self::for_environment(environment) }
    }

    /// Files of a configuration without a file: relative paths start at the working directory.
    pub(super) fn for_environment(environment: Environment<'_>) -> Self {
        let credentials =
            environment(CREDENTIALS).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Self {
            configuration: None,
            folder: PathBuf::new(),
            credentials,
            warned: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Returns the folder at which relative paths start.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Calls `read` with the path of the file `name`: beside the configuration, or, if that is
    /// missing or not readable, systemd's credential of this name.
    ///
    /// # Errors
    /// The error of `read`; it also names the credential if there could be one and is none.
    pub(super) fn read<T, E>(
        &self,
        name: &str,
        read: impl FnOnce(&Path) -> Result<T, E>,
    ) -> Result<T, ReadError<E>> {
        let beside = self.folder.join(name);
        let Some(credential) = self.credential(name).filter(|_| !is_readable(&beside)) else {
            return read(&beside).map_err(ReadError::File);
        };
        if credential.exists() {
            return read(&credential).map_err(ReadError::File);
        }
        // Neither is there. The error of the usual place, which most operators meant.
        read(&beside).map_err(|error| ReadError::NoCredential { error, credential })
    }

    /// Returns the path of the credential `name`.
    fn credential(&self, name: &str) -> Option<PathBuf> {
        // Credentials have no folders. A name with `..` must not leave the folder of the
        // credentials.
        let mut parts = Path::new(name).components();
        let (Some(Component::Normal(_)), None) = (parts.next(), parts.next()) else { return None };
        self.credentials.as_ref().map(|folder| folder.join(name))
    }

    /// Adds a warning if every user can read `path`, which holds the secret of `key`; once for each
    /// file.
    pub(super) fn warn_if_exposed(&mut self, key: &str, path: &Path) {
        let is_credential =
            self.credentials.as_ref().is_some_and(|folder| path.starts_with(folder));
        // systemd keeps other users out of the folder of credentials, so the mode of a file in it
        // does not matter.
        if !is_credential && self.record_exposed(path) {
            let path = path.display();
            self.warnings.push(format!(
                "{key}: every user of this machine can read {path}; run `chmod o-r {path}`"
            ));
        }
    }

    /// Adds a warning if every user can read the configuration file, which holds the secret `key`;
    /// once.
    pub(super) fn warn_if_configuration_exposed(&mut self, key: &str) {
        let Some(path) = self.configuration.clone().filter(|path| self.record_exposed(path)) else {
            return;
        };
        let path = path.display();
        self.warnings.push(format!(
            "{key}: is in {path}, which every user of this machine can read; run `chmod o-r {path}`"
        ));
    }

    /// Returns true the first time that `path` is found to be readable by every user.
    fn record_exposed(&mut self, path: &Path) -> bool {
        // Several targets often share one file; one warning is enough.
        let new = !self.warned.iter().any(|warned| warned == path) && is_readable_by_all(path);
        if new {
            self.warned.push(path.to_owned());
        }
        new
    }

    /// Returns the warnings about the files that were read.
    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }
}

/// Returns true if the exporter may read what is at `path`.
fn is_readable(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => open_regular(path).is_ok(),
        // A pipe is there, too, although it is not read: the error then names it.
        Ok(_) => true,
        Err(_) => false,
    }
}

/// Returns true if every user of the machine can read the file at `path`.
///
/// A file that its group can read is accepted: packages use that to let a service read files of
/// root. Secrets that Kubernetes and Docker mount are readable by all, but only inside a container
/// that has no other users.
#[cfg(unix)]
fn is_readable_by_all(path: &Path) -> bool {
    use std::os::unix::{ffi::OsStrExt, fs::PermissionsExt};

    // The permission bit "others may read".
    const OTHERS_READ: u32 = 0o004;
    // Docker mounts secrets here, by default with mode 0444.
    const DOCKER: &str = "/run/secrets";

    // A mounted secret is a link, and the mode of a link says nothing.
    let Ok(real) = path.canonicalize() else { return false };
    // Kubernetes mounts a volume as links into a folder such as `..2026_11_24_08_00_00.1234`.
    let is_kubernetes = real
        .components()
        .any(|part| matches!(part, Component::Normal(name) if name.as_bytes().starts_with(b"..")));
    let is_open = fs::metadata(&real)
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & OTHERS_READ != 0);
    is_open && !is_kubernetes && !real.starts_with(DOCKER)
}

/// Returns false: other systems use access lists, which are not examined.
#[cfg(not(unix))]
fn is_readable_by_all(_: &Path) -> bool {
    false
}
