//! The house: which room may name which, and which outside crate belongs where.
//!
//! Every path in `src/` is read (not only `use` lines: types, expressions, patterns, attributes,
//! and the tokens inside macros) and held against the table in `rooms`. `proof` shows that the
//! checker can fail.

mod circles;
mod collectors;
mod files;
mod layout;
mod paths;
mod proof;
mod rooms;
mod tokens;
mod verdict;

use files::{File, all};
use verdict::violations;

#[test]
fn every_room_names_only_the_rooms_and_crates_that_the_table_allows() {
    let found: Vec<String> = all().iter().flat_map(violations).collect();
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

/// The violations of a source text, as if it stood at `path` below `src/`.
fn violations_in(path: &str, source: &str) -> Vec<String> {
    violations(&File::new(path, source))
}
