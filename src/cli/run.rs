//! `run`: reads Trio and serves metrics. Also loads the configuration for the other commands.

use std::{io::Write, path::Path};

use super::{RunArgs, UsageError, progress};
use crate::{
    app::{self, App, ConfigLoader, shutdown, telemetry::LogLevel},
    config::{self, Config, Target},
    model::Clock,
};

pub(super) async fn run(args: RunArgs, level: LogLevel) -> anyhow::Result<()> {
    let shard = args.shard.map(|flag| flag.resolve(|name| std::env::var(name).ok())).transpose()?;
    let apply_shard = move |config: Config| match shard {
        Some(shard) => config.with_shard(shard),
        None => config,
    };
    let config = apply_shard(configuration(args.config.as_deref())?);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    if args.check {
        return Ok(print(&check_output(&config))?);
    }
    if args.once {
        let once = app::read_once(config, &Clock::system(), progress::reading).await?;
        print(&once.text)?;
        return once.require_all_read();
    }
    // Flags and files first: a mistake in them ends the program before it listens or logs in.
    let web = args.web.settings()?;
    let stop = shutdown::on_signal()?;
    let targets = config
        .targets
        .iter()
        .filter(|target| config.shard.is_none_or(|s| s.reads(&target.name)))
        .count();
    let app = App::build(config, web, Clock::system()).await?.with_log_level(level);
    let file = args.config.clone();
    // The shard stays as it is: only the file is read again.
    let app =
        app.with_config_loader(ConfigLoader::new(move || load(file.as_deref()).map(apply_shard)));
    // The addresses that are bound: port 0 and systemd's sockets are known only now.
    let scheme = app.server().scheme();
    for address in app.server().addresses() {
        tracing::info!(%address, scheme, targets, "serving metrics");
    }
    app.run(stop).await
}

/// Returns the output of `--config.check` for a valid configuration.
fn check_output(config: &Config) -> String {
    let names = |reads: &dyn Fn(&str) -> bool| {
        let names = config.targets.iter().map(|target| &*target.name).filter(|name| reads(name));
        names.collect::<Vec<_>>().join(", ")
    };
    let all = format!("the configuration can be used; targets: {}\n", names(&|_| true));
    let Some(shard) = config.shard else { return all };
    let (number, of, here) = (shard.number(), shard.count(), names(&|name| shard.reads(name)));
    let here = if here.is_empty() { "none of them" } else { &here };
    format!("{all}shard {number} of {of} reads: {here}\n")
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

pub(super) fn configuration(file: Option<&Path>) -> Result<Config, UsageError> {
    load(file).map_err(UsageError)
}

fn load(file: Option<&Path>) -> Result<Config, Vec<String>> {
    config::load(file, &environment)
}

/// Returns a variable of the process's environment; `None` if it is not UTF-8.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Loads the configuration and returns its target `name`, or the only one.
pub(super) fn load_target(file: Option<&Path>, name: Option<&str>) -> Result<Target, UsageError> {
    select_target(configuration(file)?.targets, name)
}

/// Returns the target `name`, or the only one.
///
/// # Errors
/// There is no such target, or several and no name.
pub(super) fn select_target(
    mut targets: Vec<Target>,
    name: Option<&str>,
) -> Result<Target, UsageError> {
    let names: Vec<String> = targets.iter().map(|target| target.name.to_string()).collect();
    let position = match name {
        Some(name) => names.iter().position(|known| known == name),
        None => (targets.len() == 1).then_some(0),
    };
    match position {
        Some(position) => Ok(targets.swap_remove(position)),
        None => Err(UsageError(vec![format!(
            "--target: name one of the configured targets: {}",
            names.join(", ")
        )])),
    }
}
