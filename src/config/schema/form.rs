//! The forms of values, as the methods of `document::Entry` read them.

use std::{ops::RangeInclusive, time::Duration};

use serde_json::{Map, Value, json};

/// A map with known keys.
pub(super) struct Object {
    about: &'static str,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    also: Map<String, Value>,
}

impl Object {
    pub(super) fn new(about: &'static str) -> Self {
        Self { about, properties: Map::new(), required: Vec::new(), also: Map::new() }
    }

    /// A key that must be there.
    pub(super) fn required(mut self, key: &'static str, value: Value) -> Self {
        self.required.push(key);
        self.given(key, value)
    }

    /// A key that may be left out, or have no value.
    pub(super) fn optional(self, key: &'static str, mut value: Value) -> Self {
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
        self.given(key, value)
    }

    /// A key that may be left out, but has a value if it is there.
    pub(super) fn given(mut self, key: &'static str, value: Value) -> Self {
        self.properties.insert(key.to_owned(), value);
        self
    }

    /// A rule about several keys.
    pub(super) fn also(mut self, key: &str, rule: Value) -> Self {
        self.also.insert(key.to_owned(), rule);
        self
    }

    pub(super) fn finish(self) -> Value {
        let mut schema = json!({
            "description": self.about,
            "type": "object",
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        for (key, rule) in self.also {
            schema[key] = rule;
        }
        schema
    }
}

/// What stands among the definitions.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// That `key` has a value.
pub(super) fn has(key: &str) -> Value {
    json!({"required": [key], "properties": {key: {"not": {"type": "null"}}}})
}

/// A text; a whole number is taken as one.
pub(super) fn text(about: &str) -> Value {
    json!({"description": about, "type": ["string", "integer"], "pattern": "\\S"})
}

/// A text that YAML may make nothing else of.
pub(super) fn secret(about: &str) -> Value {
    json!({"description": about, "type": "string", "pattern": "\\S"})
}

pub(super) fn words<'w>(
    about: &str,
    words: impl IntoIterator<Item = &'w str>,
    default: Option<&str>,
) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    with_default(json!({"description": about, "enum": words}), default.map(|word| json!(word)))
}

pub(super) fn integer(about: &str, bounds: RangeInclusive<i64>, default: Option<impl Into<Number>>) -> Value {
    let schema =
        json!({"description": about, "type": "integer", "minimum": bounds.start(), "maximum": bounds.end()});
    with_default(schema, default.map(|number| json!(number.into().0)))
}

/// A number that is written as it is.
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

pub(super) fn ratio(about: &str, default: Option<f64>) -> Value {
    let schema = json!({"description": about, "type": "number", "minimum": 0, "maximum": 1});
    with_default(schema, default.map(|share| json!(share)))
}

/// Numbers with units, in any of the ways that the reader takes: `1m30s`, `2 hours`, `PT5S`, `01:30:00`.
const DURATION: &str = r"^[^-]*[0-9][^-]*([A-Za-zµ]|:[0-9]{2}([.,][0-9]+)?)\s*$";

pub(super) fn duration(about: &str, default: Option<Duration>) -> Value {
    let about = format!("{about} A number with its unit: 500ms, 5s, 2m, 1h.");
    let schema = json!({"description": about, "type": "string", "pattern": DURATION});
    with_default(schema, default.map(|duration| json!(in_words(duration))))
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{}ms", duration.as_millis()),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// A list of `least` to `most`; a single value counts as a list of one.
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
