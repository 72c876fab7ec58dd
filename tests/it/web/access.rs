//! Access to each page, and its headers.

use base64::{Engine, prelude::BASE64_STANDARD};
use pretty_assertions::assert_eq;
use tokio::net::TcpStream;

use super::{
    connection::{caller, get},
    served::{Authority, Files, Served, read, settings},
};

/// A hash that is quickly compared with.
pub(super) fn hash(password: &str) -> String {
    bcrypt::hash(password, 4).expect("a hash")
}

/// The line of a head that logs in.
pub(super) fn basic(name: &str, password: &str) -> String {
    format!("Authorization: Basic {}\r\n", BASE64_STANDARD.encode(format!("{name}:{password}")))
}

#[tokio::test]
async fn users_of_the_exporter_and_users_of_the_page_of_agents_each_see_theirs() {
    let files = Files::with_settings(&format!("basic_auth_users: {{alice: {}}}\n", hash("one")));
    files.write("agents.yml", &format!("basic_auth_users: {{boss: {}}}\n", hash("två")));
    let served =
        Served::start(read(Some(files.path("web.yml")), Some(files.path("agents.yml")))).await;
    let mut stream = TcpStream::connect(served.address()).await.expect("a connection");
    let (alice, boss) = (basic("alice", "one"), basic("boss", "två"));
    for (path, of_alice, of_boss) in [
        ("/metrics", 200, 401),
        ("/metrics/agents", 401, 200),
        ("/", 200, 401),
        ("/wall", 200, 401),
        ("/wall.js", 200, 401),
        ("/api/v1/queues", 200, 401),
        ("/wall/none", 404, 401),
        ("/api/v1/wallboards/none", 404, 401),
    ] {
        assert_eq!(
            get(&mut stream, path, &alice).await.expect("an answer").status,
            of_alice,
            "{path}"
        );
        assert_eq!(
            get(&mut stream, path, &boss).await.expect("an answer").status,
            of_boss,
            "{path}"
        );
        let nobody = get(&mut stream, path, "").await.expect("an answer");
        assert_eq!(nobody.status, 401, "{path}");
        assert!(nobody.head.contains("\r\nwww-authenticate: basic realm="), "{}", nobody.head);
    }
    let events = get(&mut stream, "/wall/events", "").await.expect("an answer");
    assert_eq!(events.status, 401, "the events of the wallboard");
}

#[tokio::test]
async fn prometheus_own_hash_of_its_documentation_is_understood() {
    // As the documentation of basic authentication in Prometheus shows it, for `test`.
    let hash = "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay";
    let served = Served::start(settings(&Files::with_settings(&format!(
        "basic_auth_users:\n    admin: {hash}\n"
    ))))
    .await;
    let mut stream = TcpStream::connect(served.address()).await.expect("a connection");
    for (password, status) in [("test", 200), ("Test", 401)] {
        let answer =
            get(&mut stream, "/metrics", &basic("admin", password)).await.expect("an answer");
        assert_eq!(answer.status, status, "{password}");
    }
}

#[tokio::test]
async fn configured_headers_go_with_every_answer_also_by_tls() {
    let authority = Authority::new();
    let more = "http_server_config:\n  headers:\n    Strict-Transport-Security: max-age=31536000\n";
    let files = Files::secure(&authority, &authority.certify("localhost"), more);
    let served = Served::start(settings(&files)).await;
    let mut stream = caller(&authority).connect(served.address()).await.expect("a connection");
    for path in ["/", "/metrics", "/-/healthy", "/nowhere"] {
        let Ok(answer) = get(&mut stream, path, "").await else { panic!("{path}") };
        for line in [
            "strict-transport-security: max-age=31536000",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
        ] {
            assert!(answer.head.contains(&format!("\r\n{line}\r\n")), "{path}: {}", answer.head);
        }
    }
}

#[tokio::test]
async fn the_rate_is_that_of_all_addresses_together() {
    let files = Files::with_settings("rate_limit: {interval: 1h, burst: 2}\n");
    let mut settings = settings(&files);
    settings.listen = trio_exporter::http::Listen::Addresses(
        ["127.0.0.1:0", "127.0.0.1:0"].map(|address| address.parse().expect("an address")).to_vec(),
    );
    let served = Served::start(settings).await;
    let mut statuses = Vec::new();
    for address in [0, 1, 0, 1] {
        let mut stream = TcpStream::connect(served.addresses[address]).await.expect("a connection");
        statuses.push(get(&mut stream, "/-/healthy", "").await.expect("an answer").status);
    }
    assert_eq!(statuses, [200, 200, 429, 429]);
}
