//! One line of a trace, as text for people and as JSON for programs.
//!
//! Tokens stand in place of case numbers: a case keeps its token during one run, and no number can
//! be computed from it.

use std::{
    fmt::{self, Write},
    time::SystemTime,
};

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use serde_json::{Map, Value, json};

use crate::model::{CaseClass, KeyedHash, Text, hexadecimal, is_unprintable};

/// A line of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    time: Timestamp,
    offset: Offset,
    message: Message,
}

/// Content of a line without its time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    /// Kind of the event, one word for programs.
    event: &'static str,
    /// Sentence for people.
    words: String,
    /// Further members of the JSON object.
    facts: Map<String, Value>,
    subject: Option<Subject>,
}

/// Service, class and case that a line is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject {
    pub(super) contact_center: Text,
    /// The text names the contact centre, because there are several.
    pub(super) shows_center: bool,
    pub(super) service_id: Text,
    pub(super) service_name: Option<Text>,
    pub(super) class: CaseClass,
    /// Token of the case; `None`: all cases of the class.
    pub(super) case: Option<String>,
}

impl Message {
    /// Creates a message without facts.
    pub(super) fn new(event: &'static str, words: impl Into<String>) -> Self {
        Self { event, words: words.into(), facts: Map::new(), subject: None }
    }

    /// Adds a member to the JSON object.
    pub(super) fn with_fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a duration to the JSON object as `NAME_seconds`, to the millisecond.
    pub(super) fn with_seconds(self, name: &str, seconds: f64) -> Self {
        self.with_fact(&format!("{name}_seconds"), (seconds * 1000.0).round() / 1000.0)
    }

    /// Replaces the sentence.
    pub(super) fn with_words(self, words: String) -> Self {
        Self { words, ..self }
    }

    /// Sets the service, class and case.
    pub(super) fn with_subject(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// Creates the line with its time.
    pub(super) fn into_line(self, at: SystemTime, zone: &TimeZone) -> Line {
        let (time, offset) = zoned_time(at, zone);
        Line { time, offset, message: self }
    }
}

impl Line {
    /// Returns the kind of the event, one word for programs.
    pub fn event(&self) -> &'static str {
        self.message.event
    }

    /// Returns the line as a JSON object.
    pub fn json(&self) -> Value {
        // With the offset of that moment, so that the hour of a clock change is not ambiguous.
        let time = self.time.display_with_offset(self.offset).to_string();
        let mut all = Map::from_iter([
            ("time".to_owned(), json!(time)),
            ("event".to_owned(), json!(self.message.event)),
        ]);
        if let Some(subject) = &self.message.subject {
            all.insert("contact_center".to_owned(), json!(&*subject.contact_center));
            all.insert("service_id".to_owned(), json!(&*subject.service_id));
            if let Some(name) = &subject.service_name {
                all.insert("service_name".to_owned(), json!(&**name));
            }
            all.insert("class".to_owned(), json!(subject.class.as_str()));
            if let Some(case) = &subject.case {
                all.insert("case".to_owned(), json!(case));
            }
        }
        all.extend(self.message.facts.clone());
        all.insert("words".to_owned(), json!(self.message.words));
        Value::Object(all)
    }
}

/// Text for people, with the local time of day.
impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("{}  ", time_of_day(self.time, self.offset));
        if let Some(subject) = &self.message.subject {
            if subject.shows_center {
                line += &format!("cc {} ", subject.contact_center);
            }
            line += &format!("svc {}", subject.service_id);
            if let Some(name) = &subject.service_name {
                line += &format!(" {name}");
            }
            line += &format!("  {}  ", subject.class.as_str());
            if let Some(case) = &subject.case {
                line += &format!("case {case}  ");
            }
        }
        line += &self.message.words;
        // A name from Trio may contain escape sequences, which would move the cursor of the
        // terminal.
        line.chars().try_for_each(|c| formatter.write_char(if is_unprintable(c) { ' ' } else { c }))
    }
}

/// Formats the time of day as at the beginning of a line.
pub(super) fn format_time(at: SystemTime, zone: &TimeZone) -> String {
    let (time, offset) = zoned_time(at, zone);
    time_of_day(time, offset)
}

fn time_of_day(time: Timestamp, offset: Offset) -> String {
    offset.to_datetime(time).strftime("%H:%M:%S").to_string()
}

fn zoned_time(at: SystemTime, zone: &TimeZone) -> (Timestamp, Offset) {
    // Only a clock that is wrong by millennia is outside of the calendar.
    let time = Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH);
    (time, zone.to_offset(time))
}

/// Bytes of the hash that are printed: enough to distinguish the cases of a day.
const SHOWN_BYTES: usize = 4;

/// Hasher of case numbers, with a random key that is never stored.
// Case numbers are short: without a key, anyone could hash all of them and compare. With a key per
// run, the outputs of two runs cannot be joined.
#[derive(Clone, Debug)]
pub struct Tokens(KeyedHash);

impl Tokens {
    /// Creates a hasher with a new random key.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn with_random_key() -> Result<Self, rand::rngs::SysError> {
        KeyedHash::with_random_key().map(Self)
    }

    /// Returns the token of a case: eight hexadecimal digits.
    pub(super) fn token(&self, contact_center: &str, case: &str) -> String {
        // Two contact centres may use the same number for different cases.
        let hash = self.0.hash([contact_center.as_bytes(), b"/", case.as_bytes()]);
        hexadecimal(&hash[..SHOWN_BYTES])
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use pretty_assertions::assert_eq;

    use super::*;

    fn line(shows_center: bool) -> Line {
        let subject = Subject {
            contact_center: "1".into(),
            shows_center,
            service_id: "12".into(),
            service_name: Some("Växel".into()),
            class: CaseClass::Voice,
            case: Some("7f3a9b01".to_owned()),
        };
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let message = Message::new("answered", "answered after 2.0 s").with_seconds("low", 2.00049);
        message
            .with_subject(subject)
            .into_line(UNIX_EPOCH + Duration::from_secs(1_768_464_005), &zone)
    }

    #[test]
    fn text_has_local_time_service_class_and_case() {
        assert_eq!(
            line(false).to_string(),
            "09:00:05  svc 12 Växel  voice  case 7f3a9b01  answered after 2.0 s"
        );
        assert!(line(true).to_string().starts_with("09:00:05  cc 1 svc 12 Växel  "));
    }

    #[test]
    fn json_has_the_same_facts() {
        let expected = json!({
            "time": "2026-01-15T09:00:05+01:00", "event": "answered", "contact_center": "1", "service_id": "12",
            "service_name": "Växel", "class": "voice", "case": "7f3a9b01", "low_seconds": 2.0,
            "words": "answered after 2.0 s",
        });
        assert_eq!(line(false).json(), expected);
    }

    #[test]
    fn token_is_truncated_hmac_of_center_and_number() {
        // printf '1/100123' | openssl dgst -sha256 -hmac secret
        assert_eq!(Tokens(KeyedHash::new(b"secret")).token("1", "100123"), "fb4ff449");
    }

    #[test]
    fn token_is_stable_within_one_run_only() {
        let (one, other) = (
            Tokens::with_random_key().expect("random numbers"),
            Tokens::with_random_key().expect("random numbers"),
        );
        assert_eq!(one.token("1", "7"), one.token("1", "7"));
        assert_ne!(one.token("1", "7"), other.token("1", "7"));
        assert_ne!(one.token("1", "7"), one.token("2", "7"));
    }
}
