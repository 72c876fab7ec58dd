//! The documents: every command in them is run here, run by a test that is named, or marked as the
//! reader's own affair; what they link to and what they name is there.
//!
//! Marks of a block of commands, in a comment on the line above it:
//!
//! | comment | meaning |
//! | --- | --- |
//! | none | it is run here, see `stage` |
//! | `<!-- run by: tests/stack/promtool.rs name_of_the_test -->` | that test runs it |
//! | `<!-- needs: your Trio -->` | only the reader can run it; the reasons are in `commands` |
//! | `<!-- output -->` above a `text` block | what the block before it prints, see `commands` |

mod blocks;
mod commands;
mod flags;
mod keys;
mod links;
mod log_messages;
mod planted;
mod reliability;
mod stage;
mod tables;

use crate::markdown::Document;

/// Fails with one line for each problem.
fn nothing_in(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// A document of the project by its path.
fn document(path: &str) -> Document {
    let found = Document::shipped().into_iter().find(|document| document.path == path);
    found.unwrap_or_else(|| panic!("there is no {path}"))
}
