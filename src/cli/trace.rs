//! `trace`: what is inferred of single cases, line by line as it happens.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::ValueEnum;
use tokio::select;

use super::{Misuse, TraceArgs, run};
use crate::{
    app::PollerFactory,
    config::{Config, Target},
    model::{Clock, Collector, Goals, Selection, Text},
    poller::{self, Wanted},
    shutdown,
    tally::{self, Edges},
    trace::{Failure, Line, Settings, Tokens, Trace, Tracer},
};

/// How the lines are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Output {
    /// For people.
    #[default]
    Text,
    /// For programs: an object a line.
    Json,
}

/// A duration with its unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let span = text.parse::<jiff::SignedDuration>().ok().filter(jiff::SignedDuration::is_positive);
    let duration = span.and_then(|span| Duration::try_from(span).ok());
    duration.ok_or_else(|| "give a duration with its unit, such as 90s, 10m or 1h".to_owned())
}

/// Lines on the standard output.
struct Printed(Output);

impl Printed {
    fn all(&self, lines: &[Line]) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        for line in lines {
            match self.0 {
                Output::Text => writeln!(out, "{line}")?,
                Output::Json => writeln!(out, "{}", line.json())?,
            }
        }
        out.flush()
    }
}

pub(super) async fn run(args: TraceArgs) -> anyhow::Result<()> {
    let Config { targets, poll, tally, warnings, .. } = run::configuration(args.config.as_deref())?;
    let target = run::pick(targets, args.target.as_deref())?;
    for warning in &warnings {
        tracing::warn!("{warning}");
    }
    let clock = Clock::system();
    let settings = Settings {
        contact_centers: texts(&args.contact_center),
        services: texts(&args.service),
        waits_for_services: args.wait_for_service,
        time_zone: target.time_zone(),
    };
    let tracer = Tracer::new(settings, Tokens::draw().context("the system gives no random numbers")?);
    let out = Printed(args.output);
    let introduction =
        tracer.introduction(&target.name, &clock, poll.state, target.trio.limits.requests_per_minute);
    let mut trace = trace(target, &args.contact_center, poll, tally, clock, tracer)?;
    let stop = shutdown::on_signal()?;
    let end = args.how_long.map(|long| tokio::time::Instant::now() + long);
    out.all(&[introduction])?;
    let follow = async {
        loop {
            let begun = Instant::now();
            out.all(&trace.step().await.map_err(failed)?)?;
            tokio::time::sleep(trace.period().saturating_sub(begun.elapsed())).await;
        }
    };
    let ended = async {
        match end {
            Some(end) => tokio::time::sleep_until(end).await,
            None => std::future::pending().await,
        }
    };
    let result: anyhow::Result<()> = select! {
        result = follow => result,
        () = stop.requested() => Ok(()),
        () = ended => Ok(()),
    };
    result?;
    Ok(out.all(&trace.tracer().summary())?)
}

/// The trace of a target, with a poller that reads nothing which it does not need.
fn trace(
    target: Target,
    contact_centers: &[String],
    mut poll: poller::Settings,
    tally: tally::Settings,
    clock: Clock,
    tracer: Tracer,
) -> anyhow::Result<Trace> {
    for unneeded in [Collector::Agents, Collector::AgentGroups, Collector::Skills, Collector::Inventory] {
        poll.collectors[unneeded.index()] = Wanted::Off;
    }
    let allow =
        if contact_centers.is_empty() { target.contact_centers.allow } else { texts(contact_centers) };
    let target = Target { contact_centers: Selection { allow, deny: target.contact_centers.deny }, ..target };
    let edges = Edges::with(&Goals::edges([&*target.goals]));
    let factory =
        PollerFactory::new(target, poll, tally::Settings { tells_events: true, ..tally }, edges, clock);
    Ok(Trace::new(factory.poller()?, factory.latest(), tracer))
}

fn failed(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::Unknown(_) => Misuse(vec![failure.to_string()]).into(),
        Failure::Refused(_) => failure.into(),
    }
}

fn texts(list: &[String]) -> Vec<Text> {
    list.iter().map(|entry| entry.as_str().into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_lasts_as_long_as_a_duration_with_a_unit_says() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        for wrong in ["5", "0s", "-5s", "soon"] {
            assert_eq!(
                duration(wrong),
                Err("give a duration with its unit, such as 90s, 10m or 1h".to_owned())
            );
        }
    }
}
