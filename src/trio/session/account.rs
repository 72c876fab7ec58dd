//! The API user: the same account on every server of a target, with one back-off for all of them.

use std::sync::{Arc, atomic::AtomicU64};

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::{
    files::FileTasks,
    model::{AuthFailure, Clock},
    stats::Stats,
    trio::{
        error::Error,
        secret::Secret,
        settings::{Settings, latin1},
        wire::backoff::LoginBackoff,
    },
};

/// Credentials and login state shared by the sessions with all servers of a target.
#[derive(Debug)]
pub(in crate::trio) struct Account {
    pub(super) settings: Settings,
    pub(super) stats: Arc<Stats>,
    pub(super) clock: Clock,
    pub(super) login_backoff: LoginBackoff,
    /// Held during the one login or renewal in flight.
    pub(super) turn: Mutex<()>,
    /// Number of tokens obtained, from any server.
    pub(super) generations: AtomicU64,
    file_tasks: FileTasks,
}

impl Account {
    pub(in crate::trio) fn new(settings: Settings, stats: Arc<Stats>, clock: Clock) -> Self {
        Self {
            settings,
            stats,
            clock,
            login_backoff: LoginBackoff::default(),
            turn: Mutex::default(),
            generations: AtomicU64::default(),
            file_tasks: FileTasks::default(),
        }
    }

    /// Returns the credentials in every form in which they are sent.
    pub(in crate::trio) fn secrets(&self) -> Vec<Vec<u8>> {
        let Settings { client_key, username, password, .. } = &self.settings;
        let mut secrets: Vec<Vec<u8>> = [client_key, username, password]
            .map(|secret| secret.current().expose_secret().as_bytes().to_vec())
            .into();
        // An echo of the request holds the encoded form, and a page that greets the user the plain
        // one.
        for secret in [username.current(), password.current()] {
            secrets.extend(latin1(secret.expose_secret()));
            secrets
                .extend(encoded(&secret).map(|secret| secret.expose_secret().as_bytes().to_vec()));
        }
        secrets
    }

    /// Reads the secret files again. Returns whether any of them has new content.
    pub(super) async fn reload(&self) -> bool {
        let Settings { client_key, username, password, .. } = self.settings.clone();
        // Off the threads that answer requests: a file on a hung mount, or a pipe, would stop them.
        let reloaded = self.file_tasks.run(move || reload_all(&client_key, &username, &password));
        reloaded.await.unwrap_or_else(|problem| {
            tracing::debug!(%problem, "the secret files cannot be read; the old secrets are kept");
            false
        })
    }
}

/// Reads the files of these secrets again. Returns whether any of them has new content.
fn reload_all(client_key: &Secret, username: &Secret, password: &Secret) -> bool {
    // Base64 holds only such characters; another one would make a header that cannot be sent.
    let in_header =
        |key: &SecretString| key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    let in_form = |secret: &SecretString| latin1(secret.expose_secret()).is_ok();
    let reload = |secret: &Secret| secret.reload(in_form);
    // Not `||`: each of them has to be read.
    client_key.reload(in_header) | reload(username) | reload(password)
}

/// Encodes a form field as the API wants it: Base64 of ISO-8859-1.
///
/// # Errors
/// The text holds a character that ISO-8859-1 lacks.
pub(super) fn encoded(secret: &SecretString) -> Result<SecretString, Error> {
    let bytes = latin1(secret.expose_secret())
        .map_err(|_| unusable("user name and password may only hold characters of ISO-8859-1"))?;
    Ok(BASE64_STANDARD.encode(bytes).into())
}

/// Error for credentials that cannot be sent at all.
pub(super) fn unusable(detail: &str) -> Error {
    Error::Auth { reason: AuthFailure::Credentials, detail: detail.to_owned() }
}
