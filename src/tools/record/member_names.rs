//! Chooses the unknown member names that stay. A recording is made to show them, but a server may
//! also use the name of a person, a number or a key as the name of a member: such a name is data.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::recorder::RecordedExchange;
use crate::{
    model::Resource,
    trio::{Dictionary, names_a_resource},
};

/// Most characters of a member name; a longer one is data.
const MAX_LENGTH: usize = 32;
/// Most digits of a member name; one with more, such as an id, is data.
const MOST_DIGITS: usize = 3;

/// Unknown names of members of items that stay.
#[derive(Debug, Default)]
pub(super) struct MemberNames(HashSet<String>);

/// Occurrences of a name.
#[derive(Clone, Copy, Debug, Default)]
struct Occurrences {
    /// Most items of one answer that have the name.
    with_name: usize,
    /// Most items of one answer in which the name occurs.
    items: usize,
}

impl MemberNames {
    /// Chooses from all answers together. A name that no dictionary knows stays if it is spelt like
    /// the name of a member, if at least two items of a list have it, and if it is not a word of
    /// any value.
    pub(super) fn choose(seen: &[RecordedExchange], dictionary: &Dictionary) -> Self {
        let mut occurrences: HashMap<String, Occurrences> = HashMap::new();
        // Successful answers only: error bodies have held names of people in place of members.
        for answer in
            seen.iter().filter(|seen| seen.is_success()).filter_map(|seen| seen.json()?.ok())
        {
            let items = items(&answer);
            let mut here: HashMap<&str, usize> = HashMap::new();
            for name in items.iter().flat_map(|item| item.keys()) {
                *here.entry(name).or_default() += 1;
            }
            for (name, count) in here {
                if !is_member(dictionary, name) && is_spelt_like_a_name(name) {
                    let found = occurrences.entry(name.to_owned()).or_default();
                    found.with_name = found.with_name.max(count);
                    found.items = found.items.max(items.len());
                }
            }
        }
        // A map of people has each name once; a member of records is in several of them.
        occurrences.retain(|_, found| found.with_name > 1 || found.items == 1);
        let mut names: HashSet<String> = occurrences.into_keys().collect();
        // A name that is also a word of a value, such as the name of a service, is data.
        let mut by_word: HashMap<String, Vec<String>> = HashMap::new();
        for name in &names {
            by_word.entry(name.to_lowercase()).or_default().push(name.clone());
        }
        for answer in seen.iter().filter_map(|seen| seen.json()?.ok()) {
            each_word(&answer, dictionary, &mut |word| {
                for name in by_word.remove(word).unwrap_or_default() {
                    names.remove(&name);
                }
            });
        }
        Self(names)
    }

    pub(super) fn is_kept(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

fn is_spelt_like_a_name(name: &str) -> bool {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    plain && begins && digits <= MOST_DIGITS && name.chars().count() <= MAX_LENGTH
}

/// Returns the items of an answer, without envelopes.
fn items(answer: &Value) -> Vec<&Map<String, Value>> {
    let data_position = |item: &'_ Map<String, Value>| -> Option<usize> {
        item.keys().position(|key| key.eq_ignore_ascii_case("data"))
    };
    let data = match answer {
        Value::Object(envelope) => {
            match data_position(envelope).and_then(|place| envelope.values().nth(place)) {
                Some(data) => data,
                None => answer,
            }
        }
        _ => answer,
    };
    let rows: Vec<&Value> = match data {
        Value::Array(rows) => rows.iter().collect(),
        one => vec![one],
    };
    let objects = rows.into_iter().filter_map(Value::as_object);
    let inner = objects.map(|item| {
        let inner = data_position(item)
            .and_then(|place| item.values().nth(place))
            .and_then(Value::as_object);
        inner.unwrap_or(item)
    });
    inner.collect()
}

/// Calls `see` with each text and each word of it, in lower case, without links and mapped words.
fn each_word(value: &Value, dictionary: &Dictionary, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) if !dictionary.knows_word(text) => {
            let text = text.to_lowercase();
            see(&text);
            text.split(|c: char| !c.is_alphanumeric() && c != '_').for_each(&mut *see);
        }
        Value::Array(values) => values.iter().for_each(|value| each_word(value, dictionary, see)),
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| !is_links(name));
            members.for_each(|(_, value)| each_word(value, dictionary, see));
        }
        _ => {}
    }
}

/// Members of envelopes, links and errors, lower case, letters and digits only.
const ENVELOPE: [&str; 28] = [
    "links",
    "link",
    "data",
    "rel",
    "name",
    "title",
    "href",
    "uri",
    "url",
    "id",
    "status",
    "message",
    "error",
    "code",
    "currentpage",
    "pagesize",
    "totalcount",
    "totalpages",
    "previouspagelink",
    "nextpagelink",
    "primaryserver",
    "secondaryserver",
    "binaryversion",
    "failovermode",
    "desc",
    "method",
    "subsystems",
    "items",
];

/// The documented query parameters, in lower case.
const PARAMETERS: [&str; 20] = [
    "page",
    "pagesize",
    "fields",
    "sort",
    "redirect",
    "name",
    "firstname",
    "lastname",
    "id",
    "groupid",
    "userid",
    "roleid",
    "serviceid",
    "service",
    "vid",
    "jobno",
    "cust",
    "sid",
    "caseclass",
    "casetype",
];

/// Returns true for a member name of the API or of the field dictionary.
pub(super) fn is_member(dictionary: &Dictionary, name: &str) -> bool {
    ENVELOPE.contains(&&*plain(name)) || dictionary.knows_member(name) || names_a_resource(name)
}

/// Returns true for a documented part of a path.
pub(super) fn is_segment(segment: &str) -> bool {
    let in_path = |resource: Resource| {
        resource.as_str().split('/').any(|part| part.eq_ignore_ascii_case(segment))
    };
    ["te", "api", "cases"].contains(&segment)
        || Resource::ALL.into_iter().any(in_path)
        || names_a_resource(segment)
}

/// Returns true for a documented query parameter.
pub(super) fn is_parameter(name: &str) -> bool {
    PARAMETERS.contains(&&*name.to_lowercase())
}

/// Returns the letters and digits of a name, in lower case.
// Servers write the same member as `totalCount`, `total_count` or `TotalCount`.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns true for a member with the links of an answer or an item.
pub(super) fn is_links(name: &str) -> bool {
    matches!(&*plain(name), "links" | "link")
}
