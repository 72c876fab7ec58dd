//! Reader of fields files: the built-in one and a user's.

use std::collections::HashMap;

use super::{
    shape::{self, Form, Kind, Shape},
    value::{Meaning, normalized},
};
use crate::{
    model::{AgentState, CaseClass, CaseState, FieldSource, Resource},
    yaml::{self, Complaints, Entry as Value, Section, Value as Scalar, unknown},
};

/// Entry of one field.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) resource: Resource,
    pub(super) field: usize,
    pub(super) members: Option<Vec<String>>,
    /// The members replace those that are known, instead of being tried before them.
    pub(super) only: bool,
    pub(super) form: Option<Form>,
    pub(super) values: HashMap<String, Meaning>,
    /// Evidence for the entry, if the file names it.
    pub(super) from: Option<FieldSource>,
}

/// Reads every entry of the file.
///
/// # Errors
/// All mistakes of the file, so that one start shows them all.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Entry>, Vec<String>> {
    let mut complaints = Complaints::about(file);
    let mut entries = Vec::new();
    if let Some(root) = yaml::parse(text, &mut complaints) {
        for (key, value) in Section::root(&root, &mut complaints).entries() {
            match shape::ALL.iter().find(|shape| shape.resource.as_str() == key.text) {
                Some(shape) => read_resource(shape, &value, &mut entries, &mut complaints),
                None => {
                    let known = shape::ALL.iter().map(|shape| shape.resource.as_str());
                    complaints.add(key.at, &key.text, unknown("resource", &key.text, known));
                }
            }
        }
    }
    if complaints.is_empty() { Ok(entries) } else { Err(complaints.into_list()) }
}

fn read_resource(
    shape: &'static Shape,
    value: &Value<'_>,
    entries: &mut Vec<Entry>,
    complaints: &mut Complaints,
) {
    let mut taken: Vec<String> = Vec::new();
    for (key, value) in value.section(complaints).entries() {
        let Some(field) = shape.fields.iter().position(|field| field.name == key.text) else {
            let known = shape.fields.iter().map(|field| field.name);
            complaints.add(key.at, &value.path, unknown("field", &key.text, known));
            continue;
        };
        let kind = shape.fields[field].kind;
        let mut section = value.section(complaints);
        let members =
            section.get("members").map(|members| read_members(&members, &mut taken, complaints));
        let form = section.get("form").and_then(|form| read_form(&form, kind, complaints));
        let values = section.get("values").map(|values| read_values(&values, kind, complaints));
        let from = section.get("from").and_then(|from| read_from(&from, complaints));
        let only = section.get("only").and_then(|only| read_only(&only, complaints));
        section.finish(complaints);
        let values = values.unwrap_or_default();
        let only = only.unwrap_or_default();
        entries.push(Entry { resource: shape.resource, field, members, only, form, values, from });
    }
}

fn read_members(
    value: &Value<'_>,
    taken: &mut Vec<String>,
    complaints: &mut Complaints,
) -> Vec<String> {
    let mut members = Vec::new();
    for item in value.list() {
        let Some(member) = item.text(complaints) else { continue };
        // Read twice, one member would count as two facts; with normalised names the mistake is
        // easy to make.
        if taken.contains(&normalized(&member)) {
            item.wrong(
                complaints,
                format_args!(
                    "`{member}` is already listed under this resource; one member can feed one field"
                ),
            );
            continue;
        }
        taken.push(normalized(&member));
        members.push(member);
    }
    members
}

/// Evidence that an entry of a user's file may name.
// The other sources are the exporter's own words.
const EVIDENCE: [FieldSource; 2] = [FieldSource::Help, FieldSource::Proved];

fn read_from(value: &Value<'_>, complaints: &mut Complaints) -> Option<FieldSource> {
    let word = value.text(complaints)?;
    let source = EVIDENCE.into_iter().find(|source| source.as_str() == word);
    if source.is_none() {
        let known = EVIDENCE.into_iter().map(FieldSource::as_str);
        value.wrong(complaints, unknown("source", &word, known));
    }
    source
}

fn read_only(value: &Value<'_>, complaints: &mut Complaints) -> Option<bool> {
    let only = match value.node.value {
        Scalar::Bool(only) => Some(only),
        _ => None,
    };
    if only.is_none() {
        value.wrong(complaints, "must be true or false");
    }
    only
}

fn read_form(value: &Value<'_>, kind: Kind, complaints: &mut Complaints) -> Option<Form> {
    let word = value.text(complaints)?;
    let possible = || kind.forms().iter().map(|form| form.as_str());
    let form = Form::ALL.into_iter().find(|form| form.as_str() == word);
    match form {
        Some(form) if kind.forms().contains(&form) => Some(form),
        Some(_) => {
            let possible: Vec<_> = possible().collect();
            value.wrong(
                complaints,
                format_args!(
                    "this field cannot have the form `{word}`; possible: {}",
                    possible.join(", ")
                ),
            );
            None
        }
        None => {
            value.wrong(complaints, unknown("form", &word, possible()));
            None
        }
    }
}

