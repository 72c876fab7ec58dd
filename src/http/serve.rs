//! Serving until told to stop.

use std::io;

use axum::Router;
use tokio::net::TcpListener;

/// Serves `router` on `listener` until `stop` completes; then answers what has begun, and returns.
///
/// # Errors
///
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
