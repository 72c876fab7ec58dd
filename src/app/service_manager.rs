//! What a service manager like systemd is told, where one has started the program (`Type=notify`).

use std::time::Duration;

/// A state that it wants to know.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// Metrics are served.
    Ready,
    /// The configuration is being read anew; [`State::Ready`] follows.
    Reloading,
    /// The program is about to end.
    Stopping,
    /// The main loop turns.
    Alive,
}

/// How often it wants to hear that the program is alive: twice in the time after which it gives up.
pub(super) fn heartbeat() -> Option<Duration> {
    #[cfg(unix)]
    return sd_notify::watchdog_enabled().map(|limit| limit / 2);
    #[cfg(not(unix))]
    None
}

/// Tells it. Without a service manager nobody hears.
pub(super) fn tell(state: State) {
    #[cfg(unix)]
    {
        use sd_notify::NotifyState;
        let now = || NotifyState::monotonic_usec_now().ok();
        let told = match state {
            State::Ready => sd_notify::notify(&[NotifyState::Ready]),
            State::Reloading => {
                let states: Vec<_> = [Some(NotifyState::Reloading), now()].into_iter().flatten().collect();
                sd_notify::notify(&states)
            }
            State::Stopping => sd_notify::notify(&[NotifyState::Stopping]),
            State::Alive => sd_notify::notify(&[NotifyState::Watchdog]),
        };
        if let Err(error) = told {
            tracing::debug!(%error, ?state, "the service manager cannot be told");
        }
    }
    #[cfg(not(unix))]
    let _ = state;
}
