//! Faults below HTTP: connections that break, and answers that arrive byte by byte.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use trio_exporter::{
    model::{AuthFailure, Clock, RequestFailure, Resource},
    stats::{RequestCode, Stats},
    trio::{Client, Error, Limits, Root},
};

use crate::support::target;

/// Fate of a connection after the request has arrived.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Close,
    Reset,
    CloseInTheMiddle,
    Drip,
    NoHttp,
    NotFoundThenGone,
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour) {
    let mut request = [0; 4096];
    let wanted = if matches!(behaviour, Behaviour::Reset) { 1 } else { request.len() };
    let _ = stream.read(&mut request[..wanted]).await;
    // The client may have gone already: that is its good right here.
    let _ = match behaviour {
        // Closing with unread bytes in the buffer resets the connection.
        Behaviour::Close | Behaviour::Reset => Ok(()),
        Behaviour::CloseInTheMiddle => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[{").await
        }
        Behaviour::NoHttp => stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").await,
        Behaviour::NotFoundThenGone => {
            stream
                .write_all(
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                )
                .await
        }
        Behaviour::Drip => drip(&mut stream).await,
    };
}

async fn drip(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await?;
    for _ in 0..1000 {
        stream.write_all(b" ").await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A client of a server that behaves like this, and what it counts.
async fn client(behaviour: Behaviour, connections: usize) -> (Client, Arc<Stats>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut target =
        target(&format!("http://{}/te/api", listener.local_addr().expect("an address")));
    target.trio.limits = Limits { request: Duration::from_millis(300), ..Limits::default() };
    tokio::spawn(async move {
        for _ in 0..connections {
            let Ok((stream, _)) = listener.accept().await else { return };
            tokio::spawn(serve(stream, behaviour));
        }
    });
    let stats = Arc::new(Stats::default());
    let client = Client::new(target.trio, target.dictionary, stats.clone(), Clock::system())
        .expect("a client");
    (client, stats)
}

fn codes(stats: &Stats, resource: Resource) -> Vec<RequestCode> {
    stats.resource(resource).requests().map(|(code, _)| code).collect()
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_of_the_connection() {
    for behaviour in
        [Behaviour::Close, Behaviour::Reset, Behaviour::CloseInTheMiddle, Behaviour::NoHttp]
    {
        let (client, stats) = client(behaviour, usize::MAX).await;
        match client.root().await {
            Err(Error::Request { failure: RequestFailure::Connect, detail, .. }) => {
                let begin = match behaviour {
                    Behaviour::CloseInTheMiddle => {
                        "the connection broke in the middle of the answer: "
                    }
                    _ => "no connection: ",
                };
                assert!(
                    detail.starts_with(begin) && detail.len() > begin.len() + 5,
                    "{behaviour:?}: {detail}"
                );
            }
            other => panic!("{behaviour:?}: {other:?}"),
        }
        let failed = RequestCode::Failure(RequestFailure::Connect);
        assert_eq!(codes(&stats, Resource::Api), [failed], "{behaviour:?}");
    }
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up_at_the_limit_of_the_whole_request() {
    let (client, stats) = client(Behaviour::Drip, usize::MAX).await;
    let begun = std::time::Instant::now();
    let root: Result<Root, Error> = client.root().await;
    assert!(root.is_ok(), "the documented paths still hold");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(codes(&stats, Resource::Api), [RequestCode::Failure(RequestFailure::Timeout)]);
}

#[tokio::test]
async fn unanswered_login_is_network_failure() {
    let (client, stats) = client(Behaviour::NotFoundThenGone, 1).await;
    let root = client.root().await.expect("the documented paths");
    let error = client.contact_centers(&root).await.expect_err("no server is there");
    assert!(matches!(error, Error::Auth { reason: AuthFailure::Network, .. }), "{error:?}");
    assert_eq!(stats.auth_failures(AuthFailure::Network), 1);
    assert_eq!(stats.logins.get(), 1);
}
