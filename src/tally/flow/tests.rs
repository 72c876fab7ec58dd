//! Tests of the flow: inferences from a few lists in a row, of a contact centre that is read every
//! five seconds.

mod balance;
mod between_states;
mod lists;
mod numbers;
mod outcomes;
mod own_times;
mod restarts;
mod time;
mod uncertain_goals;
mod unclassified;
mod unknown_words;
mod waits;

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::tz::{Offset, TimeZone};

use super::day::Day;
use crate::{
    model::{
        AgentState, AgentStatus, Case, CaseClass, CaseList, CaseState, Clock, ClockSkew,
        ContactCenter, GivenClass, GivenGoals, Goals, Pattern, Resource, Rule, Service,
        ServiceMatch, ServiceStatus, Stamp, Text,
    },
    snapshot::{Attempt, Center, Followed, Good, Outcome, Snapshot},
    tally::{
        CenterTotals, ClassCounts, ClassTotals, Edges, Event, Inference, LeftAge, Saved,
        ServiceTotals, Settings, Source, Tally, TimeCounts, UnclassifiedReason, Unmeasured,
        WaitingNow, step,
    },
};

use CaseState::{Handled, Offered, Queued};

/// The interval of the readings.
const POLL: Duration = Duration::from_secs(5);

/// Both clocks are the same.
const EQUAL_CLOCKS: ClockSkew = ClockSkew { seconds: 0.0, uncertainty: 0.0 };

/// Readings and their counters.
struct TestCenter {
    clock: Clock,
    /// Seconds by which the wall clock was set, forward or back.
    wall_offset: i64,
    snapshot: Snapshot,
    tally: Tally,
    totals: CenterTotals,
}

/// A voice case of service 1.
fn case(id: &str, state: CaseState) -> Case {
    Case {
        service_id: Some("1".into()),
        state: Some(state),
        class: Some(CaseClass::Voice),
        ..Case::new(id)
    }
}

/// A case of service 1 of this class.
fn classed(class: CaseClass, id: &str, state: CaseState) -> Case {
    Case { class: Some(class), ..case(id, state) }
}

/// A case of this service.
fn in_service(service: &str, id: &str, state: CaseState) -> Case {
    Case { service_id: Some(service.into()), ..case(id, state) }
}

/// A service without any state but its id.
fn service(id: &str) -> ServiceStatus {
    ServiceStatus::new(id)
}

impl TestCenter {
    /// Creates a contact centre with the services 1 and 2, with an empty list of calls read.
    fn new() -> Self {
        let mut trio = Self::unread(Settings { record_events: true, ..Settings::default() });
        trio.calls(&[]);
        trio
    }

    /// Creates one without any list read.
    fn unread(settings: Settings) -> Self {
        let start = UNIX_EPOCH + Duration::from_secs(1_768_464_000);
        Self::begin(Clock::still(start), Tally::new(settings), vec![service("1"), service("2")])
    }

    fn begin(clock: Clock, mut tally: Tally, services: Vec<ServiceStatus>) -> Self {
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let center = Center::new(contact_center, |collector| collector.is_fast().then_some(POLL));
        let mut snapshot = Snapshot::new("main", "a", clock.now());
        snapshot.centers = vec![center];
        snapshot.clock_skew = Some(EQUAL_CLOCKS);
        let center = &mut snapshot.centers[0];
        center.cases.interval = Some(POLL);
        center.service_state.good = Some(good(services, clock.now()));
        let totals = step(&mut tally, &snapshot).centers.remove(0);
        Self { clock, wall_offset: 0, snapshot, tally, totals }
    }

    /// Returns the time on a wall clock that may have been set.
    fn now(&self) -> Stamp {
        let now = self.clock.now();
        let seconds = Duration::from_secs(self.wall_offset.unsigned_abs());
        Stamp {
            wall: if self.wall_offset < 0 { now.wall - seconds } else { now.wall + seconds },
            ..now
        }
    }

