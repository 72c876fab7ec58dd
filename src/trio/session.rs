//! Session with one server: login, renewal, and the tokens.
//!
//! One login is in flight, however many requests wait for it. Tokens are kept in memory only.

pub(super) mod account;
mod tokens;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use url::Url;

use self::{
    account::{Account, encoded, unusable},
    tokens::{NoToken, Tokens, error_code_of},
};
use super::{
    error::{Error, StatusHint},
    wire::{
        Transport,
        address::below,
        backoff::{Blame, LoginWait, retry_after},
        links::Links,
    },
};
use crate::model::{
    AuthFailure, Clock, RequestFailure, Resource, Stamp, Text, Token, unix_seconds,
};

/// Time before the next renewal after one that failed, while the access token is still valid.
// The margin before expiry is a minute by default: that leaves about six tries before requests
// suffer.
const RENEWAL_RETRY_WAIT: Duration = Duration::from_secs(10);

/// Age up to which a token that the server refuses is kept.
// Servers behind one name, or a slow store, may know a new token only after a moment. A new login
// for each refusal would bring the next token that is too young.
const YOUNG: Duration = Duration::from_secs(60);
/// Time after which a request with a young token that was refused is sent again.
pub(super) const YOUNG_RETRY_WAIT: Duration = Duration::from_secs(1);
/// Time between two renewals because of refused requests; it doubles while they do not help.
const FIRST_RENEWAL_WAIT: Duration = Duration::from_secs(60);
/// Longest time between two renewals because of refused requests.
const MAX_RENEWAL_WAIT: Duration = Duration::from_secs(15 * 60);
/// Message about a token that no request can use.
const NOT_ACCEPTED: &str = "the server does not accept a token that it has just given";

/// Tokens of one server, obtained when needed.
#[derive(Debug)]
pub(super) struct Session {
    account: Arc<Account>,
    /// Host and port.
    server: Text,
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
    /// The next tokens replace ones of which none was ever accepted.
    is_last_chance: bool,
    renewals: RenewalLimit,
}

/// Renewals because of refused requests: seldom, as long as they do not help.
#[derive(Debug, Default)]
struct RenewalLimit {
    times: u32,
    last: Option<Duration>,
}

impl RenewalLimit {
    /// Returns whether a renewal is allowed now, and counts it.
    fn take(&mut self, now: Duration) -> bool {
        let wait = FIRST_RENEWAL_WAIT
            .saturating_mul(1 << self.times.saturating_sub(1).min(8))
            .min(MAX_RENEWAL_WAIT);
        if let Some(last) = self.last {
            let since = now.saturating_sub(last);
            if since < wait {
                return false;
            }
            // The last one helped for a while: a server that is restarted again is not waited for.
            if since >= wait * 2 {
                self.times = 0;
            }
        }
        self.times += 1;
        self.last = Some(now);
        true
    }
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
    /// The server answered 401 to the access token, or 403 to everything.
    rejected: bool,
    /// A request with it succeeded.
    accepted: bool,
    /// Time of the first 401 to it while it was young.
    doubted: Option<Duration>,
    /// They replace tokens of which none was ever accepted.
    is_last_chance: bool,
}

/// Next step after a 401.
#[derive(Debug)]
pub(super) enum Unauthorized {
    /// The same token is sent again after [`YOUNG_RETRY_WAIT`].
    Repeat,
    /// Another token is obtained.
    Renew,
    /// The token is kept, and the request fails until the next step.
    Keep {
        /// Other requests with it succeeded.
        accepted: bool,
    },
    /// The account is refused.
    Refused(Error),
}

/// Facts about the answer to a login or renewal, beside its error.
#[derive(Debug, Default)]
struct AnswerNotes {
    /// Wait that it asks for.
    asked: Option<Duration>,
    no_token: Option<NoToken>,
    /// Error code of RFC 6749.
    code: Option<&'static str>,
}

/// A login or renewal that brought no token.
#[derive(Debug)]
struct FailedLogin {
    error: Error,
    /// `None` if it was not sent, or says nothing about account or server.
    blame: Option<Blame>,
    asked: Option<Duration>,
}

/// Records a login that is given up before its end, because the reading that needed it is.
// Without it each step would send the next login to a server that is too slow for it.
struct CutOff<'a> {
    session: &'a Session,
    is_over: bool,
}

impl Drop for CutOff<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let cause =
                (AuthFailure::Network, "no login: no answer within the limit of the collector");
            let Session { account, server, .. } = self.session;
            account.record_failed_login(Blame::Server, server, cause, None);
        }
    }
}

