//! The session with one server of a Trio: tokens, their renewal, and patience after a refusal.
//!
//! One login is in flight however many requests wait for it; tokens live in memory only.

mod account;
mod reply;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use url::Url;

use super::{client::below, error::Error, links::Links, transport::Transport};
use crate::model::{AuthFailure, RequestFailure, Resource, Stamp, Token, unix_seconds};
pub(super) use account::Account;
use account::{encoded, unusable};
use reply::Tokens;

/// The wait after a renewal that brought nothing, while the token at hand is still good.
const RENEWAL_WAIT: Duration = Duration::from_secs(10);

/// Logs in where needed and hands out the token.
#[derive(Debug)]
pub(super) struct Session {
    account: Arc<Account>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// The number of the token, so that a rejection of an old one does not discard a new one.
    generation: u64,
    renewal_not_before: Duration,
    /// The last failure, shared by all who were waiting when it happened.
    failure: Option<Failure>,
}

#[derive(Debug)]
struct Failure {
    at: Stamp,
    error: Error,
}

#[derive(Debug)]
struct Held {
    tokens: Tokens,
    obtained: Stamp,
    /// A renewal may bring no new refresh token: then the old one goes on ageing.
    refresh_obtained: Stamp,
    /// The server said no to the access token.
    rejected: bool,
}

/// An access token and its number.
#[derive(Debug)]
pub(super) struct Bearer {
    pub(super) header: HeaderValue,
    pub(super) generation: u64,
}

/// Where to log in and to renew.
#[derive(Clone, Debug)]
pub(super) struct Doors {
    pub(super) login: Url,
    pub(super) refresh: Url,
}

impl Doors {
    /// Where the links of the Api resource say, else where the documentation does.
    pub(super) fn of(base: &Url, links: &Links) -> Self {
        let find = |resource, path| {
            let documented = below(base, &[path]);
            links.find(resource, &documented).unwrap_or(documented)
        };
        Self { login: find(Resource::Login, "login"), refresh: find(Resource::RefreshLogin, "refreshlogin") }
    }
}

impl Session {
    pub(super) fn new(account: Arc<Account>) -> Self {
        Self { account, state: Mutex::default() }
    }

    /// A token that should be good for the next request: the one at hand, a renewed or a new one.
    pub(super) async fn bearer(&self, transport: &Transport, doors: &Doors) -> Result<Bearer, Error> {
        let clock = &self.account.clock;
        let asked = clock.now();
        let mut state = self.state.lock().await;
        let now = clock.now();
        let margin = self.account.settings.limits.renewal_margin;
        if let Some(bearer) = state.usable(margin, now) {
            return bearer;
        }
        if now.mono < state.renewal_not_before
            && let Some(bearer) = state.usable(Duration::ZERO, now)
        {
            return bearer;
        }
        // Whoever waited while it failed would only fail again, one after the other.
        if let Some(failure) = state.failure.as_ref().filter(|failure| failure.at.mono >= asked.mono) {
            return Err(failure.error.clone());
        }
        let _turn = self.account.turn.lock().await;
        let refresh = state.held.as_ref().and_then(|held| held.refresh_token(now));
        let result = self.obtain(&mut state, transport, doors, refresh, now).await;
        if let Err(error @ (Error::Auth { .. } | Error::Redirected { .. } | Error::Busy { .. })) = &result {
            state.failure = Some(Failure { at: clock.now(), error: error.clone() });
        }
        result
    }

