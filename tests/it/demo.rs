//! The demo, as the binary that users start.

use std::{net::TcpListener, time::Duration};

use rustix::process::Signal;

use crate::{
    process::{Process, exporter, until},
    support::reqwest_client,
};

/// The first step is finished within a second of the start; the rest is for a busy machine.
const FIRST_STEP: Duration = Duration::from_secs(10);

async fn started() -> (Process, String) {
    let mut demo = exporter(&["demo", "--web.listen-address", "127.0.0.1:0", "--agents", "12"]);
    let url = demo
        .says("where its metrics are", |text| {
            let address =
                text.split("http://").skip(1).find_map(|rest| rest.split_once("/metrics\n"))?;
            text.contains("Ctrl-C stops it").then(|| format!("http://{}/metrics", address.0))
        })
        .await;
    (demo, url)
}

async fn page(url: &str) -> Result<String, String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answer = reqwest::get(url).await.map_err(|error| error.to_string())?;
    let answer = answer.error_for_status().map_err(|error| error.to_string())?;
    answer.text().await.map_err(|error| error.to_string())
}

async fn page_with(url: &str, line: &str) -> String {
    until(&format!("{line:?} at {url}"), FIRST_STEP, async || {
        let text = page(url).await?;
        if text.lines().any(|candidate| candidate == line) { Ok(text) } else { Err(text) }
    })
    .await
}

#[tokio::test]
async fn the_demo_shows_a_simulated_trio_and_ctrl_c_stops_it_cleanly() {
    let (mut demo, url) = started().await;
    let metrics = page_with(&url, r#"trio_simulated{target="demo"} 1"#).await;
    assert!(metrics.lines().any(|line| line == r#"trio_up{target="demo"} 1"#), "{metrics}");
    assert!(!metrics.contains("trio_agent_info"), "no persons on /metrics");
    let persons = page(&format!("{url}/agents")).await.expect("the page of agents");
    let named = persons.lines().filter(|line| line.starts_with("trio_agent_info{")).count();
    assert_eq!(named, 12, "one an agent: {persons}");

    demo.signal(Signal::INT);
    let status = demo.ended().await;
    assert_eq!(status.code(), Some(0), "{}", demo.stderr());
}

#[tokio::test]
async fn wallboard_is_the_first_address_of_the_demo() {
    let (demo, url) = started().await;
    let printed = demo.stdout();
    let addresses: Vec<&str> = printed
        .lines()
        .filter_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.1))
        .collect();
    let expected = ["wall", "metrics", "metrics/agents", "status", "te/api", "sim/truth"];
    assert_eq!(addresses, expected, "{printed}");
    let base = url.strip_suffix("/metrics").expect("the page of metrics");
    page(&format!("{base}/wall")).await.expect("the wallboard");
}

#[tokio::test]
async fn reload_of_the_demo_is_a_conflict() {
    let (_demo, url) = started().await;
    let url = url.replace("/metrics", "/-/reload");
    let answer = reqwest_client().post(url).send().await.expect("an answer");
    assert_eq!(answer.status(), reqwest::StatusCode::CONFLICT);
    let text = answer.text().await.expect("a text");
    assert!(text.starts_with("409: this exporter was started without a configuration"), "{text}");
}

#[tokio::test]
async fn sigterm_stops_the_demo_cleanly_too() {
    let (mut demo, _) = started().await;
    demo.signal(Signal::TERM);
    let status = demo.ended().await;
    assert_eq!(status.code(), Some(0), "{}", demo.stderr());
}

#[tokio::test]
async fn the_demo_prints_a_scrape_config_for_both_jobs_with_its_real_address() {
    let (demo, url) = started().await;
    let address = url.trim_start_matches("http://").trim_end_matches("/metrics");
    let text = demo.stdout();
    for part in [
        "/status\n",
        "/sim/truth\n",
        "job_name: trio\n",
        "job_name: trio-agents\n",
        "metrics_path: /metrics/agents\n",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert_eq!(text.matches(&format!("[\"{address}\"]")).count(), 2, "{text}");
}

#[tokio::test]
async fn a_taken_port_is_one_line_that_names_the_flag() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut demo = exporter(&["demo", "--web.listen-address", &address]);
    let status = demo.ended().await;
    let (printed, said) = (demo.stdout(), demo.stderr());
    assert_eq!(status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("--web.listen-address") && said.contains(&address), "{said}");
    assert_eq!(printed, "", "nothing is promised that does not run");
}

#[tokio::test]
async fn second_signal_ends_program_despite_pending_answer() {
    for (first, second) in [(Signal::TERM, Signal::TERM), (Signal::INT, Signal::TERM)] {
        let (mut demo, url) = started().await;
        let address = url.trim_start_matches("http://").trim_end_matches("/metrics");
        let mut slow = std::net::TcpStream::connect(address).expect("it listens");
        std::io::Write::write_all(&mut slow, b"GET /metrics HTTP/1.1\r\nhost: a\r\n")
            .expect("written");
        // A server that answers this has accepted the connection before.
        page(&url).await.expect("a page");
        demo.signal(first);
        demo.says("that a second signal aborts", |text| {
            text.contains("a second signal aborts").then_some(())
        })
        .await;
        demo.signal(second);
        let status = demo.ended().await;
        assert_eq!(status.code(), Some(130), "{first:?} {second:?}: {}", demo.stderr());
        assert!(!demo.stderr().contains("stopped"), "{}", demo.stderr());
        drop(slow);
    }
}
