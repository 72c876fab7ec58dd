//! Examination of a server's answers, for people who map field names (`inspect`, `check`).
//!
//! A resource is read once without `fields=` and once with every name of the dictionary, since most
//! resources hide members until they are asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::{collection::CollectionReader, paging::Pagination, route::List};
use crate::{
    model::Resource,
    trio::{
        dictionary::{
            Mapping,
            judge::raw,
            shape::{Form, Need},
            value::{Meaning, normalized},
        },
        error::Error,
    },
};

/// Items that are examined at most.
const ITEMS: usize = 100;
/// Different values kept of each member at most.
// Enough for the words of an enumeration; a member with more values is no enumeration.
const VALUES: usize = 20;

/// Members and values found in one resource's answer.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The resource.
    pub resource: Resource,
    /// Items in the whole collection, by the header.
    pub total: Option<usize>,
    /// Items examined.
    pub looked_at: usize,
    /// Members of the items, in the order in which they first appeared.
    pub members: Vec<Member>,
    /// Fields of the dictionary that no member feeds and nothing can replace.
    pub missing: Vec<Missing>,
}

/// One member of the items.
#[derive(Clone, Debug)]
pub struct Member {
    /// Name in the server's spelling.
    pub name: String,
    /// JSON types of its values.
    pub types: BTreeSet<&'static str>,
    /// It appeared only when it was asked for.
    pub only_when_asked: bool,
    /// Some of its values.
    pub values: Vec<Value>,
    /// Field that it feeds, and the form in which that is read.
    pub feeds: Option<(&'static str, &'static str)>,
    /// Source of that mapping, as the label `source` of `trio_field_info`.
    pub source: Option<&'static str>,
    /// Words among these that the dictionary does not map, if the field needs a map.
    pub unmapped: Vec<String>,
    /// The values as moments of the server's clock, if the field is a time.
    pub times: Vec<SystemTime>,
}

/// A field that no member feeds.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Name of the field.
    pub field: &'static str,
    /// JSON types that could feed it.
    pub types: &'static [&'static str],
}

/// Size of the first page of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstPage {
    /// Items asked for.
    pub asked: usize,
    /// Items that arrived.
    pub given: usize,
    /// Items in all, by the header.
    pub total: Option<usize>,
}

/// Items of a first page, and the total that its header states.
type Rows = (Option<usize>, Vec<Map<String, Value>>);

impl CollectionReader {
    /// Examines a list.
    ///
    /// # Errors
    /// See [`Error`].
    pub(in crate::trio) async fn examine(&self, list: &List<'_>) -> Result<Examination, Error> {
        let mapping = self.mapping(list.key.resource)?;
        let (total, mut plain) = self.read_rows(list, ITEMS, None).await?;
        plain.truncate(ITEMS);
        // A server that does not know a name may refuse the whole request; then hidden members stay
        // unknown.
        let mut asked = match self.read_rows(list, ITEMS, Some(mapping.all_member_names())).await {
            Ok((_, rows)) => rows,
            Err(error) if error.is_total() => return Err(error),
            Err(_) => Vec::new(),
        };
        asked.truncate(ITEMS);
        let mut found = examination(mapping, total, &plain, &asked);
        for member in &mut found.members {
            member.times = times(member, self.zone.as_ref());
        }
        Ok(found)
    }

    /// Reads the first page of a list with the configured page size.
    ///
    /// # Errors
    /// See [`Error`].
    pub(in crate::trio) async fn first_page(&self, list: &List<'_>) -> Result<FirstPage, Error> {
        let asked = self.limits.page_size;
        let (total, rows) = self.read_rows(list, asked, None).await?;
        Ok(FirstPage { asked, given: rows.len(), total })
    }

