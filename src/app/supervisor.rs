//! Restarts pollers that panic. A panic in one target's task is counted and does not affect the
//! others. The delay before a start is a pure function of the earlier panics.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::PollerFactory;

/// Numbers of targets and of paused targets, shared by the tasks that run the pollers.
#[derive(Debug)]
pub(super) struct Supervisor {
    targets: AtomicUsize,
    paused: AtomicUsize,
}

impl Supervisor {
    pub(super) fn new(targets: usize) -> Self {
        Self { targets: AtomicUsize::new(targets), paused: AtomicUsize::new(0) }
    }

    /// Sets the number of targets, after a reload.
    pub(super) fn set_target_count(&self, targets: usize) {
        self.targets.store(targets, Ordering::SeqCst);
    }

    /// Runs the poller of a target and restarts it whenever it ends. Returns only when all targets
    /// are paused after too many panics: the process should then end.
    pub(super) async fn keep_running(self: Arc<Self>, factory: PollerFactory) -> anyhow::Error {
        let span = tracing::info_span!("target", name = &*factory.target.name);
        let restarts = &factory.stats.restarts;
        let run = || {
            let poller = factory.poller();
            let span = span.clone();
            async move {
                match poller {
                    Ok(poller) => poller.run().instrument(span).await,
                    Err(error) => {
                        tracing::error!(parent: &span, error = %format_args!("{error:#}"), "the poller cannot be built");
                    }
                }
            }
        };
        self.restart_on_end(run, || restarts.add(1), &span).await
    }

    /// Runs `run` again each time it ends, calling `count` before each restart.
    async fn restart_on_end<F: Future<Output = ()> + Send + 'static>(
        &self,
        run: impl Fn() -> F,
        count: impl Fn(),
        span: &tracing::Span,
    ) -> anyhow::Error {
        let begun = Instant::now();
        let mut panics = Panics::default();
        loop {
            // A task of its own turns a panic into an error; it is aborted when a reload aborts
            // this one.
            let ended = AbortOnDropHandle::new(tokio::spawn(run())).await;
            // Without a panic as well: a poller that cannot be built, or that returns, is a fault,
            // too.
            count();
            match panics.record(begun.elapsed()) {
                Next::Restart(wait) => {
                    tracing::error!(parent: span, panicked = ended.is_err(), ?wait, "the poller ended; it starts again");
                    tokio::time::sleep(wait).await;
                }
                Next::Pause => {
                    tracing::error!(parent: span, pause = ?PAUSE, "the poller keeps ending; the target pauses");
                    let paused = Paused::begin(&self.paused);
                    // With no target left the process ends non-zero, so that systemd or Kubernetes
                    // restarts it and shows the failure.
                    if self.paused.load(Ordering::SeqCst) >= self.targets.load(Ordering::SeqCst) {
                        return anyhow::anyhow!("the pollers of all targets keep failing");
                    }
                    tokio::time::sleep(PAUSE).await;
                    drop(paused);
                }
            }
        }
    }
}

/// Guard that counts a target as paused. Dropped at the end of the pause, or with the task when a
/// reload removes the target: a target that no longer exists must not count.
struct Paused<'a>(&'a AtomicUsize);

impl<'a> Paused<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Age after which a panic no longer counts.
const WINDOW: Duration = Duration::from_secs(600);
/// Panics within [`WINDOW`] that make the target pause.
// A panic for one odd answer is over at the next poll; five show a fault that restarts do not mend,
// and each restart is another login at Trio.
const MAX_PANICS: usize = 5;
/// Length of the pause.
pub(super) const PAUSE: Duration = Duration::from_secs(600);

/// Recent panics of one target, as times on a monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Panics(Vec<Duration>);

/// Reaction to a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Start again after this delay.
    Restart(Duration),
    /// Too many panics: start again after [`PAUSE`].
    Pause,
}

impl Panics {
    /// Records a panic at `now` and returns the reaction.
    pub(super) fn record(&mut self, now: Duration) -> Next {
        self.0.retain(|earlier| now.saturating_sub(*earlier) < WINDOW);
        self.0.push(now);
        if self.0.len() >= MAX_PANICS {
            self.0.clear();
            return Next::Pause;
        }
        // 1, 2, 4, 8 s.
        Next::Restart(Duration::from_secs(1 << (self.0.len() - 1)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn lone_target_ends_after_four_restarts() {
        let runs = AtomicUsize::new(0);
        let supervisor = Supervisor::new(1);
        let run = || {
            runs.fetch_add(1, Ordering::SeqCst);
            async { panic!("as planned") }
        };
        let error = supervisor.restart_on_end(run, || {}, &tracing::Span::none()).await;
        assert_eq!(error.to_string(), "the pollers of all targets keep failing");
        assert_eq!(runs.load(Ordering::SeqCst), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn paused_target_does_not_end_the_others() {
        let supervisor = Arc::new(Supervisor::new(2));
        let pausing = supervisor.clone();
        let task = tokio::spawn(async move {
            pausing
                .restart_on_end(|| async { panic!("as planned") }, || {}, &tracing::Span::none())
                .await
        });
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(supervisor.paused.load(Ordering::SeqCst), 1);
        assert!(!task.is_finished());
    }

    #[test]
    fn delay_doubles_and_fifth_panic_pauses() {
        let mut panics = Panics::default();
        let next: Vec<Next> = (0..5).map(|n| panics.record(Duration::from_secs(n * 100))).collect();
        let wait = |secs| Next::Restart(Duration::from_secs(secs));
        assert_eq!(next, [wait(1), wait(2), wait(4), wait(8), Next::Pause]);
        assert_eq!(
            panics.record(Duration::from_secs(1500)),
            wait(1),
            "after the pause the count begins again"
        );
    }

    #[test]
    fn old_panics_do_not_count() {
        let mut panics = Panics::default();
        for n in 0..20 {
            assert_ne!(panics.record(Duration::from_secs(n * 200)), Next::Pause);
        }
    }
}
