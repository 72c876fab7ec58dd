//! Listen addresses: several addresses, a port alone, sockets of systemd.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use pretty_assertions::assert_eq;
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use trio_exporter::http::{CannotListen, Listen, Server, Settings};

use super::{
    connection::get,
    served::{Files, Served, settings},
};
use crate::process::PATIENCE;

fn listening_on(addresses: &[&str]) -> Settings {
    let addresses = addresses.iter().map(|address| address.parse().expect("an address")).collect();
    Settings { listen: Listen::Addresses(addresses), ..settings(&Files::with_settings("")) }
}

async fn status(address: SocketAddr) -> u16 {
    request_status(address).await.expect("an answer")
}

async fn request_status(address: SocketAddr) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    Ok(get(&mut stream, "/-/healthy", "").await?.status)
}

#[tokio::test]
async fn every_address_is_served_and_all_of_them_end_together() {
    let served = Served::start(listening_on(&["127.0.0.1:0", "127.0.0.1:0", "localhost:0"])).await;
    assert_eq!(served.addresses.len(), 3);
    for address in &served.addresses {
        assert_eq!(status(*address).await, 200);
    }
    // A connection that is kept open does not hold the end up.
    let mut kept = TcpStream::connect(served.addresses[1]).await.expect("a connection");
    get(&mut kept, "/-/healthy", "").await.expect("an answer");
    served.stop.send_replace(true);
    let ended = timeout(PATIENCE, served.ended).await.expect("it ends");
    ended.expect("no panic").expect("a good end");
    for address in &served.addresses {
        assert!(is_refused(*address).await, "no listener on {address}");
    }
}

/// Returns true once a connection is refused.
// Another test may get the freed port at once, for a short time.
async fn is_refused(address: SocketAddr) -> bool {
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, refused).await.is_ok()
}

#[tokio::test]
async fn a_port_alone_is_every_address_of_the_machine() {
    let served = Served::start(listening_on(&[":0"])).await;
    let port = served.address().port();
    assert_eq!(status(SocketAddr::from(([127, 0, 0, 1], port))).await, 200);
    if served.address().is_ipv6() {
        assert_eq!(status(SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))).await, 200);
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let error =
        Server::bind(listening_on(&["127.0.0.1:0", &address])).await.expect_err("it is taken");
    assert!(matches!(error, CannotListen::Address { .. }));
    let message = format!(
        "--web.listen-address: cannot listen on {address}; stop what listens there, or choose another address"
    );
    assert_eq!(error.to_string(), message);
}

/// Socket activation as systemd does it: open descriptors from 3 on, and their number in the
/// environment.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn sockets_of_systemd_are_served_by_the_program_itself() {
    use std::{
        os::fd::OwnedFd,
        process::{Command, Stdio},
    };

    struct Child(std::process::Child);
    impl Drop for Child {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    let program = |descriptors: &str, stdin: Stdio| {
        Command::new("sh")
            .args([
                "-c",
                &format!("LISTEN_PID=$$ exec \"$0\" --web.systemd-socket {descriptors} </dev/null"),
            ])
            .arg(env!("CARGO_BIN_EXE_trio-exporter"))
            .env_clear()
            .envs([
                ("LISTEN_FDS", "1"),
                ("TRIO_URL", "http://127.0.0.1:1/te/api"),
                ("TRIO_CLIENT_KEY", "key"),
                ("TRIO_USERNAME", "user"),
                ("TRIO_PASSWORD", "password"),
            ])
            .stdin(stdin)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a shell")
    };
    let _child = Child(program("3<&0", Stdio::from(OwnedFd::from(socket))));
    // The socket takes connections from the start; the answer comes once the program runs.
    let answered =
        timeout(PATIENCE, request_status(address)).await.expect("in time").expect("an answer");
    assert_eq!(answered, 200);

    let without = program("3</dev/null", Stdio::null()).wait_with_output().expect("it ends");
    let said = String::from_utf8(without.stderr).expect("UTF-8");
    assert_eq!(without.status.code(), Some(1), "{said}");
    let message = "--web.systemd-socket: number 1 of the sockets cannot be listened on; ListenStream= must be a TCP port";
    assert!(said.contains(message), "{said}");
}
