//! Reads a map key by key. Keys that were not read in the end are reported as unknown.

use std::{ops::RangeInclusive, time::Duration};

use super::{Complaints, Key, Node, Position, Value};

/// A map of the file, read key by key.
#[derive(Debug, Default)]
pub struct Section<'a> {
    path: String,
    at: Position,
    entries: &'a [(Key, Node)],
    known: Vec<&'static str>,
}

/// One value of a section, with its full key.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The full key, such as `targets[0].username`.
    pub path: String,
    /// The value.
    pub node: &'a Node,
}

impl<'a> Section<'a> {
    /// Returns the section of the whole file.
    pub fn root(node: &'a Node, complaints: &mut Complaints) -> Self {
        Entry { path: String::new(), node }.section(complaints)
    }

    /// Returns the position at which the section begins.
    pub fn position(&self) -> Position {
        self.at
    }

    /// Returns the full key of `key`, such as `poll.state`.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Returns the value of `key`; `None` if the key is missing or has no value. Marks the key as
    /// known.
    pub fn get(&mut self, key: &'static str) -> Option<Entry<'a>> {
        // Also if it is missing: `finish` suggests it for a misspelt key.
        self.known.push(key);
        let (_, node) = self.entries.iter().find(|(entry, _)| entry.text == key)?;
        // `key:` without a value is a key whose value was commented out.
        (node.value != Value::Null).then(|| Entry { path: self.path_of(key), node })
    }

    /// Returns the section of `key` as if it were an empty map, for a key that is missing.
    pub fn absent(&self, key: &str) -> Section<'a> {
        Section { path: self.path_of(key), at: self.at, entries: &[], known: Vec::new() }
    }

    /// Reports an error about the section as a whole.
    pub fn wrong(&self, complaints: &mut Complaints, message: impl std::fmt::Display) {
        complaints.add(self.at, &self.path, message);
    }

    /// Returns every entry, for a map whose keys are data, such as user names.
    pub fn entries(&self) -> impl Iterator<Item = (&'a Key, Entry<'a>)> {
        let path = self.path.clone();
        self.entries.iter().map(move |(key, node)| {
            let text = &key.text;
            (
                key,
                Entry {
                    path: if path.is_empty() { text.clone() } else { format!("{path}.{text}") },
                    node,
                },
            )
        })
    }

    /// Reports every key that was not read as unknown.
    pub fn finish(&self, complaints: &mut Complaints) {
        for (key, _) in self.entries {
            if !self.known.contains(&&*key.text) {
                let message = unknown("key", &key.text, self.known.iter().copied());
                complaints.add(key.at, &self.path_of(&key.text), message);
            }
        }
    }
}

/// Returns "unknown KIND; did you mean …", or the list of known words if none is similar.
pub(crate) fn unknown<'k>(kind: &str, given: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.collect();
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(given, candidate), *candidate))
        .min()
        // One typing mistake, and one more for every four letters: beyond that a suggestion
        // misleads. So does one for a code of two letters, which has others one letter away.
        .filter(|(distance, candidate)| {
            let letters = candidate.chars().count();
            letters > 2 && *distance <= 1 + letters / 4
        });
    match nearest {
        Some((_, nearest)) => format!("unknown {kind}; did you mean `{nearest}`?"),
        None => format!("unknown {kind}; known here: {}", known.join(", ")),
    }
}

/// Error for a text without quotes that YAML changes: `007` becomes 7, `no` becomes `false`.
pub(crate) const UNQUOTED: &str =
    "must be in quotes: YAML reads it as a number or as true or false";

impl<'a> Entry<'a> {
    /// Reports an error at this value.
    pub fn wrong(&self, complaints: &mut Complaints, message: impl std::fmt::Display) {
        complaints.add(self.node.at, &self.path, message);
    }

