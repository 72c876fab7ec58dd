//! The exporter's view of a simulated world, without HTTP: bytes, decoding, snapshot, tally.

use std::{collections::HashMap, mem, time::Duration};

use trio_exporter::{
    model::{
        Cadence, CaseClass, CaseList, ClockSkew, ContactCenter, Resource, Stamp, Text, unix_seconds,
    },
    sim::InProcess,
    snapshot::{Center, Snapshot},
    tally::{self, CenterTotals, Inference, Settings, Tally, Truncation},
    trio::Dictionary,
};

use super::hours::Counted;

/// Inferred bounds of an answered case's wait, in seconds.
pub(crate) type Bounds = (f64, f64);

/// A class of a service.
pub(crate) type ClassKey = (Text, CaseClass);

/// Way in which a world is observed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Poll interval of all lists.
    pub(crate) poll: Duration,
    /// Number of readings of the lists for each of the states of services.
    pub(crate) lists_per_states: usize,
    /// The API user may read `services/calls`.
    pub(crate) calls_readable: bool,
    /// Time by which Trio's clock is ahead of the exporter's.
    pub(crate) clock_ahead: Duration,
}

/// A reading of all lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Poll {
    /// World time.
    pub(crate) at: Duration,
    /// The first one, or the first after a time without readings: cases that it shows for the first
    /// time may have come long before.
    pub(crate) is_first: bool,
}

/// A tally that reads a simulated world at a fixed interval.
pub(crate) struct Observer<'a> {
    pub(crate) world: InProcess,
    dictionary: &'a Dictionary,
    view: View,
    mono: Duration,
    world_time: Duration,
    snapshot: Snapshot,
    truncation: Truncation,
    tally: Tally,
    pub(crate) totals: Option<CenterTotals>,
    /// Waits of answered cases by job number and class; the last one of each.
    pub(crate) answered: HashMap<(Text, ClassKey), Bounds>,
    /// The readings, in order.
    pub(crate) polls: Vec<Poll>,
    /// The counters at the end of each hour.
    pub(crate) hours: Vec<HourEnd>,
    is_interrupted: bool,
}

/// The counters at the end of an hour, since the start.
pub(crate) struct HourEnd {
    /// Position of the last reading of the hour.
    pub(crate) poll: usize,
    pub(crate) classes: HashMap<ClassKey, Counted>,
}

impl<'a> Observer<'a> {
    pub(crate) fn new(world: InProcess, dictionary: &'a Dictionary, view: View) -> Self {
        let wall = world.now() - view.clock_ahead;
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let stepped = Stamp { wall, mono: Duration::ZERO };
        let poll = view.poll;
        let states = poll * u32::try_from(view.lists_per_states).unwrap();
        let center = Center::new(contact_center, |collector| match collector.cadence() {
            Cadence::Live => Some(states),
            Cadence::Flow => Some(poll),
            Cadence::Configuration | Cadence::Inventory => None,
        });
        let snapshot = Snapshot { centers: vec![center], ..Snapshot::new("main", "a", stepped) };
        Self {
            world_time: world.truth().now,
            world,
            dictionary,
            view,
            mono: Duration::ZERO,
            snapshot,
            truncation: Truncation::default(),
            // Events carry the bounds of single waits.
            tally: Tally::new(Settings { record_events: true, ..Settings::default() }),
            totals: None,
            answered: HashMap::new(),
            polls: Vec::new(),
            hours: Vec::new(),
            is_interrupted: true,
        }
    }

    /// Advances one poll interval, then reads.
    pub(crate) fn step(&mut self) {
        self.pass(self.view.poll);
        self.read();
    }

    /// Advances without a reading.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.world.step(time);
        self.mono += time;
        self.world_time += time;
    }

    /// Switches to another server.
    pub(crate) fn fail_over(&mut self) {
        self.snapshot.server = "b".into();
        self.is_interrupted = true;
    }

    /// Reads all state collections and updates the tally.
    pub(crate) fn read(&mut self) {
        let now = Stamp { wall: self.world.now() - self.view.clock_ahead, mono: self.mono };
        // As the client measures it: the header `Date` has whole seconds.
        let date = unix_seconds(self.world.now()).floor();
        let seconds = date - unix_seconds(now.wall);
        self.snapshot.clock_skew = Some(ClockSkew { seconds, uncertainty: 1.0 });
        let body = |world: &mut InProcess, resource: &str| {
            world.read(&format!("cc/1/{resource}")).unwrap()
        };
        let is_due = self.polls.len().is_multiple_of(self.view.lists_per_states);
        let states = is_due.then(|| body(&mut self.world, "services/state"));
        let agents = body(&mut self.world, "agents/state");
        let list = |world: &mut InProcess, resource: Resource| -> CaseList {
            self.dictionary.case_list(resource, &body(world, resource.as_str())).unwrap()
        };
        let cases = list(&mut self.world, Resource::Cases);
        let calls = self.view.calls_readable.then(|| list(&mut self.world, Resource::Calls));
        let center = &mut self.snapshot.centers[0];
        let before = center.clone();
        if let Some(states) = states {
            let services = self.dictionary.service_states(&states).unwrap();
            center.service_state.store(now, Duration::ZERO, services.len(), services);
        }
        let agents = self.dictionary.agent_states(&agents).unwrap();
        center.agent_state.store(now, Duration::ZERO, agents.len(), agents);
        center.cases.store(now, Duration::ZERO, cases.cases.len(), cases);
        if let Some(calls) = calls {
            center.calls.store(now, Duration::ZERO, calls.cases.len(), calls);
        }
        self.truncation.mark(Some(&before), center);
        self.snapshot.stepped = now;
        self.count();
        let is_first = mem::take(&mut self.is_interrupted);
        self.polls.push(Poll { at: self.world_time, is_first });
    }

    /// Ends an hour with the last reading.
    pub(crate) fn end_hour(&mut self) {
        let mut classes = HashMap::new();
        for service in self.totals.iter().flat_map(|totals| &totals.flow.services) {
            for class in &service.classes {
                let key = (service.service_id.clone(), class.class);
                classes.insert(key, Counted::new(service, class));
            }
        }
        self.hours.push(HourEnd { poll: self.polls.len() - 1, classes });
    }

    fn count(&mut self) {
        let totals = tally::step(&mut self.tally, &self.snapshot).centers.remove(0);
        for event in &totals.flow.events {
            if let Inference::Answered { low, high, .. } = event.inference {
                let class = (event.service_id.clone(), event.class);
                self.answered.insert((event.case.clone(), class), (low, high));
            }
        }
        self.totals = Some(totals);
    }
}
