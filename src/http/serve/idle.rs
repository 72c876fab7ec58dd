//! A connection that ends when it is silent for too long.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};
use tokio_io_timeout::TimeoutStream;

/// TCP stream whose reads fail when no byte was read or written for a time, and whose writes fail
/// when the peer takes none for that time.
pub(super) struct IdleStream {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    limit: Duration,
    /// Last moment at which bytes were read or written.
    traffic: Instant,
    // Set again only when it is due: setting it at each read and write costs more than all else
    // here.
    silent: Pin<Box<Sleep>>,
}

impl IdleStream {
    pub(super) fn new(stream: TcpStream, limit: Duration) -> Self {
        let mut stream = TimeoutStream::new(stream);
        // A client that stops reading a large answer would otherwise keep its body in memory for
        // ever.
        stream.set_write_timeout(Some(limit));
        let silent = Box::pin(sleep(limit));
        Self { stream: Box::pin(stream), limit, traffic: Instant::now(), silent }
    }

    fn record_traffic(&mut self) {
        self.traffic = Instant::now();
    }

    /// Completes when there was no traffic for the limit.
    fn poll_silent(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.silent.as_mut().poll(context));
            let end = self.traffic + self.limit;
            if end <= self.silent.deadline() {
                return Poll::Ready(());
            }
            self.silent.as_mut().reset(end);
        }
    }
}

impl AsyncRead for IdleStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.stream.as_mut().poll_read(context, buffer);
        if read.is_ready() {
            self.record_traffic();
            return read;
        }
        // A browser sends nothing while it receives the events of the wallboard. A time limit on
        // reads alone would end every stream.
        self.poll_silent(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for IdleStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write(context, bytes);
        if written.is_ready() {
            self.record_traffic();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write_vectored(context, bytes);
        if written.is_ready() {
            self.record_traffic();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
