//! `record`: saves a server's answers over some cycles, in a folder to send with a bug report.

use std::{
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{select, sync::watch};

use super::{RecordArgs, UsageError, run};
use crate::{
    app::shutdown::{self, Stop},
    config::{Config, Target},
    model::Clock,
    poller::{self, Poller},
    tally,
    tools::record::{self, Folder, KeptFields, Recorder},
    trio::Client,
};

pub(super) async fn run(args: RecordArgs) -> anyhow::Result<()> {
    let Config { targets, poll, tally, .. } = run::configuration(args.config.as_deref())?;
    let target = run::select_target(targets, args.target.as_deref())?;
    let keep = KeptFields::read(&args.keep_values, &target.dictionary);
    let keep = keep.map_err(|error| UsageError(vec![format!("--keep-values: {error}")]))?;
    // Before Trio is asked: a wrong folder must not cost the time of a recording.
    let folder = Folder::prepare(&args.save)
        .map_err(|error| UsageError(vec![format!("--save: {error}")]))?;
    let poll = match args.interval {
        Some(seconds) => poller::Settings { state: Duration::from_secs(seconds), ..poll },
        None => poll,
    };
    let stop = shutdown::on_signal()?;
    let (servers, dictionary) = (target.trio.servers.clone(), target.dictionary.clone());
    let recorder = match record_cycles(target, poll, tally, args.cycles, stop).await {
        Ok(recorder) => recorder,
        Err(error) => {
            folder.abandon();
            return Err(error);
        }
    };
    let summary = match record::write(&recorder, &servers, &dictionary, &keep, &folder) {
        Ok(summary) => summary,
        Err(error) => {
            folder.abandon();
            return Err(error.into());
        }
    };
    let path = folder.path().display();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{path}: {} cycles, {} requests\n\
         {} member names and {} words are kept as the server wrote them; {} member names that look like data are replaced.\n\
         Read {path}/kept.txt before you give the folder to anyone.\n\
         Replay it: trio-exporter simulate --replay {path}",
        summary.cycles, summary.exchanges, summary.names, summary.words, summary.hidden
    )?;
    Ok(())
}

/// Records one look at every resource, then `cycles` cycles of the exporter; fewer if a stop is
/// requested.
async fn record_cycles(
    target: Target,
    poll: poller::Settings,
    tally: tally::Settings,
    cycles: u32,
    stop: Stop,
) -> anyhow::Result<Arc<Recorder>> {
    let clock = Clock::system();
    let recorder = Arc::new(Recorder::new(clock.now()));
    let Target { name, trio, poll: limits, dictionary, contact_centers, .. } = target;
    let poll = poll.within(limits);
    let stats = Arc::default();
    let client = Client::new(trio, dictionary.clone(), Arc::clone(&stats), clock.clone())?;
    let client = client.with_observer(recorder.clone());
    let mut out = std::io::stdout();
    record::look(&client, &dictionary, &contact_centers).await?;
    writeln!(out, "looked at every resource: {} requests", recorder.exchanges())?;
    let publish = watch::Sender::new(None);
    let poller = Poller::new(name, client, poll, tally, clock.clone(), stats, publish);
    let mut poller = poller.selecting(contact_centers);
    for cycle in 1..=cycles {
        let begun = Instant::now();
        recorder.begin_cycle(clock.now());
        poller.step().await;
        writeln!(out, "cycle {cycle} of {cycles}: {} requests", recorder.exchanges())?;
        if cycle < cycles {
            // The poller's own period, not poll.state: on a large site it reads less often, and a
            // cycle that comes too early would be empty.
            let pause = poller.period().saturating_sub(begun.elapsed());
            select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.clone().requested() => {
                    writeln!(out, "stopped after cycle {cycle} of {cycles}")?;
                    break;
                }
            }
        }
    }
    Ok(recorder)
}
