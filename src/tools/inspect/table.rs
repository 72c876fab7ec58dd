//! The table of `inspect`, for people.

use std::fmt::Write;

use super::{
    fields::{FieldGrade, FieldVerdict, Known},
    help::HelpReport,
    report::{Evidence, Grade, MemberReport, Proof, ReadOutcome, Report, ResourceReport},
};

/// Returns the report as text.
pub fn table(report: &Report) -> String {
    let mut writer = TableWriter::default();
    writer.next(report) + &writer.end(report)
}

/// Writes the table piece by piece, while the report grows.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableWriter {
    /// Verdicts about fields are written at the end: proofs may still change them.
    proves: bool,
    /// Numbers of entries that are written.
    resources: usize,
    relations: usize,
    proofs: usize,
    evidence: usize,
}

impl TableWriter {
    /// Creates a writer; one that `proves` writes the verdicts about fields at the end.
    pub fn new(proves: bool) -> Self {
        Self { proves, ..Self::default() }
    }

    /// Returns the entries that are not written yet.
    pub fn next(&mut self, report: &Report) -> String {
        let mut text = String::new();
        for seen in not_written(&report.resources, &mut self.resources) {
            // Writing to a String cannot fail.
            let help = report.help.iter().find(|help| help.resource == seen.resource);
            let _ = resource(&mut text, seen, help);
            if !self.proves {
                let _ = fields(&mut text, seen, report);
            }
        }
        for relation in not_written(&report.relations, &mut self.relations) {
            let _ = writeln!(text, "{relation}");
        }
        for proof in not_written(&report.proofs, &mut self.proofs) {
            let _ = writeln!(text, "{}", proof_line(proof));
        }
        for evidence in not_written(&report.evidence, &mut self.evidence) {
            let _ = writeln!(text, "{}", evidence_line(evidence));
        }
        text
    }

    /// Returns the end of the table of a complete report.
    pub fn end(&mut self, report: &Report) -> String {
        let mut text = self.next(report);
        for seen in report.resources.iter().filter(|_| self.proves) {
            if matches!(seen.read, ReadOutcome::Answered { looked_at: 1.., .. }) {
                let _ = writeln!(text, "{}:", place(seen));
                let _ = fields(&mut text, seen, report);
            }
        }
        if let Some(reason) = &report.help_missing {
            let _ = writeln!(text, "the server's own help: {reason}");
        }
        text
    }
}

/// Returns the entries after the first `written`, and counts them as written.
fn not_written<'e, T>(entries: &'e [T], written: &mut usize) -> &'e [T] {
    let new = entries.get(*written..).unwrap_or_default();
    *written = entries.len();
    new
}

/// Returns the name of a resource with its contact centre.
fn place(seen: &ResourceReport) -> String {
    match seen.contact_center.as_str() {
        "" => seen.resource.clone(),
        id => format!("cc {id}, {}", seen.resource),
    }
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
    write!(text, "{}: ", place(seen))?;
    match &seen.read {
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
fn fields(text: &mut String, seen: &ResourceReport, report: &Report) -> std::fmt::Result {
    let ReadOutcome::Answered { looked_at, .. } = &seen.read else { return Ok(()) };
    if *looked_at == 0 {
        return writeln!(text);
    }
    let verdicts = Known::new(report, &seen.resource, Some(&seen.contact_center)).verdicts();
    writeln!(text, "  fields:")?;
    let widest = |cell: fn(&FieldVerdict) -> usize| verdicts.iter().map(cell).max().unwrap_or(0);
    let names = widest(|verdict| verdict.field.chars().count());
    let members = widest(|verdict| member_cell(verdict).chars().count());
    for verdict in &verdicts {
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
