//! Connections that are kept, and those that were dropped meanwhile.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    HandshakeKind, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::sync::Barrier;
use trio_exporter::{
    model::{Clock, RequestFailure, Resource, RetryReason},
    stats::{RequestCode, Stats},
    trio::{Client, ExtraRoots},
};

use super::trio::Bench;
use crate::support::{KeptAlive, Turn, reqwest_client, target};

async fn read_states(bench: &Bench, times: usize) -> usize {
    let readings = join_all((0..times).map(|_| bench.client.service_state(&bench.route))).await;
    readings.into_iter().filter(Result::is_ok).count()
}

fn is_list(line: &str) -> bool {
    line.contains("/cc/1/services")
}

#[tokio::test]
async fn four_dead_connections_at_once_lose_no_request() {
    let barrier = Arc::new(Barrier::new(4));
    let dead = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let are_dead = dead.clone();
    let trio = KeptAlive::start(move |asked| {
        if asked.request > 0 && are_dead.load(std::sync::atomic::Ordering::SeqCst) {
            Turn::Reset
        } else if is_list(asked.line) && !are_dead.load(std::sync::atomic::Ordering::SeqCst) {
            Turn::AnswerTogether(barrier.clone())
        } else {
            Turn::Answer("")
        }
    })
    .await;
    let bench = Bench::new(target(&trio.url)).await;
    assert_eq!(read_states(&bench, 4).await, 4);
    let before = bench.stats.resource(Resource::ServiceState).sent_requests();
    dead.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(read_states(&bench, 4).await, 4);
    let states = bench.stats.resource(Resource::ServiceState);
    let codes: Vec<_> = states.requests().collect();
    assert_eq!(codes, [(RequestCode::Status(200), 8)]);
    assert_eq!(bench.stats.retries(RetryReason::ConnectionLost), 4);
    assert_eq!(states.sent_requests() - before, 8, "the lost ones count for the budget");
}

#[tokio::test]
async fn lost_get_is_sent_once_more_and_not_twice() {
    for turn in [Turn::Reset, Turn::Close] {
        let fate = turn.clone();
        let trio =
            KeptAlive::start(
                move |asked| {
                    if is_list(asked.line) { fate.clone() } else { Turn::Answer("") }
                },
            )
            .await;
        let bench = Bench::new(target(&trio.url)).await;
        assert_eq!(read_states(&bench, 1).await, 0);
        let codes: Vec<_> = bench.stats.resource(Resource::ServiceState).requests().collect();
        assert_eq!(codes, [(RequestCode::Failure(RequestFailure::Connect), 1)]);
        let lists: Vec<String> =
            trio.connections().concat().into_iter().filter(|line| is_list(line)).collect();
        assert_eq!(lists.len(), 2, "{lists:?}");
        assert_eq!(bench.stats.retries(RetryReason::ConnectionLost), 1);
    }
}

#[tokio::test]
async fn login_is_never_repeated_and_uses_a_new_connection() {
    let trio = KeptAlive::start(|asked| {
        if asked.line.starts_with("POST") { Turn::Reset } else { Turn::Answer("") }
    })
    .await;
    let (stats, target) = (Arc::new(Stats::default()), target(&trio.url));
    let client = Client::new(target.trio, target.dictionary, stats.clone(), Clock::system());
    let client = client.expect("a client");
    let root = client.root().await.expect("documented paths");
    client.contact_centers(&root).await.expect_err("no login");
    let posts = |connections: Vec<Vec<String>>| {
        let has_post = |lines: &Vec<String>| lines.iter().any(|line| line.starts_with("POST"));
        connections.into_iter().filter(has_post).collect::<Vec<_>>()
    };
    let logins = posts(trio.connections());
    assert_eq!(logins.len(), 1, "{logins:?}");
    assert_eq!(logins[0].len(), 1, "{logins:?}");
    assert_eq!(stats.retries(RetryReason::ConnectionLost), 0);
    assert_eq!(stats.logins.get(), 1);

    let trio = KeptAlive::start(|_| Turn::Answer("")).await;
    let bench = Bench::new(crate::support::target(&trio.url)).await;
    assert_eq!(read_states(&bench, 1).await, 1);
    let logins = posts(trio.connections());
    assert_eq!(logins.len(), 1, "{logins:?}");
    assert_eq!(logins[0].len(), 1, "neither a kept connection nor one to keep: {logins:?}");
}

#[tokio::test]
async fn idle_connection_is_not_used_again_after_two_seconds() {
    let used = async |headers: &'static str, pause: Duration| {
        let trio = KeptAlive::start(move |_| Turn::Answer(headers)).await;
        let bench = Bench::new(target(&trio.url)).await;
        assert_eq!(read_states(&bench, 1).await, 1);
        tokio::time::sleep(pause).await;
        assert_eq!(read_states(&bench, 1).await, 1);
        let has_list = |lines: &&Vec<String>| lines.iter().any(|line| is_list(line));
        trio.connections().iter().filter(has_list).count()
    };
    assert_eq!(used("", Duration::ZERO).await, 1);
    assert_eq!(used("Keep-Alive: timeout=5, max=100\r\n", Duration::ZERO).await, 1);
    assert_eq!(used("", Duration::from_millis(2300)).await, 2);
    // The server says that it closes sooner: each request has its own connection.
    assert_eq!(used("Keep-Alive: timeout=1, max=100\r\n", Duration::ZERO).await, 2);
}

#[tokio::test]
async fn handshakes_of_the_next_cycle_are_few_and_resumed() {
    drop(reqwest_client());
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let settings = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).expect("a key"))
        .expect("valid");
    let trio = KeptAlive::secure(settings).await;
    let mut target = target(&trio.url);
    target.trio.extra_roots =
        ExtraRoots::from_pem(certificate.pem().as_bytes()).expect("a certificate");
    let bench = Bench::new(target).await;
    assert_eq!(read_states(&bench, 12).await, 12);
    let first = trio.handshakes().len();
    tokio::time::sleep(Duration::from_millis(2300)).await;
    assert_eq!(read_states(&bench, 12).await, 12);
    let cycle = trio.handshakes().split_off(first);
    // Four at a time; a request that finds no idle connection begins one more than it needs.
    assert!((1..=8).contains(&cycle.len()), "{cycle:?}");
    assert!(cycle.iter().all(|kind| *kind == HandshakeKind::Resumed), "{cycle:?}");
}
