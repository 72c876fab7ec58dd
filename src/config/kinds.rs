//! The kinds of values: each reads a value, reports a wrong one, and describes the allowed ones.

use std::{fmt::Display, ops::RangeInclusive, time::Duration};

use serde_json::{Map, Value, json};

use super::form::{Form, KeyRow, described, map_schema};
use crate::yaml::{Complaints, Entry, unknown};

/// A kind of value.
pub(super) trait Kind {
    /// The type of the values.
    type Value;

    /// Returns the value in `entry`; `None` after reporting a wrong one.
    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Self::Value>;

    /// Returns the allowed values.
    fn form(&mut self) -> Form;

    /// Returns a default as it would be written in the file.
    fn written(&self, _: &Self::Value) -> Value {
        Value::Null
    }

    /// Returns the kind of values that `parse` makes of these; its errors are reported.
    fn parsed<T, E: Display, P>(self, parse: P) -> Parsed<Self, P>
    where
        Self: Sized,
        P: FnMut(Self::Value, &Entry<'_>) -> Result<T, E>,
    {
        Parsed { kind: self, parse }
    }
}

/// Values of another kind that are checked or converted; see [`Kind::parsed`].
pub(super) struct Parsed<K, P> {
    kind: K,
    parse: P,
}

impl<K: Kind, P, T, E: Display> Kind for Parsed<K, P>
where
    P: FnMut(K::Value, &Entry<'_>) -> Result<T, E>,
{
    type Value = T;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<T> {
        let value = self.kind.read(entry, complaints)?;
        (self.parse)(value, entry).map_err(|message| entry.wrong(complaints, message)).ok()
    }

    fn form(&mut self) -> Form {
        self.kind.form()
    }
}

/// A text that is not blank; a whole number is taken as one.
pub(super) struct Text {
    /// Most characters.
    longest: Option<usize>,
    /// Space around the text is not part of it.
    trims: bool,
    /// The word for such a text in the documents.
    called: &'static str,
}

impl Text {
    /// Any text; `called` is the word for it in the documents.
    pub(super) const fn any(called: &'static str) -> Self {
        Self { longest: None, trims: false, called }
    }

    /// The path of a file.
    pub(super) const fn path() -> Self {
        Self::any("path")
    }

    /// A text of at most so many characters.
    pub(super) const fn up_to(self, longest: usize) -> Self {
        Self { longest: Some(longest), ..self }
    }

    /// A text without the space around it.
    pub(super) const fn trimmed(self) -> Self {
        Self { trims: true, ..self }
    }
}

impl Kind for Text {
    type Value = String;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<String> {
        let mut text = entry.text(complaints)?;
        if self.trims {
            text = text.trim().to_owned();
        }
        match self.longest.filter(|longest| text.chars().count() > *longest) {
            Some(longest) => {
                entry.wrong(complaints, too_long(longest));
                None
            }
            None => Some(text),
        }
    }

    fn form(&mut self) -> Form {
        let mut schema = json!({"type": ["string", "integer"], "pattern": "\\S"});
        if let Some(longest) = self.longest {
            schema["maxLength"] = json!(longest);
        }
        Form::new(self.called, schema)
    }

    fn written(&self, value: &String) -> Value {
        json!(value)
    }
}

/// Returns the error for a text of more characters than this.
pub(super) fn too_long(longest: usize) -> String {
    format!("must not be longer than {longest} characters")
}

/// One word of a closed set.
pub(super) struct Words<T: 'static> {
    /// The word for such a word in an error, such as "case class".
    pub(super) noun: &'static str,
    /// The members of the set.
    pub(super) all: &'static [T],
    /// Returns the word for a member.
    pub(super) word: fn(T) -> &'static str,
}

impl<T: Copy> Words<T> {
    fn words(&self) -> impl Iterator<Item = &'static str> {
        self.all.iter().copied().map(self.word)
    }

    /// Returns the member for a word.
    ///
    /// # Errors
    /// A sentence that suggests a similar word, or lists all.
    fn find(&self, text: &str) -> Result<T, String> {
        let found = self.all.iter().copied().find(|member| (self.word)(*member) == text);
        found.ok_or_else(|| unknown(self.noun, text, self.words()))
    }

