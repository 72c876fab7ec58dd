//! The part of the report that tells what the server's own help says about the members.

use serde::{Deserialize, Serialize};

use crate::trio::{Client, DocumentedMember, FieldHelp, Help, ResourceHelp, masked};

/// The help about one resource.
// Saved with the report, so names of fields must stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HelpReport {
    /// Documented path of the resource.
    pub resource: String,
    /// Reason why the help does not describe it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Documented members.
    pub members: Vec<HelpMember>,
    /// Fields about which the help says something.
    pub fields: Vec<HelpField>,
}

/// A documented member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpMember {
    /// Name as the answers spell it.
    pub name: String,
    /// Type in the words of the help.
    pub kind: String,
    /// The vendor's words, shortened; addresses and long numbers are masked.
    pub words: String,
}

/// A field, as the help describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpField {
    /// Name of the field.
    pub field: String,
    /// The documented member that feeds it: its name is known and its type fits.
    pub member: Option<String>,
    /// Its name is not the one that is read: its description says that it is the field.
    #[serde(default)]
    pub described: bool,
    /// A member that would be read, and that its description says is something else or leaves in
    /// doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuted: Option<String>,
    /// The help says something that the dictionary does not know, so an entry of a fields file is
    /// suggested.
    pub differs: bool,
    /// Form in which the help says that it is written, if the dictionary reads another.
    pub form: Option<String>,
    /// Documented values that the dictionary does not map: value, name, and meaning of the name.
    pub values: Vec<(String, String, Option<String>)>,
    /// All documented values of its member: value and name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documented: Vec<(String, String)>,
    /// Documented members that could feed it.
    pub candidates: Vec<String>,
    /// Reasons why a member with a known name is not taken.
    pub problems: Vec<String>,
}

/// Characters of the vendor's words that are shown.
const SHOWN: usize = 60;
/// Digits of a number that is masked: it may be that of a telephone.
const LONG_NUMBER: usize = 5;

/// Compares the help with the dictionary of the client.
pub(super) fn reports(client: &Client, help: &Help) -> Vec<HelpReport> {
    help.resources.iter().map(|resource| report(resource, &client.compare_help(resource))).collect()
}

fn report(help: &ResourceHelp, fields: &[FieldHelp]) -> HelpReport {
    HelpReport {
        resource: help.resource.as_str().to_owned(),
        missing: help.missing.clone(),
        members: help.members.iter().map(member).collect(),
        fields: fields.iter().map(field).collect(),
    }
}

fn member(member: &DocumentedMember) -> HelpMember {
    HelpMember {
        name: member.name.clone(),
        kind: member.kind.describe(),
        words: shortened(&member.words),
    }
}

fn field(field: &FieldHelp) -> HelpField {
    let unmapped = field.values.iter().filter(|value| value.mapped.is_none());
    let values = unmapped
        .map(|it| (it.value.clone(), it.name.clone(), it.meaning.map(str::to_owned)))
        .collect();
    HelpField {
        field: field.field.to_owned(),
        member: field.member.clone(),
        described: field.described,
        refuted: field.refuted.clone(),
        differs: field.differs(),
        form: field.form.map(str::to_owned),
        documented: field.values.iter().map(|it| (it.value.clone(), it.name.clone())).collect(),
        values,
        candidates: field.candidates.clone(),
        problems: field.problems.clone(),
    }
}

/// Shortens the vendor's words, and masks what may be a person's address or number in them.
fn shortened(words: &str) -> String {
    let is_personal = |word: &str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        word.contains('@') || digits >= LONG_NUMBER
    };
    let mask = |word: &str| if is_personal(word) { masked(word) } else { word.to_owned() };
    let shown: Vec<String> = words.split(' ').map(mask).collect();
    let shown = shown.join(" ");
    if shown.chars().count() <= SHOWN {
        return shown;
    }
    shown.chars().take(SHOWN - 1).chain(['…']).collect()
}

impl HelpReport {
    /// Returns the description of a member as one text: type and words.
    pub(super) fn describe(&self, member: &str) -> Option<String> {
        let found = self.members.iter().find(|known| known.name.eq_ignore_ascii_case(member))?;
        Some(match found.words.as_str() {
            "" => found.kind.clone(),
            words => format!("{}: {words}", found.kind),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shortened_and_persons_masked() {
        assert_eq!(shortened("Cases in the queue."), "Cases in the queue.");
        assert_eq!(
            shortened("Ask Anna@example.org or 070123456."),
            "Ask Xxxx@xxxxxxx.xxx or 999999999."
        );
        let long = shortened(&"ab ".repeat(60));
        assert_eq!(long.chars().count(), SHOWN);
        assert!(long.ends_with('…'), "{long}");
    }
}
