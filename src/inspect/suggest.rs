//! Suggests a fields file to edit: the missing fields, with the members that could feed them.

use std::{collections::BTreeMap, fmt::Write};

use super::report::{MemberReport, ReadOutcome, Report};

const HEADER: &str = "\
# Made by `trio-exporter inspect --suggest`: edit it, name it as the target's fields_file, inspect again.
";

/// Members and missing fields of one resource in all contact centres.
#[derive(Default)]
struct Gathered<'a> {
    members: BTreeMap<&'a str, &'a MemberReport>,
    missing: BTreeMap<&'a str, &'a [String]>,
}

/// Returns the file. It is valid as it is: what needs a decision is commented out, or maps to `unknown`.
pub fn fields_file(report: &Report) -> String {
    let mut gathered: BTreeMap<&str, Gathered<'_>> = BTreeMap::new();
    for seen in &report.resources {
        let ReadOutcome::Answered { members, missing, .. } = &seen.read else { continue };
        let entry = gathered.entry(&seen.resource).or_default();
        entry.members.extend(members.iter().map(|member| (member.name.as_str(), member)));
        entry.missing.extend(missing.iter().map(|(field, types)| (field.as_str(), types.as_slice())));
    }
    let mut text = HEADER.to_owned();
    for (resource, found) in gathered {
        // Writing to a String cannot fail.
        let _ = suggest(&mut text, resource, &found);
    }
    text
}

fn suggest(text: &mut String, resource: &str, found: &Gathered<'_>) -> std::fmt::Result {
    let states: Vec<_> = found
        .members
        .values()
        .filter(|member| member.form.as_deref() == Some("enum") && !member.unmapped.is_empty())
        .collect();
    if states.is_empty() && found.missing.is_empty() {
        return Ok(());
    }
    // If all fields below are commented out, so is the resource: an empty map would be an error.
    let comment = if states.is_empty() { "# " } else { "" };
    writeln!(text, "\n{comment}{resource}:")?;
    for (field, types) in &found.missing {
        let could = found.members.values().filter(|member| member.feeds.is_none());
        let could: Vec<&str> = could
            .filter(|m| m.types.iter().any(|kind| types.contains(kind)))
            .map(|m| m.name.as_str())
            .collect();
        let candidates = if could.is_empty() {
            "no unused member has a fitting type".to_owned()
        } else {
            could.join(", ")
        };
        writeln!(text, "#   {field}: {{members: [ ]}} # {candidates}")?;
    }
    for member in states {
        let Some(field) = &member.feeds else { continue };
        writeln!(
            text,
            "  {field}:\n    values: # logged_out, available, reserved, busy, wrap_up, paused or unknown"
        )?;
        for value in &member.unmapped {
            // Every JSON string is a valid YAML string, with any characters.
            writeln!(text, "      {}: unknown", serde_json::Value::from(value.as_str()))?;
        }
    }
    Ok(())
}
