//! Session with one server: login, renewal, and the tokens.
//!
//! One login is in flight, however many requests wait for it. Tokens are kept in memory only.

pub(super) mod account;
mod tokens;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use url::Url;

use self::{
    account::{Account, encoded, unusable},
    tokens::Tokens,
};
use super::{
    error::{Error, StatusHint},
    wire::{Transport, address::below, links::Links},
};
use crate::model::{AuthFailure, RequestFailure, Resource, Stamp, Token, unix_seconds};

/// Time before the next renewal after one that failed, while the access token is still valid.
// The margin before expiry is a minute by default: that leaves about six tries before requests
// suffer.
const RENEWAL_RETRY_WAIT: Duration = Duration::from_secs(10);

/// Tokens of one server, obtained when needed.
#[derive(Debug)]
pub(super) struct Session {
    account: Arc<Account>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<HeldTokens>,
    /// Number of the token, so that a rejection of an old one does not discard a new one.
    generation: u64,
    renewal_not_before: Duration,
    /// Last failure, shared by all requests that were waiting when it happened.
    failure: Option<Failure>,
}

#[derive(Debug)]
struct Failure {
    at: Stamp,
    error: Error,
}

#[derive(Debug)]
struct HeldTokens {
    tokens: Tokens,
    obtained: Stamp,
    /// A renewal may bring no new refresh token: then the old one keeps its age.
    refresh_obtained: Stamp,
    /// The server answered 401 to the access token.
    rejected: bool,
}

/// An access token as a header, and its number.
#[derive(Debug)]
pub(super) struct Bearer {
    pub(super) header: HeaderValue,
    pub(super) generation: u64,
}

/// Addresses of login and renewal.
#[derive(Clone, Debug)]
pub(super) struct AuthEndpoints {
    pub(super) login: Url,
    pub(super) refresh: Url,
}

impl AuthEndpoints {
    /// Takes the addresses from the links of the Api resource, or else the documented ones.
    pub(super) fn from_links(base: &Url, links: &Links) -> Self {
        let find = |resource, path| {
            let documented = below(base, &[path]);
            links.find(resource, &documented).unwrap_or(documented)
        };
        Self {
            login: find(Resource::Login, "login"),
            refresh: find(Resource::RefreshLogin, "refreshlogin"),
        }
    }
}

impl Session {
    pub(super) fn new(account: Arc<Account>) -> Self {
        Self { account, state: Mutex::default() }
    }

    /// Returns a token for the next request: the current one, a renewed or a new one.
    ///
    /// # Errors
    /// No token can be had; see [`Error`].
    pub(super) async fn bearer(
        &self,
        transport: &Transport,
        endpoints: &AuthEndpoints,
    ) -> Result<Bearer, Error> {
        let clock = &self.account.clock;
        let asked = clock.now();
        let mut state = self.state.lock().await;
        let now = clock.now();
        let margin = self.account.settings.limits.renewal_margin;
        if let Some(bearer) = state.usable_bearer(margin, now) {
            return bearer;
        }
        // A renewal failed a moment ago, and the token is still valid: requests go on with it.
        if now.mono < state.renewal_not_before
            && let Some(bearer) = state.usable_bearer(Duration::ZERO, now)
        {
            return bearer;
        }
        // Requests that waited for this attempt get its error. Each trying again would send one
        // hopeless login after another.
        if let Some(failure) =
            state.failure.as_ref().filter(|failure| failure.at.mono >= asked.mono)
        {
            return Err(failure.error.clone());
        }
        // One login at a time over all servers: they share one account, and its refusals are
        // counted together.
        let _turn = self.account.turn.lock().await;
        let refresh = state.held.as_ref().and_then(|held| held.refresh_token(now));
        let result = self.obtain(&mut state, transport, endpoints, refresh, now).await;
        // A wait (`LoginWaits`) is not kept: its remaining time is computed for each request.
        if let Err(error @ (Error::Auth { .. } | Error::Redirected { .. } | Error::Busy { .. })) =
            &result
        {
            state.failure = Some(Failure { at: clock.now(), error: error.clone() });
        }
        result
    }

