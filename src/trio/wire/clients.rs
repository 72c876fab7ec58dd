//! The HTTP clients of each server: one that keeps connections for a moment, and one that uses each
//! connection once.
//!
//! They are built at the first request to a server, and the authorities of the machine are read at
//! the first one over TLS: a target over plain http needs none.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, Method, Request, Response, header::HeaderMap};
use rustls::{
    ClientConfig, RootCertStore, SignatureScheme, client::ResolvesClientCert, sign::CertifiedKey,
};
use tokio::sync::OnceCell;
use url::Url;

use super::{
    certificates::ExtraRoots,
    tls_probe::speaks_tls,
    tls_problem::{TlsProblem, find_cause, find_cause_that},
    trust::Verifier,
};
use crate::{
    files::FileTasks,
    trio::settings::{Limits, Settings},
};

/// Time for which a connection is kept without a request.
// Firewalls and load balancers forget idle connections after seconds and answer the next packet with
// a reset. Requests of one cycle follow each other within this time, so they share connections; the
// next cycle makes new ones, with a resumed TLS handshake.
const IDLE_TIMEOUT: Duration = Duration::from_secs(2);
/// Time between two tests of a port for TLS.
const PROBE_INTERVAL: Duration = Duration::from_secs(60);

/// The clients of all servers of a target.
#[derive(Debug)]
pub(super) struct HttpClients {
    limits: Limits,
    extra_roots: ExtraRoots,
    verifier: OnceCell<Arc<Verifier>>,
    file_tasks: FileTasks,
    origins: Mutex<HashMap<String, Arc<OriginClients>>>,
}

/// The clients of one server, and what was seen of its connections.
#[derive(Debug)]
pub(super) struct OriginClients {
    pooled: Client,
    single: Client,
    /// The server closes idle connections sooner than [`IDLE_TIMEOUT`].
    closes_soon: AtomicBool,
    asked_for_certificate: Arc<NoClientCertificate>,
    tls: Mutex<TlsState>,
}

#[derive(Debug, Default)]
struct TlsState {
    /// Failure of the last request.
    problem: Option<TlsProblem>,
    /// Time and result of the last test for TLS.
    probed: Option<(Instant, bool)>,
}

/// Failure to get a client for a server.
#[derive(Debug)]
pub(super) enum NoClient {
    Tls(TlsProblem),
    Build(reqwest::Error),
}

/// Answers requests for a client certificate with none, and remembers that there was one.
#[derive(Debug, Default)]
struct NoClientCertificate(AtomicBool);

impl ResolvesClientCert for NoClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

impl HttpClients {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            limits: settings.limits,
            extra_roots: settings.extra_roots.clone(),
            verifier: OnceCell::new(),
            file_tasks: FileTasks::default(),
            origins: Mutex::default(),
        }
    }

    /// Returns the clients for the server of `url`.
    ///
    /// # Errors
    /// No authority can be read, or the clients cannot be built.
    pub(super) async fn origin(&self, url: &Url) -> Result<Arc<OriginClients>, NoClient> {
        let name = url.origin().ascii_serialization();
        if let Some(known) = self.known(&name) {
            return Ok(known);
        }
        let verifier = match url.scheme() {
            "https" => Some(self.verifier().await.map_err(NoClient::Tls)?),
            _ => None,
        };
        let built = OriginClients::new(&self.limits, verifier).map_err(NoClient::Build)?;
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        // Another request may have built them meanwhile: one pool of connections for all.
        Ok(origins.entry(name).or_insert_with(|| Arc::new(built)).clone())
    }

    /// Returns the reason why the last request to the server of `url` got no secure connection.
    pub(super) async fn tls_problem(&self, url: &Url) -> Option<TlsProblem> {
        match self.origin(url).await {
            Ok(origin) => origin.tls().problem.clone(),
            Err(NoClient::Tls(problem)) => Some(problem),
            Err(NoClient::Build(_)) => None,
        }
    }

    fn known(&self, name: &str) -> Option<Arc<OriginClients>> {
        self.origins.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Returns the verifier; loads the authorities at the first call, and again after a failure.
    async fn verifier(&self) -> Result<Arc<Verifier>, TlsProblem> {
        let load = async || {
            let extra = self.extra_roots.clone();
            // On a blocking thread, because some hundred files are read and parsed.
            match self.file_tasks.run(move || Verifier::load(&extra)).await {
                Ok(loaded) => loaded.map(Arc::new),
                Err(error) => {
                    Err(TlsProblem::Other(format!("the certificate authorities here: {error}")))
                }
            }
        };
        self.verifier.get_or_try_init(load).await.cloned()
    }
}

