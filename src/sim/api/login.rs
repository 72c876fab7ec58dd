//! The two logins: by name and password, and by refresh token.

use std::time::SystemTime;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::answer::Answer;
use super::auth::credentials;
use super::links::Links;
use super::{Query, Request, Trio};

impl Trio {
    /// `POST login`: with `username` and `password`, or with `refresh_token`.
    pub(super) fn login(&mut self, request: &Request, links: &Links, now: SystemTime) -> Answer {
        if !self.knows_client(request) {
            return self.wrong_client(links);
        }
        let form = Query::parse(&request.body);
        if form.get("refresh_token").is_some() {
            return self.refresh(request, links, now);
        }
        let is = |name, expected: &str| form.get(name).and_then(latin1_text).as_deref() == Some(expected);
        if is("username", &self.options.username) && is("password", &self.options.password) {
            self.admit(links, now)
        } else {
            self.problem(links, StatusCode::BAD_REQUEST, "the user name or the password is wrong")
        }
    }

    /// `POST refreshlogin`: with `refresh_token`, which works once.
    pub(super) fn refresh(&mut self, request: &Request, links: &Links, now: SystemTime) -> Answer {
        if !self.knows_client(request) {
            return self.wrong_client(links);
        }
        let form = Query::parse(&request.body);
        if form.get("refresh_token").is_some_and(|token| self.sessions.redeem(token, now)) {
            self.admit(links, now)
        } else {
            self.problem(links, StatusCode::BAD_REQUEST, "the refresh token is unknown, used or expired")
        }
    }

    fn admit(&mut self, links: &Links, now: SystemTime) -> Answer {
        let life = self.options.access_token_life;
        let tokens = self.sessions.open(now, life, self.options.refresh_token_life);
        let body =
            self.options.dialect.tokens(&links.entrance(), &tokens.access, &tokens.refresh, life.as_secs());
        Answer::ok(body)
    }

    fn knows_client(&self, request: &Request) -> bool {
        let header = request.authorization.as_deref();
        header.and_then(|header| credentials(header, "basic")) == Some(&self.options.client_key)
    }

    fn wrong_client(&self, links: &Links) -> Answer {
        self.problem(links, StatusCode::UNAUTHORIZED, "the API client key is missing or wrong")
            .header("www-authenticate", "Basic")
    }
}

/// Text from the Base64 of its ISO-8859-1 bytes.
fn latin1_text(encoded: &str) -> Option<String> {
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    Some(bytes.into_iter().map(char::from).collect())
}
