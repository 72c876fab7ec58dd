//! User name and password of a request (basic authentication, RFC 7617), and their comparison with
//! bcrypt hashes.
//!
//! Comparisons run one at a time, off the threads that answer requests, and the addresses of clients
//! take turns: one that guesses passwords delays the login of another by one comparison. A login that was accepted
//! is remembered as a keyed hash, so that each scrape does not pay for bcrypt.
//!
//! Tokens of wallboards take the same turns and cost as much, so guessing them is as slow.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretSlice};
use tokio::{
    sync::{Mutex as AsyncMutex, Semaphore},
    task::spawn_blocking,
};

use super::{
    boards::SentToken,
    users::{PasswordHash, Users},
};
use crate::model::{BoardToken, KeyedHash};

/// Logins of one client address that may wait for their comparison; further ones get 503.
// A comparison of cost 10 takes about 70 ms, so the last of twenty waits 1.4 s: within Prometheus'
// default scrape timeout of 10 s, even while someone is guessing passwords.
const MAX_WAITING: usize = 20;
/// Logins of all clients that may wait.
const MAX_WAITING_IN_ALL: usize = 1000;
/// Accepted logins that are remembered; then all are forgotten and compared again.
// Only correct passwords of configured users get in, so guessing cannot fill this. Entries of
// changed hashes are what accumulates.
const MAX_REMEMBERED: usize = 1000;
/// Refused tokens of wallboards that are remembered; then all are forgotten and compared again.
// Screens ask every few seconds, also with a cookie whose token was replaced: each would cost a
// comparison. A client that guesses pays for one with each guess before it is remembered.
const MAX_REFUSED: usize = 1000;

/// First part of the hash of an accepted login, which no kind of [`SentToken`] has.
const LOGIN: &[u8] = b"login";

/// Comparison of a password with a hash; a parameter, so that tests can count and hold comparisons.
type Compare = Arc<dyn Fn(&[u8], &PasswordHash) -> bool + Send + Sync>;
/// HMAC-SHA256 of an accepted login, or of a token of a wallboard that was compared.
type Token = [u8; 32];

/// Verifies passwords, and remembers those that it accepted.
pub(super) struct PasswordVerifier {
    compare: Compare,
    one_at_a_time: Arc<AsyncMutex<()>>,
    waiting: Semaphore,
    clients: Mutex<HashMap<ClientAddress, Arc<ClientQueue>>>,
    accepted: Mutex<HashSet<Token>>,
    refused_tokens: Mutex<HashSet<Token>>,
    /// Hasher with a random key of this process; `None` if the system gave no random bytes: then
    /// nothing is remembered.
    hasher: Option<KeyedHash>,
}

/// Address of a client: an IPv4 address, or the network of an IPv6 address. Unknown in tests without
/// a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClientAddress(Option<IpAddr>);

impl ClientAddress {
    pub(super) fn new(address: Option<IpAddr>) -> Self {
        let network = |address| match address {
            // A machine has a network of 2^64 addresses of its own.
            IpAddr::V6(address) => {
                Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
            }
            address => address,
        };
        // A socket for both families shows IPv4 clients as ::ffff:a.b.c.d, all in one network.
        Self(address.map(|address| network(address.to_canonical())))
    }
}

/// Waiting logins of one client address.
#[derive(Debug)]
struct ClientQueue {
    waiting: Semaphore,
    /// Held by the one that is next: each address has one login in the common queue at most.
    turn: AsyncMutex<()>,
}

/// Result of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Verdict {
    Accepted,
    Rejected,
    /// Not verified: too many logins are waiting.
    Busy,
}

impl PasswordVerifier {
    pub(in crate::http) fn new() -> Self {
        Self::with_compare(Arc::new(|password, hash| {
            bcrypt::verify(password, hash.expose()).is_ok_and(|same| same)
        }))
    }

    /// Verifies with `compare` in place of bcrypt.
    pub(super) fn with_compare(compare: Compare) -> Self {
        Self {
            compare,
            one_at_a_time: Arc::default(),
            waiting: Semaphore::new(MAX_WAITING_IN_ALL),
            clients: Mutex::default(),
            accepted: Mutex::default(),
            refused_tokens: Mutex::default(),
            hasher: KeyedHash::with_random_key().ok(),
        }
    }

    /// Verifies the credentials of a request against `users`.
    pub(super) async fn verify(
        &self,
        users: &Users,
        sent: Credentials,
        client: ClientAddress,
    ) -> Verdict {
        let known = users.get(&sent.name);
        // An unknown name is compared with a decoy: an answer without a comparison would be faster
        // and so reveal which names exist.
        let hash = known.cloned().unwrap_or_else(|| users.decoy());
        let token = self.token(&sent, &hash);
        if known.is_some() && token.is_some_and(|token| self.remembered().contains(&token)) {
            return Verdict::Accepted;
        }
        let is_known = known.is_some();
        let compare = self.compare.clone();
        let compare = move || compare(sent.password.expose_secret(), &hash);
        match self.in_turn(client, compare).await {
            None => Verdict::Busy,
            Some(true) if is_known => {
                if let Some(token) = token {
                    remember(&self.accepted, token, MAX_REMEMBERED);
                }
                Verdict::Accepted
            }
            Some(_) => Verdict::Rejected,
        }
    }