    async fn obtain(
        &self,
        state: &mut State,
        transport: &Transport,
        doors: &Doors,
        refresh: Option<SecretString>,
        now: Stamp,
    ) -> Result<Bearer, Error> {
        if let Some(refresh) = refresh {
            match self.renew(transport, &doors.refresh, &refresh).await {
                Ok(tokens) => return self.keep(state, tokens),
                Err(Error::Auth { reason: AuthFailure::Refresh, detail }) => {
                    tracing::info!(%detail, "the refresh token was refused; logging in anew");
                    self.discard(state);
                }
                Err(error) => {
                    if let Some(bearer) = state.usable(Duration::ZERO, now) {
                        state.renewal_not_before = self.account.clock.now().mono + RENEWAL_WAIT;
                        return bearer;
                    }
                    // A server that answers may still take a login; one that does not cannot.
                    if matches!(error, Error::Auth { reason: AuthFailure::Network, .. }) {
                        return Err(error);
                    }
                }
            }
        }
        let account = &self.account;
        if let Some(wait) = account.refusals.wait(now) {
            if !account.reload() {
                return Err(Error::LoginWaits { wait });
            }
            account.refusals.shorten();
        }
        loop {
            let refused = match self.login(transport, &doors.login).await {
                Ok(tokens) => {
                    state.held = None;
                    return self.keep(state, tokens);
                }
                Err(error) => error,
            };
            let of = match &refused {
                Error::Auth { reason, .. } => Some(*reason),
                _ => None,
            };
            if !matches!(of, Some(AuthFailure::Credentials | AuthFailure::ClientKey)) {
                return Err(refused);
            }
            account.refusals.another(account.clock.now());
            // Ends when the files stop changing: each turn needs new content.
            if !account.reload() {
                return Err(refused);
            }
        }
    }

    /// Another server is asked from now on: the tokens of this one are of no use any more.
    pub(super) async fn forget(&self) {
        self.discard(&mut *self.state.lock().await);
    }

    /// Throws the tokens away, and with them what is said of their life.
    fn discard(&self, state: &mut State) -> bool {
        // Where another server's tokens came later, that is what is said already.
        if state.generation == self.account.generations.load(Ordering::Relaxed) {
            Token::ALL.into_iter().for_each(|token| self.account.stats.set_token_expiry(token, None));
        }
        state.held.take().is_some()
    }

    /// The server said 401 to the token of `generation`: the next bearer is another one.
    pub(super) async fn reject(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.generation == generation
            && let Some(held) = &mut state.held
        {
            held.rejected = true;
        }
    }

    /// The server said 401 to a token that it had just given. Asking for more of them would be a
    /// storm of logins, so this counts as a refusal.
    pub(super) async fn reject_fresh(&self, generation: u64) -> Error {
        let mut state = self.state.lock().await;
        if state.generation == generation && self.discard(&mut state) {
            self.account.refusals.another(self.account.clock.now());
            self.account.stats.record_auth_failure(AuthFailure::Forbidden);
        }
        let detail = "the server does not accept a token that it has just given".to_owned();
        Error::Auth { reason: AuthFailure::Forbidden, detail }
    }

    /// A request with a token went well: earlier refusals are over.
    pub(super) async fn accepted(&self, generation: u64) {
        if self.state.lock().await.generation == generation {
            self.account.refusals.over();
        }
    }

    /// Holds new tokens, with the old refresh token where no new one came.
    fn keep(&self, state: &mut State, mut tokens: Tokens) -> Result<Bearer, Error> {
        let Account { stats, clock, .. } = &*self.account;
        let obtained = clock.now();
        let mut refresh_obtained = obtained;
        if let (None, Some(old)) = (&tokens.refresh, state.held.take()) {
            tokens.refresh = old.tokens.refresh;
            refresh_obtained = old.refresh_obtained;
        }
        let expiry = |from: Stamp, life: Duration| unix_seconds(from.wall) + life.as_secs_f64();
        stats.set_token_expiry(Token::Access, Some(expiry(obtained, tokens.access_life)));
        let refresh_expiry = tokens.refresh.as_ref().map(|_| expiry(refresh_obtained, tokens.refresh_life));
        stats.set_token_expiry(Token::Refresh, refresh_expiry);
        state.generation = self.account.generations.fetch_add(1, Ordering::Relaxed) + 1;
        let held = Held { tokens, obtained, refresh_obtained, rejected: false };
        let bearer = held.bearer(state.generation);
        state.held = Some(held);
        bearer
    }

    async fn login(&self, transport: &Transport, door: &Url) -> Result<Tokens, Error> {
        let Account { stats, settings, .. } = &*self.account;
        let username = encoded(&settings.username.current())?;
        let password = encoded(&settings.password.current())?;
        let form = [("username", username.expose_secret()), ("password", password.expose_secret())];
        let result = self.post(transport, Resource::Login, door, &form).await;
        stats.logins.add(u64::from(was_sent(&result)));
        result.map_err(|error| self.failed(error, false))
    }

