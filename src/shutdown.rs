//! How the program is told to stop: the first signal asks for it, the second insists. And how it is told
//! to read its configuration anew.

use std::{io, process};

use tokio::sync::watch;

/// A request to stop that any number of tasks can wait for.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Completes once the program should stop.
    pub async fn requested(mut self) {
        // A sender that is gone can only mean that the program is going down as well.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// A stop and the switch that requests it.
pub fn switch() -> (watch::Sender<bool>, Stop) {
    let (sender, receiver) = watch::channel(false);
    (sender, Stop(receiver))
}

/// A stop that SIGINT or SIGTERM requests; a second signal ends the process at once.
///
/// # Errors
/// The operating system refuses to deliver signals.
pub fn on_signal() -> io::Result<Stop> {
    let (sender, stop) = switch();
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("stopping; a second signal aborts");
        let _ = sender.send(true);
        signals.next().await;
        process::exit(130);
    });
    Ok(stop)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// SIGHUPs; on systems that have none, none comes.
#[derive(Debug)]
pub struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangups {
    /// Listens from now on; the signal no longer ends the program.
    ///
    /// # Errors
    /// The operating system refuses to deliver the signal.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Completes at the next one.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
impl Hangups {
    /// Listens to nothing.
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

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[allow(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
