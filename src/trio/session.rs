//! The session with one Trio: tokens, their renewal, and patience after a refusal.
//!
//! One login is in flight however many requests wait for it; tokens live in memory only.

mod reply;

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use url::Url;

use super::{
    error::Error,
    settings::{Settings, latin1},
    transport::Transport,
};
use crate::{
    model::{AuthFailure, Clock, RequestFailure, Resource, Stamp, Token, unix_seconds},
    stats::Stats,
};
use reply::Tokens;

/// The first wait after a refusal; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(60);
/// The longest wait after a refusal.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// The wait after a renewal that brought nothing, while the token at hand is still good.
const RENEWAL_WAIT: Duration = Duration::from_secs(10);

/// Logs in where needed and hands out the token.
#[derive(Debug)]
pub(super) struct Session {
    settings: Settings,
    stats: Arc<Stats>,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// Counts the tokens obtained, so that a rejection of an old one does not discard a new one.
    generation: u64,
    refusals: u32,
    not_before: Option<Duration>,
    renewal_not_before: Duration,
    /// The last failure, shared by all who were waiting when it happened.
    failure: Option<Failure>,
}

#[derive(Debug)]
struct Failure {
    at: Stamp,
    reason: AuthFailure,
    detail: String,
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

impl Session {
    pub(super) fn new(settings: Settings, stats: Arc<Stats>, clock: Clock) -> Self {
        Self { settings, stats, clock, state: Mutex::default() }
    }