/// An access token as a header, and its number.
#[derive(Debug)]
pub(super) struct Bearer {
    pub(super) header: HeaderValue,
    pub(super) generation: u64,
}

/// Addresses of login and renewal, and of the contact centres.
#[derive(Clone, Debug)]
pub(super) struct AuthEndpoints {
    pub(super) login: Url,
    pub(super) refresh: Url,
    /// The contact centres, which every account may read: the control of a session in doubt.
    pub(super) contact_centers: Url,
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
            contact_centers: find(Resource::ContactCenters, "cc"),
        }
    }
}

impl Session {
    pub(super) fn new(account: Arc<Account>, server: Text) -> Self {
        Self { account, server, state: Mutex::default() }
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
        let Self { account, server, .. } = self;
        let mut wait = account.login_backoff.remaining(server, now);
        // A changed secret file ends the wait: the refusal was about the old text.
        if wait.is_some() && account.reload().await {
            account.login_backoff.end_waits();
            wait = None;
        }
        // A server that cannot serve a login is not asked for a renewal either. One that refuses
        // the account may still renew what it gave before.
        let server_waits = wait.as_ref().is_some_and(|wait| wait.blame == Blame::Server);
        if let Some(refresh) = refresh
            && !server_waits
            && now.mono >= state.renewal_not_before
        {
            match self.renew(transport, &endpoints.refresh, &refresh).await {
                Ok(tokens) => return self.store(state, tokens),
                // A refused refresh token is dead. It lives 30 days by the documentation, which no
                // answer states (assumption B4); the login follows at once, so that no request is
                // lost.
                Err(FailedLogin {
                    error: Error::Auth { reason: AuthFailure::Refresh, detail },
                    ..
                }) => {
                    tracing::info!(%detail, "the refresh token was refused; logging in again");
                    self.discard(state);
                }
                Err(failed) => {
                    state.renewal_not_before = account.clock.now().mono + RENEWAL_RETRY_WAIT;
                    if let Some(bearer) = state.usable_bearer(Duration::ZERO, now) {
                        return bearer;
                    }
                    // A server that answers may still take a login; one that does not cannot.
                    if matches!(failed.error, Error::Auth { reason: AuthFailure::Network, .. }) {
                        self.record_failed_login(&failed);
                        return Err(failed.error);
                    }
                }
            }
        }
        if let Some(LoginWait { left, blame, reason, message }) = wait {
            let only_here = blame == Blame::Server;
            return Err(Error::LoginWaits { wait: left, reason, refusal: message, only_here });
        }
        loop {
            let failed = match self.login(transport, &endpoints.login).await {
                Ok(tokens) => {
                    // The refresh token of the old session must not survive into the new one.
                    state.held = None;
                    return self.store(state, tokens);
                }
                Err(failed) => failed,
            };
            self.record_failed_login(&failed);
            // The loop ends when the files stop changing: each further try needs new content.
            if failed.blame != Some(Blame::Account) || !account.reload().await {
                return Err(failed.error);
            }
            account.login_backoff.end_waits();
        }
    }

    fn record_failed_login(&self, failed: &FailedLogin) {
        if let (Some(blame), Error::Auth { reason, .. }) = (failed.blame, &failed.error) {
            let message = failed.error.redacted();
            let cause = (*reason, &*message);
            self.account.record_failed_login(blame, &self.server, cause, failed.asked);
        }
    }

