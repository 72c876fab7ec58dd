//! Sessions: access tokens, refresh tokens and their expiry.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::rights::Rights;

/// The two tokens of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}

/// Tokens that have not been used up. Expired ones are dropped at the next login.
#[derive(Debug)]
pub(super) struct Sessions {
    rng: ChaCha8Rng,
    access: HashMap<String, (Expiry, Rights)>,
    refresh: HashMap<String, Expiry>,
}

/// Expiry time; `None` when it exceeds the range of the clock.
type Expiry = Option<SystemTime>;

impl Sessions {
    /// Returns an empty set of sessions. The current time is part of the seed: otherwise a
    /// restarted simulator would issue the same tokens again.
    pub(super) fn new(seed: u64, now: SystemTime) -> Self {
        let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        let rng = ChaCha8Rng::seed_from_u64(seed.rotate_left(32) ^ time);
        Self { rng, access: HashMap::new(), refresh: HashMap::new() }
    }

    /// Issues new tokens. They carry the current rights until renewal, as documented for Trio.
    pub(super) fn issue(
        &mut self,
        now: SystemTime,
        access_life: Duration,
        refresh_life: Duration,
        rights: &Rights,
    ) -> Tokens {
        // Bounds memory: a client that logs in for every request would otherwise fill it.
        self.access.retain(|_, (expiry, _)| is_valid(expiry, now));
        self.refresh.retain(|_, expiry| is_valid(expiry, now));
        let tokens = Tokens { access: self.token("at"), refresh: self.token("rt") };
        self.access.insert(tokens.access.clone(), (now.checked_add(access_life), rights.clone()));
        self.refresh.insert(tokens.refresh.clone(), now.checked_add(refresh_life));
        tokens
    }

    /// Consumes a refresh token. Returns true when it was valid: it works once.
    pub(super) fn redeem(&mut self, refresh: &str, now: SystemTime) -> bool {
        self.refresh.remove(refresh).is_some_and(|expiry| is_valid(&expiry, now))
    }

    /// Rights of the access token in an `Authorization` header; `None` without a valid one.
    pub(super) fn rights(&self, authorization: Option<&str>, now: SystemTime) -> Option<&Rights> {
        let token = authorization.and_then(|header| credentials(header, "bearer"));
        let (expiry, rights) = token.and_then(|token| self.access.get(token))?;
        is_valid(expiry, now).then_some(rights)
    }

    /// Applies these rights to all sessions at once instead of at their renewal.
    pub(super) fn grant(&mut self, rights: &Rights) {
        self.access.values_mut().for_each(|(_, held)| *held = rights.clone());
    }

    fn token(&mut self, kind: &str) -> String {
        format!("{kind}-{:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }
}

/// Credentials of an `Authorization` header of this scheme.
pub(super) fn credentials<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (given, rest) = header.trim().split_once(' ')?;
    // Schemes are case-insensitive (RFC 9110).
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn is_valid(expiry: &Expiry, now: SystemTime) -> bool {
    expiry.is_none_or(|expiry| now < expiry)
}
