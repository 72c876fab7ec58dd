//! Keeps the pollers running: a panic in one target's task is counted and ends nothing else.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::{
    Wired,
    restart::{Next, Panics, REST},
};

/// Knows how many targets there are and how many of them rest.
#[derive(Debug)]
pub(super) struct Supervisor {
    targets: AtomicUsize,
    resting: AtomicUsize,
}

impl Supervisor {
    pub(super) fn new(targets: usize) -> Self {
        Self { targets: AtomicUsize::new(targets), resting: AtomicUsize::new(0) }
    }

    /// From now on there are so many targets.
    pub(super) fn watch_over(&self, targets: usize) {
        self.targets.store(targets, Ordering::SeqCst);
    }

    /// Runs the poller of a target for ever. Returns only when there is no point in going on: every
    /// target has panicked so often that it rests.
    pub(super) async fn keep_running(self: Arc<Self>, wired: Wired) -> anyhow::Error {
        let span = tracing::info_span!("target", name = &*wired.target.name);
        let restarts = &wired.stats.restarts;
        let run = || {
            let poller = wired.poller();
            let span = span.clone();
            async move {
                match poller {
                    Ok(poller) => poller.run().instrument(span).await,
                    Err(error) => {
                        tracing::error!(parent: &span, error = %format_args!("{error:#}"), "no poller");
                    }
                }
            }
        };
        self.keep(run, || restarts.add(1), &span).await
    }

    async fn keep<F: Future<Output = ()> + Send + 'static>(
        &self,
        run: impl Fn() -> F,
        count: impl Fn(),
        span: &tracing::Span,
    ) -> anyhow::Error {
        let begun = Instant::now();
        let mut panics = Panics::default();
        loop {
            let ended = AbortOnDropHandle::new(tokio::spawn(run())).await;
            count();
            match panics.another(begun.elapsed()) {
                Next::Restart(wait) => {
                    tracing::error!(parent: span, panicked = ended.is_err(), ?wait, "the poller ended; it starts again");
                    tokio::time::sleep(wait).await;
                }
                Next::Rest => {
                    tracing::error!(parent: span, rest = ?REST, "the poller keeps ending; the target rests");
                    let resting = Resting::begin(&self.resting);
                    if self.resting.load(Ordering::SeqCst) >= self.targets.load(Ordering::SeqCst) {
                        return anyhow::anyhow!("the pollers of all targets keep failing");
                    }
                    tokio::time::sleep(REST).await;
                    drop(resting);
                }
            }
        }
    }
}

/// A target that rests, until that ends or the target is no longer configured.
struct Resting<'a>(&'a AtomicUsize);

impl<'a> Resting<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_poller_that_keeps_panicking_is_restarted_four_times_and_then_ends_a_lone_target() {
        let runs = AtomicUsize::new(0);
        let supervisor = Supervisor::new(1);
        let run = || {
            runs.fetch_add(1, Ordering::SeqCst);
            async { panic!("as planned") }
        };
        let error = supervisor.keep(run, || {}, &tracing::Span::none()).await;
        assert_eq!(error.to_string(), "the pollers of all targets keep failing");
        assert_eq!(runs.load(Ordering::SeqCst), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_rests_does_not_end_the_others() {
        let supervisor = Arc::new(Supervisor::new(2));
        let resting = supervisor.clone();
        let task = tokio::spawn(async move {
            resting.keep(|| async { panic!("as planned") }, || {}, &tracing::Span::none()).await
        });
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(supervisor.resting.load(Ordering::SeqCst), 1);
        assert!(!task.is_finished());
    }
}
