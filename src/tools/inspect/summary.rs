//! The short answer of `init`: what is exported, what is not, and why.

use std::fmt::Write;

use super::{
    fields::{FieldGrade, FieldVerdict},
    report::{ReadOutcome, Report},
};

/// Returns a table of all fields that are exported, or should be.
pub fn summary(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_summary(&mut text, report);
    text
}

fn write_summary(text: &mut String, report: &Report) -> std::fmt::Result {
    let mut rows: Vec<[String; 4]> =
        vec![["exported", "field", "member", "why"].map(str::to_owned)];
    for (resource, verdicts) in report.verdicts() {
        if let Some(why) = unread(report, resource) {
            rows.push(["no", resource, "-", &why].map(str::to_owned));
            continue;
        }
        for verdict in &verdicts {
            let FieldVerdict { field, grade, member, evidence, optional, .. } = verdict;
            if *optional && *grade == FieldGrade::Absent {
                continue;
            }
            let exported = if grade.is_settled() { "yes" } else { "no" };
            let why = match verdict.candidates.len() {
                0 => format!("{}: {evidence}", grade.as_str()),
                1 => format!("{}: {evidence}; one member could be it", grade.as_str()),
                more => format!("{}: {evidence}; {more} members could be it", grade.as_str()),
            };
            let member = member.clone().unwrap_or_else(|| "-".to_owned());
            rows.push([exported.to_owned(), format!("{resource} {field}"), member, why]);
        }
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2].map(|column| width(column).unwrap_or_default());
    for [exported, field, member, why] in &rows {
        let [first, second, third] = widths;
        writeln!(text, "{exported:first$}  {field:second$}  {member:third$}  {why}")?;
    }
    Ok(())
}

/// Reason why no contact centre's list of a resource was read, or none had an item.
fn unread(report: &Report, resource: &str) -> Option<String> {
    let mut reason = None;
    for seen in report.resources.iter().filter(|seen| seen.resource == resource) {
        match &seen.read {
            ReadOutcome::Answered { looked_at: 0, members, .. } if members.is_empty() => {
                reason.get_or_insert_with(|| "the list is empty now".to_owned());
            }
            ReadOutcome::Answered { .. } => return None,
            ReadOutcome::Refused(why) => reason = Some(why.clone()),
        }
    }
    reason
}
