//! `completions`, `man` and `schema`: texts for other programs, generated from the command line and
//! the configuration.

use std::io::{self, Write};

use anyhow::bail;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, UsageError};
use crate::config;

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell to write the script for.
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The command whose page is printed.
    ///
    /// Without it, the page of the program itself.
    #[arg(value_name = "COMMAND")]
    name: Option<String>,
}

const PROGRAM: &str = "trio-exporter";

pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<()> {
    // Into memory first: clap_complete panics when it cannot write, as to a pipe that was closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), PROGRAM, &mut script);
    print(&script)
}

pub(super) fn man(args: &ManArgs) -> anyhow::Result<()> {
    let mut program = Cli::command();
    // Adds the global flags to each command, so that its page lists them.
    program.build();
    let page = match args.name.as_deref() {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                bail!(UsageError(vec![format!(
                    "COMMAND: there is no command `{name}`; see `{PROGRAM} --help`"
                )]))
            }
        },
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text)?;
    print(&text)
}

pub(super) fn schema() -> anyhow::Result<()> {
    print(config::schema_text().as_bytes())
}

fn print(text: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    Ok(out.flush()?)
}