fn read_values(
    value: &Value<'_>,
    kind: Kind,
    complaints: &mut Complaints,
) -> HashMap<String, Meaning> {
    let mut values = HashMap::new();
    for (key, value) in value.section(complaints).entries() {
        let word = match &value.node.value {
            // YAML takes an unquoted true or false for a flag; here both are plain words for a
            // flag's meaning.
            Scalar::Bool(flag) => Some(flag.to_string()),
            _ => value.text(complaints),
        };
        let Some(word) = word else { continue };
        let meaning = match kind {
            Kind::AgentState => AgentState::from_word(&word).map(Meaning::AgentState),
            Kind::CaseState => CaseState::from_word(&word).map(Meaning::CaseState),
            Kind::CaseClass => CaseClass::from_word(&word).map(Meaning::CaseClass),
            Kind::Flag => word.parse().ok().map(Meaning::Flag),
            // A map of values would turn one number into another: data that Trio never sent.
            Kind::Text | Kind::Count | Kind::Wait | Kind::Time => {
                complaints.add(
                    key.at,
                    &value.path,
                    "only states, classes and flags have values; remove it",
                );
                continue;
            }
        };
        match meaning {
            Some(meaning) => {
                values.insert(normalized(&key.text), meaning);
            }
            None if kind == Kind::Flag => value.wrong(complaints, "must be \"true\" or \"false\""),
            None => {
                let noun = if kind == Kind::CaseClass { "class" } else { "state" };
                value.wrong(complaints, unknown(noun, &word, kind.meanings().into_iter()));
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_reported_with_place_and_suggestion() {
        let table = [
            (
                "agent/state: {}",
                "f.yml:1:1: agent/state: unknown resource; did you mean `agents/state`?",
            ),
            ("cc: {nmae: {}}", "f.yml:1:6: cc.nmae: unknown field; did you mean `name`?"),
            (
                "cc: {name: {member: [x]}}",
                "f.yml:1:13: cc.name.member: unknown key; did you mean `members`?",
            ),
            (
                "services/state: {longest_wait: {form: second}}",
                "f.yml:1:39: services/state.longest_wait.form: unknown form; did you mean `seconds`?",
            ),
            (
                "services/state: {open: {form: seconds}}",
                "f.yml:1:31: services/state.open.form: this field cannot have the form `seconds`; possible: bool",
            ),
            (
                "agents/state: {state: {values: {Fika: pause}}}",
                "f.yml:1:39: agents/state.state.values.Fika: unknown state; did you mean `paused`?",
            ),
            (
                "services/state: {open: {values: {J: maybe}}}",
                "f.yml:1:37: services/state.open.values.J: must be \"true\" or \"false\"",
            ),
            (
                "cc: {id: {members: [x]}, name: {members: [X]}}",
                "f.yml:1:43: cc.name.members[0]: `X` is already listed under this resource; one member can feed one field",
            ),
            (
                "cc: {id: {values: {a: b}}}",
                "f.yml:1:20: cc.id.values.a: only states, classes and flags have values; remove it",
            ),
            (
                "services/cases: {class: {values: {M: mail}}}",
                "f.yml:1:38: services/cases.class.values.M: unknown class; did you mean `email`?",
            ),
            (
                "services/cases: {state: {values: {K: queue}}}",
                "f.yml:1:38: services/cases.state.values.K: unknown state; did you mean `queued`?",
            ),
            (
                "agents/state: {state: {values: {Fika: 7}}}",
                "f.yml:1:39: agents/state.state.values.Fika: unknown state; known here: STATES",
            ),
            (
                "cc: {id: {members: [no]}}",
                "f.yml:1:21: cc.id.members[0]: must be in quotes: YAML reads it as a number or as true or false",
            ),
            ("cc: {id: {members: ['']}}", "f.yml:1:21: cc.id.members[0]: must not be empty"),
            ("cc: {id: {form: {}}}", "f.yml:1:17: cc.id.form: must be a text"),
            (
                "cc: {id: {members: [x], from: halp}}",
                "f.yml:1:31: cc.id.from: unknown source; did you mean `help`?",
            ),
            ("cc: {id: {only: 'yes'}}", "f.yml:1:17: cc.id.only: must be true or false"),
            ("cc: {id: [x]}", "f.yml:1:10: cc.id: must be a map of `key: value` lines"),
            (
                "cc: {id: {values: x}}",
                "f.yml:1:19: cc.id.values: must be a map of `key: value` lines",
            ),
            ("cc: {id: {}, id: {}}", "f.yml:1:14: the key `id` is given twice; give it once"),
            ("- cc", "f.yml:1:1: the file: must be a map of `key: value` lines"),
            ("cc: 5", "f.yml:1:5: cc: must be a map of `key: value` lines"),
            ("cc: {id: {members: [[1]]}}", "f.yml:1:21: cc.id.members[0]: must be a text"),
        ];
        for (text, message) in table {
            let states = AgentState::ALL.map(AgentState::as_str).join(", ");
            assert_eq!(read("f.yml", text).expect_err(text), [message.replace("STATES", &states)]);
        }
    }

    #[test]
    fn all_mistakes_of_a_file_are_reported_at_once() {
        let errors = read("f.yml", "cc: {a: {}, b: {}}\nzz: {}").expect_err("three mistakes");
        assert_eq!(errors.len(), 3, "{errors:#?}");
    }

    #[test]
    fn empty_file_changes_nothing() {
        assert!(read("f.yml", "").expect("valid").is_empty());
    }
}