    /// Renews the session, or logs in.
    async fn obtain(
        &self,
        state: &mut State,
        transport: &Transport,
        endpoints: &AuthEndpoints,
        refresh: Option<SecretString>,
        now: Stamp,
    ) -> Result<Bearer, Error> {
        if let Some(refresh) = refresh {
            match self.renew(transport, &endpoints.refresh, &refresh).await {
                Ok(tokens) => return self.store(state, tokens),
                // A refused refresh token is dead. It lives 30 days by the documentation, which no
                // answer states (assumption B4); the login follows at once, so that no request is
                // lost.
                Err(Error::Auth { reason: AuthFailure::Refresh, detail }) => {
                    tracing::info!(%detail, "the refresh token was refused; logging in again");
                    self.discard(state);
                }
                Err(error) => {
                    if let Some(bearer) = state.usable_bearer(Duration::ZERO, now) {
                        state.renewal_not_before =
                            self.account.clock.now().mono + RENEWAL_RETRY_WAIT;
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
        // A changed secret file ends the wait: the refusal was about the old text.
        if let Some((wait, refusal)) = account.login_backoff.remaining(now) {
            if !account.reload().await {
                return Err(Error::LoginWaits { wait, refusal });
            }
            account.login_backoff.end_wait();
        }
        loop {
            let refused = match self.login(transport, &endpoints.login).await {
                Ok(tokens) => {
                    // The refresh token of the old session must not survive into the new one.
                    state.held = None;
                    return self.store(state, tokens);
                }
                Err(error) => error,
            };
            let reason = match &refused {
                Error::Auth { reason, .. } => Some(*reason),
                _ => None,
            };
            if !matches!(reason, Some(AuthFailure::Credentials | AuthFailure::ClientKey)) {
                return Err(refused);
            }
            // Only a judgement of the credentials counts. An outage must not delay the login after
            // it.
            account.login_backoff.record_refusal(account.clock.now(), &refused.redacted());
            // The loop ends when the files stop changing: each further try needs new content.
            if !account.reload().await {
                return Err(refused);
            }
        }
    }

    /// Discards the tokens, because another server is active now.
    pub(super) async fn discard_tokens(&self) {
        self.discard(&mut *self.state.lock().await);
    }

    /// Discards the tokens and the metric of their expiry. Returns whether there were any.
    fn discard(&self, state: &mut State) -> bool {
        // If another server's tokens came later, the metric is about those.
        if state.generation == self.account.generations.load(Ordering::Relaxed) {
            Token::ALL
                .into_iter()
                .for_each(|token| self.account.stats.set_token_expiry(token, None));
        }
        state.held.take().is_some()
    }

    /// Records that the server answered 401 to the token of `generation`.
    pub(super) async fn reject_token(&self, generation: u64) {
        let mut state = self.state.lock().await;
        // Several requests in flight may be refused for the same old token, after a new one has
        // come.
        if state.generation == generation
            && let Some(held) = &mut state.held
        {
            held.rejected = true;
        }
    }

    /// Records that the server answered 401 to a token that it had just given, and returns the
    /// error.
    pub(super) async fn reject_new_token(&self, generation: u64) -> Error {
        let mut state = self.state.lock().await;
        let detail = "the server does not accept a token that it has just given".to_owned();
        if state.generation == generation && self.discard(&mut state) {
            // Counts as a refusal: without a wait, each request would cause two logins.
            self.account.login_backoff.record_refusal(self.account.clock.now(), &detail);
            self.account.stats.record_auth_failure(AuthFailure::Forbidden);
        }
        Error::Auth { reason: AuthFailure::Forbidden, detail }
    }

    /// Records that a request with a token succeeded: earlier refusals are over.
    pub(super) async fn record_accepted(&self, generation: u64) {
        if self.state.lock().await.generation == generation {
            self.account.login_backoff.reset();
        }
    }

    /// Keeps new tokens, with the old refresh token if no new one came.
    fn store(&self, state: &mut State, mut tokens: Tokens) -> Result<Bearer, Error> {
        let Account { stats, clock, .. } = &*self.account;
        let obtained = clock.now();
        let mut refresh_obtained = obtained;
        if let (None, Some(old)) = (&tokens.refresh, state.held.take()) {
            tokens.refresh = old.tokens.refresh;
            refresh_obtained = old.refresh_obtained;
        }
        let expiry = |from: Stamp, life: Duration| unix_seconds(from.wall) + life.as_secs_f64();
        stats.set_token_expiry(Token::Access, Some(expiry(obtained, tokens.access_life)));
        let refresh_expiry =
            tokens.refresh.as_ref().map(|_| expiry(refresh_obtained, tokens.refresh_life));
        stats.set_token_expiry(Token::Refresh, refresh_expiry);
        // Numbers are given over all servers, so that `discard` can tell the latest token of the
        // account.
        state.generation = self.account.generations.fetch_add(1, Ordering::Relaxed) + 1;
        let held = HeldTokens { tokens, obtained, refresh_obtained, rejected: false };
        let bearer = held.bearer(state.generation);
        state.held = Some(held);
        bearer
    }

    async fn login(&self, transport: &Transport, endpoint: &Url) -> Result<Tokens, Error> {
        let Account { stats, settings, .. } = &*self.account;
        let username = encoded(&settings.username.current())?;
        let password = encoded(&settings.password.current())?;
        let form = [("username", username.expose_secret()), ("password", password.expose_secret())];
        let result = self.post(transport, Resource::Login, endpoint, &form).await;
        stats.logins.add(u64::from(was_sent(&result)));
        result.map_err(|error| self.count_auth_error(error, false))
    }

    async fn renew(
        &self,
        transport: &Transport,
        endpoint: &Url,
        refresh: &SecretString,
    ) -> Result<Tokens, Error> {
        let form = [("refresh_token", refresh.expose_secret())];
        let result = self.post(transport, Resource::RefreshLogin, endpoint, &form).await;
        self.account.stats.refreshes.add(u64::from(was_sent(&result)));
        result.map_err(|error| self.count_auth_error(error, true))
    }

    /// Sends the form of a login or renewal and reads the tokens.
    async fn post(
        &self,
        transport: &Transport,
        resource: Resource,
        endpoint: &Url,
        form: &[(&str, &str)],
    ) -> Result<Tokens, Error> {
        let key = self.account.settings.client_key.current();
        let mut basic =
            HeaderValue::try_from(format!("Basic {}", key.expose_secret())).map_err(|_| {
                unusable("the API client key holds a character that no HTTP header can carry")
            })?;
        // The key is Base64 already and goes in verbatim. Sensitive headers are left out of debug
        // output.
        basic.set_sensitive(true);
        let request = transport.http.post(endpoint.clone()).header(AUTHORIZATION, basic).form(form);
        transport
            .send(resource, request, |answer| {
                if !answer.status.is_success() {
                    return Err(answer.refusal(resource, endpoint));
                }
                // Nothing of the answer is quoted: it may hold a token under another name.
                Tokens::read(&answer.body)
                    .map_err(|problem| answer.decode_error(resource, problem, false))
            })
            .await
    }

    /// Classifies a failed login or renewal, and counts it.
    fn count_auth_error(&self, error: Error, renewal: bool) -> Error {
        let (reason, detail) = match &error {
            // IIS answered before Trio saw the request: key and password were not judged.
            Error::Status { hint: Some(StatusHint::WindowsAuthentication), .. } => {
                (AuthFailure::Server, format!("no login: {error}"))
            }
            // 408 (Request Timeout) and 429 (Too Many Requests) do not mean that the refresh token
            // is invalid; any other 4xx does.
            Error::Status { status: status @ 400..=499, .. }
                if renewal && ![408, 429].contains(status) =>
            {
                (AuthFailure::Refresh, error.to_string())
            }
            // Assumption A12: 401 is a wrong client key. It may mean the password, so the text
            // names both.
            Error::Status { status: 401, .. } => (
                AuthFailure::ClientKey,
                "login refused (401): check the API client key first, then user name and password"
                    .to_owned(),
            ),
            Error::Status { status: status @ (400 | 403), .. } => (
                AuthFailure::Credentials,
                format!(
                    "login refused ({status}): check user name and password first, then the API client key"
                ),
            ),
            Error::Status { .. } => (AuthFailure::Server, format!("no login: {error}")),
            Error::Request {
                failure: RequestFailure::Decode | RequestFailure::TooLarge, ..
            } => (AuthFailure::Decode, format!("no login: {error}")),
            Error::Request { .. } => (AuthFailure::Network, format!("no login: {error}")),
            // A pause that an earlier answer asked for sends nothing, so there is nothing to count.
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
    /// Returns the current token if it does not need renewal yet; with a `margin` of zero, until it
    /// expires.
    fn usable_bearer(&self, margin: Duration, now: Stamp) -> Option<Result<Bearer, Error>> {
        let held = self.held.as_ref().filter(|held| !held.rejected)?;
        (held.usable_until(margin) > now.mono).then(|| held.bearer(self.generation))
    }
}

impl HeldTokens {
    /// Time at which the access token should be renewed: `margin` before its expiry, but not before
    /// half of its life.
    // With a life shorter than the margin a token would be renewed before every request.
    fn usable_until(&self, margin: Duration) -> Duration {
        let life = self.tokens.access_life;
        self.obtained.mono + life.saturating_sub(margin.min(life / 2))
    }

    /// Refresh token, while it is younger than its documented life.
    fn refresh_token(&self, now: Stamp) -> Option<SecretString> {
        let alive = now.since(self.refresh_obtained) < self.tokens.refresh_life;
        self.tokens.refresh.clone().filter(|_| alive)
    }

    fn bearer(&self, generation: u64) -> Result<Bearer, Error> {
        let mut header =
            HeaderValue::try_from(format!("Bearer {}", self.tokens.access.expose_secret()))
                .map_err(|_| {
                    unusable("the access token holds a character that no HTTP header can carry")
                })?;
        header.set_sensitive(true);
        Ok(Bearer { header, generation })
    }
}

/// Returns false only if the request was held back because the server had asked for a pause.
fn was_sent(result: &Result<Tokens, Error>) -> bool {
    !matches!(result, Err(Error::Busy { sent: false, .. }))
}
