//! `run`: read Trio and serve metrics.

use super::{Misuse, RunArgs};
use crate::{app::App, config, model::Clock, shutdown};

pub(super) async fn run(args: RunArgs) -> anyhow::Result<()> {
    let environment = |name: &str| std::env::var(name).ok();
    let config = config::load(args.config.as_deref(), &environment).map_err(Misuse)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let stop = shutdown::on_signal()?;
    let targets = config.targets.len();
    let app = App::build(config, &args.listen, Clock::system()).await?;
    tracing::info!(address = %app.addr(), targets, "serving metrics");
    app.run(stop).await
}
