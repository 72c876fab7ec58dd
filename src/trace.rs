//! `trace`: what is inferred of single cases as it happens, and by which readings, so that whoever makes
//! a few calls can check the numbers.
//!
//! It never tells who somebody is: case numbers are hashed with a key that lives as long as one run. How
//! it is used is described in `docs/verify.md`.

mod account;
mod line;
mod polls;
mod services;
mod tokens;
mod words;

use std::{collections::HashMap, time::Duration};

use jiff::tz::TimeZone;

pub use account::Counts;
pub use line::Line;
pub use services::Unknown;
pub use tokens::Tokens;

use crate::{
    model::{AuthFailure, CaseClass, Clock, Stamp, Text},
    poller::{Latest, Poller},
    tally::{CenterTotals, Event, Published},
    trio::Error,
};
use account::Account;
use line::Of;
use polls::Polls;
use services::Services;

/// After so long without a line it is said why there is none.
const QUIET: Duration = Duration::from_secs(60);

/// What is traced, and how it is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ids or names of contact centres that must be there.
    pub contact_centers: Vec<Text>,
    /// Ids or names of services; empty: all.
    pub services: Vec<Text>,
    /// Whether services may be named that do not exist yet.
    pub waits_for_services: bool,
    /// The zone of the times that are told.
    pub time_zone: TimeZone,
}

/// Why a trace cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked for is not there.
    #[error("{0}")]
    Unknown(#[from] Unknown),
    /// Trio does not let the exporter in.
    #[error("Trio cannot be read: {0}")]
    Refused(Error),
}

/// A poller of its own, and what is told of its readings.
#[derive(Debug)]
pub struct Trace {
    poller: Poller,
    latest: Latest,
    tracer: Tracer,
}

impl Trace {
    /// A trace of what `poller` reads, which must tell events, and publish to `latest`.
    pub fn new(poller: Poller, latest: Latest, tracer: Tracer) -> Self {
        Self { poller, latest, tracer }
    }

    /// Reads what is due and tells what that shows.
    ///
    /// # Errors
    /// Trio refuses the login, or a service that was named does not exist.
    pub async fn step(&mut self) -> Result<Vec<Line>, Failure> {
        self.poller.step().await;
        let trouble = self.poller.trouble();
        if let Some(error) = trouble.filter(|error| is_refusal(error)) {
            return Err(Failure::Refused(error.clone()));
        }
        let published = self.latest.borrow().clone();
        match published {
            Some(published) => Ok(self.tracer.take(&published, trouble)?),
            None => Ok(Vec::new()),
        }
    }

    /// How far apart steps have to be now.
    pub fn period(&self) -> Duration {
        self.poller.period()
    }

    /// What was told so far, counted.
    pub fn tracer(&self) -> &Tracer {
        &self.tracer
    }
}

/// Whether asking again would not help until somebody changes something.
fn is_refusal(error: &Error) -> bool {
    use AuthFailure::{ClientKey, Credentials, Forbidden};
    matches!(error, Error::Auth { reason: Credentials | ClientKey | Forbidden, .. })
}

/// Turns what was published into lines.
#[derive(Debug)]
pub struct Tracer {
    contact_centers: Vec<Text>,
    time_zone: TimeZone,
    tokens: Tokens,
    services: Services,
    polls: Polls,
    account: Account,
    /// When the last line was told.
    told: Option<Stamp>,
    /// Lists that were taken in since.
    lists: usize,
    last: Option<Stamp>,
}

impl Tracer {
    /// One that has seen nothing yet.
    pub fn new(settings: Settings, tokens: Tokens) -> Self {
        let Settings { contact_centers, services, waits_for_services, time_zone } = settings;
        let services = Services::new(services, waits_for_services);
        let (polls, account) = Default::default();
        Self {
            contact_centers,
            time_zone,
            tokens,
            services,
            polls,
            account,
            told: None,
            lists: 0,
            last: None,
        }
    }

    /// The first line: what the trace does to Trio, and what its tokens are.
    pub fn introduction(&self, target: &str, clock: &Clock, interval: Duration, budget: u32) -> Line {
        words::introduction(target, interval, budget).line(clock.now().wall, &self.time_zone)
    }

