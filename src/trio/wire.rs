//! One request and its answer: bounded in time, size and number, and counted once. Beside it:
//! addresses and links, certificates, charset, waits, and the observation of exchanges.

pub(super) mod address;
pub(super) mod allowance;
pub(super) mod answer;
pub(super) mod backoff;
pub(super) mod body;
pub(super) mod certificates;
pub(super) mod charset;
mod clients;
pub(super) mod exchange_log;
pub(super) mod links;
mod redirect;
pub(super) mod repair;
pub(super) mod responder;
mod server_clock;
pub(super) mod single;
mod slots;
mod tls_probe;
pub(super) mod tls_problem;
mod trust;

use std::{
    error::Error as _,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use reqwest::{
    Request, RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, DATE, LOCATION},
    tls::TlsInfo,
};
use tokio::{sync::OwnedSemaphorePermit, task::coop::consume_budget};
use url::Url;

use self::{
    address::host_and_port,
    allowance::Allowance,
    answer::Answer,
    backoff::RequestedWaits,
    body::{BodyBuffer, LargeBodies, NoRoom, apart, limit_of},
    charset::Conversion,
    clients::{HttpClients, NoClient, OriginClients, request_builder},
    exchange_log::ExchangeObserver,
    redirect::{RequestSecrets, shown_address},
    responder::{NoAnswer, Responder},
    server_clock::ServerClock,
    slots::RequestSlots,
    tls_problem::TlsProblem,
};
use super::{
    error::Error,
    secret::Secret,
    settings::{Limits, Settings},
};
use crate::{
    model::{Clock, ClockSkew, RequestFailure, Resource, RetryReason},
    stats::{RequestCode, Stats},
};

/// Sends requests to the servers of one target.
#[derive(Debug)]
pub(super) struct Transport {
    /// Builds requests; which client sends one is decided by its address.
    pub(super) http: reqwest::Client,
    clients: HttpClients,
    /// Credentials of the account, which no redirect may bring into a message.
    account: [Secret; 3],
    stats: Arc<Stats>,
    clock: Clock,
    server_clock: ServerClock,
    pub(super) requested_waits: RequestedWaits,
    slots: RequestSlots,
    large_bodies: LargeBodies,
    limits: Limits,
    pub(super) observer: Option<Arc<dyn ExchangeObserver>>,
    /// Answers in place of the network.
    pub(super) responder: Option<Arc<dyn Responder>>,
    /// Requests that may be sent; without it as many as are asked for.
    pub(super) allowance: Option<Allowance>,
}

impl Transport {
    pub(super) fn new(
        settings: &Settings,
        stats: Arc<Stats>,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let limits = settings.limits;
        let slots = RequestSlots::new(limits.in_flight);
        Ok(Self {
            http: request_builder(&limits)?,
            clients: HttpClients::new(settings),
            account: [&settings.client_key, &settings.username, &settings.password]
                .map(Clone::clone),
            stats,
            clock,
            server_clock: ServerClock::default(),
            requested_waits: RequestedWaits::default(),
            slots,
            large_bodies: LargeBodies::default(),
            limits,
            observer: None,
            responder: None,
            allowance: None,
        })
    }

