//! Single looks at a server, for people who want to know what is wrong with it.

use std::time::{Duration, Instant};

use reqwest::header;
use serde_json::Value;
use url::Url;

use super::{
    client::{Client, Route, below},
    collection::Request,
    error::Error,
    names,
    paging::{self, Pagination},
    rows,
};
use crate::model::{Call, Resource, ServerRole, Text};

/// What the Api resource of one server answers.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    /// How long it took.
    pub took: Duration,
    /// The body is JSON.
    pub is_json: bool,
    /// The servers that it names.
    pub servers: Vec<(ServerRole, Url)>,
}

/// How a server cuts its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstPage {
    /// Items asked for.
    pub asked: usize,
    /// Items that came.
    pub given: usize,
    /// Items in all, where the server says.
    pub total: Option<usize>,
}

impl Client {
    /// Asks the Api resource at `base` once. No login is needed and none is made; nothing that it
    /// names is used.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn ask_api(&self, base: &Url) -> Result<ApiAnswer, Error> {
        let mut url = base.clone();
        url.query_pairs_mut().append_pair("redirect", "false");
        let request = self.transport.http.get(url.clone()).header(header::ACCEPT, "application/json");
        let begun = Instant::now();
        let read = |answer: super::transport::Answer| {
            if !answer.status.is_success() {
                return Err(answer.refusal(Resource::Api, &url));
            }
            let named = names::named(&answer.body, base).into_iter();
            Ok(ApiAnswer {
                took: begun.elapsed(),
                is_json: serde_json::from_slice::<Value>(&answer.body).is_ok(),
                servers: named.map(|named| (named.role, named.base)).collect(),
            })
        };
        self.transport.send(Resource::Api, request, read).await
    }

    /// Asks for the first page of a resource, as large as the exporter asks for them.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn first_page(&self, route: &Route, resource: Resource) -> Result<FirstPage, Error> {
        let asked = self.limits().page_size;
        let mut url = route.url(resource);
        url.query_pairs_mut().append_pair("page", "1").append_pair("pageSize", &asked.to_string());
        self.get(resource, &url, route.doors(), |answer| {
            let header = answer.headers.get(paging::HEADER).and_then(|value| value.to_str().ok());
            let total = header.and_then(Pagination::read).and_then(|pagination| pagination.total);
            let body = serde_json::from_slice(&answer.body);
            let body = body.map_err(|error| self.decode_error(&answer, resource, &error.to_string()))?;
            Ok(FirstPage { asked, given: super::examine::rows(body).len(), total })
        })
        .await
    }

    /// The cases now, as far as the server shows them; read like calls, whose members they share.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn cases(&self, route: &Route) -> Result<Vec<Call>, Error> {
        let url = below(&route.url(Resource::Services), &["cases"]);
        let mapping = self.mapping(Resource::Calls)?;
        let request =
            Request { url: &url, doors: route.doors(), mapping, filter: None, fields: None, sort: None };
        Ok(self.whole(request, rows::call).await?.items)
    }

    /// Requests sent so far.
    pub fn requests_sent(&self) -> u64 {
        let stats = self.stats();
        Resource::ALL.into_iter().map(|resource| stats.resource(resource).finished_requests()).sum()
    }

    /// Seconds by which the clock of the server that answered last is ahead of ours.
    pub fn clock_skew(&self) -> Option<f64> {
        self.stats().clock_skew.get()
    }

    /// When the certificate of the server at `base` expires, in seconds since 1970, if it was seen.
    pub fn certificate_expiry(&self, base: &Url) -> Option<f64> {
        self.stats().certificate_expiries().get(&names::label(base)).copied()
    }

    /// Host and port of the server that requests go to.
    pub fn active_server(&self) -> Text {
        self.servers.active().label.clone()
    }
}
