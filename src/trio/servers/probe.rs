//! Single requests for diagnosis (`check`), outside the cycle.

use std::time::{Duration, Instant};

use reqwest::header;
use serde_json::Value;
use url::Url;

use super::server_names;
use crate::{
    model::{Resource, ServerRole, Text},
    trio::{
        client::{Client, Route},
        error::Error,
        read::paging::{self, Pagination},
    },
};

/// Answer of one server's Api resource.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    /// Time from request to answer.
    pub took: Duration,
    /// The body is JSON.
    pub is_json: bool,
    /// Servers that it names.
    pub servers: Vec<(ServerRole, Url)>,
}

/// Size of the first page of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstPage {
    /// Items asked for.
    pub asked: usize,
    /// Items that arrived.
    pub given: usize,
    /// Items in all, by the header.
    pub total: Option<usize>,
}

impl Client {
    /// Reads the Api resource at `base` once. It needs no login, and none of the servers that it
    /// names is contacted.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn ask_api(&self, base: &Url) -> Result<ApiAnswer, Error> {
        let mut url = base.clone();
        // Without this the passive server of a healthy pair would look like an error.
        url.query_pairs_mut().append_pair("redirect", "false");
        let request =
            self.transport.http.get(url.clone()).header(header::ACCEPT, "application/json");
        let begun = Instant::now();
        let read = |answer: crate::trio::wire::transport::Answer| {
            if !answer.status.is_success() {
                return Err(answer.refusal(Resource::Api, &url));
            }
            let named = server_names::named_servers(&answer.body, base).into_iter();
            Ok(ApiAnswer {
                took: begun.elapsed(),
                is_json: serde_json::from_slice::<Value>(&answer.body).is_ok(),
                servers: named.map(|named| (named.role, named.base)).collect(),
            })
        };
        self.transport.send(Resource::Api, request, read).await
    }

    /// Reads the first page of a resource with the configured page size.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn first_page(&self, route: &Route, resource: Resource) -> Result<FirstPage, Error> {
        let asked = self.limits().page_size;
        let mut url = route.url(resource);
        url.query_pairs_mut().append_pair("page", "1").append_pair("pageSize", &asked.to_string());
        self.get(resource, &url, route.endpoints(), |answer| {
            let header = answer.headers.get(paging::HEADER).and_then(|value| value.to_str().ok());
            let total = header.and_then(Pagination::read).and_then(|pagination| pagination.total);
            let body = serde_json::from_slice(&answer.body);
            let body =
                body.map_err(|error| self.decode_error(&answer, resource, &error.to_string()))?;
            Ok(FirstPage { asked, given: crate::trio::read::examine::rows(body).len(), total })
        })
        .await
    }

    /// Number of requests sent.
    pub fn requests_sent(&self) -> u64 {
        let stats = self.stats();
        Resource::ALL.into_iter().map(|resource| stats.resource(resource).finished_requests()).sum()
    }

    /// Seconds by which the clock of the server that answered last is ahead of ours.
    pub fn clock_skew(&self) -> Option<f64> {
        self.stats().clock_skew.get()
    }

    /// Expiry of the certificate of the server at `base`, in seconds since 1970, if one was seen.
    pub fn certificate_expiry(&self, base: &Url) -> Option<f64> {
        self.stats().certificate_expiries().get(&server_names::host_and_port(base)).copied()
    }

    /// Host and port of the active server.
    pub fn active_server(&self) -> Text {
        self.servers.active().label.clone()
    }
}