    /// Returns the value as a map. Anything else is reported, and an empty map is returned.
    pub fn section(&self, complaints: &mut Complaints) -> Section<'a> {
        let entries = match &self.node.value {
            Value::Map(entries) => entries.as_slice(),
            _ => {
                // The whole file has no key that could be named.
                let name = if self.path.is_empty() { "the file" } else { &self.path };
                complaints.add(self.node.at, name, "must be a map of `key: value` lines");
                &[]
            }
        };
        Section { path: self.path.clone(), at: self.node.at, entries, known: Vec::new() }
    }

    /// Returns the items of a list; a single value counts as a list of one.
    pub fn list(&self) -> Vec<Entry<'a>> {
        match &self.node.value {
            Value::List(items) => {
                let numbered = items.iter().enumerate();
                numbered
                    .map(|(i, node)| Entry { path: format!("{}[{i}]", self.path), node })
                    .collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// Returns true if the value is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.node.value, Value::Map(_))
    }

    /// Returns the value of a switch: `on`, `off` or a YAML boolean; `None` for anything else.
    pub fn switch(&self) -> Option<bool> {
        match &self.node.value {
            Value::Bool(on) => Some(*on),
            Value::Text(text) if text == "on" => Some(true),
            Value::Text(text) if text == "off" => Some(false),
            _ => None,
        }
    }

    /// Returns a text that is not empty. A whole number, such as an id, is taken as text.
    pub fn text(&self, complaints: &mut Complaints) -> Option<String> {
        let text = match &self.node.value {
            Value::Text(text) => text.clone(),
            // Ids of Trio are written without quotes.
            Value::Integer(number) => number.to_string(),
            Value::Number(_) | Value::Bool(_) => {
                self.wrong(complaints, UNQUOTED);
                return None;
            }
            Value::Null | Value::List(_) | Value::Map(_) => {
                self.wrong(complaints, "must be a text");
                return None;
            }
        };
        if text.trim().is_empty() {
            self.wrong(complaints, "must not be empty");
            return None;
        }
        Some(text)
    }

    /// Returns a whole number within `bounds`; anything else is reported.
    pub fn integer(&self, bounds: RangeInclusive<i64>, complaints: &mut Complaints) -> Option<i64> {
        match self.node.value {
            Value::Integer(number) if bounds.contains(&number) => Some(number),
            _ => {
                let (least, most) = bounds.into_inner();
                self.wrong(
                    complaints,
                    format_args!("must be a whole number from {least} to {most}"),
                );
                None
            }
        }
    }

    /// Returns a share from 0 to 1; anything else, such as a percentage, is reported.
    pub fn ratio(&self, complaints: &mut Complaints) -> Option<f64> {
        let number = match self.node.value {
            Value::Number(number) => number,
            Value::Integer(number) => number as f64,
            // Outside every range, so it is reported below.
            _ => f64::NAN,
        };
        if (0.0..=1.0).contains(&number) {
            return Some(number);
        }
        self.wrong(complaints, "must be a share from 0 to 1, such as 0.8");
        None
    }

    /// Returns a duration of at least `min`, such as `5s`, `1m30s`, `500ms` or `1h`; anything else
    /// is reported.
    pub fn duration(&self, min: Duration, complaints: &mut Complaints) -> Option<Duration> {
        let text = match &self.node.value {
            Value::Text(text) => text.as_str(),
            // A number without a unit is an error: 5 could be seconds or milliseconds.
            _ => "",
        };
        match duration(text) {
            Some(duration) if duration >= min => Some(duration),
            Some(_) => {
                self.wrong(complaints, format_args!("must be at least {min:?}"));
                None
            }
            None => {
                self.wrong(
                    complaints,
                    "must be a duration with its unit, such as 5s, 500ms, 2m or 1h",
                );
                None
            }
        }
    }
}

fn duration(text: &str) -> Option<Duration> {
    // A negative zero (`-0s`, `0s ago`) would pass as zero, and the schema refuses it.
    if text.contains('-') || text.ends_with("ago") {
        return None;
    }
    let span: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(span).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn complaints_of(
        text: &str,
        read: impl FnOnce(&mut Section<'_>, &mut Complaints),
    ) -> Vec<String> {
        let mut complaints = Complaints::about("a.yml");
        let node = parse(text, &mut complaints).expect("valid YAML");
        let mut section = Section::root(&node, &mut complaints);
        read(&mut section, &mut complaints);
        section.finish(&mut complaints);
        complaints.into_list()
    }

    #[test]
    fn unknown_keys_are_reported_with_the_nearest_known_key() {
        let list = complaints_of("pol: 1\nzzz: 2\npoll: 3\n", |section, _| {
            section.get("poll");
        });
        assert_eq!(
            list,
            [
                "a.yml:1:1: pol: unknown key; did you mean `poll`?",
                "a.yml:2:1: zzz: unknown key; known here: poll"
            ]
        );
    }

    #[test]
    fn durations_need_a_unit() {
        let read = |section: &mut Section<'_>, complaints: &mut Complaints| {
            let entry = section.get("every").expect("given");
            if let Some(duration) = entry.duration(Duration::from_secs(1), complaints) {
                assert_eq!(duration, Duration::from_secs(90));
            }
        };
        assert!(complaints_of("every: 1m30s", read).is_empty());
        for (text, message) in [
            ("every: 5", "must be a duration with its unit, such as 5s, 500ms, 2m or 1h"),
            ("every: -0s", "must be a duration with its unit, such as 5s, 500ms, 2m or 1h"),
            ("every: 0s ago", "must be a duration with its unit, such as 5s, 500ms, 2m or 1h"),
            ("every: soon", "must be a duration with its unit, such as 5s, 500ms, 2m or 1h"),
            ("every: -5s", "must be a duration with its unit, such as 5s, 500ms, 2m or 1h"),
            ("every: 10ms", "must be at least 1s"),
        ] {
            assert_eq!(
                complaints_of(text, read),
                [format!("a.yml:1:8: every: {message}")],
                "{text}"
            );
        }
    }

    #[test]
    fn text_that_yaml_changes_must_be_quoted() {
        let read = |section: &mut Section<'_>, complaints: &mut Complaints| {
            if let Some(text) = section.get("name").expect("given").text(complaints) {
                assert_eq!(text, "12");
            }
        };
        for text in ["name: 12", "name: '12'"] {
            assert!(complaints_of(text, read).is_empty(), "{text}");
        }
        for text in ["name: no", "name: true", "name: 1.10", "name: 007", "name: 1e5"] {
            assert_eq!(
                complaints_of(text, read),
                [format!("a.yml:1:7: name: {UNQUOTED}")],
                "{text}"
            );
        }
    }

    #[test]
    fn a_single_value_is_a_list_of_one() {
        complaints_of("servers: http://a", |section, complaints| {
            let list = section.get("servers").expect("given").list();
            assert_eq!(list.len(), 1);
            assert_eq!(list[0].text(complaints).as_deref(), Some("http://a"));
        });
    }
}
