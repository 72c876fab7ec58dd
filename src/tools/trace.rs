//! `trace`: prints what is inferred about single cases as it happens, and from which readings. An
//! operator who makes a few test calls can check the counters with it, as `docs/how-it-counts.md`
//! describes.
//!
//! No line names a person: case numbers are replaced by pseudonyms, the tokens of a case. Their key
//! is made at the start and never stored.

mod counts;
mod line;
mod messages;
mod readings;
mod services;

use std::{collections::HashMap, time::Duration};

use jiff::tz::TimeZone;

pub use counts::Counts;
pub use line::Line;
pub use line::Tokens;
pub use services::UnknownName;

use crate::{
    model::{AuthFailure, CaseClass, Clock, Stamp, Text},
    poller::{Latest, Poller},
    tally::{CenterTotals, Event, Published},
    trio::Error,
};
use counts::{ClassKey, TraceCounts};
use line::Subject;
use readings::ReadingState;
use services::TracedServices;

/// Time without output after which a line says that the trace is still running.
const QUIET_TIME: Duration = Duration::from_secs(60);

/// Selection of the traced services, and format of the times.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ids or names of contact centres that must exist.
    pub contact_centers: Vec<Text>,
    /// Ids or names of services; empty: all.
    pub services: Vec<Text>,
    /// Accepts services that do not exist yet.
    pub waits_for_services: bool,
    /// Zone of the printed times.
    pub time_zone: TimeZone,
}

/// Reason for which a trace ends.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A service or contact centre of the flags does not exist, or its name is not unique.
    #[error("{0}")]
    Unknown(#[from] UnknownName),
    /// Trio refuses the login.
    #[error("Trio cannot be read: {0}")]
    Refused(Error),
}

/// A poller of its own, and the tracer of its readings.
#[derive(Debug)]
pub struct Trace {
    poller: Poller,
    latest: Latest,
    tracer: Tracer,
}

impl Trace {
    /// Creates a trace of `poller`, which must record events and publish to `latest`.
    pub fn new(poller: Poller, latest: Latest, tracer: Tracer) -> Self {
        Self { poller, latest, tracer }
    }

