//! Messages about the readings, so that a trace without events always shows the reason.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use super::{line::Message, messages::format_seconds, services::TracedServices};
use crate::{
    model::{CaseList, Text},
    snapshot::{Center, Outcome, Reading},
    tally::{CenterTotals, ListRead, Published, Source, UnclassifiedReason},
    trio::Error,
};

/// State of the readings at the last message. Only changes are reported.
#[derive(Debug, Default)]
pub(super) struct ReadingState {
    trouble: Option<String>,
    centers: Option<usize>,
    server: Option<Text>,
    interval: Option<Duration>,
    lists: HashMap<(Text, Source), ListState>,
    /// By contact centre: neither list can be used.
    untraceable: HashMap<Text, bool>,
    /// Traced services whose part of a list is truncated.
    truncated: HashMap<(Text, Source), BTreeSet<Text>>,
}

/// Usability of a list of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListState {
    Off,
    Unread,
    Complete,
    /// None of its cases has a state, so waiting and answered ones look the same.
    Stateless,
    Incomplete,
    Failed,
}

impl ListState {
    fn from_reading(reading: &Reading<CaseList>) -> Self {
        let Some(attempt) = reading.attempt.filter(|_| reading.interval.is_some()) else {
            return if reading.interval.is_some() { Self::Unread } else { Self::Off };
        };
        match attempt.outcome {
            Outcome::Failed => Self::Failed,
            Outcome::Incomplete => Self::Incomplete,
            Outcome::Complete
                if reading.good.as_ref().is_some_and(|good| good.data.is_stateless()) =>
            {
                Self::Stateless
            }
            Outcome::Complete => Self::Complete,
        }
    }

    /// Returns the word for programs.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unread => "unread",
            Self::Complete => "whole",
            Self::Stateless => "stateless",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        }
    }

    /// Returns the state in words for people.
    const fn words(self) -> &'static str {
        match self {
            Self::Off => "not read: its collector is switched off in the configuration",
            Self::Unread => "not read yet",
            Self::Complete => "read",
            Self::Stateless => {
                "not used: none of its cases has a state; if Trio gives one, map its field in a fields_file"
            }
            Self::Incomplete => "not used: it was read incompletely; the log says more",
            Self::Failed => "cannot be read; the log says why",
        }
    }
}

impl ReadingState {
    /// Updates the state from one step and returns a message for each change.
    pub(super) fn update(
        &mut self,
        published: &Published,
        trouble: Option<&Error>,
        services: &TracedServices,
    ) -> Vec<Message> {
        let mut messages = Vec::new();
        let snapshot = &published.snapshot;
        self.report_trouble(trouble, &mut messages);
        // Every list has failed for this reason: one message is enough.
        if trouble.is_some() {
            return messages;
        }
        let centers = snapshot.centers.len();
        if centers == 0 && self.centers != Some(0) {
            messages
                .push(Message::new("blind", "no contact centre is read, so nothing can be traced"));
        }
        self.centers = Some(centers);
        if self
            .server
            .replace(snapshot.server.clone())
            .is_some_and(|before| before != snapshot.server)
        {
            let words = format!("another server is asked from now on: {}", snapshot.server);
            messages.push(Message::new("server", words).with_fact("server", &*snapshot.server));
        }
        for (center, totals) in snapshot.centers.iter().zip(&published.totals.centers) {
            self.report_interval(center, &mut messages);
            for source in Source::ALL {
                self.report_list_state(center, source, &mut messages);
                self.report_truncation(center, source, services, &mut messages);
            }
            self.report_traceability(center, &mut messages);
            messages
                .extend(totals.flow.lists_read.iter().filter_map(|read| gap_message(totals, read)));
        }
        messages
    }

    /// Returns true if several contact centres are read.
    pub(super) fn has_several_centers(&self) -> bool {
        self.centers.is_some_and(|centers| centers > 1)
    }

    fn report_trouble(&mut self, trouble: Option<&Error>, messages: &mut Vec<Message>) {
        // By situation, not by text: texts of one failure may differ in numbers from step to step.
        let situation = trouble.map(Error::situation);
        if situation == self.trouble {
            return;
        }
        messages.push(match trouble {
            Some(error) => Message::new("trouble", format!("Trio cannot be read: {error}")),
            None => Message::new("well", "Trio can be read again"),
        });
        self.trouble = situation;
    }

