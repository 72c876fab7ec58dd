//! Configuration keys: a reader names each key once, with its kind of value, its default and its
//! meaning.
//!
//! The same reader describes its keys: it reads a map without any key, and what it asks for is
//! recorded. The schema and the tables of docs/configuration.md are made of that record. So a
//! reader must ask for all its keys before it gives up because of one of them.

use std::fmt::Display;

use serde_json::{Map, Value, json};

use super::{
    form::{Form, KeyRow, described, map_schema, or_null},
    kinds::Kind,
};
use crate::yaml::{Complaints, Entry, Section};

/// A map of the configuration, read key by key.
pub(super) struct Keys<'y, 'c> {
    section: Section<'y>,
    complaints: &'c mut Complaints,
    /// The keys that were asked for; `None` unless they are described.
    record: Option<Record>,
    /// True once keys that were not asked for have been reported.
    is_finished: bool,
}

/// The declared keys of a map.
#[derive(Default)]
struct Record {
    rows: Vec<KeyRow>,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    rules: Map<String, Value>,
}

impl<'y> Keys<'y, '_> {
    /// Reads the map in `entry`. Keys that `read` does not ask for are reported.
    pub(super) fn read<T>(
        entry: &Entry<'_>,
        complaints: &mut Complaints,
        read: impl FnOnce(&mut Keys<'_, '_>) -> T,
    ) -> T {
        Keys::within(entry.section(complaints), complaints, None, read).0
    }

    /// Returns the form of the map that `read` reads.
    pub(super) fn describe<T>(about: &str, read: impl FnOnce(&mut Keys<'_, '_>) -> T) -> Form {
        let (section, mut complaints) = (Section::default(), Complaints::default());
        let record = Keys::within(section, &mut complaints, Some(Record::default()), read).1;
        let mut form = record.unwrap_or_default().into_form();
        form.schema["description"] = json!(about);
        form
    }

    fn within<'s, T>(
        section: Section<'s>,
        complaints: &mut Complaints,
        record: Option<Record>,
        read: impl FnOnce(&mut Keys<'s, '_>) -> T,
    ) -> (T, Option<Record>) {
        let mut keys = Keys { section, complaints, record, is_finished: false };
        let value = read(&mut keys);
        keys.report_unknown();
        (value, keys.record)
    }

    /// Returns the value of `name`, or `default` if it is missing or wrong.
    pub(super) fn value<K: Kind>(
        &mut self,
        name: &'static str,
        kind: K,
        default: K::Value,
        about: &str,
    ) -> K::Value
    where
        K::Value: Clone,
    {
        self.given(name, kind, Some(&default), about).unwrap_or(default)
    }

    /// Returns the value of `name`; `None` if it is missing or wrong. `default` is the value that
    /// has the same effect as a missing key, if there is one: it is only described.
    pub(super) fn given<K: Kind>(
        &mut self,
        name: &'static str,
        mut kind: K,
        default: Option<&K::Value>,
        about: &str,
    ) -> Option<K::Value> {
        let entry = self.entry(name, &mut kind, default, about)?;
        kind.read(&entry, self.complaints)
    }

    /// Returns the value of `name`, which must be present: if it is missing, `message` is reported.
    pub(super) fn required<K: Kind>(
        &mut self,
        name: &'static str,
        mut kind: K,
        message: &str,
        about: &str,
    ) -> Option<K::Value> {
        if let Some(record) = &mut self.record {
            record.required.push(name);
        }
        let entry = self.entry(name, &mut kind, None, about);
        if entry.is_none() {
            self.wrong_key(name, message);
        }
        kind.read(&entry?, self.complaints)
    }

    /// Reads the map `name`. A missing one is read like an empty one, so that `read` alone knows
    /// the defaults.
    pub(super) fn map<T>(
        &mut self,
        name: &'static str,
        about: &str,
        read: impl FnOnce(&mut Keys<'y, '_>) -> T,
    ) -> T {
        let section = match self.section.get(name) {
            Some(entry) => entry.section(self.complaints),
            None => self.section.absent(name),
        };
        let below = self.record.is_some().then(Record::default);
        let (value, below) = Keys::within(section, self.complaints, below, read);
        if let Some((record, below)) = self.record.as_mut().zip(below) {
            record.add(name, None, about, below.into_form());
        }
        value
    }

    /// Returns the value of `name` as it is in the file, for keys that are read together.
    pub(super) fn entry<K: Kind>(
        &mut self,
        name: &'static str,
        kind: &mut K,
        default: Option<&K::Value>,
        about: &str,
    ) -> Option<Entry<'y>> {
        if let Some(record) = &mut self.record {
            record.add(name, default.map(|default| kind.written(default)), about, kind.form());
        }
        self.section.get(name)
    }

    /// Adds a rule about several keys to the schema; the reader checks it itself.
    pub(super) fn rule(&mut self, keyword: &str, rule: Value) {
        let Some(Record { rules, .. }) = &mut self.record else { return };
        match (rules.get_mut(keyword), rule) {
            (Some(Value::Array(rules)), Value::Array(rule)) => rules.extend(rule),
            (_, rule) => drop(rules.insert(keyword.to_owned(), rule)),
        }
    }

    /// Reports keys that were not asked for, once. Call it earlier than at the end of the map only
    /// to know all its errors.
    pub(super) fn report_unknown(&mut self) {
        if !std::mem::replace(&mut self.is_finished, true) {
            self.section.finish(self.complaints);
        }
    }

    /// Reports an error about the map as a whole.
    pub(super) fn wrong(&mut self, message: impl Display) {
        self.section.wrong(self.complaints, message);
    }

    /// Reports an error about a key that need not be in the file.
    pub(super) fn wrong_key(&mut self, name: &str, message: impl Display) {
        self.complaints.add(self.section.position(), &self.path_of(name), message);
    }

    /// Returns the full key of `name`.
    pub(super) fn path_of(&self, name: &str) -> String {
        self.section.path_of(name)
    }

    /// Returns the list of errors, for those that are not about this map.
    pub(super) fn complaints(&mut self) -> &mut Complaints {
        self.complaints
    }
}

impl Record {
    fn add(&mut self, name: &str, default: Option<Value>, about: &str, form: Form) {
        let written = match &default {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        self.rows.extend(form.rows_below(name, &written, about));
        let mut schema = described(about, form.schema);
        if let Some(default) = default {
            schema["default"] = default;
        }
        // A required key without a value is missing.
        let schema = if self.required.contains(&name) { schema } else { or_null(schema) };
        self.properties.insert(name.to_owned(), schema);
    }

    fn into_form(self) -> Form {
        let mut schema = map_schema(&self.properties);
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        for (keyword, rule) in self.rules {
            schema[keyword] = rule;
        }
        let below = |row: KeyRow| KeyRow { key: format!(".{}", row.key), ..row };
        Form { schema, values: "map".to_owned(), rows: self.rows.into_iter().map(below).collect() }
    }
}

/// A map that `read` reads; see [`map_of`].
pub(super) struct MapOf<F> {
    about: &'static str,
    read: F,
}

/// A map of known keys, as an item of a list or as one of several kinds of values.
pub(super) fn map_of<T, F: FnMut(&mut Keys<'_, '_>) -> T>(
    about: &'static str,
    read: F,
) -> MapOf<F> {
    MapOf { about, read }
}

impl<T, F: FnMut(&mut Keys<'_, '_>) -> T> Kind for MapOf<F> {
    type Value = T;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<T> {
        Some(Keys::read(entry, complaints, &mut self.read))
    }

    fn form(&mut self) -> Form {
        Keys::describe(self.about, &mut self.read)
    }
}
