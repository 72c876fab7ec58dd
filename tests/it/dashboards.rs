//! The dashboards in `dashboards/`: what a person who opens one may rely on.
//!
//! Each file here holds one kind of promise, as a function from a dashboard to its faults;
//! `planted` shows that each of them can fail. Whether Prometheus has something to say to each
//! query is shown in `tests/stack`.

mod centers;
mod controls;
mod display;
mod english;
mod equal;
mod format;
mod layout;
mod links;
mod linter;
mod measured;
mod no_data;
mod offers;
mod outage;
mod panels;
mod persons;
mod planted;
mod planted_common;
mod planted_tables;
mod planted_words;
mod queries;
mod ranges;
mod reasons;
mod tables;
mod time;
mod unknown;
mod variables;
mod words;

use crate::dashboard::Board;

/// The contact centre's boards, which begin with the header strip.
const WITH_STRIP: [&str; 4] = ["trio-overview", "trio-service", "trio-team", "trio-service-level"];

/// The only board that knows persons.
const OF_PERSONS: &str = "trio-agents";

/// Panics with the faults of all dashboards.
fn none(faults: impl Fn(&Board) -> Vec<String>) {
    let found: Vec<String> = Board::shipped().iter().flat_map(faults).collect();
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}
