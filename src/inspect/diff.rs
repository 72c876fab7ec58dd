//! What changed between two reports, as before and after an upgrade of Trio.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Read, Report, Seen, SeenMember};

/// One line a change, in the order of the resources; none if nothing that matters has changed. How
/// many items there are, and samples, do not matter.
pub fn differences(before: &Report, after: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let (old, new) = (by_place(before), by_place(after));
    let places: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for place in places {
        let name =
            if place.0.is_empty() { place.1.to_owned() } else { format!("cc {}, {}", place.0, place.1) };
        match (old.get(place), new.get(place)) {
            (Some(old), Some(new)) => compare(&name, old, new, &mut lines),
            (Some(_), None) => lines.push(format!("{name}: gone")),
            (None, _) => lines.push(format!("{name}: new")),
        }
    }
    lines
}

fn by_place(report: &Report) -> BTreeMap<(&str, &str), &Seen> {
    report
        .resources
        .iter()
        .map(|seen| ((seen.contact_center.as_str(), seen.resource.as_str()), seen))
        .collect()
}

fn compare(name: &str, old: &Seen, new: &Seen, lines: &mut Vec<String>) {
    match (&old.read, &new.read) {
        (Read::Answered { .. }, Read::Refused(why)) => {
            lines.push(format!("{name}: is not read any more: {why}"));
        }
        (Read::Refused(_), Read::Answered { .. }) => lines.push(format!("{name}: can be read now")),
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
                let types = |member: &SeenMember| {
                    let types: Vec<&str> =
                        member.types.iter().map(String::as_str).filter(|kind| *kind != "null").collect();
                    types.join("|")
                };
                changed("type", &types(was), &types(now));
                changed(
                    "feeds",
                    was.feeds.as_deref().unwrap_or("nothing"),
                    now.feeds.as_deref().unwrap_or("nothing"),
                );
                let asked = |member: &SeenMember| {
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

fn by_name(members: &[SeenMember]) -> BTreeMap<&str, &SeenMember> {
    members.iter().map(|member| (member.name.as_str(), member)).collect()
}