    /// Verifies what a request sent in place of a password for a wallboard. `token` is that of the
    /// wallboard; `None`: no token opens it. `decoy` is the hash that sets the cost.
    pub(super) async fn verify_token(
        &self,
        board: &str,
        token: Option<&BoardToken>,
        sent: SentToken,
        decoy: PasswordHash,
        client: ClientAddress,
    ) -> Verdict {
        // The cookie is made of the token in force, so a changed token ends the old one at the next
        // request.
        let in_force = token.map(|token| token.cookie(board)).unwrap_or_default();
        let (kind, text) = sent.parts();
        let key = self.hash_of([kind, board.as_bytes(), in_force.as_bytes(), text]);
        let is_in = |set: &Mutex<HashSet<Token>>| key.is_some_and(|key| locked(set).contains(&key));
        if is_in(&self.accepted) {
            return Verdict::Accepted;
        }
        if is_in(&self.refused_tokens) {
            return Verdict::Rejected;
        }
        let (token, board) = (token.cloned(), board.to_owned());
        let compare = self.compare.clone();
        let compare = move || {
            let is_right = token.is_some_and(|token| sent.opens(&token, &board));
            // A right one costs as much as a wrong one and as a password.
            compare(b"", &decoy);
            is_right
        };
        let verdict = match self.in_turn(client, compare).await {
            None => return Verdict::Busy,
            Some(true) => Verdict::Accepted,
            Some(false) => Verdict::Rejected,
        };
        if let Some(key) = key {
            match verdict {
                Verdict::Accepted => remember(&self.accepted, key, MAX_REMEMBERED),
                _ => remember(&self.refused_tokens, key, MAX_REFUSED),
            }
        }
        verdict
    }

    /// Runs a comparison when it is the client's turn; `None`: too many are waiting.
    async fn in_turn(
        &self,
        client: ClientAddress,
        compare: impl FnOnce() -> bool + Send + 'static,
    ) -> Option<bool> {
        let queue = self.queue(client);
        let (Ok(_waiting), Ok(_waiting_here)) =
            (self.waiting.try_acquire(), queue.waiting.try_acquire())
        else {
            return None;
        };
        let _next = queue.turn.lock().await;
        // One comparison at a time: guessing can take one processor at most. The lock moves into
        // the blocking task, which runs on when the client disconnects: else a client that
        // reconnects in a loop could start any number of comparisons beside each other.
        let turn = self.one_at_a_time.clone().lock_owned().await;
        let same = spawn_blocking(move || {
            let _turn = turn;
            compare()
        });
        // A comparison that panicked proves nothing.
        Some(same.await.unwrap_or(false))
    }

    /// Returns the queue of a client address.
    fn queue(&self, client: ClientAddress) -> Arc<ClientQueue> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        // Queues that no one waits in: the map is as large as the number of clients that wait.
        clients.retain(|_, queue| Arc::strong_count(queue) > 1);
        let queue = || {
            Arc::new(ClientQueue {
                waiting: Semaphore::new(MAX_WAITING),
                turn: AsyncMutex::new(()),
            })
        };
        clients.entry(client).or_insert_with(queue).clone()
    }

    fn remembered(&self) -> MutexGuard<'_, HashSet<Token>> {
        locked(&self.accepted)
    }

    /// Computes the token of a name, a password and the hash that it is compared with. The hash is
    /// part of it, so a changed password ends the old one at the next request.
    fn token(&self, sent: &Credentials, hash: &PasswordHash) -> Option<Token> {
        let name = sent.name.as_bytes();
        self.hash_of([LOGIN, name, hash.expose().as_bytes(), sent.password.expose_secret()])
    }

    /// Returns the keyed hash of the parts; `None` without a key.
    fn hash_of(&self, parts: [&[u8]; 4]) -> Option<Token> {
        // Each part is preceded by its length: otherwise "ab" + "c" and "a" + "bc" gave the same
        // token.
        let lengths = parts.map(|part| (part.len() as u64).to_le_bytes());
        let framed = lengths.iter().zip(parts).flat_map(|(length, part)| [&length[..], part]);
        Some(self.hasher.as_ref()?.hash(framed))
    }
}

fn locked(set: &Mutex<HashSet<Token>>) -> MutexGuard<'_, HashSet<Token>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remember(set: &Mutex<HashSet<Token>>, token: Token, most: usize) {
    let mut set = locked(set);
    if set.len() >= most {
        set.clear();
    }
    set.insert(token);
}

impl fmt::Debug for PasswordVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordVerifier(***)")
    }
}

/// Name and password as the client sent them, not verified yet. `Debug` never prints the password.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(in crate::http) name: String,
    pub(super) password: SecretSlice<u8>,
}

impl Credentials {
    /// Reads the `Authorization` header; `None` without a well-formed one of the scheme `Basic`.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = text.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let mut name = BASE64_STANDARD.decode(encoded.trim()).ok()?;
        // The first colon ends the name, so passwords may hold colons and names may not (RFC 7617).
        let colon = name.iter().position(|byte| *byte == b':')?;
        // Split off in place: a copy of the password would stay in memory unwiped.
        let password: SecretSlice<u8> = name.split_off(colon + 1).into();
        // The colon.
        name.pop();
        Some(Self { name: String::from_utf8(name).ok()?, password })
    }
}
