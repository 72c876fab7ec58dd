//! The binary: parses the command line and runs the command. No logic.

use std::process::ExitCode;

use clap::Parser;
use trio_exporter::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().execute()
}
