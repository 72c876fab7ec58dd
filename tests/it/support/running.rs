//! The program itself, serving, and what a test asks it.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::{Samples, reqwest_client};
use crate::process::{Process, serving, until};

/// Longest time for a first reading, or for a change to be seen in the metrics. It takes a second or
/// two; the rest is for a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// An exporter as a user starts it.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) url: String,
}

impl Running {
    /// Starts it with a configuration file, on a free port.
    pub(crate) async fn start(file: &str, more: &[&str]) -> Self {
        let mut process = serving(file, more);
        let url = format!("http://{}", process.serves().await);
        Self { process, url }
    }

    /// Status and body of an answer.
    pub(crate) async fn send(&self, method: Method, path: &str) -> (StatusCode, String) {
        let request = reqwest_client().request(method, format!("{}{path}", self.url));
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        self.send(Method::GET, path).await.1
    }

    pub(crate) async fn metrics(&self) -> Samples {
        Samples::parse(&self.page("/metrics").await)
    }

    /// The answer to a reload.
    pub(crate) async fn reload(&self) -> String {
        self.send(Method::POST, "/-/reload").await.1
    }

    /// Waits until the metrics are as `fits` says, and returns them.
    pub(crate) async fn until_metrics(
        &self,
        what: &str,
        fits: impl Fn(&Samples) -> bool,
    ) -> Samples {
        until(what, LIMIT, async || {
            let metrics = self.metrics().await;
            if fits(&metrics) { Ok(metrics) } else { Err(format!("{metrics:?}")) }
        })
        .await
    }
}
