//! Decoding of an answer's bytes into domain items, in one pass and without an intermediate tree.
//!
//! An answer is an envelope of links and data (assumption A1). A bare array or object, and items
//! that are wrapped once more, are accepted too. The meaning of the members is the field
//! dictionary's concern. Here is the page that one answer holds, and the state of decoding it.

pub(in crate::trio) mod envelope;
pub(in crate::trio) mod reader;

use self::reader::{Context, Reader, Words};
use crate::{
    model::Text,
    trio::{
        dictionary::{Slot, value::Raw},
        learned::field_coverage::FieldSeen,
    },
};

/// Items and findings of one answer.
#[derive(Debug)]
pub(in crate::trio) struct Page<T> {
    /// Items that `build` made of the rows.
    pub(in crate::trio) items: Vec<T>,
    /// Rows in the answer, with or without an item.
    pub(in crate::trio) rows: usize,
    /// Findings for each field, in the order of the shape.
    pub(in crate::trio) seen: Vec<FieldSeen>,
    /// Members that feed a field, as the server spells them.
    pub(in crate::trio) members: Vec<Text>,
    /// Services of waiting cases whose rows lack an id.
    pub(in crate::trio) unkeyed: Vec<Text>,
    /// Ids whose text is broken.
    pub(in crate::trio) broken_keys: usize,
}

/// Role of an object's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Field { slot: Slot, spelling: usize },
    Data,
    Other,
}

/// A row while it is read: for each field the value, and the rank and spelling of its member.
type Row<'de> = Vec<(Raw<'de>, usize, usize)>;

/// Decoding state of one answer.
pub(super) struct PageBuilder<'a, 'de, T, F> {
    context: Context<'a>,
    build: F,
    keys: Vec<(Box<str>, Key)>,
    next_key: usize,
    row_keys: usize,
    row: Row<'de>,
    items: Vec<T>,
    rows: usize,
    seen: Vec<FieldSeen>,
    spellings: Vec<Option<usize>>,
    words: Words,
    unkeyed: Vec<Text>,
    broken_keys: usize,
}

/// Keys remembered of one answer; further ones are looked up each time.
// Bounds the memory for an answer with thousands of different keys, such as ids used as member
// names.
const MAX_REMEMBERED_KEYS: usize = 256;

/// Memory of the texts and the key of an item, in bytes.
// Longer texts are as long in the answer, whose size is limited.
const TEXTS_OF_ITEM: usize = 128;

impl<'a, 'de, T, F: Fn(&mut Reader<'_>) -> Option<T>> PageBuilder<'a, 'de, T, F> {
    pub(super) fn new(context: Context<'a>, build: F) -> Self {
        let fields = context.mapping.fields.len() + context.mapping.exported.len();
        Self {
            context,
            build,
            keys: Vec::new(),
            next_key: 0,
            row_keys: 0,
            row: vec![(Raw::Absent, usize::MAX, 0); fields],
            items: Vec::new(),
            rows: 0,
            seen: vec![FieldSeen::default(); fields],
            spellings: vec![None; fields],
            words: Words::default(),
            unkeyed: Vec::new(),
            broken_keys: 0,
        }
    }

    /// Returns the role of the key `name`.
    pub(super) fn key(&mut self, name: &str) -> Key {
        // Items repeat their keys in the same order, so the key after the last one fits nearly
        // always, and one comparison replaces the look-up of the normalised name.
        if let Some((known, key)) = self.keys.get(self.next_key)
            && **known == *name
        {
            self.next_key += 1;
            return *key;
        }
        if let Some(position) = self.keys.iter().position(|(known, _)| **known == *name) {
            self.next_key = position + 1;
            return self.keys[position].1;
        }
        let key = match self.context.mapping.slot(name) {
            Some(slot) => Key::Field { slot, spelling: self.keys.len().min(MAX_REMEMBERED_KEYS) },
            None if name.eq_ignore_ascii_case("data") => Key::Data,
            None => Key::Other,
        };
        if self.keys.len() < MAX_REMEMBERED_KEYS {
            self.keys.push((name.into(), key));
            self.next_key = self.keys.len();
        }
        key
    }

    /// Sets a field of the row, unless a member that is named earlier in the dictionary has set it.
    pub(super) fn set_value(&mut self, slot: Slot, spelling: usize, value: Raw<'de>) {
        let current = &mut self.row[slot.field];
        // The order of the members in the item decides nothing: it differs between servers.
        if slot.rank < current.1 {
            *current = (value, slot.rank, spelling);
        }
    }

    pub(super) fn begin_row(&mut self) {
        // The first row follows the keys of the envelope; later rows begin behind those.
        self.next_key = self.row_keys;
        if self.rows == 0 {
            self.row_keys = self.keys.len();
        }
    }

    /// Returns whether the row holds a member that the dictionary knows.
    pub(super) fn has_known_member(&self) -> bool {
        self.row.iter().any(|(value, _, _)| *value != Raw::Absent)
    }

    /// Makes an item of the row.
    pub(super) fn end_row(&mut self) {
        self.rows += 1;
        for (field, (value, _, spelling)) in self.row.iter().enumerate() {
            if *value != Raw::Absent && self.spellings[field].is_none() {
                self.spellings[field] = Some(*spelling);
            }
        }
        let mut reader = Reader::new(
            &self.context,
            &self.row,
            &mut self.seen,
            &mut self.words,
            &mut self.unkeyed,
            &mut self.broken_keys,
        );
        self.items.extend((self.build)(&mut reader));
        self.clear_row();
    }

    /// Returns whether the items take as much memory as an answer may have.
    pub(super) fn is_full(&self) -> bool {
        // A list that grows holds its items twice for a moment; each has texts of its own, and a key
        // that tells it apart.
        let of_item = 2 * size_of::<T>() + TEXTS_OF_ITEM;
        self.items.len() > self.context.memory / of_item
    }

    pub(super) fn clear_row(&mut self) {
        // Not `fill`, which copies the value for each place and drops it at the end.
        for place in &mut self.row {
            *place = (Raw::Absent, usize::MAX, 0);
        }
    }

    pub(super) fn into_page(mut self) -> Page<T> {
        for (seen, spelling) in self.seen.iter_mut().zip(self.spellings) {
            let known =
                spelling.map(|spelling| self.keys.get(spelling).map_or("", |(name, _)| name));
            seen.member = known.map(Text::from);
        }
        let known = self.keys.iter().filter(|(_, key)| matches!(key, Key::Field { .. }));
        let members = known.map(|(name, _)| Text::from(&**name)).collect();
        let Self { items, rows, seen, unkeyed, broken_keys, .. } = self;
        Page { items, rows, seen, members, unkeyed, broken_keys }
    }
}

#[cfg(test)]
mod tests;
