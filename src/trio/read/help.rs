//! Reading of the server's own help pages, one after the other, when a person asks for it.
//!
//! The help is a web page for people on a production server, so the reader is slow and stops early:
//! one request at a time, a pause before each, few and small pages, and an end at the first sign of
//! trouble.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::StreamExt;
use reqwest::{
    Response, StatusCode,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, WWW_AUTHENTICATE,
    },
};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    model::Resource,
    trio::{
        dictionary::{
            Dictionary,
            help::{
                assemble::{Enumerations, data_of_envelope, describe},
                description::{DocumentedMember, Help, ResourceHelp},
                pages::{self, IndexEntry, PageMember, PageType, TypeLink, TypePage},
            },
            value::normalized,
        },
        servers::{Server, connection::Connection},
        session::AuthEndpoints,
        wire::{
            address::below,
            answer::SIMULATED,
            charset,
            links::{Links, help_url},
        },
    },
};

/// Bounds on the reading of help pages.
#[derive(Clone, Copy, Debug)]
pub struct HelpLimits {
    /// Pause before each request.
    pub pause: Duration,
    /// Size of a page in bytes, decompressed.
    pub page_bytes: usize,
    /// Number of requests.
    pub pages: usize,
}

impl Default for HelpLimits {
    fn default() -> Self {
        Self {
            // At most two requests a second: the first request for a page compiles its view, and
            // the same server answers calls.
            pause: Duration::from_millis(500),
            // The saved index of a real server has some 30 kB.
            page_bytes: 1 << 20,
            // Ten resources with a page each, the types of their items, and a few enumerations.
            pages: 100,
        }
    }
}

/// Reasons why the help cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HelpError {
    /// The pages are for people who are logged in to Windows.
    #[error("the help needs a Windows login")]
    NeedsWindowsLogin,
    /// The server has no such pages.
    #[error("the server has no help pages: {0}")]
    Missing(String),
    /// Reading ended, as it does at the first sign that the server is busy.
    #[error("{0}")]
    Stopped(String),
}

/// Result of a request for one page.
enum Failure {
    /// This page cannot be read; others may be.
    Page(String),
    /// No more pages are read.
    All(HelpError),
}

impl From<HelpError> for Failure {
    fn from(error: HelpError) -> Self {
        Self::All(error)
    }
}

/// Depth to which types are followed: an envelope, the envelope of an item, the item.
const TYPE_DEPTH: usize = 3;
/// Enumerations of one resource that are read at most.
const ENUMERATIONS: usize = 8;

impl Connection {
    /// Reads the help of the active server about the resources of the dictionary, and calls
    /// `progress` with the subject of each page before it is asked for.
    ///
    /// # Errors
    /// There is no help to read; a page that is missing is an entry of the result.
    pub(in crate::trio) async fn read_help(
        &self,
        dictionary: &Dictionary,
        limits: HelpLimits,
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Help, HelpError> {
        let server = self.servers.active();
        let mut reader = HelpReader {
            connection: self,
            server: &server,
            limits,
            progress,
            token: None,
            simulated: false,
            requests: 0,
            enumerations: BTreeMap::new(),
            unread: BTreeSet::new(),
        };
        let index = reader.page(&below(&server.base, &["help"]), "index").await;
        let index = index.map_err(|failure| match failure {
            Failure::Page(reason) => HelpError::Missing(reason),
            Failure::All(error) => error,
        })?;
        let not_there = || HelpError::Missing("its address shows another page".to_owned());
        let index = pages::index(&index).ok_or_else(not_there)?;
        let mut help = Help::default();
        for resource in dictionary.resources() {
            let described = match &help.stopped {
                None => reader.resource(resource, &index).await,
                Some(_) => Err(Failure::Page("not asked for".to_owned())),
            };
            let (members, missing) = match described {
                Ok(members) => (members, None),
                Err(Failure::Page(reason)) => (Vec::new(), Some(reason)),
                Err(Failure::All(error)) => {
                    help.stopped = Some(error.to_string());
                    (Vec::new(), Some(error.to_string()))
                }
            };
            help.resources.push(ResourceHelp { resource, members, missing });
        }
        help.pages = reader.requests;
        Ok(help)
    }
}

/// Reader of the pages of one server.
struct HelpReader<'a> {
    connection: &'a Connection,
    server: &'a Server,
    limits: HelpLimits,
    progress: &'a mut (dyn FnMut(&str) + Send),
    /// Token that is sent; none until a page asks for one.
    token: Option<HeaderValue>,
    /// A simulator answers, which needs no rest between requests.
    simulated: bool,
    requests: usize,
    enumerations: Enumerations,
    /// Types without a page, or with one that lists members.
    unread: BTreeSet<String>,
}

