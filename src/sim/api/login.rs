//! Logins: by user name and password, and by refresh token.

use std::time::SystemTime;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::answer::Answer;
use super::auth::credentials;
use super::links::Links;
use super::{Query, Request, Trio};

impl Trio {
    /// `POST login` with `username` and `password`, or with `refresh_token`, which the help allows
    /// here too.
    pub(super) fn login(&mut self, request: &Request, links: &Links, now: SystemTime) -> Answer {
        if !self.knows_client(request) {
            return self.wrong_client(links);
        }
        let form = Query::parse(&request.body);
        if form.get("refresh_token").is_some() {
            return self.refresh(request, links, now);
        }
        let is = |name, expected: &str| {
            form.get(name).and_then(latin1_text).as_deref() == Some(expected)
        };
        // Assumed of Trio, which documents neither: 400 for wrong user credentials, 401 for a wrong
        // client key.
        if is("username", &self.options.username) && is("password", &self.options.password) {
            self.issue_tokens(links, now)
        } else {
            self.problem(links, StatusCode::BAD_REQUEST, "the user name or the password is wrong")
        }
    }

    /// `POST refreshlogin` with `refresh_token`, which works once.
    pub(super) fn refresh(&mut self, request: &Request, links: &Links, now: SystemTime) -> Answer {
        if !self.knows_client(request) {
            return self.wrong_client(links);
        }
        let form = Query::parse(&request.body);
        if form.get("refresh_token").is_some_and(|token| self.sessions.redeem(token, now)) {
            self.issue_tokens(links, now)
        } else {
            self.problem(
                links,
                StatusCode::BAD_REQUEST,
                "the refresh token is unknown, used or expired",
            )
        }
    }

    fn issue_tokens(&mut self, links: &Links, now: SystemTime) -> Answer {
        let life = self.options.access_token_life;
        let tokens = self.sessions.issue(now, life, self.options.refresh_token_life, &self.rights);
        let body = self.options.dialect.tokens(
            &links.root(),
            &tokens.access,
            &tokens.refresh,
            life.as_secs(),
        );
        Answer::ok(body)
    }

    fn knows_client(&self, request: &Request) -> bool {
        let header = request.authorization.as_deref();
        // The key is Base64 already: a client sends it verbatim.
        header.and_then(|header| credentials(header, "basic")) == Some(&self.options.client_key)
    }

    fn wrong_client(&self, links: &Links) -> Answer {
        self.problem(links, StatusCode::UNAUTHORIZED, "the API client key is missing or wrong")
            .with_header("www-authenticate", "Basic")
    }
}

/// Text from the Base64 of its ISO-8859-1 bytes.
fn latin1_text(encoded: &str) -> Option<String> {
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    // A `char` from a byte is its ISO-8859-1 letter.
    Some(bytes.into_iter().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::Method;
    use pretty_assertions::assert_eq;

    use super::super::tests::{Client, LOGIN};
    use super::*;
    use crate::sim::{Dialect, Options};

    const KEY: &str = "Basic c2ltdWxhdGVkLWNsaWVudC1rZXk=";

    fn token(answer: &Answer, name: &str) -> String {
        answer.body[name].as_str().unwrap_or_default().to_owned()
    }

    fn post(client: &mut Client, target: &str, form: &str) -> Answer {
        client.send_as(KEY, Method::POST, target, form)
    }

    #[test]
    fn only_the_api_resource_needs_no_login() {
        let mut client = Client::logged_out(Options::default());
        let api = client.data("");
        assert_eq!(api["primaryServer"], "trio.test:8080");
        for header in [None, Some("Bearer "), Some("Bearer nonsense"), Some(KEY), Some("Bearer")] {
            client.authorization = header.map(str::to_owned);
            let answer = client.get("/cc");
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header:?}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }

    #[test]
    fn credentials_are_base64_of_latin1() {
        let mut client = Client::logged_out(Options::default());
        assert_eq!(post(&mut client, "/login", LOGIN).status, StatusCode::OK);
        // The same password encoded as UTF-8 is another password.
        let utf8 = "username=ZXhwb3J0ZXI%3D&password=c23DtnJnw6VzYm9yZA%3D%3D";
        for form in [
            utf8,
            "",
            "username=ZXhwb3J0ZXI%3D",
            "username=%&password=%%%",
            "username=å&password=\u{0}",
        ] {
            assert_eq!(post(&mut client, "/login", form).status, StatusCode::BAD_REQUEST, "{form}");
        }
        for key in ["Basic wrong", "Bearer c2ltdWxhdGVkLWNsaWVudC1rZXk=", ""] {
            let answer = client.send_as(key, Method::POST, "/login", LOGIN);
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{key}");
        }
    }

    #[test]
    fn refresh_token_works_once_at_either_path() {
        let mut client = Client::logged_out(Options::default());
        let first = post(&mut client, "/login", LOGIN);
        let old = format!("refresh_token={}", token(&first, "refresh_token"));
        let second = post(&mut client, "/refreshlogin", &old);
        assert_eq!(second.status, StatusCode::OK);
        assert_eq!(post(&mut client, "/refreshlogin", &old).status, StatusCode::BAD_REQUEST);
        assert_eq!(post(&mut client, "/login", &old).status, StatusCode::BAD_REQUEST);
        let new = format!("refresh_token={}", token(&second, "refresh_token"));
        let third = post(&mut client, "/login", &new);
        assert_eq!(third.status, StatusCode::OK);
        assert_ne!(token(&second, "access_token"), token(&third, "access_token"));
        let unkeyed = client.send_as("Basic x", Method::POST, "/refreshlogin", &new);
        assert_eq!(unkeyed.status, StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn tokens_expire_as_configured() {
        let minute = Duration::from_secs(60);
        let options = Options {
            access_token_life: minute,
            refresh_token_life: 10 * minute,
            ..Options::default()
        };
        let mut client = Client::logged_out(options);
        let login = post(&mut client, "/login", LOGIN);
        assert_eq!(login.body["expires_in"], 60);
        client.authorization = Some(format!("Bearer {}", token(&login, "access_token")));
        client.now += minute - Duration::from_millis(1);
        assert_eq!(client.get("/cc").status, StatusCode::OK);
        client.now += Duration::from_millis(1);
        assert_eq!(client.get("/cc").status, StatusCode::UNAUTHORIZED);
        let form = format!("refresh_token={}", token(&login, "refresh_token"));
        let renewed = post(&mut client, "/refreshlogin", &form);
        assert_eq!(renewed.status, StatusCode::OK, "after the access token has expired");
        client.now += 10 * minute;
        let form = format!("refresh_token={}", token(&renewed, "refresh_token"));
        assert_eq!(post(&mut client, "/refreshlogin", &form).status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn swedish_tokens_are_under_data() {
        let mut client =
            Client::logged_out(Options { dialect: Dialect::Swedish, ..Options::default() });
        let login = post(&mut client, "/login", LOGIN);
        assert!(login.body["Data"]["Access_Token"].is_string(), "{}", login.body);
        assert!(login.body["Link"].is_array());
    }
}
