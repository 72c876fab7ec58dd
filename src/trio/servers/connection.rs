//! Connection to a target: sends each request with a token to the active server, and to the next one
//! if that cannot be reached, fails, or is passive.
//!
//! An answer can only choose among servers that are known. The address that it names is compared
//! with theirs and never used itself: otherwise any answer could lead the login to a foreign host.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::{StatusCode, header};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use url::Url;

use super::{
    Attempts, Server, Servers,
    doubts::{Control, Doubts, list_key, refusal_in},
    facts::stated_facts,
};
use crate::{
    model::{Clock, RequestFailure, Resource, Stamp},
    stats::Stats,
    trio::{
        error::Error,
        learned::Learned,
        session::{
            AuthEndpoints, Bearer, Unauthorized, YOUNG_RETRY_WAIT, account::Account, not_accepted,
        },
        settings::Settings,
        wire::{
            Transport,
            address::named_servers,
            answer::{Answer, QUOTED_CHARS},
            links::Links,
            repair::repaired,
        },
    },
};

/// Time limit of a probe of the Api resource.
// A server that is gone often says nothing at all. Probes run inside the cycle and delay everything
// else in it, and the Api resource needs neither a login nor data of the contact centre.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Transport, sessions and servers of one target, and what its servers were seen to do.
#[derive(Debug)]
pub(in crate::trio) struct Connection {
    pub(in crate::trio) transport: Transport,
    pub(in crate::trio) servers: Servers,
    pub(in crate::trio) learned: Learned,
    pub(in crate::trio) stats: Arc<Stats>,
    account: Arc<Account>,
    doubts: Doubts,
    /// Reloads of the configuration up to now.
    reloads: AtomicU64,
    /// Reason why the primary gave no token when it was to be returned to.
    no_return: Mutex<Option<String>>,
    clock: Clock,
}

impl Connection {
    /// Sets up the connection; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS set-up of this machine cannot be used.
    pub(in crate::trio) fn new(
        settings: &Settings,
        stats: Arc<Stats>,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let transport = Transport::new(settings, stats.clone(), clock.clone())?;
        let account = Arc::new(Account::new(settings.clone(), stats.clone(), clock.clone()));
        let servers = Servers::new(settings, account.clone(), stats.clone());
        let (learned, doubts) = (Learned::default(), Doubts::default());
        let reloads = AtomicU64::new(settings.reloads.count());
        let no_return = Mutex::default();
        Ok(Self { transport, servers, learned, stats, account, doubts, reloads, no_return, clock })
    }

    pub(in crate::trio) fn now(&self) -> Stamp {
        self.clock.now()
    }

    /// Returns the number of the session: that of login and renewal attempts. Rights take effect
    /// with a new token, and a server may have been upgraded meanwhile, so after each attempt its
    /// habits are learnt again.
    pub(in crate::trio) fn session_number(&self) -> u64 {
        self.stats.auth_attempts()
    }

    /// Ends every wait if the configuration was reloaded: an operator who has repaired something
    /// wants to see it at once.
    fn end_waits_after_reload(&self) {
        let reloads = self.account.settings.reloads.count();
        if self.reloads.swap(reloads, Ordering::Relaxed) != reloads {
            self.account.login_backoff.end_waits();
            self.transport.requested_waits.end();
            self.doubts.end_waits();
        }
    }