impl HelpReader<'_> {
    /// Reads the pages about one resource.
    async fn resource(
        &mut self,
        resource: Resource,
        index: &[IndexEntry],
    ) -> Result<Vec<DocumentedMember>, Failure> {
        let base = &self.server.base;
        let listed = index.iter().filter(|entry| is_list_of(resource, &entry.request, base));
        let mut urls = listed.filter_map(|entry| help_url(&entry.href, base));
        let url = urls.next().ok_or_else(|| Failure::Page("the index does not list it".into()))?;
        let subject = resource.as_str();
        let text = self.page(&url, subject).await?;
        let page = pages::request_page(&text)
            .ok_or_else(|| Failure::Page("its page shows an error".to_owned()))?;
        let not_described = || Failure::Page("the help does not describe its answer".to_owned());
        let mut members = page.members;
        if members.is_empty() {
            if page.response.is_undescribed() {
                return Err(not_described());
            }
            members = self.members_of(&page.response, &url, subject).await?;
        }
        for _ in 0..TYPE_DEPTH {
            let Some(data) = data_of_envelope(&members).cloned() else { break };
            if data.is_undescribed() || data.link.is_none() {
                return Err(not_described());
            }
            members = self.members_of(&data, &url, subject).await?;
        }
        if members.is_empty() || data_of_envelope(&members).is_some() {
            return Err(not_described());
        }
        self.read_enumerations(&members, page.sample.as_ref(), &url, subject).await?;
        Ok(describe(&members, &self.enumerations, page.sample.as_ref()))
    }

    /// Reads the members of a type.
    async fn members_of(
        &mut self,
        kind: &PageType,
        request_page: &Url,
        subject: &str,
    ) -> Result<Vec<PageMember>, Failure> {
        let link = kind.link.as_ref();
        let link = link.ok_or_else(|| Failure::Page("its type has no page".to_owned()))?;
        match self.type_page(link, request_page, subject).await? {
            Some(TypePage::Members(members)) => Ok(members),
            Some(TypePage::Values(_)) | None => {
                Err(Failure::Page(format!("the page of its type {} shows no members", link.name)))
            }
        }
    }

    /// Reads the enumerations among the types of members, each once.
    async fn read_enumerations(
        &mut self,
        members: &[PageMember],
        sample: Option<&Map<String, Value>>,
        request_page: &Url,
        subject: &str,
    ) -> Result<(), Failure> {
        let wanted = members.iter().filter(|member| {
            let name = normalized(&member.name);
            let sent = sample.and_then(|item| item.iter().find(|(key, _)| normalized(key) == name));
            // A sample shows lists and objects as such, and these are no enumerations.
            !member.kind.is_collection() && !sent.is_some_and(|(_, value)| value.is_object())
        });
        let links: Vec<TypeLink> = wanted.filter_map(|member| member.kind.link.clone()).collect();
        for link in links.into_iter().take(ENUMERATIONS) {
            if self.enumerations.contains_key(&link.name) || self.unread.contains(&link.name) {
                continue;
            }
            match self.type_page(&link, request_page, subject).await {
                Ok(Some(TypePage::Values(values))) => {
                    self.enumerations.insert(link.name, values);
                }
                // Without its values the member is described all the same.
                Ok(_) | Err(Failure::Page(_)) => {
                    self.unread.insert(link.name);
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Reads the page of a type; `None` if it shows none.
    async fn type_page(
        &mut self,
        link: &TypeLink,
        request_page: &Url,
        subject: &str,
    ) -> Result<Option<TypePage>, Failure> {
        let Some(url) = help_url(&link.href, &self.server.base) else {
            return Err(Failure::Page(format!("the link to its type {} leads away", link.name)));
        };
        let subject = format!("{subject}, {}", link.name);
        let page = pages::type_page(&self.page(&url, &subject).await?);
        if page.is_some() {
            return Ok(page);
        }
        // The stock pages know a type only after a page that uses it was shown, and forget it when
        // IIS recycles the application in between.
        self.page(request_page, &subject).await?;
        Ok(pages::type_page(&self.page(&url, &subject).await?))
    }

    /// Reads one page.
    async fn page(&mut self, url: &Url, subject: &str) -> Result<String, Failure> {
        let mut url = url.clone();
        let mut redirected = false;
        loop {
            let response = self.request(&url, subject).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            match status {
                StatusCode::UNAUTHORIZED => {
                    if !asks_for(&headers, "bearer") {
                        return Err(HelpError::NeedsWindowsLogin.into());
                    }
                    if self.token.is_some() {
                        let reason = "the help does not accept the API user's token".to_owned();
                        return Err(HelpError::Stopped(reason).into());
                    }
                    self.token = Some(self.token_of_session().await?);
                }
                status if status.is_redirection() => {
                    // IIS adds a slash to the address of a folder; anything else is a login.
                    match same_page(&headers, &url, &self.server.base).filter(|_| !redirected) {
                        Some(same) => (url, redirected) = (same, true),
                        None => return Err(HelpError::NeedsWindowsLogin.into()),
                    }
                }
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                    let reason = format!("the server is busy (status {status}): no more is read");
                    return Err(HelpError::Stopped(reason).into());
                }
                status if !status.is_success() => {
                    return Err(Failure::Page(format!("its page answers {}", status.as_u16())));
                }
                _ => {
                    let text = self.body(response).await?;
                    if pages::is_login(&text) {
                        return Err(HelpError::NeedsWindowsLogin.into());
                    }
                    return Ok(text);
                }
            }
        }
    }

    /// Sends the request for a page, after the pause.
    async fn request(&mut self, url: &Url, subject: &str) -> Result<Response, Failure> {
        if self.requests >= self.limits.pages {
            let reason = format!("more than {} pages: no more is read", self.limits.pages);
            return Err(HelpError::Stopped(reason).into());
        }
        match &self.connection.transport.allowance {
            Some(allowance) => allowance.take().await.map_err(|limit| {
                let reason = format!("the limit of {limit} requests is reached: no more is read");
                HelpError::Stopped(reason)
            })?,
            None if self.simulated => {}
            None => tokio::time::sleep(self.limits.pause).await,
        }
        self.requests += 1;
        (self.progress)(&format!("page {}: {subject}", self.requests));
        let request = self.connection.transport.http.get(url.clone()).header(ACCEPT, "text/html");
        let request = match &self.token {
            Some(token) => request.header(AUTHORIZATION, token.clone()),
            None => request,
        };
        let response = request.send().await.map_err(|error| stopped(&error))?;
        self.simulated = response.headers().contains_key(SIMULATED);
        if let Some(allowance) = &self.connection.transport.allowance
            && self.simulated
        {
            allowance.record_simulator().await;
        }
        Ok(response)
    }

    /// Reads the text of a page up to the limit.
    async fn body(&self, response: Response) -> Result<String, Failure> {
        let headers = response.headers();
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| stopped(&error))?;
            if body.len() + chunk.len() > self.limits.page_bytes {
                let limit = self.limits.page_bytes;
                return Err(Failure::Page(format!("its page is larger than {limit} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let body = charset::to_utf8(content_type.as_deref(), body);
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Returns the token of the API user, after a login if there is none yet.
    async fn token_of_session(&self) -> Result<HeaderValue, Failure> {
        let Connection { transport, servers, .. } = self.connection;
        let documented = || AuthEndpoints::from_links(&self.server.base, &Links::default());
        let endpoints = servers.endpoints(self.server).unwrap_or_else(documented);
        let bearer = self.server.session.bearer(transport, &endpoints).await;
        let bearer = bearer.map_err(|error| {
            HelpError::Stopped(format!("the help needs the API user's token: {error}"))
        })?;
        Ok(bearer.header)
    }
}

/// Returns whether the request of an index entry is the list of a resource: by method and path,
/// without regard to case, to the names of placeholders, and to a prefix that is the API's own.
fn is_list_of(resource: Resource, request: &str, base: &Url) -> bool {
    let Some((method, path)) = request.split_once(' ') else { return false };
    let path = path.split('?').next().unwrap_or_default().trim().trim_matches('/').to_lowercase();
    let segments = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.map(|part| if part.starts_with('{') { "{}" } else { part }.to_owned()).collect()
    };
    let path = segments(&path);
    let wanted = match resource {
        Resource::ContactCenters => segments(resource.as_str()),
        inner => segments(&format!("cc/{{}}/{}", inner.as_str())),
    };
    let Some(prefix) = path.len().checked_sub(wanted.len()) else { return false };
    let base = segments(&base.path().to_lowercase());
    method.eq_ignore_ascii_case("get") && path.ends_with(&wanted) && base.ends_with(&path[..prefix])
}

/// Returns whether a refusal names this way to log in.
fn asks_for(headers: &HeaderMap, scheme: &str) -> bool {
    let offers = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|offer| offer.split(',')).any(|offer| {
        let name = offer.trim().split([' ', '=']).next().unwrap_or_default();
        name.eq_ignore_ascii_case(scheme)
    })
}

/// Returns the address of a redirect that leads to the same page, with a slash more or in another
/// case.
fn same_page(headers: &HeaderMap, url: &Url, base: &Url) -> Option<Url> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let next = help_url(url.join(location).ok()?.as_str(), base)?;
    let plain = |url: &Url| url.path().trim_end_matches('/').to_lowercase();
    (plain(&next) == plain(url) && next.query() == url.query() && next != *url).then_some(next)
}

/// Makes an error of a request without a complete answer.
fn stopped(error: &reqwest::Error) -> Failure {
    // The text of the error repeats the address, which `inspect` has printed already.
    let reason = if error.is_timeout() {
        "a page did not come in time: no more is read"
    } else if error.is_connect() {
        "no connection to the server: no more is read"
    } else {
        "a page broke off: no more is read"
    };
    HelpError::Stopped(reason.to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_found_by_method_and_path_alone() {
        let base: Url = "http://trio.example/te/api".parse().expect("a URL");
        for (request, resource, expected) in [
            ("GET cc/{ccid}/services/state?page={page}", Resource::ServiceState, true),
            ("get CC/{id}/Services/State", Resource::ServiceState, true),
            ("GET te/api/cc/{ccid}/services/state", Resource::ServiceState, true),
            ("GET api/cc?page={page}", Resource::ContactCenters, true),
            ("GET v2/cc?page={page}", Resource::ContactCenters, false),
            ("POST cc/{ccid}/services/state", Resource::ServiceState, false),
            ("GET cc/{ccid}/services/{serviceid}/state", Resource::ServiceState, false),
            ("GET cc/{ccid}", Resource::ContactCenters, false),
            ("GET cc/{ccid}/agents", Resource::ContactCenters, false),
            ("GET cc/{ccid}/agents/{agentid}", Resource::Agents, false),
            ("GET directory/skills", Resource::Skills, false),
            ("GETcc", Resource::ContactCenters, false),
        ] {
            assert_eq!(is_list_of(resource, request, &base), expected, "{request}");
        }
    }

    #[test]
    fn login_schemes_are_told_apart() {
        let mut headers = HeaderMap::new();
        for value in ["Negotiate", "NTLM"] {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(value));
        }
        assert!(!asks_for(&headers, "bearer") && asks_for(&headers, "ntlm"));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("bearer realm=\"x\", Basic"));
        assert!(asks_for(&headers, "bearer"));
    }
}
