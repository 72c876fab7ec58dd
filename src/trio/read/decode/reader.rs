//! Reader of one row's fields. A value that is present but unreadable is counted and absent.

use std::time::SystemTime;

use crate::{
    model::{AgentState, CaseClass, CaseState, NAME_LIMIT, Text, printable},
    trio::{
        dictionary::{
            Mapping,
            value::{Meaning, Raw, Unreadable, normalized},
        },
        learned::field_coverage::{BROKEN_TEXT, FieldSeen},
    },
};

/// Unreadable values of a field kept as samples of one answer.
const SAMPLES: usize = 5;
const SAMPLE_LENGTH: usize = 40;

/// Dictionary and time zone for the values of one answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::trio) struct Context<'a> {
    pub(in crate::trio) mapping: &'a Mapping,
    pub(in crate::trio) zone: Option<&'a jiff::tz::TimeZone>,
    /// Memory that the items of an answer may take, in bytes.
    pub(in crate::trio) memory: usize,
}

/// One row; its fields are read by their position in the shape.
pub(in crate::trio) struct Reader<'r> {
    context: &'r Context<'r>,
    row: &'r [(Raw<'r>, usize, usize)],
    seen: &'r mut [FieldSeen],
    words: &'r mut Words,
    unkeyed: &'r mut Vec<Text>,
    broken_keys: &'r mut usize,
}

/// Meanings of an answer's words, by field.
// An answer holds the same few words again and again: each is normalised and looked up once.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<(usize, Box<str>, Option<Meaning>)>);

/// Words remembered of one answer; further ones are looked up each time.
const WORD_MEMORY: usize = 64;

