//! Asking one of several servers: which one, and where to go when it is not there or says that
//! another one is active.
//!
//! An answer can only choose among the servers that are known: the address that it holds is
//! compared with theirs and never asked.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{StatusCode, header};
use tokio::time::timeout;
use url::Url;

use super::{
    client::Client,
    error::Error,
    links::Links,
    names,
    servers::{Journey, Server},
    session::Doors,
    transport::Answer,
};
use crate::model::{RequestFailure, Resource};

/// A server that has not said anything by then does not answer.
const LOOK_LIMIT: Duration = Duration::from_secs(2);

impl Client {
    /// A GET with a token, at whichever server takes it.
    pub(super) async fn get<T>(
        &self,
        resource: Resource,
        url: &Url,
        doors: &Doors,
        read: impl Fn(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut journey = self.servers.journey();
        let mut first = None;
        loop {
            let server = journey.server.clone();
            let error = match self.get_at(&server, resource, url, doors, &read).await {
                Ok(answer) => {
                    self.arrived(&journey).await;
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // It took the token, so it is the active one, whatever it does not have.
            if matches!(error, Error::Status { status: 400..=499, .. }) {
                self.arrived(&journey).await;
            }
            match self.onward(&mut journey, (resource, url), error).await {
                Ok(error) => {
                    first.get_or_insert(error);
                }
                Err(error) => return Err(telling(first, error)),
            }
        }
    }

    /// The same at one server. A token that is refused is replaced once.
    async fn get_at<T>(
        &self,
        server: &Server,
        resource: Resource,
        url: &Url,
        doors: &Doors,
        read: impl Fn(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let session = &server.session;
        let url = self.servers.at(url, server);
        // Doors belong to the server that told them.
        let doors = match self.servers.doors(server) {
            Some(own) => own,
            None if doors.login.origin() == server.base.origin() => doors.clone(),
            None => Doors::of(&server.base, &Links::default()),
        };
        for fresh in [false, true] {
            let bearer = session.bearer(&self.transport, &doors).await?;
            let generation = bearer.generation;
            if self.denied.holds(&url, generation) {
                return Err(Error::Status { resource, status: StatusCode::FORBIDDEN.as_u16() });
            }
            let token = bearer.header.clone();
            let request = self.transport.http.get(url.clone()).header(header::AUTHORIZATION, bearer.header);
            let request = request
                .header(header::ACCEPT, "application/json")
                .header(header::CONTENT_TYPE, "application/json");
            let result = self
                .transport
                .send(resource, request, |answer| match answer.status {
                    status if status.is_success() => {
                        read(Answer { token: Some(token), base: Some(server.base.clone()), ..answer })
                    }
                    _ => Err(answer.refusal(resource, &url)),
                })
                .await;
            let status = match &result {
                Err(Error::Status { status, .. }) => StatusCode::from_u16(*status).ok(),
                _ => None,
            };
            if status == Some(StatusCode::FORBIDDEN) {
                self.denied.note(&url, generation);
            }
            if status != Some(StatusCode::UNAUTHORIZED) {
                if result.is_ok() {
                    session.accepted(generation).await;
                }
                return result;
            }
            if fresh {
                return Err(session.reject_fresh(generation).await);
            }
            session.reject(generation).await;
        }
        Err(Error::Status { resource, status: StatusCode::UNAUTHORIZED.as_u16() })
    }

    /// Asks the Api resource of a server for itself, wherever else requests would be sent; takes
    /// note of whether it answers and which servers it names.
    pub(super) async fn look_at(&self, server: &Server) -> Result<Links, Error> {
        let resource = Resource::Api;
        let mut url = server.base.clone();
        url.query_pairs_mut().append_pair("redirect", "false");
        let request = self.transport.http.get(url.clone()).header(header::ACCEPT, "application/json");
        let read = |answer: Answer| {
            if !answer.status.is_success() {
                return Err(answer.refusal(resource, &url));
            }
            let links = Links::of(&answer.body, &server.base);
            Ok((links, names::named(&answer.body, &server.base)))
        };
        let result = self.transport.send(resource, request, read).await;
        self.servers.looked(server, answers(&result), self.now());
        let (links, names) = result?;
        self.servers.learn(server, Doors::of(&server.base, &links), names);
        Ok(links)
    }

    /// Looks at the servers that nobody has looked at for a while, and returns to the primary if
    /// that is there again. Bounded in time, because a server that is gone often says nothing.
    pub async fn look_around(&self) {
        let unseen = self.servers.unseen(self.now());
        join_all(unseen.iter().map(|server| self.look_briefly(server))).await;
        // The answer just had may have named others.
        let named = self.servers.unseen(self.now());
        join_all(named.iter().map(|server| self.look_briefly(server))).await;
        self.servers.forgive();
        let Some(primary) = self.servers.deserted(self.now()).filter(|_| !unseen.is_empty()) else { return };
        let request =
            self.transport.http.get(primary.base.clone()).header(header::ACCEPT, "application/json");
        let answer = self.transport.send(Resource::Api, request, |answer| match answer.status {
            status if status.is_success() => Ok(()),
            _ => Err(answer.refusal(Resource::Api, &primary.base)),
        });
        if !matches!(timeout(LOOK_LIMIT, answer).await, Ok(Ok(()))) {
            return;
        }
        if timeout(LOOK_LIMIT, self.serves_again(&primary)).await == Ok(true) {
            self.go_over(&primary).await;
        }
    }

    /// Whether a server that was left because it failed requests answers those now: that it answers
    /// for itself is not enough, or the exporter would go to and fro.
    async fn serves_again(&self, server: &Server) -> bool {
        let doors = Doors::of(&server.base, &Links::default());
        for (resource, url) in self.servers.failures(server) {
            match self.get_at(server, resource, &url, &doors, |_| Ok(())).await {
                Ok(()) | Err(Error::Status { status: 400..=499, .. }) => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// Whether a server answers for itself.
    async fn look_briefly(&self, server: &Server) -> bool {
        match timeout(LOOK_LIMIT, self.look_at(server)).await {
            Ok(looked) => answers(&looked),
            Err(_) => {
                self.servers.looked(server, false, self.now());
                false
            }
        }
    }

    /// A server failed a request: whether it fails everything, by its own word, or by what it was
    /// asked meanwhile.
    async fn fails(&self, server: &Server, asked: (Resource, &Url)) -> bool {
        self.servers.failed(server, asked, self.now());
        !self.look_briefly(server).await || self.servers.is_failing(server, self.now())
    }

    /// After an error at one server: takes the journey on to another one, if the error calls for it
    /// and there is one. Gives the error back as it is, or as what it means now that nobody is left.
    pub(super) async fn onward(
        &self,
        journey: &mut Journey,
        asked: (Resource, &Url),
        error: Error,
    ) -> Result<Error, Error> {
        let server = journey.server.clone();
        if let Error::Redirected { resource, to, .. } = &error {
            let stranded = |problem| Error::Redirected { resource: *resource, to: to.clone(), problem };
            let Some(address) = to else { return Err(stranded("so there is nowhere to go")) };
            let mut next = self.servers.find(address);
            // What it named lately holds: a redirect in every answer is no reason to look each time.
            let unseen = self.servers.unseen(self.now());
            if next.is_none() && unseen.iter().any(|other| other.label == server.label) {
                self.look_briefly(&server).await;
                next = self.servers.find(address);
            }
            let Some(next) = next else {
                return Err(stranded("which is neither configured nor named by a configured server"));
            };
            return match journey.go(next) {
                true => Ok(stranded("which does not answer")),
                false => Err(stranded("which was asked already")),
            };
        }
        let useless = self.servers.has_others()
            && match &error {
                Error::Request { failure: RequestFailure::Connect | RequestFailure::Tls, .. } => true,
                error if error.is_failure() => self.fails(&server, asked).await,
                _ => false,
            };
        match self.servers.next(journey).filter(|_| useless) {
            Some(next) => {
                journey.go(next);
                self.servers.looked(&server, false, self.now());
                Ok(error)
            }
            None => Err(error),
        }
    }

    /// A journey ended well.
    async fn arrived(&self, journey: &Journey) {
        if journey.went_on() {
            self.go_over(&journey.server).await;
        }
        self.servers.answered(&journey.server, self.now());
    }

    async fn go_over(&self, server: &Server) {
        if let Some(left) = self.servers.go_over(server, self.now()) {
            left.session.forget().await;
        }
    }
}

/// Whether what came of a look at a server is an answer.
fn answers<T>(looked: &Result<T, Error>) -> bool {
    match looked {
        Ok(_) | Err(Error::Redirected { .. }) => true,
        Err(Error::Status { status, .. } | Error::Busy { status, .. }) => *status < 500,
        Err(_) => false,
    }
}

/// Of the first and the last error of a journey, the one that whoever repairs it has to know.
fn telling(first: Option<Error>, last: Error) -> Error {
    match (first, last) {
        (Some(first), Error::Request { failure: RequestFailure::Connect | RequestFailure::Tls, .. })
        | (Some(first), Error::Redirected { .. })
            if !matches!(first, Error::Redirected { .. }) =>
        {
            first
        }
        (_, last) => last,
    }
}
