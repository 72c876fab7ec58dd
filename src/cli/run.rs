//! `run`: read Trio and serve metrics.

use std::{io::Write, path::Path};

use super::{Misuse, RunArgs};
use crate::{
    app::{self, App, Load},
    config::{self, Config, Target},
    model::Clock,
    shutdown,
    telemetry::LogLevel,
};

pub(super) async fn run(args: RunArgs, level: LogLevel) -> anyhow::Result<()> {
    let config = configuration(args.config.as_deref())?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    if args.check {
        let targets: Vec<&str> = config.targets.iter().map(|target| &*target.name).collect();
        print(&format!("the configuration can be used; targets: {}\n", targets.join(", ")))?;
        return Ok(());
    }
    if args.once {
        let once = app::once(config, &Clock::system()).await?;
        print(&once.text)?;
        return once.judge();
    }
    let web = args.web.settings()?;
    let stop = shutdown::on_signal()?;
    let targets = config.targets.len();
    let app = App::build(config, web, Clock::system()).await?.with_log_level(level);
    let file = args.config.clone();
    let app = app.reloading(Load::by(move || load(file.as_deref())));
    let scheme = app.server().scheme();
    for address in app.server().addresses() {
        tracing::info!(%address, scheme, targets, "serving metrics");
    }
    app.run(stop).await
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
    config::load(file, &|name| std::env::var(name).ok())
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
