//! A fact, and how each dialect writes it as JSON.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, tz};
use serde_json::{Value, json};

use super::{Dialect, words};
use crate::sim::world::{Activity, Class, Stage};

/// The value of a member before any dialect: in the order in which `sort` puts it, nothing first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Nothing,
    Id(u64),
    Ids(Vec<u32>),
    Text(String),
    Bool(bool),
    Count(usize),
    Span(Duration),
    Time(SystemTime),
    Activity(Activity),
    Stage(Stage),
    Class(Class),
    Direction(Class),
}

/// Hours east of Greenwich of the Swedish dialect's local time.
const SWEDISH_OFFSET: i8 = 1;

impl Fact {
    /// The value as this dialect writes it.
    pub(crate) fn json(&self, dialect: Dialect) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Id(id) => reference(dialect, *id),
            Self::Ids(ids) => match ids.as_slice() {
                [] => Value::Null,
                [one] => reference(dialect, u64::from(*one)),
                many => many.iter().map(|id| reference(dialect, u64::from(*id))).collect(),
            },
            Self::Text(text) => json!(text),
            Self::Bool(yes) => match words::yes_no(dialect) {
                Some(words) => json!(words[usize::from(*yes)]),
                None => json!(yes),
            },
            Self::Count(count) => json!(count),
            Self::Span(span) => self::span(dialect, *span),
            Self::Time(time) => self::time(dialect, *time),
            Self::Activity(activity) => words::activity(dialect, *activity),
            Self::Stage(stage) => words::stage(dialect, *stage),
            Self::Class(class) => json!(words::class(dialect, *class)),
            Self::Direction(class) => json!(words::direction(dialect, *class)),
        }
    }
}

/// Ids are numbers, or text that looks like one.
fn reference(dialect: Dialect, id: u64) -> Value {
    if dialect == Dialect::Foreign { json!(id.to_string()) } else { json!(id) }
}

fn span(dialect: Dialect, span: Duration) -> Value {
    let seconds = span.as_secs();
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let clock = match seconds / 86_400 {
        0 => clock,
        days => format!("{days}.{clock}"),
    };
    dialect.pick([json!(seconds), json!(clock), json!(span.as_millis() as u64)])
}

fn time(dialect: Dialect, time: SystemTime) -> Value {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let Ok(stamp) = Timestamp::from_millisecond(milliseconds) else { return Value::Null };
    match dialect {
        Dialect::English => json!(stamp.to_string()),
        Dialect::Swedish => json!(stamp.display_with_offset(tz::offset(SWEDISH_OFFSET)).to_string()),
        Dialect::Foreign => json!(format!("/Date({milliseconds})/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fact: &Fact) -> [Value; 3] {
        Dialect::ALL.map(|dialect| fact.json(dialect))
    }

    #[test]
    fn each_dialect_has_its_own_units_and_words() {
        let span = Fact::Span(Duration::from_millis(93_784_500));
        assert_eq!(written(&span), [json!(93_784), json!("1.02:03:04"), json!(93_784_500)]);
        let time = Fact::Time(UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
        assert_eq!(
            written(&time),
            [
                json!("2023-11-14T22:13:20.25Z"),
                json!("2023-11-14T23:13:20.25+01:00"),
                json!("/Date(1700000000250)/"),
            ]
        );
        assert_eq!(written(&Fact::Bool(true)), [json!(true), json!("ja"), json!("J")]);
        assert_eq!(written(&Fact::Activity(Activity::Paused)), [json!("Paused"), json!("Paus"), json!(9)]);
        assert_eq!(written(&Fact::Ids(vec![4])), [json!(4), json!(4), json!("4")]);
        assert_eq!(written(&Fact::Ids(vec![4, 5])), [json!([4, 5]), json!([4, 5]), json!(["4", "5"])]);
    }

    #[test]
    fn a_state_is_read_back_from_its_own_word() {
        for dialect in Dialect::ALL {
            for activity in Activity::ALL {
                let word = Fact::Activity(activity).json(dialect);
                assert_eq!(dialect.activity_from(&word), Some(activity));
            }
            assert_eq!(dialect.activity_from(&json!(["?"])), None);
        }
    }
}