    async fn read_rows(
        &self,
        list: &List<'_>,
        size: usize,
        fields: Option<String>,
    ) -> Result<Rows, Error> {
        let mut url = list.url.clone();
        url.query_pairs_mut().append_pair("page", "1").append_pair("pageSize", &size.to_string());
        if let Some(fields) = fields {
            url.query_pairs_mut().append_pair("fields", &fields);
        }
        let resource = list.key.resource;
        self.connection
            .get(resource, &url, list.endpoints, |answer| {
                let total = Pagination::of_answer(&answer).and_then(|pagination| pagination.total);
                Ok((total, rows(self.connection.json(&answer, resource)?)))
            })
            .await
    }
}

/// Items of an answer, in any envelope (assumption A1).
pub(super) fn rows(body: Value) -> Vec<Map<String, Value>> {
    fn data(object: &mut Map<String, Value>) -> Option<Value> {
        let key = object.keys().find(|key| key.eq_ignore_ascii_case("data"))?.clone();
        object.remove(&key)
    }
    let items = match body {
        Value::Object(mut envelope) => match data(&mut envelope) {
            Some(Value::Array(items)) => items,
            Some(item @ Value::Object(_)) => vec![item],
            Some(_) => Vec::new(),
            None => vec![Value::Object(envelope)],
        },
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    let objects = items.into_iter().filter_map(|item| match item {
        Value::Object(mut item) => match data(&mut item) {
            Some(Value::Object(inner)) => Some(inner),
            _ => Some(item),
        },
        _ => None,
    });
    // Version 8 gives each item links of its own; they are no facts about it.
    let without_links = objects.map(|mut item: Map<String, Value>| {
        item.retain(|name, value| !(name.eq_ignore_ascii_case("links") && value.is_array()));
        item
    });
    without_links.collect()
}

/// Joins both readings to one examination.
fn examination(
    mapping: &Mapping,
    total: Option<usize>,
    plain: &[Map<String, Value>],
    asked: &[Map<String, Value>],
) -> Examination {
    let mut members: Vec<Member> = Vec::new();
    let mut positions: BTreeMap<String, usize> = BTreeMap::new();
    for (rows, only_when_asked) in [(plain, false), (asked, true)] {
        for (name, value) in rows.iter().flatten() {
            let index = *positions.entry(name.clone()).or_insert_with(|| {
                members.push(Member::new(name, only_when_asked));
                members.len() - 1
            });
            members[index].record_value(value);
        }
    }
    let mut missing = Vec::new();
    for (index, (field, mapped)) in mapping.shape.fields.iter().zip(&mapping.fields).enumerate() {
        let rank = |member: &Member| {
            mapping.slot(&member.name).filter(|slot| slot.field == index).map(|slot| slot.rank)
        };
        // Several members may feed one field; the decoder takes the one named first in the
        // dictionary.
        let feeding = members
            .iter_mut()
            .filter(|member| rank(member).is_some())
            .min_by_key(|member| rank(member));
        match feeding {
            Some(member) => {
                let rank = rank(member).unwrap_or_default();
                member.source = Some(mapped.source_of(rank).as_str());
                member.feeds = Some((field.name, mapped.form.as_str()));
                member.unmapped = unmapped(&member.values, mapped.form, &mapped.values);
            }
            // An empty collection lacks nothing that is known: it has no members at all.
            None if field.need != Need::Spare && !plain.is_empty() => {
                missing.push(Missing { field: field.name, types: field.kind.json_types() });
            }
            None => {}
        }
    }
    Examination {
        resource: mapping.shape.resource,
        total,
        looked_at: plain.len(),
        members,
        missing,
    }
}

/// Values of a member that feeds a time, without those that mean "no time" or cannot be read.
fn times(member: &Member, zone: Option<&TimeZone>) -> Vec<SystemTime> {
    let forms = [Form::Timestamp, Form::UnixSeconds, Form::UnixMilliseconds];
    let form =
        forms.into_iter().find(|form| member.feeds.is_some_and(|(_, name)| name == form.as_str()));
    let time = |form: Form, value: &Value| {
        let raw = raw(value)?;
        if raw.is_no_time(form) { None } else { raw.time(form, zone).ok() }
    };
    form.map(|form| member.values.iter().filter_map(|value| time(form, value)).collect())
        .unwrap_or_default()
}

/// Words of an enumeration or a flag that no map holds, each once in any spelling.
fn unmapped(
    values: &[Value],
    form: Form,
    known: &std::collections::HashMap<String, Meaning>,
) -> Vec<String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let is_word = |value: &&Value| match form {
        Form::Enum => !value.is_null(),
        Form::Bool => !value.is_null() && !value.is_boolean(),
        _ => false,
    };
    for word in values.iter().filter(is_word).map(word) {
        let key = normalized(&word);
        if !known.contains_key(&word) && !known.contains_key(&key) {
            found.entry(key).or_insert(word);
        }
    }
    found.into_values().collect()
}