    async fn renew(
        &self,
        transport: &Transport,
        door: &Url,
        refresh: &SecretString,
    ) -> Result<Tokens, Error> {
        let form = [("refresh_token", refresh.expose_secret())];
        let result = self.post(transport, Resource::RefreshLogin, door, &form).await;
        self.account.stats.refreshes.add(u64::from(was_sent(&result)));
        result.map_err(|error| self.failed(error, true))
    }

    async fn post(
        &self,
        transport: &Transport,
        resource: Resource,
        door: &Url,
        form: &[(&str, &str)],
    ) -> Result<Tokens, Error> {
        let key = self.account.settings.client_key.current();
        let mut basic = HeaderValue::try_from(format!("Basic {}", key.expose_secret()))
            .map_err(|_| unusable("the API client key holds a character that no HTTP header can carry"))?;
        basic.set_sensitive(true);
        let request = transport.http.post(door.clone()).header(AUTHORIZATION, basic).form(form);
        transport
            .send(resource, request, |answer| {
                if !answer.status.is_success() {
                    return Err(answer.refusal(resource, door));
                }
                Tokens::read(&answer.body).map_err(|problem| answer.decode_error(resource, problem, false))
            })
            .await
    }

    /// What a failed login or renewal means, counted.
    fn failed(&self, error: Error, renewal: bool) -> Error {
        let (reason, detail) = match &error {
            // Too slow and too many are no judgement of the token; any other such answer is.
            Error::Status { status: status @ 400..=499, .. } if renewal && ![408, 429].contains(status) => {
                (AuthFailure::Refresh, error.to_string())
            }
            Error::Status { status: 401, .. } => (
                AuthFailure::ClientKey,
                "login refused (401): check the API client key first, then user name and password".to_owned(),
            ),
            Error::Status { status: status @ (400 | 403), .. } => (
                AuthFailure::Credentials,
                format!(
                    "login refused ({status}): check user name and password first, then the API client key"
                ),
            ),
            Error::Status { .. } => (AuthFailure::Server, format!("no login: {error}")),
            Error::Request { failure: RequestFailure::Decode | RequestFailure::TooLarge, .. } => {
                (AuthFailure::Decode, format!("no login: {error}"))
            }
            Error::Request { .. } => (AuthFailure::Network, format!("no login: {error}")),
            Error::Busy { sent: true, .. } => {
                self.account.stats.record_auth_failure(AuthFailure::Server);
                return error;
            }
            Error::Redirected { .. }
            | Error::Busy { .. }
            | Error::Auth { .. }
            | Error::LoginWaits { .. }
            | Error::Incomplete { .. }
            | Error::Unmapped { .. } => {
                return error;
            }
        };
        self.account.stats.record_auth_failure(reason);
        Error::Auth { reason, detail }
    }
}

impl State {
    /// The token at hand, if it is good until `margin` before its end.
    fn usable(&self, margin: Duration, now: Stamp) -> Option<Result<Bearer, Error>> {
        let held = self.held.as_ref().filter(|held| !held.rejected)?;
        (held.usable_until(margin) > now.mono).then(|| held.bearer(self.generation))
    }
}

impl Held {
    /// The end of the access token's use: its life less the margin, but at least half of its life.
    fn usable_until(&self, margin: Duration) -> Duration {
        let life = self.tokens.access_life;
        self.obtained.mono + life.saturating_sub(margin.min(life / 2))
    }

    fn refresh_token(&self, now: Stamp) -> Option<SecretString> {
        let alive = now.since(self.refresh_obtained) < self.tokens.refresh_life;
        self.tokens.refresh.clone().filter(|_| alive)
    }

    fn bearer(&self, generation: u64) -> Result<Bearer, Error> {
        let mut header = HeaderValue::try_from(format!("Bearer {}", self.tokens.access.expose_secret()))
            .map_err(|_| unusable("the access token holds a character that no HTTP header can carry"))?;
        header.set_sensitive(true);
        Ok(Bearer { header, generation })
    }
}

/// Whether the server was asked at all, rather than left alone as it wished.
fn was_sent(result: &Result<Tokens, Error>) -> bool {
    !matches!(result, Err(Error::Busy { sent: false, .. }))
}
