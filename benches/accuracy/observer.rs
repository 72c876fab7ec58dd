//! The exporter's view of a simulated world, without HTTP: bytes, decoding, snapshot, tally.

use std::{collections::HashMap, time::Duration};

use trio_exporter::{
    model::{CaseClass, CaseList, ContactCenter, Resource, Stamp, Text},
    sim::InProcess,
    snapshot::{Center, Snapshot},
    tally::{self, CenterTotals, Inference, Settings, Tally},
    trio::{CaseListDecoder, Dictionary},
};

/// Inferred bounds of an answered case's wait, in seconds.
pub(crate) type Bounds = (f64, f64);

/// A tally that reads a simulated world at a fixed interval.
pub(crate) struct Observer<'a> {
    pub(crate) world: InProcess,
    dictionary: &'a Dictionary,
    bodies: CaseListDecoder<'a>,
    poll: Duration,
    mono: Duration,
    calls_readable: bool,
    snapshot: Snapshot,
    tally: Tally,
    pub(crate) totals: Option<CenterTotals>,
    /// Answered cases by job number.
    pub(crate) answered: HashMap<Text, Bounds>,
    /// World times of the readings, ascending.
    pub(crate) polls: Vec<Duration>,
}

impl<'a> Observer<'a> {
    pub(crate) fn new(
        world: InProcess,
        dictionary: &'a Dictionary,
        poll: Duration,
        calls_readable: bool,
    ) -> Self {
        let wall = world.now();
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let stepped = Stamp { wall, mono: Duration::ZERO };
        let center = Center::new(contact_center, |collector| collector.is_fast().then_some(poll));
        let snapshot = Snapshot { centers: vec![center], ..Snapshot::new("main", "a", stepped) };
        Self {
            world,
            bodies: CaseListDecoder::new(dictionary),
            dictionary,
            poll,
            mono: Duration::ZERO,
            calls_readable,
            snapshot,
            // Events carry the bounds of single waits.
            tally: Tally::new(Settings { record_events: true, ..Settings::default() }),
            totals: None,
            answered: HashMap::new(),
            polls: Vec::new(),
        }
    }

    /// Advances one poll interval, then reads.
    pub(crate) fn step(&mut self) {
        self.pass(self.poll);
        self.read();
    }

    /// Advances without a reading.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.world.step(time);
        self.mono += time;
    }

    /// Switches to another server.
    pub(crate) fn fail_over(&mut self) {
        self.snapshot.server = "b".into();
    }

    /// Reads all state collections and updates the tally.
    pub(crate) fn read(&mut self) {
        let now = Stamp { wall: self.world.now(), mono: self.mono };
        let body = |world: &mut InProcess, resource: &str| {
            world.read(&format!("cc/1/{resource}")).unwrap()
        };
        let states = body(&mut self.world, "services/state");
        let agents = body(&mut self.world, "agents/state");
        let list = |world: &mut InProcess, resource: Resource| -> CaseList {
            self.bodies.decode(resource, &body(world, resource.as_str()), now.wall).unwrap()
        };
        let cases = list(&mut self.world, Resource::Cases);
        let calls = self.calls_readable.then(|| list(&mut self.world, Resource::Calls));
        let center = &mut self.snapshot.centers[0];
        let services = self.dictionary.service_states(&states, now.wall).unwrap();
        center.service_state.store(now, Duration::ZERO, services.len(), services);
        let agents = self.dictionary.agent_states(&agents, now.wall).unwrap();
        center.agent_state.store(now, Duration::ZERO, agents.len(), agents);
        center.cases.store(now, Duration::ZERO, cases.cases.len(), cases);
        if let Some(calls) = calls {
            center.calls.store(now, Duration::ZERO, calls.cases.len(), calls);
        }
        self.snapshot.stepped = now;
        self.count();
        self.polls.push(self.world.truth().now);
    }

    fn count(&mut self) {
        let totals = tally::step(&mut self.tally, &self.snapshot).centers.remove(0);
        for event in &totals.flow.events {
            if let (Inference::Answered { low, high, .. }, CaseClass::Voice) =
                (&event.inference, event.class)
            {
                self.answered.insert(event.case.clone(), (*low, *high));
            }
        }
        self.totals = Some(totals);
    }
}
