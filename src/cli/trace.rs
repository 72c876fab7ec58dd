//! `trace`: prints what is inferred about single cases, line by line as it happens.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::ValueEnum;
use tokio::select;

use super::{TraceArgs, UsageError, run};
use crate::{
    app::{PollerFactory, shutdown},
    config::{Config, Target},
    model::{Clock, Collector, Goals, Property, Selection, Text},
    poller::{self, CollectorInterval},
    tally::{self, Edges},
    tools::trace::{Failure, Line, Settings, Tokens, Trace, Tracer},
};

/// Format of the lines.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Output {
    /// Text for people.
    #[default]
    Text,
    /// JSON for programs: one object on each line.
    Json,
}

/// Parses a duration with its unit, above zero.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let span = text.parse::<jiff::SignedDuration>().ok().filter(jiff::SignedDuration::is_positive);
    let duration = span.and_then(|span| Duration::try_from(span).ok());
    duration.ok_or_else(|| "give a duration with its unit, such as 90s, 10m or 1h".to_owned())
}

/// Prints lines on the standard output.
struct Printer(Output);

impl Printer {
    fn print(&self, lines: &[Line]) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        for line in lines {
            match self.0 {
                Output::Text => writeln!(out, "{line}")?,
                Output::Json => writeln!(out, "{}", line.json())?,
            }
        }
        // A pipe, as to grep, would otherwise show nothing for minutes.
        out.flush()
    }
}

pub(super) async fn run(args: TraceArgs) -> anyhow::Result<()> {
    let Config { targets, poll, tally, warnings, .. } = run::configuration(&args.source)?;
    let target = run::select_target(targets, args.target.as_deref())?;
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
    let tracer = Tracer::new(
        settings,
        Tokens::with_random_key().context("the system gives no random numbers")?,
    );
    let out = Printer(args.output);
    let introduction =
        tracer.introduction(&target.name, &clock, poll.tick(), target.poll.requests_per_minute);
    let mut trace = trace(target, &args.contact_center, poll, tally, clock, tracer)?;
    let stop = shutdown::on_signal()?;
    let end = args.run_time.map(|long| tokio::time::Instant::now() + long);
    out.print(&[introduction])?;
    let follow = async {
        loop {
            let begun = Instant::now();
            out.print(&trace.step().await.map_err(to_error)?)?;
            // The time of the step is part of the period, so that readings stay as far apart as the
            // exporter's.
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
    Ok(out.print(&trace.tracer().summary())?)
}

/// Builds the trace of a target, with the collectors off that it does not need.
fn trace(
    target: Target,
    contact_centers: &[String],
    mut poll: poller::Settings,
    tally: tally::Settings,
    clock: Clock,
    tracer: Tracer,
) -> anyhow::Result<Trace> {
    // Their requests would take part of the target's budget, and nothing of them is printed.
    let is_unneeded = |collector: &Collector| !collector.has(Property::Traced);
    for unneeded in Collector::ALL.into_iter().filter(is_unneeded) {
        poll.collectors[unneeded.index()] = CollectorInterval::Off;
    }
    let allow = if contact_centers.is_empty() {
        target.contact_centers.allow
    } else {
        texts(contact_centers)
    };
    let target = Target {
        contact_centers: Selection { allow, deny: target.contact_centers.deny },
        ..target
    };
    let edges = Edges::with(&Goals::edges([&*target.goals]));
    let factory = PollerFactory::new(
        target,
        poll,
        tally::Settings { record_events: true, ..tally },
        edges,
        clock,
    );
    Ok(Trace::new(factory.poller()?, factory.latest(), tracer))
}

/// Converts a failure: an unknown service is an error in the flags.
fn to_error(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::Unknown(_) => UsageError(vec![failure.to_string()]).into(),
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
    fn run_time_needs_a_unit() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        for wrong in ["5", "0s", "-5s", "soon"] {
            assert_eq!(
                duration(wrong),
                Err("give a duration with its unit, such as 90s, 10m or 1h".to_owned())
            );
        }
    }
}
