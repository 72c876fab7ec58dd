//! A real Prometheus that comes by TLS, with a certificate and a user, as docs/web.md tells it to.

use std::{fs, path::Path};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::{
    process::{PATIENCE, exporter, folder, until},
    prometheus::Prometheus,
};

/// An authority, a certificate of the server and one of the client.
fn certificates(folder: &Path) {
    let ca_key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::new(Vec::new()).expect("no names");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = ca.self_signed(&ca_key).expect("a certificate").pem();
    fs::write(folder.join("ca.crt"), authority).expect("writable");
    let issuer = Issuer::new(ca, ca_key);
    for (file, name) in [("server", "127.0.0.1"), ("client", "prometheus.example")] {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        fs::write(folder.join(format!("{file}.crt")), certificate.pem()).expect("writable");
        fs::write(folder.join(format!("{file}.key")), key.serialize_pem()).expect("writable");
    }
}

fn users(name: &str, password: &str) -> String {
    format!("basic_auth_users: {{{name}: {}}}\n", bcrypt::hash(password, 6).expect("a hash"))
}

/// A job that comes by TLS with the certificate, as the user `name` whose password is `password`.
fn job(
    folder: &Path,
    address: &str,
    (job, page): (&str, &str),
    (name, password): (&str, &str),
) -> String {
    let file = |name| folder.join(name).display().to_string();
    let (ca, certificate, key) = (file("ca.crt"), file("client.crt"), file("client.key"));
    format!(
        "  - job_name: {job}\n    scheme: https\n    metrics_path: {page}\n    static_configs: [{{targets: [\"{address}\"]}}]\n    \
         tls_config: {{ca_file: {ca}, cert_file: {certificate}, key_file: {key}}}\n    \
         basic_auth: {{username: {name}, password: {password}}}\n"
    )
}

#[tokio::test]
async fn prometheus_scrapes_with_tls_certificate_and_page_user() {
    let folder = folder();
    let folder = folder.path();
    certificates(folder);
    let tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n  client_ca_file: ca.crt\n  \
               client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [prometheus.example]\n";
    let main = "targets:\n  - servers: [http://127.0.0.1:1/te/api]\n    client_key: a2V5\n    username: u\n    \
                password: p\nagents: {identity: name}\n";
    for (name, text) in [
        ("web.yml", tls.to_owned() + &users("prometheus", "one")),
        ("agents.yml", users("boss", "two")),
        ("trio.yml", main.to_owned()),
    ] {
        fs::write(folder.join(name), text).expect("writable");
    }
    let file = |name| folder.join(name).display().to_string();
    let (web, agents, trio) = (file("web.yml"), file("agents.yml"), file("trio.yml"));
    let mut process = exporter(&[
        "--config.file",
        &trio,
        "--web.config.file",
        &web,
        "--web.agents-config.file",
        &agents,
        "--web.listen-address",
        "127.0.0.1:0",
    ]);
    let address = process.serves().await;
    let (main, persons) = (("prometheus", "one"), ("boss", "two"));
    let mut config =
        "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n".to_owned();
    for (name, page, user) in [
        ("trio", "/metrics", main),
        ("trio-agents", "/metrics/agents", persons),
        ("curious", "/metrics/agents", main),
        ("nosy", "/metrics", persons),
    ] {
        config += &job(folder, &address, (name, page), user);
    }
    let scraper = crate::process::folder();
    fs::write(scraper.path().join("prometheus.yml"), config).expect("writable");
    let prometheus = Prometheus::configured(scraper).await;
    until("Prometheus to have scraped what it may", PATIENCE, async || {
        prometheus.expect_value(r#"up{job="trio"}"#, 1.0).await?;
        prometheus.expect_value(r#"up{job="trio-agents"}"#, 1.0).await?;
        prometheus.expect_value(r#"up{job="curious"}"#, 0.0).await?;
        prometheus.expect_value(r#"up{job="nosy"}"#, 0.0).await?;
        prometheus.expect_value(r#"trio_up{job="trio"}"#, 0.0).await
    })
    .await;
}
