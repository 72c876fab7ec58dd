//! Reads from a target what is due, puts the answers into a snapshot, counts, and publishes both.
//!
//! `step` makes one cycle, `run` repeats it at fixed intervals. Requests belong to `trio`, counters
//! to `tally`.

mod budget;
mod cadence;
mod collect;
mod collectors;
mod cycle;
mod follow;
mod outcome;
mod pacing;
mod rounds;
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
    model::{Cadence, Clock, Collector, ContactCenter, Goals, Resource, Selection, Text},
    snapshot::{Center, Snapshot},
    stats::Stats,
    tally::{self, Published, Saved, Tally, Totals, Truncation},
    trio::{Client, Error, Root, Route},
};
use budget::Measured;
pub use budget::{Load, PerKind, intervals};
pub use collectors::{Answer, read_collector};
pub use outcome::{Attempted, to_problem};
use rounds::Rounds;
use situation::{LoggedMismatches, Situations};

/// Intervals and limits of polling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Interval of the states of services.
    pub state: Duration,
    /// Interval of the lists of cases and the states of agents; `None`: as `state`.
    pub flow: Option<Duration>,
    /// Interval of the configuration collectors.
    pub configuration: Duration,
    /// Interval of the inventory.
    pub inventory: Duration,
    /// Configured intervals of single collectors, in the order of [`Collector::ALL`].
    pub collectors: [CollectorInterval; Collector::COUNT],
    /// Limits of the target.
    pub limits: Limits,
}

/// Limits of polling one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest time that one collector may take in a step.
    pub collector: Duration,
    /// Requests a minute that are never exceeded: intervals grow instead.
    pub requests_per_minute: u32,
    /// Largest number of single cases read in a step.
    pub follow_cases: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { collector: Duration::from_secs(60), requests_per_minute: 600, follow_cases: 20 }
    }
}

/// Configured interval of one collector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CollectorInterval {
    /// The interval of its kind.
    #[default]
    Default,
    /// An interval of its own.
    Every(Duration),
    /// Switched off.
    Off,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            state: Duration::from_secs(5),
            flow: None,
            configuration: Duration::from_secs(300),
            inventory: Duration::from_secs(3600),
            collectors: [CollectorInterval::Default; Collector::COUNT],
            limits: Limits::default(),
        }
    }
}

impl Settings {
    /// Returns the settings with the limits of a target.
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Returns the interval of the lists of cases and the states of agents.
    pub fn flow(&self) -> Duration {
        self.flow.unwrap_or(self.state)
    }

    /// Returns the interval of the steps: the shorter one of the live intervals.
    pub fn tick(&self) -> Duration {
        self.state.min(self.flow())
    }

    /// Returns the number of pages above which a list is not read: its requests would not fit into
    /// the longest interval that counts as one.
    fn page_limit(&self, resource: Resource) -> usize {
        let interval = Collector::of(resource).and_then(|collector| self.interval(collector));
        let interval = interval.unwrap_or(self.inventory);
        budget::requests_of_a_list(interval, self.limits.requests_per_minute)
    }

    /// Returns the interval of `collector`; `None` if it is switched off.
    pub fn interval(&self, collector: Collector) -> Option<Duration> {
        match self.collectors[collector.index()] {
            CollectorInterval::Off => None,
            CollectorInterval::Every(interval) => Some(interval),
            CollectorInterval::Default => Some(match collector.cadence() {
                Cadence::Live => self.state,
                Cadence::Flow => self.flow(),
                Cadence::Configuration => self.configuration,
                Cadence::Inventory => self.inventory,
            }),
        }
    }
}

/// Last publication of a target; `None` before its first step has ended.
pub type Latest = watch::Receiver<Option<Arc<Published>>>;

/// Poller of one target.
#[derive(Debug)]
pub struct Poller {
    target: Text,
    client: Arc<Client>,
    /// The settings as configured.
    configured: Settings,
    /// The settings in force: intervals may be longer than configured.
    settings: Settings,
    /// Cost of the readings of the states of services.
    state_load: Measured,
    /// Cost of the readings of cases and agents.
    flow_load: Measured,
    /// Cost of the full rounds of configuration readings.
    slow_load: Measured,
    /// The limit of requests was logged as too low for this Trio.
    over_limit: bool,
    /// Readings beside those of the states of services.
    rounds: Rounds,
    /// The counters are those of an earlier process.
    is_resumed: bool,
    clock: Clock,
    stats: Arc<Stats>,
    publish: watch::Sender<Option<Arc<Published>>>,
    tally: Tally,
    truncation: Truncation,
    last: Option<Arc<Snapshot>>,
    /// The counters as they were published last.
    totals: Arc<Totals>,
    root: Option<Root>,
    routes: HashMap<Text, Route>,
    /// Contact centres that are read.
    selection: Selection,
    /// Entries of the selection that were logged because they match no contact centre.
    logged_entries: HashSet<(&'static str, Text)>,
    /// The goals of the services.
    goals: Arc<Goals>,
    /// True once unmatched rules of the goals were logged.
    goals_checked: bool,
    /// True once unmatched entries of `agents.groups` were logged.
    groups_checked: bool,
    /// Error for which nothing could be read in the last step.
    trouble: Option<Error>,
    /// Ids that an early configuration reading was made for.
    read_early_for: HashSet<(Text, Text)>,
    situations: Situations,
    /// Errors that are logged unless the next cycle shows that the target is down.
    deferred: Vec<(String, Error)>,
    mismatches: LoggedMismatches,
    /// Time that reading single cases took in the last step.
    follow_duration: Duration,
}

impl Poller {
    /// Creates a poller of `target` without any readings.
    pub fn new(
        target: Text,
        client: Client,
        settings: Settings,
        tally: tally::Settings,
        clock: Clock,
        stats: Arc<Stats>,
        publish: watch::Sender<Option<Arc<Published>>>,
    ) -> Self {
        stats.request_budget.set(Some(f64::from(settings.limits.requests_per_minute)));
        Self {
            target,
            client: Arc::new(client.with_page_limit(|resource| settings.page_limit(resource))),
            configured: settings,
            settings,
            state_load: Measured::default(),
            flow_load: Measured::default(),
            slow_load: Measured::default(),
            over_limit: false,
            rounds: Rounds::default(),
            is_resumed: false,
            clock,
            stats,
            publish,
            tally: Tally::new(tally),
            truncation: Truncation::default(),
            last: None,
            totals: Arc::default(),
            root: None,
            routes: HashMap::new(),
            selection: Selection::default(),
            logged_entries: HashSet::new(),
            goals: Arc::default(),
            goals_checked: false,
            groups_checked: false,
            trouble: None,
            read_early_for: HashSet::new(),
            situations: Situations::default(),
            deferred: Vec::new(),
            mismatches: LoggedMismatches::default(),
            follow_duration: Duration::ZERO,
        }
    }