impl OriginClients {
    fn new(limits: &Limits, verifier: Option<Arc<Verifier>>) -> Result<Self, reqwest::Error> {
        let asked_for_certificate = Arc::new(NoClientCertificate::default());
        let tls = tls_config(verifier, asked_for_certificate.clone());
        Ok(Self {
            pooled: http_client(limits, tls.clone(), Some(IDLE_TIMEOUT))?,
            single: http_client(limits, tls, None)?,
            closes_soon: AtomicBool::new(false),
            asked_for_certificate,
            tls: Mutex::default(),
        })
    }

    /// Sends a request. A GET whose connection broke before the answer began is sent once more on a
    /// new connection, within the time limit of the request; then `on_repeat` is called.
    pub(super) async fn execute(
        &self,
        request: Request,
        limit: Duration,
        on_repeat: impl FnOnce(),
    ) -> Result<Response, reqwest::Error> {
        let begun = Instant::now();
        // A login is never repeated: the server may have counted the first one. So it must not meet
        // a connection that died while it was idle.
        if request.method() != Method::GET {
            return self.single.execute(request).await;
        }
        let again = request.try_clone();
        let is_reused = !self.closes_soon.load(Ordering::Relaxed);
        let client = if is_reused { &self.pooled } else { &self.single };
        let error = match client.execute(request).await {
            Ok(response) => {
                self.record_keep_alive(response.headers());
                return Ok(response);
            }
            Err(error) => error,
        };
        match again {
            Some(mut again) if is_lost_connection(&error) => {
                *again.timeout_mut() = Some(limit.saturating_sub(begun.elapsed()));
                on_repeat();
                self.single.execute(again).await
            }
            _ => Err(error),
        }
    }

    /// Records that a request got an answer.
    pub(super) fn record_answer(&self) {
        self.tls().problem = None;
    }

