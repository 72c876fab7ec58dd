//! The lines that a fields file gets about one field, and the spelling of words in it.

/// Beginning of a line that the command wrote as a suggestion.
pub(super) const MARK: &str = "#?";

/// The lines about one field.
pub(super) struct FieldPlan {
    pub(super) field: String,
    /// The member, and its evidence as the key `from` names it.
    pub(super) member: Option<(String, &'static str)>,
    /// The built-in names are not tried; without a member no member holds the field.
    pub(super) only: bool,
    pub(super) form: Option<String>,
    /// A comment behind the entry.
    pub(super) note: String,
    pub(super) words: Vec<Word>,
    /// Meanings that a word can have.
    pub(super) meanings: Vec<&'static str>,
    /// Suggestions, indented relative to the fields.
    pub(super) suggestions: Vec<String>,
}

/// A word of an enumeration.
pub(super) struct Word {
    /// The word as answers write it.
    pub(super) word: String,
    /// Its meaning.
    pub(super) meaning: &'static str,
    /// The meaning is known, or changes no figure.
    pub(super) is_active: bool,
    /// Name of the word in the help.
    pub(super) note: String,
}

impl FieldPlan {
    pub(super) fn is_active(&self) -> bool {
        self.member.is_some() || self.only || self.words.iter().any(|word| word.is_active)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.is_active() && self.words.is_empty() && self.suggestions.is_empty()
    }
}

/// Puts a text on one line of a comment.
pub(super) fn line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns a word in double quotes, as JSON and YAML read it.
pub(super) fn quoted(word: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(word).to_string().chars() {
        match c {
            // JSON escapes only those below the space; YAML refuses the others, and a terminal may
            // obey them.
            c if c.is_control() => quoted.extend(format!("\\u{:04x}", u32::from(c)).chars()),
            c => quoted.push(c),
        }
    }
    quoted
}

/// Returns a line as a suggestion.
pub(super) fn marked(line: &str) -> String {
    format!("{MARK} {line}")
}
