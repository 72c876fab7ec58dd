//! Formats the report as a table for people.

use std::fmt::Write;

use super::report::{MemberReport, ReadOutcome, Report, ResourceReport};

/// Returns the report as text.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    for seen in &report.resources {
        // Writing to a String cannot fail.
        let _ = resource(&mut text, seen);
    }
    for relation in &report.relations {
        let _ = writeln!(text, "{relation}");
    }
    text
}

fn resource(text: &mut String, seen: &ResourceReport) -> std::fmt::Result {
    let ResourceReport { contact_center, resource, read } = seen;
    match contact_center.as_str() {
        "" => write!(text, "{resource}: ")?,
        id => write!(text, "cc {id}, {resource}: ")?,
    }
    match read {
        ReadOutcome::Refused(why) => writeln!(text, "NOT READ: {why}\n"),
        ReadOutcome::Answered { items, looked_at, members, missing } => {
            writeln!(text, "{items} items, {looked_at} looked at")?;
            // In characters, not bytes: member names can be Swedish.
            let widest =
                |cell: fn(&MemberReport) -> usize| members.iter().map(cell).max().unwrap_or(0);
            let (name, sample) =
                (widest(|m| m.name.chars().count()), widest(|m| m.sample.chars().count()));
            for member in members {
                let types = member.types.join("|");
                let feeds = match (&member.feeds, &member.form) {
                    (Some(field), Some(form)) => format!("{field} ({form})"),
                    _ => "unused".to_owned(),
                };
                let asked = if member.only_when_asked { ", only when asked for" } else { "" };
                writeln!(
                    text,
                    "  {:name$}  {types:11}  {:sample$}  {feeds}{asked}",
                    member.name, member.sample
                )?;
            }
            for member in members.iter().filter(|member| !member.unmapped.is_empty()) {
                writeln!(
                    text,
                    "  ! {}: values that are not mapped: {}",
                    member.name,
                    member.unmapped.join(", ")
                )?;
            }
            for (field, _) in missing {
                writeln!(text, "  ! nothing feeds {field}")?;
            }
            writeln!(text)
        }
    }
}
