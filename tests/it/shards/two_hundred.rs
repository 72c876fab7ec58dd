//! Two hundred targets, really read: one simulated Trio at two hundred ports, each of which counts
//! for itself.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::Request,
    http::Method,
    middleware::{Next, from_fn},
};
use pretty_assertions::assert_eq;
use tokio::net::TcpListener;
use trio_exporter::{
    config::{Config, Target},
    metrics::Identity,
    model::{Clock, Collector, Shard},
    poller::CollectorInterval,
    sim::{Options, Simulator},
};

use crate::support::{TestApp, config, still_clock, target};

const TARGETS: usize = 200;

/// One port of the Trio, and how often somebody logged in there.
struct Port {
    url: String,
    logins: Arc<AtomicU64>,
}

impl Port {
    async fn open(simulator: &Simulator) -> Self {
        let logins = Arc::<AtomicU64>::default();
        let count = logins.clone();
        let router = simulator.router().layer(from_fn(move |request: Request, next: Next| {
            if request.method() == Method::POST {
                count.fetch_add(1, Ordering::Relaxed);
            }
            next.run(request)
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/te/api", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
        });
        Self { url, logins }
    }

    fn target(&self, number: usize) -> Target {
        let options = Options::default();
        let mut target = target(&self.url);
        target.name = format!("trio-{number}").into();
        target.trio.client_key = options.client_key.into();
        target.trio.username = options.username.into();
        target.trio.password = options.password.into();
        target
    }
}

/// The configuration that all shards have. Only the states of agents are read: that is enough to be
/// polled.
fn shared(ports: &[Port]) -> Config {
    let targets: Vec<Target> =
        ports.iter().enumerate().map(|(number, port)| port.target(number)).collect();
    let mut config = config(targets[0].clone(), Identity::None);
    config.targets = targets;
    for collector in
        Collector::ALL.into_iter().filter(|collector| *collector != Collector::AgentState)
    {
        config.poll.collectors[collector.index()] = CollectorInterval::Off;
    }
    config
}

/// Starts `of` exporters, lets each make a step, and tells which of them read each target.
async fn readers(ports: &[Port], of: u32, clock: &Clock) -> Vec<u32> {
    let logins = |ports: &[Port]| -> Vec<u64> {
        ports.iter().map(|port| port.logins.load(Ordering::Relaxed)).collect()
    };
    let before = logins(ports);
    let mut readers: Vec<Vec<u32>> = vec![Vec::new(); ports.len()];
    for number in 0..of {
        let shard = Shard::new(number, of).expect("a shard");
        let mut app = TestApp::start_at(shared(ports).with_shard(shard), clock.clone()).await;
        app.step_together().await;
        let metrics = app.metrics().await;
        for (target, readers) in readers.iter_mut().enumerate() {
            match metrics.get("trio_up", &[("target", &format!("trio-{target}"))]) {
                Some(1.0) => readers.push(number),
                Some(_) => panic!("shard {number} could not read target {target}"),
                None => {}
            }
        }
    }
    let asked: Vec<u64> =
        logins(ports).iter().zip(&before).map(|(now, before)| now - before).collect();
    assert_eq!(asked, vec![1; ports.len()], "one session at each Trio");
    readers
        .into_iter()
        .map(|readers| <[u32; 1]>::try_from(readers).expect("exactly one shard")[0])
        .collect()
}

#[tokio::test]
async fn two_hundred_trios_are_divided_between_shards() {
    let clock = still_clock();
    let options = Options { services: 1, agents: 3, ..Options::default() };
    let wall = clock.clone();
    let simulator = Simulator::new(options, Arc::new(move || wall.now().wall));
    let mut ports = Vec::new();
    for _ in 0..TARGETS {
        ports.push(Port::open(&simulator).await);
    }
    let three = readers(&ports, 3, &clock).await;
    let four = readers(&ports, 4, &clock).await;
    let moved: Vec<u32> = three
        .iter()
        .zip(&four)
        .filter(|(before, after)| before != after)
        .map(|(_, after)| *after)
        .collect();
    assert!((35..=65).contains(&moved.len()), "{} of {TARGETS} moved", moved.len());
    assert!(moved.iter().all(|to| *to == 3), "only to the new shard: {moved:?}");
}
