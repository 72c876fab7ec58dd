//! YAML text as a tree that remembers the position of each key and value, so that all errors of a
//! file are reported at once, each with its line, column and key.
//!
//! The meaning of the keys does not belong here: it belongs to the room that reads the file.

mod file;
mod section;
mod syntax;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

pub use file::FileError;
pub(crate) use file::{LONGEST_DOCUMENT, read_bytes, read_text};
pub use section::{Entry, Section};
pub(crate) use section::{UNQUOTED, unknown};

/// A value and its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Position of the first character of the value.
    pub at: Position,
    /// The value.
    pub value: Value,
}

/// A position in a file. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: u64,
    /// Column.
    pub column: u64,
}

/// A YAML value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A fraction, or a whole number outside `i64`.
    Number(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key and its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Position of the first character of the key.
    pub at: Position,
    /// The key itself.
    pub text: String,
}

/// The errors found in a file: one sentence each, ready to print.
#[derive(Debug, Default)]
pub struct Complaints {
    file: String,
    list: Vec<String>,
}

impl Complaints {
    /// Starts an empty list for the file with this name.
    pub fn about(file: impl Into<String>) -> Self {
        Self { file: file.into(), list: Vec::new() }
    }

    /// Adds an error at `at`. `key` is the full key there; `message` says what is wrong and what to
    /// change.
    pub fn add(&mut self, at: Position, key: &str, message: impl std::fmt::Display) {
        self.add_at(at, format_args!("{key}: {message}"));
    }

    /// Adds an error at `at` that belongs to no key.
    pub fn add_at(&mut self, at: Position, message: impl std::fmt::Display) {
        let Position { line, column } = at;
        self.list.push(format!("{}:{line}:{column}: {message}", self.file));
    }

    /// Adds an error about the file as a whole.
    pub fn add_whole(&mut self, message: impl std::fmt::Display) {
        self.list.push(format!("{}: {message}", self.file));
    }

    /// Appends the errors of another file, which already name that file.
    pub fn extend(&mut self, others: Vec<String>) {
        self.list.extend(others);
    }

    /// Returns all errors in the order in which they were found.
    pub fn into_list(self) -> Vec<String> {
        self.list
    }

    /// Returns the number of errors.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Returns true if no error was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Parses YAML. An empty file is an empty map.
///
/// Returns `None` after adding the syntax error to `complaints`.
pub fn parse(text: &str, complaints: &mut Complaints) -> Option<Node> {
    match serde_saphyr::from_str::<Option<Node>>(text) {
        Ok(Some(node)) => Some(node),
        // An empty file, or comments only: the reader then reports each required key as missing.
        Ok(None) => {
            Some(Node { at: Position { line: 1, column: 1 }, value: Value::Map(Vec::new()) })
        }
        Err(error) => {
            match syntax::describe(&error) {
                (Some(at), message) => complaints.add_at(at, message),
                (None, message) => complaints.add_whole(message),
            }
            None
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { at: position(&spanned), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        Ok(Self { at: position(&spanned), text: spanned.value })
    }
}

fn position<T>(spanned: &Spanned<T>) -> Position {
    // Of an alias the place where it is used, not its anchor: the error names the key that uses it.
    Position { line: spanned.referenced.line(), column: spanned.referenced.column() }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        // No key takes a number above i64::MAX, so a rounded one is enough to report it as too
        // large.
        Ok(i64::try_from(value).map_or(Value::Number(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    // Doubled keys do not arrive here: the parser rejects them with their position.
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_has_its_position() {
        let mut complaints = Complaints::about("a.yml");
        let node = parse("one: 1\ntwo:\n  - x\n  - 2.5\n", &mut complaints).expect("valid");
        let Value::Map(entries) = node.value else { panic!("a map") };
        assert_eq!(entries[1].0, Key { at: Position { line: 2, column: 1 }, text: "two".into() });
        let Value::List(items) = &entries[1].1.value else { panic!("a list") };
        assert_eq!(
            items[1],
            Node { at: Position { line: 4, column: 5 }, value: Value::Number(2.5) }
        );
    }
}
