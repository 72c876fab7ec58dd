//! `record`: what a server answers over some cycles, in a folder to send with a bug report.

use std::{
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{select, sync::watch};

use super::{Misuse, RecordArgs, run};
use crate::{
    config::{Config, Target},
    model::Clock,
    poller::{self, Poller},
    record::{self, Folder, Keep, Recorder},
    shutdown::{self, Stop},
    tally,
    trio::Client,
};

pub(super) async fn run(args: RecordArgs) -> anyhow::Result<()> {
    let Config { targets, poll, tally, .. } = run::configuration(args.config.as_deref())?;
    let target = run::pick(targets, args.target.as_deref())?;
    let keep = Keep::read(&args.keep_values, &target.dictionary);
    let keep = keep.map_err(|error| Misuse(vec![format!("--keep-values: {error}")]))?;
    let folder = Folder::prepare(&args.save).map_err(|error| Misuse(vec![format!("--save: {error}")]))?;
    let poll = match args.interval {
        Some(seconds) => poller::Settings { state: Duration::from_secs(seconds), ..poll },
        None => poll,
    };
    let stop = shutdown::on_signal()?;
    let (servers, dictionary) = (target.trio.servers.clone(), target.dictionary.clone());
    let recorder = match watch_cycles(target, poll, tally, args.cycles, stop).await {
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
         As the server wrote them stand {} member names and {} words; {} member names that look like data do not.\n\
         Read {path}/kept.txt before you give the folder to anybody.\n\
         Replay it: trio-exporter simulate --replay {path}",
        summary.cycles, summary.exchanges, summary.names, summary.words, summary.hidden
    )?;
    Ok(())
}

/// A look at everything, then as many cycles of the exporter; fewer if it should stop.
async fn watch_cycles(
    target: Target,
    poll: poller::Settings,
    tally: tally::Settings,
    cycles: u32,
    stop: Stop,
) -> anyhow::Result<Arc<Recorder>> {
    let clock = Clock::system();
    let recorder = Arc::new(Recorder::new(clock.now()));
    let Target { name, trio, dictionary, contact_centers, .. } = target;
    let poll = poll.within(&trio.limits);
    let stats = Arc::default();
    let client = Client::new(trio, dictionary.clone(), Arc::clone(&stats), clock.clone())?;
    let client = client.with_observer(recorder.clone());
    let mut out = std::io::stdout();
    record::look(&client, &dictionary, &contact_centers).await?;
    writeln!(out, "looked at everything: {} requests", recorder.exchanges())?;
    let publish = watch::Sender::new(None);
    let poller = Poller::new(name, client, poll, tally, clock.clone(), stats, publish);
    let mut poller = poller.selecting(contact_centers);
    for cycle in 1..=cycles {
        let begun = Instant::now();
        recorder.begin_cycle(clock.now());
        poller.step().await;
        writeln!(out, "cycle {cycle} of {cycles}: {} requests so far", recorder.exchanges())?;
        if cycle < cycles {
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