    /// Parses an answer as JSON.
    ///
    /// # Errors
    /// A decode error; see `decode_error`.
    pub(in crate::trio) fn json(
        &self,
        answer: &Answer,
        resource: Resource,
    ) -> Result<Value, Error> {
        // 204 is an empty answer. An empty 200 is a failure: a proxy may have lost the body.
        if answer.status == StatusCode::NO_CONTENT && answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body)
            .or_else(|error| {
                let repaired = repaired(&answer.body, 0);
                repaired.and_then(|body| serde_json::from_slice(&body).ok()).ok_or(error)
            })
            .map_err(|error| self.decode_error(answer, resource, &error.to_string()))
    }

    /// Builds a decode error that shows the beginning of the answer, unless that holds a secret.
    pub(in crate::trio) fn decode_error(
        &self,
        answer: &Answer,
        resource: Resource,
        problem: &str,
    ) -> Error {
        let mut secrets = self.account.secrets();
        if let Some(token) =
            answer.token.as_ref().and_then(|token| token.as_bytes().strip_prefix(b"Bearer "))
        {
            secrets.push(token.to_vec());
        }
        // A secret that begins within the quoted part and ends behind it must be found, too: a
        // server that echoes a request may return a token or the encoded login.
        let longest = secrets.iter().map(Vec::len).max().unwrap_or_default();
        let start = &answer.body[..answer.body.len().min(QUOTED_CHARS + longest)];
        let leaks = |text: &[u8]| secrets.iter().any(|secret| contains(text, secret));
        let problem = if leaks(problem.as_bytes()) { "it holds a secret" } else { problem };
        answer.decode_error(resource, problem, !leaks(start))
    }

    /// Sends a GET with a token, to the active server first and to the others if that is needed.
    ///
    /// # Errors
    /// The error that an operator has to repair: see `root_cause`.
    pub(in crate::trio) async fn get<T>(
        &self,
        resource: Resource,
        url: &Url,
        endpoints: &AuthEndpoints,
        read: impl Fn(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut attempts = self.servers.start_attempts();
        let mut first = None;
        loop {
            let server = attempts.server.clone();
            let error = match self.get_at(&server, resource, url, endpoints, &read).await {
                Ok(answer) => {
                    self.record_success(&attempts).await;
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // It took the token, so it is the active one, even if it does not have the resource.
            if matches!(error, Error::Status { status: 400..=499, .. }) {
                self.record_success(&attempts).await;
            }
            match self.try_next(&mut attempts, (resource, url), error).await {
                Ok(error) => {
                    first.get_or_insert(error);
                }
                Err(error) => return Err(root_cause(first, error)),
            }
        }
    }

    /// Sends a GET to one server. A refused token is replaced once; one that is young is sent again.
    async fn get_at<T>(
        &self,
        server: &Server,
        resource: Resource,
        url: &Url,
        endpoints: &AuthEndpoints,
        read: impl Fn(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let session = &server.session;
        let url = self.servers.url_on(url, server);
        // Endpoints belong to the server that named them: another server's link would carry the
        // password there. Without links of its own the documented paths are used.
        let endpoints = match self.servers.endpoints(server) {
            Some(own) => own,
            None if endpoints.login.origin() == server.base.origin() => endpoints.clone(),
            None => AuthEndpoints::from_links(&server.base, &Links::default()),
        };
        self.end_waits_after_reload();
        let list = list_key(&url);
        if let Some(error) = self.doubts.check(&list, self.now()) {
            return Err(error);
        }
        // Tokens die when the server restarts or an administrator ends the session, and then a new
        // one helps. A second refusal is a matter of rights, which a third one does not change.
        let (mut repeated, mut renewed) = (false, false);
        loop {
            let begun = self.now();
            let bearer = session.bearer(&self.transport, &endpoints).await?;
            let generation = bearer.generation;
            // Changed rights take effect with a new token; until then the answer is known.
            if self.learned.is_denied(&url, generation) {
                let status = StatusCode::FORBIDDEN.as_u16();
                return Err(Error::Status { resource, status, hint: None });
            }
            let (result, is_refusal) = self.send_with(server, resource, &url, &bearer, &read).await;
            let error = match result {
                Ok(answer) => {
                    // Refusals are over only once a token works: a server may give tokens that it
                    // does not accept.
                    session.record_accepted(generation).await;
                    self.doubts.record_read(list, self.now());
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // With a hint IIS answered and not Trio: the token is not in question.
            if let Error::Status { status: 401, hint: None, .. } = error {
                match session.record_unauthorized(generation, begun).await {
                    Unauthorized::Repeat if !repeated => {
                        repeated = true;
                        sleep(YOUNG_RETRY_WAIT).await;
                    }
                    Unauthorized::Renew if !renewed => renewed = true,
                    Unauthorized::Refused(error) => return Err(error),
                    // Another list was given with this token: it is the list that is refused.
                    Unauthorized::Keep { accepted: true } => return Err(error),
                    Unauthorized::Keep { .. } | Unauthorized::Repeat | Unauthorized::Renew => {
                        return Err(not_accepted());
                    }
                }
                continue;
            }
            if !is_refusal {
                return Err(error);
            }
            if !self.doubts.was_readable(&list, self.now()) {
                if let Error::Status { status: 403, .. } = error {
                    self.learned.record_denied(&url, generation);
                }
                return Err(error);
            }
            // A list that is refused alone says nothing about the session.
            let is_control = url.path() == endpoints.contact_centers.path();
            let is_suspect =
                is_control || self.is_control_refused(server, &endpoints, &bearer, begun).await;
            if is_suspect && !renewed && session.renew_suspect(generation).await {
                renewed = true;
                continue;
            }
            self.doubts.record_refused(&list, &error, self.now());
            return Err(error);
        }
    }

    /// Sends a GET with a token. Returns true beside the result if the answer is a refusal: 403, a
    /// redirect that is no failover, a page, or an error document.
    async fn send_with<T>(
        &self,
        server: &Server,
        resource: Resource,
        url: &Url,
        bearer: &Bearer,
        read: impl Fn(Answer) -> Result<T, Error>,
    ) -> (Result<T, Error>, bool) {
        let request = self
            .transport
            .http
            .get(url.clone())
            .header(header::AUTHORIZATION, bearer.header.clone())
            .header(header::ACCEPT, "application/json")
            // The API asks for both headers on JSON requests, even on a GET without a body.
            .header(header::CONTENT_TYPE, "application/json");
        let mut is_refusal = false;
        let result = self
            .transport
            .send(resource, request, |answer| {
                if !answer.status.is_success() {
                    is_refusal = matches!(answer.status.as_u16(), 301..=303 | 308 | 403);
                    return Err(answer.refusal(resource, url));
                }
                // The token goes with the answer so that a decode error can suppress quotes that
                // repeat it.
                let token = Some(bearer.header.clone());
                let answer = Answer { token, base: Some(server.base.clone()), ..answer };
                if let Some(problem) = refusal_in(&answer.body) {
                    is_refusal = true;
                    return Err(self.decode_error(&answer, resource, problem));
                }
                read(answer)
            })
            .await;
        (result, is_refusal)
    }

    /// Asks for the contact centres with the same token, and returns whether they are refused, too.
    /// Requests that were refused together share one answer.
    async fn is_control_refused(
        &self,
        server: &Server,
        endpoints: &AuthEndpoints,
        bearer: &Bearer,
        begun: Stamp,
    ) -> bool {
        let mut control = self.doubts.control.lock().await;
        if let Some(known) = *control
            && known.generation == bearer.generation
            && known.at >= begun.mono
        {
            return known.is_refused;
        }
        let url = self.servers.url_on(&endpoints.contact_centers, server);
        let resource = Resource::ContactCenters;
        let (result, is_refused) = self.send_with(server, resource, &url, bearer, |_| Ok(())).await;
        let is_refused = is_refused || matches!(result, Err(Error::Status { status: 401, .. }));
        let (generation, at) = (bearer.generation, self.now().mono);
        *control = Some(Control { generation, at, is_refused });
        is_refused
    }

    /// Reads the Api resource of a server for itself, and records whether it answers and which
    /// servers it names.
    ///
    /// # Errors
    /// See [`Error`].
    pub(in crate::trio) async fn probe_api(&self, server: &Server) -> Result<Links, Error> {
        let resource = Resource::Api;
        let mut url = server.base.clone();
        // A passive server would answer 307 here as well; this documented parameter turns that off.
        url.query_pairs_mut().append_pair("redirect", "false");
        let request =
            self.transport.http.get(url.clone()).header(header::ACCEPT, "application/json");
        let read = |answer: Answer| {
            if !answer.status.is_success() {
                return Err(answer.refusal(resource, &url));
            }
            let links = Links::parse(&answer.body, &server.base);
            let api = serde_json::from_slice(&answer.body).unwrap_or_default();
            Ok((links, named_servers(&api, &server.base), stated_facts(&api)))
        };
        let result = self.transport.send(resource, request, read).await;
        self.servers.record_probe(server, is_answer(&result), self.now());
        let (links, names, facts) = result?;
        self.servers.record_api_answer(
            server,
            AuthEndpoints::from_links(&server.base, &links),
            names,
            facts,
            self.now(),
        );
        Ok(links)
    }

    /// Probes the servers that are due, and returns to the primary if that serves again. Takes at
    /// most four times the time limit of a probe.
    pub(in crate::trio) async fn probe_servers(&self) {
        let due_for_probe = self.servers.due_for_probe(self.now());
        join_all(due_for_probe.iter().map(|server| self.probe_within_limit(server))).await;
        // The first answers may have named servers that were not known before.
        let named = self.servers.due_for_probe(self.now());
        join_all(named.iter().map(|server| self.probe_within_limit(server))).await;
        self.servers.reset_failures();
        let Some(primary) =
            self.servers.primary_to_return_to(self.now()).filter(|_| !due_for_probe.is_empty())
        else {
            return;
        };
        // Without `redirect=false`: a primary that is still passive answers 307 and is not returned
        // to.
        let request = self
            .transport
            .http
            .get(primary.base.clone())
            .header(header::ACCEPT, "application/json");
        let answer = self.transport.send(Resource::Api, request, |answer| match answer.status {
            status if status.is_success() => Ok(()),
            _ => Err(answer.refusal(Resource::Api, &primary.base)),
        });
        // Only a plain success counts. A redirect, an error or silence leaves everything as it is.
        if !matches!(timeout(PROBE_TIMEOUT, answer).await, Ok(Ok(()))) {
            return;
        }
        if timeout(PROBE_TIMEOUT, self.answers_failed_requests(&primary)).await == Ok(true) {
            self.switch_to(&primary).await;
        }
    }

    /// Returns whether a server answers the requests again for which it was left.
    async fn answers_failed_requests(&self, server: &Server) -> bool {
        let endpoints = AuthEndpoints::from_links(&server.base, &Links::default());
        // An answer of the Api resource is not enough: a web front end may be fine while the back
        // end behind it fails. Returning on that alone would send the exporter to and fro at each
        // probe.
        for (resource, url) in self.servers.failures(server) {
            match self.get_at(server, resource, &url, &endpoints, |_| Ok(())).await {
                // A refusal is an answer: rights and missing resources are the same on both
                // servers.
                Ok(()) | Err(Error::Status { status: 400..=499, .. }) => {}
                Err(error) => {
                    self.log_no_return(server, &error);
                    return false;
                }
            }
        }
        self.set_no_return(None);
        true
    }

    /// Logs that the primary gives no token, once for each reason.
    // Only this request asks it: everything else is read from another server, and no failure of a
    // reading would tell the reason.
    fn log_no_return(&self, primary: &Server, error: &Error) {
        if matches!(error, Error::Auth { .. } | Error::LoginWaits { .. })
            && self.set_no_return(Some(error.situation()))
        {
            tracing::warn!(
                server = &*primary.label,
                error = error.redacted(),
                "the primary server gives no token; the exporter does not return to it"
            );
        }
    }

    /// Records the reason why the primary gives no token. Returns whether it is a new one.
    fn set_no_return(&self, reason: Option<String>) -> bool {
        let mut known = self.no_return.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = *known != reason;
        *known = reason;
        is_new
    }

    /// Probes a server and returns whether it answers for itself in time.
    async fn probe_within_limit(&self, server: &Server) -> bool {
        match timeout(PROBE_TIMEOUT, self.probe_api(server)).await {
            Ok(result) => is_answer(&result),
            Err(_) => {
                self.servers.record_probe(server, false, self.now());
                false
            }
        }
    }

    /// Records that a server failed a request, and returns whether it is to be left: its Api
    /// resource fails too, or so did enough requests in a row.
    async fn confirm_failure(&self, server: &Server, asked: (Resource, &Url)) -> bool {
        self.servers.record_failure(server, asked, self.now());
        // One broken resource must not move the exporter away from the active server: counted
        // figures of the other one may count from the switch-over only (vendor's manual, failover
        // mode).
        !self.probe_within_limit(server).await || self.servers.is_failing(server, self.now())
    }

    /// Moves `attempts` on to another server if the error calls for it. A failure that an optional
    /// parameter may have caused never does: the same request without it decides. `Ok` returns the error of
    /// the server that is left.
    ///
    /// # Errors
    /// The error, completed by the reason why no other server is tried.
    pub(in crate::trio) async fn try_next(
        &self,
        attempts: &mut Attempts,
        (resource, url): (Resource, &Url),
        error: Error,
    ) -> Result<Error, Error> {
        let server = attempts.server.clone();
        let plain = without_options(url);
        // The primary has to answer this before the exporter returns to it, which must not depend on
        // a parameter that it may refuse.
        let asked = (resource, plain.as_ref().unwrap_or(url));
        if let Error::Redirected { resource, to, .. } = &error {
            let redirect_error =
                |problem| Error::Redirected { resource: *resource, to: to.clone(), problem };
            // A `Location` that is no URL names no server at all.
            let Some(address) = to else {
                let error = redirect_error("so there is nowhere to go");
                if matches!(resource, Resource::Login | Resource::RefreshLogin) {
                    server.session.record_redirect(&error);
                }
                return Err(error);
            };
            let mut next = self.servers.find(address);
            // What the last probe named holds for 30 s: a server that redirects every request must
            // not be probed for each of them.
            let due_for_probe = self.servers.due_for_probe(self.now());
            if next.is_none() && due_for_probe.iter().any(|other| other.label == server.label) {
                self.probe_within_limit(&server).await;
                next = self.servers.find(address);
            }
            let Some(next) = next else {
                let error =
                    redirect_error("which is neither configured nor named by a configured server");
                // At the login it is a refusal. One that leads to a known server is failover.
                if matches!(resource, Resource::Login | Resource::RefreshLogin) {
                    server.session.record_redirect(&error);
                }
                return Err(error);
            };
            // Two servers that name each other, as during a switch-over, are asked once each.
            return match attempts.move_to(next) {
                true => Ok(redirect_error("which does not answer")),
                false => Err(redirect_error("which was asked already")),
            };
        }
        // With a single server there is nowhere to go, and probing it would double the load of an
        // outage.
        let is_unusable = self.servers.has_others()
            && match &error {
                // TLS belongs to it: a server whose certificate has expired is as unusable as one
                // that is gone.
                Error::Request {
                    failure: RequestFailure::Connect | RequestFailure::Tls, ..
                } => true,
                // Without a token nothing can be had here, and another server may give one. It has
                // to answer this request before the exporter returns to it.
                error if error.is_login_failure_of_server() => {
                    self.servers.record_failure(&server, asked, self.now());
                    true
                }
                // Some servers answer 500 to a name in `fields=` that they do not know.
                error if error.is_failed_answer() && plain.is_some() => false,
                error if error.is_server_failure() => self.confirm_failure(&server, asked).await,
                _ => false,
            };
        match self.servers.next_untried(attempts).filter(|_| is_unusable) {
            Some(next) => {
                attempts.move_to(next);
                self.servers.record_probe(&server, false, self.now());
                Ok(error)
            }
            None => Err(error),
        }
    }

    /// Records that a server took the request; makes it the active one if the attempts moved there.
    async fn record_success(&self, attempts: &Attempts) {
        if attempts.has_moved() {
            self.switch_to(&attempts.server).await;
        }
        self.servers.record_answer(&attempts.server, self.now());
    }

    /// Makes `server` the active one.
    async fn switch_to(&self, server: &Server) {
        if let Some(left) = self.servers.switch_to(server, self.now()) {
            // Tokens are valid on the server that gave them; the API asks for a new login at the
            // other one.
            left.session.discard_tokens().await;
        }
    }
}

/// Returns the address of the same list without optional parameters: `fields`, `sort` and row
/// filters. `None` if it has none of them.
fn without_options(url: &Url) -> Option<Url> {
    let is_page = |name: &str| matches!(name, "page" | "pageSize");
    if url.query_pairs().all(|(name, _)| is_page(&name)) {
        return None;
    }
    let pages: Vec<_> = url.query_pairs().filter(|(name, _)| is_page(name)).collect();
    let mut plain = url.clone();
    plain.set_query(None);
    if !pages.is_empty() {
        plain.query_pairs_mut().extend_pairs(pages);
    }
    Some(plain)
}

/// Returns whether `part` occurs in `text`.
fn contains(text: &[u8], part: &[u8]) -> bool {
    // An empty secret would be in every text and suppress every quote.
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

/// Returns whether a probe got an answer from the server itself.
fn is_answer<T>(result: &Result<T, Error>) -> bool {
    match result {
        Ok(_) | Err(Error::Redirected { .. }) => true,
        // Below 500 the server is alive and refuses; a gateway in front of a dead one answers 502
        // to 504.
        Err(Error::Status { status, .. } | Error::Busy { status, .. }) => *status < 500,
        Err(_) => false,
    }
}

/// Returns the one of the first and last error that says what to repair.
fn root_cause(first: Option<Error>, last: Error) -> Error {
    match (first, last) {
        // If no other server can be reached either, the first error tells why the active one was
        // left. A redirect tells nothing but that the failure is somewhere else.
        (
            Some(first),
            Error::Request { failure: RequestFailure::Connect | RequestFailure::Tls, .. }
            // A connection that was not made in time.
            | Error::Request { sent: false, .. },
        )
        | (Some(first), Error::Redirected { .. })
            if !matches!(first, Error::Redirected { .. }) =>
        {
            first
        }
        (_, last) => last,
    }
}
