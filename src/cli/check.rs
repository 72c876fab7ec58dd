//! `check`: finds faults between the exporter and Trio, and says how to repair them.

use std::io::Write;

use anyhow::bail;

use super::{CheckArgs, UsageError, run};
use crate::{
    config::Target,
    model::{Clock, Collector},
    poller,
    tools::check::{self, Level, Report},
    trio::Client,
};

pub(super) async fn run(args: CheckArgs) -> anyhow::Result<()> {
    let config = run::configuration(args.config.as_deref())?;
    let configured = config.targets.len();
    let mut targets = config.targets;
    if let Some(wanted) = args.target.as_deref() {
        let names: Vec<String> = targets.iter().map(|target| target.name.to_string()).collect();
        targets.retain(|target| &*target.name == wanted);
        if targets.is_empty() {
            let message =
                format!("--target: name one of the configured targets: {}", names.join(", "));
            return Err(UsageError(vec![message]).into());
        }
    }
    let mut out = std::io::stdout();
    write!(out, "{}", check::configuration(configured, &config.warnings))?;
    let mut failures = 0;
    for target in targets {
        // Printed target by target: one that hangs must not hide what is known about the others.
        let report = check_target(target, &config.poll).await?;
        write!(out, "{report}")?;
        failures += report.count(Level::Fail);
    }
    if failures > 0 {
        bail!("{failures} of the lines above say FAIL");
    }
    Ok(())
}

async fn check_target(target: Target, poll: &poller::Settings) -> anyhow::Result<Report> {
    let clock = Clock::system();
    let client =
        Client::new(target.trio.clone(), target.dictionary, Default::default(), clock.clone())?;
    let target = check::CheckTarget {
        name: target.name,
        settings: target.trio,
        contact_centers: target.contact_centers,
        intervals: Collector::ALL.map(|collector| poll.interval(collector)),
        configuration: poll.configuration,
        limits: target.poll,
    };
    Ok(check::check(&target, &client, &clock).await)
}
