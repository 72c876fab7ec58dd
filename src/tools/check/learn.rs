//! Comparison of the mapping in use with the server's own help, for `check --learn`.

use super::Report;
use crate::trio::{Client, FieldHelp, Help, HelpError, ResourceHelp, ValueHelp};

const SUBJECT: &str = "help";
const SUGGEST: &str = "`inspect --suggest` writes entries for a fields_file";

/// Adds a line about each resource that the help describes, or the reason why there is none.
pub fn compare_help(client: &Client, help: &Result<Help, HelpError>, report: &mut Report) {
    let help = match help {
        Ok(help) => help,
        Err(error @ HelpError::NeedsWindowsLogin) => {
            let remedy = "open the API's address with /help at its end in a browser, and compare it with `inspect`";
            report.unknown(SUBJECT, error.to_string(), remedy);
            return;
        }
        Err(error) => {
            report.unknown(SUBJECT, error.to_string(), "map fields by `inspect` alone");
            return;
        }
    };
    for resource in &help.resources {
        compare(resource, &client.compare_help(resource), report);
    }
    if let Some(reason) = &help.stopped {
        report.unknown(SUBJECT, reason.clone(), "run `check --learn` again in a quiet hour");
    }
}

fn compare(help: &ResourceHelp, fields: &[FieldHelp], report: &mut Report) {
    let subject = format!("{SUBJECT} {}", help.resource.as_str());
    if let Some(missing) = &help.missing {
        report.unknown(subject, missing.clone(), "map its fields by `inspect` alone");
        return;
    }
    let differences: Vec<(String, &str)> = fields.iter().flat_map(differences).collect();
    for (seen, remedy) in &differences {
        report.check(subject.clone(), seen.clone(), *remedy);
    }
    if differences.is_empty() {
        let fed = fields.iter().filter(|field| field.member.is_some()).count();
        let members = help.members.len();
        report.ok(subject, format!("{members} members documented, {fed} fields as mapped"));
    }
}

/// Differences between a field as it is mapped and as it is documented, each with its remedy.
fn differences(field: &FieldHelp) -> Vec<(String, &'static str)> {
    let name = field.field;
    let mut found = Vec::new();
    let look = "compare it with the answers: `inspect --show-values`";
    found.extend(field.problems.iter().map(|problem| (format!("{name}: {problem}"), look)));
    if field.wanted && field.member.is_none() && field.problems.is_empty() {
        let candidates = match field.candidates.as_slice() {
            [] => "and no other documented member fits".to_owned(),
            some => format!("documented members that fit: {}", some.join(", ")),
        };
        let seen = format!("{name}: no documented member has a name that is mapped; {candidates}");
        found.push((seen, "if one of them is it, map it in a fields_file"));
    }
    if let (true, Some(member)) = (field.described, &field.member) {
        let seen = format!("{name}: by its name and its description {member} holds it");
        found.push((seen, SUGGEST));
    }
    if let Some(form) = field.form {
        found.push((
            format!("{name}: the help says {form}, and it is read in another form"),
            SUGGEST,
        ));
    }
    let other = field.values.iter().filter(|value| {
        value.mapped.is_some() && value.meaning.is_some() && value.mapped != value.meaning
    });
    found.extend(other.map(|value| {
        let (mapped, meaning) =
            (value.mapped.unwrap_or_default(), value.meaning.unwrap_or_default());
        let seen = format!(
            "{name}: {} is mapped to {mapped}, and its name {} means {meaning}",
            value.value, value.name
        );
        (seen, "correct the values in the fields_file")
    }));
    // Without a sample it is open whether answers hold numbers or names; one of them is enough.
    let is_mapped = |wanted: &ValueHelp| {
        field.values.iter().any(|value| value.name == wanted.name && value.mapped.is_some())
    };
    let mut named: Vec<&str> = Vec::new();
    let unmapped: Vec<String> = field
        .values
        .iter()
        .filter(|value| !is_mapped(value))
        .filter(|value| {
            let is_new = !named.contains(&&*value.name);
            named.push(&value.name);
            is_new
        })
        .map(|value| match value.value == value.name {
            true => value.name.clone(),
            false => format!("{} ({})", value.value, value.name),
        })
        .collect();
    if !unmapped.is_empty() {
        let seen =
            format!("{name}: documented values that are not mapped: {}", unmapped.join(", "));
        found.push((seen, SUGGEST));
    }
    found
}
