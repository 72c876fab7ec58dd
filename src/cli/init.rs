//! `init`: writes a first configuration from a few answers.

use std::{io, path::PathBuf};

use clap::Args;

use super::UsageError;
use crate::{
    config,
    tools::init::{self, Failure, Rules, Settings, StandardInput},
    trio::Secret,
};

// There is no flag for a secret: every user of the machine can read the command line of a process.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Address of the API, such as https://trio.example/te/api; may be given again, the preferred
    /// one first. Asked for if it is not given.
    #[arg(long = "server", value_name = "URL")]
    servers: Vec<String>,
    /// Name of the target: the label `target` of its metrics.
    #[arg(long, value_name = "NAME", default_value = "trio")]
    target: String,
    /// The folder to write trio-exporter.yml and the secret files to.
    #[arg(long, value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Replace existing files.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: InitArgs) -> anyhow::Result<()> {
    let InitArgs { servers, target, directory, force } = args;
    let rules = Rules {
        name: config::check_name,
        servers: |text| {
            let servers = config::servers(text).map(|(servers, _)| servers);
            servers.map_err(|mistakes| mistakes.join("; "))
        },
        secret: |key, text| config::check_secret(key, &Secret::from(text.clone())),
        file: |path| {
            let config = config::load(Some(path), &|_| None);
            config.map(|config| config.warnings).map_err(|mistakes| mistakes.join("\n"))
        },
    };
    let settings = Settings { servers, target, directory, force, rules };
    init::init(&settings, &mut StandardInput::new(), &mut io::stdout()).map_err(|failure| {
        match failure {
            Failure::Unusable(message) => UsageError(vec![message]).into(),
            other => other.into(),
        }
    })
}
