//! `run`: reads Trio and serves metrics. Also loads the configuration for the other commands.

use std::io::Write;

use super::{RunArgs, SourceArgs, UsageError, progress};
use crate::{
    app::{self, App, ConfigLoader, shutdown, telemetry::LogLevel},
    config::{self, Config, Source, Target},
    model::Clock,
};

pub(super) async fn run(args: RunArgs, level: LogLevel) -> anyhow::Result<()> {
    let shard = args.shard.map(|flag| flag.resolve(|name| std::env::var(name).ok())).transpose()?;
    let apply_shard = move |config: Config| match shard {
        Some(shard) => config.with_shard(shard),
        None => config,
    };
    let source = source(&args.source)?;
    let config = apply_shard(load(&source).map_err(UsageError)?);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    if args.check {
        return Ok(print(&check_output(&source, &config))?);
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
    tracing::info!(configuration = source.name(), "configuration read");
    // The shard stays as it is, and so does the file: a reload must not change to another one that
    // has appeared in the working directory.
    let app = app.with_config_loader(ConfigLoader::new(move || load(&source).map(apply_shard)));
    // The addresses that are bound: port 0 and systemd's sockets are known only now.
    let scheme = app.server().scheme();
    for address in app.server().addresses() {
        tracing::info!(%address, scheme, targets, "serving metrics");
    }
    app.run(stop).await
}

/// Returns the output of `--config.check` for a valid configuration.
fn check_output(source: &Source, config: &Config) -> String {
    let names = |reads: &dyn Fn(&str) -> bool| {
        let names = config.targets.iter().map(|target| &*target.name).filter(|name| reads(name));
        names.collect::<Vec<_>>().join(", ")
    };
    let all = format!("{} can be used; targets: {}\n", source.name(), names(&|_| true));
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

/// Finds the configuration.
///
/// # Errors
/// There is none.
pub(super) fn source(args: &SourceArgs) -> Result<Source, UsageError> {
    let found = Source::find(args.config.as_deref(), &environment, &config::is_there);
    found.map_err(|message| UsageError(vec![message]))
}

/// Finds and loads the configuration.
///
/// # Errors
/// There is none, or all mistakes in it.
pub(super) fn configuration(args: &SourceArgs) -> Result<Config, UsageError> {
    load(&source(args)?).map_err(UsageError)
}

/// Loads the configuration of `source`. A file that is not read is among its warnings.
pub(super) fn load(source: &Source) -> Result<Config, Vec<String>> {
    let mut config = config::load(source.file.as_deref(), &environment)?;
    config.warnings.extend(source.warning());
    Ok(config)
}

/// Returns a variable of the process's environment; `None` if it is not UTF-8.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Loads the configuration and returns its target `name`, or the only one.
pub(super) fn load_target(args: &SourceArgs, name: Option<&str>) -> Result<Target, UsageError> {
    select_target(configuration(args)?.targets, name)
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
