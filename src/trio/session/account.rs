//! The API user: the same account on every server of a target, with one back-off for all of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::{
    files::FileTasks,
    model::{AuthFailure, Clock, Text, unix_seconds},
    stats::Stats,
    trio::{
        error::Error,
        secret::Secret,
        settings::{Settings, latin1},
        wire::backoff::{Blame, LoginBackoff},
    },
};

/// Credentials and login state shared by the sessions with all servers of a target.
#[derive(Debug)]
pub(in crate::trio) struct Account {
    pub(in crate::trio) settings: Settings,
    pub(super) stats: Arc<Stats>,
    pub(in crate::trio) clock: Clock,
    pub(in crate::trio) login_backoff: LoginBackoff,
    /// Held during the one login or renewal in flight.
    pub(super) turn: Mutex<()>,
    /// Number of tokens obtained, from any server.
    pub(super) generations: AtomicU64,
    file_tasks: FileTasks,
    /// The log says already that a stated life of tokens cannot be used.
    pub(super) life_warned: AtomicBool,
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
            life_warned: AtomicBool::default(),
        }
    }

    /// Records that the present credentials gave a token.
    pub(super) fn record_token(&self) {
        let texts = self.texts();
        self.stats.credentials.record(texts.each_ref().map(ExposeSecret::expose_secret));
    }

    /// Records a login at `server` that was sent and brought no token, with its reason and message
    /// and the wait that the answer asked for.
    pub(super) fn record_failed_login(
        &self,
        blame: Blame,
        server: &Text,
        cause: (AuthFailure, &str),
        asked: Option<Duration>,
    ) {
        let texts = self.texts();
        let texts = texts.each_ref().map(ExposeSecret::expose_secret);
        let has_worked = self.stats.credentials.are(texts);
        let now = self.clock.now();
        let wait = self.login_backoff.record((blame, has_worked), server, cause, asked, now);
        self.stats.login_retry.set(Some(unix_seconds(now.wall) + wait.as_secs_f64()));
    }

    /// Forgets the failed logins of the account and of `server`: a token of it was accepted.
    pub(super) fn reset_failed_logins(&self, server: &Text) {
        self.login_backoff.reset(server);
        self.stats.login_retry.set(None);
    }

    /// The present texts of client key, user name and password.
    fn texts(&self) -> [SecretString; 3] {
        let Settings { client_key, username, password, .. } = &self.settings;
        [client_key, username, password].map(Secret::current)
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
