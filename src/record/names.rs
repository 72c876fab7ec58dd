//! Which member names stay. They are what a recording is for, but a member may also be called by a
//! person, a number or a key: then the name is data.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{
    seen::Seen,
    words::{holds_links, is_member},
};
use crate::trio::Dictionary;

/// Longer names are data.
const LONGEST: usize = 32;
/// So are names with more digits.
const MOST_DIGITS: usize = 3;

/// The unknown names of an item's members that stay.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

/// How often a name was seen.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    /// The most items of one answer that had it.
    items: usize,
    /// The most items of an answer in which it was.
    among: usize,
}

impl Names {
    /// Looks at all answers together; what is said of an error names no member. A name that no
    /// dictionary knows stays if it is spelt like the name of a member, if it was not just one of
    /// several items that had it, and if it is nowhere a word in a value.
    pub(super) fn of(seen: &[Seen], dictionary: &Dictionary) -> Self {
        let mut met: HashMap<String, Met> = HashMap::new();
        for answer in seen.iter().filter(|seen| seen.is_success()).filter_map(|seen| seen.json()?.ok()) {
            let items = items(&answer);
            let mut here: HashMap<&str, usize> = HashMap::new();
            for name in items.iter().flat_map(|item| item.keys()) {
                *here.entry(name).or_default() += 1;
            }
            for (name, count) in here {
                if !is_member(dictionary, name) && is_spelt_like_a_name(name) {
                    let met = met.entry(name.to_owned()).or_default();
                    met.items = met.items.max(count);
                    met.among = met.among.max(items.len());
                }
            }
        }
        met.retain(|_, met| met.items > 1 || met.among == 1);
        let mut names: HashSet<String> = met.into_keys().collect();
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

    pub(super) fn stay(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

fn is_spelt_like_a_name(name: &str) -> bool {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    plain && begins && digits <= MOST_DIGITS && name.chars().count() <= LONGEST
}

/// The items of an answer, in whatever envelope.
fn items(answer: &Value) -> Vec<&Map<String, Value>> {
    let inside = |item: &'_ Map<String, Value>| -> Option<usize> {
        item.keys().position(|key| key.eq_ignore_ascii_case("data"))
    };
    let data = match answer {
        Value::Object(envelope) => match inside(envelope).and_then(|place| envelope.values().nth(place)) {
            Some(data) => data,
            None => answer,
        },
        _ => answer,
    };
    let rows: Vec<&Value> = match data {
        Value::Array(rows) => rows.iter().collect(),
        one => vec![one],
    };
    let objects = rows.into_iter().filter_map(Value::as_object);
    let inner = objects.map(|item| {
        let inner = inside(item).and_then(|place| item.values().nth(place)).and_then(Value::as_object);
        inner.unwrap_or(item)
    });
    inner.collect()
}

/// The words of all texts, in small letters; links and words that the dictionary knows are left out.
fn each_word(value: &Value, dictionary: &Dictionary, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) if !dictionary.knows_word(text) => {
            let text = text.to_lowercase();
            see(&text);
            text.split(|c: char| !c.is_alphanumeric() && c != '_').for_each(&mut *see);
        }
        Value::Array(values) => values.iter().for_each(|value| each_word(value, dictionary, see)),
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| !holds_links(name));
            members.for_each(|(_, value)| each_word(value, dictionary, see));
        }
        _ => {}
    }
}