    fn listed(&self) -> String {
        self.words().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    }
}

impl<T: Copy> Kind for Words<T> {
    type Value = T;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<T> {
        let found = self.find(&entry.text(complaints)?);
        found.map_err(|message| entry.wrong(complaints, message)).ok()
    }

    fn form(&mut self) -> Form {
        Form::new(self.listed(), json!({"enum": self.words().collect::<Vec<_>>()}))
    }

    fn written(&self, value: &T) -> Value {
        json!((self.word)(*value))
    }
}

/// `true`, `false`, `on` or `off`.
pub(super) struct Switch;

impl Kind for Switch {
    type Value = bool;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<bool> {
        let switch = entry.switch();
        if switch.is_none() {
            entry.wrong(complaints, "must be true or false");
        }
        switch
    }

    fn form(&mut self) -> Form {
        Form::new("`true`, `false`", json!({"type": "boolean"}))
    }

    fn written(&self, value: &bool) -> Value {
        json!(value)
    }
}

/// A whole number within these bounds.
pub(super) struct Whole<T>(pub(super) RangeInclusive<T>);

impl<T: Copy + TryFrom<i64> + TryInto<i64>> Whole<T> {
    fn number(value: T) -> i64 {
        value.try_into().unwrap_or(i64::MAX)
    }

    fn bounds(&self) -> (i64, i64) {
        (Self::number(*self.0.start()), Self::number(*self.0.end()))
    }
}

impl<T: Copy + TryFrom<i64> + TryInto<i64>> Kind for Whole<T> {
    type Value = T;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<T> {
        let (least, most) = self.bounds();
        entry.integer(least..=most, complaints).and_then(|number| T::try_from(number).ok())
    }

    fn form(&mut self) -> Form {
        let (least, most) = self.bounds();
        let schema = json!({"type": "integer", "minimum": least, "maximum": most});
        Form::new(format!("{least} to {most}"), schema)
    }

    fn written(&self, value: &T) -> Value {
        json!(Self::number(*value))
    }
}

/// A share from 0 to 1.
pub(super) struct Share;

impl Kind for Share {
    type Value = f64;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<f64> {
        entry.ratio(complaints)
    }

    fn form(&mut self) -> Form {
        Form::new("0 to 1", json!({"type": "number", "minimum": 0, "maximum": 1}))
    }

    fn written(&self, value: &f64) -> Value {
        json!(value)
    }
}

/// A duration with its unit, at least this long.
pub(super) struct AtLeast(pub(super) Duration);

/// Pattern of a duration, in all forms that the reader takes: `1m30s`, `2 hours`, `PT5S`,
/// `01:30:00`.
// Wider than the reader, which has the last word: an editor must not mark a valid duration.
const DURATION: &str = r"^[^-]*[0-9][^-]*([A-Za-zµ]|:[0-9]{2}([.,][0-9]+)?)\s*$";

impl Kind for AtLeast {
    type Value = Duration;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Duration> {
        entry.duration(self.0, complaints)
    }

    fn form(&mut self) -> Form {
        let about = "A number with its unit: 500ms, 5s, 2m, 1h.";
        let schema = json!({"description": about, "type": "string", "pattern": DURATION});
        let values = match self.0 {
            Duration::ZERO => "duration".to_owned(),
            least => format!("at least {}", with_unit(least)),
        };
        Form::new(values, schema)
    }

    fn written(&self, value: &Duration) -> Value {
        json!(with_unit(*value))
    }
}

