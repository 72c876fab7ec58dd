//! Compares two reports, as before and after an upgrade of Trio.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{MemberReport, ReadOutcome, Report, ResourceReport};

/// Returns one line for each change, in the order of the resources.
///
/// Numbers of items and samples are not compared: they change from hour to hour.
pub fn differences(before: &Report, after: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let (old, new) = (by_resource(before), by_resource(after));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let name =
            if key.0.is_empty() { key.1.to_owned() } else { format!("cc {}, {}", key.0, key.1) };
        match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => compare(&name, old, new, &mut lines),
            (Some(_), None) => lines.push(format!("{name}: gone")),
            (None, _) => lines.push(format!("{name}: new")),
        }
    }
    lines
}

/// Indexes a report by contact centre and resource.
fn by_resource(report: &Report) -> BTreeMap<(&str, &str), &ResourceReport> {
    report
        .resources
        .iter()
        .map(|seen| ((seen.contact_center.as_str(), seen.resource.as_str()), seen))
        .collect()
}

fn compare(name: &str, old: &ResourceReport, new: &ResourceReport, lines: &mut Vec<String>) {
    match (&old.read, &new.read) {
        (ReadOutcome::Answered { .. }, ReadOutcome::Refused(why)) => {
            lines.push(format!("{name}: is not read any more: {why}"));
        }
        (ReadOutcome::Refused(_), ReadOutcome::Answered { .. }) => {
            lines.push(format!("{name}: can be read now"));
        }
        _ => {}
    }
    let (old, new) = (by_name(old.members()), by_name(new.members()));
    for (member, now) in &new {
        match old.get(member) {
            None => lines.push(format!("{name}: {member}: new ({})", now.types.join("|"))),
            Some(was) => {
                let mut changed = |what: &str, was: &str, now: &str| {
                    if was != now {
                        lines.push(format!("{name}: {member}: {what} was {was}, is {now}"));
                    }
                };
                // Whether a value happened to be missing at the time of a report is no change.
                let types = |member: &MemberReport| {
                    let types: Vec<&str> = member
                        .types
                        .iter()
                        .map(String::as_str)
                        .filter(|kind| *kind != "null")
                        .collect();
                    types.join("|")
                };
                changed("type", &types(was), &types(now));
                changed(
                    "feeds",
                    was.feeds.as_deref().unwrap_or("nothing"),
                    now.feeds.as_deref().unwrap_or("nothing"),
                );
                let read = |member: &MemberReport| member.form.clone().unwrap_or_default();
                // Of a member that feeds another field now, the line above says more.
                if was.feeds == now.feeds {
                    changed("read as", &read(was), &read(now));
                }
                // Empty: an old report, or nothing but null.
                if types(was) == types(now) && !was.written.is_empty() && !now.written.is_empty() {
                    let new = now.written.iter().any(|form| !was.written.contains(form));
                    let (before, after) = (was.written.join("|"), now.written.join("|"));
                    // A form that happens to be missing today is no change.
                    if new {
                        changed("written as", &before, &after);
                    }
                }
                let asked = |member: &MemberReport| {
                    if member.only_when_asked { "only when asked for" } else { "always" }
                };
                changed("comes", asked(was), asked(now));
                let unknown: Vec<&str> = now
                    .unmapped
                    .iter()
                    .filter(|value| !was.unmapped.contains(value))
                    .map(String::as_str)
                    .collect();
                if !unknown.is_empty() {
                    lines.push(format!(
                        "{name}: {member}: new values that are not mapped: {}",
                        unknown.join(", ")
                    ));
                }
            }
        }
    }
    for (member, was) in old.iter().filter(|(member, _)| !new.contains_key(*member)) {
        let fed = was.feeds.as_ref().map(|field| format!("; it fed {field}")).unwrap_or_default();
        lines.push(format!("{name}: {member}: gone{fed}"));
    }
}

fn by_name(members: &[MemberReport]) -> BTreeMap<&str, &MemberReport> {
    members.iter().map(|member| (member.name.as_str(), member)).collect()
}
