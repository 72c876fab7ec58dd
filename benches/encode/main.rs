//! How long an encoding takes, beside its floor: prometheus-client over a bare vector of the same samples.
//!
//! The two are measured in turn, so that a busy machine slows both; the median of the ratios is what counts.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

mod contact_center;
mod floor;

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use contact_center::view;
use floor::Floor;
use trio_exporter::{
    metrics::{Identity, Process, Settings, Surface, encode},
    model::Clock,
};

const PAIRS: usize = 31;
const AIM: f64 = 1.5;

fn main() {
    let now = Clock::system().now();
    let settings = Arc::new(Settings { identity: Identity::Name, ..Settings::default() });
    let views = [view(1_000, 10_000, now)];
    for surface in [Surface::Main, Surface::Agents] {
        let ours = || encode(surface, &views, &settings, Process::default(), now);
        let text = ours();
        let floor = Floor::of(&text);
        let floor = || floor.encode();
        let samples = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(samples(&text), samples(&floor()));

        let mut pairs: Vec<_> = (0..PAIRS).map(|_| (timed(&ours), timed(&floor))).collect();
        let mut ratios: Vec<_> = pairs.iter().map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let ratio = ratios[PAIRS / 2];
        pairs.sort_unstable();
        let (median, _) = pairs[PAIRS / 2];
        let verdict = if ratio <= AIM { "within" } else { "ABOVE" };
        println!(
            "encode {surface:?}: {} samples, {:.1} MB, median {median:.1?}, {ratio:.2} × the floor ({verdict} the aim of {AIM})",
            samples(&text),
            text.len() as f64 / 1e6,
        );
    }
}

fn timed(work: &impl Fn() -> String) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}
