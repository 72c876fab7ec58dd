//! Reading a map key by key; whatever was not asked for in the end is an unknown key.

use std::{ops::RangeInclusive, time::Duration};

use super::{Complaints, Key, Node, Position, Value};

/// A map of the file, read key by key.
#[derive(Debug)]
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
    /// The whole file.
    pub fn root(node: &'a Node, complaints: &mut Complaints) -> Self {
        Entry { path: String::new(), node }.section(complaints)
    }

    /// Where the section begins.
    pub fn at(&self) -> Position {
        self.at
    }

    /// The full key of `key` in this section.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The value of `key`; none if the key is missing or has no value.
    pub fn get(&mut self, key: &'static str) -> Option<Entry<'a>> {
        self.known.push(key);
        let (_, node) = self.entries.iter().find(|(entry, _)| entry.text == key)?;
        (node.value != Value::Null).then(|| Entry { path: self.path_of(key), node })
    }

    /// Every entry, for a map whose keys are data.
    pub fn entries(&self) -> impl Iterator<Item = (&'a Key, Entry<'a>)> {
        let path = self.path.clone();
        self.entries.iter().map(move |(key, node)| {
            let text = &key.text;
            (key, Entry { path: if path.is_empty() { text.clone() } else { format!("{path}.{text}") }, node })
        })
    }

    /// Complains about every key that nobody asked for.
    pub fn finish(&self, complaints: &mut Complaints) {
        for (key, _) in self.entries {
            if !self.known.contains(&&*key.text) {
                let message = unknown("key", &key.text, self.known.iter().copied());
                complaints.add(key.at, &self.path_of(&key.text), message);
            }
        }
    }
}

/// "unknown KIND; did you mean …" or the list of what would have been right.
pub(crate) fn unknown<'k>(kind: &str, given: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.collect();
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(given, candidate), *candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4);
    match nearest {
        Some((_, nearest)) => format!("unknown {kind}; did you mean `{nearest}`?"),
        None => format!("unknown {kind}; known here: {}", known.join(", ")),
    }
}

/// Of a text without quotes that YAML makes something else of: `007` would become 7, `no` would become `false`.
pub(crate) const UNQUOTED: &str = "must stand in quotes: YAML takes it for a number or a truth";

impl<'a> Entry<'a> {
    /// Complains about this value.
    pub fn wrong(&self, complaints: &mut Complaints, message: impl std::fmt::Display) {
        complaints.add(self.node.at, &self.path, message);
    }

    /// The value as a map; anything else is a complaint and an empty map.
    pub fn section(&self, complaints: &mut Complaints) -> Section<'a> {
        let entries = match &self.node.value {
            Value::Map(entries) => entries.as_slice(),
            _ => {
                let name = if self.path.is_empty() { "the file" } else { &self.path };
                complaints.add(self.node.at, name, "must be a map of `key: value` lines");
                &[]
            }
        };
        Section { path: self.path.clone(), at: self.node.at, entries, known: Vec::new() }
    }

    /// The items of a list; a single value counts as a list of one.
    pub fn list(&self) -> Vec<Entry<'a>> {
        match &self.node.value {
            Value::List(items) => {
                let numbered = items.iter().enumerate();
                numbered.map(|(i, node)| Entry { path: format!("{}[{i}]", self.path), node }).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// Whether the value is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.node.value, Value::Map(_))
    }

    /// `on` or `off`, in the ways in which YAML writes that.
    pub fn switch(&self) -> Option<bool> {
        match &self.node.value {
            Value::Bool(on) => Some(*on),
            Value::Text(text) if text == "on" => Some(true),
            Value::Text(text) if text == "off" => Some(false),
            _ => None,
        }
    }

    /// A text that is not empty, or a whole number, such as an id.
    pub fn text(&self, complaints: &mut Complaints) -> Option<String> {
        let text = match &self.node.value {
            Value::Text(text) => text.clone(),
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

    /// A whole number within `bounds`.
    pub fn integer(&self, bounds: RangeInclusive<i64>, complaints: &mut Complaints) -> Option<i64> {
        match self.node.value {
            Value::Integer(number) if bounds.contains(&number) => Some(number),
            _ => {
                let (least, most) = bounds.into_inner();
                self.wrong(complaints, format_args!("must be a whole number from {least} to {most}"));
                None
            }
        }
    }

    /// A share between 0 and 1.
    pub fn ratio(&self, complaints: &mut Complaints) -> Option<f64> {
        let number = match self.node.value {
            Value::Number(number) => number,
            Value::Integer(number) => number as f64,
            _ => f64::NAN,
        };
        if (0.0..=1.0).contains(&number) {
            return Some(number);
        }
        self.wrong(complaints, "must be a share from 0 to 1, such as 0.8");
        None
    }

    /// A duration of at least `min`, such as `5s`, `1m30s`, `500ms` or `1h`.
    pub fn duration(&self, min: Duration, complaints: &mut Complaints) -> Option<Duration> {
        let text = match &self.node.value {
            Value::Text(text) => text.as_str(),
            _ => "",
        };
        match duration(text) {
            Some(duration) if duration >= min => Some(duration),
            Some(_) => {
                self.wrong(complaints, format_args!("must be at least {min:?}"));
                None
            }
            None => {
                self.wrong(complaints, "must be a duration with its unit, such as 5s, 500ms, 2m or 1h");
                None
            }
        }
    }
}

fn duration(text: &str) -> Option<Duration> {
    let span: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(span).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    fn complaints_of(text: &str, read: impl FnOnce(&mut Section<'_>, &mut Complaints)) -> Vec<String> {
        let mut complaints = Complaints::about("a.yml");
        let node = parse(text, &mut complaints).expect("valid YAML");
        let mut section = Section::root(&node, &mut complaints);
        read(&mut section, &mut complaints);
        section.finish(&mut complaints);
        complaints.into_list()
    }

    #[test]
    fn unknown_keys_are_all_reported_with_the_nearest_known_one() {
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
            ("every: soon", "must be a duration with its unit, such as 5s, 500ms, 2m or 1h"),
            ("every: -5s", "must be a duration with its unit, such as 5s, 500ms, 2m or 1h"),
            ("every: 10ms", "must be at least 1s"),
        ] {
            assert_eq!(complaints_of(text, read), [format!("a.yml:1:8: every: {message}")], "{text}");
        }
    }

    #[test]
    fn a_text_that_yaml_would_change_must_be_quoted() {
        let read = |section: &mut Section<'_>, complaints: &mut Complaints| {
            if let Some(text) = section.get("name").expect("given").text(complaints) {
                assert_eq!(text, "12");
            }
        };
        for text in ["name: 12", "name: '12'"] {
            assert!(complaints_of(text, read).is_empty(), "{text}");
        }
        for text in ["name: no", "name: true", "name: 1.10", "name: 007", "name: 1e5"] {
            assert_eq!(complaints_of(text, read), [format!("a.yml:1:7: name: {UNQUOTED}")], "{text}");
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
