//! Text and colour of one value.

use serde_json::Value as Json;

use super::{field::Options, frame::Value, unit};

/// A value as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) number: Option<f64>,
    pub(super) is_empty: bool,
    /// Name of the colour in the board's JSON, or of the palette.
    pub(super) color: String,
}

/// Returns what is shown for a value of a field with these options.
pub(super) fn show(options: &Options, value: &Value) -> Shown {
    let number = match value {
        Value::Null => None,
        Value::Number(number) => Some(*number),
        Value::Text(text)
            if options.unit.is_empty() || options.unit == "string" || text.is_empty() =>
        {
            None
        }
        Value::Text(text) => text.parse().ok(),
    };
    let mapped = options.mappings.iter().find_map(|mapping| mapped(mapping, value));
    let member =
        |name: &str| mapped.as_ref().and_then(|result| result[name].as_str()).map(str::to_owned);
    let text = member("text").unwrap_or_else(|| match (number, value) {
        (Some(number), _) => unit::format(&options.unit, number, options.decimals),
        (None, Value::Text(text)) if !text.is_empty() => text.clone(),
        _ => options.no_value.clone(),
    });
    // A value that is no number has the colour of the base step.
    let color =
        member("color").unwrap_or_else(|| scale(options, number.unwrap_or(f64::NEG_INFINITY)));
    Shown { text, number, is_empty: *value == Value::Null, color }
}

fn scale(options: &Options, number: f64) -> String {
    match options.color_mode.as_str() {
        "thresholds" => {
            let step = options.steps.iter().take_while(|(bound, _)| number >= *bound).last();
            step.or(options.steps.first())
                .map_or_else(|| "green".to_owned(), |(_, color)| color.clone())
        }
        "fixed" | "shades" => options.fixed_color.clone(),
        palette => palette.to_owned(),
    }
}

/// Result of a mapping, if it holds for the value.
fn mapped(mapping: &Json, value: &Value) -> Option<Json> {
    let options = &mapping["options"];
    match (mapping["type"].as_str().unwrap_or_default(), value) {
        ("value", Value::Number(number)) => options.get(as_script_prints(*number)).cloned(),
        ("value", Value::Text(text)) => options.get(text).cloned(),
        ("range", Value::Number(number)) => {
            // Both bounds belong to the range; a missing one is no bound.
            let above = options["from"].as_f64().is_none_or(|from| *number >= from);
            let below = options["to"].as_f64().is_none_or(|to| *number <= to);
            (above && below).then(|| options["result"].clone())
        }
        ("regex", Value::Text(text)) => {
            let pattern = options["pattern"].as_str().unwrap_or_default();
            let pattern = pattern.trim_start_matches('/').trim_end_matches('/');
            let pattern = regex::Regex::new(pattern).expect("a regular expression");
            let replacement = options["result"]["text"].as_str().unwrap_or_default();
            pattern.is_match(text).then(|| {
                let mut result = options["result"].clone();
                if !result["text"].is_null() {
                    result["text"] = pattern.replace(text, replacement).into_owned().into();
                }
                result
            })
        }
        ("special", _) => {
            let holds = match (options["match"].as_str().unwrap_or_default(), value) {
                ("null" | "nan" | "null+nan", Value::Null) => true,
                ("empty", Value::Text(text)) => text.is_empty(),
                ("null" | "nan" | "null+nan" | "empty" | "true" | "false", _) => false,
                (other, _) => panic!("no rule for the special value {other}"),
            };
            holds.then(|| options["result"].clone())
        }
        ("value" | "range" | "regex", _) => None,
        (other, _) => panic!("no rule for mappings of the type {other}"),
    }
}

/// The key of a number in a mapping: JavaScript prints whole numbers without a point.
fn as_script_prints(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}
