//! What the readings themselves did, where it matters: silence is never without a reason.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use super::{line::Said, services::Services, words::seconds};
use crate::{
    model::{CaseList, Text},
    snapshot::{Center, Outcome, Reading},
    tally::{CenterTotals, ListRead, Published, Source, UnclassifiedReason},
    trio::Error,
};

/// What was last said of the readings; only changes are told.
#[derive(Debug, Default)]
pub(super) struct Polls {
    trouble: Option<String>,
    centers: Option<usize>,
    server: Option<Text>,
    interval: Option<Duration>,
    lists: HashMap<(Text, Source), State>,
    blind: HashMap<Text, bool>,
    cut: HashMap<(Text, Source), BTreeSet<Text>>,
}

/// How a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Off,
    Unread,
    Whole,
    /// Cases came, and none of them says where it stands.
    Stateless,
    Incomplete,
    Failed,
}

impl State {
    fn of(reading: &Reading<CaseList>) -> Self {
        let Some(attempt) = reading.attempt.filter(|_| reading.interval.is_some()) else {
            return if reading.interval.is_some() { Self::Unread } else { Self::Off };
        };
        match attempt.outcome {
            Outcome::Failed => Self::Failed,
            Outcome::Incomplete => Self::Incomplete,
            Outcome::Complete if reading.good.as_ref().is_some_and(|good| good.data.is_stateless()) => {
                Self::Stateless
            }
            Outcome::Complete => Self::Whole,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unread => "unread",
            Self::Whole => "whole",
            Self::Stateless => "stateless",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Off => "not read: its collector is switched off in the configuration",
            Self::Unread => "not read yet",
            Self::Whole => "read",
            Self::Stateless => {
                "not used: none of its cases says where it stands; map the field in a fields_file if there is one"
            }
            Self::Incomplete => "not used: it came incomplete; the log says more",
            Self::Failed => "cannot be read; the log says why",
        }
    }
}

impl Polls {
    /// What is to be said of the readings of one step.
    pub(super) fn take(
        &mut self,
        published: &Published,
        trouble: Option<&Error>,
        services: &Services,
    ) -> Vec<Said> {
        let mut said = Vec::new();
        let snapshot = &published.snapshot;
        self.say_trouble(trouble, &mut said);
        if trouble.is_some() {
            return said;
        }
        let centers = snapshot.centers.len();
        if centers == 0 && self.centers != Some(0) {
            said.push(Said::new("blind", "no contact centre is read, so nothing can be traced"));
        }
        self.centers = Some(centers);
        if self.server.replace(snapshot.server.clone()).is_some_and(|before| before != snapshot.server) {
            let words = format!("another server is asked now: {}", snapshot.server);
            said.push(Said::new("server", words).with("server", &*snapshot.server));
        }
        for (center, totals) in snapshot.centers.iter().zip(&published.totals.centers) {
            self.say_interval(center, &mut said);
            for source in Source::ALL {
                self.say_state(center, source, &mut said);
                self.say_cut(center, source, services, &mut said);
            }
            self.say_blind(center, &mut said);
            said.extend(totals.flow.lists_read.iter().filter_map(|taken| doubt(totals, taken)));
        }
        said
    }

    /// Whether there are several contact centres.
    pub(super) fn sees_several(&self) -> bool {
        self.centers.is_some_and(|centers| centers > 1)
    }

    fn say_trouble(&mut self, trouble: Option<&Error>, said: &mut Vec<Said>) {
        let situation = trouble.map(Error::situation);
        if situation == self.trouble {
            return;
        }
        said.push(match trouble {
            Some(error) => Said::new("trouble", format!("Trio cannot be read: {error}")),
            None => Said::new("well", "Trio can be read again"),
        });
        self.trouble = situation;
    }

    fn say_interval(&mut self, center: &Center, said: &mut Vec<Said>) {
        let Some(interval) = center.calls.interval.or(center.cases.interval) else { return };
        if self.interval.replace(interval).is_some_and(|before| before != interval) {
            let secs = interval.as_secs_f64();
            let words = format!("the lists are read every {} now, because of the load", seconds(secs));
            said.push(Said::new("interval", words).seconds("interval", secs));
        }
    }

    fn say_state(&mut self, center: &Center, source: Source, said: &mut Vec<Said>) {
        let id = &center.contact_center.id;
        let state = State::of(source.reading(center));
        if self.lists.insert((id.clone(), source), state) == Some(state) {
            return;
        }
        let list = source.resource().as_str();
        let items = source.reading(center).good.as_ref().map(|good| good.data.cases.len());
        let count = match (state, items) {
            (State::Whole, Some(1)) => ", 1 case in it".to_owned(),
            (State::Whole, Some(count)) => format!(", {count} cases in it"),
            _ => String::new(),
        };
        let words = format!("list {list} of contact centre {id}: {}{count}", state.words());
        said.push(about("list", words, id, source).with("state", state.as_str()));
    }

    fn say_cut(&mut self, center: &Center, source: Source, services: &Services, said: &mut Vec<Said>) {
        let id = &center.contact_center.id;
        let Some(good) = &source.reading(center).good else { return };
        let traced = good.data.truncated.iter().filter(|service| services.takes(id, service));
        let now: BTreeSet<Text> = traced.cloned().collect();
        let before = self.cut.entry((id.clone(), source)).or_default();
        let list = source.resource().as_str();
        for (services_of, words, is_cut) in [
            (
                now.difference(before),
                "is cut: it does not show all cases, so outcomes may be unclassified",
                true,
            ),
            (before.difference(&now), "is whole again", false),
        ] {
            for service in services_of {
                let words = format!("list {list} of {}: {words}", services.called(id, service));
                said.push(about("cut", words, id, source).with("service_id", &**service).with("cut", is_cut));
            }
        }
        *before = now;
    }

    /// Says that nothing at all can be inferred, or that something can again.
    fn say_blind(&mut self, center: &Center, said: &mut Vec<Said>) {
        let id = &center.contact_center.id;
        let is_blind = Source::ALL.iter().all(|source| State::of(source.reading(center)) != State::Whole);
        let was_blind = self.blind.insert(id.clone(), is_blind);
        let (event, words) = match (was_blind, is_blind) {
            (None | Some(false), true) => (
                "blind",
                "nothing can be traced: neither services/calls nor services/cases can be used; \
                 `trio-exporter check` says what to do",
            ),
            (Some(true), false) => ("well", "cases can be traced again"),
            _ => return,
        };
        said.push(Said::new(event, format!("contact centre {id}: {words}")).with("contact_center", &**id));
    }
}

/// Why a list does not tell what happened since the one before.
fn doubt(totals: &CenterTotals, taken: &ListRead) -> Option<Said> {
    let ListRead { source, since, interruption: doubt, .. } = *taken;
    let doubt = doubt?;
    let (id, list) = (&totals.contact_center, source.resource().as_str());
    let why = match doubt {
        UnclassifiedReason::Failover => "another server gave the list before".to_owned(),
        _ => match since {
            Some(since) => format!("the list before is {} old, or a clock was set", seconds(since)),
            None => "there is no list before".to_owned(),
        },
    };
    let words =
        format!("list {list} of contact centre {id}: {why}, so what ended since then is unclassified");
    let said = about("gap", words, id, source).with("reason", doubt.as_str());
    Some(match since {
        Some(since) => said.seconds("since", since),
        None => said,
    })
}

fn about(event: &'static str, words: String, contact_center: &Text, source: Source) -> Said {
    let list = source.resource().as_str();
    Said::new(event, words).with("contact_center", &**contact_center).with("list", list)
}
