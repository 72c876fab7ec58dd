//! Variables of a dashboard: the values that a board has when it is opened.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

/// A variable, as it is in the JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable<'a>(pub(crate) &'a Value);

/// Question to Prometheus for the options of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Values of a label of the series that a selector matches; of all series where it is empty.
    LabelValues { selector: String, label: String },
    /// An instant query, whose series are searched as text.
    QueryResult { expr: String },
}

/// An item of a drop-down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DropDownItem {
    /// Value in queries and in the address.
    pub(crate) value: String,
    /// Text for the reader.
    pub(crate) text: String,
}

impl<'a> Variable<'a> {
    pub(crate) fn name(self) -> &'a str {
        self.0["name"].as_str().unwrap_or_default()
    }

    /// Returns the question for its options; `None` for variables with fixed ones.
    ///
    /// # Panics
    /// A function of Grafana's that is none of the two.
    pub(crate) fn question(self) -> Option<Question> {
        if self.0["type"] != "query" {
            return None;
        }
        let asked =
            self.0["query"]["query"].as_str().or(self.0["query"].as_str()).unwrap_or_default();
        let inside = asked
            .strip_suffix(')')
            .and_then(|asked| Some((asked.split('(').next()?, asked.split_once('(')?.1)));
        match inside {
            Some(("label_values", inside)) => {
                let (selector, label) = inside.rsplit_once(',').unwrap_or(("", inside));
                let [selector, label] = [selector, label].map(|part| part.trim().to_owned());
                Some(Question::LabelValues { selector, label })
            }
            Some(("query_result", expr)) => Some(Question::QueryResult { expr: expr.to_owned() }),
            _ => panic!("{}: no rule for {asked}", self.name()),
        }
    }

    /// Returns the items of its drop-down among lines of text, the answers to its question.
    pub(crate) fn items(self, lines: &[String]) -> Vec<DropDownItem> {
        let text = self.0["regex"].as_str().unwrap_or_default();
        let (pattern, flags) =
            text.strip_prefix('/').and_then(|text| text.rsplit_once('/')).unwrap_or((text, ""));
        let pattern = Regex::new(pattern).expect("a regular expression");
        // The flag `g` lets the parts of a line be in any order.
        let most = if flags.contains('g') { usize::MAX } else { 1 };
        let mut items: Vec<DropDownItem> = Vec::new();
        for line in lines {
            let found: Vec<_> = pattern.captures_iter(line).take(most).collect();
            // Grafana takes an empty group for none.
            let named = |name: &str| {
                let groups = found.iter().filter_map(|found| found.name(name));
                groups.map(|group| group.as_str()).find(|group| !group.is_empty())
            };
            let of_line: Vec<(&str, &str)> = match (named("value"), named("text")) {
                _ if text.is_empty() => vec![(line, line)],
                (None, None) => {
                    let first = found.iter().filter_map(|found| found.get(1));
                    let first: Vec<_> = first.map(|it| (it.as_str(), it.as_str())).collect();
                    let is_whole = first.is_empty() && !found.is_empty();
                    if is_whole { vec![(line, line)] } else { first }
                }
                (value, text) => value.or(text).zip(text.or(value)).into_iter().collect(),
            };
            for (value, text) in of_line {
                if !items.iter().any(|known| known.value == value) {
                    items.push(DropDownItem { value: value.to_owned(), text: text.to_owned() });
                }
            }
        }
        items
    }

    /// True where the choice is *All* when the board is opened.
    fn is_all(self) -> bool {
        let current = &self.0["current"]["value"];
        let is_chosen = current == "$__all" || current[0] == "$__all";
        // Without a choice Grafana takes the first option, which is All where there is one.
        is_chosen || (self.0["includeAll"] == true && (current.is_null() || current == ""))
    }

    /// Returns its values when the board is opened and its drop-down has these items.
    pub(crate) fn opened(self, items: &[DropDownItem]) -> Vec<String> {
        let mut options = items.iter().map(|item| item.value.clone());
        let current = &self.0["current"]["value"];
        if self.is_all() {
            return options.collect();
        }
        match (current, self.0["type"].as_str().unwrap_or_default()) {
            (Value::Array(values), _) => {
                values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            (Value::String(value), _) => vec![value.clone()],
            (_, "constant" | "textbox") => {
                self.0["query"].as_str().map(str::to_owned).into_iter().collect()
            }
            _ => options.next().into_iter().collect(),
        }
    }

    /// Returns the text that replaces these values in a query.
    pub(crate) fn interpolated(self, values: &[String], is_changed: bool) -> String {
        if let (Some(all), true, false) = (self.0["allValue"].as_str(), self.is_all(), is_changed) {
            return all.to_owned();
        }
        let is_raw = self.0["multi"] != true && self.0["includeAll"] != true;
        match values {
            [value] if is_raw => value.clone(),
            [value] => escaped(value),
            many => format!(
                "({})",
                many.iter().map(|value| escaped(value)).collect::<Vec<_>>().join("|")
            ),
        }
    }
}

/// A value in a regular expression in quotes.
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for sign in value.chars() {
        match sign {
            '\\' => out.push_str(r"\\\\"),
            sign if "$^*{}[]'+?.()|".contains(sign) => {
                out.extend(["\\\\", sign.encode_utf8(&mut [0; 4])]);
            }
            sign => out.push(sign),
        }
    }
    out
}

/// Returns the line of text by which `query_result` shows a series.
pub(crate) fn as_line(labels: &BTreeMap<String, String>, value: f64, seconds: u64) -> String {
    let name = labels.get("__name__").map_or("", String::as_str);
    let others = labels.iter().filter(|(label, _)| *label != "__name__");
    let pairs: Vec<String> = others.map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    format!("{name}{{{}}} {value} {}", pairs.join(","), seconds * 1_000)
}