    /// Restricts the poller to some of the contact centres.
    pub fn selecting(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Continues with the counters of an earlier process.
    pub fn resuming(mut self, saved: &Saved) -> Self {
        self.tally = self.tally.resuming(saved, self.clock.now());
        self.is_resumed = true;
        self
    }

    /// Sets the goals of the services.
    pub fn with_goals(mut self, goals: Arc<Goals>) -> Self {
        self.goals = goals;
        self
    }

    /// Makes one step: reads all that is due and publishes it as one, for programs that need a
    /// whole reading. [`Poller::run`] publishes each part when it was read.
    pub async fn step(&mut self) {
        self.whole_cycle().await;
        self.probe().await;
    }

    /// Probes servers and names of members, after a publication: a server that does not answer must
    /// not delay the data of another one.
    async fn probe(&self) {
        self.client.probe_servers().await;
        self.probe_member_name().await;
    }

    /// Asks for the name of one more member, if something was read and the server has to be asked
    /// for them one at a time.
    async fn probe_member_name(&self) {
        if self.trouble.is_some() {
            return;
        }
        // In the same order each time: what is learnt in one contact centre is used in all.
        let mut routes: Vec<&Route> = self.routes.values().collect();
        routes.sort_unstable_by_key(|route| route.contact_center());
        self.client.probe_member_name(&routes).await;
    }

    /// Returns the error for which nothing could be read in the last step; `None` if something was.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// Returns the present interval of the steps: longer than configured where Trio would get too
    /// many requests.
    pub fn period(&self) -> Duration {
        self.settings.tick()
    }

    /// Reads at fixed intervals, without an end: the states of services first, lists,
    /// configuration and inventory beside them. Ticks that a long reading of the states misses are
    /// counted and skipped.
    pub async fn run(mut self) {
        let every = |from: Instant, period: Duration| {
            let mut ticks = interval_at(from, period);
            // Making up for missed ticks would send a burst of requests to a server that is slow
            // already.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            ticks
        };
        let mut period = self.period();
        let mut ticks = every(Instant::now(), period);
        let mut last: Option<Instant> = None;
        loop {
            tokio::select! {
                biased;
                tick = ticks.tick() => {
                    let missed = last.map_or(0, |last| cadence::missed(tick - last, period));
                    self.stats.polls_missed.add(missed);
                    last = Some(tick);
                    self.tick().await;
                    self.probe().await;
                }
                update = self.rounds.next() => self.receive(update).await,
            }
            if self.period() != period {
                period = self.period();
                ticks = every(last.unwrap_or_else(Instant::now) + period, period);
            }
        }
    }

    /// Logs each entry of the selection that matches no contact centre, once.
    fn log_unmatched(&mut self, known: &[ContactCenter]) {
        for (list, entry) in self.selection.unmatched(known) {
            if self.logged_entries.insert((list, entry.clone())) {
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

    /// Logs each entry of `agents.groups` that matches no group, once the groups have been read.
    fn log_unmatched_groups(&mut self, snapshot: &Snapshot) {
        let selection = self.tally.groups();
        let all_read = snapshot.centers.iter().all(|center| center.agent_groups.good.is_some());
        if self.groups_checked
            || selection.is_everything()
            || snapshot.centers.is_empty()
            || !all_read
        {
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

    /// Logs each rule of the goals that matches no service, once the services have been read.
    fn log_unmatched_goals(&mut self, snapshot: &Snapshot) {
        let read = |center: &Center| {
            let groups = &center.service_groups;
            center.services.good.is_some() && (groups.interval.is_none() || groups.good.is_some())
        };
        if self.goals_checked || snapshot.centers.is_empty() || !snapshot.centers.iter().all(read) {
            return;
        }
        self.goals_checked = true;
        let known: Vec<_> =
            snapshot.centers.iter().flat_map(|c| c.service_names().into_values()).collect();
        for rule in self.goals.unmatched(&known) {
            tracing::warn!(
                services = known.len(),
                "goals.services[{rule}]: no service of this target has such an id, name, group or contact centre"
            );
        }
    }
}
