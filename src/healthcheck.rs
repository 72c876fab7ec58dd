//! Asks a running exporter whether it is well, for images that have no shell and no curl.
//!
//! Does not belong here: what "well" means (`http::health`). Nothing but the exporter itself is asked: no
//! redirect is followed, and no proxy of the environment is used.

use std::{error::Error as _, net::IpAddr, time::Duration};

use reqwest::{Certificate, ClientBuilder, StatusCode, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

/// What the exporter is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Question {
    /// Does the process turn?
    #[default]
    Healthy,
    /// Is it worth scraping?
    Ready,
}

impl Question {
    const fn path(self) -> &'static str {
        match self {
            Self::Healthy => "/-/healthy",
            Self::Ready => "/-/ready",
        }
    }

    /// What an exporter answers that says yes. Any server may answer 200 to everything.
    const fn yes(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Ready => "ready",
        }
    }
}

/// How to ask.
#[derive(Debug)]
pub struct Settings {
    /// Where the exporter serves.
    pub url: Url,
    /// What it is asked.
    pub question: Question,
    /// Time for everything.
    pub timeout: Duration,
    /// PEM bundle of the only authorities whose certificates are believed; none: those of the machine.
    pub ca: Option<Vec<u8>>,
    /// Any certificate is believed; for addresses of this machine alone.
    pub insecure: bool,
    /// Who asks, where the web configuration demands somebody.
    pub user: Option<(String, SecretString)>,
}

/// Why the exporter is not well, or cannot be asked, in a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unwell(String);

/// The most of an answer that is shown.
const SHOWN: usize = 120;

/// Asks once.
///
/// # Errors
/// The exporter is not well, or cannot be asked.
pub async fn ask(settings: &Settings) -> Result<(), Unwell> {
    let url = address(settings)?;
    let mut request = client(settings)?.get(url.clone());
    if let Some((name, password)) = &settings.user {
        request = request.basic_auth(name, Some(password.expose_secret()));
    }
    let failed = |error: &reqwest::Error| Unwell(format!("{url}: {}", reason(error, settings)));
    let answer = request.send().await.map_err(|error| failed(&error))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| failed(&error))?;
    if status == StatusCode::OK && text.trim_end() == settings.question.yes() {
        return Ok(());
    }
    Err(Unwell(format!("{url}: {}", refusal(status, &text, settings))))
}

/// The address to ask, below the one that was given.
fn address(settings: &Settings) -> Result<Url, Unwell> {
    let given = &settings.url;
    let wrong = |what: &str| Err(Unwell(format!("--url: {what}")));
    if !matches!(given.scheme(), "http" | "https") {
        return wrong("must begin with http:// or https://");
    }
    if !given.username().is_empty() || given.password().is_some() {
        return wrong("must hold no user and no password; use --user and --password-file");
    }
    if settings.insecure && !is_loopback(given) {
        return Err(Unwell(
            "--insecure: only for an address of this machine, such as https://localhost:10427; \
             name the authority of another one by --ca-file"
                .to_owned(),
        ));
    }
    let mut url = given.clone();
    url.set_path(&format!("{}{}", given.path().trim_end_matches('/'), settings.question.path()));
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whether an address stays on this machine, where nobody stands in between.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        None => false,
    }
}

#[allow(clippy::disallowed_methods, reason = "no redirect is followed here either")]
fn client(settings: &Settings) -> Result<reqwest::Client, Unwell> {
    // An error means that a provider is installed already: the same one, since there is no other.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = ClientBuilder::new()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .timeout(settings.timeout)
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
    if let Some(bundle) = &settings.ca {
        let broken = || Unwell("--ca-file: holds no PEM certificate that can be read".to_owned());
        let authorities = Certificate::from_pem_bundle(bundle).map_err(|_| broken())?;
        if authorities.is_empty() {
            return Err(broken());
        }
        builder = builder.tls_certs_only(authorities);
    } else if settings.insecure || settings.url.scheme() == "http" {
        // Without TLS nothing has to be believed; yet a minimal image without authorities would not do.
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    builder.build().map_err(|error| {
        let remedy = "give --ca-file, or --insecure for an address of this machine";
        Unwell(format!("no secure connection can be made here: {}; {remedy}", innermost(&error)))
    })
}

/// Why no answer came, and what to do.
fn reason(error: &reqwest::Error, settings: &Settings) -> String {
    let cause = innermost(error);
    if error.is_timeout() {
        return format!("no complete answer within {:?}", settings.timeout);
    }
    if cause.contains("certificate") || cause.contains("tls") {
        return format!(
            "its certificate is not accepted: {cause}; give --ca-file, or --insecure for an address of this machine"
        );
    }
    if error.is_connect() {
        return format!("no connection: {cause}; is the exporter running, and does it listen there?");
    }
    let hint =
        if settings.url.scheme() == "http" { "; if it serves TLS, give --url https://…" } else { "" };
    format!("no answer that HTTP knows: {cause}{hint}")
}

fn refusal(status: StatusCode, text: &str, settings: &Settings) -> String {
    let said = said(text);
    match status.as_u16() {
        200 => format!("answered 200, but this is no exporter: {said:?}"),
        301..=308 => {
            format!("answered {status}; redirects are not followed, so give the address itself by --url")
        }
        400 if settings.url.scheme() == "http" => {
            format!("answered {status}; if it serves TLS, give --url https://…")
        }
        401 if settings.user.is_none() => {
            "answered 401: the web configuration names users; give --user and --password-file".to_owned()
        }
        401 => "answered 401: --user or --password-file is wrong".to_owned(),
        404 => format!(
            "answered {status}; --url must be the address of the exporter alone, such as http://127.0.0.1:10427"
        ),
        503 => format!("answered 503: {said}"),
        _ => format!("answered {status}"),
    }
}

/// What a server said, as a line.
fn said(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

/// reqwest prints the reason last.
fn innermost(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason = error.to_string();
        cause = error.source();
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        Settings {
            url: url.parse().expect("a URL"),
            question: Question::Healthy,
            timeout: Duration::from_secs(3),
            ca: None,
            insecure: false,
            user: None,
        }
    }

    #[test]
    fn the_page_is_asked_for_below_the_address_that_was_given() {
        for (given, asked) in [
            ("http://127.0.0.1:10427", "http://127.0.0.1:10427/-/healthy"),
            ("https://localhost/", "https://localhost/-/healthy"),
            ("http://proxy/trio/?a=b#c", "http://proxy/trio/-/healthy"),
        ] {
            assert_eq!(address(&settings(given)).expect("valid").as_str(), asked);
        }
        let ready = Settings { question: Question::Ready, ..settings("http://[::1]:1") };
        assert_eq!(address(&ready).expect("valid").as_str(), "http://[::1]:1/-/ready");
    }

    #[test]
    fn addresses_that_are_none_or_hold_a_password_are_refused_without_showing_it() {
        for (given, part) in
            [("ftp://a", "must begin with http"), ("http://me:secret@a", "must hold no user")]
        {
            let error = address(&settings(given)).expect_err(given).to_string();
            assert!(error.contains(part) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn certificates_go_unchecked_on_this_machine_alone() {
        let refused = |url: &str| address(&Settings { insecure: true, ..settings(url) }).is_err();
        for here in
            ["https://localhost:1", "https://127.0.0.9", "https://[::1]:1", "https://[::ffff:127.0.0.1]"]
        {
            assert!(!refused(here), "{here}");
        }
        for elsewhere in
            ["https://exporter", "https://10.0.0.1", "https://localhost.example", "https://[::2]"]
        {
            assert!(refused(elsewhere), "{elsewhere}");
        }
    }
}
