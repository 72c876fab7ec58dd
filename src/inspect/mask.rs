//! Samples that show how a value is written without showing what it says.

use serde_json::Value;

use crate::trio::masked;

/// The longest sample, in characters.
const LENGTH: usize = 32;

/// One of the values, the first that says something. Numbers are shown where they are read as counts,
/// durations or times; every other letter and digit is masked unless `show`.
pub(super) fn sample(values: &[Value], form: Option<&str>, show: bool) -> String {
    let telling = values.iter().find(|value| !value.is_null()).or(values.first());
    let Some(value) = telling else { return String::new() };
    let measure = form.is_some_and(|form| !matches!(form, "text" | "enum"));
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let harmless = matches!(value, Value::Bool(_) | Value::Null) || measure && value.is_number();
    let shown = if show || harmless { text } else { masked(&text) };
    let cut: String = shown.chars().take(LENGTH).collect();
    // Control characters would move the terminal's cursor.
    cut.chars().map(|c| if c.is_control() { '·' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_and_ids_are_masked_and_measures_are_shown() {
        for (value, form, expected) in [
            (json!("Åsa Öberg-2"), Some("text"), "Xxx Xxxxx-9"),
            (json!(4711), Some("text"), "9999"),
            (json!(46_701_234), None, "99999999"),
            (json!(75), Some("duration"), "75"),
            (json!("00:01:15"), Some("duration"), "99:99:99"),
            (json!(true), None, "true"),
            (json!(null), None, "null"),
            (json!({"Namn": "Åsa"}), None, r#"{"Xxxx":"Xxx"}"#),
            (json!("\u{1b}[2J"), None, "·[9X"),
        ] {
            assert_eq!(sample(std::slice::from_ref(&value), form, false), expected, "{value}");
        }
        assert_eq!(sample(&[json!("Åsa")], None, true), "Åsa");
        assert_eq!(sample(&[json!(null), json!("Åsa")], None, true), "Åsa", "the first that says something");
        assert_eq!(sample(&[], None, true), "");
    }
}
