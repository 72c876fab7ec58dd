//! HTTP server: sockets, TLS, time-outs and guard; serves until it is stopped.
//!
//! The limit on idle connections is on the TCP stream, below TLS and HTTP, so it holds for HTTP/1.1
//! and HTTP/2, for clients that send nothing and for clients that do not read their answer. The
//! HTTP library itself limits only heads of requests.

mod idle;
pub(super) mod listen;

use std::{
    future::{Ready, ready},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use axum_server::{
    Handle, Server as Listening,
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    CannotListen, ExternalUrl, Limits, Listen, ListenAddress, Reloader, Streams, Wallboards, Web,
    WebFiles,
    access::{boards::BoardAccess, guard::Guard, own_hosts::OwnHosts},
};

/// Settings of the server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses or sockets to listen on.
    pub listen: Listen,
    /// Limits for clients.
    pub limits: Limits,
    /// Web configuration: TLS, users, headers, rate limit.
    pub files: WebFiles,
    /// Interval at which its files are checked for changes.
    pub check_interval: Duration,
    /// Address for `/sd`, if it differs from the host and port that clients use.
    pub external: Option<ExternalUrl>,
    /// True if there are pages of the wallboard.
    pub wallboard: bool,
}

impl Settings {
    /// Production value of `check_interval`.
    // Polling, because change notifications do not work on network mounts, and mounted Kubernetes
    // secrets are replaced by a symbolic link.
    pub const CHECK_INTERVAL: Duration = Duration::from_secs(5);
}

impl From<&ListenAddress> for Settings {
    /// Plain HTTP without users, on one address.
    fn from(address: &ListenAddress) -> Self {
        Self {
            listen: Listen::Addresses(vec![address.clone()]),
            limits: Limits::default(),
            files: WebFiles::default(),
            check_interval: Self::CHECK_INTERVAL,
            external: None,
            wallboard: true,
        }
    }
}

/// Server with bound sockets that does not serve yet.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<(TcpListener, SocketAddr)>,
    limits: Limits,
    guard: Guard,
    web: watch::Receiver<Arc<Web>>,
    tls: Option<RustlsConfig>,
    reloader: Reloader,
    check_interval: Duration,
    /// True if browsers reach it by TLS, of its own or of a proxy.
    is_secure: bool,
    streams: Option<Streams>,
    /// Cancelled when the server stops: streams would keep it from ending.
    closing: CancellationToken,
}

impl Server {
    /// Binds the sockets and prepares TLS.
    ///
    /// # Errors
    /// An address cannot be bound, or systemd passed no usable socket.
    pub async fn bind(settings: Settings) -> Result<Self, CannotListen> {
        let Settings { listen, limits, files, check_interval, external, wallboard } = settings;
        let hosts = OwnHosts::new(&listen, external.as_ref());
        let listeners = listen.bind().await?;
        let current = files.web().clone();
        let tls =
            current.tls.as_ref().map(|tls| RustlsConfig::from_config(tls.config(current.http2)));
        let (publish, web) = watch::channel(current);
        let guard = Guard::new(web.clone(), &limits, hosts);
        let reloader = Reloader::new(files, publish, tls.clone());
        let closing = CancellationToken::new();
        let streams = wallboard.then(|| Streams::new(limits.max_streams, closing.clone()));
        let is_secure = tls.is_some() || external.is_some_and(|url| url.scheme() == "https");
        Ok(Self {
            listeners,
            limits,
            guard,
            web,
            tls,
            reloader,
            check_interval,
            is_secure,
            streams,
            closing,
        })
    }

    /// Lets the tokens of these wallboards open them.
    pub fn with_wallboards(self, boards: watch::Receiver<Wallboards>) -> Self {
        let access = BoardAccess { boards, is_secure: self.is_secure };
        Self { guard: self.guard.with_boards(access), ..self }
    }