impl<'r> Reader<'r> {
    pub(super) fn new(
        context: &'r Context<'r>,
        row: &'r [(Raw<'r>, usize, usize)],
        seen: &'r mut [FieldSeen],
        words: &'r mut Words,
        unkeyed: &'r mut Vec<Text>,
        broken_keys: &'r mut usize,
    ) -> Self {
        Self { context, row, seen, words, unkeyed, broken_keys }
    }

    /// Records that a case without an id may wait for this service.
    pub(in crate::trio) fn record_unkeyed(&mut self, service: Text) {
        // Thousands of such rows are of a few services, and come in any order.
        if !self.unkeyed.contains(&service) {
            self.unkeyed.push(service);
        }
    }

    fn unknown(&mut self, field: usize) {
        let seen = &mut self.seen[field];
        seen.unknown += 1;
        if seen.samples.len() < SAMPLES {
            let sample = match &self.row[field].0 {
                Raw::List(_) => "a list".into(),
                Raw::Other => "an object".into(),
                Raw::Null => "null".into(),
                Raw::Broken => BROKEN_TEXT.into(),
                value => value
                    .text()
                    .map_or_else(String::new, |text| text.chars().take(SAMPLE_LENGTH).collect()),
            };
            if !seen.samples.contains(&sample) {
                seen.samples.push(sample);
            }
        }
    }

    /// Returns the text of a required field, such as an id. Counts the rows that lack it.
    pub(in crate::trio) fn key(&mut self, field: usize) -> Option<Text> {
        let mut key = self.text(field);
        // Two ids with a letter that is lost may become one, and a row would vanish.
        let lost = |key: &Text| !key.is_ascii() && key.contains(char::REPLACEMENT_CHARACTER);
        let is_lossy = key.as_ref().is_some_and(lost);
        if is_lossy || self.row[field].0 == Raw::Broken {
            *self.broken_keys += 1;
            key = None;
        }
        self.seen[field].rows_without += u64::from(key.is_none());
        key
    }

    /// Returns a text or number as text, truncated to [`NAME_LIMIT`] characters; empty is absent.
    pub(in crate::trio) fn text(&mut self, field: usize) -> Option<Text> {
        self.word(field, |text| text.into())
    }

    /// Returns a name: a text that identifies nothing and is shown, without control characters and
    /// changes of the direction of writing.
    pub(in crate::trio) fn name(&mut self, field: usize) -> Option<Text> {
        self.text(field).map(printable)
    }

    /// Joins two texts, such as first and last name; one of them if the other is absent.
    pub(in crate::trio) fn joined(&mut self, first: usize, second: usize) -> Option<Text> {
        let mut both = self.word(first, |text| {
            let mut both = String::with_capacity(64);
            both.push_str(text);
            both
        });
        let one = self.word(second, |text| match &mut both {
            Some(both) => {
                both.push(' ');
                both.push_str(text);
                None
            }
            None => Some(text.into()),
        });
        both.map(Text::from).or(one.flatten()).map(printable)
    }

    fn word<T>(&mut self, field: usize, make: impl FnOnce(&str) -> T) -> Option<T> {
        match &self.row[field].0 {
            Raw::Absent | Raw::Null => None,
            value => match value.text() {
                Some(text) => {
                    let word = cut(text.trim()).map(make);
                    self.seen[field].understood += u64::from(word.is_some());
                    word
                }
                None => {
                    self.unknown(field);
                    None
                }
            },
        }
    }

    /// Returns a text, or each text of a list.
    pub(in crate::trio) fn texts(&mut self, field: usize) -> Vec<Text> {
        let Raw::List(list) = &self.row[field].0 else {
            return self.text(field).into_iter().collect();
        };
        let texts: Vec<Text> =
            list.iter().filter_map(|value| cut(value.text()?.trim()).map(Text::from)).collect();
        if texts.len() < list.len() {
            self.unknown(field);
        } else {
            self.seen[field].understood += u64::from(!texts.is_empty());
        }
        texts
    }

    /// Returns a count.
    pub(in crate::trio) fn count(&mut self, field: usize) -> Option<f64> {
        let value = self.present(field)?.number();
        self.known(field, value)
    }

    /// Returns a duration in seconds.
    pub(in crate::trio) fn seconds(&mut self, field: usize) -> Option<f64> {
        let form = self.context.mapping.fields[field].form;
        let value = self.present(field)?.seconds(form);
        self.known(field, value)
    }

    /// Returns a flag.
    pub(in crate::trio) fn flag(&mut self, field: usize) -> Option<bool> {
        let value = self.present(field)?;
        if let Raw::Bool(flag) = *value {
            self.seen[field].understood += 1;
            return Some(flag);
        }
        match self.meaning(field) {
            Some(Meaning::Flag(flag)) => {
                self.seen[field].understood += 1;
                Some(flag)
            }
            _ => {
                self.unknown(field);
                None
            }
        }
    }

    /// Returns a moment by the server's clock; `None` if the server gives none. It is not compared
    /// with our clock: only the difference of both clocks shows what is plausible.
    ///
    /// # Errors
    /// [`Unreadable`] where the value is no time in this form, or has no zone and none is
    /// configured.
    pub(in crate::trio) fn time(&mut self, field: usize) -> Result<Option<SystemTime>, Unreadable> {
        let form = self.context.mapping.fields[field].form;
        let Some(value) = self.present(field).filter(|value| !value.is_no_time(form)) else {
            return Ok(None);
        };
        let time = value.time(form, self.context.zone);
        match time {
            Ok(_) => self.seen[field].understood += 1,
            Err(_) => self.seen[field].unreadable_times += 1,
        }
        time.map(Some)
    }

    /// Returns the exported members: numbers, and flags as 1 and 0. Other values are absent.
    pub(in crate::trio) fn exported(&self) -> Vec<(Text, f64)> {
        let mapping = self.context.mapping;
        let values = self.row[mapping.fields.len()..].iter().map(|(value, _, _)| match value {
            Raw::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Raw::Integer(number) => Some(*number as f64),
            Raw::Number(number) => Some(*number),
            _ => None,
        });
        mapping
            .exported
            .iter()
            .zip(values)
            .filter_map(|(name, value)| Some((name.clone(), value?)))
            .collect()
    }

    /// Returns an agent's state; `None` only if the member is missing.
    pub(in crate::trio) fn agent_state(&mut self, field: usize) -> Option<AgentState> {
        if self.row[field].0 == Raw::Absent {
            self.seen[field].absent += 1;
            return None;
        }
        if let Some(Meaning::AgentState(state)) = self.meaning(field) {
            self.seen[field].understood += 1;
            return Some(state);
        }
        self.unknown(field);
        Some(AgentState::Unknown)
    }

    /// Returns a case's state; `None` only if the member is missing.
    pub(in crate::trio) fn case_state(&mut self, field: usize) -> Option<CaseState> {
        if self.row[field].0 == Raw::Absent {
            self.seen[field].absent += 1;
            return None;
        }
        if let Some(Meaning::CaseState(state)) = self.meaning(field) {
            self.seen[field].understood += 1;
            return Some(state);
        }
        self.unknown(field);
        Some(CaseState::Unknown)
    }

    /// Returns the class of a case, if it names one.
    ///
    /// # Errors
    /// [`Unreadable`] where the dictionary does not map the word; it is counted as unknown.
    pub(in crate::trio) fn case_class(
        &mut self,
        field: usize,
    ) -> Result<Option<CaseClass>, Unreadable> {
        if self.present(field).is_none() {
            return Ok(None);
        }
        if let Some(Meaning::CaseClass(class)) = self.meaning(field) {
            self.seen[field].understood += 1;
            return Ok(Some(class));
        }
        self.unknown(field);
        Err(Unreadable)
    }

    fn present(&self, field: usize) -> Option<&Raw<'_>> {
        let value = &self.row[field].0;
        (!matches!(value, Raw::Absent | Raw::Null)).then_some(value)
    }

    fn known<T, E>(&mut self, field: usize, value: Result<T, E>) -> Option<T> {
        match value {
            Ok(value) => {
                self.seen[field].understood += 1;
                Some(value)
            }
            Err(_) => {
                self.unknown(field);
                None
            }
        }
    }

    fn meaning(&mut self, field: usize) -> Option<Meaning> {
        let text = self.row[field].0.text()?;
        let known = self.words.0.iter().find(|(of, word, _)| *of == field && **word == *text);
        if let Some((_, _, meaning)) = known {
            return *meaning;
        }
        let values = &self.context.mapping.fields[field].values;
        let meaning = values.get(&*text).or_else(|| values.get(&normalized(&text))).copied();
        if self.words.0.len() < WORD_MEMORY {
            self.words.0.push((field, (*text).into(), meaning));
        }
        meaning
    }
}

/// Truncates a text to the limit; `None` if it is empty.
fn cut(text: &str) -> Option<&str> {
    // No text has more characters than bytes.
    let is_long = text.len() > NAME_LIMIT;
    let end = is_long
        .then(|| text.char_indices().nth(NAME_LIMIT))
        .flatten()
        .map_or(text.len(), |(end, _)| end);
    (!text.is_empty()).then(|| &text[..end])
}
