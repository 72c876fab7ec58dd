//! YAML text as a tree that remembers where everything stands, so that every error of a file can be
//! reported at once, each with its line, column and key.
//!
//! What the keys mean belongs to the room whose file it is.

mod file;
mod section;
mod syntax;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

pub(crate) use file::{LONGEST_DOCUMENT, read_bytes, read_text};
pub use section::{Entry, Section};
pub(crate) use section::{UNQUOTED, unknown};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value begins.
    pub at: Position,
    /// The value.
    pub value: Value,
}

/// A place in a file, counted from 1.
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
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Where the key begins.
    pub at: Position,
    /// Its text.
    pub text: String,
}

/// What is wrong with a file: one sentence an error, ready to print.
#[derive(Debug, Default)]
pub struct Complaints {
    file: String,
    list: Vec<String>,
}

impl Complaints {
    /// No complaints yet about the file called `file`.
    pub fn about(file: impl Into<String>) -> Self {
        Self { file: file.into(), list: Vec::new() }
    }

    /// Something is wrong at `at`; `key` is the full key there, `message` says what, and what to do.
    pub fn add(&mut self, at: Position, key: &str, message: impl std::fmt::Display) {
        self.add_at(at, format_args!("{key}: {message}"));
    }

    /// Something is wrong at `at`, whatever the key there.
    pub fn add_at(&mut self, at: Position, message: impl std::fmt::Display) {
        let Position { line, column } = at;
        self.list.push(format!("{}:{line}:{column}: {message}", self.file));
    }

    /// Something is wrong with the file as a whole.
    pub fn add_whole(&mut self, message: impl std::fmt::Display) {
        self.list.push(format!("{}: {message}", self.file));
    }

    /// Takes over the complaints about another file.
    pub fn extend(&mut self, others: Vec<String>) {
        self.list.extend(others);
    }

    /// All complaints, or none.
    pub fn into_list(self) -> Vec<String> {
        self.list
    }

    /// How many complaints there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether there is nothing to complain about.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Reads YAML. An empty file is an empty map.
pub fn parse(text: &str, complaints: &mut Complaints) -> Option<Node> {
    match serde_saphyr::from_str::<Option<Node>>(text) {
        Ok(Some(node)) => Some(node),
        Ok(None) => Some(Node { at: Position { line: 1, column: 1 }, value: Value::Map(Vec::new()) }),
        Err(error) => {
            match syntax::mistake(&error) {
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
    fn every_value_and_key_knows_its_place() {
        let mut complaints = Complaints::about("a.yml");
        let node = parse("one: 1\ntwo:\n  - x\n  - 2.5\n", &mut complaints).expect("valid");
        let Value::Map(entries) = node.value else { panic!("a map") };
        assert_eq!(entries[1].0, Key { at: Position { line: 2, column: 1 }, text: "two".into() });
        let Value::List(items) = &entries[1].1.value else { panic!("a list") };
        assert_eq!(items[1], Node { at: Position { line: 4, column: 5 }, value: Value::Number(2.5) });
    }
}
