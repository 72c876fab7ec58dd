//! Speed of simulated time while a caller in this process polls everything that the exporter polls.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

use std::time::{Duration, Instant, UNIX_EPOCH};

use trio_exporter::sim::{InProcess, Options, Scenario};

const POLL: Duration = Duration::from_secs(5);
const HOURS: u32 = 24;

/// A simulated day of the most crowded world may take 12 s: accuracy tests simulate weeks.
const MIN_HOURS_PER_SECOND: f64 = 2.0;

fn main() {
    for (name, scenario) in Scenario::NAMED {
        let options = Options { scenario: Some(scenario()), ..Options::default() };
        let mut trio = InProcess::new(options, UNIX_EPOCH + Duration::from_secs(1_750_000_000));
        let (started, mut bytes) = (Instant::now(), 0);
        // 720 polls of 5 s an hour.
        for _ in 0..HOURS * 720 {
            trio.step(POLL);
            for resource in ["services/state", "services/calls", "services/cases", "agents/state"] {
                bytes += trio.read(&format!("cc/1/{resource}")).unwrap().len();
            }
        }
        let read = started.elapsed();
        let started = Instant::now();
        trio.step(Duration::from_secs(3_600) * HOURS);
        let alone = started.elapsed();
        let rate = |time: Duration| f64::from(HOURS) / time.as_secs_f64();
        println!(
            "{name:14} {:7.1} simulated hours a second at a {} s poll ({:.0} MB), {:8.0} without polls",
            rate(read),
            POLL.as_secs(),
            bytes as f64 / 1e6,
            rate(alone)
        );
        assert!(rate(read) >= MIN_HOURS_PER_SECOND, "{name}: too slow for simulated weeks");
    }
}