    /// Returns the saved counters, by way of the JSON text of the state file.
    fn saved(&self) -> Saved {
        let text = serde_json::to_string(&self.tally.export(self.now())).expect("JSON");
        let saved: Saved = serde_json::from_str(&text).expect("what was written");
        assert!(saved.is_valid(), "{text}");
        saved
    }

    /// Starts another process `away` later with these settings, from what is saved now.
    fn restart(&self, away: Duration, settings: Settings) -> Self {
        let clock = Clock::still(self.now().wall + away);
        let tally = Tally::new(settings).resuming(&self.saved(), clock.now());
        let services = self.snapshot.centers[0].service_state.good.as_ref().expect("read");
        Self::begin(clock, tally, services.data.to_vec())
    }

    fn center(&mut self) -> &mut Center {
        &mut self.snapshot.centers[0]
    }

    /// Makes these the existing services.
    fn services(&mut self, services: Vec<ServiceStatus>) {
        let now = self.now();
        self.center().service_state.good = Some(good(services, now));
    }

    /// Reads a list of calls five seconds later.
    fn calls(&mut self, cases: &[Case]) -> &mut Self {
        self.calls_truncated(cases, &[])
    }

    /// Reads a list of calls five seconds later that is truncated for these services.
    fn calls_truncated(&mut self, cases: &[Case], truncated: &[&str]) -> &mut Self {
        self.clock.advance(POLL);
        self.read(Source::Calls, cases, truncated);
        self.step()
    }

    /// Reads a list of cases five seconds later.
    fn cases(&mut self, cases: &[Case]) -> &mut Self {
        self.clock.advance(POLL);
        self.read(Source::Cases, cases, &[]);
        self.step()
    }

    /// Reads a list of cases five seconds later that is truncated for these services.
    fn cases_truncated(&mut self, cases: &[Case], truncated: &[&str]) -> &mut Self {
        self.clock.advance(POLL);
        self.read(Source::Cases, cases, truncated);
        self.step()
    }

    /// Reads queue lengths, a list of calls and an empty list of cases at the same moment, five
    /// seconds later.
    fn calls_and_queues(&mut self, queues: &[(&str, Option<f64>)], cases: &[Case]) -> &mut Self {
        self.clock.advance(POLL);
        self.queues(queues);
        self.read(Source::Cases, &[], &[]);
        self.read(Source::Calls, cases, &[]);
        self.step()
    }

    /// Sets the queue lengths of the next step.
    fn queues(&mut self, queues: &[(&str, Option<f64>)]) {
        let status = |(id, length): &(&str, Option<f64>)| ServiceStatus {
            queue_length: *length,
            ..service(id)
        };
        self.services(queues.iter().map(status).collect());
    }

    /// Returns the waiting cases of a class as published.
    fn waiting(&self, service: &str, class: CaseClass) -> Option<WaitingNow> {
        self.class(service, class).now.and_then(|now| now.waiting)
    }

    /// Sets the content of a list, without a step.
    fn read(&mut self, source: Source, cases: &[Case], truncated: &[&str]) {
        let truncated = truncated.iter().map(|id| Text::from(*id)).collect();
        self.read_list(
            source,
            CaseList { cases: cases.to_vec(), truncated, ..CaseList::default() },
        );
    }

    /// Sets a list, without a step.
    fn read_list(&mut self, source: Source, list: CaseList) {
        let now = self.now();
        let reading = match source {
            Source::Calls => &mut self.center().calls,
            Source::Cases => &mut self.center().cases,
        };
        reading.attempt =
            Some(Attempt { at: now, duration: Duration::ZERO, outcome: Outcome::Complete });
        reading.good = Some(good(list, now));
    }

