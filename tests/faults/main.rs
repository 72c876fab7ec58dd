//! Random sequences of faults over days of simulated time, at the place where requests leave the
//! program. A sequence that fails names its seed: `SEED=… cargo test --test faults` repeats it, and
//! `FAULT_HOURS=48` makes it longer than the half day of each test run.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and prints what it measured"
)]

mod server;
mod sockets;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::sync::watch;
use tracing_subscriber::{fmt::MakeWriter, util::SubscriberInitExt};
use trio_exporter::{
    metrics::{self, Exposition, Format, Identity, MetricsPage, Source},
    model::{Clock, unix_seconds},
    poller::{self, Latest, Poller},
    stats::Stats,
    tally,
    trio::{Client, Dictionary, Settings},
};

use server::{AGENTS, CLIENT_KEY, FAULTS, Fault, FaultyTrio, PASSWORD, SERVICES, TOKEN};

/// Interval of the steps, in seconds.
const STEP: u64 = 30;
/// Logins within an hour at most: one server that fails every login is asked at 10, 20, 40, then
/// every 60 seconds; the other one likewise.
const LOGINS_AN_HOUR: usize = 130;

/// Log lines down to DEBUG.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

struct Bench {
    seed: u64,
    clock: Clock,
    trio: Arc<FaultyTrio>,
    poller: Poller,
    latest: Latest,
    exposition: Exposition,
    stats: Arc<Stats>,
    log: Log,
    counters: BTreeMap<String, f64>,
    /// Calls at the last moments, by second.
    calls: VecDeque<(Duration, usize)>,
    story: Vec<String>,
    steps: u64,
}

impl Bench {
    /// An exporter of a Trio without sockets.
    fn new(seed: u64, log: Log) -> Self {
        let hosts = ["trio-a.example", "trio-b.example"].map(str::to_owned);
        let clock = still_clock();
        let trio = Arc::new(FaultyTrio::new(seed, hosts.clone(), clock.clone()));
        Self::of(seed, (trio.clone(), Some(trio)), hosts, clock, log)
    }

    /// An exporter of the servers at `hosts`, answered by `responder` or by their sockets.
    fn of(
        seed: u64,
        (trio, responder): (Arc<FaultyTrio>, Option<Arc<FaultyTrio>>),
        hosts: [String; 2],
        clock: Clock,
        log: Log,
    ) -> Self {
        let servers = hosts.map(|host| format!("http://{host}/te/api").parse().expect("a URL"));
        let [key, username, password] =
            [CLIENT_KEY, "exporter", PASSWORD].map(|text| text.to_owned().into());
        let settings = Settings::new(servers.into(), key, username, password);
        let stats = Arc::new(Stats::default());
        let dictionary = Dictionary::builtin().expect("valid");
        let client = Client::new(settings, dictionary.into(), stats.clone(), clock.clone());
        let mut client = client.expect("a client");
        if let Some(responder) = responder {
            client = client.with_responder(responder);
        }
        let (publish, latest) = watch::channel(None);
        let poll =
            poller::Settings { state: Duration::from_secs(STEP), ..poller::Settings::default() };
        let tally = tally::Settings::default();
        let poller =
            Poller::new("t".into(), client, poll, tally, clock.clone(), stats.clone(), publish);
        let settings = metrics::Settings {
            identity: Identity::Name,
            encoding_max_age: Duration::ZERO,
            ..metrics::Settings::default()
        };
        let source = Source {
            name: "t".into(),
            stats: stats.clone(),
            latest: latest.clone(),
            goals: Arc::default(),
        };
        let exposition = Exposition::new(vec![source], settings, clock.clone());
        Self {
            seed,
            clock,
            trio,
            poller,
            latest,
            exposition,
            stats,
            log,
            counters: BTreeMap::new(),
            calls: VecDeque::new(),
            story: Vec::new(),
            steps: 0,
        }
    }

    fn context(&self) -> String {
        let story: Vec<_> = self.story.iter().rev().take(6).rev().cloned().collect();
        let now = self.clock.now().mono;
        format!("SEED={} at {now:?}, after {story:#?}", self.seed)
    }