    fn report_interval(&mut self, center: &Center, messages: &mut Vec<Message>) {
        let Some(interval) = center.calls.interval.or(center.cases.interval) else { return };
        // The first interval is in the introduction.
        if self.interval.replace(interval).is_some_and(|before| before != interval) {
            let secs = interval.as_secs_f64();
            let words = format!(
                "the lists are read every {} now, because of the load",
                format_seconds(secs)
            );
            messages.push(Message::new("interval", words).with_seconds("interval", secs));
        }
    }

    fn report_list_state(&mut self, center: &Center, source: Source, messages: &mut Vec<Message>) {
        let id = &center.contact_center.id;
        let state = ListState::from_reading(source.reading(center));
        // Once for each change: a list that fails for an hour must not fill the screen.
        if self.lists.insert((id.clone(), source), state) == Some(state) {
            return;
        }
        let list = source.resource().as_str();
        let items = source.reading(center).good.as_ref().map(|good| good.data.cases.len());
        let count = match (state, items) {
            (ListState::Complete, Some(1)) => ", 1 case in it".to_owned(),
            (ListState::Complete, Some(count)) => format!(", {count} cases in it"),
            _ => String::new(),
        };
        let words = format!("list {list} of contact centre {id}: {}{count}", state.words());
        messages.push(list_message("list", words, id, source).with_fact("state", state.as_str()));
    }

    /// Reports traced services whose cases Trio no longer shows in full, or shows in full again.
    fn report_truncation(
        &mut self,
        center: &Center,
        source: Source,
        services: &TracedServices,
        messages: &mut Vec<Message>,
    ) {
        let id = &center.contact_center.id;
        let Some(good) = &source.reading(center).good else { return };
        // Only of traced services: others do not change the lines that follow.
        let traced = good.data.truncated.iter().filter(|service| services.is_traced(id, service));
        let now: BTreeSet<Text> = traced.cloned().collect();
        let before = self.truncated.entry((id.clone(), source)).or_default();
        let list = source.resource().as_str();
        for (changed, words, is_truncated) in [
            (
                now.difference(before),
                "is truncated: it does not show all cases, so outcomes may be unclassified",
                true,
            ),
            (before.difference(&now), "is complete again", false),
        ] {
            for service in changed {
                let words =
                    format!("list {list} of {}: {words}", services.display_name(id, service));
                let message =
                    list_message("cut", words, id, source).with_fact("service_id", &**service);
                messages.push(message.with_fact("cut", is_truncated));
            }
        }
        *before = now;
    }

    /// Reports that no case of a contact centre can be traced, or that cases can be traced again.
    fn report_traceability(&mut self, center: &Center, messages: &mut Vec<Message>) {
        let id = &center.contact_center.id;
        let is_usable = |source: &Source| {
            ListState::from_reading(source.reading(center)) == ListState::Complete
        };
        let is_untraceable = !Source::ALL.iter().any(is_usable);
        let was_untraceable = self.untraceable.insert(id.clone(), is_untraceable);
        let (event, words) = match (was_untraceable, is_untraceable) {
            (None | Some(false), true) => (
                "blind",
                "nothing can be traced: neither services/calls nor services/cases can be used; \
                 `trio-exporter check` says what to do",
            ),
            (Some(true), false) => ("well", "cases can be traced again"),
            _ => return,
        };
        let message = Message::new(event, format!("contact centre {id}: {words}"));
        messages.push(message.with_fact("contact_center", &**id));
    }
}

/// Returns a message if cases that ended since the list before are unclassified.
fn gap_message(totals: &CenterTotals, read: &ListRead) -> Option<Message> {
    let ListRead { source, since, interruption, .. } = *read;
    let reason = interruption?;
    let (id, list) = (&totals.contact_center, source.resource().as_str());
    let cause = match reason {
        UnclassifiedReason::Failover => "the list before was read from another server".to_owned(),
        _ => match since {
            Some(since) => {
                format!("the list before is {} old, or a clock was set", format_seconds(since))
            }
            None => "there is no list before".to_owned(),
        },
    };
    let words = format!(
        "list {list} of contact centre {id}: {cause}, so what ended since then is unclassified"
    );
    let message = list_message("gap", words, id, source).with_fact("reason", reason.as_str());
    Some(match since {
        Some(since) => message.with_seconds("since", since),
        None => message,
    })
}

/// Creates a message about a list of a contact centre.
fn list_message(
    event: &'static str,
    words: String,
    contact_center: &Text,
    source: Source,
) -> Message {
    let list = source.resource().as_str();
    Message::new(event, words)
        .with_fact("contact_center", &**contact_center)
        .with_fact("list", list)
}
