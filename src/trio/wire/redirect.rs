//! The address that a redirect leads to, as far as it may be shown.

use percent_encoding::percent_decode_str;
use reqwest::{Request, header::AUTHORIZATION};
use secrecy::ExposeSecret;
use url::{Url, form_urlencoded};

use crate::trio::{Secret, settings::latin1};

/// Longest address that is shown, in bytes.
const MAX_SHOWN: usize = 200;
/// Length from which a secret is searched for inside of a part of a path.
// A short user name, such as `api`, is a part of many words.
const MIN_INSIDE: usize = 8;

/// Everything secret that a request holds, in the forms in which a server can repeat it.
#[derive(Debug)]
pub(super) struct RequestSecrets(Vec<Vec<u8>>);

impl RequestSecrets {
    /// Collects the credentials of the account, and the token and form of the request.
    pub(super) fn new(request: &Request, account: &[Secret]) -> Self {
        let mut secrets = Vec::new();
        for secret in account {
            let text = secret.current();
            secrets.extend(latin1(text.expose_secret()));
            secrets.push(text.expose_secret().as_bytes().to_vec());
        }
        if let Some(value) = request.headers().get(AUTHORIZATION) {
            let token = value.as_bytes().splitn(2, |byte| *byte == b' ').last();
            secrets.extend(token.map(<[u8]>::to_vec));
        }
        let form = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        secrets.extend(form_urlencoded::parse(form).map(|(_, value)| value.into_owned().into()));
        secrets.retain(|secret| !secret.is_empty());
        Self(secrets)
    }

    fn has(&self, part: &[u8]) -> bool {
        self.0.iter().any(|secret| {
            let inside = secret.len() >= MIN_INSIDE
                && part.windows(secret.len()).any(|window| window == secret);
            part == secret || inside
        })
    }
}

/// Returns the address in a `Location` header of the answer to a request for `url`: without user,
/// query and fragment, and without its path if that repeats a secret. `None`: it is no address.
pub(super) fn shown_address(url: &Url, location: &str, secrets: &RequestSecrets) -> Option<String> {
    let to = url.join(location).ok().filter(Url::has_host)?;
    let origin = to.origin().ascii_serialization();
    // Parts of our own address are no echo of a secret, even if the user is called the same.
    let own: Vec<&str> = url.path().split('/').collect();
    let is_secret = |part: &str| {
        !own.contains(&part)
            && (secrets.has(part.as_bytes())
                || secrets.has(&percent_decode_str(part).collect::<Vec<_>>()))
    };
    // A secret may hold a slash, as Base64 does.
    let decoded: Vec<u8> = percent_decode_str(to.path()).collect();
    let hides = to.path().split('/').any(is_secret)
        || (to.path() != url.path() && secrets.has(&decoded))
        || origin.len() + to.path().len() > MAX_SHOWN;
    Some(if hides { origin } else { format!("{origin}{}", to.path()) })
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;

    fn shown(location: &str) -> Option<String> {
        let url: Url = "http://trio.example/te/api/login".parse().expect("a URL");
        let mut request = Request::new(Method::POST, url.clone());
        let basic = "Basic Y2xpZW50a2V5OnNlY3JldA==".parse().expect("a header");
        request.headers_mut().insert(AUTHORIZATION, basic);
        *request.body_mut() = Some("username=YXBp&password=aGVt%2FbGlnL3Q%3D".into());
        let account = ["api", "hem/lig/t-åsö"].map(|text| Secret::from(text.to_owned()));
        shown_address(&url, location, &RequestSecrets::new(&request, &account))
    }

    #[test]
    fn redirect_is_shown_without_user_query_and_secrets() {
        for (location, expected) in [
            ("https://trio.example:8443/te/api/login", "https://trio.example:8443/te/api/login"),
            ("/Account/Login?ReturnUrl=%2Fte", "http://trio.example/Account/Login"),
            ("//other.example/x#y", "http://other.example/x"),
            ("https://anna:pw@other.example/x", "https://other.example/x"),
            // Parts that repeat what the request held: the path is not shown.
            ("/x/Y2xpZW50a2V5OnNlY3JldA==", "http://trio.example"),
            ("/x-Y2xpZW50a2V5OnNlY3JldA==-y", "http://trio.example"),
            ("/YXBp", "http://trio.example"),
            ("/aGVt/bGlnL3Q=/x", "http://trio.example"),
            ("/hem/lig/t-%C3%A5s%C3%B6", "http://trio.example"),
            ("/hem/lig/t-%E5s%F6", "http://trio.example"),
            ("/user/api", "http://trio.example/user/api"),
        ] {
            assert_eq!(shown(location).as_deref(), Some(expected), "{location}");
        }
        assert_eq!(shown("http://["), None);
        assert_eq!(shown("mailto:anna@example.com"), None);
        assert_eq!(shown(&format!("/{}", "x".repeat(300))).as_deref(), Some("http://trio.example"));
    }
}
