//! Sessions of a replay: every login succeeds, and a session holds only its start.

use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::sim::api::Query;

/// Limit of tokens, two per session. At the limit all sessions are dropped and clients log in
/// again: logins need no credentials here and must not fill the memory.
const MAX_TOKENS: usize = 10_000;
/// Life of an access token as reported to the client, in seconds. Tokens do not expire.
const TOKEN_LIFE_SECONDS: u64 = 3600;

/// Start time of each session, by its access and its refresh token.
#[derive(Debug)]
pub(super) struct SessionStub {
    rng: ChaCha8Rng,
    login_times: HashMap<String, SystemTime>,
}

impl SessionStub {
    pub(super) fn new(now: SystemTime) -> Self {
        // Seeded by the time: a restarted replay must not issue the same tokens again.
        let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Self { rng: ChaCha8Rng::seed_from_u64(time), login_times: HashMap::new() }
    }

    /// Answers a login or a renewal; a renewal keeps the start of the session. `None` for an
    /// unknown refresh token.
    pub(super) fn answer_login(&mut self, form: &[u8], now: SystemTime) -> Option<Value> {
        let form = Query::parse(form);
        let login_time = match form.get("refresh_token") {
            Some(token) => self.login_times.remove(token)?,
            None => now,
        };
        if self.login_times.len() >= MAX_TOKENS {
            self.login_times.clear();
        }
        let [access, refresh] =
            ["at", "rt"].map(|kind| format!("{kind}-{:032x}", u128::from(self.rng.next_u64())));
        self.login_times.extend([(access.clone(), login_time), (refresh.clone(), login_time)]);
        Some(json!({
            "access_token": access, "refresh_token": refresh, "expires_in": TOKEN_LIFE_SECONDS, "token_type": "bearer",
            "links": [], "data": {},
        }))
    }

    /// Start of the session whose access token an `Authorization` header carries.
    pub(super) fn login_time(&self, header: &str) -> Option<SystemTime> {
        let (scheme, token) = header.trim().split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| self.login_times.get(token.trim()).copied())?
    }
}
