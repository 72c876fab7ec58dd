//! Client of the health endpoints, for images without a shell and curl.
//!
//! Not here: the conditions of healthy and ready (`http::health`). Only the exporter itself is
//! asked: no redirect is followed, and no proxy of the environment is used.

use std::{error::Error as StdError, io, net::IpAddr, time::Duration};

use reqwest::{Certificate, ClientBuilder, StatusCode, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

/// Kind of health check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probe {
    /// The process is running (`/-/healthy`).
    #[default]
    Healthy,
    /// The exporter is ready to be scraped (`/-/ready`).
    Ready,
}

impl Probe {
    const fn path(self) -> &'static str {
        match self {
            Self::Healthy => "/-/healthy",
            Self::Ready => "/-/ready",
        }
    }

    /// Returns the body of a positive answer.
    // Checked beside the status: a proxy or another server on this port may answer 200 to
    // everything.
    const fn expected_body(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Ready => "ready",
        }
    }
}

/// Settings of a check.
#[derive(Debug)]
pub struct Settings {
    /// Address of the exporter.
    pub url: Url,
    /// Kind of check.
    pub probe: Probe,
    /// Limit for the whole check.
    pub timeout: Duration,
    /// PEM bundle of the only trusted authorities; `None`: those of the machine.
    pub ca: Option<Vec<u8>>,
    /// Any certificate is accepted; only for addresses of this machine.
    pub insecure: bool,
    /// User and password, where the web configuration has users.
    pub user: Option<(String, SecretString)>,
}

/// Failed check: the exporter is not healthy, not ready or not reachable. The message is one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unhealthy(String);

/// Longest part of an unexpected answer in the message, in characters.
const MAX_SHOWN: usize = 120;

/// Performs the check once.
///
/// # Errors
/// The exporter is not healthy or ready, or cannot be reached; the message names the remedy.
pub async fn ask(settings: &Settings) -> Result<(), Unhealthy> {
    let url = address(settings)?;
    let mut request = client(settings)?.get(url.clone());
    if let Some((name, password)) = &settings.user {
        request = request.basic_auth(name, Some(password.expose_secret()));
    }
    let failed = |error: &reqwest::Error| Unhealthy(format!("{url}: {}", reason(error, settings)));
    let answer = request.send().await.map_err(|error| failed(&error))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| failed(&error))?;
    if status == StatusCode::OK && text.trim_end() == settings.probe.expected_body() {
        return Ok(());
    }
    Err(Unhealthy(format!("{url}: {}", refusal(status, &text, settings))))
}

/// Returns the URL of the health page below the given address.
fn address(settings: &Settings) -> Result<Url, Unhealthy> {
    let given = &settings.url;
    let wrong = |what: &str| Err(Unhealthy(format!("--url: {what}")));
    if !matches!(given.scheme(), "http" | "https") {
        return wrong("must begin with http:// or https://");
    }
    if !given.username().is_empty() || given.password().is_some() {
        // A password in the address is visible in the process list, and would be in every error
        // line.
        return wrong("must hold no user and no password; use --user and --password-file");
    }
    // On this machine no one is in between, and a certificate is made for the host name, not for
    // localhost. Over a network an unchecked certificate would give the password to an attacker.
    if settings.insecure && !is_loopback(given) {
        return Err(Unhealthy(
            "--insecure: only for an address of this machine, such as https://localhost:10427; \
             name the authority of another one by --ca-file"
                .to_owned(),
        ));
    }
    let mut url = given.clone();
    url.set_path(&format!("{}{}", given.path().trim_end_matches('/'), settings.probe.path()));
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Returns true if the address is of this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        // Canonical, because ::ffff:127.0.0.1 is a loopback address as well.
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        None => false,
    }
}

