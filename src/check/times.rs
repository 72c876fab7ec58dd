//! Whether Trio's times say their zone, and what happens to those that do not.

use jiff::{Timestamp, civil};

use super::{CheckTarget, Report};
use crate::{
    model::{Collector, Resource},
    trio::{Client, Examination, Route},
};

pub(super) async fn check(target: &CheckTarget, client: &Client, routes: &[Route], report: &mut Report) {
    let mut kinds = Kinds::default();
    let mut with_times = [
        (Collector::AgentState, Resource::AgentState),
        (Collector::Calls, Resource::Calls),
        (Collector::Cases, Resource::Cases),
    ]
    .to_vec();
    with_times.retain(|(collector, _)| target.interval(*collector).is_some());
    if with_times.is_empty() {
        return;
    }
    for route in routes {
        for (_, resource) in &with_times {
            if let Ok(examination) = client.examine(route, *resource).await {
                kinds.see(&examination);
            }
        }
    }
    let zone = target.settings.time_zone.as_ref();
    match (kinds, zone) {
        (Kinds { without_zone: 0, with_zone: 0 }, _) => {
            report.unknown(
                "time zone",
                "cannot be told: no time was seen in agents/state, services/calls and services/cases",
                "check again when somebody waits; without times waits are known to within a reading",
            );
        }
        (Kinds { without_zone: 0, .. }, _) => report.ok("time zone", "every time seen says its own"),
        (Kinds { without_zone, .. }, Some(zone)) => {
            let name = zone.iana_name().unwrap_or("as configured");
            report.ok("time zone", format!("{without_zone} times without a zone are read as {name}"));
        }
        (Kinds { without_zone, .. }, None) => {
            let seen = format!("{without_zone} times without a zone were seen; they are not used");
            report.check("time zone", seen, "set `time_zone`, such as Europe/Stockholm, for the target");
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kinds {
    with_zone: usize,
    without_zone: usize,
}

impl Kinds {
    fn see(&mut self, examination: &Examination) {
        let times = examination.members.iter().filter(|member| {
            member
                .feeds
                .is_some_and(|(_, form)| matches!(form, "timestamp" | "unix_seconds" | "unix_milliseconds"))
        });
        for value in times.flat_map(|member| &member.values) {
            match value.as_str() {
                Some(text) => self.see_text(text),
                None => self.with_zone += usize::from(value.is_number()),
            }
        }
    }

    fn see_text(&mut self, text: &str) {
        // The first of January of the year 1 is how systems write "no time".
        if text.starts_with("0001-01-01") {
            return;
        }
        if text.starts_with("/Date(") || text.parse::<Timestamp>().is_ok() {
            self.with_zone += 1;
        } else if text.parse::<civil::DateTime>().is_ok() {
            self.without_zone += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_says_its_zone_or_does_not_or_is_none() {
        let kinds = |text: &str| {
            let mut kinds = Kinds::default();
            kinds.see_text(text);
            (kinds.with_zone, kinds.without_zone)
        };
        for text in ["2026-01-15T08:00:00Z", "2026-01-15T08:00:00+01:00", "/Date(1768464000000)/"] {
            assert_eq!(kinds(text), (1, 0), "{text}");
        }
        for text in ["2026-01-15T08:00:00", "2026-01-15 08:00:00.123"] {
            assert_eq!(kinds(text), (0, 1), "{text}");
        }
        for text in ["", "0001-01-01T00:00:00", "yesterday"] {
            assert_eq!(kinds(text), (0, 0), "{text}");
        }
    }
}
