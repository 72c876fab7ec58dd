//! Secrets, given as text or in a file that may change while the program runs.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use secrecy::{ExposeSecret, SecretString};

use crate::yaml::{FileError, read_text};

/// Size of a secret file in bytes; a larger one is another file given by mistake.
const MAX_BYTES: u64 = 4096;

/// Reasons why a secret cannot be taken from a file.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is empty.
    #[error("{} is empty; put the secret into it", .0.display())]
    Empty(PathBuf),
}

/// A secret. Clones share the text that was last read; it prints as nothing but its kind.
#[derive(Clone)]
pub struct Secret {
    text: Arc<RwLock<SecretString>>,
    file: Option<PathBuf>,
    /// Another text was adopted that no login has been tried with.
    adopted: Arc<AtomicBool>,
}

impl Secret {
    /// Reads the secret in a file, without the line end that editors append.
    ///
    /// # Errors
    /// The file cannot be read, is empty or too large.
    pub fn from_file(path: &Path) -> Result<Self, SecretError> {
        Ok(Self {
            text: Arc::new(RwLock::new(read(path)?)),
            file: Some(path.to_owned()),
            adopted: Arc::default(),
        })
    }

    /// The file of the secret, if it is in one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The text that was last read.
    pub fn current(&self) -> SecretString {
        self.text.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file again. Returns whether there is another text than at the last call, read or
    /// adopted. A text that `is_acceptable` rejects is not taken.
    pub(in crate::trio) fn reload(&self, is_acceptable: impl Fn(&SecretString) -> bool) -> bool {
        // `|` and not `||`: the file is read in any case, or an adopted text would hide a newer
        // one.
        self.adopted.swap(false, Ordering::SeqCst) | self.reload_file(is_acceptable)
    }

    fn reload_file(&self, is_acceptable: impl Fn(&SecretString) -> bool) -> bool {
        let Some(path) = &self.file else { return false };
        let new = match read(path) {
            Ok(new) => new,
            // A file may be half written at this moment. The refusal that led here is logged
            // elsewhere.
            Err(problem) => {
                tracing::debug!(%problem, "the secret file cannot be read; the old secret is kept");
                return false;
            }
        };
        if new.expose_secret() == self.current().expose_secret() {
            return false;
        }
        // With an unusable text every login would fail before it is sent; the old one may still be
        // right.
        if !is_acceptable(&new) {
            tracing::debug!(file = %path.display(), "the secret in the file cannot be sent to Trio; the old secret is kept");
            return false;
        }
        *self.text.write().unwrap_or_else(PoisonError::into_inner) = new;
        tracing::info!(file = %path.display(), "the secret in the file has changed");
        true
    }
}

impl Secret {
    /// Takes over the text of `newer`, a secret of the same origin in a reloaded configuration.
    pub(in crate::trio) fn adopt(&self, newer: &Self) {
        let text = newer.current();
        if text.expose_secret() != self.current().expose_secret() {
            *self.text.write().unwrap_or_else(PoisonError::into_inner) = text;
            self.adopted.store(true, Ordering::SeqCst);
        }
    }
}

// Equal if they have the same origin: a changed text in the same file must not restart the target,
// which would lose its counters' continuity. The session adopts the text instead.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::from(SecretString::from(text))
    }
}

impl From<SecretString> for Secret {
    fn from(text: SecretString) -> Self {
        Self { text: Arc::new(RwLock::new(text)), file: None, adopted: Arc::default() }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(formatter, "Secret(*** in {})", file.display()),
            None => formatter.write_str("Secret(***)"),
        }
    }
}

fn read(path: &Path) -> Result<SecretString, SecretError> {
    let text = read_text(path, MAX_BYTES)?;
    // Only line ends are cut: spaces may belong to a password.
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() { Err(SecretError::Empty(path.to_owned())) } else { Ok(secret.into()) }
}
