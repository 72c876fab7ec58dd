//! `POST /-/reload`: reloads the configuration.
//!
//! The reload itself is in `app`; a request goes there through a channel and waits for the result.

use axum::{
    extract::State,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::sync::{mpsc, oneshot};

use crate::http::Shared;

/// Result of a reload: a summary of the changes, or all mistakes, one on each line.
pub type Reloaded = Result<String, String>;

/// Sender for the result of one reload.
pub type Reply = oneshot::Sender<Reloaded>;

/// Requests reloads; clones share one queue.
#[derive(Clone, Debug)]
pub struct Reload(mpsc::Sender<Reply>);

impl Reload {
    /// Creates a requester and the receiver of its requests.
    pub fn channel() -> (Self, mpsc::Receiver<Reply>) {
        // Requests that come during a reload wait here: the one receiver does one reload at a time,
        // because two at once could leave a mix of two configurations.
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    /// Reloads the configuration and returns a summary of the changes.
    ///
    /// # Errors
    /// All mistakes of the configuration, or the reason why none was read; the one in use is
    /// unchanged.
    pub async fn request(&self) -> Reloaded {
        let (reply, answer) = oneshot::channel();
        let stopping = |_| "the exporter is stopping".to_owned();
        self.0.send(reply).await.map_err(|_| stopping(()))?;
        answer.await.map_err(|_| stopping(()))?
    }
}

pub(in crate::http) async fn reload(State(shared): State<Shared>, method: Method) -> Response {
    // Never by GET: a link, a prefetch or a crawler must not reload. PUT as well, as Prometheus
    // does.
    if method != Method::POST && method != Method::PUT {
        let text = "405: send a POST or a PUT to reload the configuration\n";
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST, PUT")], text)
            .into_response();
    }
    match shared.reload.request().await {
        Ok(changes) => format!("{changes}\n").into_response(),
        Err(mistakes) => {
            let text =
                format!("the configuration was not reloaded; nothing was changed:\n{mistakes}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}
