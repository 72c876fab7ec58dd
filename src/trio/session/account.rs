//! The API user: the same account at every server of a target, and one back-off for all of them.

use std::sync::{Arc, atomic::AtomicU64};

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::{
    model::{AuthFailure, Clock},
    stats::Stats,
    trio::{
        error::Error,
        patience::Refusals,
        secret::Secret,
        settings::{Settings, latin1},
    },
};

/// What the sessions with all servers of a target share: they log in to the same account.
#[derive(Debug)]
pub(in crate::trio) struct Account {
    pub(super) settings: Settings,
    pub(super) stats: Arc<Stats>,
    pub(super) clock: Clock,
    pub(super) refusals: Refusals,
    /// Held by the one login or renewal in flight.
    pub(super) turn: Mutex<()>,
    /// Counts the tokens obtained from any server.
    pub(super) generations: AtomicU64,
}

impl Account {
    pub(in crate::trio) fn new(settings: Settings, stats: Arc<Stats>, clock: Clock) -> Self {
        let (refusals, turn, generations) = Default::default();
        Self { settings, stats, clock, refusals, turn, generations }
    }

    /// The credentials in every form in which they go over the wire.
    pub(in crate::trio) fn secrets(&self) -> Vec<Vec<u8>> {
        let Settings { client_key, username, password, .. } = &self.settings;
        let mut secrets: Vec<Vec<u8>> = [client_key, username, password]
            .map(|secret| secret.current().expose_secret().as_bytes().to_vec())
            .into();
        for secret in [username.current(), password.current()] {
            secrets.extend(latin1(secret.expose_secret()));
            secrets.extend(encoded(&secret).map(|secret| secret.expose_secret().as_bytes().to_vec()));
        }
        secrets
    }

    /// Reads the secret files again; whether there is something new in any of them.
    pub(super) fn reload(&self) -> bool {
        let Settings { client_key, username, password, .. } = &self.settings;
        let in_header = |key: &SecretString| key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
        let in_form = |secret: &SecretString| latin1(secret.expose_secret()).is_ok();
        let reload = |secret: &Secret| secret.reload(in_form);
        // Not `||`: each of them has to be read.
        client_key.reload(in_header) | reload(username) | reload(password)
    }
}

/// A form field as the API wants it: Base64 of ISO-8859-1.
pub(super) fn encoded(secret: &SecretString) -> Result<SecretString, Error> {
    let bytes = latin1(secret.expose_secret())
        .map_err(|_| unusable("user name and password may only hold characters of ISO-8859-1"))?;
    Ok(BASE64_STANDARD.encode(bytes).into())
}

pub(super) fn unusable(detail: &str) -> Error {
    Error::Auth { reason: AuthFailure::Credentials, detail: detail.to_owned() }
}