    /// Sends a request and reads the answer with `read`; an error of `read` counts as `decode`.
    ///
    /// # Errors
    /// See [`Error`].
    pub(super) async fn send<T>(
        &self,
        resource: Resource,
        request: RequestBuilder,
        read: impl FnOnce(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let _slot = self.slots.acquire(resource).await;
        let request = request.build().map_err(|error| self.transport_error(resource, &error))?;
        let url = request.url().clone();
        match self.requested_waits.check(&url, resource, self.clock.now()) {
            Err((wait, status)) => return Err(Error::Busy { resource, status, wait, sent: false }),
            Ok(Some(reason)) => self.stats.record_retry(reason),
            Ok(None) => {}
        }
        if let Some(allowance) = &self.allowance {
            let taken = allowance.take().await;
            taken.map_err(|limit| Error::LimitReached { resource, limit })?;
        }
        // The clock starts once a slot is free, so that durations measure the server and not the
        // queue here.
        let begun = Instant::now();
        let answer = self.exchange(resource, request, &url, begun).await;
        let took = begun.elapsed();
        if let Some(allowance) = &self.allowance
            && answer.as_ref().is_ok_and(Answer::simulated)
        {
            allowance.record_simulator().await;
        }
        if let Some(observer) = self.observer.as_deref() {
            exchange_log::notify(observer, resource, &url, self.clock.now(), took, answer.as_ref());
        }
        let status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        let bytes = answer.as_ref().map_or(0, |answer| answer.body.len());
        let result = apart(bytes, || answer.and_then(read));
        let code = match (&result, status) {
            (Err(Error::Request { failure, .. }), _) => RequestCode::Failure(*failure),
            (_, status) => RequestCode::Status(status.unwrap_or_default()),
        };
        self.stats.resource(resource).record_request(code, took);
        result
    }

    /// Receives the answer up to the size limit.
    async fn exchange(
        &self,
        resource: Resource,
        request: Request,
        url: &Url,
        begun: Instant,
    ) -> Result<Answer, Error> {
        let secrets = RequestSecrets::new(&request, &self.account);
        let response = match &self.responder {
            Some(responder) => responder.respond(&request).map_err(|problem| {
                let NoAnswer { failure, sent } = problem;
                Error::Request { resource, failure, detail: problem.to_string(), sent }
            })?,
            None => self.ask_network(resource, request, url).await?,
        };
        self.record_clock_and_certificate(url, &response, begun.elapsed());
        let (status, headers) = (response.status(), response.headers().clone());
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let (body, permit) = self.receive(resource, response, content_type, begun).await?;
        let wait =
            self.requested_waits.record(url, resource, status.as_u16(), &headers, self.clock.now());
        let location = headers.get(LOCATION).filter(|_| status.is_redirection());
        let redirect =
            location.and_then(|location| shown_address(url, location.to_str().ok()?, &secrets));
        let (token, base) = (None, None);
        Ok(Answer { status, headers, body, token, base, wait, redirect, _permit: permit })
    }

    /// Sends a request over the network, and returns the head of the answer.
    async fn ask_network(
        &self,
        resource: Resource,
        request: Request,
        url: &Url,
    ) -> Result<Response, Error> {
        let origin = match self.clients.origin(url).await {
            Ok(origin) => origin,
            Err(NoClient::Tls(problem)) => return Err(tls_error(resource, url, &problem)),
            Err(NoClient::Build(error)) => return Err(self.transport_error(resource, &error)),
        };
        let repeat = || {
            self.stats.record_retry(RetryReason::ConnectionLost);
            self.stats.resource(resource).repeated.add(1);
        };
        let response = match origin.execute(request, self.limits.request, repeat).await {
            Ok(response) => response,
            Err(error) => return Err(self.failure(resource, url, &origin, &error).await),
        };
        if is_foreign_refusal(&response)
            && origin.refuses_plain_http(url, self.limits.connect).await
        {
            return Err(tls_error(resource, url, &TlsProblem::TlsOnHttpPort));
        }
        origin.record_answer();
        Ok(response)
    }

    /// Receives the body of an answer, as UTF-8.
    async fn receive(
        &self,
        resource: Resource,
        response: Response,
        content_type: Option<&str>,
        begun: Instant,
    ) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Error> {
        let no_room = |problem| match problem {
            NoRoom::TooLarge(limit) => too_large(resource, limit),
            NoRoom::TimedOut => {
                let detail = format!(
                    "no complete answer within {:?}, because other large answers arrive",
                    self.limits.request
                );
                Error::Request { resource, failure: RequestFailure::Timeout, detail, sent: true }
            }
        };
        let limit = limit_of(resource, self.limits.body);
        // Waiting for the permit counts as time of the request.
        let time = self.limits.request.saturating_sub(begun.elapsed());
        let mut body: BodyBuffer = self.large_bodies.buffer(limit, time);
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| self.transport_error(resource, &error))?;
            self.stats.resource(resource).response_bytes.add(chunk.len() as u64);
            // For each decompressed chunk: a small compressed answer may unpack to gigabytes.
            body.push(&chunk).await.map_err(no_room)?;
            // One that is decompressed never waits for the network, and so would not give way.
            consume_budget().await;
        }
        let length = body.bytes().len();
        let (conversion, copied) = apart(length, || {
            let conversion = Conversion::of(content_type, body.bytes());
            (conversion, conversion.copied_bytes(body.bytes()))
        });
        if copied > 0 {
            body.require(body.room() + copied).await.map_err(no_room)?;
        }
        let (body, permit) = body.into_parts();
        Ok((apart(length, || conversion.apply(body)), permit))
    }

    /// Records the server's clock and the expiry of its certificate.
    fn record_clock_and_certificate(&self, url: &Url, response: &Response, took: Duration) {
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let skew = self.server_clock.record(url, date, self.clock.now(), took);
        self.stats.clock_skew.set(skew);
        let tls = response.extensions().get::<TlsInfo>();
        let expiry = tls.and_then(TlsInfo::peer_certificate).and_then(certificates::expiry);
        if let Some(expiry) = expiry {
            self.stats.set_certificate_expiry(&host_and_port(url), expiry);
        }
    }

    /// Returns the difference of the server's clock to ours; `None` if its last answer had no date.
    pub(super) fn clock_skew(&self) -> Option<ClockSkew> {
        self.server_clock.skew()
    }

    /// Makes an error of a request that got no answer.
    async fn failure(
        &self,
        resource: Resource,
        url: &Url,
        origin: &OriginClients,
        error: &reqwest::Error,
    ) -> Error {
        match origin.diagnose(url, error, self.limits.connect).await {
            Some(problem) => tls_error(resource, url, &problem),
            None => self.transport_error(resource, error),
        }
    }

    /// Returns the reason why the last request to the server at `base` got no secure connection.
    pub(super) async fn tls_problem(&self, base: &Url) -> Option<TlsProblem> {
        self.clients.tls_problem(base).await
    }

    /// Makes an error of a request that brought no complete answer.
    fn transport_error(&self, resource: Resource, error: &reqwest::Error) -> Error {
        // reqwest prints the URL first and the reason last: the reason is what an operator needs.
        let mut reasons = Vec::new();
        let mut is_body = false;
        let mut cause = error.source();
        while let Some(error) = cause {
            reasons.push(error.to_string());
            is_body |= error.downcast_ref::<io::Error>().is_some_and(is_malformed);
            cause = error.source();
        }
        let reason = reasons.pop().unwrap_or_else(|| "the connection broke".to_owned());
        let (failure, detail) = if error.is_timeout() {
            let what = if error.is_connect() { "no connection" } else { "no complete answer" };
            // Both limits are configuration, so the text names the one that was reached.
            let limit = if error.is_connect() { self.limits.connect } else { self.limits.request };
            (RequestFailure::Timeout, format!("{what} within {limit:?}"))
        // A body that cannot be decompressed or unchunked is a fault of the answer, not of the
        // connection.
        } else if is_body && !error.is_connect() && !error.is_request() {
            (RequestFailure::Decode, format!("the answer's body is broken: {reason}"))
        } else if error.is_body() || error.is_decode() {
            let detail = format!("the connection broke in the middle of the answer: {reason}");
            (RequestFailure::Connect, detail)
        } else {
            (RequestFailure::Connect, format!("no connection: {reason}"))
        };
        // Without a connection the server cannot have seen the request.
        let sent = !error.is_connect() && !error.is_builder();
        Error::Request { resource, failure, detail, sent }
    }
}

/// Returns whether an error is about decompression or chunking; a broken connection has other
/// kinds.
fn is_malformed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other
    )
}

/// Makes an error of an answer that is larger than `limit` bytes.
fn too_large(resource: Resource, limit: usize) -> Error {
    let detail = format!("the answer is larger than the limit of {limit} bytes");
    Error::Request { resource, failure: RequestFailure::TooLarge, detail, sent: true }
}

/// Makes an error of a request that got no secure connection.
fn tls_error(resource: Resource, url: &Url, problem: &TlsProblem) -> Error {
    let detail = format!("no secure connection: {problem}; {}", problem.remedy(url));
    Error::Request { resource, failure: RequestFailure::Tls, detail, sent: false }
}

/// Returns whether an answer is a 400 that is no answer of the API: those are JSON.
fn is_foreign_refusal(response: &Response) -> bool {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    response.status() == StatusCode::BAD_REQUEST
        && !content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("json"))
}
