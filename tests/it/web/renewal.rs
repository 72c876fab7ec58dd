//! Changes of web files while the exporter is running.

use std::time::Duration;

use pretty_assertions::assert_eq;
use tokio::net::TcpStream;
use trio_exporter::http::Settings;

use super::{
    access::{basic, hash},
    connection::{Caller, caller, get, shown},
    served::{Authority, Certified, Files, Served, settings},
};
use crate::process::{PATIENCE, until};

fn watching(files: &Files) -> Settings {
    Settings { check_interval: Duration::from_millis(20), ..settings(files) }
}

/// Written so that the size of the file is another one as well.
fn renewed(certified: Certified) -> Certified {
    Certified { pem: format!("renewed\n{}", certified.pem), ..certified }
}

async fn shows(caller: &Caller<'_>, served: &Served, certified: &Certified) -> Result<(), String> {
    let stream = caller.connect(served.address()).await.map_err(|error| error.to_string())?;
    if shown(&stream) == certified.der { Ok(()) } else { Err("the other certificate".to_owned()) }
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections_while_old_ones_go_on() {
    let authority = Authority::new();
    let first = authority.certify("localhost");
    let files = Files::secure(&authority, &first, "");
    let served = Served::start(watching(&files)).await;
    let caller = caller(&authority);
    let mut old = caller.connect(served.address()).await.expect("a connection");
    assert_eq!(get(&mut old, "/-/healthy", "").await.expect("an answer").status, 200);
    shows(&caller, &served, &first).await.expect("the first certificate");

    let second = renewed(authority.certify("localhost"));
    files.certify(&second);
    until("the new certificate", PATIENCE, async || shows(&caller, &served, &second).await).await;
    assert_eq!(get(&mut old, "/-/healthy", "").await.expect("an answer").status, 200);
    assert_eq!(shown(&old), first.der);
}

#[tokio::test]
async fn bad_new_certificate_keeps_old_one_until_repaired() {
    let authority = Authority::new();
    let first = authority.certify("localhost");
    let files = Files::secure(&authority, &first, "");
    let served = Served::start(watching(&files)).await;
    let caller = caller(&authority);
    let second = renewed(authority.certify("localhost"));
    // As it looks between the writing of two files.
    files.write("crt", &second.pem);
    let mistakes = served.reloader.reload().await.expect_err("the key is another one's");
    let web = files.path("web.yml");
    let expected =
        format!("{}:2:3: tls_server_config: the key is not that of the certificate", web.display());
    assert_eq!(mistakes, [expected]);
    shows(&caller, &served, &first).await.expect("the old certificate");
    files.write("key", &second.key_pem);
    until("the new certificate", PATIENCE, async || shows(&caller, &served, &second).await).await;
}

#[tokio::test]
async fn a_new_authority_of_clients_is_in_force_for_new_connections() {
    let (authority, next) = (Authority::new(), Authority::new());
    let more = "  client_ca_file: ca\n  client_auth_type: RequireAndVerifyClientCert\n";
    let files = Files::secure(&authority, &authority.certify("localhost"), more);
    let served = Served::start(settings(&files)).await;
    let (ours, theirs) = (authority.certify("a.example"), next.certify("b.example"));
    let welcome = async |shows| {
        let caller = Caller { shows: Some(shows), ..caller(&authority) };
        caller.status(served.address(), "/-/healthy").await.is_ok()
    };
    assert_eq!((welcome(&ours).await, welcome(&theirs).await), (true, false));
    files.write("ca", &next.pem);
    assert_eq!(
        (welcome(&ours).await, welcome(&theirs).await),
        (true, false),
        "not before it is read"
    );
    served.reloader.reload().await.expect("valid");
    assert_eq!((welcome(&ours).await, welcome(&theirs).await), (false, true));
}

#[tokio::test]
async fn valid_users_and_headers_apply_to_next_request() {
    let files = Files::with_settings(&format!("basic_auth_users: {{alice: {}}}\n", hash("one")));
    let served = Served::start(settings(&files)).await;
    let mut stream = TcpStream::connect(served.address()).await.expect("a connection");
    let (one, two) = (basic("alice", "one"), basic("alice", "two"));
    assert_eq!(get(&mut stream, "/metrics", &one).await.expect("an answer").status, 200);
    files.write("web.yml", "basic_auth_users: {alice: two}\n");
    served.reloader.reload().await.expect_err("no hash");
    assert_eq!(get(&mut stream, "/metrics", &one).await.expect("an answer").status, 200);
    files.write(
        "web.yml",
        &format!(
            "basic_auth_users: {{alice: {}}}\nhttp_server_config: {{headers: {{X-Frame-Options: sameorigin}}}}\n",
            hash("two")
        ),
    );
    served.reloader.reload().await.expect("valid");
    assert_eq!(get(&mut stream, "/metrics", &one).await.expect("an answer").status, 401);
    let answer = get(&mut stream, "/metrics", &two).await.expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("x-frame-options: sameorigin\r\n"), "{}", answer.head);
}

#[tokio::test]
async fn a_file_that_appears_later_is_noticed() {
    let authority = Authority::new();
    let first = authority.certify("localhost");
    let files = Files::secure(&authority, &first, "");
    let served = Served::start(watching(&files)).await;
    let caller = caller(&authority);
    files.write("web.yml", "tls_server_config: {cert_file: crt2, key_file: key2}\n");
    served.reloader.reload().await.expect_err("there are no such files");
    let second = authority.certify("localhost");
    files.write("crt2", &second.pem);
    files.write("key2", &second.key_pem);
    until("the new certificate", PATIENCE, async || shows(&caller, &served, &second).await).await;
}

#[tokio::test]
async fn what_needs_a_restart_stays_and_the_rest_is_taken_over() {
    let authority = Authority::new();
    let certified = authority.certify("localhost");
    let files = Files::secure(&authority, &certified, "");
    let served = Served::start(settings(&files)).await;
    let caller = Caller { protocols: &["h2", "http/1.1"], ..caller(&authority) };
    let users = format!("basic_auth_users: {{alice: {}}}\n", hash("one"));
    let slow = "http_server_config: {http2: false}\nrate_limit: {interval: 1h, burst: 1}\n";
    files.write("web.yml", &format!("{users}{slow}"));
    served.reloader.reload().await.expect("valid");
    let stream = caller.connect(served.address()).await.expect("still by TLS");
    assert_eq!(shown(&stream), certified.der);
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let old = Caller { protocols: &[], ..caller };
    for _ in 0..3 {
        assert_eq!(old.status(served.address(), "/metrics").await.expect("an answer"), 401);
    }
    // And the other way round.
    let plain_files = Files::with_settings("");
    plain_files.certify(&certified);
    let plain = Served::start(settings(&plain_files)).await;
    plain_files.write(
        "web.yml",
        &format!("tls_server_config: {{cert_file: crt, key_file: key}}\n{users}"),
    );
    plain.reloader.reload().await.expect("valid");
    let mut stream = TcpStream::connect(plain.address()).await.expect("a connection");
    assert_eq!(get(&mut stream, "/metrics", "").await.expect("still plain").status, 401);
}
