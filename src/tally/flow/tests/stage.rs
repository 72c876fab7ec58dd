//! A contact centre that is read every five seconds, for tests that say what each list shows.

use std::{sync::Arc, time::Duration};

use crate::{
    model::{
        AgentState, AgentStatus, Case, CaseClass, CaseList, CaseState, Clock, ContactCenter, ServiceStatus,
        Stamp, Text,
    },
    snapshot::{Attempt, Center, Followed, Good, Outcome, Reading, Snapshot},
    tally::{
        CenterTotals, ClassCounts, ClassTotals, Event, Saved, ServiceTotals, Settings, Source, Tally,
        WaitingNow, step,
    },
};

/// The interval of the readings.
pub(super) const POLL: Duration = Duration::from_secs(5);

/// Readings and what was counted by them.
pub(super) struct Stage {
    pub(super) clock: Clock,
    /// Seconds by which the wall clock was set, forward or back.
    pub(super) set_by: i64,
    pub(super) snapshot: Snapshot,
    pub(super) tally: Tally,
    pub(super) totals: CenterTotals,
}

/// A voice case of service 1.
pub(super) fn case(id: &str, state: CaseState) -> Case {
    Case { service_id: Some("1".into()), state: Some(state), class: Some(CaseClass::Voice), ..Case::new(id) }
}

/// A service that says nothing but that it exists.
pub(super) fn service(id: &str) -> ServiceStatus {
    ServiceStatus {
        id: id.into(),
        name: None,
        open: None,
        queue_length: None,
        longest_wait: None,
        estimated_wait: None,
        agents_logged_on: None,
        agents_available: None,
        agents_busy: None,
        exported: Vec::new(),
    }
}

impl Stage {
    /// A contact centre with the services 1 and 2 of which an empty list of calls was just read.
    pub(super) fn new() -> Self {
        let mut stage = Self::unread(Settings { tells_events: true, ..Settings::default() });
        stage.calls(&[]);
        stage
    }

    /// One of which no list was read so far.
    pub(super) fn unread(settings: Settings) -> Self {
        let start = std::time::UNIX_EPOCH + Duration::from_secs(1_768_464_000);
        Self::begin(Clock::still(start), Tally::new(settings), vec![service("1"), service("2")])
    }

    fn begin(clock: Clock, mut tally: Tally, services: Vec<ServiceStatus>) -> Self {
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let center = Center::new(contact_center, |collector| collector.is_fast().then_some(POLL));
        let mut snapshot = Snapshot {
            target: "main".into(),
            stepped: clock.now(),
            up: true,
            simulated: false,
            server: "a".into(),
            clock_skew: None,
            contact_centers: Reading::none(POLL),
            centers: vec![center],
            inventory: Reading::none(None),
            fields: Arc::new([]),
            notes: Default::default(),
        };
        let center = &mut snapshot.centers[0];
        center.cases.interval = Some(POLL);
        center.service_state.good = Some(good(services, clock.now()));
        let totals = step(&mut tally, &snapshot).centers.remove(0);
        Self { clock, set_by: 0, snapshot, tally, totals }
    }

    /// The time, on a wall clock that may have been set.
    pub(super) fn now(&self) -> Stamp {
        let now = self.clock.now();
        let seconds = Duration::from_secs(self.set_by.unsigned_abs());
        Stamp { wall: if self.set_by < 0 { now.wall - seconds } else { now.wall + seconds }, ..now }
    }

    /// What is saved now, by way of the text that stands in a file.
    pub(super) fn saved(&self) -> Saved {
        let text = serde_json::to_string(&self.tally.export(self.now())).expect("JSON");
        let saved: Saved = serde_json::from_str(&text).expect("what was written");
        assert!(saved.is_sound(), "{text}");
        saved
    }

    /// Another process goes on so much later, and with these settings, from what is saved now.
    pub(super) fn restarts(&self, away: Duration, settings: Settings) -> Self {
        let clock = Clock::still(self.now().wall + away);
        let tally = Tally::new(settings).resuming(&self.saved(), clock.now());
        let services = self.snapshot.centers[0].service_state.good.as_ref().expect("read");
        Self::begin(clock, tally, services.data.to_vec())
    }

    pub(super) fn center(&mut self) -> &mut Center {
        &mut self.snapshot.centers[0]
    }

    /// From now on these services exist.
    pub(super) fn services(&mut self, services: Vec<ServiceStatus>) {
        let now = self.now();
        self.center().service_state.good = Some(good(services, now));
    }

    /// Five seconds later the list of calls shows these.
    pub(super) fn calls(&mut self, cases: &[Case]) -> &mut Self {
        self.calls_cut(cases, &[])
    }

    /// Five seconds later the list of calls shows these and is cut for these services.
    pub(super) fn calls_cut(&mut self, cases: &[Case], cut: &[&str]) -> &mut Self {
        self.clock.advance(POLL);
        self.read(Source::Calls, cases, cut);
        self.step()
    }