    /// Returns the reason why a request got no secure connection; `None` for another failure.
    pub(super) async fn diagnose(
        &self,
        url: &Url,
        error: &reqwest::Error,
        limit: Duration,
    ) -> Option<TlsProblem> {
        let problem = if url.scheme() == "https" {
            self.handshake_problem(error)
        } else {
            let has_no_answer = is_lost_connection(error)
                || find_cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse);
            (has_no_answer && self.is_tls_port(url, limit).await)
                .then_some(TlsProblem::TlsOnHttpPort)
        };
        self.tls().problem.clone_from(&problem);
        problem
    }

    /// Returns whether an answer in plain http comes from a port of TLS, which is then recorded as
    /// the problem. `has_refused`: the answer is a refusal without content of the API.
    // nginx, Apache and Go answer such a request with 400 and a page; others close the connection.
    pub(super) async fn refuses_plain_http(&self, url: &Url, limit: Duration) -> bool {
        let is_tls = url.scheme() == "http" && self.is_tls_port(url, limit).await;
        if is_tls {
            self.tls().problem = Some(TlsProblem::TlsOnHttpPort);
        }
        is_tls
    }

    fn handshake_problem(&self, error: &reqwest::Error) -> Option<TlsProblem> {
        let asked = self.asked_for_certificate.0.load(Ordering::Relaxed);
        if let Some(error) = find_cause::<rustls::Error>(error) {
            return Some(TlsProblem::new(error, asked));
        }
        if error.is_connect() && is_broken(error) {
            return Some(match asked {
                true => TlsProblem::ClientCertificate,
                false => TlsProblem::BrokenOff,
            });
        }
        // With TLS 1.3 the server judges the missing certificate after the client's handshake is
        // complete; Windows then closes the connection without an alert.
        (asked && is_lost_connection(error)).then_some(TlsProblem::ClientCertificate)
    }

    /// Returns whether the port speaks TLS; tests it at most once a minute.
    async fn is_tls_port(&self, url: &Url, limit: Duration) -> bool {
        let recent = self.tls().probed.filter(|(at, _)| at.elapsed() < PROBE_INTERVAL);
        if let Some((_, is_tls)) = recent {
            return is_tls;
        }
        let is_tls = speaks_tls(url, limit).await;
        self.tls().probed = Some((Instant::now(), is_tls));
        is_tls
    }

    /// Records how long the server keeps idle connections, by the header `Keep-Alive`.
    fn record_keep_alive(&self, headers: &HeaderMap) {
        let Some(kept) = headers.get("keep-alive").and_then(|value| value.to_str().ok()) else {
            return;
        };
        let seconds = kept.split(',').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
            is_timeout.then(|| value.trim().parse::<u64>().ok()).flatten()
        });
        if let Some(seconds) = seconds {
            // A connection that both sides give up at the same moment is the race to avoid.
            let closes_soon = Duration::from_secs(seconds) <= IDLE_TIMEOUT;
            self.closes_soon.store(closes_soon, Ordering::Relaxed);
        }
    }

    fn tls(&self) -> std::sync::MutexGuard<'_, TlsState> {
        self.tls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether the connection was closed or reset after it was set up and before an answer.
fn is_lost_connection(error: &reqwest::Error) -> bool {
    if error.is_timeout() || error.is_connect() {
        return false;
    }
    let is_lost = |error: &hyper::Error| {
        error.is_incomplete_message() || error.is_closed() || error.is_canceled()
    };
    find_cause::<hyper::Error>(error).is_some_and(is_lost) || is_broken(error)
}

/// Returns whether the operating system reports a connection that was closed or reset.
fn is_broken(error: &reqwest::Error) -> bool {
    // The outer errors only wrap the one of the system.
    let is_broken = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        )
    };
    find_cause_that(error, &is_broken).is_some()
}

/// TLS settings; without a verifier no server is trusted, for addresses that use no TLS.
fn tls_config(
    verifier: Option<Arc<Verifier>>,
    certificate: Arc<NoClientCertificate>,
) -> ClientConfig {
    // Not by `builder_with_provider`, which can fail: the same provider is installed as the default.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ClientConfig::builder();
    match verifier {
        Some(verifier) => builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(certificate),
        None => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    }
}

/// A client that keeps idle connections for a time; `None`: that uses each connection once.
#[allow(clippy::disallowed_methods, reason = "this is the place that the ban points to")]
fn http_client(
    limits: &Limits,
    tls: ClientConfig,
    idle: Option<Duration>,
) -> Result<Client, reqwest::Error> {
    let builder = reqwest::ClientBuilder::new()
        // Without settings of its own reqwest reads the authorities of the machine here, and fails
        // without any.
        .tls_backend_preconfigured(tls)
        .tls_info(true)
        // reqwest follows redirects by default: a 307 of the login would repeat the form with the
        // password to the host that the answer names.
        .redirect(reqwest::redirect::Policy::none())
        // Proxy variables of the environment must not lead logins to a host that no one configured.
        .no_proxy()
        // A referer would tell addresses with ids to other servers.
        .referer(false)
        .connect_timeout(limits.connect)
        .timeout(limits.request)
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
    match idle {
        Some(idle) => builder.pool_idle_timeout(idle),
        None => builder.pool_max_idle_per_host(0),
    }
    .build()
}

/// A client for building requests; it sends none.
pub(super) fn request_builder(limits: &Limits) -> Result<Client, reqwest::Error> {
    http_client(limits, tls_config(None, Arc::default()), None)
}
