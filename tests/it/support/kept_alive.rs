//! A Trio that keeps its connections, and breaks them when a test says so.

use std::sync::{Arc, Mutex};

use rustls::{HandshakeKind, ServerConfig};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::Barrier,
};
use tokio_rustls::TlsAcceptor;

/// Fate of a request.
#[derive(Clone)]
pub(crate) enum Turn {
    /// An empty list, or tokens for a login; with these headers.
    Answer(&'static str),
    /// The same, once as many requests are there as the barrier counts.
    AnswerTogether(Arc<Barrier>),
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
}

/// A request: its connection and its place there, counted from 0, and its first line.
pub(crate) struct Asked<'a> {
    pub(crate) request: usize,
    pub(crate) line: &'a str,
}

type Behaviour = Arc<dyn Fn(&Asked<'_>) -> Turn + Send + Sync>;

/// The server, on a free port.
pub(crate) struct KeptAlive {
    pub(crate) url: String,
    connections: Arc<Mutex<Vec<Vec<String>>>>,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
}

impl KeptAlive {
    pub(crate) async fn start(
        behaviour: impl Fn(&Asked<'_>) -> Turn + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Arc::new(behaviour), None).await
    }

    /// One over TLS, called `localhost`.
    pub(crate) async fn secure(settings: ServerConfig) -> Self {
        Self::listen(Arc::new(|_: &Asked<'_>| Turn::Answer("")), Some(settings)).await
    }

    async fn listen(behaviour: Behaviour, tls: Option<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let this = Self {
            url: format!("{scheme}://localhost:{port}/te/api"),
            connections: Arc::default(),
            handshakes: Arc::default(),
        };
        let acceptor = tls.map(|settings| TlsAcceptor::from(Arc::new(settings)));
        let (connections, handshakes) = (this.connections.clone(), this.handshakes.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (behaviour, acceptor) = (behaviour.clone(), acceptor.clone());
                let (connections, handshakes) = (connections.clone(), handshakes.clone());
                tokio::spawn(async move {
                    let log = Log::begin(connections);
                    let Some(acceptor) = acceptor else {
                        let mut stream = stream;
                        if matches!(
                            converse(&mut stream, &behaviour, &log).await,
                            Some(Turn::Reset)
                        ) {
                            let _ = stream.set_zero_linger();
                        }
                        return;
                    };
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let kind = stream.get_ref().1.handshake_kind().expect("complete");
                    handshakes.lock().unwrap().push(kind);
                    converse(&mut stream, &behaviour, &log).await;
                });
            }
        });
        this
    }

    /// First lines of the requests of each connection.
    pub(crate) fn connections(&self) -> Vec<Vec<String>> {
        self.connections.lock().unwrap().clone()
    }

    /// Kinds of the TLS handshakes, in order.
    pub(crate) fn handshakes(&self) -> Vec<HandshakeKind> {
        self.handshakes.lock().unwrap().clone()
    }
}

/// The requests of one connection.
struct Log {
    all: Arc<Mutex<Vec<Vec<String>>>>,
    number: usize,
}

impl Log {
    fn begin(all: Arc<Mutex<Vec<Vec<String>>>>) -> Self {
        let mut known = all.lock().unwrap();
        known.push(Vec::new());
        let number = known.len() - 1;
        drop(known);
        Self { all, number }
    }

    fn record(&self, line: &str) -> usize {
        let requests = &mut self.all.lock().unwrap()[self.number];
        requests.push(line.to_owned());
        requests.len() - 1
    }
}

/// Answers until the client or the behaviour ends the connection; returns the last turn.
async fn converse(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    behaviour: &Behaviour,
    log: &Log,
) -> Option<Turn> {
    loop {
        let head = read_request(stream).await?;
        let line = head.lines().next()?.to_owned();
        let turn = behaviour(&Asked { request: log.record(&line), line: &line });
        let headers = match &turn {
            Turn::Answer(headers) => headers,
            Turn::AnswerTogether(barrier) => {
                barrier.wait().await;
                ""
            }
            Turn::Reset | Turn::Close => return Some(turn),
        };
        let body = if line.starts_with("POST") {
            r#"{"access_token":"token-1","refresh_token":"refresh-1","expires_in":3600}"#
        } else {
            r#"{"links":[],"data":[]}"#
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// Reads a request with its body, and returns its head.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?.to_ascii_lowercase().replace("post /", "POST /");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().expect("a number"));
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    Some(head.replace("get /", "GET /"))
}
