//! Pseudonymises the body of an answer. Only values that are known to be harmless stay.

use serde_json::{Map, Value};

use super::{
    member_names::{is_links, plain},
    pseudonyms::Pseudonyms,
};
use crate::{
    model::Resource,
    trio::{Judgement, names_a_resource},
};

/// The text for "no time" in a recording.
const NO_TIME: &str = "0001-01-01T00:00:00";

impl Pseudonyms<'_> {
    /// Pseudonymises the answer to a request for `resource`.
    pub(super) fn body(&mut self, resource: Resource, body: Value) -> Value {
        match body {
            Value::Object(envelope) if envelope.keys().any(|key| is_data(key)) => {
                let entries = envelope.into_iter().map(|(name, value)| {
                    let value = match &name {
                        name if is_data(name) => self.data(resource, value),
                        name if is_links(name) => self.links(value),
                        _ => self.value(value),
                    };
                    (self.inner_member(&name), value)
                });
                Value::Object(entries.collect())
            }
            body => self.data(resource, body),
        }
    }

    /// Pseudonymises one item or a list of items.
    fn data(&mut self, resource: Resource, data: Value) -> Value {
        match data {
            Value::Array(items) => {
                items.into_iter().map(|item| self.data(resource, item)).collect()
            }
            Value::Object(item) => Value::Object(self.item(resource, item)),
            Value::String(text) if is_node(resource) && names_a_resource(&text) => text.into(),
            other => self.value(other),
        }
    }

    /// Pseudonymises one item: the only place where unknown member names can stay.
    fn item(&mut self, resource: Resource, item: Map<String, Value>) -> Map<String, Value> {
        let members = item.into_iter().map(|(name, value)| {
            let value = match value {
                value if is_links(&name) => self.links(value),
                // Some servers wrap each item in an envelope of its own.
                Value::Object(inner) if is_data(&name) => Value::Object(self.item(resource, inner)),
                // The exporter follows these names to the active server, so a replay needs them.
                Value::String(host)
                    if matches!(&*plain(&name), "primaryserver" | "secondaryserver") =>
                {
                    self.server(&host)
                }
                Value::String(text) if is_node(resource) && names_a_resource(&text) => text.into(),
                value => self.member_value(resource, &name, value),
            };
            (self.member(&name), value)
        });
        members.collect()
    }

    /// Replaces the name or the address of a server.
    fn server(&mut self, name: &str) -> Value {
        if name.trim().is_empty() {
            return name.into();
        }
        self.address(name).unwrap_or_else(|| self.hosts.named(name)).into()
    }

    /// Pseudonymises the value of an item's member by its meaning in the field dictionary.
    fn member_value(&mut self, resource: Resource, member: &str, value: Value) -> Value {
        match self.dictionary.judge(resource, member, &value, self.now) {
            // Counts and durations are of use for the bug report, and name no one.
            Judgement::Measure => value,
            Judgement::Time(form) => {
                self.note_time(resource, member, form);
                value
            }
            Judgement::NoTime(form) => {
                self.note_time(resource, member, form);
                no_time(value, form)
            }
            Judgement::Word { field, known } => {
                let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if known || self.kept_fields.contains(resource, field) {
                    self.kept.words.insert(word);
                    return value;
                }
                self.unknown_word(resource, field, member, &word, &value)
            }
            Judgement::Other => self.value(value),
        }
    }

    fn unknown_word(
        &mut self,
        resource: Resource,
        field: &str,
        member: &str,
        word: &str,
        value: &Value,
    ) -> Value {
        let Self { dictionary, replacements, now, .. } = self;
        // A replacement that the dictionary maps would change what the recording says.
        let is_mapped = |token: &str| {
            let judgement = dictionary.judge(resource, member, &token.into(), *now);
            matches!(judgement, Judgement::Word { known: true, .. })
        };
        // Calls are in both lists of cases; the same case must have the same words in both.
        let list = if resource == Resource::Cases { Resource::Calls } else { resource };
        let token = replacements.word(&format!("{}.{field}", list.as_str()), word, &is_mapped);
        match value {
            Value::Number(_) => serde_json::from_str(&token).unwrap_or(Value::Null),
            _ => token.into(),
        }
    }

    /// Pseudonymises the links of an answer or an item. Names of links that name a resource stay.
    fn links(&mut self, links: Value) -> Value {
        match links {
            Value::Array(links) => links.into_iter().map(|link| self.links(link)).collect(),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| {
                    let value = match value {
                        Value::String(rel)
                            if matches!(&*plain(&name), "rel" | "name" | "title") =>
                        {
                            if names_a_resource(&rel) { rel } else { self.replacements.text(&rel) }
                                .into()
                        }
                        // A link with another method than GET is not followed.
                        Value::String(method) if plain(&name) == "method" && is_method(&method) => {
                            method.into()
                        }
                        Value::String(words) if matches!(&*plain(&name), "desc" | "method") => {
                            self.replacements.text(&words).into()
                        }
                        Value::String(href) => self.link(&href).into(),
                        value @ (Value::Array(_) | Value::Object(_)) => self.links(value),
                        value => self.value(value),
                    };
                    (self.inner_member(&name), value)
                });
                Value::Object(members.collect())
            }
            Value::String(href) => self.link(&href).into(),
            other => self.value(other),
        }
    }

    /// Pseudonymises a value of unknown meaning.
    pub(super) fn value(&mut self, value: Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value,
            Value::Number(number) => Value::Number(self.replacements.number(&number)),
            Value::String(text) => {
                self.address(&text).unwrap_or_else(|| self.replacements.text(&text)).into()
            }
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| {
                    let value = if is_links(&name) { self.links(value) } else { self.value(value) };
                    (self.inner_member(&name), value)
                });
                Value::Object(members.collect())
            }
        }
    }
}

/// The same "no time" for every server and every date: an early date could be the birthday of a
/// person.
fn no_time(value: Value, form: &str) -> Value {
    match value {
        Value::Number(_) => 0.into(),
        Value::String(text) if text.trim().is_empty() => text.into(),
        _ if form == "timestamp" => NO_TIME.into(),
        _ => "0".into(),
    }
}

fn is_data(name: &str) -> bool {
    name.eq_ignore_ascii_case("data")
}

/// Returns true for a method of HTTP that the API documents.
fn is_method(text: &str) -> bool {
    ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().any(|known| text.eq_ignore_ascii_case(known))
}

/// Returns true for a resource whose items are the names of other resources.
fn is_node(resource: Resource) -> bool {
    matches!(resource, Resource::Security | Resource::Directory)
}
