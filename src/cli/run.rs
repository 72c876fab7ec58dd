//! `run`: read Trio and serve metrics.

use std::path::Path;

use super::{Misuse, RunArgs};
use crate::{
    app::{App, Load},
    config::{self, Config, Target},
    model::Clock,
    shutdown,
};

pub(super) async fn run(args: RunArgs) -> anyhow::Result<()> {
    let config = configuration(args.config.as_deref())?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let stop = shutdown::on_signal()?;
    let targets = config.targets.len();
    let app = App::build(config, &args.listen, Clock::system()).await?;
    let file = args.config.clone();
    let app = app.reloading(Load::by(move || load(file.as_deref())));
    tracing::info!(address = %app.addr(), targets, "serving metrics");
    app.run(stop).await
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