    /// Returns true if the pages need a user.
    pub fn has_users(&self) -> bool {
        !self.web.borrow().users.is_empty()
    }

    /// Returns the interval at which files are checked for changes.
    pub fn check_interval(&self) -> Duration {
        self.check_interval
    }

    /// Returns the bound addresses, with the real port where port 0 was asked for; at least one.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(|(_, address)| *address).collect()
    }

    /// Returns `https` or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Returns the streams that this server ends when it stops; `None` without a wallboard.
    pub fn streams(&self) -> Option<Streams> {
        self.streams.clone()
    }

    /// Returns the reloader of the web configuration.
    pub fn reloader(&self) -> Reloader {
        self.reloader.clone()
    }
}

/// Serves `router` until `stop` completes, then finishes the requests in progress.
///
/// # Errors
/// A listener failed permanently.
pub async fn serve(
    server: Server,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let Server { listeners, limits, guard, web, tls, reloader, check_interval, closing, .. } =
        server;
    let router = Arc::new(guard).wrap(router);
    let http2 = web.borrow().http2;
    let mut handles = Vec::new();
    let mut serving = JoinSet::new();
    for (listener, _) in listeners {
        let (handle, router) = (Handle::new(), router.clone());
        handles.push(handle.clone());
        let plain = Listening::<SocketAddr>::from_listener(listener);
        let idle = IdleTimeout { limit: limits.idle_timeout };
        match &tls {
            None => {
                // HTTP/2 needs TLS here, as in Prometheus and its exporters: browsers and scrapers
                // negotiate it by ALPN.
                let plain = with_timeouts(plain.acceptor(idle).http1_only(), &limits, handle);
                serving
                    .spawn(plain.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
            }
            Some(tls) => {
                let acceptor =
                    RustlsAcceptor::new(tls.clone()).handshake_timeout(limits.header_timeout);
                let acceptor = acceptor.acceptor(idle);
                let secure = with_timeouts(plain.acceptor(acceptor), &limits, handle);
                let secure = if http2 { secure } else { secure.http1_only() };
                serving.spawn(
                    secure.serve(router.into_make_service_with_connect_info::<SocketAddr>()),
                );
            }
        }
    }
    tokio::select! {
        () = stop => {}
        () = reloader.watch(check_interval) => {}
        Some(ended) = serving.join_next() => return ended.map_err(io::Error::other)?,
    }
    closing.cancel();
    // No limit here: `app` bounds the whole shutdown with one grace period.
    for handle in handles {
        handle.graceful_shutdown(None);
    }
    while let Some(ended) = serving.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(())
}

/// Sets the time-outs and the error handler of a listener.
fn with_timeouts<A>(
    listening: Listening<SocketAddr, A>,
    limits: &Limits,
    handle: Handle<SocketAddr>,
) -> Listening<SocketAddr, A> {
    let mut listening = listening.first_request_timeout(limits.header_timeout).handle(handle);
    // Against slowloris on a kept-alive connection: a head sent byte by byte never trips the idle
    // time-out.
    listening.http_builder().http1().header_read_timeout(limits.idle_timeout);
    listening.accept_error_handler(|client: Option<&SocketAddr>, error| match client {
        // At debug: any port scanner can cause these, and could fill the log.
        Some(client) => tracing::debug!(%client, %error, "a connection could not be set up"),
        // Mostly the limit of open files: the server goes on and accepts again.
        None => tracing::warn!(%error, "connections cannot be accepted"),
    })
}

/// Acceptor that sets a time limit on the silence of a connection.
#[derive(Clone, Copy, Debug)]
struct IdleTimeout {
    /// Longest time without a byte read or written.
    pub(in crate::http) limit: Duration,
}

impl<S> Accept<TcpStream, S> for IdleTimeout {
    type Stream = idle::IdleStream;
    type Service = S;
    type Future = Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(Ok((idle::IdleStream::new(stream, self.limit), service)))
    }
}
