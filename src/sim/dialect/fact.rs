//! Values of members, and their JSON in each dialect.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, tz};
use serde_json::{Value, json};

use super::{Dialect, words};
use crate::sim::world::{Activity, Class, Stage};

/// Value of a member before a dialect writes it. The order is that of `sort`: null first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Null,
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

/// UTC offset of the Swedish dialect, in hours. Fixed, without summer time: the offset is written
/// with each time.
const SWEDISH_OFFSET: i8 = 1;

impl Fact {
    /// Returns the value as this dialect writes it.
    pub(crate) fn to_json(&self, dialect: Dialect) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Id(id) => reference(dialect, *id),
            Self::Ids(ids) => match ids.as_slice() {
                [] => Value::Null,
                // A server may write a single relation without a list.
                [one] => reference(dialect, u64::from(*one)),
                many => many.iter().map(|id| reference(dialect, u64::from(*id))).collect(),
            },
            Self::Text(text) => json!(text),
            Self::Bool(yes) => match words::bool_words(dialect) {
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

/// Ids are numbers, or numeric text in the foreign dialect.
fn reference(dialect: Dialect, id: u64) -> Value {
    // A client must compare ids without regard to their JSON type.
    if dialect == Dialect::Foreign { json!(id.to_string()) } else { json!(id) }
}

fn span(dialect: Dialect, span: Duration) -> Value {
    let seconds = span.as_secs();
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let clock = match seconds / 86_400 {
        0 => clock,
        // As .NET writes a time span of a day or more.
        days => format!("{days}.{clock}"),
    };
    dialect.pick([json!(seconds), json!(clock), json!(span.as_millis() as u64)])
}

fn time(dialect: Dialect, time: SystemTime) -> Value {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Whole milliseconds in each dialect: `/Date(ms)/` holds nothing finer, and all dialects must
    // state the same facts.
    let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let Ok(stamp) = Timestamp::from_millisecond(milliseconds) else { return Value::Null };
    match dialect {
        Dialect::English => json!(stamp.to_string()),
        Dialect::Swedish => {
            json!(stamp.display_with_offset(tz::offset(SWEDISH_OFFSET)).to_string())
        }
        Dialect::Foreign => json!(format!("/Date({milliseconds})/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fact: &Fact) -> [Value; 3] {
        Dialect::ALL.map(|dialect| fact.to_json(dialect))
    }

    #[test]
    fn dialects_have_their_own_units_and_words() {
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
        assert_eq!(
            written(&Fact::Activity(Activity::Paused)),
            [json!("Paused"), json!("Paus"), json!(9)]
        );
        assert_eq!(written(&Fact::Ids(vec![4])), [json!(4), json!(4), json!("4")]);
        assert_eq!(
            written(&Fact::Ids(vec![4, 5])),
            [json!([4, 5]), json!([4, 5]), json!(["4", "5"])]
        );
    }

    #[test]
    fn state_words_are_parsed_back() {
        for dialect in Dialect::ALL {
            for activity in Activity::ALL {
                let word = Fact::Activity(activity).to_json(dialect);
                assert_eq!(dialect.parse_activity(&word), Some(activity));
            }
            assert_eq!(dialect.parse_activity(&json!(["?"])), None);
        }
    }
}