/// Writes a duration with the largest unit that divides it.
fn with_unit(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{}ms", duration.as_millis()),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// A list of values of one kind; a single value counts as a list of one.
pub(super) struct ListOf<K> {
    of: K,
    each: &'static str,
    size: RangeInclusive<usize>,
    wrong_size: String,
}

impl<K> ListOf<K> {
    /// A list of any size. `each` describes an item; it is empty if the kind of item does.
    pub(super) fn new(of: K, each: &'static str) -> Self {
        Self { of, each, size: 0..=usize::MAX, wrong_size: String::new() }
    }

    /// A list of so many items; `wrong_size` is the error for another number.
    pub(super) fn sized(self, size: RangeInclusive<usize>, wrong_size: impl Into<String>) -> Self {
        Self { size, wrong_size: wrong_size.into(), ..self }
    }
}

impl<K: Kind> Kind for ListOf<K> {
    type Value = Vec<K::Value>;

    /// Leaves out items that are wrong.
    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Vec<K::Value>> {
        let list = entry.list();
        if !self.size.contains(&list.len()) {
            entry.wrong(complaints, &self.wrong_size);
            return None;
        }
        Some(list.iter().filter_map(|item| self.of.read(item, complaints)).collect())
    }

    fn form(&mut self) -> Form {
        let Form { schema, values, rows } = self.of.form();
        let one = described(self.each, schema);
        let (least, most) = (*self.size.start(), *self.size.end());
        let mut list = json!({"type": "array", "items": one, "minItems": least});
        let values = match (least, most) {
            (0, usize::MAX) => format!("{values}s"),
            (_, usize::MAX) => format!("at least {least} {values}"),
            (0, _) => format!("at most {most} {values}s"),
            _ => format!("{least} to {most} {values}s"),
        };
        if most < usize::MAX {
            list["maxItems"] = json!(most);
        }
        let below = |row: KeyRow| KeyRow { key: format!("[]{}", row.key), ..row };
        Form {
            schema: json!({"anyOf": [list, one]}),
            values,
            rows: rows.into_iter().map(below).collect(),
        }
    }
}

/// A map whose keys are words of a closed set, in the order of the file.
pub(super) struct ByWord<T: 'static, F> {
    /// The words.
    pub(super) words: Words<T>,
    /// The word in capitals that means any of them in the documents.
    pub(super) place: &'static str,
    /// Description of a value; empty if its kind describes it.
    pub(super) each: &'static str,
    /// Returns the kind of the value of a word.
    pub(super) of: F,
}

impl<T: Copy, K: Kind, F: FnMut(T) -> K> Kind for ByWord<T, F> {
    type Value = Vec<(T, K::Value)>;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Self::Value> {
        let mut values = Vec::new();
        for (key, entry) in entry.section(complaints).entries() {
            match self.words.find(&key.text) {
                Ok(word) => {
                    let value = (self.of)(word).read(&entry, complaints);
                    values.extend(value.map(|value| (word, value)));
                }
                Err(message) => complaints.add(key.at, &entry.path, message),
            }
        }
        Some(values)
    }

    fn form(&mut self) -> Form {
        let mut properties = Map::new();
        let mut rows: Vec<(KeyRow, Vec<(&str, String)>)> = Vec::new();
        for member in self.words.all {
            let word = (self.words.word)(*member);
            let form = (self.of)(*member).form();
            let of_word = form.rows_below(&format!(".{}", self.place), "", self.each);
            for (index, row) in of_word.into_iter().enumerate() {
                let default = (word, row.default.clone());
                match rows.get_mut(index) {
                    Some((_, defaults)) => defaults.push(default),
                    None => rows.push((row, vec![default])),
                }
            }
            // Not null: a word without a value would say nothing.
            properties.insert(word.to_owned(), described(self.each, form.schema));
        }
        let values = format!("map; {} is one of {}", self.place, self.words.listed());
        let rows = rows.into_iter();
        let rows = rows.map(|(row, defaults)| KeyRow { default: of_words(&defaults), ..row });
        Form { schema: map_schema(&properties), values, rows: rows.collect() }
    }
}

/// Joins the defaults of several words: one if all have the same, else each with its words.
fn of_words(defaults: &[(&str, String)]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (word, default) in defaults {
        match groups.iter_mut().find(|(known, _)| known == default) {
            Some((_, words)) => words.push(word),
            None => groups.push((default, vec![word])),
        }
    }
    match groups.as_slice() {
        [(default, _)] => (*default).to_owned(),
        groups => {
            let groups = groups.iter();
            let texts: Vec<_> =
                groups.map(|(text, words)| format!("{text} ({})", words.join(", "))).collect();
            texts.join("; ")
        }
    }
}
