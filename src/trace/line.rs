//! A line of a trace: what happened when to what, in words for people and in facts for programs.

use std::{
    fmt::{self, Write},
    time::SystemTime,
};

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use serde_json::{Map, Value, json};

use crate::model::{CaseClass, Text};

/// A line of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    time: Timestamp,
    offset: Offset,
    said: Said,
}

/// What is said, before it is known when.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    /// What happened, in one word for programs.
    event: &'static str,
    words: String,
    facts: Map<String, Value>,
    of: Option<Of>,
}

/// What it happened to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Of {
    pub(super) contact_center: Text,
    /// There are several contact centres, so people are told which.
    pub(super) shows_center: bool,
    pub(super) service_id: Text,
    pub(super) service_name: Option<Text>,
    pub(super) class: CaseClass,
    /// What stands for the case; `None`: all of them.
    pub(super) case: Option<String>,
}

impl Said {
    pub(super) fn new(event: &'static str, words: impl Into<String>) -> Self {
        Self { event, words: words.into(), facts: Map::new(), of: None }
    }

    /// The same with a fact for programs.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// The same with a number of seconds for programs.
    pub(super) fn seconds(self, name: &str, seconds: f64) -> Self {
        self.with(&format!("{name}_seconds"), (seconds * 1000.0).round() / 1000.0)
    }

    /// The same with other words.
    pub(super) fn saying(self, words: String) -> Self {
        Self { words, ..self }
    }

    pub(super) fn about(self, of: Of) -> Self {
        Self { of: Some(of), ..self }
    }

    pub(super) fn line(self, at: SystemTime, zone: &TimeZone) -> Line {
        let (time, offset) = moment(at, zone);
        Line { time, offset, said: self }
    }
}

impl Line {
    /// What happened, in one word for programs.
    pub fn event(&self) -> &'static str {
        self.said.event
    }

    /// The line for programs.
    pub fn json(&self) -> Value {
        let time = self.time.display_with_offset(self.offset).to_string();
        let mut all =
            Map::from_iter([("time".to_owned(), json!(time)), ("event".to_owned(), json!(self.said.event))]);
        if let Some(of) = &self.said.of {
            all.insert("contact_center".to_owned(), json!(&*of.contact_center));
            all.insert("service_id".to_owned(), json!(&*of.service_id));
            if let Some(name) = &of.service_name {
                all.insert("service_name".to_owned(), json!(&**name));
            }
            all.insert("class".to_owned(), json!(of.class.as_str()));
            if let Some(case) = &of.case {
                all.insert("case".to_owned(), json!(case));
            }
        }
        all.extend(self.said.facts.clone());
        all.insert("words".to_owned(), json!(self.said.words));
        Value::Object(all)
    }
}

/// The line for people.
impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("{}  ", time_of_day(self.time, self.offset));
        if let Some(of) = &self.said.of {
            if of.shows_center {
                line += &format!("cc {} ", of.contact_center);
            }
            line += &format!("svc {}", of.service_id);
            if let Some(name) = &of.service_name {
                line += &format!(" {name}");
            }
            line += &format!("  {}  ", of.class.as_str());
            if let Some(case) = &of.case {
                line += &format!("case {case}  ");
            }
        }
        line += &self.said.words;
        // A name must not move the cursor of whoever reads this.
        line.chars().try_for_each(|c| formatter.write_char(if c.is_control() { ' ' } else { c }))
    }
}

/// The time of day, as lines begin with it.
pub(super) fn clock(at: SystemTime, zone: &TimeZone) -> String {
    let (time, offset) = moment(at, zone);
    time_of_day(time, offset)
}

fn time_of_day(time: Timestamp, offset: Offset) -> String {
    offset.to_datetime(time).strftime("%H:%M:%S").to_string()
}

fn moment(at: SystemTime, zone: &TimeZone) -> (Timestamp, Offset) {
    // A clock that stands outside of the calendar tells no time worth showing.
    let time = Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH);
    (time, zone.to_offset(time))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use pretty_assertions::assert_eq;

    use super::*;

    fn line(shows_center: bool) -> Line {
        let of = Of {
            contact_center: "1".into(),
            shows_center,
            service_id: "12".into(),
            service_name: Some("Växel".into()),
            class: CaseClass::Voice,
            case: Some("7f3a9b01".to_owned()),
        };
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let said = Said::new("answered", "answered after 2.0 s").seconds("low", 2.00049).about(of);
        said.line(UNIX_EPOCH + Duration::from_secs(1_768_464_005), &zone)
    }

    #[test]
    fn people_read_local_time_service_class_case_and_words() {
        assert_eq!(
            line(false).to_string(),
            "09:00:05  svc 12 Växel  voice  case 7f3a9b01  answered after 2.0 s"
        );
        assert!(line(true).to_string().starts_with("09:00:05  cc 1 svc 12 Växel  "));
    }

    #[test]
    fn programs_read_the_same_facts() {
        let expected = json!({
            "time": "2026-01-15T09:00:05+01:00", "event": "answered", "contact_center": "1", "service_id": "12",
            "service_name": "Växel", "class": "voice", "case": "7f3a9b01", "low_seconds": 2.0,
            "words": "answered after 2.0 s",
        });
        assert_eq!(line(false).json(), expected);
    }
}
