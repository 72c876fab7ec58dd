//! `inspect`: what a server's answers hold and what the exporter makes of them.

use std::{fs, io::Write, path::Path};

use anyhow::Context;
use clap::ValueEnum;

use super::{InspectArgs, Misuse, run};
use crate::{
    inspect::{self, Report},
    model::Clock,
    trio::Client,
};

/// How the report is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Output {
    /// For people.
    #[default]
    Table,
    /// For programs; also what `--save` writes.
    Json,
}

pub(super) async fn run(args: InspectArgs) -> anyhow::Result<()> {
    let before = args.diff.as_deref().map(read).transpose()?;
    let target = run::target(args.config.as_deref(), args.target.as_deref())?;
    let client = Client::new(target.trio, target.dictionary, Default::default(), Clock::system())?;
    let report = inspect::inspect(&client, args.show_values).await?;
    if let Some(path) = &args.save {
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(path, text).with_context(|| format!("--save: cannot write {}", path.display()))?;
    }
    let mut out = std::io::stdout();
    if args.suggest {
        write!(out, "{}", inspect::fields_file(&report))?;
    } else if let Some(before) = before {
        for line in inspect::differences(&before, &report) {
            writeln!(out, "{line}")?;
        }
    } else {
        match args.output {
            Output::Table => write!(out, "{}", inspect::table(&report))?,
            Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        }
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Report> {
    let wrong = |error: &dyn std::fmt::Display| {
        Misuse(vec![format!("--diff: {}: {error}; give a file that `inspect --save` wrote", path.display())])
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Ok(serde_json::from_str(&text).map_err(|error| wrong(&error))?)
}
