//! What is made of the command line and the configuration for other programs: completions, manual pages, the schema.

use std::io::{self, Write};

use anyhow::bail;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, Misuse};
use crate::config;

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell that completes.
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The command whose page is printed; without it, the page of the program.
    #[arg(value_name = "COMMAND")]
    name: Option<String>,
}

const PROGRAM: &str = "trio-exporter";

pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), PROGRAM, &mut script);
    print(&script)
}

pub(super) fn man(args: &ManArgs) -> anyhow::Result<()> {
    let mut program = Cli::command();
    program.build();
    let page = match args.name.as_deref() {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                bail!(Misuse(vec![format!("COMMAND: there is no command `{name}`; see `{PROGRAM} --help`")]))
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
