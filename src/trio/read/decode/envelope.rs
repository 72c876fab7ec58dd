//! The envelope of an answer: links and data, or a bare array or object.
//!
//! The seeds of serde stream the answer: no tree is built, and members that feed no field are
//! skipped unparsed. docs/dev/measured.md has the cost.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    Key, Page, PageBuilder,
    reader::{Context, Reader},
};
use crate::trio::{
    dictionary::value::Raw,
    wire::repair::{BROKEN, repaired},
};

/// Decodes the items of a collection, or the single item of an answer. `build` makes a domain item
/// of a row, or returns `None` if the row lacks its id.
///
/// # Errors
/// A sentence about the JSON that cannot be read.
pub(in crate::trio) fn items<'a, T>(
    body: &'a [u8],
    context: Context<'a>,
    build: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> Result<Page<T>, String> {
    let strict = |body: &[u8]| {
        let mut page = PageBuilder::new(context, &build);
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        Envelope(&mut page).deserialize(&mut deserializer)?;
        // An answer with bytes behind its document is not what the API describes: no part of it is
        // used.
        deserializer.end()?;
        Ok::<_, serde_json::Error>(page.into_page())
    };
    // Repaired only after a failure: nearly all answers are what they claim to be.
    strict(body).or_else(|error| {
        // The repaired copy needs as much memory as the body.
        let has_room = body.len() <= context.memory.max(ALWAYS_REPAIRED);
        let copy = has_room.then(|| repaired(body, 0)).flatten();
        let page = copy.and_then(|body| strict(&body).ok());
        page.ok_or_else(|| error.to_string())
    })
}

/// Size up to which an answer is repaired even if the memory limit is smaller, in bytes.
// A body may grow to this size without the target's permit for large bodies.
const ALWAYS_REPAIRED: usize = 8 << 20;
/// Problem of a list whose items take too much memory.
const TOO_MANY_ROWS: &str = "its rows take more memory than limits.body_mib allows";

/// The whole answer.
struct Envelope<'p, 'a, 'de, T, F>(&'p mut PageBuilder<'a, 'de, T, F>);

/// The data collection: a list of rows, or a single row.
struct Data<'p, 'a, 'de, T, F>(&'p mut PageBuilder<'a, 'de, T, F>);

/// One row of the collection.
struct Row<'p, 'a, 'de, T, F>(&'p mut PageBuilder<'a, 'de, T, F>);

/// The members of a row that is wrapped once more: `{"data": {…}}`.
struct WrappedRow<'p, 'a, 'de, T, F>(&'p mut PageBuilder<'a, 'de, T, F>);

/// A key of an object.
struct KeySeed<'p, 'a, 'de, T, F>(&'p mut PageBuilder<'a, 'de, T, F>);

// No document says if an item comes alone or in a list, so its type in the answer decides
// (`deserialize_any`).
macro_rules! seed_through_any {
    ($name:ident => $value:ty) => {
        impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> DeserializeSeed<'de>
            for $name<'_, '_, 'de, T, F>
        {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<$value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}

seed_through_any!(Envelope => ());
seed_through_any!(Data => ());
seed_through_any!(Row => ());
seed_through_any!(WrappedRow => ());

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for Envelope<'_, '_, 'de, T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object with a data collection, or a list")
    }

    // Some serializers write an empty collection as a bare `null`.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        Data(self.0).visit_seq(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut has_data = false;
        while let Some(key) = entries.next_key_seed(KeySeed(self.0))? {
            match key {
                Key::Data => {
                    has_data = true;
                    // Members of the envelope, such as an `id` of its own, were kept because the
                    // answer could be a bare object. It is none, so they are dropped.
                    self.0.clear_row();
                    entries.next_value_seed(Data(self.0))?;
                }
                // Without a data collection these are the members of a bare object.
                Key::Field { slot, spelling } if !has_data => {
                    let value = entries.next_value_seed(RawSeed)?;
                    self.0.set_value(slot, spelling, value);
                }
                Key::Field { .. } | Key::Other => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        if has_data {
            return Ok(());
        }
        // An error document is a valid JSON object, too: taken as a row it would be an item without
        // an id.
        if !self.0.has_known_member() {
            return Err(A::Error::custom(
                "there is no data collection, and no member that the field dictionary knows",
            ));
        }
        self.0.end_row();
        Ok(())
    }
}

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for Data<'_, '_, 'de, T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a list of items, or one item")
    }

    // `"data": null` is how some serializers write an empty collection.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(Row(self.0))?.is_some() {
            // Rows of a few bytes become items of some hundred: an answer within its limit could
            // still fill the memory.
            if self.0.is_full() {
                return Err(A::Error::custom(TOO_MANY_ROWS));
            }
        }
        Ok(())
    }

    // A single resource may come without the list around it.
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        Row(self.0).visit_map(entries)
    }
}

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for Row<'_, '_, 'de, T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an item that is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        self.0.begin_row();
        members(self.0, entries)?;
        self.0.end_row();
        Ok(())
    }
}

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for WrappedRow<'_, '_, 'de, T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the item's own object")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    // A row may have a member of its own that is called `data` and holds anything: it is skipped.
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        members(self.0, entries)
    }
}

/// Reads the members of a row into `page`.
fn members<'de, T, F, A>(
    page: &mut PageBuilder<'_, 'de, T, F>,
    mut entries: A,
) -> Result<(), A::Error>
where
    F: Fn(&mut Reader<'_>) -> Option<T>,
    A: MapAccess<'de>,
{
    while let Some(key) = entries.next_key_seed(KeySeed(page))? {
        match key {
            Key::Field { slot, spelling } => {
                let value = entries.next_value_seed(RawSeed)?;
                page.set_value(slot, spelling, value);
            }
            Key::Data => entries.next_value_seed(WrappedRow(page))?,
            Key::Other => drop(entries.next_value::<IgnoredAny>()?),
        }
    }
    Ok(())
}

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> DeserializeSeed<'de>
    for KeySeed<'_, '_, 'de, T, F>
{
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for KeySeed<'_, '_, 'de, T, F> {
    type Value = Key;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(self.0.key(name))
    }
}

/// Returns whether the repair of the answer has marked this text.
fn is_broken(text: &str) -> bool {
    // Nearly each text is ASCII, and a search in each takes longer than reading it.
    !text.is_ascii() && text.contains(BROKEN)
}

/// Reads a member's value, borrowed from the answer where possible; objects are skipped.
#[derive(Clone, Copy)]
struct RawSeed;

impl<'de> DeserializeSeed<'de> for RawSeed {
    type Value = Raw<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RawSeed {
    type Value = Raw<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw<'de>, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw<'de>, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw<'de>, E> {
        // Ids above the range of i64 would lose digits as floats; documented ids are smaller.
        Ok(i64::try_from(value).map_or(Raw::Number(value as f64), Raw::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw<'de>, E> {
        Ok(Raw::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw<'de>, E> {
        Ok(if is_broken(value) { Raw::Broken } else { Raw::Text(Cow::Owned(value.to_owned())) })
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Raw<'de>, E> {
        Ok(if is_broken(value) { Raw::Broken } else { Raw::Text(Cow::Borrowed(value)) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Raw<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element_seed(Self)? {
            // No documented member holds lists of lists. An inner list is parsed and dropped, so
            // the value that stays has a depth of two; serde_json bounds the recursion.
            list.push(if matches!(value, Raw::List(_)) { Raw::Other } else { value });
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Raw::Other)
    }
}
