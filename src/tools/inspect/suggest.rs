//! Suggests entries of a fields file: the missing fields, with the members that could feed them,
//! and the words that are not mapped.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::{
    prove::{Grade, Proof},
    report::{MemberReport, ReadOutcome, Report},
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
    /// Proved members of fields that nothing feeds, by field.
    proved: BTreeMap<&'a str, &'a Proof>,
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
    for proof in report.proofs.iter().filter(|proof| proof.grade == Grade::Proved) {
        let Some(found) = gathered.get_mut(proof.resource.as_str()) else { continue };
        // A field that is fed stays as it is: a proof that contradicts it is for the reader.
        if found.missing.contains_key(proof.field.as_str()) {
            found.proved.insert(&proof.field, proof);
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
    if found.unmapped.is_empty() && found.missing.is_empty() {
        return Ok(());
    }
    // If all fields below are commented out, so is the resource: an empty map would be an error.
    let has_entry = !found.proved.is_empty()
        || found.unmapped.keys().any(|field| meanings(resource, field).contains(&UNKNOWN));
    writeln!(text, "\n{}{resource}:", if has_entry { "" } else { "# " })?;
    for (field, types) in &found.missing {
        if let Some(Proof { member: Some(member), parameter, .. }) = found.proved.get(field) {
            writeln!(
                text,
                "  {field}: {{members: [{}]}} # proved by {parameter}=",
                quoted(member)
            )?;
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
    }
    for (field, words) in &found.unmapped {
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
