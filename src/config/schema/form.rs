//! Schemas of the kinds of values that the methods of `yaml::Entry` read.

use std::{ops::RangeInclusive, time::Duration};

use serde_json::{Map, Value, json};

/// A map with known keys.
pub(super) struct Object {
    description: &'static str,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    rules: Map<String, Value>,
}

impl Object {
    pub(super) fn new(description: &'static str) -> Self {
        Self { description, properties: Map::new(), required: Vec::new(), rules: Map::new() }
    }

    /// Adds a key that must be present.
    pub(super) fn required(mut self, key: &'static str, value: Value) -> Self {
        self.required.push(key);
        self.optional_not_null(key, value)
    }

    /// Adds a key that may be missing or null.
    pub(super) fn optional(self, key: &'static str, mut value: Value) -> Self {
        // Each kind of schema lists its alternatives under another key.
        if let Some(Value::Array(choices)) = value.get_mut("anyOf") {
            choices.push(json!({"type": "null"}));
        } else if let Some(Value::Array(words)) = value.get_mut("enum") {
            words.push(Value::Null);
        } else if let Some(form) = value.get_mut("type") {
            match form {
                Value::Array(forms) => forms.push(json!("null")),
                single => *single = json!([single, "null"]),
            }
        }
        self.optional_not_null(key, value)
    }

    /// Adds a key that may be missing, but not null: the reader takes null for a wrong value.
    pub(super) fn optional_not_null(mut self, key: &'static str, value: Value) -> Self {
        self.properties.insert(key.to_owned(), value);
        self
    }

    /// Adds a rule about several keys.
    pub(super) fn rule(mut self, key: &str, rule: Value) -> Self {
        self.rules.insert(key.to_owned(), rule);
        self
    }

    /// Returns the schema of the map.
    pub(super) fn finish(self) -> Value {
        let mut schema = json!({
            "description": self.description,
            "type": "object",
            "properties": self.properties,
            // As the reader does: a misspelt key is an error.
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        for (key, rule) in self.rules {
            schema[key] = rule;
        }
        schema
    }
}

/// Refers to an entry of `definitions`.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// Schema rule: `key` is present and not null.
pub(super) fn requires_value(key: &str) -> Value {
    json!({"required": [key], "properties": {key: {"not": {"type": "null"}}}})
}

/// A text that is not blank; a whole number is taken as one.
pub(super) fn text(about: &str) -> Value {
    json!({"description": about, "type": ["string", "integer"], "pattern": "\\S"})
}

/// A secret: like [`text`], but a number is an error, because YAML changes `007` to 7.
pub(super) fn secret(about: &str) -> Value {
    json!({"description": about, "type": "string", "pattern": "\\S"})
}

/// One of these words.
pub(super) fn words<'w>(
    about: &str,
    words: impl IntoIterator<Item = &'w str>,
    default: Option<&str>,
) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    with_default(json!({"description": about, "enum": words}), default.map(|word| json!(word)))
}

/// A whole number within `bounds`.
pub(super) fn integer(
    about: &str,
    bounds: RangeInclusive<i64>,
    default: Option<impl Into<Number>>,
) -> Value {
    let schema = json!({"description": about, "type": "integer", "minimum": bounds.start(), "maximum": bounds.end()});
    with_default(schema, default.map(|number| json!(number.into().0)))
}

/// A default that is a whole number.
pub(super) struct Number(u64);

impl From<usize> for Number {
    fn from(number: usize) -> Self {
        Self(number as u64)
    }
}

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

/// A share from 0 to 1.
pub(super) fn ratio(about: &str, default: Option<f64>) -> Value {
    let schema = json!({"description": about, "type": "number", "minimum": 0, "maximum": 1});
    with_default(schema, default.map(|share| json!(share)))
}

/// Pattern of a duration, in all forms that the reader takes: `1m30s`, `2 hours`, `PT5S`,
/// `01:30:00`.
// Wider than the reader, which has the last word: an editor must not mark a valid duration.
const DURATION: &str = r"^[^-]*[0-9][^-]*([A-Za-zµ]|:[0-9]{2}([.,][0-9]+)?)\s*$";

/// A duration with its unit.
pub(super) fn duration(about: &str, default: Option<Duration>) -> Value {
    let about = format!("{about} A number with its unit: 500ms, 5s, 2m, 1h.");
    let schema = json!({"description": about, "type": "string", "pattern": DURATION});
    with_default(schema, default.map(|duration| json!(with_unit(duration))))
}

/// Writes a duration with the largest unit that divides it.
fn with_unit(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{}ms", duration.as_millis()),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// A list of `least` to `most` items; a single value counts as a list of one.
pub(super) fn list_of(about: &str, one: &Value, least: usize, most: Option<usize>) -> Value {
    let mut list = json!({"type": "array", "items": one, "minItems": least});
    if let Some(most) = most {
        list["maxItems"] = json!(most);
    }
    json!({"description": about, "anyOf": [list, one]})
}

fn with_default(mut schema: Value, default: Option<Value>) -> Value {
    if let Some(default) = default {
        schema["default"] = default;
    }
    schema
}
