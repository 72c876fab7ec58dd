//! Waiting for something that will come, and not longer than it may take.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(100);

/// Tries until `attempt` succeeds and returns what it found; panics with its last complaint once
/// `limit` has passed.
pub(crate) async fn until<T>(
    what: &str,
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let begun = Instant::now();
    loop {
        match attempt().await {
            Ok(found) => return found,
            Err(complaint) if begun.elapsed() > limit => {
                panic!("waited {limit:?} for {what}, in vain: {complaint}")
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
