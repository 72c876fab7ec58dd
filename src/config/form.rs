//! The form of a value: its JSON Schema, and its rows in the tables of the documents.

use serde_json::{Map, Value, json};

/// The allowed values of a key.
pub(super) struct Form {
    /// JSON Schema of a value.
    pub(super) schema: Value,
    /// The same in words, for the documents.
    pub(super) values: String,
    /// The keys in a value, if it holds maps; each `key` is what follows the name of this one.
    pub(super) rows: Vec<KeyRow>,
}

/// Description of one key, for the documents.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    /// The full key; `[]` is any place of a list, and a word in capitals any word of a closed set.
    pub key: String,
    /// The default as it is written in a file; empty if there is none.
    pub default: String,
    /// The allowed values.
    pub values: String,
    /// The meaning, in one sentence or two.
    pub meaning: String,
}

impl Form {
    /// Form of a value that holds no map.
    pub(super) fn new(values: impl Into<String>, schema: Value) -> Self {
        Self { schema, values: values.into(), rows: Vec::new() }
    }

    /// Returns the rows of a key of this form, called `name`: its own and those of the keys in it.
    /// Without a meaning of its own the key has that of its form.
    pub(super) fn rows_below(&self, name: &str, default: &str, about: &str) -> Vec<KeyRow> {
        let of_form = || self.schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let about = if about.is_empty() { of_form() } else { about };
        let own = KeyRow {
            key: name.to_owned(),
            default: default.to_owned(),
            values: self.values.clone(),
            meaning: about.to_owned(),
        };
        let below = self.rows.iter().cloned();
        let below = below.map(|row| KeyRow { key: format!("{name}{}", row.key), ..row });
        std::iter::once(own).chain(below).collect()
    }

    /// Returns the rows of a whole file.
    pub(super) fn into_rows(self) -> Vec<KeyRow> {
        let rows = self.rows.into_iter();
        rows.map(|row| KeyRow { key: row.key.trim_start_matches('.').to_owned(), ..row }).collect()
    }
}

/// Returns the schema of a map with these keys and no others.
pub(super) fn map_schema(properties: &Map<String, Value>) -> Value {
    // As the reader does: a misspelt key is an error.
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// Returns a schema with `about` before its own description.
pub(super) fn described(about: &str, mut schema: Value) -> Value {
    let own = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = format!("{about} {own}");
    if !description.trim().is_empty() {
        schema["description"] = json!(description.trim());
    }
    schema
}

/// Returns a schema that also allows null: `key:` is a key whose value was commented out.
pub(super) fn or_null(mut schema: Value) -> Value {
    // Each kind of schema lists its alternatives under another key.
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.push(json!({"type": "null"}));
    } else if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    } else if let Some(form) = schema.get_mut("type") {
        match form {
            Value::Array(forms) => forms.push(json!("null")),
            single => *single = json!([single, "null"]),
        }
    }
    schema
}

/// Schema rule: `key` is present and not null.
pub(super) fn requires_value(key: &str) -> Value {
    json!({"required": [key], "properties": {key: {"not": {"type": "null"}}}})
}
