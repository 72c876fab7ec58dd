//! The server: sockets, TLS and the guard, put together; serving until told to stop.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use axum_server::{
    Handle, Server as Listening,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{
    CannotListen, ExternalUrl, Limits, Listen, ListenAddress, Reloader, Web, WebFiles, guard::Guard,
    patience::Patience,
};

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub listen: Listen,
    /// What clients may ask for at once, and how long they may take.
    pub limits: Limits,
    /// The web configuration.
    pub files: WebFiles,
    /// How often its files are looked at.
    pub look_every: Duration,
    /// How it is reached, if that is not where a client says to have found it.
    pub external: Option<ExternalUrl>,
}

impl Settings {
    /// How often the files of a web configuration are looked at, in production.
    pub const LOOK_EVERY: Duration = Duration::from_secs(5);
}

impl From<&ListenAddress> for Settings {
    /// Plain HTTP for everybody.
    fn from(address: &ListenAddress) -> Self {
        Self {
            listen: Listen::Addresses(vec![address.clone()]),
            limits: Limits::default(),
            files: WebFiles::default(),
            look_every: Self::LOOK_EVERY,
            external: None,
        }
    }
}

/// A server that has its sockets and serves nothing yet.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<(TcpListener, SocketAddr)>,
    limits: Limits,
    guard: Guard,
    web: watch::Receiver<Arc<Web>>,
    tls: Option<RustlsConfig>,
    reloader: Reloader,
    look_every: Duration,
}

impl Server {
    /// Opens the sockets.
    ///
    /// # Errors
    /// It is not possible to listen where it should.
    pub async fn bind(settings: Settings) -> Result<Self, CannotListen> {
        let Settings { listen, limits, files, look_every, external: _ } = settings;
        let listeners = listen.bind().await?;
        let now = files.web().clone();
        let tls = now.tls.as_ref().map(|tls| RustlsConfig::from_config(tls.config(now.http2)));
        let (publish, web) = watch::channel(now);
        let guard = Guard::new(web.clone(), &limits);
        let reloader = Reloader::new(files, publish, tls.clone());
        Ok(Self { listeners, limits, guard, web, tls, reloader, look_every })
    }

    /// The addresses that are listened on; at least one.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(|(_, address)| *address).collect()
    }

    /// `https` or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Reads the web configuration again while the server runs.
    pub fn reloader(&self) -> Reloader {
        self.reloader.clone()
    }
}

/// Serves `router` until `stop` completes; then answers what has begun, and returns.
///
/// # Errors
/// When a listener fails for good.
pub async fn serve(
    server: Server,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let Server { listeners, limits, guard, web, tls, reloader, look_every } = server;
    let router = Arc::new(guard).before(router);
    let http2 = web.borrow().http2;
    let mut handles = Vec::new();
    let mut serving = JoinSet::new();
    for (listener, _) in listeners {
        let (handle, router) = (Handle::new(), router.clone());
        handles.push(handle.clone());
        let plain = Listening::<SocketAddr>::from_listener(listener);
        let patience = Patience { idle: limits.idle_timeout };
        match &tls {
            None => {
                let plain = bounded(plain.acceptor(patience).http1_only(), &limits, handle);
                serving.spawn(plain.serve(router.into_make_service()));
            }
            Some(tls) => {
                let acceptor = RustlsAcceptor::new(tls.clone()).handshake_timeout(limits.header_timeout);
                let acceptor = acceptor.acceptor(patience);
                let secure = bounded(plain.acceptor(acceptor), &limits, handle);
                let secure = if http2 { secure } else { secure.http1_only() };
                serving.spawn(secure.serve(router.into_make_service()));
            }
        }
    }
    tokio::select! {
        () = stop => {}
        () = reloader.watch(look_every) => {}
        Some(ended) = serving.join_next() => return ended.map_err(io::Error::other)?,
    }
    for handle in handles {
        handle.graceful_shutdown(None);
    }
    while let Some(ended) = serving.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(())
}

/// The time-outs of a listener, and where its failures are told.
fn bounded<A>(
    listening: Listening<SocketAddr, A>,
    limits: &Limits,
    handle: Handle<SocketAddr>,
) -> Listening<SocketAddr, A> {
    let mut listening = listening.first_request_timeout(limits.header_timeout).handle(handle);
    // Whoever sends the head of a later request drop by drop is not silent, but idle all the same.
    listening.http_builder().http1().header_read_timeout(limits.idle_timeout);
    listening.accept_error_handler(|client: Option<&SocketAddr>, error| match client {
        // Anybody can fail at this, as often as they like.
        Some(client) => tracing::debug!(%client, %error, "no connection came about"),
        None => tracing::warn!(%error, "connections cannot be accepted"),
    })
}
