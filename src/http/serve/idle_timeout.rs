//! Closes connections that are idle for too long.
//!
//! The limit is on the TCP stream, below TLS and HTTP, so it holds for HTTP/1.1 and HTTP/2, for
//! clients that send nothing and for clients that do not read their answer. The HTTP library itself
//! limits only heads of requests.

use std::{
    future::{Ready, ready},
    io,
    pin::Pin,
    time::Duration,
};

use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// Acceptor that sets a time limit on each read and write of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdleTimeout {
    /// Longest time without a byte read or written.
    pub(in crate::http) limit: Duration,
}

impl<S> Accept<TcpStream, S> for IdleTimeout {
    type Stream = Pin<Box<TimeoutStream<TcpStream>>>;
    type Service = S;
    type Future = Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let mut stream = TimeoutStream::new(stream);
        // A client that stops reading a large answer would otherwise keep its body in memory for
        // ever.
        stream.set_read_timeout(Some(self.limit));
        stream.set_write_timeout(Some(self.limit));
        ready(Ok((Box::pin(stream), service)))
    }
}