    /// Runs one step of the poller and returns the lines about it.
    ///
    /// # Errors
    /// Trio refuses the login, or a service or contact centre of the flags does not exist or is
    /// ambiguous.
    pub async fn step(&mut self) -> Result<Vec<Line>, Failure> {
        self.poller.step().await;
        let trouble = self.poller.trouble();
        if let Some(error) = trouble.filter(|error| is_refusal(error)) {
            return Err(Failure::Refused(error.clone()));
        }
        // Cloned: the guard of the channel must not be held while lines are made.
        let published = self.latest.borrow().clone();
        match published {
            Some(published) => Ok(self.tracer.update(&published, trouble)?),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the interval of the steps, which the load may have stretched.
    pub fn period(&self) -> Duration {
        self.poller.period()
    }

    /// Returns the tracer, for its counts and its summary.
    pub fn tracer(&self) -> &Tracer {
        &self.tracer
    }
}

/// Returns true for errors that remain until user, password or client key are corrected.
// `run` tries again later; a person waits for the lines of a trace, and further logins may lock the
// account.
fn is_refusal(error: &Error) -> bool {
    use AuthFailure::{ClientKey, Credentials};
    // An access token that is not accepted is not among them: a server that has just started may
    // take a minute.
    matches!(error, Error::Auth { reason: Credentials | ClientKey, .. })
}

/// Converter of published readings into lines.
#[derive(Debug)]
pub struct Tracer {
    contact_centers: Vec<Text>,
    time_zone: TimeZone,
    tokens: Tokens,
    services: TracedServices,
    readings: ReadingState,
    counts: TraceCounts,
    /// Time from which silence is measured: that of the last line, or else of the first step.
    last_line: Option<Stamp>,
    /// Number of lists that were read since `last_line`.
    lists: usize,
    /// Time of the last step.
    last_step: Option<Stamp>,
}

impl Tracer {
    /// Creates a tracer before the first step.
    pub fn new(settings: Settings, tokens: Tokens) -> Self {
        let Settings { contact_centers, services, waits_for_services, time_zone } = settings;
        let services = TracedServices::new(services, waits_for_services);
        Self {
            contact_centers,
            time_zone,
            tokens,
            services,
            readings: ReadingState::default(),
            counts: TraceCounts::default(),
            last_line: None,
            lists: 0,
            last_step: None,
        }
    }

    /// Returns the first line: the load on Trio, and the meaning of the tokens.
    pub fn introduction(
        &self,
        target: &str,
        clock: &Clock,
        interval: Duration,
        budget: u32,
    ) -> Line {
        messages::introduction(target, interval, budget)
            .into_line(clock.now().wall, &self.time_zone)
    }

    /// Returns the lines about one step of the poller; `trouble` is its error, if the step read
    /// nothing.
    ///
    /// # Errors
    /// A service or contact centre of the flags is not in the lists that were read.
    pub fn update(
        &mut self,
        published: &Published,
        trouble: Option<&Error>,
    ) -> Result<Vec<Line>, UnknownName> {
        let (snapshot, totals) = (&published.snapshot, &published.totals);
        services::check_contact_centers(&self.contact_centers, snapshot)?;
        let now = snapshot.stepped;
        self.last_step = Some(now);
        let has_several_centers = snapshot.centers.len() > 1;
        let mut lines: Vec<Line> = self
            .services
            .update(snapshot)?
            .into_iter()
            .map(|message| message.into_line(now.wall, &self.time_zone))
            .collect();
        let messages = self.readings.update(published, trouble, &self.services);
        lines.extend(
            messages.into_iter().map(|message| message.into_line(now.wall, &self.time_zone)),
        );
        for center in &totals.centers {
            self.lists += center.flow.lists_read.len();
            for event in &center.flow.events {
                if self.services.is_traced(&center.contact_center, &event.service_id) {
                    self.counts.record(&center.contact_center, event);
                    lines.push(self.event_line(center, event, has_several_centers));
                }
            }
        }
        // Without this line, a quiet service and a trace that hangs would look the same.
        if lines.is_empty() && self.last_line.is_some_and(|last| now.since(last) >= QUIET_TIME) {
            lines.push(self.quiet_line(now, &totals.centers));
        }
        if !lines.is_empty() || self.last_line.is_none() {
            (self.last_line, self.lists) = (Some(now), 0);
        }
        Ok(lines)
    }

    fn event_line(&self, center: &CenterTotals, event: &Event, shows_center: bool) -> Line {
        let contact_center = &center.contact_center;
        let subject = Subject {
            contact_center: contact_center.clone(),
            shows_center,
            service_id: event.service_id.clone(),
            service_name: self.services.name(contact_center, &event.service_id),
            class: event.class,
            case: Some(self.tokens.token(contact_center, &event.case)),
        };
        let display_name = |id: &Text| self.services.display_name(contact_center, id);
        let time = line::format_time(event.at, &self.time_zone);
        messages::inference(&event.inference, &event.service_id, &time, &display_name)
            .with_subject(subject)
            .into_line(event.at, &self.time_zone)
    }

    /// Returns the line that says that nothing happened while the readings went on.
    fn quiet_line(&self, now: Stamp, centers: &[CenterTotals]) -> Line {
        let services = centers.iter().flat_map(|center| {
            let is_traced = |id: &Text| self.services.is_traced(&center.contact_center, id);
            center.flow.services.iter().filter(move |service| is_traced(&service.service_id))
        });
        let counts = services
            .flat_map(|service| &service.classes)
            .map(|class| Some(class.now?.waiting?.cases));
        // Unknown if one class is: a sum without it would look like all cases that wait.
        let waiting = counts.reduce(|one, other| Some(one? + other?)).flatten();
        let since = self.last_line.map_or(Duration::ZERO, |last| now.since(last));
        messages::quiet(since, self.lists, waiting).into_line(now.wall, &self.time_zone)
    }

    /// Returns the sums, one line for each class of each service.
    pub fn summary(&self) -> Vec<Line> {
        let Some(now) = self.last_step else { return Vec::new() };
        let line = |(key, counts): (&ClassKey, &Counts)| {
            let subject = Subject {
                contact_center: key.contact_center.clone(),
                shows_center: self.readings.has_several_centers(),
                service_id: key.service_id.clone(),
                service_name: self.services.name(&key.contact_center, &key.service_id),
                class: key.class,
                case: None,
            };
            messages::summary(counts).with_subject(subject).into_line(now.wall, &self.time_zone)
        };
        // A program that reads the lines expects a summary in any case.
        let lines: Vec<Line> = self.counts.iter().map(line).collect();
        if lines.is_empty() {
            vec![messages::empty_summary().into_line(now.wall, &self.time_zone)]
        } else {
            lines
        }
    }

    /// Returns the counts by contact centre, service and class; classes without events are absent.
    pub fn counts(&self) -> HashMap<(Text, Text, CaseClass), Counts> {
        let key = |key: &ClassKey| (key.contact_center.clone(), key.service_id.clone(), key.class);
        self.counts.iter().map(|(class, counts)| (key(class), counts.clone())).collect()
    }
}
