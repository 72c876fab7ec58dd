//! A secret as given, or in a file that may change while the program runs.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use secrecy::{ExposeSecret, SecretString};

use crate::document::read_text;

/// In bytes; more is no secret but another file.
const LONGEST: u64 = 4096;

/// A secret. Clones share what was last read; it prints as nothing but its kind.
#[derive(Clone)]
pub struct Secret {
    text: Arc<RwLock<SecretString>>,
    file: Option<PathBuf>,
    /// Another text was taken over that no login has been tried with.
    adopted: Arc<AtomicBool>,
}

impl Secret {
    /// The secret in a file, without the line end that editors leave behind it.
    ///
    /// # Errors
    /// The file cannot be read, is empty or far too long, as a sentence that names it.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        Ok(Self {
            text: Arc::new(RwLock::new(read(path)?)),
            file: Some(path.to_owned()),
            adopted: Arc::default(),
        })
    }

    /// The file that it is in, if it is in one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The secret as it was last read.
    pub fn current(&self) -> SecretString {
        self.text.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is another secret now: one was taken over, or stands in the file, which is read again.
    /// One that `fits` rejects is not taken over.
    pub(super) fn reload(&self, fits: impl Fn(&SecretString) -> bool) -> bool {
        self.adopted.swap(false, Ordering::SeqCst) | self.reload_file(fits)
    }

    fn reload_file(&self, fits: impl Fn(&SecretString) -> bool) -> bool {
        let Some(path) = &self.file else { return false };
        let new = match read(path) {
            Ok(new) => new,
            Err(problem) => {
                // Whoever replaces a file may be half-way; the refusal itself is told elsewhere.
                tracing::debug!(%problem, "the secret is kept as it was");
                return false;
            }
        };
        if new.expose_secret() == self.current().expose_secret() {
            return false;
        }
        if !fits(&new) {
            tracing::debug!(file = %path.display(), "holds something that Trio's login cannot take");
            return false;
        }
        *self.text.write().unwrap_or_else(PoisonError::into_inner) = new;
        tracing::info!(file = %path.display(), "the secret in the file has changed");
        true
    }
}

impl Secret {
    /// Takes over what `newer` holds: another text of the same origin.
    pub(super) fn adopt(&self, newer: &Self) {
        let text = newer.current();
        if text.expose_secret() != self.current().expose_secret() {
            *self.text.write().unwrap_or_else(PoisonError::into_inner) = text;
            self.adopted.store(true, Ordering::SeqCst);
        }
    }
}

/// Secrets are the same if they come from the same place: what stands there may change.
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

fn read(path: &Path) -> Result<SecretString, String> {
    let text = read_text(path, LONGEST)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        Err(format!("{} is empty; put the secret into it", path.display()))
    } else {
        Ok(secret.into())
    }
}
