//! The exporter's view of a simulated world, without HTTP: bytes, decode, snapshot, tally.

use std::{collections::HashMap, sync::Arc, time::Duration};

use trio_exporter::{
    model::{CaseClass, CaseList, ContactCenter, Resource, Stamp, Text},
    sim::InProcess,
    snapshot::{Attempt, Center, Good, Outcome, Reading, Snapshot},
    tally::{self, CenterTotals, Inference, Settings, Tally},
    trio::{CaseListDecoder, Dictionary},
};

/// What was inferred of the wait of an answered case: at least, at most, seconds.
pub(crate) type Bounds = (f64, f64);

/// A tally that is fed from a simulated world at a fixed interval.
pub(crate) struct Watch<'a> {
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
    /// The world times of the readings, ascending.
    pub(crate) polls: Vec<Duration>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(
        world: InProcess,
        dictionary: &'a Dictionary,
        poll: Duration,
        calls_readable: bool,
    ) -> Self {
        let wall = world.now();
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let snapshot = Snapshot {
            target: "main".into(),
            stepped: Stamp { wall, mono: Duration::ZERO },
            up: true,
            simulated: true,
            server: "a".into(),
            clock_skew: None,
            contact_centers: Reading::none(poll),
            centers: vec![Center::new(contact_center, |collector| collector.is_fast().then_some(poll))],
            inventory: Reading::none(None),
            fields: Arc::new([]),
            notes: Default::default(),
        };
        Self {
            world,
            bodies: CaseListDecoder::new(dictionary),
            dictionary,
            poll,
            mono: Duration::ZERO,
            calls_readable,
            snapshot,
            tally: Tally::new(Settings { tells_events: true, ..Settings::default() }),
            totals: None,
            answered: HashMap::new(),
            polls: Vec::new(),
        }
    }

    /// Lets the time of one poll pass, and reads.
    pub(crate) fn step(&mut self) {
        self.pass(self.poll);
        self.read();
    }

    /// Lets time pass without a reading.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.world.step(time);
        self.mono += time;
    }

    /// Another server answers from now on.
    pub(crate) fn fail_over(&mut self) {
        self.snapshot.server = "b".into();
    }

    /// Reads everything that is read of what happens now, and counts.
    pub(crate) fn read(&mut self) {
        let now = Stamp { wall: self.world.now(), mono: self.mono };
        let body = |world: &mut InProcess, resource: &str| world.read(&format!("cc/1/{resource}")).unwrap();
        let states = body(&mut self.world, "services/state");
        let agents = body(&mut self.world, "agents/state");
        let list = |world: &mut InProcess, resource: Resource| -> CaseList {
            self.bodies.decode(resource, &body(world, resource.as_str()), now.wall).unwrap()
        };
        let cases = list(&mut self.world, Resource::Cases);
        let calls = self.calls_readable.then(|| list(&mut self.world, Resource::Calls));
        let center = &mut self.snapshot.centers[0];
        settle(&mut center.service_state, self.dictionary.service_states(&states, now.wall).unwrap(), now);
        settle(&mut center.agent_state, self.dictionary.agent_states(&agents, now.wall).unwrap(), now);
        settle(&mut center.cases, cases, now);
        if let Some(calls) = calls {
            settle(&mut center.calls, calls, now);
        }
        self.snapshot.stepped = now;
        self.count();
        self.polls.push(self.world.truth().now);
    }

    fn count(&mut self) {
        let totals = tally::step(&mut self.tally, &self.snapshot).centers.remove(0);
        for event in &totals.flow.events {
            if let (Inference::Answered { low, high, .. }, CaseClass::Voice) = (&event.what, event.class) {
                self.answered.insert(event.case.clone(), (*low, *high));
            }
        }
        self.totals = Some(totals);
    }
}

/// Notes data that was read whole, as a poller does.
fn settle<T>(reading: &mut Reading<T>, data: T, now: Stamp) {
    reading.attempt = Some(Attempt { at: now, duration: Duration::ZERO, outcome: Outcome::Complete });
    reading.good =
        Some(Good { taken: now, took: Duration::ZERO, changed: now, items: 0, data: Arc::new(data) });
}
