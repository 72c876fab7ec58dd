//! Asks a target what is due, puts the answers into a snapshot, counts, and publishes both.
//!
//! `step` does one cycle, `run` does them for ever on a fixed cadence. How to ask is `trio`'s
//! business; what the answers add up to is `tally`'s.

mod cadence;
mod cycle;
mod situation;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{
    model::{Clock, Text},
    snapshot::Snapshot,
    stats::Stats,
    tally::{self, Published, Tally},
    trio::{Client, Root, Route},
};
use situation::Situations;

/// How often what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Interval of what happens now.
    pub state: Duration,
    /// Interval of what is configured.
    pub configuration: Duration,
    /// The longest that one collector may take.
    pub collector_limit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            state: Duration::from_secs(5),
            configuration: Duration::from_secs(300),
            collector_limit: Duration::from_secs(60),
        }
    }
}

/// The last publication of a target; `None` before its first step is over.
pub type Latest = watch::Receiver<Option<Arc<Published>>>;

/// Reads one target.
#[derive(Debug)]
pub struct Poller {
    target: Text,
    client: Client,
    settings: Settings,
    clock: Clock,
    stats: Arc<Stats>,
    publish: watch::Sender<Option<Arc<Published>>>,
    tally: Tally,
    last: Option<Arc<Snapshot>>,
    root: Option<Root>,
    routes: HashMap<Text, Route>,
    /// Nothing could be had from the server in the last step.
    was_down: bool,
    /// Ids that an early configuration reading was made for.
    asked_for: HashSet<(Text, Text)>,
    situations: Situations,
}

impl Poller {
    /// A poller of `target` that has read nothing yet.
    pub fn new(
        target: Text,
        client: Client,
        settings: Settings,
        tally: tally::Settings,
        clock: Clock,
        stats: Arc<Stats>,
        publish: watch::Sender<Option<Arc<Published>>>,
    ) -> Self {
        Self {
            target,
            client,
            settings,
            clock,
            stats,
            publish,
            tally: Tally::new(tally),
            last: None,
            root: None,
            routes: HashMap::new(),
            was_down: false,
            asked_for: HashSet::new(),
            situations: Situations::default(),
        }
    }

    /// Reads what is due and publishes.
    pub async fn step(&mut self) {
        let snapshot = Arc::new(self.read().await);
        let totals = Arc::new(tally::step(&mut self.tally, self.last.as_deref(), &snapshot));
        self.publish.send_replace(Some(Arc::new(Published { snapshot: snapshot.clone(), totals })));
        self.last = Some(snapshot);
        // After publishing: a server that is not there must not make the data of another one late.
        self.client.look_around().await;
    }

    /// Steps for ever on a fixed cadence. A step that takes too long makes the poller miss the times
    /// that passed meanwhile; they are counted, not made up for.
    pub async fn run(mut self) {
        let mut ticks = interval(self.settings.state);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut last: Option<Instant> = None;
        loop {
            let tick = ticks.tick().await;
            let missed = last.map_or(0, |last| cadence::missed(tick - last, self.settings.state));
            self.stats.polls_missed.add(missed);
            last = Some(tick);
            self.step().await;
        }
    }
}
