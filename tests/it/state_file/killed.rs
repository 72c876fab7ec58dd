//! The program itself, stopped and killed: what was scraped is never above what goes on.

use std::path::Path;

use pretty_assertions::assert_eq;
use rustix::process::Signal;
use trio_exporter::{model::Clock, sim::Options, state_file::StateFile};

use super::{assert_none_fell, lasting};
use crate::{
    process::{folder, serving},
    support::{Running, Samples, Simulated, configure},
};

async fn world(folder: &Path) -> (Simulated, String) {
    let options = Options { agents: 12, ..Options::default() };
    let trio = Simulated::start(options, Clock::system()).await;
    let text =
        format!("targets:\n{}poll: {{state: 1s}}\nstate_file: counters\n", trio.entry("trio"));
    (trio, configure(folder, &text))
}

/// Waits until agents have spent more seconds than this, and returns that scrape.
async fn after(running: &Running, seconds: f64) -> Samples {
    let spent = |it: &Samples| it.sum("trio_agents_state_seconds_total");
    running.until_metrics("agent time to pass", |it| spent(it) > seconds).await
}

#[tokio::test]
async fn a_program_that_is_stopped_by_a_signal_goes_on_where_it_was() {
    let folder = folder();
    let (_trio, file) = world(folder.path()).await;
    let mut before: Vec<(String, f64)> = Vec::new();
    let mut spent = 0.0;
    for signal in [Signal::TERM, Signal::INT, Signal::TERM] {
        let mut running = Running::start(&file, &[]).await;
        let first = after(&running, spent - 1e-6).await;
        if !before.is_empty() {
            assert_none_fell(&before, &lasting(&first), "the first scrape");
        }
        let last = after(&running, spent + 20.0).await;
        (before, spent) = (lasting(&last), last.sum("trio_agents_state_seconds_total"));
        running.process.signal(signal);
        assert_eq!(running.process.ended().await.code(), Some(0), "{}", running.process.stderr());
    }
}

#[tokio::test]
async fn killed_program_leaves_whole_file_not_below_scraped_counters() {
    let folder = folder();
    let (_trio, file) = world(folder.path()).await;
    let mut before: Vec<(String, f64)> = Vec::new();
    let mut spent = 0.0;
    for round in 0..5u64 {
        let mut running = Running::start(&file, &[]).await;
        let first = after(&running, spent - 1e-6).await;
        if !before.is_empty() {
            assert_none_fell(&before, &lasting(&first), &format!("round {round}"));
        }
        let last = after(&running, spent + 5.0).await;
        (before, spent) = (lasting(&last), last.sum("trio_agents_state_seconds_total"));
        running.process.signal(Signal::KILL);
        running.process.ended().await;
        let opened = StateFile::open(&folder.path().join("counters")).expect("free and ours");
        assert!(opened.rejected.is_none() && opened.contents.targets.len() == 1, "round {round}");
    }
}

#[tokio::test]
async fn two_programs_with_one_file_are_one_line_that_names_it() {
    let folder = folder();
    let (_trio, file) = world(folder.path()).await;
    let _first = Running::start(&file, &[]).await;
    let mut second = serving(&file, &[]);
    assert_eq!(second.ended().await.code(), Some(1), "{}", second.stderr());
    assert!(second.stderr().contains("another exporter uses"), "{}", second.stderr());
}