/// Returns a value as a word of a fields file.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // The decoder reads 2.0 as the word 2.
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or(f64::NAN).to_string(),
        other => other.to_string(),
    }
}

impl Member {
    fn new(name: &str, only_when_asked: bool) -> Self {
        Self {
            name: name.to_owned(),
            types: BTreeSet::new(),
            only_when_asked,
            values: Vec::new(),
            feeds: None,
            source: None,
            unmapped: Vec::new(),
            times: Vec::new(),
        }
    }

    fn record_value(&mut self, value: &Value) {
        self.types.insert(match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        });
        if self.values.len() < VALUES && !self.values.contains(value) {
            self.values.push(value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn links_of_items_are_no_members() {
        let body = json!({"links": [], "data": [{"links": [{"rel": "self"}], "id": 1}]});
        let expected = json!([{"id": 1}]);
        assert_eq!(json!(rows(body)), expected);
    }

    use super::*;
    use crate::trio::Dictionary;

    #[test]
    fn items_are_found_in_every_envelope() {
        for body in [
            json!([{"a": 1}]),
            json!({"links": [], "Data": [{"a": 1}]}),
            json!({"data": [{"data": {"a": 1}}]}),
            json!({"data": {"a": 1}}),
            json!({"a": 1}),
        ] {
            let rows = rows(body.clone());
            assert_eq!(rows.len(), 1, "{body}");
            assert_eq!(rows[0]["a"], 1, "{body}");
        }
        for body in [json!(null), json!(5), json!({"data": 5}), json!([1, "x"])] {
            assert!(rows(body.clone()).is_empty(), "{body}");
        }
    }

    #[test]
    fn members_and_missing_fields_are_reported() {
        let dictionary = Dictionary::builtin().expect("valid");
        let mapping = dictionary.mapping(Resource::ServiceState).expect("a mapping");
        let plain = rows(
            json!([{"id": 7, "serviceId": 1, "open": "kanske", "Waiting": 3}, {"serviceId": 2, "open": true}]),
        );
        let asked = rows(json!([{"serviceId": 1, "queueLength": 3}]));
        let found = examination(mapping, Some(2), &plain, &asked);
        let feeds: Vec<_> = found
            .members
            .iter()
            .map(|m| (m.name.as_str(), m.feeds.map(|feeds| feeds.0), m.only_when_asked))
            .collect();
        assert_eq!(
            feeds,
            [
                ("Waiting", None, false),
                ("id", None, false),
                ("open", Some("open"), false),
                ("serviceId", Some("id"), false),
                ("queueLength", Some("queue_length"), true),
            ]
        );
        assert_eq!(found.members[2].unmapped, ["kanske"]);
        let missing: Vec<_> = found.missing.iter().map(|missing| missing.field).collect();
        assert_eq!(
            missing,
            [
                "longest_wait",
                "estimated_wait",
                "agents_logged_on",
                "agents_available",
                "agents_busy"
            ]
        );
    }

    #[test]
    fn empty_collection_has_no_missing_fields() {
        let dictionary = Dictionary::builtin().expect("valid");
        let mapping = dictionary.mapping(Resource::Agents).expect("a mapping");
        assert!(examination(mapping, None, &[], &[]).missing.is_empty());
    }
}