    /// Records that the server redirected a login or renewal to one that is not known.
    pub(super) fn record_redirect(&self, error: &Error) {
        let cause = (AuthFailure::Server, &*error.redacted());
        self.account.record_failed_login(Blame::Server, &self.server, cause, None);
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

    /// Records that the server answered 401 to the token of `generation`, in a request that began
    /// at `begun`, and returns the next step.
    pub(super) async fn record_unauthorized(&self, generation: u64, begun: Stamp) -> Unauthorized {
        let now = self.account.clock.now();
        let mut state = self.state.lock().await;
        // Several requests in flight may be refused for the same old token, after a new one has
        // come.
        if state.generation != generation {
            return Unauthorized::Renew;
        }
        let Some(held) = &mut state.held else { return Unauthorized::Renew };
        if held.is_last_chance && !held.accepted {
            self.discard(&mut state);
            // Counts as a refusal: without a wait, each request would cause two logins.
            let cause = (AuthFailure::Forbidden, NOT_ACCEPTED);
            self.account.record_failed_login(Blame::Account, &self.server, cause, None);
            self.account.stats.record_auth_failure(AuthFailure::Forbidden);
            return Unauthorized::Refused(not_accepted());
        }
        if now.since(held.obtained) < YOUNG {
            // Requests of the same step come back a second later; those of later steps are such
            // returns themselves.
            let doubted = *held.doubted.get_or_insert(now.mono);
            let accepted = held.accepted;
            return match begun.mono <= doubted {
                true => Unauthorized::Repeat,
                false => Unauthorized::Keep { accepted },
            };
        }
        let is_last_chance = held.doubted.is_some() && !held.accepted;
        self.reject(&mut state, is_last_chance, now)
    }

    /// Discards the access token of `generation` for a new one, because requests are refused that
    /// were allowed before. Returns false if the last renewal for that reason was too recent.
    pub(super) async fn renew_suspect(&self, generation: u64) -> bool {
        let now = self.account.clock.now();
        let mut state = self.state.lock().await;
        if state.generation != generation || state.held.is_none() {
            return true;
        }
        matches!(self.reject(&mut state, false, now), Unauthorized::Renew)
    }

    fn reject(&self, state: &mut State, is_last_chance: bool, now: Stamp) -> Unauthorized {
        let held = state.held.as_ref();
        let (already, accepted) =
            held.map_or((false, false), |held| (held.rejected, held.accepted));
        if !already && !state.renewals.take(now.mono) {
            return Unauthorized::Keep { accepted };
        }
        state.is_last_chance = is_last_chance;
        if let Some(held) = &mut state.held {
            held.rejected = true;
        }
        Unauthorized::Renew
    }

    /// Records that a request with a token succeeded: earlier refusals are over.
    pub(super) async fn record_accepted(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.generation == generation {
            if let Some(held) = &mut state.held {
                held.accepted = true;
            }
            self.account.reset_failed_logins(&self.server);
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
        self.account.record_token();
        if tokens.life_is_assumed && !self.account.life_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                server = &*self.server,
                "the login states a life of its token that cannot be used; one hour is assumed"
            );
        }
        let held = HeldTokens {
            tokens,
            obtained,
            refresh_obtained,
            rejected: false,
            accepted: false,
            doubted: None,
            is_last_chance: std::mem::take(&mut state.is_last_chance),
        };
        let bearer = held.bearer(state.generation);
        state.held = Some(held);
        bearer
    }

    async fn login(&self, transport: &Transport, endpoint: &Url) -> Result<Tokens, FailedLogin> {
        let Account { stats, settings, .. } = &*self.account;
        let form = || {
            let username = encoded(&settings.username.current())?;
            Ok::<_, Error>((username, encoded(&settings.password.current())?))
        };
        let unsent = |error| FailedLogin { error, blame: None, asked: None };
        let (username, password) = form().map_err(unsent)?;
        let form = [("username", username.expose_secret()), ("password", password.expose_secret())];
        let mut cut_off = CutOff { session: self, is_over: false };
        let (result, notes) = self.post(transport, Resource::Login, endpoint, &form).await;
        cut_off.is_over = true;
        stats.logins.add(u64::from(was_sent(&result)));
        result.map_err(|error| self.classify(error, &notes, false))
    }

    async fn renew(
        &self,
        transport: &Transport,
        endpoint: &Url,
        refresh: &SecretString,
    ) -> Result<Tokens, FailedLogin> {
        let form = [("refresh_token", refresh.expose_secret())];
        let (result, notes) = self.post(transport, Resource::RefreshLogin, endpoint, &form).await;
        self.account.stats.refreshes.add(u64::from(was_sent(&result)));
        result.map_err(|error| self.classify(error, &notes, true))
    }

    /// Sends the form of a login or renewal and reads the tokens.
    async fn post(
        &self,
        transport: &Transport,
        resource: Resource,
        endpoint: &Url,
        form: &[(&str, &str)],
    ) -> (Result<Tokens, Error>, AnswerNotes) {
        let mut notes = AnswerNotes::default();
        let key = self.account.settings.client_key.current();
        let mut basic = match HeaderValue::try_from(format!("Basic {}", key.expose_secret())) {
            Ok(basic) => basic,
            Err(_) => {
                let problem = "the API client key holds a character that no HTTP header can carry";
                return (Err(unusable(problem)), notes);
            }
        };
        // The key is Base64 already and goes in verbatim. Sensitive headers are left out of debug
        // output.
        basic.set_sensitive(true);
        let request = transport
            .http
            .post(endpoint.clone())
            .header(AUTHORIZATION, basic)
            // Without it a server may answer a login in XML or with a page.
            .header(ACCEPT, "application/json")
            .form(form);
        let clock: &Clock = &self.account.clock;
        let result = transport
            .send(resource, request, |answer| {
                let now = clock.now().wall;
                notes.asked = retry_after(&answer.headers, now);
                if !answer.status.is_success() {
                    notes.code = error_code_of(&answer.body);
                    return Err(answer.refusal(resource, endpoint));
                }
                // Nothing of the answer is quoted: it may hold a token under another name.
                Tokens::read(&answer.body, answer.date().unwrap_or(now)).map_err(|no_token| {
                    notes.no_token = Some(no_token);
                    answer.decode_error(resource, no_token.phrase(), false)
                })
            })
            .await;
        (result, notes)
    }

