//! The envelope of an answer: links and data, or a bare array or object.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    page::{Key, Pass},
    raw::RawSeed,
    reader::Reader,
};

/// The answer as a whole.
pub(super) struct Envelope<'p, 'a, 'de, T, F>(pub(super) &'p mut Pass<'a, 'de, T, F>);

/// The data collection: a list of rows, or one row.
struct Data<'p, 'a, 'de, T, F>(&'p mut Pass<'a, 'de, T, F>);

/// One row of the collection.
struct Row<'p, 'a, 'de, T, F>(&'p mut Pass<'a, 'de, T, F>);

/// The members of a row that stand one level deeper.
struct Inner<'p, 'a, 'de, T, F>(&'p mut Pass<'a, 'de, T, F>);

/// A key of an object.
struct Name<'p, 'a, 'de, T, F>(&'p mut Pass<'a, 'de, T, F>);

macro_rules! seed_through_any {
    ($name:ident => $value:ty) => {
        impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> DeserializeSeed<'de> for $name<'_, '_, 'de, T, F> {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}

seed_through_any!(Envelope => ());
seed_through_any!(Data => ());
seed_through_any!(Row => ());
seed_through_any!(Inner => ());

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for Envelope<'_, '_, 'de, T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object with a data collection, or a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        Data(self.0).visit_seq(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut has_data = false;
        while let Some(key) = entries.next_key_seed(Name(self.0))? {
            match key {
                Key::Data => {
                    has_data = true;
                    self.0.clear_row();
                    entries.next_value_seed(Data(self.0))?;
                }
                Key::Field { slot, spelling } if !has_data => {
                    let value = entries.next_value_seed(RawSeed)?;
                    self.0.keep(slot, spelling, value);
                }
                Key::Field { .. } | Key::Other => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        if has_data {
            return Ok(());
        }
        if !self.0.row_is_known() {
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

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(Row(self.0))?.is_some() {}
        Ok(())
    }

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

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for Inner<'_, '_, 'de, T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the item's own object")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

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

fn members<'de, T, F, A>(pass: &mut Pass<'_, 'de, T, F>, mut entries: A) -> Result<(), A::Error>
where
    F: Fn(&mut Reader<'_>) -> Option<T>,
    A: MapAccess<'de>,
{
    while let Some(key) = entries.next_key_seed(Name(pass))? {
        match key {
            Key::Field { slot, spelling } => {
                let value = entries.next_value_seed(RawSeed)?;
                pass.keep(slot, spelling, value);
            }
            Key::Data => entries.next_value_seed(Inner(pass))?,
            Key::Other => drop(entries.next_value::<IgnoredAny>()?),
        }
    }
    Ok(())
}

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> DeserializeSeed<'de> for Name<'_, '_, 'de, T, F> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> Visitor<'de> for Name<'_, '_, 'de, T, F> {
    type Value = Key;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(self.0.key(name))
    }
}