    /// Makes a step five seconds later in which all readings failed.
    fn fail(&mut self) -> &mut Self {
        self.clock.advance(POLL);
        let failed = Attempt { at: self.now(), duration: Duration::ZERO, outcome: Outcome::Failed };
        let center = self.center();
        center.calls.attempt = Some(failed);
        center.cases.attempt = Some(failed);
        self.step()
    }

    /// Sets the agent states with job numbers.
    fn agents(&mut self, agents: &[(&str, AgentState)]) {
        let status = |(job, state): &(&str, AgentState)| AgentStatus {
            job: Some((*job).into()),
            ..AgentStatus::new(format!("agent {job}"), Some(*state))
        };
        let now = self.now();
        let at = Stamp { mono: now.mono + POLL, wall: now.wall + POLL };
        self.center().agent_state.good = Some(good(agents.iter().map(status).collect(), at));
    }

    /// Sets the answer for a single case in the next step.
    fn followed(&mut self, id: &str, case: Option<Case>) {
        let now = self.now();
        let at = Stamp { mono: now.mono + POLL, wall: now.wall + POLL };
        self.center().followed = Arc::new([Followed { id: id.into(), at, case }]);
    }

    fn step(&mut self) -> &mut Self {
        self.snapshot.stepped = self.now();
        self.totals = step(&mut self.tally, &self.snapshot).centers.remove(0);
        self.center().followed = Arc::new([]);
        self
    }

    fn service(&self, id: &str) -> &ServiceTotals {
        let services = &self.totals.flow.services;
        services.iter().find(|service| *service.service_id == *id).expect("a service")
    }

    /// Returns a class as published.
    fn class(&self, service: &str, class: CaseClass) -> &ClassTotals {
        let classes = &self.service(service).classes;
        classes.iter().find(|totals| totals.class == class).expect("a class")
    }

    /// Returns the counters of the calls of service 1.
    fn voice(&self) -> &ClassCounts {
        &self.class("1", CaseClass::Voice).counts
    }

    fn events(&self) -> &[Event] {
        &self.totals.flow.events
    }

    /// Asserts that each case that came in ended once or waits, for every class.
    fn assert_balanced(&self) {
        let flow = &self.tally.centers[0].flow;
        for service in &self.totals.flow.services {
            for ClassTotals { class, .. } in &service.classes {
                let counts = &flow.services[&service.service_id].classes[*class as usize];
                let counts = &counts.as_ref().expect("known").counts;
                let (id, waiting) =
                    (&service.service_id, flow.waiting(&service.service_id, *class));
                let out = counts.answered
                    + counts.total_left()
                    + counts.moved
                    + counts.total_unclassified()
                    + waiting;
                assert_eq!(
                    counts.carried_in + counts.offered,
                    out,
                    "service {id}, {class:?}: {counts:?}"
                );
                assert!(counts.within_low as f64 <= counts.within + 1e-9, "{counts:?}");
                assert!(counts.within <= counts.within_high as f64 + 1e-9, "{counts:?}");
                assert!(counts.missed_low <= counts.missed_high, "{counts:?}");
                let missed = counts.answered + counts.left[1] + counts.left[2];
                let missed = missed as f64 - counts.within;
                assert!(counts.missed_low as f64 <= missed + 1e-9, "{counts:?}");
                assert!(missed <= counts.missed_high as f64 + 1e-9, "{counts:?}");
                assert_eq!(counts.waits.count(), counts.answered);
            }
        }
    }
}

fn good<T>(data: T, taken: Stamp) -> Good<T> {
    Good::new(taken, 0, data)
}

fn unclassified(trio: &TestCenter, reason: UnclassifiedReason) -> u64 {
    trio.voice().unclassified[reason as usize]
}

fn unmeasured(trio: &TestCenter, reason: Unmeasured) -> f64 {
    trio.service("1").time.unmeasured[reason as usize]
}

fn waiting(trio: &TestCenter) -> Option<u64> {
    trio.waiting("1", CaseClass::Voice).map(|waiting| waiting.cases)
}
