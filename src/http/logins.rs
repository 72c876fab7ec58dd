//! Is it them? Passwords are compared one at a time and not on the threads that answer requests; what
//! was right once is remembered, as a keyed hash.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use hmac::{Hmac, KeyInit, Mac};
use rand::{TryRng, rngs::SysRng};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;
use tokio::{
    sync::{Mutex as AsyncMutex, Semaphore},
    task::spawn_blocking,
};

use super::{
    credentials::Credentials,
    users::{PasswordHash, Users},
};

/// A comparison takes about 70 ms; whoever would wait longer than for these is sent away.
const MOST_WAITING: usize = 20;
/// Only right passwords are remembered, so more can only come of hashes that were changed.
const MOST_REMEMBERED: usize = 1000;

/// Compares a password with a hash.
type Compare = Arc<dyn Fn(&[u8], &PasswordHash) -> bool + Send + Sync>;
/// What is remembered of a login that was right.
type Token = [u8; 32];

/// Judges logins.
pub(super) struct Logins {
    compare: Compare,
    one_at_a_time: Arc<AsyncMutex<()>>,
    waiting: Semaphore,
    right: Mutex<HashSet<Token>>,
    /// None where there is no chance to draw one from; then nothing is remembered.
    key: Option<SecretSlice<u8>>,
}

/// The judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    Right,
    Wrong,
    /// Too many are being judged already.
    Busy,
}

impl Logins {
    pub(super) fn new() -> Self {
        Self::comparing(Arc::new(|password, hash| {
            bcrypt::verify(password, hash.expose()).is_ok_and(|same| same)
        }))
    }

    /// Logins that are compared by `compare`.
    pub(super) fn comparing(compare: Compare) -> Self {
        let mut key = [0; 32];
        let drawn = SysRng.try_fill_bytes(&mut key).is_ok();
        Self {
            compare,
            one_at_a_time: Arc::default(),
            waiting: Semaphore::new(MOST_WAITING),
            right: Mutex::default(),
            key: drawn.then(|| key.to_vec().into()),
        }
    }

    /// Judges `given` by the list of `users`. One who is not on it costs a comparison as well: the time
    /// tells nobody which names exist.
    pub(super) async fn judge(&self, users: &Users, given: Credentials) -> Login {
        let known = users.get(&given.name);
        let hash = known.cloned().unwrap_or_else(|| users.decoy());
        let token = self.token(&given, &hash);
        if known.is_some() && token.is_some_and(|token| self.remembered().contains(&token)) {
            return Login::Right;
        }
        let Ok(_waiting) = self.waiting.try_acquire() else { return Login::Busy };
        // The turn ends with the comparison, even if the client is gone by then.
        let turn = self.one_at_a_time.clone().lock_owned().await;
        let compare = self.compare.clone();
        let same = spawn_blocking(move || {
            let _turn = turn;
            compare(given.password.expose_secret(), &hash)
        });
        let same = same.await.unwrap_or(false);
        if known.is_none() || !same {
            return Login::Wrong;
        }
        if let Some(token) = token {
            self.remember(token);
        }
        Login::Right
    }

    fn remember(&self, token: Token) {
        let mut right = self.remembered();
        if right.len() >= MOST_REMEMBERED {
            right.clear();
        }
        right.insert(token);
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashSet<Token>> {
        self.right.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands for a name, a password and the hash that it was compared with: once the hash is another
    /// one, what was right is forgotten.
    fn token(&self, given: &Credentials, hash: &PasswordHash) -> Option<Token> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()?.expose_secret()).ok()?;
        for part in [given.name.as_bytes(), hash.expose().as_bytes(), given.password.expose_secret()] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Logins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Logins(***)")
    }
}

#[cfg(test)]
mod tests;
