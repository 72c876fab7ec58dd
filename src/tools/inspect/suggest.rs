//! Suggests entries of a fields file: the missing fields, with the members that could feed them,
//! the words that are not mapped, and what the server's own help says about both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::{
    help::{HelpField, HelpReport},
    report::{Grade, MemberReport, Proof, ReadOutcome, Report},
};
use crate::trio::meanings;

const HEADER: &str = "\
# Made by `trio-exporter inspect --suggest`. Complete the entries that you need, remove the `# ` before them, and copy
# them into the target's fields_file. A word that is `unknown` there is not reported any more. Then inspect again.
";

/// The meaning that changes no figure.
const UNKNOWN: &str = "unknown";
/// Characters of a word at most.
// A key of YAML on one line has at most 1024, its quotes and escapes included; a text that long is
// no word.
const LONGEST_WORD: usize = 160;

/// Members, missing fields and unmapped words of one resource in all contact centres.
#[derive(Default)]
struct Gathered<'a> {
    members: BTreeMap<&'a str, &'a MemberReport>,
    missing: BTreeMap<&'a str, &'a [String]>,
    /// By field: two contact centres may have other words, or another member for the same field.
    unmapped: BTreeMap<&'a str, BTreeSet<&'a str>>,
    help: Option<&'a HelpReport>,
    /// Proved members of fields that nothing feeds, by field.
    proved: BTreeMap<&'a str, &'a Proof>,
    /// Other evidence, by field: members and sentences.
    evidence: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

impl Gathered<'_> {
    /// Returns true if a member feeds the field in some contact centre.
    fn feeds(&self, field: &str) -> bool {
        self.members.values().any(|member| member.feeds.as_deref() == Some(field))
    }
}

/// Returns the file. It is valid as it is: what needs a decision is commented out, or maps to
/// `unknown`.
pub fn fields_file(report: &Report) -> String {
    let mut gathered: BTreeMap<&str, Gathered<'_>> = BTreeMap::new();
    for seen in &report.resources {
        let ReadOutcome::Answered { members, missing, .. } = &seen.read else { continue };
        let entry = gathered.entry(&seen.resource).or_default();
        entry.members.extend(members.iter().map(|member| (member.name.as_str(), member)));
        entry
            .missing
            .extend(missing.iter().map(|(field, types)| (field.as_str(), types.as_slice())));
        for member in members {
            let Some(field) = &member.feeds else { continue };
            let words = member.unmapped.iter().map(String::as_str);
            let words: Vec<&str> =
                words.filter(|word| word.chars().count() <= LONGEST_WORD).collect();
            if !words.is_empty() {
                entry.unmapped.entry(field).or_default().extend(words);
            }
        }
    }
    for help in &report.help {
        gathered.entry(&help.resource).or_default().help = Some(help);
    }
    for proof in report.proofs.iter().filter(|proof| proof.grade == Grade::Proved) {
        let Some(found) = gathered.get_mut(proof.resource.as_str()) else { continue };
        // A field that is fed stays as it is: a proof that contradicts it is for the reader.
        if !found.feeds(&proof.field) {
            found.proved.insert(&proof.field, proof);
        }
    }
    for evidence in &report.evidence {
        let found = gathered.get_mut(evidence.resource.as_str());
        if let (Some(found), Some(field)) = (found, &evidence.field)
            && !found.feeds(field)
        {
            let entry = found.evidence.entry(field).or_default();
            entry.push((&evidence.member, &evidence.statement));
        }
    }
    let mut text = HEADER.to_owned();
    for (resource, found) in gathered {
        // Writing to a String cannot fail.
        let _ = suggest(&mut text, resource, &found);
    }
    text
}

