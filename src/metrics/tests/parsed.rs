//! A strict parser of expositions: tests compare families and samples instead of lines.

use std::collections::BTreeMap;

/// A family with its samples.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) help: String,
    pub(crate) samples: Vec<Sample>,
}

/// A sample: name, labels and value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

impl Sample {
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// Returns the labels of the sample, without those in `parts`.
    pub(crate) fn key_without(&self, parts: &[&str]) -> Vec<(String, String)> {
        let kept = self.labels.iter().filter(|(name, _)| !parts.contains(&name.as_str()));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Parses classic text. Panics on text that a strict parser would refuse.
pub(crate) fn classic(text: &str) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    let mut help = None;
    assert!(text.is_empty() || text.ends_with('\n'), "the last line ends");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, text) = rest.split_once(' ').expect("HELP has a text");
            assert!(help.replace((name.to_owned(), text.to_owned())).is_none(), "one HELP: {line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("TYPE has a type");
            let (help_name, help) = help.take().expect("HELP is before TYPE");
            assert_eq!(help_name, name);
            assert!(families.iter().all(|family| family.name != name), "{name} begins twice");
            assert!(
                families.last().is_none_or(|last| !last.samples.is_empty()),
                "empty family before {name}"
            );
            families.push(Family {
                name: name.to_owned(),
                kind: kind.to_owned(),
                help,
                samples: vec![],
            });
        } else {
            let sample = sample(line);
            let family = families.last_mut().expect("a sample belongs to a family");
            let suffix =
                sample.name.strip_prefix(&family.name).expect("a sample is named like its family");
            let suffixes: &[&str] =
                if family.kind == "histogram" { &["_sum", "_count", "_bucket"] } else { &[""] };
            assert!(suffixes.contains(&suffix), "{line}");
            let twice =
                family.samples.iter().any(|s| s.name == sample.name && s.labels == sample.labels);
            assert!(!twice, "a series twice: {line}");
            family.samples.push(sample);
        }
    }
    families
}

/// Returns the lines with samples, of either format.
pub(crate) fn sample_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// Parses the line of a sample.
fn sample(line: &str) -> Sample {
    let name_end = line.find(['{', ' ']).expect("a sample has a value");
    let (name, mut rest) = line.split_at(name_end);
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (key, after) = rest.split_once("=\"").expect("a label has a value");
            assert!(key.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
            let (value, after) = quoted(after);
            assert!(labels.insert(key.to_owned(), value).is_none(), "a label twice: {line}");
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        rest = &rest[1..];
    }
    let value = rest.strip_prefix(' ').expect("a space before the value");
    Sample { name: name.to_owned(), labels, value: value.parse().expect("a number") }
}

/// Parses the value of a label up to its closing quote, and returns the rest as well.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                other => panic!("unknown escape {other:?} in {text}"),
            },
            plain => value.push(plain),
        }
    }
    panic!("no closing quote in {text}")
}
