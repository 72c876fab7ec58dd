//! Asks a target what is due, puts the answers into a snapshot, counts, and publishes both.
//!
//! `step` does one cycle, `run` does them for ever on a fixed cadence. How to ask is `trio`'s
//! business; what the answers add up to is `tally`'s.

mod budget;
mod cadence;
mod cut;
mod cycle;
mod follow;
mod inventory;
mod now;
mod pace;
mod settle;
mod situation;
mod skills;

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
    model::{Clock, Collector, ContactCenter, Goals, Selection, Text},
    snapshot::{Center, Snapshot},
    stats::Stats,
    tally::{self, Published, Saved, Tally},
    trio::{Client, Error, Limits, Root, Route},
};
use budget::Load;
use pace::Sent;
use situation::{LoggedMismatches, Situations};

/// How often what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Interval of what happens now, and of the steps.
    pub state: Duration,
    /// Interval of what is configured.
    pub configuration: Duration,
    /// Interval of what is only counted.
    pub inventory: Duration,
    /// What is configured for single collectors, in the order of [`Collector::ALL`].
    pub collectors: [Wanted; Collector::COUNT],
    /// The longest that one collector may take.
    pub collector_limit: Duration,
    /// Requests a minute that the intervals are stretched for, if need be.
    pub requests_per_minute: u32,
    /// Single cases asked for in a step, at most.
    pub follow_cases: usize,
}

/// Whether and how often one collector is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// As often as its kind.
    #[default]
    AsItsKind,
    /// At an interval of its own.
    Every(Duration),
    /// Not at all.
    Off,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            state: Duration::from_secs(5),
            configuration: Duration::from_secs(300),
            inventory: Duration::from_secs(3600),
            collectors: [Wanted::AsItsKind; Collector::COUNT],
            collector_limit: Duration::from_secs(60),
            requests_per_minute: 600,
            follow_cases: 20,
        }
    }
}

impl Settings {
    /// The same within the bounds of a target.
    pub fn within(self, limits: &Limits) -> Self {
        Self {
            collector_limit: limits.collector,
            requests_per_minute: limits.requests_per_minute,
            follow_cases: limits.follow_cases,
            ..self
        }
    }

    /// How often `collector` is read; `None` if it is switched off.
    pub fn interval(&self, collector: Collector) -> Option<Duration> {
        match self.collectors[collector.index()] {
            Wanted::Off => None,
            Wanted::Every(interval) => Some(interval),
            Wanted::AsItsKind if collector.is_fast() => Some(self.state),
            Wanted::AsItsKind if collector == Collector::Inventory => Some(self.inventory),
            Wanted::AsItsKind => Some(self.configuration),
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
    /// Which contact centres are read.
    selection: Selection,
    /// Entries of the selection that were said to mean nothing.
    said: HashSet<(&'static str, Text)>,
    /// The goals of the services.
    goals: Arc<Goals>,
    /// It was said which rules of the goals mean nothing.
    goals_checked: bool,
    /// It was said which entries of `agents.groups` mean nothing.
    groups_checked: bool,
    /// Why nothing could be had from the server in the last step.
    trouble: Option<Error>,
    /// Ids that an early configuration reading was made for.
    asked_for: HashSet<(Text, Text)>,
    situations: Situations,
    mismatches: LoggedMismatches,
    /// How long asking for single cases took in the last step.
    following: Duration,
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
            selection: Selection::default(),
            said: HashSet::new(),
            goals: Arc::default(),
            goals_checked: false,
            groups_checked: false,
            trouble: None,
            asked_for: HashSet::new(),
            situations: Situations::default(),
            mismatches: LoggedMismatches::default(),
            following: Duration::ZERO,
        }
    }

    /// The same poller, reading only some of the contact centres.
    pub fn selecting(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// The same poller, counting on from what an earlier one had counted.
    pub fn resuming(mut self, saved: &Saved) -> Self {
        self.tally = self.tally.resuming(saved, self.clock.now());
        self
    }

    /// The same poller, with the goals of the services.
    pub fn with_goals(mut self, goals: Arc<Goals>) -> Self {
        self.goals = goals;
        self
    }

    /// Reads what is due and publishes.
    pub async fn step(&mut self) {
        let sent = Sent::so_far(&self.stats);
        let begun = self.clock.now();
        let mut snapshot = self.read().await;
        self.pace(&mut snapshot, begun, &sent);
        self.say_unmatched_goals(&snapshot);
        self.say_unmatched_groups(&snapshot);
        let snapshot = Arc::new(snapshot);
        let totals = Arc::new(tally::step(&mut self.tally, &snapshot));
        self.mismatches.log(&totals.wait_mismatches);
        self.publish.send_replace(Some(Arc::new(Published { snapshot: snapshot.clone(), totals })));
        self.last = Some(snapshot);
        // After publishing: a server that is not there must not make the data of another one late.
        self.client.probe_servers().await;
    }

    /// Why nothing could be had from the server in the last step; `None`: something could.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// How far apart steps have to be now: longer than configured where Trio would be asked too much.
    pub fn period(&self) -> Duration {
        self.settings.state
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

    /// Says once of each entry of the selection that it means none of the contact centres.
    fn say_unmatched(&mut self, known: &[ContactCenter]) {
        for (list, entry) in self.selection.unmatched(known) {
            if self.said.insert((list, entry.clone())) {
                let names = known.iter().map(|center| match &center.name {
                    Some(name) => format!("{} ({name})", center.id),
                    None => center.id.to_string(),
                });
                tracing::warn!(
                    entry = &**entry,
                    known = names.collect::<Vec<_>>().join(", "),
                    "contact_centers.{list}: no contact centre that the API user may see has this id or name"
                );
            }
        }
    }

    /// Says of each entry of `agents.groups` that it means no group, once these have been read.
    fn say_unmatched_groups(&mut self, snapshot: &Snapshot) {
        let selection = self.tally.groups();
        let all_read = snapshot.centers.iter().all(|center| center.agent_groups.good.is_some());
        if self.groups_checked || selection.is_everything() || snapshot.centers.is_empty() || !all_read {
            return;
        }
        let read = snapshot.centers.iter().filter_map(|center| center.agent_groups.good.as_ref());
        let known: Vec<_> = read.flat_map(|good| good.data.iter()).collect();
        for (list, entry) in selection.unmatched(&known) {
            tracing::warn!(
                %entry,
                groups = known.len(),
                "agents.groups.{list}: no agent group of this target has this id or name"
            );
        }
        self.groups_checked = true;
    }

    /// Says of each rule of the goals that it is for none of the services, once these have been read.
    fn say_unmatched_goals(&mut self, snapshot: &Snapshot) {
        let read = |center: &Center| {
            let groups = &center.service_groups;
            center.services.good.is_some() && (groups.interval.is_none() || groups.good.is_some())
        };
        if self.goals_checked || snapshot.centers.is_empty() || !snapshot.centers.iter().all(read) {
            return;
        }
        self.goals_checked = true;
        let known: Vec<_> = snapshot.centers.iter().flat_map(|c| c.service_names().into_values()).collect();
        for rule in self.goals.unmatched(&known) {
            tracing::warn!(
                services = known.len(),
                "goals.services[{rule}]: no service of this target has such an id, name, group or contact centre"
            );
        }
    }
}