    /// What one step of a poller showed. `trouble`: why it could read nothing.
    ///
    /// # Errors
    /// A service that was named does not exist, now that it is known which do.
    pub fn take(&mut self, published: &Published, trouble: Option<&Error>) -> Result<Vec<Line>, Unknown> {
        let (snapshot, totals) = (&published.snapshot, &published.totals);
        services::are_read(&self.contact_centers, snapshot)?;
        let now = snapshot.stepped;
        self.last = Some(now);
        let several = snapshot.centers.len() > 1;
        let mut lines: Vec<Line> = self
            .services
            .learn(snapshot)?
            .into_iter()
            .map(|said| said.line(now.wall, &self.time_zone))
            .collect();
        let said = self.polls.take(published, trouble, &self.services);
        lines.extend(said.into_iter().map(|said| said.line(now.wall, &self.time_zone)));
        for center in &totals.centers {
            self.lists += center.flow.taken.len();
            for event in &center.flow.events {
                if self.services.takes(&center.contact_center, &event.service_id) {
                    self.account.enter(&center.contact_center, event);
                    lines.push(self.line(center, event, several));
                }
            }
        }
        if lines.is_empty() && self.told.is_some_and(|told| now.since(told) >= QUIET) {
            lines.push(self.quiet(now, &totals.centers));
        }
        if !lines.is_empty() || self.told.is_none() {
            (self.told, self.lists) = (Some(now), 0);
        }
        Ok(lines)
    }

    fn line(&self, center: &CenterTotals, event: &Event, several: bool) -> Line {
        let contact_center = &center.contact_center;
        let of = Of {
            contact_center: contact_center.clone(),
            shows_center: several,
            service_id: event.service_id.clone(),
            service_name: self.services.name(contact_center, &event.service_id),
            class: event.class,
            case: Some(self.tokens.of(contact_center, &event.case)),
        };
        let name = |id: &Text| self.services.called(contact_center, id);
        let at = line::clock(event.at, &self.time_zone);
        words::of(&event.what, &event.service_id, &at, &name).about(of).line(event.at, &self.time_zone)
    }

    /// Nothing happened for a while: that the readings went on is told all the same.
    fn quiet(&self, now: Stamp, centers: &[CenterTotals]) -> Line {
        let services = centers.iter().flat_map(|center| {
            let takes = |id: &Text| self.services.takes(&center.contact_center, id);
            center.flow.services.iter().filter(move |service| takes(&service.service_id))
        });
        let counts =
            services.flat_map(|service| &service.classes).map(|class| Some(class.now?.waiting?.cases));
        // A sum without the classes that cannot be told would look like all who wait.
        let waiting = counts.reduce(|one, other| Some(one? + other?)).flatten();
        let since = self.told.map_or(Duration::ZERO, |told| now.since(told));
        words::quiet(since, self.lists, waiting).line(now.wall, &self.time_zone)
    }

    /// What was counted, a line for each class of each service.
    pub fn summary(&self) -> Vec<Line> {
        let Some(now) = self.last else { return Vec::new() };
        let line = |(key, counts): (&account::Key, &Counts)| {
            let of = Of {
                contact_center: key.contact_center.clone(),
                shows_center: self.polls.sees_several(),
                service_id: key.service_id.clone(),
                service_name: self.services.name(&key.contact_center, &key.service_id),
                class: key.class,
                case: None,
            };
            words::sum(counts).about(of).line(now.wall, &self.time_zone)
        };
        let lines: Vec<Line> = self.account.counts().map(line).collect();
        if lines.is_empty() { vec![words::nothing().line(now.wall, &self.time_zone)] } else { lines }
    }

    /// What was counted of one class of a service; `None`: nothing happened there.
    pub fn counts(&self) -> HashMap<(Text, Text, CaseClass), Counts> {
        let key = |key: &account::Key| (key.contact_center.clone(), key.service_id.clone(), key.class);
        self.account.counts().map(|(of, counts)| (key(of), counts.clone())).collect()
    }
}
