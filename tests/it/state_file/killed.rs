//! The program itself, stopped and killed: what was scraped is never above what goes on.

use std::{fs, path::Path, time::Duration};

use pretty_assertions::assert_eq;
use rustix::process::Signal;
use trio_exporter::{sim::Options, state_file::StateFile};

use super::{assert_none_fell, lasting};
use crate::{
    process::{Process, exporter, folder, until},
    support::{Samples, Simulated, reqwest_client},
};

/// The first list is read within a second or two of the start; the rest is for a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

fn configuration(trio: &Simulated, options: &Options, folder: &Path) -> String {
    for (name, secret) in
        [("key", &options.client_key), ("user", &options.username), ("password", &options.password)]
    {
        fs::write(folder.join(name), secret).expect("a secret");
    }
    let file = folder.join("trio-exporter.yml");
    let text = format!(
        "targets:
  - {{servers: {}, client_key_file: key, username_file: user, password_file: password}}
poll: {{state: 1s}}
state_file: counters
",
        trio.url()
    );
    fs::write(&file, text).expect("a configuration");
    file.to_str().expect("UTF-8").to_owned()
}

/// The program, and where its metrics are.
async fn started(configuration: &str) -> (Process, String) {
    let mut process =
        exporter(&["--config.file", configuration, "--web.listen-address", "127.0.0.1:0"]);
    let address = process.serves().await;
    (process, format!("http://{address}/metrics"))
}

async fn scraped(url: &str) -> Result<Samples, String> {
    let answer = reqwest_client().get(url).send().await.map_err(|error| error.to_string())?;
    Ok(Samples::parse(&answer.text().await.map_err(|error| error.to_string())?))
}

/// Waits until agents have spent more seconds than this, and returns that scrape.
async fn after(url: &str, seconds: f64) -> Samples {
    until("agent time to pass", LIMIT, async || {
        let metrics = scraped(url).await?;
        let spent = metrics.sum("trio_agents_state_seconds_total");
        if spent > seconds { Ok(metrics) } else { Err(format!("{spent} seconds")) }
    })
    .await
}

async fn world() -> (Simulated, Options) {
    let options = Options { agents: 12, ..Options::default() };
    (Simulated::start(options.clone(), trio_exporter::model::Clock::system()).await, options)
}

#[tokio::test]
async fn a_program_that_is_stopped_by_a_signal_goes_on_where_it_was() {
    let (trio, options) = world().await;
    let folder = folder();
    let configuration = configuration(&trio, &options, folder.path());
    let mut before: Vec<(String, f64)> = Vec::new();
    let mut spent = 0.0;
    for signal in [Signal::TERM, Signal::INT, Signal::TERM] {
        let (mut process, url) = started(&configuration).await;
        let first = after(&url, spent - 1e-6).await;
        if !before.is_empty() {
            assert_none_fell(&before, &lasting(&first), "the first scrape");
        }
        let last = after(&url, spent + 20.0).await;
        (before, spent) = (lasting(&last), last.sum("trio_agents_state_seconds_total"));
        process.signal(signal);
        assert_eq!(process.ended().await.code(), Some(0), "{}", process.stderr());
    }
}

#[tokio::test]
async fn killed_program_leaves_whole_file_not_below_scraped_counters() {
    let (trio, options) = world().await;
    let folder = folder();
    let configuration = configuration(&trio, &options, folder.path());
    let mut before: Vec<(String, f64)> = Vec::new();
    let mut spent = 0.0;
    for round in 0..5u64 {
        let (mut process, url) = started(&configuration).await;
        let first = after(&url, spent - 1e-6).await;
        if !before.is_empty() {
            assert_none_fell(&before, &lasting(&first), &format!("round {round}"));
        }
        let last = after(&url, spent + 5.0).await;
        (before, spent) = (lasting(&last), last.sum("trio_agents_state_seconds_total"));
        process.signal(Signal::KILL);
        process.ended().await;
        let opened = StateFile::open(&folder.path().join("counters")).expect("free and ours");
        assert!(opened.rejected.is_none() && opened.contents.targets.len() == 1, "round {round}");
    }
}

#[tokio::test]
async fn two_programs_with_one_file_are_one_line_that_names_it() {
    let (trio, options) = world().await;
    let folder = folder();
    let configuration = configuration(&trio, &options, folder.path());
    let (_first, _) = started(&configuration).await;
    let mut second =
        exporter(&["--config.file", &configuration, "--web.listen-address", "127.0.0.1:0"]);
    assert_eq!(second.ended().await.code(), Some(1), "{}", second.stderr());
    assert!(second.stderr().contains("another exporter uses"), "{}", second.stderr());
}
