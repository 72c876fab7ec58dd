//! Notifications to systemd (`Type=notify`, `WatchdogSec=`) through `NOTIFY_SOCKET`.

use std::time::Duration;

/// State of the program, as systemd distinguishes them.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// Metrics are served.
    Ready,
    /// A reload has begun; [`State::Ready`] ends it.
    Reloading,
    /// The program is shutting down.
    Stopping,
    /// The main loop is running.
    Watchdog,
}

/// Returns the interval of watchdog pings; `None` without a watchdog.
// Half of WatchdogSec, as sd_watchdog_enabled(3) recommends: one late ping does not get the program
// killed.
pub(super) fn watchdog_interval() -> Option<Duration> {
    #[cfg(unix)]
    return sd_notify::watchdog_enabled().map(|limit| limit / 2);
    #[cfg(not(unix))]
    None
}

/// Sends a state to systemd; does nothing without `NOTIFY_SOCKET`.
pub(super) fn notify(state: State) {
    #[cfg(unix)]
    {
        use sd_notify::NotifyState;
        let now = || NotifyState::monotonic_usec_now().ok();
        let sent = match state {
            State::Ready => sd_notify::notify(&[NotifyState::Ready]),
            State::Reloading => {
                // Type=notify-reload (systemd 253) needs the time: it tells this reload from an
                // earlier one.
                let states: Vec<_> =
                    [Some(NotifyState::Reloading), now()].into_iter().flatten().collect();
                sd_notify::notify(&states)
            }
            State::Stopping => sd_notify::notify(&[NotifyState::Stopping]),
            State::Watchdog => sd_notify::notify(&[NotifyState::Watchdog]),
        };
        if let Err(error) = sent {
            // At debug: systemd itself reports a start or a ping that it misses.
            tracing::debug!(%error, ?state, "the service manager could not be notified");
        }
    }
    #[cfg(not(unix))]
    let _ = state;
}
