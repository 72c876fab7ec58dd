//! The binary: parse, carry out, exit. No logic.

use std::process::ExitCode;

use clap::Parser;
use trio_exporter::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().execute()
}
