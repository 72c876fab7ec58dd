//! `trio-exporter healthcheck`, the binary, against servers of all kinds.

use pretty_assertions::assert_eq;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{
    access::hash,
    served::{Authority, Files, Served, settings},
};
use crate::{
    process::{command, ended, run},
    support::NOBODY,
};

/// The exit code, and all that was printed.
async fn check(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let check = command(["healthcheck"]).args(arguments).envs(environment.iter().copied());
    let (code, said, _) = ended(&run(check.stderr_to_stdout()).await);
    (code, said)
}

async fn assert_well(arguments: &[&str]) {
    assert_eq!(check(arguments, &[]).await, (Some(0), String::new()), "{arguments:?}");
}

/// It fails with one line that holds `parts`.
async fn assert_unwell(arguments: &[&str], parts: &[&str]) {
    let (code, said) = check(arguments, &[]).await;
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{arguments:?}: {said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is missing: {said}");
    }
}

/// A server that answers everything alike, and its address; without an answer it hangs.
async fn answering(answer: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            if let Some(answer) = answer {
                let _ = stream.write_all(answer.as_bytes()).await;
            } else {
                held.push(stream);
            }
        }
    });
    format!("http://{address}")
}

fn url(scheme: &str, served: &Served) -> String {
    format!("{scheme}://localhost:{}", served.address().port())
}

#[tokio::test]
async fn running_exporter_is_healthy_but_not_ready_before_reading() {
    let served = Served::start(settings(&Files::with_settings(""))).await;
    let url = url("http", &served);
    assert_well(&["--url", &url]).await;
    assert_unwell(
        &["--url", &url, "--ready"],
        &["/-/ready: answered 503: starting: a target has not published its first states"],
    )
    .await;
    let draining = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 9\r\n\r\ndraining\n";
    assert_unwell(&["--url", &answering(Some(draining)).await], &["answered 503: draining"]).await;
}

#[tokio::test]
async fn the_address_may_come_from_the_environment() {
    let served = Served::start(settings(&Files::with_settings(""))).await;
    let url = url("http", &served);
    let well = check(&[], &[("TRIO_EXPORTER_HEALTHCHECK_URL", &url)]).await;
    assert_eq!(well, (Some(0), String::new()));
}

#[tokio::test]
async fn tls_by_an_authority_that_is_named_or_unchecked_on_this_machine() {
    let authority = Authority::new();
    let files = Files::secure(&authority, &authority.certify("localhost"), "");
    let served = Served::start(settings(&files)).await;
    let (secure, ca) = (url("https", &served), files.path("ca").display().to_string());
    assert_well(&["--url", &secure, "--ca-file", &ca]).await;
    assert_well(&["--url", &secure, "--insecure"]).await;
    assert_unwell(
        &["--url", &secure.replace("localhost", "127.0.0.1"), "--ca-file", &ca],
        &["certificate"],
    )
    .await;
    assert_unwell(&["--url", &url("http", &served)], &["if it serves TLS, give --url https://"])
        .await;
    files.write("other", &Authority::new().pem);
    let other = files.path("other").display().to_string();
    assert_unwell(
        &["--url", &secure, "--ca-file", &other],
        &["not accepted", "--ca-file, or --insecure"],
    )
    .await;
    assert_unwell(
        &["--url", "https://exporter.example", "--insecure"],
        &["only for an address of this machine"],
    )
    .await;
}

#[tokio::test]
async fn users_are_let_in_by_name_and_password_file() {
    let files =
        Files::with_settings(&format!("basic_auth_users: {{probe: {}}}\n", hash("hemligt")));
    let served = Served::start(settings(&files)).await;
    let url = url("http", &served);
    for (file, text) in [("right", "hemligt\n"), ("wrong", "Hemligt"), ("binary", "hemligt")] {
        files.write(file, text);
    }
    std::fs::write(files.path("binary"), [0xff]).expect("writable");
    let file = |name: &str| files.path(name).display().to_string();
    assert_well(&["--url", &url, "--user", "probe", "--password-file", &file("right")]).await;
    assert_unwell(&["--url", &url], &["answered 401", "give --user and --password-file"]).await;
    let wrong = ["--url", &url, "--user", "probe", "--password-file", &file("wrong")];
    assert_unwell(&wrong, &["answered 401: --user or --password-file is wrong"]).await;
    for (name, why) in [("nowhere", "--password-file: cannot read "), ("binary", "is not UTF-8")] {
        assert_unwell(&["--url", &url, "--user", "probe", "--password-file", &file(name)], &[why])
            .await;
    }
}

#[tokio::test]
async fn answers_of_other_programs_are_named() {
    let moved = "HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n";
    let says_yes = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nWelcom";
    for (answer, parts) in [
        (moved, &["answered 302 Found", "redirects are not followed"][..]),
        (says_yes, &["answered 200, but this is no exporter: \"Welcom\""]),
        ("SSH-2.0-OpenSSH\r\n", &["not a valid HTTP answer"]),
    ] {
        assert_unwell(&["--url", &answering(Some(answer)).await], parts).await;
    }
    let served = Served::start(settings(&Files::with_settings(""))).await;
    let below = format!("{}/metrics", url("http", &served));
    assert_unwell(
        &["--url", &below],
        &["/metrics/-/healthy: answered 404", "--url must be the address"],
    )
    .await;
}

#[tokio::test]
async fn missing_and_silent_server_are_reported_in_time() {
    let nobody = format!("http://{NOBODY}");
    assert_unwell(&["--url", &nobody], &["no connection: ", "is the exporter running"]).await;
    let hangs = answering(None).await;
    assert_unwell(&["--url", &hangs, "--timeout", "1s"], &["no complete answer within 1s"]).await;
}

#[tokio::test]
async fn no_proxy_of_the_environment_is_asked() {
    let served = Served::start(settings(&Files::with_settings(""))).await;
    let proxy = answering(Some("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")).await;
    let environment = ["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, proxy.as_str()));
    assert_eq!(
        check(&["--url", &url("http", &served)], &environment).await,
        (Some(0), String::new())
    );
}