#[allow(clippy::disallowed_methods, reason = "no redirect is followed here either")]
fn client(settings: &Settings) -> Result<reqwest::Client, Unhealthy> {
    // An error means that a provider is installed already: the same one, since no other is compiled
    // in.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = ClientBuilder::new()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .timeout(settings.timeout)
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
    if let Some(bundle) = &settings.ca {
        let broken =
            || Unhealthy("--ca-file: holds no PEM certificate that can be read".to_owned());
        let authorities = Certificate::from_pem_bundle(bundle).map_err(|_| broken())?;
        if authorities.is_empty() {
            return Err(broken());
        }
        builder = builder.tls_certs_only(authorities);
    } else if settings.insecure || settings.url.scheme() == "http" {
        // Without TLS nothing has to be believed; yet a minimal image without authorities would not
        // do.
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    builder.build().map_err(|error| {
        let remedy = "give --ca-file, or --insecure for an address of this machine";
        Unhealthy(format!("no secure connection can be made here: {}; {remedy}", innermost(&error)))
    })
}

/// Returns the cause of a missing answer and the remedy.
fn reason(error: &reqwest::Error, settings: &Settings) -> String {
    let cause = innermost(error);
    if error.is_timeout() {
        return format!("no complete answer within {:?}", settings.timeout);
    }
    match tls_error(error) {
        Some(rustls::Error::InvalidCertificate(_)) => {
            return format!(
                "its certificate is not accepted: {cause}; give --ca-file, or --insecure for an address of this machine"
            );
        }
        Some(_) => {
            return format!(
                "no secure connection: {cause}; if it serves no TLS, give --url http://…"
            );
        }
        None => {}
    }
    if error.is_connect() {
        return format!(
            "no connection: {cause}; is the exporter running, and does it listen there?"
        );
    }
    let hint = if settings.url.scheme() == "http" {
        "; if it serves TLS, give --url https://…"
    } else {
        ""
    };
    format!("not a valid HTTP answer: {cause}{hint}")
}

/// Returns the meaning of an answer that is not the expected one, and the remedy.
fn refusal(status: StatusCode, text: &str, settings: &Settings) -> String {
    let line = first_line(text);
    match status.as_u16() {
        200 => format!("answered 200, but this is no exporter: {line:?}"),
        301..=308 => {
            format!(
                "answered {status}; redirects are not followed, so give the address itself by --url"
            )
        }
        400 if settings.url.scheme() == "http" => {
            format!("answered {status}; if it serves TLS, give --url https://…")
        }
        401 if settings.user.is_none() => {
            "answered 401: the web configuration names users; give --user and --password-file"
                .to_owned()
        }
        401 => "answered 401: --user or --password-file is wrong".to_owned(),
        404 => format!(
            "answered {status}; --url must be the address of the exporter alone, such as http://127.0.0.1:10427"
        ),
        503 => format!("answered 503: {line}"),
        _ => format!("answered {status}"),
    }
}

/// Returns the first line of an answer without control characters, which could change the terminal.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(MAX_SHOWN).collect()
}

/// Returns the error of TLS in the chain of causes.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An `io::Error` leaves the error that it wraps out of its own chain.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| tls_error(wrapped)) {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// Returns the last error of the chain: reqwest puts the actual reason there.
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
            probe: Probe::Healthy,
            timeout: Duration::from_secs(3),
            ca: None,
            insecure: false,
            user: None,
        }
    }

    #[test]
    fn page_is_below_the_given_address() {
        for (given, expected) in [
            ("http://127.0.0.1:10427", "http://127.0.0.1:10427/-/healthy"),
            ("https://localhost/", "https://localhost/-/healthy"),
            ("http://proxy/trio/?a=b#c", "http://proxy/trio/-/healthy"),
        ] {
            assert_eq!(address(&settings(given)).expect("valid").as_str(), expected);
        }
        let ready = Settings { probe: Probe::Ready, ..settings("http://[::1]:1") };
        assert_eq!(address(&ready).expect("valid").as_str(), "http://[::1]:1/-/ready");
    }

    #[test]
    fn invalid_address_is_refused_without_showing_password() {
        for (given, part) in
            [("ftp://a", "must begin with http"), ("http://me:secret@a", "must hold no user")]
        {
            let error = address(&settings(given)).expect_err(given).to_string();
            assert!(error.contains(part) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn tls_error_is_found_by_its_type() {
        let wrapped = |error| io::Error::other(io::Error::other(error));
        let certificate =
            rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert_eq!(tls_error(&wrapped(certificate.clone())), Some(&certificate));
        assert_eq!(tls_error(&io::Error::other("a tls certificate")), None, "not by its words");
    }

    #[test]
    fn insecure_is_for_this_machine_only() {
        let refused = |url: &str| address(&Settings { insecure: true, ..settings(url) }).is_err();
        for here in [
            "https://localhost:1",
            "https://127.0.0.9",
            "https://[::1]:1",
            "https://[::ffff:127.0.0.1]",
        ] {
            assert!(!refused(here), "{here}");
        }
        for elsewhere in
            ["https://exporter", "https://10.0.0.1", "https://localhost.example", "https://[::2]"]
        {
            assert!(refused(elsewhere), "{elsewhere}");
        }
    }
}