    /// A token that should be good for the next request: the one at hand, a renewed or a new one.
    pub(super) async fn bearer(&self, transport: &Transport, doors: &Doors) -> Result<Bearer, Error> {
        let asked = self.clock.now();
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        let margin = self.settings.limits.renewal_margin;
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
            return Err(Error::Auth { reason: failure.reason, detail: failure.detail.clone() });
        }
        let refresh = state.held.as_ref().and_then(|held| held.refresh_token(now));
        let result = self.obtain(&mut state, transport, doors, refresh, now).await;
        if let Err(Error::Auth { reason, detail }) = &result {
            state.failure = Some(Failure { at: self.clock.now(), reason: *reason, detail: detail.clone() });
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
                    state.held = None;
                }
                Err(error) => {
                    if let Some(bearer) = state.usable(Duration::ZERO, now) {
                        state.renewal_not_before = self.clock.now().mono + RENEWAL_WAIT;
                        return bearer;
                    }
                    // A server that answers may still take a login; one that does not cannot.
                    if matches!(error, Error::Auth { reason: AuthFailure::Network, .. }) {
                        return Err(error);
                    }
                }
            }
        }
        if let Some(wait) =
            state.not_before.and_then(|time| time.checked_sub(now.mono)).filter(|w| !w.is_zero())
        {
            return Err(Error::LoginWaits { wait });
        }
        match self.login(transport, &doors.login).await {
            Ok(tokens) => {
                state.held = None;
                self.keep(state, tokens)
            }
            Err(error) => {
                if let Error::Auth { reason: AuthFailure::Credentials | AuthFailure::ClientKey, .. } = &error
                {
                    state.refuse(self.clock.now());
                }
                Err(error)
            }
        }
    }

    /// The credentials in every form in which they go over the wire.
    pub(super) fn secrets(&self) -> Vec<Vec<u8>> {
        let Settings { client_key, username, password, .. } = &self.settings;
        let mut secrets: Vec<Vec<u8>> =
            [client_key, username, password].map(|secret| secret.expose_secret().as_bytes().to_vec()).into();
        for secret in [username, password] {
            secrets.extend(latin1(secret.expose_secret()));
            secrets.extend(encoded(secret).map(|secret| secret.expose_secret().as_bytes().to_vec()));
        }
        secrets
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
        if state.generation == generation && state.held.take().is_some() {
            state.refuse(self.clock.now());
            self.stats.auth_failed(AuthFailure::Forbidden);
        }
        let detail = "the server does not accept a token that it has just given".to_owned();
        Error::Auth { reason: AuthFailure::Forbidden, detail }
    }

    /// A request with a token went well: earlier refusals are over.
    pub(super) async fn accepted(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.generation == generation {
            (state.refusals, state.not_before) = (0, None);
        }
    }

    /// Holds new tokens, with the old refresh token where no new one came.
    fn keep(&self, state: &mut State, mut tokens: Tokens) -> Result<Bearer, Error> {
        let obtained = self.clock.now();
        let mut refresh_obtained = obtained;
        if let (None, Some(old)) = (&tokens.refresh, state.held.take()) {
            tokens.refresh = old.tokens.refresh;
            refresh_obtained = old.refresh_obtained;
        }
        let expiry = |from: Stamp, life: Duration| unix_seconds(from.wall) + life.as_secs_f64();
        self.stats.set_token_expiry(Token::Access, Some(expiry(obtained, tokens.access_life)));
        let refresh_expiry = tokens.refresh.as_ref().map(|_| expiry(refresh_obtained, tokens.refresh_life));
        self.stats.set_token_expiry(Token::Refresh, refresh_expiry);
        state.generation += 1;
        let held = Held { tokens, obtained, refresh_obtained, rejected: false };
        let bearer = held.bearer(state.generation);
        state.held = Some(held);
        bearer
    }

    async fn login(&self, transport: &Transport, door: &Url) -> Result<Tokens, Error> {
        self.stats.logins.add(1);
        let username = encoded(&self.settings.username)?;
        let password = encoded(&self.settings.password)?;
        let form = [("username", username.expose_secret()), ("password", password.expose_secret())];
        let result = self.post(transport, Resource::Login, door, &form).await;
        result.map_err(|error| self.failed(error, false))
    }

    async fn renew(
        &self,
        transport: &Transport,
        door: &Url,
        refresh: &SecretString,
    ) -> Result<Tokens, Error> {
        self.stats.refreshes.add(1);
        let form = [("refresh_token", refresh.expose_secret())];
        let result = self.post(transport, Resource::RefreshLogin, door, &form).await;
        result.map_err(|error| self.failed(error, true))
    }

    async fn post(
        &self,
        transport: &Transport,
        resource: Resource,
        door: &Url,
        form: &[(&str, &str)],
    ) -> Result<Tokens, Error> {
        let mut basic = HeaderValue::try_from(format!("Basic {}", self.settings.client_key.expose_secret()))
            .map_err(|_| unusable("the API client key holds a character that no HTTP header can carry"))?;
        basic.set_sensitive(true);
        let request = transport.http.post(door.clone()).header(AUTHORIZATION, basic).form(form);
        transport
            .send(resource, request, |answer| {
                if !answer.status.is_success() {
                    return Err(Error::Status { resource, status: answer.status.as_u16() });
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
            Error::Auth { .. }
            | Error::LoginWaits { .. }
            | Error::Incomplete { .. }
            | Error::Unmapped { .. } => {
                return error;
            }
        };
        self.stats.auth_failed(reason);
        Error::Auth { reason, detail }
    }
}

impl State {
    /// The token at hand, if it is good until `margin` before its end.
    fn usable(&self, margin: Duration, now: Stamp) -> Option<Result<Bearer, Error>> {
        let held = self.held.as_ref().filter(|held| !held.rejected)?;
        (held.usable_until(margin) > now.mono).then(|| held.bearer(self.generation))
    }

    fn refuse(&mut self, now: Stamp) {
        let wait = FIRST_WAIT.saturating_mul(1 << self.refusals.min(8)).min(LONGEST_WAIT);
        self.refusals += 1;
        self.not_before = Some(now.mono + wait);
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

/// A form field as the API wants it: Base64 of ISO-8859-1.
fn encoded(secret: &SecretString) -> Result<SecretString, Error> {
    let bytes = latin1(secret.expose_secret())
        .map_err(|_| unusable("user name and password may only hold characters of ISO-8859-1"))?;
    Ok(BASE64_STANDARD.encode(bytes).into())
}

fn unusable(detail: &str) -> Error {
    Error::Auth { reason: AuthFailure::Credentials, detail: detail.to_owned() }
}
