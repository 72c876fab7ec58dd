//! Number of rows in an answer, without building anything of it but the lists that are counted.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::{model::Resource, trio::wire::repair::repaired};

/// Rows of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) struct CountedRows {
    pub(in crate::trio) rows: usize,
    /// The rows are those of a list inside the single item, which the header does not count.
    pub(in crate::trio) nested: bool,
    /// Hash of the data; pages with the same hash are the same page.
    // The data only: an envelope may hold a time or a link with the page's number.
    pub(in crate::trio) hash: u64,
}

/// Levels of `data` in which a list is searched.
// As in other answers with a single item.
const MAX_LEVELS: usize = 3;

/// Counts the rows of an answer: in an envelope, or bare. `Ok(None)` if there is no data collection.
///
/// # Errors
/// A sentence about the JSON that cannot be read.
pub(in crate::trio) fn count_rows(
    resource: Resource,
    body: &[u8],
) -> Result<Option<CountedRows>, String> {
    let strict = |body: &[u8]| {
        let mut hasher = DefaultHasher::new();
        let mut json = serde_json::Deserializer::from_slice(body);
        let data = EnvelopeSeed(&mut hasher).deserialize(&mut json)?;
        json.end()?;
        Ok::<_, serde_json::Error>((data, hasher.finish()))
    };
    let (data, hash) = strict(body).or_else(|error| {
        let repaired = repaired(body, 0).and_then(|body| strict(&body).ok());
        repaired.ok_or_else(|| error.to_string())
    })?;
    let Some(data) = data else { return Ok(None) };
    let nested = nested_rows(resource, &data);
    let rows = nested.unwrap_or(match &data {
        Node::List { length, .. } => *length,
        // A single item may come without a list around it.
        Node::Object { is_empty, .. } => usize::from(!is_empty),
        Node::Other => 0,
    });
    Ok(Some(CountedRows { rows, nested: nested.is_some(), hash }))
}

/// Number of rows inside the single item of an answer about rights: `Groups`, or the `Items` of all
/// `Subsystems`. `None` if there is no such list.
// The help shows the items of `security` as lists inside of one item. Only these names are counted:
// any other list in the item may be something else, such as its links.
fn nested_rows(resource: Resource, data: &Node) -> Option<usize> {
    let rows = |node: &Node| match node {
        Node::List { length, .. } => Some(*length),
        _ => None,
    };
    match resource {
        Resource::SecurityGroups => rows(data.member_of_single(Name::Groups)?),
        Resource::SecurityAgents | Resource::SecurityServices => {
            let Node::List { kept, .. } = data.member_of_single(Name::Subsystems)? else {
                return None;
            };
            let items = kept.iter().filter_map(|subsystem| subsystem.member_of_single(Name::Items));
            items.map(rows).sum()
        }
        _ => None,
    }
}

/// Part of an answer, as far as counting needs it.
#[derive(Debug)]
enum Node {
    Other,
    List {
        length: usize,
        /// The elements in which a list with a known name may be.
        kept: Vec<Node>,
    },
    Object {
        is_empty: bool,
        members: Vec<(Name, Node)>,
    },
}

/// Names of members below which rows are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Data,
    Groups,
    Subsystems,
    Items,
}

impl Name {
    /// Returns the name that a key has, in any case, with or without `_` and `-`.
    fn of(key: &str) -> Option<Self> {
        Some(match &*key.replace(['_', '-'], "").to_lowercase() {
            "data" => Self::Data,
            "groups" => Self::Groups,
            "subsystems" => Self::Subsystems,
            "items" => Self::Items,
            _ => return None,
        })
    }
}

impl Node {
    /// Returns the member of the single item. A list of several items is no single item.
    fn member_of_single(&self, name: Name) -> Option<&Self> {
        let mut item = Some(self);
        for _ in 0..MAX_LEVELS {
            let object = match item? {
                Self::List { length: 1, kept } => kept.first()?,
                item => item,
            };
            if let Some(found) = object.member(name) {
                return Some(found);
            }
            item = object.member(Name::Data);
        }
        None
    }

    fn member(&self, name: Name) -> Option<&Self> {
        let Self::Object { members, .. } = self else { return None };
        members.iter().find(|(of, _)| *of == name).map(|(_, node)| node)
    }
}

/// Finds the data of the whole answer; `None` if there is none.
struct EnvelopeSeed<'h>(&'h mut DefaultHasher);

