//! `POST /-/reload`: reloads the configuration.
//!
//! The reload itself is in `app`; a request goes there through a channel and waits for the result.

use axum::{
    extract::State,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};

use crate::http::Shared;

/// Result of a reload: a summary of the changes, or the reason why there are none.
pub type Reloaded = Result<String, NotReloaded>;

/// Reasons why the configuration was not reloaded; the one in use is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReloaded {
    /// The program was started without a configuration that could be read again, as `demo` is.
    NothingToReload,
    /// All mistakes, one on each line, or the reason why nothing was read.
    Failed(String),
}

/// Reloads that may wait for the one that runs.
// Each reads the same files, so one that waits is as good as many. The rest is for clients that want
// an answer of their own.
const MAX_WAITING: usize = 4;

/// Sender for the result of one reload.
pub type Reply = oneshot::Sender<Reloaded>;

impl NotReloaded {
    fn stopping() -> Self {
        Self::Failed("the exporter is stopping".to_owned())
    }
}

/// Requests reloads; clones share one queue.
#[derive(Clone, Debug)]
pub struct Reload(mpsc::Sender<Reply>);

impl Reload {
    /// Creates a requester and the receiver of its requests.
    pub fn channel() -> (Self, mpsc::Receiver<Reply>) {
        // Requests that come during a reload wait here: the one receiver does one reload at a time,
        // because two at once could leave a mix of two configurations.
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        (Self(sender), receiver)
    }

    /// Reloads the configuration and returns a summary of the changes.
    ///
    /// # Errors
    /// See [`NotReloaded`].
    pub async fn request(&self) -> Reloaded {
        let (reply, answer) = oneshot::channel();
        self.0.send(reply).await.map_err(|_| NotReloaded::stopping())?;
        answer.await.map_err(|_| NotReloaded::stopping())?
    }

    /// Like [`Reload::request`]; `None` if too many reloads are waiting.
    // A reload may wait for files for seconds. Requests for it hold no slot of the web server, so
    // their number is limited here.
    async fn try_request(&self) -> Option<Reloaded> {
        let (reply, answer) = oneshot::channel();
        let stopping = || Err(NotReloaded::stopping());
        match self.0.try_send(reply) {
            Ok(()) => Some(answer.await.unwrap_or_else(|_| stopping())),
            Err(TrySendError::Closed(_)) => Some(stopping()),
            Err(TrySendError::Full(_)) => None,
        }
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
    let Some(result) = shared.reload.try_request().await else {
        let text = "503: other reloads are waiting already\n";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    };
    match result {
        Ok(changes) => format!("{changes}\n").into_response(),
        Err(NotReloaded::NothingToReload) => {
            let text = "409: this exporter was started without a configuration, as `demo` is, so there \
                        is nothing to reload\n";
            (StatusCode::CONFLICT, text).into_response()
        }
        Err(NotReloaded::Failed(mistakes)) => {
            let text =
                format!("the configuration was not reloaded; nothing was changed:\n{mistakes}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn reloads_beyond_four_that_wait_are_refused() {
        let (reload, mut requests) = Reload::channel();
        let mut waiting: Vec<_> =
            (0..MAX_WAITING).map(|_| Box::pin(reload.try_request())).collect();
        for request in &mut waiting {
            assert_eq!(request.now_or_never(), None);
        }
        assert_eq!(reload.try_request().await, None);
        let reply = requests.recv().await.expect("a request");
        reply.send(Ok("nothing changed".to_owned())).expect("someone waits");
        assert_eq!(waiting.remove(0).await, Some(Ok("nothing changed".to_owned())));
        assert_eq!(reload.try_request().now_or_never(), None, "there is room again");
        drop(requests);
        let stopping = Some(Err(NotReloaded::stopping()));
        assert_eq!(reload.try_request().await, stopping);
    }
}
