//! Who is logged in: whoever asks. A session only knows when it began.

use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::sim::api::Query;

/// More sessions than this are forgotten.
const MOST: usize = 10_000;
/// Life of an access token as it is told, in seconds.
const LIFE: u64 = 3600;

/// The sessions, by either of their tokens.
#[derive(Debug)]
pub(super) struct Doors {
    chance: ChaCha8Rng,
    born: HashMap<String, SystemTime>,
}

impl Doors {
    pub(super) fn new(now: SystemTime) -> Self {
        let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Self { chance: ChaCha8Rng::seed_from_u64(time), born: HashMap::new() }
    }

    /// Answers a login, or a renewal, which keeps the age of the session; `None` for a refresh token
    /// that is not known.
    pub(super) fn enter(&mut self, form: &[u8], now: SystemTime) -> Option<Value> {
        let form = Query::parse(form);
        let born = match form.get("refresh_token") {
            Some(token) => self.born.remove(token)?,
            None => now,
        };
        if self.born.len() >= MOST {
            self.born.clear();
        }
        let [access, refresh] =
            ["at", "rt"].map(|kind| format!("{kind}-{:032x}", u128::from(self.chance.next_u64())));
        self.born.extend([(access.clone(), born), (refresh.clone(), born)]);
        Some(json!({
            "access_token": access, "refresh_token": refresh, "expires_in": LIFE, "token_type": "bearer",
            "links": [], "data": {},
        }))
    }

    /// When the session began whose token an `Authorization` header carries.
    pub(super) fn born(&self, header: &str) -> Option<SystemTime> {
        let (scheme, token) = header.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| self.born.get(token.trim()).copied())?
    }
}
