//! Progress of a command on the error output, beside what it prints.

use std::io::{self, IsTerminal, Write};

/// Prints what is read now, for a person who waits.
pub(super) fn reading(what: &str) {
    // A file or another program wants the report alone.
    if io::stderr().is_terminal() {
        say(what);
    }
}

/// Prints a line of progress beside the report, which may go to a file.
pub(super) fn say(line: &str) {
    // No one may be listening; the report matters.
    let _ = writeln!(io::stderr(), "trio-exporter: {line}");
}
