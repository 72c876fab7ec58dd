//! Signals: SIGINT and SIGTERM stop the program (the second one at once), SIGHUP reloads the
//! configuration.

use std::{io, process};

use tokio::sync::watch;

/// Stop request that any number of tasks can wait for.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Completes once the stop is requested.
    pub async fn requested(mut self) {
        // A dropped sender means the end of the program as well; the tasks must not wait for ever.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// Creates a stop request and the sender that triggers it with `true`.
pub fn switch() -> (watch::Sender<bool>, Stop) {
    let (sender, receiver) = watch::channel(false);
    (sender, Stop(receiver))
}

/// Returns a stop that SIGINT or SIGTERM requests. A second signal ends the process at once, exit
/// code 130.
///
/// # Errors
/// The operating system refuses to deliver signals.
pub fn on_signal() -> io::Result<Stop> {
    let (sender, stop) = switch();
    // Registered before the spawn: a signal that comes right after the start must not be lost.
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("stopping; a second signal aborts");
        let _ = sender.send(true);
        signals.next().await;
        // 128 + SIGINT, as shells report a program ended by Ctrl-C.
        process::exit(130);
    });
    Ok(stop)
}

/// SIGINT (Ctrl-C) and SIGTERM (systemd, Docker, Kubernetes).
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Stream of SIGHUP; on systems without it, none arrives.
#[derive(Debug)]
pub struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangups {
    /// Registers for SIGHUP, which from then on no longer ends the program.
    ///
    /// # Errors
    /// The operating system refuses to deliver the signal.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Completes at the next SIGHUP.
    pub async fn next(&mut self) {
        // A stream that ended is ready for ever: without the wait the caller would reload in a busy
        // loop.
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
impl Hangups {
    /// Does nothing.
    ///
    /// # Errors
    /// None.
    #[allow(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
    pub fn new() -> io::Result<Self> {
        Ok(Self())
    }

    /// Never completes.
    pub async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// Ctrl-C, the only stop signal on systems without Unix signals.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[allow(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // An error means that no handler can be registered: then no signal ever arrives.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
