//! A state file that cannot be used stops nothing, and is never overwritten if it is something
//! else.

use std::fs;

use pretty_assertions::assert_eq;
use trio_exporter::{app::App, sim::Options};

use super::{kept, watched};
use crate::{
    process::folder,
    support::{Simulated, still_clock},
};

const ERRORS: &str = "trio_exporter_state_file_errors_total";
const SAVED: &str = "trio_exporter_state_file_last_success_timestamp_seconds";

#[tokio::test]
async fn a_foreign_file_stays_as_it_is_and_the_exporter_serves_without_one() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("prometheus.yml");
    fs::write(&file, "scrape_configs: []\n").expect("written");
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let metrics = watched(&trio, &file, &clock, 3).await.metrics().await;
    assert_eq!(fs::read_to_string(&file).expect("there"), "scrape_configs: []\n");
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!((metrics.get(ERRORS, &[]), metrics.get(SAVED, &[])), (Some(1.0), None));
}

#[tokio::test]
async fn a_damaged_file_is_kept_aside_and_counters_begin_at_zero() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("state");
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    drop(watched(&trio, &file, &clock, 5).await);
    let mut bytes = fs::read(&file).expect("saved");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, &bytes).expect("damaged");
    let app = watched(&trio, &file, &clock, 1).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.sum("trio_agents_state_seconds_total"), 0.0);
    assert_eq!((metrics.get(ERRORS, &[]), metrics.has(SAVED)), (Some(1.0), true));
    assert_eq!(fs::read(folder.path().join("state.rejected")).expect("kept"), bytes);
}

#[tokio::test]
async fn unwritable_disk_delays_nothing_and_is_counted() {
    let (folder, clock) = (folder(), still_clock());
    let place = folder.path().join("place");
    fs::create_dir(&place).expect("a folder");
    let file = place.join("state");
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let mut app = watched(&trio, &file, &clock, 2).await;
    fs::remove_dir_all(&place).expect("gone");
    let was = app.metrics().await;
    app.step_after(5).await;
    app.step_after(5).await;
    let is = app.metrics().await;
    assert_eq!(is.get(ERRORS, &[]), Some(2.0));
    assert_eq!(is.get(SAVED, &[]), was.get(SAVED, &[]));
    let seconds = "trio_agents_state_seconds_total";
    assert!(is.sum(seconds) > was.sum(seconds), "what was read is shown all the same");
    fs::create_dir(&place).expect("a folder");
    app.step_after(5).await;
    let healed = app.metrics().await;
    assert!(healed.get(SAVED, &[]) > is.get(SAVED, &[]) && healed.get(ERRORS, &[]) == Some(2.0));
}

#[tokio::test]
async fn a_second_exporter_with_the_same_file_does_not_start_and_says_why() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("state");
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let _first = watched(&trio, &file, &clock, 1).await;
    let listen = "127.0.0.1:0".parse().expect("an address");
    let second =
        App::build(kept(&trio, &file), &listen, clock).await.expect_err("in use").to_string();
    assert!(
        second.starts_with("state_file: another exporter uses ") && second.contains("state;"),
        "{second}"
    );
}
