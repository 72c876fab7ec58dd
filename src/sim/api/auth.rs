//! Tokens: who is logged in, and until when.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::rights::Rights;

/// The tokens of one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}

/// All tokens that are good for something.
#[derive(Debug)]
pub(super) struct Sessions {
    rng: ChaCha8Rng,
    access: HashMap<String, (Expiry, Rights)>,
    refresh: HashMap<String, Expiry>,
}

/// The end of a token's life; `None` lies further ahead than a clock can tell.
type Expiry = Option<SystemTime>;

impl Sessions {
    /// Nobody is logged in. The time keeps a restarted simulator from giving out the same tokens.
    pub(super) fn new(seed: u64, now: SystemTime) -> Self {
        let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        let rng = ChaCha8Rng::seed_from_u64(seed.rotate_left(32) ^ time);
        Self { rng, access: HashMap::new(), refresh: HashMap::new() }
    }

    /// Gives out new tokens.
    /// Whoever has them has the rights of this moment until they are renewed.
    pub(super) fn open(
        &mut self,
        now: SystemTime,
        access_life: Duration,
        refresh_life: Duration,
        rights: &Rights,
    ) -> Tokens {
        self.access.retain(|_, (expiry, _)| is_good(expiry, now));
        self.refresh.retain(|_, expiry| is_good(expiry, now));
        let tokens = Tokens { access: self.token("at"), refresh: self.token("rt") };
        self.access.insert(tokens.access.clone(), (now.checked_add(access_life), rights.clone()));
        self.refresh.insert(tokens.refresh.clone(), now.checked_add(refresh_life));
        tokens
    }

    /// Takes a refresh token back, whether it was still good or not: it works once.
    pub(super) fn redeem(&mut self, refresh: &str, now: SystemTime) -> bool {
        self.refresh.remove(refresh).is_some_and(|expiry| is_good(&expiry, now))
    }

    /// The rights of whoever sends an `Authorization` header, if it carries a good access token.
    pub(super) fn rights(&self, authorization: Option<&str>, now: SystemTime) -> Option<&Rights> {
        let token = authorization.and_then(|header| credentials(header, "bearer"));
        let (expiry, rights) = token.and_then(|token| self.access.get(token))?;
        is_good(expiry, now).then_some(rights)
    }

    /// Gives everybody these rights now, instead of at the next renewal.
    pub(super) fn grant(&mut self, rights: &Rights) {
        self.access.values_mut().for_each(|(_, held)| *held = rights.clone());
    }

    fn token(&mut self, kind: &str) -> String {
        format!("{kind}-{:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }
}

/// What stands after the scheme in an `Authorization` header of that scheme.
pub(super) fn credentials<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (given, rest) = header.trim().split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn is_good(expiry: &Expiry, now: SystemTime) -> bool {
    expiry.is_none_or(|expiry| now < expiry)
}
