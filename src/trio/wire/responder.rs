//! Answers in place of the network: for tests of long times and many faults, without sockets.

use std::fmt::Debug;

use reqwest::{Request, Response};

use crate::model::RequestFailure;

/// Answers the requests of a client.
pub trait Responder: Debug + Send + Sync {
    /// Answers one request.
    ///
    /// # Errors
    /// The network brings no answer.
    fn respond(&self, request: &Request) -> Result<Response, NoAnswer>;
}

/// A request that the network brings no answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no connection: {}", .failure.as_str())]
pub struct NoAnswer {
    /// The short kind.
    pub failure: RequestFailure,
    /// The request may have reached the server.
    pub sent: bool,
}
