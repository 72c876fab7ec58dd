//! Samples of values: they show the format of a value and hide its contents.

use serde_json::Value;

use crate::trio::masked;

/// The longest sample, in characters.
const LENGTH: usize = 32;

/// Returns a sample of the first value that is not null, at most 32 characters long.
///
/// Numbers that are read as counts, durations or times are shown; in all other values letters
/// become `x` and digits `9`, unless `show` is set.
pub(super) fn sample(values: &[Value], form: Option<&str>, show: bool) -> String {
    let first = values.iter().find(|value| !value.is_null()).or(values.first());
    let Some(value) = first else { return String::new() };
    // A number of a text or of an unmapped member may be a telephone number.
    let measure = form.is_some_and(|form| !matches!(form, "text" | "enum"));
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let harmless = matches!(value, Value::Bool(_) | Value::Null) || measure && value.is_number();
    let shown = if show || harmless { text } else { masked(&text) };
    let shortened: String = shown.chars().take(LENGTH).collect();
    // Control characters could move the cursor of the terminal or change its colours.
    shortened.chars().map(|c| if c.is_control() { '·' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_and_ids_are_masked_measures_are_shown() {
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
        assert_eq!(
            sample(&[json!(null), json!("Åsa")], None, true),
            "Åsa",
            "the first that says something"
        );
        assert_eq!(sample(&[], None, true), "");
    }
}