    /// Classifies a failed login or renewal, and counts it.
    fn classify(&self, error: Error, notes: &AnswerNotes, renewal: bool) -> FailedLogin {
        let code = match notes.no_token {
            Some(NoToken::Refused(code)) => code,
            _ => notes.code,
        };
        let (account, server) = (Some(Blame::Account), Some(Blame::Server));
        let (reason, detail, blame) = match &error {
            // IIS answered before Trio saw the request: key and password were not judged. It may
            // count them as a failed login of Windows all the same.
            Error::Status { hint: Some(StatusHint::WindowsAuthentication), .. } => {
                (AuthFailure::Server, format!("no login: {error}"), account)
            }
            // 408 (Request Timeout) and 429 (Too Many Requests) do not mean that the refresh token
            // is invalid; any other 4xx does.
            Error::Status { status: status @ 400..=499, .. }
                if renewal && ![408, 429].contains(status) =>
            {
                (AuthFailure::Refresh, error.to_string(), None)
            }
            // Assumption A12: 401 is a wrong client key. It may mean the password, so the text
            // names both.
            Error::Status { status: 401, .. } => (
                AuthFailure::ClientKey,
                refused("401", "check the API client key first, then user name and password", code),
                account,
            ),
            // 422 and 423: a form that is not accepted, and an account that is locked.
            Error::Status { status: status @ (400 | 403 | 422 | 423), .. } => (
                AuthFailure::Credentials,
                refused(
                    &status.to_string(),
                    "check user name and password first, then the API client key",
                    code,
                ),
                account,
            ),
            // Without the wait that it asks for: the text is one situation, however long that is.
            Error::Status { resource, status, .. }
            | Error::Busy { resource, status, sent: true, .. } => {
                let hint = match &error {
                    Error::Status { hint, .. } => hint.clone(),
                    _ => None,
                };
                let answered = Error::Status { resource: *resource, status: *status, hint };
                let blame = if *status == 429 { account } else { server };
                (AuthFailure::Server, format!("no login: {answered}"), blame)
            }
            Error::Request {
                failure: RequestFailure::Decode | RequestFailure::TooLarge, ..
            } => match notes.no_token {
                Some(NoToken::Refused(_)) => (
                    AuthFailure::Credentials,
                    refused(
                        "200",
                        "check user name and password first, then the API client key",
                        code,
                    ),
                    account,
                ),
                Some(NoToken::Missing(_)) => {
                    (AuthFailure::Decode, format!("no login: {error}"), account)
                }
                _ => (AuthFailure::Decode, format!("no login: {error}"), server),
            },
            Error::Request { sent, .. } => {
                (AuthFailure::Network, format!("no login: {error}"), server.filter(|_| *sent))
            }
            // A pause that an earlier answer asked for sends nothing, so there is nothing to count.
            Error::Busy { .. }
            | Error::Redirected { .. }
            | Error::Auth { .. }
            | Error::LoginWaits { .. }
            | Error::Incomplete { .. }
            | Error::Unmapped { .. }
            | Error::LimitReached { .. } => {
                return FailedLogin { error, blame: None, asked: None };
            }
        };
        self.account.stats.record_auth_failure(reason);
        FailedLogin { error: Error::Auth { reason, detail }, blame, asked: notes.asked }
    }
}

/// Sentence about a login that the server refused with `status`.
fn refused(status: &str, remedy: &str, code: Option<&str>) -> String {
    let code = code.map(|code| format!("; the answer says {code}")).unwrap_or_default();
    format!("login refused ({status}): {remedy}{code}")
}

/// Error of a request whose token is not accepted.
pub(super) fn not_accepted() -> Error {
    Error::Auth { reason: AuthFailure::Forbidden, detail: NOT_ACCEPTED.to_owned() }
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
