//! Measures work relative to a floor: the least that the same result takes. The two run in turn, so
//! that a busy machine slows both; the median of the ratios is the result.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

// Odd, so that the median is one of the pairs.
const PAIRS: usize = 31;

/// Result of a measurement.
pub(crate) struct Measured {
    median: Duration,
    ratio: f64,
    aim: f64,
}

/// Measures `ours` relative to `floor`.
pub(crate) fn measure<A, B>(ours: impl Fn() -> A, floor: impl Fn() -> B, aim: f64) -> Measured {
    summarize((0..PAIRS).map(|_| (timed(&ours), timed(&floor))).collect(), aim)
}

/// Summarises pairs of times: ours and the floor's.
pub(crate) fn summarize(mut pairs: Vec<(Duration, Duration)>, aim: f64) -> Measured {
    let mut ratios: Vec<_> = pairs.iter().map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    pairs.sort_unstable();
    let middle = pairs.len() / 2;
    Measured { median: pairs[middle].0, ratio: ratios[middle], aim }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, ratio, aim } = self;
        let verdict = if ratio <= aim { "within" } else { "ABOVE" };
        write!(
            formatter,
            "median {median:.1?}, {ratio:.2} × the floor ({verdict} the aim of {aim})"
        )
    }
}

fn timed<T>(work: &impl Fn() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}
