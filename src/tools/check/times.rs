//! Times in Trio's answers: if they state their zone, and if Trio's own clock allows them.

use std::mem;

use jiff::{Timestamp, civil};

use super::{CheckTarget, Report};
use crate::{
    diagnosis::list_names,
    model::{ClockSkew, Collector, Resource},
    snapshot::{Center, Snapshot},
    tally::{Source, TrioClock, max_case_age, max_state_age},
    tools::time_verdicts::TimeVerdicts,
    trio::{Client, Examination, Route, is_no_time},
};

/// Examines the resources with times and reports how many times have no zone.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    routes: &[Route],
    report: &mut Report,
) {
    let mut counts = ZoneCounts::default();
    let uses = client.field_uses();
    let has_times =
        |resource: &Resource| uses.iter().any(|field| field.resource == *resource && field.is_time);
    let enabled =
        Collector::ALL.into_iter().filter(|collector| target.interval(*collector).is_some());
    let with_times: Vec<Resource> =
        enabled.filter_map(Collector::resource).filter(has_times).collect();
    if with_times.is_empty() {
        return;
    }
    for route in routes {
        for resource in &with_times {
            // A resource that cannot be read has a line of its own already.
            if let Ok(examination) = client.examine(route, *resource).await {
                counts.add(&examination);
            }
        }
    }
    let zone = target.settings.time_zone.as_ref();
    match (counts, zone) {
        (ZoneCounts { without_zone: 0, with_zone: 0 }, _) => {
            report.unknown(
                "time zone",
                format!(
                    "cannot be determined: no time was seen in {}",
                    list_names(with_times.iter().map(|resource| resource.as_str()))
                ),
                "check again when cases wait; without times, waits are known to within two poll intervals",
            );
        }
        (ZoneCounts { without_zone: 0, .. }, _) => {
            report.ok("time zone", "every time seen states its zone");
        }
        (ZoneCounts { without_zone, .. }, Some(zone)) => {
            let name = zone.iana_name().unwrap_or("times of the configured zone");
            report
                .ok("time zone", format!("{without_zone} times without a zone are read as {name}"));
        }
        // A guessed zone would shift waits by hours, so such times are rejected.
        (ZoneCounts { without_zone, .. }, None) => {
            let seen = format!("{without_zone} times without a zone were seen; they are not used");
            report.check(
                "time zone",
                seen,
                "set `time_zone`, such as Europe/Stockholm, for the target",
            );
        }
    }
}

/// Reports each field of which times are not used, because Trio's own clock contradicts them.
pub(super) fn check_plausible(snapshot: &Snapshot, report: &mut Report) {
    for (field, verdicts) in verdicts(&snapshot.centers, snapshot.clock_skew) {
        if let Some(description) = verdicts.description() {
            report.check(
                format!("times {field}"),
                format!("{description}; they are not used"),
                "check `time_zone` and the member that feeds the field (`trio-exporter inspect`)",
            );
        }
    }
}

/// Judges the times of the last readings, by field.
fn verdicts(centers: &[Center], skew: Option<ClockSkew>) -> Vec<(String, TimeVerdicts)> {
    let [mut since, mut created, mut answered] =
        [TimeVerdicts::default(), TimeVerdicts::default(), TimeVerdicts::default()];
    let mut found = Vec::new();
    for center in centers {
        if let Some(good) = &center.agent_state.good {
            let clock = TrioClock { taken: good.taken, skew };
            for agent in good.data.iter() {
                let max_age = max_state_age(agent.state);
                agent.since.into_iter().for_each(|time| since.add(time, clock, max_age));
            }
        }
    }
    found.push((format!("{} since", Resource::AgentState.as_str()), since));
    for source in Source::ALL {
        for good in centers.iter().filter_map(|center| source.reading(center).good.as_ref()) {
            let clock = TrioClock { taken: good.taken, skew };
            for case in &good.data.cases {
                let max_age = max_case_age(case.class);
                case.created.into_iter().for_each(|time| created.add(time, clock, max_age));
                case.answered.into_iter().for_each(|time| answered.add(time, clock, max_age));
            }
        }
        let list = source.resource().as_str();
        found.push((format!("{list} created"), mem::take(&mut created)));
        found.push((format!("{list} answered"), mem::take(&mut answered)));
    }
    found
}

/// Numbers of times with and without a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ZoneCounts {
    with_zone: usize,
    without_zone: usize,
}

impl ZoneCounts {
    /// Counts the values of the members that feed a field with times.
    fn add(&mut self, examination: &Examination) {
        for member in &examination.members {
            let Some((_, form @ ("timestamp" | "unix_seconds" | "unix_milliseconds"))) =
                member.feeds
            else {
                continue;
            };
            // Placeholders that mean "no time", such as the year 1901, have no zone and need none.
            for value in member.values.iter().filter(|value| !is_no_time(value, form)) {
                match value.as_str() {
                    Some(text) => self.add_text(text),
                    // Seconds and milliseconds since 1970 are UTC.
                    None => self.with_zone += usize::from(value.is_number()),
                }
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        // `/Date(ms)/` counts from 1970 in UTC.
        if text.starts_with("/Date(") || text.parse::<Timestamp>().is_ok() {
            self.with_zone += 1;
        } else if text.parse::<civil::DateTime>().is_ok() {
            self.without_zone += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::trio::Member;

    #[test]
    fn times_are_counted_by_zone() {
        let seen = |value: Value, form| {
            let mut counts = ZoneCounts::default();
            counts.add(&Examination {
                resource: Resource::Calls,
                total: None,
                looked_at: 1,
                members: vec![Member {
                    name: "created".to_owned(),
                    types: BTreeSet::new(),
                    only_when_asked: false,
                    values: vec![value],
                    feeds: Some(("created", form)),
                    source: None,
                    unmapped: Vec::new(),
                    times: Vec::new(),
                }],
                missing: Vec::new(),
            });
            (counts.with_zone, counts.without_zone)
        };
        let zones = |text: &str| seen(text.into(), "timestamp");
        for text in ["2026-01-15T08:00:00Z", "2026-01-15T08:00:00+01:00", "/Date(1768464000000)/"] {
            assert_eq!(zones(text), (1, 0), "{text}");
        }
        for text in ["2026-01-15T08:00:00", "2026-01-15 08:00:00.123"] {
            assert_eq!(zones(text), (0, 1), "{text}");
        }
        for text in [
            "",
            "0001-01-01T00:00:00",
            "1899-12-30",
            "1901-01-01 00:59:07",
            "/Date(0)/",
            "yesterday",
        ] {
            assert_eq!(zones(text), (0, 0), "{text}");
        }
        assert_eq!(seen(1_768_464_000.into(), "unix_seconds"), (1, 0));
        assert_eq!(seen(0.into(), "unix_seconds"), (0, 0));
    }
}
