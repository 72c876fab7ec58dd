//! The requests that the tests make themselves.

use std::time::Duration;

use reqwest::{Certificate, Client, Method, Response};
use serde_json::Value;

/// A client that sends no credentials of its own and trusts no certificate.
pub(crate) fn client() -> Client {
    // An error means that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Reading the certificates of the system takes longer than most requests of these tests.
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(10)).tls_certs_only([]);
    client.build().expect("an HTTP client")
}

/// Sends a request; an answer that is not good is an error, with what it says.
pub(crate) async fn send(
    method: Method,
    url: &str,
    query: &[(&str, &str)],
) -> Result<String, String> {
    let answer = client().request(method, url).query(query).send().await;
    text(answer.map_err(|error| format!("{url}: {error}"))?).await
}

/// The same with a JSON body, and with a token if there is one.
pub(crate) async fn send_json(
    method: Method,
    url: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<String, String> {
    let request = client().request(method, url).header("content-type", "application/json");
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = request.body(body.to_string()).send().await;
    text(answer.map_err(|error| format!("{url}: {error}"))?).await
}

/// The answer to a form.
pub(crate) async fn send_form(
    url: &str,
    authorization: &str,
    form: &[(&str, String)],
) -> Result<String, String> {
    let answer = client().post(url).header("authorization", authorization).form(form).send().await;
    text(answer.map_err(|error| format!("{url}: {error}"))?).await
}

/// The page at `url`.
pub(crate) async fn get(url: &str) -> Result<String, String> {
    send(Method::GET, url, &[]).await
}

/// The page at `url` of a server that has this certificate (PEM), as a user with a password.
pub(crate) async fn get_as(
    url: &str,
    certificate: &str,
    user: Option<(&str, &str)>,
) -> Result<String, String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
    let client =
        Client::builder().no_proxy().timeout(Duration::from_secs(10)).tls_certs_only([certificate]);
    let request = client.build().expect("an HTTP client").get(url);
    let request = match user {
        Some((name, password)) => request.basic_auth(name, Some(password)),
        None => request,
    };
    text(request.send().await.map_err(|error| format!("{url}: {error:?}"))?).await
}

async fn text(answer: Response) -> Result<String, String> {
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await.map_err(|error| format!("{url}: {error}"))?;
    if status.is_success() { Ok(text) } else { Err(format!("{url}: {status}: {text}")) }
}
