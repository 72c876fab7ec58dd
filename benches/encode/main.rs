//! Time of an encoding, relative to prometheus-client over a bare vector of the same samples.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

mod contact_center;
mod floor;
#[path = "../ratio.rs"]
mod ratio;

use std::sync::Arc;

use contact_center::view;
use floor::Floor;
use trio_exporter::{
    metrics::{Identity, MetricsPage, Process, Settings, encode},
    model::Clock,
};

const AIM: f64 = 1.5;

fn main() {
    let now = Clock::system().now();
    // With names, the longest identity of an agent.
    let settings = Arc::new(Settings { identity: Identity::Name, ..Settings::default() });
    let views = [view(1_000, 10_000, now)];
    for page in [MetricsPage::Main, MetricsPage::Agents] {
        let ours = || encode(page, &views, &settings, Process::default(), now);
        let text = ours();
        let floor = Floor::parse(&text);
        let floor = || floor.encode();
        let samples = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        // The floor must write as many samples, or the ratio means nothing.
        assert_eq!(samples(&text), samples(&floor()));

        println!(
            "encode {page:?}: {} samples, {:.1} MB: {}",
            samples(&text),
            text.len() as f64 / 1e6,
            ratio::measure(ours, floor, AIM),
        );
    }
}
