//! The facts about a server that may be sent to others: names of members, types, enumerations,
//! grades and versions. No value, no address, no description and no page of the vendor is in them.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    fields::{FieldVerdict, Known},
    report::{Report, member_name},
};

/// Returns the facts as text.
pub fn facts(report: &Report, exporter: &str) -> String {
    let mut text = format!("exporter {exporter}\n");
    // Writing to a String cannot fail.
    let _ = write_facts(&mut text, report);
    text
}

fn write_facts(text: &mut String, report: &Report) -> std::fmt::Result {
    let version = report.version.as_deref().filter(|version| is_version(version));
    writeln!(text, "trio {}", version.unwrap_or("unknown"))?;
    writeln!(text, "help {}", if report.help.is_empty() { "not read" } else { "read" })?;
    let mut resources: Vec<&str> = Vec::new();
    let seen = report.resources.iter().map(|seen| seen.resource.as_str());
    for resource in seen.chain(report.help.iter().map(|help| help.resource.as_str())) {
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    for resource in resources {
        let known = Known::new(report, resource, None);
        writeln!(text, "\n{resource}")?;
        let mut members: BTreeMap<String, (Vec<String>, Option<&str>)> = BTreeMap::new();
        for member in known.members() {
            let entry = members.entry(member_name(&member.name)).or_default();
            for kind in &member.types {
                if !entry.0.contains(kind) {
                    entry.0.push(kind.clone());
                }
            }
        }
        for member in known.help.iter().flat_map(|help| &help.members) {
            members.entry(member_name(&member.name)).or_default().1 = Some(&member.kind);
        }
        for (name, (types, documented)) in &members {
            let documented = documented.map(|kind| format!(" documented: {kind}"));
            let types = if types.is_empty() { "not seen".to_owned() } else { types.join("|") };
            writeln!(text, "  member {name} {types}{}", documented.unwrap_or_default())?;
        }
        for field in known.help.iter().flat_map(|help| &help.fields) {
            // The name of a documented value is the vendor's word for a state, and no one's data.
            let values: Vec<String> = field
                .documented
                .iter()
                .map(
                    |(value, name)| {
                        if value == name { value.clone() } else { format!("{value}={name}") }
                    },
                )
                .collect();
            if !values.is_empty() {
                writeln!(text, "  enumeration {} {}", field.field, values.join(", "))?;
            }
        }
        for FieldVerdict { field, grade, member, .. } in known.verdicts() {
            let member = member.as_deref().map_or("-".to_owned(), member_name);
            writeln!(text, "  field {field} {member} {}", grade.as_str())?;
        }
    }
    Ok(())
}

/// Returns true for digits and dots, as `8.0.2.0`.
fn is_version(text: &str) -> bool {
    text.len() <= 32 && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}
