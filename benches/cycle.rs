//! One cycle against a large contact centre that answers slowly: 1,000 services, 10,000 agents,
//! pages of 100, 20 ms latency, all collectors due. The wall time is compared with the time of the
//! requests, four at a time (two for configuration) at the latency measured in the same run, and with a loop of reqwest and
//! serde_json that reads the same lists page by page.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop")]

#[path = "simulated.rs"]
mod simulated;

use std::time::{Duration, Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use simulated::SimulatedTrio;
use trio_exporter::{
    app::{App, shutdown},
    config::Config,
    http, metrics,
    model::Clock,
    trio,
};

// Odd, so that the median is one of the cycles.
const CYCLES: usize = 7;
const IN_FLIGHT: u64 = 4;
const SLOW_IN_FLIGHT: u64 = 2;
const AIM: f64 = 1.25;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // The exporter's clock is set forward an hour per cycle: expiring tokens would add logins to the
    // measured cycle.
    let trio = SimulatedTrio::start(&[
        "--services",
        "1000",
        "--agents",
        "10000",
        "--page-cap",
        "100",
        "--latency",
        "20",
        "--access-token-life",
        "100000000",
    ]);
    runtime.block_on(measure(&trio));
}

async fn measure(trio: &SimulatedTrio) {
    let clock = Clock::system();
    let listen = "127.0.0.1:0".parse().unwrap();
    // No reuse of an encoding: the benchmark reads the request counter from `/metrics` right after a
    // cycle.
    let metrics =
        metrics::Settings { encoding_max_age: Duration::ZERO, ..metrics::Settings::default() };
    let config = Config { metrics, ..trio.config() };
    let app = App::build(config, &listen, clock.clone()).await.unwrap();
    let url = format!("http://{}/metrics", app.addr());
    let (listener, router, targets, _) = app.into_parts();
    let (_stop, stopped) = shutdown::switch();
    tokio::spawn(http::serve(listener, router, stopped.requested()));
    let mut poller = targets[0].poller().unwrap();
    let plain = PlainClient::log_in(trio).await;

    // The first cycles also learn the members and page sizes of the server.
    for _ in 0..3 {
        poller.step().await;
        // Every collector is due again in the next cycle.
        clock.advance(Duration::from_secs(3600));
    }
    // Before the comparison loop: its memory must not count as the exporter's.
    let peak = peak_memory();
    let mut rows = Vec::new();
    for _ in 0..CYCLES {
        let (before, cpu) = (plain.requests(&url).await, cpu_seconds());
        let begun = Instant::now();
        poller.step().await;
        let wall = begun.elapsed();
        let cpu = cpu_seconds() - cpu;
        let after = plain.requests(&url).await;
        let [fast, slow] = [after[0] - before[0], after[1] - before[1]];
        let requests = fast + slow;
        clock.advance(Duration::from_secs(3600));
        let latency = plain.latency().await;
        let rounds = 1 + fast.div_ceil(IN_FLIGHT) + slow.div_ceil(SLOW_IN_FLIGHT);
        let ratio = wall.as_secs_f64() / (rounds as f64 * latency.as_secs_f64());
        rows.push((ratio, wall, requests, latency, cpu));
    }
    let held = metrics_process::collector::collect().resident_memory_bytes.unwrap_or_default();
    let (loop_wall, loop_requests) = plain.one_page_after_the_other().await;
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, wall, requests, latency, cpu) = rows[CYCLES / 2];
    let verdict = if ratio <= AIM { "within" } else { "ABOVE" };
    println!(
        "cycle of {requests} requests at {latency:.1?}: {wall:.0?}, {ratio:.2} x the time of its requests ({verdict} the aim of {AIM})"
    );
    println!("processor time of the cycle, its encoding left out: {cpu:.3} s");
    println!(
        "one page after the other, reqwest and serde_json, the six lists alone: {loop_requests} requests, {loop_wall:.0?}"
    );
    match peak {
        Some(peak) => println!("peak memory of the first three cycles: {:.0} MB", peak / 1e6),
        None => println!("peak memory: this system does not tell"),
    }
    println!("memory held after {} cycles: {:.0} MB", CYCLES + 3, held as f64 / 1e6);
}

/// Peak resident memory of this process in bytes, on systems that report it.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? * 1024.0)
}

fn cpu_seconds() -> f64 {
    metrics_process::collector::collect().cpu_seconds_total.unwrap_or_default()
}

/// A client without the exporter: reqwest, serde_json and a loop.
struct PlainClient {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl PlainClient {
    #[allow(clippy::disallowed_methods, reason = "the simulated Trio never redirects")]
    async fn log_in(trio: &SimulatedTrio) -> Self {
        // A proxy of the machine would add its own latency.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let latin1 = |text: &str| BASE64_STANDARD.encode(trio::latin1(text).unwrap());
        let form = [("username", latin1(&trio.user)), ("password", latin1(&trio.password))];
        let login = http
            .post(format!("{}/login", trio.url))
            .header("authorization", format!("Basic {}", trio.key));
        let answer = login.form(&form).send().await.unwrap().bytes().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { http, base: format!("{}/cc/1", trio.url), token }
    }

    async fn page(&self, resource: &str, page: usize) -> (Value, usize) {
        let url = format!("{}/{resource}?page={page}&pageSize=1000", self.base);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await.unwrap();
        let pages = answer.headers().get("x-pagination").map_or(1, |header| {
            let header: Value = serde_json::from_slice(header.as_bytes()).unwrap();
            usize::try_from(header["totalPages"].as_u64().unwrap()).unwrap()
        });
        (serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap(), pages)
    }

    /// Median time of a request for a full page.
    async fn latency(&self) -> Duration {
        let mut times = Vec::new();
        for page in 1..=15 {
            let begun = Instant::now();
            self.page("agents/state", page).await;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        times[times.len() / 2]
    }

    async fn one_page_after_the_other(&self) -> (Duration, usize) {
        let (begun, mut requests) = (Instant::now(), 0);
        for resource in
            ["services", "services/state", "servicegroups", "agents", "agents/state", "agentgroups"]
        {
            let (first, pages) = self.page(resource, 1).await;
            let mut rows = vec![first];
            for page in 2..=pages {
                rows.push(self.page(resource, page).await.0);
            }
            requests += rows.len();
        }
        (begun.elapsed(), requests)
    }

    /// Requests that the exporter has sent, by its own metric: for the present state, and for the
    /// rest.
    async fn requests(&self, metrics: &str) -> [u64; 2] {
        let text = self.http.get(metrics).send().await.unwrap().text().await.unwrap();
        let counts = text.lines().filter(|line| line.starts_with("trio_api_requests_total{"));
        let mut sent = [0; 2];
        for line in counts {
            let is_fast = ["/state\"", "services/c", "\"api\"", "login\"", "\"cc\""]
                .iter()
                .any(|part| line.contains(part));
            sent[usize::from(!is_fast)] += line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
        }
        sent
    }
}
