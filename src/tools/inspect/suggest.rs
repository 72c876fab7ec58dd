//! Writes fields files: what was found out is added to the file that a person has, line by line,
//! and nothing that the person wrote is changed.
//!
//! Only what is sure is active. All else is a comment that begins with `#?`, and is written again
//! each time; a person makes an entry of it by removing these signs. Each addition is held to the
//! exporter's own reader, so the file can be used as it is.

use std::collections::BTreeSet;

use super::{
    fields::{Candidate, FieldGrade, FieldVerdict, Known},
    file::{FieldsText, Place},
    plan::{FieldPlan, Word, line, quoted},
    report::Report,
};
use crate::trio::{Dictionary, meanings};

const HEADER: &str = "\
# Made by `trio-exporter init` or `inspect --suggest`. A line that begins with `#?` is a suggestion: remove these signs and
# the space behind them to make it an entry, and complete it. Only one line for each field. A word that is `unknown` is not
# reported any more. With `-o` the command writes the suggestions again and keeps all other lines.
";

/// The meaning that changes no figure.
const UNKNOWN: &str = "unknown";
/// Characters of a word at most.
// A key of YAML on one line has at most 1024, its quotes and escapes included; a text that long is
// no word.
const LONGEST_WORD: usize = 160;
/// Candidates of one field that are written.
const CANDIDATES: usize = 8;

/// Returns a new file with everything that the report found out.
pub fn fields_file(report: &Report) -> String {
    extended_fields_file(report, "")
}

/// Returns a fields file with everything that the report found out added to it. The file must be
/// valid; lines that the command wrote as suggestions are written again, all others stay.
pub fn extended_fields_file(report: &Report, file: &str) -> String {
    let mut text = FieldsText::new(file);
    if text.is_empty() {
        text = FieldsText::new(HEADER);
    }
    let resources: BTreeSet<&str> = report
        .resources
        .iter()
        .map(|seen| seen.resource.as_str())
        .chain(report.help.iter().map(|help| help.resource.as_str()))
        .collect();
    let plans: Vec<(&str, FieldPlan)> = resources
        .into_iter()
        .flat_map(|resource| {
            let known = Known::new(report, resource, None);
            let plan = |verdict: &FieldVerdict| (resource, plan(&known, verdict));
            known.verdicts().iter().map(plan).collect::<Vec<_>>()
        })
        .filter(|(_, plan)| !plan.is_empty())
        .collect();
    // Entries first: a later run finds them there, and writes the suggestions below them again.
    let (active, rest): (Vec<_>, Vec<_>) =
        plans.into_iter().partition(|(_, plan)| plan.is_active());
    for (resource, plan) in active.into_iter().chain(rest) {
        text = with_plan(text, resource, &plan);
    }
    text.into_string()
}

/// Adds one field: as entries if the reader accepts that, else as suggestions.
fn with_plan(text: FieldsText, resource: &str, plan: &FieldPlan) -> FieldsText {
    if plan.is_active() {
        let mut changed = text.clone();
        changed.insert(resource, plan, Place::Entry);
        if Dictionary::with_user_file("fields file", changed.as_str()).is_ok() {
            return changed;
        }
    }
    let mut changed = text.clone();
    changed.insert(resource, plan, Place::Suggestion);
    // A comment cannot make a file invalid, but nothing may depend on that.
    match Dictionary::with_user_file("fields file", changed.as_str()) {
        Ok(_) => changed,
        Err(_) => text,
    }
}

fn plan(known: &Known<'_>, verdict: &FieldVerdict) -> FieldPlan {
    let field = verdict.field;
    let mut plan = FieldPlan {
        field: field.to_owned(),
        member: None,
        only: false,
        form: None,
        note: String::new(),
        words: Vec::new(),
        meanings: meanings(known.resource, field),
        suggestions: Vec::new(),
    };
    match (verdict.grade, &verdict.member) {
        (FieldGrade::Proved, Some(member)) if verdict.is_new => {
            plan.member = Some((member.clone(), "proved"));
            plan.note = verdict.evidence.clone();
        }
        (FieldGrade::Sure, Some(member)) if verdict.is_new => {
            plan.member = Some((member.clone(), "help"));
            plan.only = verdict.only;
            plan.note = match verdict.only {
                true => format!("{}; {}", verdict.about, verdict.evidence),
                false => verdict.about.clone(),
            };
            let documented = known.documented(field);
            plan.form = documented.and_then(|documented| documented.form.clone());
        }
        (FieldGrade::Refuted, _) => {
            plan.only = true;
            plan.note = format!("{} ({})", verdict.evidence, verdict.about);
            suggest(&mut plan, verdict);
        }
        (FieldGrade::Likely | FieldGrade::Open | FieldGrade::Absent, _) => {
            suggest(&mut plan, verdict);
        }
        _ => {}
    }
    if verdict.grade.is_settled() {
        plan.words = words(known, verdict, &plan.meanings);
    }
    plan
}

/// Words of a field: those that the help names, and those that came and are not mapped.
fn words(known: &Known<'_>, verdict: &FieldVerdict, meanings: &[&'static str]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let Some(last) = meanings.last() else { return words };
    // Classes and flags have no meaning `unknown`, and any other changes figures: a person decides.
    let (neutral, is_harmless) =
        if meanings.contains(&UNKNOWN) { (UNKNOWN, true) } else { (*last, false) };
    let documented =
        known.documented(verdict.field).filter(|documented| documented.member.is_some());
    for (value, name, meaning) in documented.iter().flat_map(|documented| &documented.values) {
        let meaning = meaning.as_deref();
        let known = meaning.and_then(|it| meanings.iter().copied().find(|known| *known == it));
        words.push(Word {
            word: value.clone(),
            meaning: known.unwrap_or(neutral),
            is_active: known.is_some(),
            note: name.clone(),
        });
    }
    let came = known.unmapped(verdict).into_iter();
    for word in came.filter(|word| word.chars().count() <= LONGEST_WORD) {
        if !words.iter().any(|known| known.word.eq_ignore_ascii_case(word)) {
            let is_active = is_harmless;
            let (word, note) = (word.to_owned(), String::new());
            words.push(Word { word, meaning: neutral, is_active, note });
        }
    }
    words
}

/// Writes the candidates of a field as suggestions, each a whole entry.
fn suggest(plan: &mut FieldPlan, verdict: &FieldVerdict) {
    let FieldVerdict { field, grade, evidence, optional, .. } = verdict;
    // A field that another can replace and that nothing could hold is no news.
    if *optional && *grade == FieldGrade::Absent {
        return;
    }
    let optional = if *optional { ", optional" } else { "" };
    plan.suggestions.push(format!("# {field}, {}{optional}: {}", grade.as_str(), line(evidence)));
    for Candidate { member, about, evidence, form } in verdict.candidates.iter().take(CANDIDATES) {
        let form = form.map(|form| format!(", form: {form}")).unwrap_or_default();
        let parts: Vec<&str> =
            [about.as_str(), evidence].into_iter().filter(|part| !part.is_empty()).collect();
        let about = line(&parts.join("; "));
        plan.suggestions
            .push(format!("{field}: {{members: [{}]{form}}} # {about}", suggested(member)));
    }
}

/// Returns a name in single quotes, as suggestions have it; with signs that these cannot hold, in
/// double quotes.
fn suggested(name: &str) -> String {
    if name.chars().any(|c| c == '\'' || c.is_control()) {
        quoted(name)
    } else {
        format!("'{name}'")
    }
}
