//! Asks a target what is due, puts the answers into a snapshot, counts, and publishes both.
//!
//! `step` does one cycle, `run` does them for ever on a fixed cadence. How to ask is `trio`'s
//! business; what the answers add up to is `tally`'s.

mod budget;
mod cadence;
mod cycle;
mod pace;
mod situation;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at},
};

use crate::{
    model::{Clock, Text},
    snapshot::Snapshot,
    stats::Stats,
    tally::{self, Published, Tally},
    trio::{Client, Root, Route},
};
use budget::Load;
use pace::Sent;
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
    /// Requests a minute that the intervals are stretched for, if need be.
    pub requests_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            state: Duration::from_secs(5),
            configuration: Duration::from_secs(300),
            collector_limit: Duration::from_secs(60),
            requests_per_minute: 600,
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
    /// The settings as configured.
    configured: Settings,
    /// The settings in force: intervals may be longer than configured.
    settings: Settings,
    /// What the last round of readings of what happens now cost.
    fast_load: Load,
    /// What the last full round of configuration readings cost.
    slow_load: Load,
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
            configured: settings,
            settings,
            fast_load: Load::default(),
            slow_load: Load::default(),
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
        let sent = Sent::so_far(&self.stats);
        let begun = self.clock.now();
        let mut snapshot = self.read().await;
        self.pace(&mut snapshot, begun, &sent);
        let snapshot = Arc::new(snapshot);
        let totals = Arc::new(tally::step(&mut self.tally, self.last.as_deref(), &snapshot));
        self.publish.send_replace(Some(Arc::new(Published { snapshot: snapshot.clone(), totals })));
        self.last = Some(snapshot);
        // After publishing: a server that is not there must not make the data of another one late.
        self.client.look_around().await;
    }

    /// Steps for ever on a fixed cadence. A step that takes too long makes the poller miss the times
    /// that passed meanwhile; they are counted, not made up for.
    pub async fn run(mut self) {
        let every = |from: Instant, period: Duration| {
            let mut ticks = interval_at(from, period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            ticks
        };
        let mut period = self.settings.state;
        let mut ticks = every(Instant::now(), period);
        let mut last: Option<Instant> = None;
        loop {
            let tick = ticks.tick().await;
            let missed = last.map_or(0, |last| cadence::missed(tick - last, period));
            self.stats.polls_missed.add(missed);
            last = Some(tick);
            self.step().await;
            if self.settings.state != period {
                period = self.settings.state;
                ticks = every(tick + period, period);
            }
        }
    }
}
