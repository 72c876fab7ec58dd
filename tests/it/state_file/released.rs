//! Files of released versions: a sample of each is kept, with the counters that it holds.

use std::{
    fmt::Write,
    fs,
    sync::Arc,
    time::{Duration, SystemTime},
};

use jiff::tz::TimeZone;
use pretty_assertions::assert_eq;
use serde_json::Value;
use trio_exporter::{
    model::{AgentGroup, AgentState, AgentStatus, ContactCenter, ServiceStatus, Stamp},
    snapshot::{Center, Good, Snapshot},
    state_file::StateFile,
    tally::{
        self, CenterTotals, LeftAge, Saved, Settings, Source, Tally, UnclassifiedReason, Unmeasured,
    },
};

use crate::process::folder;

/// Time between the last save and the start of the next process.
const AWAY: f64 = 40.0;

/// The time zone of the sample, in which its midnight was.
fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(15))
}

/// A target of a file, as JSON and as it is loaded.
fn target(bytes: &[u8]) -> (Value, Arc<Saved>) {
    let folder = folder();
    let path = folder.path().join("state");
    fs::write(&path, bytes).expect("written");
    let opened = StateFile::open(&path).expect("a state file");
    assert!(opened.rejected.is_none(), "{:?}", opened.rejected);
    let body = bytes.split(|byte| *byte == b'\n').nth(1).expect("JSON");
    let json: Value = serde_json::from_slice(body).expect("JSON");
    (json["targets"]["test"].clone(), opened.contents.targets["test"].clone())
}

fn texts(list: &Value, member: impl Fn(&Value) -> &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|item| member(item).as_str().expect("a text").to_owned()).collect()
}

/// The first totals of a process that continues with these counters and sees one paused agent.
fn continued(json: &Value, saved: &Saved) -> CenterTotals {
    let center = &json["centers"][0];
    let mono = Duration::from_secs(1);
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(saved.at + AWAY);
    let now = Stamp { wall, mono };
    let reasons = texts(&center["agents"]["pauses"], |pause| &pause[0]);
    let settings = Settings {
        pause_reasons: reasons
            .iter()
            .filter(|reason| *reason != "other")
            .map(|reason| reason.as_str().into())
            .collect(),
        min_group_size: 1,
        time_zone: zone(),
        ..Settings::default()
    };
    let contact_center = ContactCenter { id: "1".into(), name: None };
    let mut read = Center::new(contact_center, |_| Some(Duration::from_secs(5)));
    let services = texts(&center["flow"]["services"], |service| &service["id"]);
    let services: Vec<_> = services.iter().map(|id| ServiceStatus::new(id.as_str())).collect();
    read.service_state.good = Some(Good::new(now, services.len(), services));
    let agent = AgentStatus {
        reason: Some("elsewhere".into()),
        ..AgentStatus::new("x", Some(AgentState::Paused))
    };
    read.agent_state.good = Some(Good::new(now, 1, vec![agent]));
    let group = |id: &String| AgentGroup {
        id: id.as_str().into(),
        name: None,
        agent_ids: vec!["x".into()],
    };
    let groups = texts(&center["agents"]["groups"], |group| &group[0]);
    let groups: Vec<_> = groups.iter().map(group).collect();
    read.agent_groups.good = Some(Good::new(now, groups.len(), groups));
    let snapshot = Snapshot { centers: vec![read], ..Snapshot::new("test", "trio", now) };
    let mut tally = Tally::new(settings).resuming(saved, now);
    tally::step(&mut tally, &snapshot).centers.remove(0)
}

/// Every counter of a contact centre, one a line.
fn listed(totals: &CenterTotals) -> String {
    let mut lines = String::new();
    let mut line = |name: String, value: &dyn std::fmt::Debug| {
        writeln!(lines, "{name}\t{value:?}").expect("a text");
    };
    let agents = totals.agents.as_ref().expect("agents were read");
    for state in AgentState::ALL {
        let (from, index) = (state.as_str(), state.index());
        line(format!("agents seconds {from}"), &agents.seconds[index]);
        for to in AgentState::ALL {
            let changes = agents.changes[index][to.index()];
            line(format!("agents changes {from} {}", to.as_str()), &changes);
        }
        for group in agents.groups.iter().flatten() {
            line(format!("group {} {from}", group.key.id), &group.seconds[index]);
        }
    }
    line("agents unmeasured".to_owned(), &agents.unmeasured_seconds);
    let pauses = agents.pauses.as_ref().expect("reasons");
    for (reason, seconds) in pauses.reasons.iter().zip(&pauses.seconds) {
        line(format!("pauses {reason}"), seconds);
    }
    for (source, times) in Source::ALL.into_iter().zip(totals.flow.rejected) {
        let list = source.resource().as_str();
        line(format!("rejected {list} created"), &times.created);
        line(format!("rejected {list} answered"), &times.answered);
        line(format!("rejected {list} waited"), &times.waited);
    }
    for service in &totals.flow.services {
        let id = &service.service_id;
        line(format!("{id} queue_wait"), &service.time.queue_wait);
        line(format!("{id} measured"), &service.time.measured);
        for (reason, seconds) in Unmeasured::ALL.into_iter().zip(service.time.unmeasured) {
            line(format!("{id} unmeasured {}", reason.as_str()), &seconds);
        }
        for class in &service.classes {
            let (id, counts) = (format!("{id} {}", class.class.as_str()), &class.counts);
            line(format!("{id} source"), &class.source);
            line(format!("{id} offered"), &counts.offered);
            line(format!("{id} carried_in"), &counts.carried_in);
            line(format!("{id} answered"), &counts.answered);
            for (age, count) in LeftAge::ALL.into_iter().zip(counts.left) {
                line(format!("{id} left {}", age.as_str()), &count);
            }
            line(format!("{id} moved"), &counts.moved);
            for (reason, count) in UnclassifiedReason::ALL.into_iter().zip(counts.unclassified) {
                line(format!("{id} unclassified {}", reason.as_str()), &count);
            }
            line(format!("{id} within"), &counts.within);
            line(format!("{id} within_low"), &counts.within_low);
            line(format!("{id} within_high"), &counts.within_high);
            line(format!("{id} handling"), &counts.handling_seconds);
            line(format!("{id} buckets"), &counts.waits.buckets);
            line(format!("{id} wait sum"), &counts.waits.sum);
            let day = class.day.map(|day| (day.offered, day.answered, day.left, day.within));
            line(format!("{id} day: offered, answered, left, within"), &day);
        }
    }
    lines
}

#[test]
fn counters_of_a_released_file_continue_unchanged() {
    // Written by version 0.1.0, which had watched the simulator over a midnight and an outage.
    let (json, saved) = target(include_bytes!("../../data/state/release-0.1.0"));
    let expected = include_str!("../../data/state/release-0.1.0.tsv");
    assert_eq!(listed(&continued(&json, &saved)), expected);
}
