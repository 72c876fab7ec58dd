//! Waiting for something that will come, and not longer than it may take.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(50);

/// Tries until `attempt` succeeds and returns what it found, or its last complaint once `limit` has
/// passed.
pub(crate) async fn within<T>(
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T, String>,
) -> Result<T, String> {
    let begun = Instant::now();
    loop {
        match attempt().await {
            Err(_) if begun.elapsed() <= limit => tokio::time::sleep(PAUSE).await,
            ended => return ended,
        }
    }
}

/// The same; panics with the last complaint.
pub(crate) async fn until<T>(
    what: &str,
    limit: Duration,
    attempt: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    within(limit, attempt).await.unwrap_or_else(|complaint| {
        panic!("waited {limit:?} for {what}, in vain: {complaint}");
    })
}
