//! Rows of an answer, in any envelope.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Rows of an answer, if it is a list.
pub(super) fn rows(body: &Value) -> Option<&Vec<Value>> {
    match body {
        Value::Array(rows) => Some(rows),
        Value::Object(envelope) => data(envelope)?.as_array(),
        _ => None,
    }
}

/// Copy of an answer with other rows.
pub(super) fn with_rows(body: &Value, rows: Vec<Value>) -> Value {
    let mut body = body.clone();
    match &mut body {
        Value::Object(envelope) => {
            if let Some((_, data)) = envelope.iter_mut().find(|(key, _)| is_data(key)) {
                *data = Value::Array(rows);
            }
        }
        body => *body = Value::Array(rows),
    }
    body
}

/// Members of a row, which may be wrapped in `data` once more.
pub(super) fn members(row: &Value) -> Option<&Map<String, Value>> {
    let row = row.as_object()?;
    Some(data(row).and_then(Value::as_object).unwrap_or(row))
}

/// Mutable members of a row.
pub(super) fn members_mut(row: &mut Value) -> Option<&mut Map<String, Value>> {
    let row = row.as_object_mut()?;
    let inner = row
        .iter()
        .find(|(key, value)| is_data(key) && value.is_object())
        .map(|(key, _)| key.clone());
    match inner {
        Some(key) => row.get_mut(&key)?.as_object_mut(),
        None => Some(row),
    }
}

/// Keeps the requested members. Links stay: `fields` selects members, not links.
pub(super) fn pick(row: &mut Value, wanted: &BTreeSet<String>) {
    if let Some(members) = members_mut(row) {
        members.retain(|name, _| {
            let name = name.to_lowercase();
            wanted.contains(&name) || name == "links" || name == "link"
        });
    }
}

fn data(object: &Map<String, Value>) -> Option<&Value> {
    object.iter().find(|(key, _)| is_data(key)).map(|(_, data)| data)
}

fn is_data(key: &str) -> bool {
    key.eq_ignore_ascii_case("data")
}
