//! Access to the API: logins by password and by refresh token, sessions and their expiry, and the
//! rights that they carry.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::links::Links;
use super::rights::Rights;
use super::{Answer, Options, Query, Refusal, Request, Trio, refusal};

impl Trio {
    /// `POST login` with `username` and `password`, or with `refresh_token`, which the help allows
    /// here too.
    pub(super) fn login(&mut self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        let form = self.form(request)?;
        if form.get("refresh_token").is_some() {
            return self.refresh(request, now);
        }
        let is = |name, expected: &str| {
            form.get(name).and_then(latin1_text).as_deref() == Some(expected)
        };
        // Assumed of Trio, which documents neither: 400 for wrong user credentials, 401 for a wrong
        // client key.
        if !(is("username", &self.options.username) && is("password", &self.options.password)) {
            let message = "the user name or the password is wrong";
            return Err(refusal(StatusCode::BAD_REQUEST, message));
        }
        Ok(self.issue_tokens(&request.host, now))
    }

    /// `POST refreshlogin` with `refresh_token`, which works once.
    pub(super) fn refresh(
        &mut self,
        request: &Request,
        now: SystemTime,
    ) -> Result<Answer, Refusal> {
        let form = self.form(request)?;
        if !form.get("refresh_token").is_some_and(|token| self.sessions.redeem(token, now)) {
            let message = "the refresh token is unknown, used or expired";
            return Err(refusal(StatusCode::BAD_REQUEST, message));
        }
        Ok(self.issue_tokens(&request.host, now))
    }

    fn issue_tokens(&mut self, host: &str, now: SystemTime) -> Answer {
        let tokens = self.sessions.issue(now, &self.options, &self.rights);
        let life = self.options.access_token_life.as_secs();
        let dialect = self.options.dialect;
        Answer::ok(dialect.tokens(
            &Links::root(host, dialect),
            &tokens.access,
            &tokens.refresh,
            life,
        ))
    }

    /// Form of a client that sends the client key.
    fn form(&self, request: &Request) -> Result<Query, Refusal> {
        let header = request.authorization.as_deref();
        // The key is Base64 already: a client sends it verbatim.
        let key = header.and_then(|header| credentials(header, "basic"));
        if key != Some(&self.options.client_key) {
            let message = "the API client key is missing or wrong";
            return Err(
                refusal(StatusCode::UNAUTHORIZED, message).with_header("www-authenticate", "Basic")
            );
        }
        Ok(Query::parse(&request.body))
    }
}

/// Text from the Base64 of its ISO-8859-1 bytes.
fn latin1_text(encoded: &str) -> Option<String> {
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    // A `char` from a byte is its ISO-8859-1 letter.
    Some(bytes.into_iter().map(char::from).collect())
}

/// The two tokens of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Source of random tokens.
#[derive(Debug)]
pub(crate) struct TokenSource(ChaCha8Rng);

impl TokenSource {
    /// Returns a source for a seed and the current time: without the time, a restarted simulator
    /// would issue the same tokens again.
    pub(crate) fn new(seed: u64, now: SystemTime) -> Self {
        let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Self(ChaCha8Rng::seed_from_u64(seed.rotate_left(32) ^ time))
    }

    pub(crate) fn issue(&mut self) -> Tokens {
        let mut token =
            |kind| format!("{kind}-{:016x}{:016x}", self.0.next_u64(), self.0.next_u64());
        Tokens { access: token("at"), refresh: token("rt") }
    }
}

/// Tokens that have not been used up. Expired ones are dropped at the next login.
#[derive(Debug)]
pub(super) struct Sessions {
    source: TokenSource,
    access: HashMap<String, (Expiry, Rights)>,
    refresh: HashMap<String, Expiry>,
}

/// Expiry time; `None` when it exceeds the range of the clock.
type Expiry = Option<SystemTime>;

impl Sessions {
    /// Returns an empty set of sessions.
    pub(super) fn new(seed: u64, now: SystemTime) -> Self {
        let source = TokenSource::new(seed, now);
        Self { source, access: HashMap::new(), refresh: HashMap::new() }
    }

    /// Issues new tokens. They carry the current rights until renewal, as documented for Trio.
    fn issue(&mut self, now: SystemTime, options: &Options, rights: &Rights) -> Tokens {
        // Bounds memory: a client that logs in for every request would otherwise fill it.
        self.access.retain(|_, (expiry, _)| is_valid(expiry, now));
        self.refresh.retain(|_, expiry| is_valid(expiry, now));
        let tokens = self.source.issue();
        let expiry = now.checked_add(options.access_token_life);
        self.access.insert(tokens.access.clone(), (expiry, rights.clone()));
        self.refresh.insert(tokens.refresh.clone(), now.checked_add(options.refresh_token_life));
        tokens
    }

    /// Consumes a refresh token. Returns true when it was valid: it works once.
    fn redeem(&mut self, refresh: &str, now: SystemTime) -> bool {
        self.refresh.remove(refresh).is_some_and(|expiry| is_valid(&expiry, now))
    }

    /// Rights of the access token in an `Authorization` header; `None` without a valid one.
    pub(super) fn rights(&self, authorization: Option<&str>, now: SystemTime) -> Option<&Rights> {
        let token = authorization.and_then(|header| credentials(header, "bearer"));
        let (expiry, rights) = token.and_then(|token| self.access.get(token))?;
        is_valid(expiry, now).then_some(rights)
    }

    /// Applies these rights to all sessions at once instead of at their renewal.
    pub(super) fn grant(&mut self, rights: &Rights) {
        self.access.values_mut().for_each(|(_, held)| *held = rights.clone());
    }
}

/// Credentials of an `Authorization` header of this scheme.
pub(crate) fn credentials<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (given, rest) = header.trim().split_once(' ')?;
    // Schemes are case-insensitive (RFC 9110).
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn is_valid(expiry: &Expiry, now: SystemTime) -> bool {
    expiry.is_none_or(|expiry| now < expiry)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::Method;
    use pretty_assertions::assert_eq;

    use super::super::tests::{Client, LOGIN};
    use super::*;
    use crate::sim::Dialect;

    const KEY: &str = "Basic c2ltdWxhdG9yOnNpbXVsYXRlZC1jbGllbnQta2V5";

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
        for key in ["Basic wrong", "Bearer c2ltdWxhdG9yOnNpbXVsYXRlZC1jbGllbnQta2V5", ""] {
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
