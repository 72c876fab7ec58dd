//! Whom to look for, and how they are found: as whole words, however they may be written.

use std::{collections::BTreeSet, path::Path};

use trio_exporter::{sim::IdOffsets, trio::latin1};

/// High enough that no other number looks like one of them.
pub(super) const NUMBERS: IdOffsets =
    IdOffsets { agents: 731_900_000, cases: 846_200_000_000, customers: 555_010_000_000 };
/// First digits of all their numbers, and the shortest length of each kind.
const BEGINNINGS: [(&str, usize); 3] = [("7319000", 9), ("84620", 12), ("5550100", 12)];

/// The people of a Trio.
#[derive(Debug, Default)]
pub(super) struct Persons {
    /// First and last names, in small letters.
    words: BTreeSet<String>,
    /// The same as they may be escaped.
    escaped: BTreeSet<String>,
}

impl Persons {
    /// Persons with these names, and all who have a number.
    pub(super) fn with_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let words = names.into_iter().flat_map(words).filter(|word| word.chars().count() > 2);
        let words: BTreeSet<String> = words.collect();
        let escaped = words.iter().flat_map(|word| [escaped(word), escaped(&capitalised(word))]);
        Self { escaped: escaped.flatten().collect(), words }
    }

    /// Number of names.
    pub(super) fn names(&self) -> usize {
        self.words.len()
    }

    /// The first name or number of a person in a text.
    pub(super) fn found_in(&self, text: &str) -> Option<String> {
        let known =
            |text: &str| words(text).find(|word| self.words.contains(word) || is_number(word));
        known(text).or_else(|| text.contains('%').then(|| known(&percent_decoded(text)))?).or_else(
            || {
                let text = text.contains('\\').then(|| text.to_lowercase())?;
                self.escaped.iter().find(|form| text.contains(&**form)).cloned()
            },
        )
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// True if a word holds a person's number: longer ones that begin with it count, too.
fn is_number(word: &str) -> bool {
    let mut runs = word.split(|letter: char| !letter.is_ascii_digit());
    runs.any(|run| {
        BEGINNINGS.iter().any(|(start, length)| run.len() >= *length && run.starts_with(start))
    })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A text with letters beyond ASCII as its bytes are printed, and in JSON's way; in small letters.
fn escaped(text: &str) -> Vec<String> {
    let json = text.chars().map(|letter| match letter {
        letter if letter.is_ascii() => letter.to_string(),
        letter => format!("\\u{:04x}", u32::from(letter)),
    });
    let bytes = [Some(text.as_bytes().to_vec()), latin1(text).ok().map(|bytes| bytes.to_vec())];
    let printed = bytes.into_iter().flatten().map(|bytes| bytes.escape_ascii().to_string());
    let forms = printed.chain([json.collect()]).filter(|form| form != text);
    forms.map(|form| form.to_lowercase()).collect()
}

fn percent_decoded(text: &str) -> String {
    let (bytes, mut decoded, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(|_| *byte == b'%')
        {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    // Letters of ISO-8859-1 are letters, too.
    String::from_utf8(decoded)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

/// Texts that the program showed, each with its place.
#[derive(Default)]
pub(super) struct Said(Vec<(String, String)>);

impl Said {
    pub(super) fn add(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.0.push((place.into(), text.into()));
    }

    /// Adds every file of a folder.
    pub(super) fn add_folder(&mut self, place: &str, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let place = format!("{place}/{}", path.file_name().expect("a name").to_string_lossy());
            if path.is_dir() {
                self.add_folder(&place, &path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                self.add(place, String::from_utf8_lossy(&bytes));
            }
        }
    }

    /// Places that named a person, with the text there.
    pub(super) fn leaks(&self, persons: &Persons) -> Vec<String> {
        let leak = |(place, text): &(String, String)| {
            let lines = text.lines().filter_map(|line| Some((persons.found_in(line)?, line)));
            lines.map(|(who, line)| format!("{who} in {place}: {line}")).take(3).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(leak).collect()
    }

    /// Asserts that no person was named anywhere, and that every place that was searched had text.
    pub(super) fn assert_no_person(&self, persons: &Persons, about: &str) {
        let leaks = self.leaks(persons);
        assert!(leaks.is_empty(), "{about}: {leaks:#?}");
        assert!(self.0.iter().any(|(_, text)| text.len() > 10_000), "{about}: something was said");
    }
}

#[test]
fn planted_person_is_found_in_every_form() {
    let persons = Persons::with_names(["Åsa Ängström", "Nils \"Nisse\"\nØstergård"]);
    assert_eq!(persons.names(), 5);
    for planted in [
        "agent_name=\"Åsa Ängström\"",
        "user=ÅSA",
        "?name=%C3%85sa",
        "?name=%C5sa+%C4ngstr%F6m",
        r"b\xc5sa",
        r#"{"name":"\u00d8sterg\u00e5rd"}"#,
        "%20nisse%20",
        "x/731900001/state",
        "jobno=846200000123",
        "customer_555010054321_",
        "uid 731900001000101",
    ] {
        assert!(persons.found_in(planted).is_some(), "{planted}");
    }
    for other in [
        "Åsan",
        "Ängströmsgatan",
        "31900001",
        "trio_up 1",
        "17319000012",
        "73190001",
        "100%",
        "%zz",
    ] {
        assert_eq!(persons.found_in(other), None, "{other}");
    }
}
