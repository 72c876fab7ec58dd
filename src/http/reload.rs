//! `POST /-/reload`: have the configuration read anew.

use axum::{
    extract::State,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::sync::{mpsc, oneshot};

use super::Shared;

/// What came of reading the configuration anew: what changed, or every mistake.
pub type Reloaded = Result<String, String>;

/// Where a request is answered.
pub type Reply = oneshot::Sender<Reloaded>;

/// Has the configuration read anew.
#[derive(Clone, Debug)]
pub struct Reload(mpsc::Sender<Reply>);

impl Reload {
    /// One whose requests come out of the receiver. They come one at a time: the next one waits.
    pub fn channel() -> (Self, mpsc::Receiver<Reply>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    /// Has the configuration read anew, and says what came of it.
    ///
    /// # Errors
    /// Every mistake of the configuration, which was not taken over.
    pub async fn request(&self) -> Reloaded {
        let (reply, answer) = oneshot::channel();
        let stopping = |_| "the exporter is stopping".to_owned();
        self.0.send(reply).await.map_err(|_| stopping(()))?;
        answer.await.map_err(|_| stopping(()))?
    }
}

pub(super) async fn reload(State(shared): State<Shared>, method: Method) -> Response {
    if method != Method::POST && method != Method::PUT {
        let how = "405: send a POST or a PUT to have the configuration read anew\n";
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST, PUT")], how).into_response();
    }
    match shared.reload.request().await {
        Ok(what) => format!("{what}\n").into_response(),
        Err(why) => {
            let text = format!("the configuration in use stays; nothing was changed:\n{why}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}
