//! `inspect`: shows the members of a server's answers and how the exporter uses them.

use std::{fs, io::Write, path::Path};

use anyhow::Context;
use clap::ValueEnum;

use super::{InspectArgs, UsageError, run};
use crate::{
    model::Clock,
    tools::inspect::{self, Report},
    trio::Client,
};

/// Format of the report.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Output {
    /// A table for people.
    #[default]
    Table,
    /// JSON for programs; `--save` writes it, too.
    Json,
}

pub(super) async fn run(args: InspectArgs) -> anyhow::Result<()> {
    // First, so that a wrong file is reported before Trio is asked.
    let before = args.diff.as_deref().map(read).transpose()?;
    let target = run::load_target(args.config.as_deref(), args.target.as_deref())?;
    let client = Client::new(target.trio, target.dictionary, Default::default(), Clock::system())?;
    let report = inspect::inspect(&client, args.show_values).await?;
    if let Some(path) = &args.save {
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(path, text)
            .with_context(|| format!("--save: cannot write {}", path.display()))?;
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
        UsageError(vec![format!(
            "--diff: {}: {error}; give a file that `inspect --save` wrote",
            path.display()
        )])
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Ok(serde_json::from_str(&text).map_err(|error| wrong(&error))?)
}