    /// One step, and the invariants that hold at all times.
    async fn step(&mut self) {
        self.clock.advance(Duration::from_secs(STEP));
        self.trio.live();
        let present = self.trio.state().calls.len();
        self.calls.push_back((self.clock.now().mono, present));
        if self.calls.len() > 100 {
            self.calls.pop_front();
        }
        self.poller.step().await;
        self.lists_are_whole();
        self.logins_are_bounded();
        self.steps += 1;
        // Seldom, since they cost more than the step itself.
        if self.steps.is_multiple_of(5) {
            self.counters_never_fall().await;
        }
        if self.steps.is_multiple_of(50) {
            self.nothing_is_secret();
        }
    }

    fn lists_are_whole(&self) {
        let Some(published) = self.latest.borrow().clone() else { return };
        for center in &published.snapshot.centers {
            let items = |what: &str, items: Option<usize>, expected: u64| {
                assert!(
                    items.is_none_or(|items| items as u64 == expected),
                    "{what}: {items:?}; {}",
                    self.context()
                );
            };
            items("services", center.services.good.as_ref().map(|good| good.data.len()), SERVICES);
            items(
                "their states",
                center.service_state.good.as_ref().map(|good| good.data.len()),
                SERVICES,
            );
            items("agents", center.agents.good.as_ref().map(|good| good.data.len()), AGENTS);
            items(
                "their states",
                center.agent_state.good.as_ref().map(|good| good.data.len()),
                AGENTS,
            );
            if let Some(good) = &center.calls.good
                && let Some((_, present)) = self.calls.iter().find(|(at, _)| *at == good.taken.mono)
            {
                items("calls", Some(good.data.cases.len()), *present as u64);
            }
        }
    }

    fn logins_are_bounded(&self) {
        let now = self.clock.now().mono.as_secs();
        let state = self.trio.state();
        let recent = state.logins.iter().rev().take_while(|at| now - **at < 3600).count();
        assert!(recent <= LOGINS_AN_HOUR, "{recent} logins within an hour; {}", self.context());
    }

    async fn metrics(&self, page: MetricsPage) -> String {
        let encoded = self.exposition.get(page, None, Format::Classic).await.expect("served");
        encoded.text().expect("whole")
    }

    async fn counters_never_fall(&mut self) {
        for page in [MetricsPage::Main, MetricsPage::Agents] {
            let text = self.metrics(page).await;
            for secret in [PASSWORD, CLIENT_KEY, TOKEN] {
                assert!(!text.contains(secret), "{secret} on a page; {}", self.context());
            }
            let mut is_counter = false;
            for line in text.lines() {
                if let Some(kind) = line.strip_prefix("# TYPE ") {
                    is_counter = kind.ends_with(" counter") || kind.ends_with(" histogram");
                    continue;
                }
                let Some((series, value)) =
                    line.rsplit_once(' ').filter(|_| !line.starts_with('#'))
                else {
                    continue;
                };
                self.labels_are_known(series);
                if !is_counter {
                    continue;
                }
                let value: f64 = value.parse().expect("a number");
                let before = self.counters.insert(series.to_owned(), value).unwrap_or_default();
                assert!(
                    value >= before,
                    "{series} fell from {before} to {value}; {}",
                    self.context()
                );
            }
        }
    }

    /// Ids and names are those of the world: broken text never makes a new series.
    fn labels_are_known(&self, series: &str) {
        for (key, most) in [("service_id", SERVICES), ("agent_id", AGENTS)] {
            let Some((_, rest)) = series.split_once(&format!("{key}=\"")) else { continue };
            let id = rest.split('"').next().unwrap_or_default();
            let is_known = id.parse::<u64>().is_ok_and(|id| (1..=most).contains(&id));
            assert!(is_known, "{series}; {}", self.context());
        }
    }

    fn nothing_is_secret(&self) {
        let mut log = self.log.0.lock().expect("not poisoned");
        let text = String::from_utf8_lossy(&log).into_owned();
        log.clear();
        for secret in [PASSWORD, CLIENT_KEY, TOKEN, "Anna Ek"] {
            assert!(!text.contains(secret), "{secret} in the log: {text}; {}", self.context());
        }
    }