fn suggest(text: &mut String, resource: &str, found: &Gathered<'_>) -> std::fmt::Result {
    let help: Vec<&HelpField> =
        found.help.iter().flat_map(|help| &help.fields).filter(|field| field.differs).collect();
    // A proof says more than a description; two entries of one field would be a mistake.
    let help: Vec<&HelpField> =
        help.into_iter().filter(|help| !found.proved.contains_key(help.field.as_str())).collect();
    let nothing_found = found.proved.is_empty() && found.evidence.is_empty();
    if found.unmapped.is_empty() && found.missing.is_empty() && help.is_empty() && nothing_found {
        return Ok(());
    }
    // If all fields below are commented out, so is the resource: an empty map would be an error.
    let has_entry = !help.is_empty()
        || !found.proved.is_empty()
        || found.unmapped.keys().any(|field| meanings(resource, field).contains(&UNKNOWN));
    writeln!(text, "\n{}{resource}:", if has_entry { "" } else { "# " })?;
    for field in &help {
        suggest_by_help(text, resource, field, found.unmapped.get(field.field.as_str()))?;
    }
    for (field, proof) in &found.proved {
        let Proof { member: Some(member), parameter, .. } = proof else { continue };
        writeln!(
            text,
            "  {field}: {{members: [{}], from: proved}} # proved by {parameter}=",
            quoted(member)
        )?;
    }
    for (field, types) in &found.missing {
        if found.proved.contains_key(field) {
            continue;
        }
        if help.iter().any(|help| help.field == **field) {
            continue;
        }
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
        if let Some(help) = found.help {
            suggest_candidates(text, help, field)?;
        }
        suggest_evidence(text, found, field)?;
    }
    // Fields that others can replace are never reported missing.
    let spare = found
        .evidence
        .keys()
        .filter(|field| !found.missing.contains_key(*field) && !found.proved.contains_key(*field));
    for field in spare {
        writeln!(text, "#   {field}: {{members: [ ]}}")?;
        suggest_evidence(text, found, field)?;
    }
    for (field, words) in &found.unmapped {
        if help.iter().any(|help| help.field == **field) {
            continue;
        }
        let meanings = meanings(resource, field);
        let Some((last, others)) = meanings.split_last() else { continue };
        // Classes and flags have no meaning `unknown`, and any other changes figures: the reader
        // decides.
        let (comment, meaning) =
            if meanings.contains(&UNKNOWN) { ("", UNKNOWN) } else { ("# ", *last) };
        writeln!(
            text,
            "{comment}  {field}:\n{comment}    values: # {} or {last}",
            others.join(", ")
        )?;
        for word in words {
            writeln!(text, "{comment}      {}: {meaning}", quoted(word))?;
        }
    }
    Ok(())
}

/// Writes the entry of a field that the help describes: its member, and what the dictionary does
/// not know of its values.
fn suggest_by_help(
    text: &mut String,
    resource: &str,
    field: &HelpField,
    unmapped: Option<&BTreeSet<&str>>,
) -> std::fmt::Result {
    let Some(member) = &field.member else { return Ok(()) };
    writeln!(text, "  {}:\n    members: [{}]\n    from: help", field.field, quoted(member))?;
    if let Some(form) = &field.form {
        writeln!(text, "    form: {form}")?;
    }
    let meanings = meanings(resource, &field.field);
    let Some((last, others)) = meanings.split_last() else { return Ok(()) };
    if field.values.iter().any(|(_, _, meaning)| meaning.is_some()) {
        writeln!(text, "    values: # {} or {last}", others.join(", "))?;
    }
    for (value, name, meaning) in &field.values {
        match meaning {
            Some(meaning) => {
                writeln!(text, "      {}: {} # {name}", quoted(value), quoted(meaning))?;
            }
            // The help names it, and no dictionary knows the name.
            None => writeln!(text, "#       {}:  # {name}", quoted(value))?,
        }
    }
    let is_documented =
        |word: &str| field.values.iter().any(|(value, _, _)| value.eq_ignore_ascii_case(word));
    for word in unmapped.into_iter().flatten().filter(|word| !is_documented(word)) {
        writeln!(text, "#       {}:  # it is in the answers", quoted(word))?;
    }
    Ok(())
}

/// Writes what was seen about a field beside proofs.
fn suggest_evidence(text: &mut String, found: &Gathered<'_>, field: &str) -> std::fmt::Result {
    for (member, statement) in found.evidence.get(field).into_iter().flatten() {
        writeln!(text, "#     {}: {statement}", quoted(member))?;
    }
    Ok(())
}

/// Writes the documented members that could feed a field, each with its description.
fn suggest_candidates(text: &mut String, help: &HelpReport, field: &str) -> std::fmt::Result {
    let candidates = help.field(field).into_iter().flat_map(|field| &field.candidates);
    for candidate in candidates {
        if let Some(words) = help.describe(candidate) {
            writeln!(text, "#     by the help: {candidate} ({words})")?;
        }
    }
    Ok(())
}

/// Returns a word in double quotes, as JSON and YAML read it.
fn quoted(word: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(word).to_string().chars() {
        match c {
            // JSON escapes only those below the space; YAML refuses the others, and a terminal may
            // obey them.
            c if c.is_control() => quoted.extend(format!("\\u{:04x}", u32::from(c)).chars()),
            c => quoted.push(c),
        }
    }
    quoted
}