    /// Five seconds later the list of cases shows these.
    pub(super) fn cases(&mut self, cases: &[Case]) -> &mut Self {
        self.clock.advance(POLL);
        self.read(Source::Cases, cases, &[]);
        self.step()
    }

    /// Five seconds later Trio gives these queue lengths, and at the same moment the list of calls shows
    /// these calls and the other list nothing.
    pub(super) fn calls_beside(&mut self, queues: &[(&str, Option<f64>)], cases: &[Case]) -> &mut Self {
        self.clock.advance(POLL);
        self.queues(queues);
        self.read(Source::Cases, &[], &[]);
        self.read(Source::Calls, cases, &[]);
        self.step()
    }

    /// From now on Trio gives these queue lengths.
    pub(super) fn queues(&mut self, queues: &[(&str, Option<f64>)]) {
        let status =
            |(id, length): &(&str, Option<f64>)| ServiceStatus { queue_length: *length, ..service(id) };
        self.services(queues.iter().map(status).collect());
    }

    /// The waiting of a class as they are published.
    pub(super) fn waiting(&self, service: &str, class: CaseClass) -> Option<WaitingNow> {
        self.class(service, class).now.and_then(|now| now.waiting)
    }

    /// Notes that a list shows these now, without counting yet.
    pub(super) fn read(&mut self, source: Source, cases: &[Case], cut: &[&str]) {
        let now = self.now();
        let truncated = cut.iter().map(|id| Text::from(*id)).collect();
        let list = CaseList { cases: cases.to_vec(), truncated };
        let reading = match source {
            Source::Calls => &mut self.center().calls,
            Source::Cases => &mut self.center().cases,
        };
        reading.attempt = Some(Attempt { at: now, duration: Duration::ZERO, outcome: Outcome::Complete });
        reading.good = Some(good(list, now));
    }

    /// Five seconds later nothing could be read.
    pub(super) fn fails(&mut self) -> &mut Self {
        self.clock.advance(POLL);
        let failed = Attempt { at: self.now(), duration: Duration::ZERO, outcome: Outcome::Failed };
        let center = self.center();
        center.calls.attempt = Some(failed);
        center.cases.attempt = Some(failed);
        self.step()
    }

    /// Says what agents do with which jobs.
    pub(super) fn agents(&mut self, agents: &[(&str, AgentState)]) {
        let status = |(job, state): &(&str, AgentState)| AgentStatus {
            id: format!("agent {job}").into(),
            name: None,
            state: Some(*state),
            since: None,
            reason: None,
            job: Some((*job).into()),
        };
        let now = self.now();
        let at = Stamp { mono: now.mono + POLL, wall: now.wall + POLL };
        self.center().agent_state.good = Some(good(agents.iter().map(status).collect(), at));
    }

    /// Says what a case was found to be that was asked for by its number in the next cycle.
    pub(super) fn followed(&mut self, id: &str, case: Option<Case>) {
        let now = self.now();
        let at = Stamp { mono: now.mono + POLL, wall: now.wall + POLL };
        self.center().followed = Arc::new([Followed { id: id.into(), at, case }]);
    }

    pub(super) fn step(&mut self) -> &mut Self {
        self.snapshot.stepped = self.now();
        self.totals = step(&mut self.tally, &self.snapshot).centers.remove(0);
        self.center().followed = Arc::new([]);
        self
    }

    pub(super) fn service(&self, id: &str) -> &ServiceTotals {
        let services = &self.totals.flow.services;
        services.iter().find(|service| *service.service_id == *id).expect("a service")
    }

    /// A class as it is published.
    pub(super) fn class(&self, service: &str, class: CaseClass) -> &ClassTotals {
        let classes = &self.service(service).classes;
        classes.iter().find(|totals| totals.class == class).expect("a class")
    }

    /// The counters of the calls of service 1.
    pub(super) fn voice(&self) -> &ClassCounts {
        &self.class("1", CaseClass::Voice).counts
    }

    pub(super) fn events(&self) -> &[Event] {
        &self.totals.flow.events
    }

    /// The law of the counters, for every class.
    pub(super) fn law_holds(&self) {
        let flow = &self.tally.centers[0].flow;
        for service in &self.totals.flow.services {
            for ClassTotals { class, .. } in &service.classes {
                let counts = &flow.services[&service.service_id].classes[*class as usize];
                let counts = &counts.as_ref().expect("known").counts;
                let (id, waiting) = (&service.service_id, flow.waiting(&service.service_id, *class));
                let out = counts.answered
                    + counts.left_in_all()
                    + counts.moved
                    + counts.unclassified_in_all()
                    + waiting;
                assert_eq!(counts.carried_in + counts.offered, out, "service {id}, {class:?}: {counts:?}");
                assert!(counts.within_low as f64 <= counts.within + 1e-9, "{counts:?}");
                assert!(counts.within <= counts.within_high as f64 + 1e-9, "{counts:?}");
                assert_eq!(counts.waits.count(), counts.answered);
            }
        }
    }
}

fn good<T>(data: T, taken: Stamp) -> Good<T> {
    Good { taken, took: Duration::ZERO, changed: taken, items: 0, data: Arc::new(data) }
}
