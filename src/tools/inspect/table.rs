//! The table of `inspect`, for people.

use std::fmt::Write;

use super::{
    fields::{FieldGrade, FieldVerdict, Known},
    help::HelpReport,
    report::{Evidence, Grade, MemberReport, Proof, ReadOutcome, Report, ResourceReport},
};

/// Returns the report as text.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    for seen in &report.resources {
        // Writing to a String cannot fail.
        let help = report.help.iter().find(|help| help.resource == seen.resource);
        let _ = resource(&mut text, seen, help);
        let known = Known::new(report, &seen.resource, Some(&seen.contact_center));
        let _ = fields(&mut text, seen, &known.verdicts());
    }
    for relation in &report.relations {
        let _ = writeln!(text, "{relation}");
    }
    if let Some(reason) = &report.help_missing {
        let _ = writeln!(text, "the server's own help: {reason}");
    }
    for proof in &report.proofs {
        let _ = writeln!(text, "{}", proof_line(proof));
    }
    for evidence in &report.evidence {
        let _ = writeln!(text, "{}", evidence_line(evidence));
    }
    text
}

fn proof_line(proof: &Proof) -> String {
    let Proof { contact_center, resource, field, grade, member, reason, .. } = proof;
    let found = match (grade, member) {
        (Grade::Proved, Some(member)) => format!("is `{member}`, proved"),
        (Grade::Likely, Some(member)) => format!("is likely `{member}`"),
        _ => "is not proved".to_owned(),
    };
    format!("cc {contact_center}, {resource}: {field} {found}: {reason}")
}

fn evidence_line(evidence: &Evidence) -> String {
    let Evidence { contact_center, resource, field, member, statement } = evidence;
    match field {
        Some(field) => {
            format!("cc {contact_center}, {resource}: {field} may be `{member}`: {statement}")
        }
        None => format!("cc {contact_center}, {resource}: `{member}`: {statement}"),
    }
}

fn resource(
    text: &mut String,
    seen: &ResourceReport,
    help: Option<&HelpReport>,
) -> std::fmt::Result {
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
                let documented = help.and_then(|help| help.describe(&member.name));
                let documented =
                    documented.map(|words| format!("; help: {words}")).unwrap_or_default();
                writeln!(
                    text,
                    "  {:name$}  {types:11}  {:sample$}  {feeds}{asked}{documented}",
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
            for member in members {
                if let Some(implausible) = &member.implausible {
                    writeln!(text, "  ! {}: {implausible}; they are not used", member.name)?;
                }
            }
            for (field, _) in missing {
                writeln!(text, "  ! nothing feeds {field}")?;
            }
            if let Some(help) = help {
                self::help(text, help, members)?;
            }
            Ok(())
        }
    }
}

/// Writes the verdict about each field: member, grade, evidence, type and sample.
fn fields(text: &mut String, seen: &ResourceReport, verdicts: &[FieldVerdict]) -> std::fmt::Result {
    let ReadOutcome::Answered { looked_at, .. } = &seen.read else { return Ok(()) };
    if *looked_at == 0 {
        return writeln!(text);
    }
    writeln!(text, "  fields:")?;
    let widest = |cell: fn(&FieldVerdict) -> usize| verdicts.iter().map(cell).max().unwrap_or(0);
    let names = widest(|verdict| verdict.field.chars().count());
    let members = widest(|verdict| member_cell(verdict).chars().count());
    for verdict in verdicts {
        let FieldVerdict { field, grade, evidence, about, optional, .. } = verdict;
        let about = if about.is_empty() { String::new() } else { format!(" ({about})") };
        let optional = if *optional { ", optional" } else { "" };
        writeln!(
            text,
            "    {field:names$}  {:members$}  {}{optional}: {evidence}{about}",
            member_cell(verdict),
            grade.as_str(),
        )?;
        if *grade == FieldGrade::Open || *grade == FieldGrade::Likely {
            for candidate in verdict.candidates.iter().take(SHOWN_CANDIDATES) {
                let mut parts = vec![candidate.about.as_str(), candidate.evidence.as_str()];
                parts.retain(|part| !part.is_empty());
                writeln!(text, "      could be {}: {}", candidate.member, parts.join("; "))?;
            }
        }
    }
    writeln!(text)
}

/// Candidates of a field that are shown.
const SHOWN_CANDIDATES: usize = 6;

fn member_cell(verdict: &FieldVerdict) -> &str {
    verdict.member.as_deref().unwrap_or("-")
}

/// Writes what the help says beside the members that were seen.
fn help(text: &mut String, help: &HelpReport, seen: &[MemberReport]) -> std::fmt::Result {
    if let Some(missing) = &help.missing {
        return writeln!(text, "  help: {missing}");
    }
    for member in &help.members {
        let is_seen = seen.iter().any(|seen| seen.name.eq_ignore_ascii_case(&member.name));
        if let Some(words) = help.describe(&member.name).filter(|_| !is_seen) {
            writeln!(
                text,
                "  help: {} is documented, and is not in the answer; {words}",
                member.name
            )?;
        }
    }
    for field in &help.fields {
        let feeds = seen.iter().any(|seen| seen.feeds.as_deref() == Some(&field.field));
        let name = &field.field;
        for problem in &field.problems {
            writeln!(text, "  help: {name}: {problem}")?;
        }
        if field.differs {
            writeln!(text, "  help: {name}: --suggest prints an entry for it")?;
        } else if !feeds && field.member.is_none() && !field.candidates.is_empty() {
            writeln!(text, "  help: {name} could be {}", field.candidates.join(", "))?;
        }
    }
    Ok(())
}
