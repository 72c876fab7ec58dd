//! `run`: read Trio and serve metrics.

use std::{io::Write, path::Path};

use super::{Misuse, RunArgs};
use crate::{
    app::{self, App, ConfigLoader},
    config::{self, Config, Target},
    model::Clock,
    shutdown,
    telemetry::LogLevel,
};

pub(super) async fn run(args: RunArgs, level: LogLevel) -> anyhow::Result<()> {
    let shard = args.shard.map(|flag| flag.shard(|name| std::env::var(name).ok())).transpose()?;
    let of_shard = move |config: Config| match shard {
        Some(shard) => config.shared_by(shard),
        None => config,
    };
    let config = of_shard(configuration(args.config.as_deref())?);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    if args.check {
        return Ok(print(&usable(&config))?);
    }
    if args.once {
        let once = app::read_once(config, &Clock::system()).await?;
        print(&once.text)?;
        return once.require_all_read();
    }
    let web = args.web.settings()?;
    let stop = shutdown::on_signal()?;
    let targets =
        config.targets.iter().filter(|target| config.shard.is_none_or(|s| s.reads(&target.name))).count();
    let app = App::build(config, web, Clock::system()).await?.with_log_level(level);
    let file = args.config.clone();
    let app = app.with_config_loader(ConfigLoader::new(move || load(file.as_deref()).map(of_shard)));
    let scheme = app.server().scheme();
    for address in app.server().addresses() {
        tracing::info!(%address, scheme, targets, "serving metrics");
    }
    app.run(stop).await
}

/// What a configuration that has no mistakes is for.
fn usable(config: &Config) -> String {
    let names = |reads: &dyn Fn(&str) -> bool| {
        let names = config.targets.iter().map(|target| &*target.name).filter(|name| reads(name));
        names.collect::<Vec<_>>().join(", ")
    };
    let all = format!("the configuration can be used; targets: {}\n", names(&|_| true));
    let Some(shard) = config.shard else { return all };
    let (number, of, here) = (shard.number(), shard.of(), names(&|name| shard.reads(name)));
    let here = if here.is_empty() { "none of them" } else { &here };
    format!("{all}shard {number} of {of} reads: {here}\n")
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

pub(super) fn configuration(file: Option<&Path>) -> Result<Config, Misuse> {
    load(file).map_err(Misuse)
}

fn load(file: Option<&Path>) -> Result<Config, Vec<String>> {
    config::load(file, &environment)
}

/// A variable of the process's environment.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The configured target called `name`, or the only one.
pub(super) fn target(file: Option<&Path>, name: Option<&str>) -> Result<Target, Misuse> {
    pick(configuration(file)?.targets, name)
}

/// The one of `targets` called `name`, or the only one.
pub(super) fn pick(mut targets: Vec<Target>, name: Option<&str>) -> Result<Target, Misuse> {
    let names: Vec<String> = targets.iter().map(|target| target.name.to_string()).collect();
    let position = match name {
        Some(name) => names.iter().position(|known| known == name),
        None => (targets.len() == 1).then_some(0),
    };
    match position {
        Some(position) => Ok(targets.swap_remove(position)),
        None => {
            Err(Misuse(vec![format!("--target: name one of the configured targets: {}", names.join(", "))]))
        }
    }
}