impl<'de> DeserializeSeed<'de> for EnvelopeSeed<'_> {
    type Value = Option<Node>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for EnvelopeSeed<'_> {
    type Value = Option<Node>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object with a data collection, or a list")
    }

    // Some serializers write an empty collection as a bare `null`.
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Node::Other))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Self::Value, A::Error> {
        NodeSeed(self.0).visit_seq(values).map(Some)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut data = None;
        while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
            if key.eq_ignore_ascii_case("data") && data.is_none() {
                data = Some(entries.next_value_seed(NodeSeed(self.0))?);
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(data)
    }
}

/// Hashes a value and keeps what may hold a list to be counted.
struct NodeSeed<'h>(&'h mut DefaultHasher);

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        0_u8.hash(self.0);
        Ok(Node::Other)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        (1_u8, value).hash(self.0);
        Ok(Node::Other)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        (2_u8, value).hash(self.0);
        Ok(Node::Other)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        (3_u8, value).hash(self.0);
        Ok(Node::Other)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        (4_u8, value.to_bits()).hash(self.0);
        Ok(Node::Other)
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        (5_u8, value).hash(self.0);
        Ok(Node::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Node, A::Error> {
        6_u8.hash(self.0);
        let (mut length, mut kept) = (0, Vec::new());
        while let Some(node) = values.next_element_seed(NodeSeed(self.0))? {
            length += 1;
            let is_kept = match &node {
                Node::Other => false,
                Node::List { kept, .. } => !kept.is_empty(),
                Node::Object { members, .. } => !members.is_empty(),
            };
            kept.extend(is_kept.then_some(node));
        }
        length.hash(self.0);
        Ok(Node::List { length, kept })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        7_u8.hash(self.0);
        let (mut is_empty, mut members) = (true, Vec::new());
        while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
            is_empty = false;
            key.hash(self.0);
            let node = entries.next_value_seed(NodeSeed(self.0))?;
            members.extend(Name::of(&key).map(|name| (name, node)));
        }
        Ok(Node::Object { is_empty, members })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn rows(resource: Resource, body: &str) -> Option<(usize, bool)> {
        let counted = count_rows(resource, body.as_bytes()).expect("JSON");
        counted.map(|counted| (counted.rows, counted.nested))
    }

    #[test]
    fn rows_are_counted_in_every_envelope() {
        for (body, expected) in [
            ("[]", Some((0, false))),
            ("null", Some((0, false))),
            (r#"{"data":null}"#, Some((0, false))),
            (r#"[{"a":1},{}]"#, Some((2, false))),
            (r#"{"links":[1,2,3],"Data":[{"a":[1]},{"a":2}]}"#, Some((2, false))),
            (r#"{"data":{"a":1}}"#, Some((1, false))),
            (r#"{"data":{}}"#, Some((0, false))),
            (r#"{"data":[{"name":"\ud83d"}]}"#, Some((1, false))),
            (r#"{"a":1}"#, None),
        ] {
            assert_eq!(rows(Resource::Roles, body), expected, "{body}");
        }
        assert!(count_rows(Resource::Roles, b"[1").is_err());
        assert!(count_rows(Resource::Roles, b"[1]x").is_err());
    }

    #[test]
    fn lists_of_rights_are_counted_inside_their_item() {
        for (resource, body, expected) in [
            (Resource::SecurityGroups, r#"{"data":[{"Groups":[1,2]}]}"#, (2, true)),
            (Resource::SecurityGroups, r#"{"data":[{"data":{"groups":[]}}]}"#, (0, true)),
            (Resource::SecurityGroups, r#"{"data":[{"groups":[1]},{"groups":[2]}]}"#, (2, false)),
            (
                Resource::SecurityAgents,
                r#"{"data":[{"subsystems":[{"items":[1,2]},{"x":1},{"Items":[{"id":3}]}]}]}"#,
                (3, true),
            ),
            (Resource::SecurityAgents, r#"{"data":[{"subsystems":[{"items":5}]}]}"#, (1, false)),
            (Resource::Roles, r#"{"data":[{"groups":[1,2]}]}"#, (1, false)),
        ] {
            assert_eq!(rows(resource, body), Some(expected), "{body}");
        }
    }

    #[test]
    fn only_the_data_decides_if_pages_are_the_same() {
        let hash = |body: &str| {
            count_rows(Resource::Roles, body.as_bytes()).expect("JSON").expect("data").hash
        };
        assert_eq!(hash(r#"{"page":1,"data":[{"a":1}]}"#), hash(r#"{"page":2,"data":[{"a":1}]}"#));
        for other in [r#"{"data":[{"a":2}]}"#, r#"{"data":[{"b":1}]}"#, r#"{"data":[[{"a":1}]]}"#] {
            assert_ne!(hash(r#"{"data":[{"a":1}]}"#), hash(other), "{other}");
        }
    }
}