    /// True if everything that is read in each step was read in the last one.
    fn is_well(&self) -> bool {
        let Some(published) = self.latest.borrow().clone() else { return false };
        let now = self.clock.now().mono;
        let snapshot = &published.snapshot;
        snapshot.up
            && snapshot.centers.iter().all(|center| {
                [
                    center.service_state.good.as_ref().map(|good| good.taken),
                    center.agent_state.good.as_ref().map(|good| good.taken),
                    center.calls.good.as_ref().map(|good| good.taken),
                ]
                .iter()
                .all(|taken| taken.is_some_and(|taken| taken.mono == now))
            })
    }

    /// A fault for a while, and then peace until everything is read again.
    async fn suffer(&mut self, fault: Fault, lasting: u64) {
        self.story.push(format!("{fault:?} for {lasting} s"));
        self.trio.begin(fault);
        for _ in 0..lasting.div_ceil(STEP) {
            self.step().await;
            self.retry_is_soon();
        }
        self.trio.state().fault = None;
        let ended = self.clock.now();
        let allowed = fault.longest_wait() + Duration::from_secs(2 * STEP);
        while !self.is_well() {
            let since = self.clock.now().since(ended);
            assert!(since <= allowed, "not read again {since:?} after its end; {}", self.context());
            self.step().await;
            self.retry_is_soon();
        }
    }

    /// The moment of the next login, if one is waited for, is on the metrics and within bounds.
    fn retry_is_soon(&self) {
        let now = unix_seconds(self.clock.now().wall);
        if let Some(retry) = self.stats.login_retry.get() {
            assert!(retry <= now + 900.0, "{} s; {}", retry - now, self.context());
        }
    }
}

fn still_clock() -> Clock {
    Clock::still(SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_464_000))
}

fn seeds() -> Vec<u64> {
    match std::env::var("SEED") {
        Ok(seed) => vec![seed.parse().expect("a number")],
        Err(_) => vec![1],
    }
}

/// Length of a sequence: `.ci/run` asks for days.
fn simulated() -> Duration {
    let hours = std::env::var("FAULT_HOURS").map_or(12, |hours| hours.parse().expect("a number"));
    Duration::from_secs(hours * 3600)
}

#[tokio::test(start_paused = true)]
async fn days_of_random_faults_keep_every_promise() {
    for seed in seeds() {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(log.clone());
        let _guard = subscriber.finish().set_default();
        let mut bench = Bench::new(seed, log);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // The credentials have worked before the faults begin, as at a running exporter.
        for _ in 0..4 {
            bench.step().await;
        }
        assert!(bench.is_well(), "{}", bench.context());
        // Each kind at least once, and then at random.
        let mut faults: Vec<Fault> = FAULTS.into();
        let mut met = 0;
        while bench.clock.now().mono < simulated() {
            let fault = match faults.is_empty() {
                true => FAULTS[rng.random_range(0..FAULTS.len())],
                false => faults.swap_remove(rng.random_range(0..faults.len())),
            };
            let lasting = rng.random_range(STEP..1200);
            bench.suffer(fault, lasting).await;
            met += 1;
            for _ in 0..rng.random_range(1..20) {
                bench.step().await;
            }
        }
        assert!(faults.is_empty(), "every kind was met");
        let requests = bench.trio.state().requests;
        println!("seed {seed}: {met} faults, {requests} requests");
    }
}

#[tokio::test]
async fn short_sequence_of_faults_over_sockets() {
    let log = Log::default();
    let (clock, seed) = (still_clock(), 7);
    let (hosts, trio) = sockets::serve(seed, clock.clone()).await;
    let mut bench = Bench::of(seed, (trio, None), hosts, clock, log);
    for _ in 0..4 {
        bench.step().await;
    }
    assert!(bench.is_well(), "{}", bench.context());
    for fault in [
        Fault::ConnectionLost,
        Fault::Truncated,
        Fault::TokensForgotten,
        Fault::Failover,
        Fault::HugeTotals,
        Fault::ServerError,
        Fault::LaterPagesLost,
    ] {
        bench.suffer(fault, 60).await;
    }
}
