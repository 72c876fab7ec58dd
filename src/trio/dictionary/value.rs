//! Values in their forms. A value that cannot be read is an error, which is counted and never
//! guessed.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use jiff::{Span, Timestamp, civil, tz::TimeZone};

use super::shape::Form;
use crate::model::{AgentState, CaseClass, CaseState};

/// Start of the year 2000, seconds since 1970.
// Every earlier moment is the zero of some calendar: .NET's year 1, SQL Server's 1753, Windows'
// 1601, OLE's 1899-12-30, Unix' 1970, and "until further notice" (1901) in Trio's own manual. No
// agent state and no case is that old.
const EARLIEST: i64 = 946_684_800;
/// First year whose moments are times.
const EARLIEST_YEAR: i16 = 2000;
/// Digits of a year.
const YEAR_DIGITS: usize = 4;
/// Digits of a date without and with a time, written without separators.
const COMPACT_DATE_LENGTHS: [usize; 2] = [8, 14];

/// Domain meaning of a raw value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) enum Meaning {
    AgentState(AgentState),
    CaseState(CaseState),
    CaseClass(CaseClass),
    Flag(bool),
}

impl Meaning {
    /// Returns the word of a fields file.
    pub(in crate::trio) const fn word(self) -> &'static str {
        match self {
            Self::AgentState(state) => state.as_str(),
            Self::CaseState(state) => state.as_str(),
            Self::CaseClass(class) => class.as_str(),
            Self::Flag(true) => "true",
            Self::Flag(false) => "false",
        }
    }
}

/// A value as the answer holds it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::trio) enum Raw<'a> {
    /// The row has no such member.
    Absent,
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Raw<'a>>),
    /// An object, or a list inside a list.
    Other,
}

/// Error: the value cannot be read in its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) struct Unreadable;

impl Raw<'_> {
    /// Returns the value as text, for a name or an id.
    pub(in crate::trio) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Integer(number) => Some(number.to_string().into()),
            Self::Number(number) => Some(number.to_string().into()),
            Self::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
            Self::Absent | Self::Null | Self::List(_) | Self::Other => None,
        }
    }

    /// Returns the value as a number that is not negative.
    ///
    /// # Errors
    /// Text that is no number, or could be two: `1,234`. A negative number (`-1` means "unknown" in
    /// many systems), NaN, infinity.
    pub(in crate::trio) fn number(&self) -> Result<f64, Unreadable> {
        let number = match self {
            Self::Integer(number) => *number as f64,
            Self::Number(number) => *number,
            Self::Text(text) => decimal(text.trim()).ok_or(Unreadable)?,
            _ => return Err(Unreadable),
        };
        if number.is_finite() && number >= 0.0 { Ok(number) } else { Err(Unreadable) }
    }

    /// Returns the value as a duration in seconds.
    pub(in crate::trio) fn seconds(&self, form: Form) -> Result<f64, Unreadable> {
        // Assumption A7: waits are seconds or a clock; a colon tells them apart without
        // configuration. WCF writes a span of time as ISO 8601, which begins with its own letter.
        let is_clock = matches!(self, Self::Text(text) if text.contains(':'));
        if let Self::Text(text) = self
            && text.trim().starts_with('P')
        {
            return iso_duration(text.trim()).ok_or(Unreadable);
        }
        match form {
            Form::Clock => self.clock(),
            Form::Duration if is_clock => self.clock(),
            Form::Milliseconds => Ok(self.number()? / 1e3),
            Form::Minutes => Ok(self.number()? * 60.0),
            _ => self.number(),
        }
    }

    fn clock(&self) -> Result<f64, Unreadable> {
        let Self::Text(text) = self else { return Err(Unreadable) };
        clock(text.trim()).ok_or(Unreadable)
    }

    /// Returns the value as a moment. A time without a zone needs `zone`.
    pub(in crate::trio) fn time(
        &self,
        form: Form,
        zone: Option<&TimeZone>,
    ) -> Result<SystemTime, Unreadable> {
        let since_1970 = match form {
            Form::UnixSeconds => self.number()?,
            Form::UnixMilliseconds => self.number()? / 1e3,
            _ => {
                let Self::Text(text) = self else { return Err(Unreadable) };
                return timestamp(text.trim(), zone).ok_or(Unreadable);
            }
        };
        let duration = Duration::try_from_secs_f64(since_1970).map_err(|_| Unreadable)?;
        SystemTime::UNIX_EPOCH.checked_add(duration).ok_or(Unreadable)
    }

    /// Returns true if this is one of the ways in which systems write "no time": nothing, or a
    /// moment before the year 2000 (assumption B5).
    pub(in crate::trio) fn is_no_time(&self, form: Form) -> bool {
        let number = match self {
            Self::Text(text) => {
                let text = text.trim();
                if text.is_empty() || form == Form::Timestamp && is_early(text) {
                    return true;
                }
                text.parse().ok()
            }
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        };
        number.is_some_and(|number: f64| match form {
            Form::UnixSeconds => number < EARLIEST as f64,
            Form::UnixMilliseconds => number < EARLIEST as f64 * 1e3,
            // Where a date is expected, a short number is 0, -1 or a year.
            _ => number < f64::from(EARLIEST_YEAR),
        })
    }
}

/// Normalises a name or value for comparison: lower case, without `_`, `-` and spaces.
// .NET serializers write the same member as `QueueLength` or `queueLength` depending on a setting.
pub(in crate::trio) fn normalized(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Returns true if a text is a date, a date with a time or `/Date(ms)/` before the year 2000, in
/// any zone, or nothing but zeros and separators. Anything may follow the date: Trio writes
/// `1901-01-01 00:59:XX`.
fn is_early(text: &str) -> bool {
    if text.chars().all(|c| c == '0' || c.is_ascii_punctuation() || c.is_whitespace()) {
        return true;
    }
    if let Some(millis) = date_millis(text) {
        return millis < EARLIEST * 1000;
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return timestamp.as_second() < EARLIEST;
    }
    year(text).is_some_and(|year| year < EARLIEST_YEAR)
}

/// Returns the year of a date: the group of four digits among the first three, as in `1899-12-30`,
/// `30.12.1899` or `1/1/0001 12:00:00 AM`, or the beginning of `19000101` and `19000101000000`.
fn year(text: &str) -> Option<i16> {
    // A group of another length may be a number of seconds or milliseconds, which belongs to
    // another form.
    if COMPACT_DATE_LENGTHS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return text[..YEAR_DIGITS].parse().ok();
    }
    let mut parts = text.splitn(4, |c: char| !c.is_ascii_digit());
    let mut date = [parts.next()?, parts.next()?, parts.next()?].into_iter();
    date.clone()
        .all(|part| !part.is_empty())
        .then(|| date.find(|part| part.len() == YEAR_DIGITS))??
        .parse()
        .ok()
}

/// Milliseconds since 1970 in `/Date(ms)/`.
fn date_millis(text: &str) -> Option<i64> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    // An offset after the milliseconds only says where the clock stood: they are UTC anyway.
    let end = inner.rfind(['+', '-']).filter(|end| *end > 0).unwrap_or(inner.len());
    inner[..end].parse().ok()
}

/// Number of a text; a comma is a decimal sign, as a Swedish server writes it.
fn decimal(text: &str) -> Option<f64> {
    let Some((whole, fraction)) = text.split_once(',') else { return text.parse().ok() };
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    // `1,234` is a thousand on an English server. `0,234` and `1234,567` cannot be.
    let may_group = fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0');
    let is_decimal = are_digits(whole) && are_digits(fraction) && !may_group;
    is_decimal.then(|| format!("{whole}.{fraction}").parse().ok())?
}

/// Seconds of an ISO 8601 duration such as `PT1M30.5S`. Months and years have no fixed length.
fn iso_duration(text: &str) -> Option<f64> {
    let span: Span = text.parse().ok()?;
    if span.is_negative() || span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let days = f64::from(span.get_weeks()) * 7.0 + f64::from(span.get_days());
    let hours = days * 24.0 + f64::from(span.get_hours());
    let minutes = hours * 60.0 + span.get_minutes() as f64;
    let seconds = minutes * 60.0 + span.get_seconds() as f64;
    let below = span.get_milliseconds() as f64 / 1e3
        + span.get_microseconds() as f64 / 1e6
        + span.get_nanoseconds() as f64 / 1e9;
    Some(seconds + below)
}

/// Seconds of a clock text, `[D.][HH:]MM:SS[.fraction]`, as .NET writes a TimeSpan; in a Swedish
/// culture with a comma before the fraction.
// `90:00` is read as 90 minutes; with hours before them, 60 minutes are a mistake.
fn clock(text: &str) -> Option<f64> {
    let mut parts = text.rsplit(':');
    let seconds = parts.next()?;
    let minutes = parts.next()?;
    let hours_given = parts.next();
    let (days, hours) =
        hours_given.map_or(("0", "0"), |hours| hours.split_once('.').unwrap_or(("0", hours)));
    let digits = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok())?
    };
    let seconds = seconds.replace(',', ".");
    let whole = seconds.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = if whole { seconds.parse().ok()? } else { return None };
    let (minutes, hours, days) = (digits(minutes)?, digits(hours)?, digits(days)?);
    if parts.next().is_some() || seconds >= 60.0 || minutes >= 60 && hours_given.is_some() {
        return None;
    }
    Some(
        f64::from(days) * 86_400.0
            + f64::from(hours) * 3600.0
            + f64::from(minutes) * 60.0
            + seconds,
    )
}

fn timestamp(text: &str, zone: Option<&TimeZone>) -> Option<SystemTime> {
    if let Some(millis) = date_millis(text) {
        return Timestamp::from_millisecond(millis).ok()?.try_into().ok();
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return timestamp.try_into().ok();
    }
    // Without a configured zone the offset would be a guess, and a wait wrong by hours.
    let local: civil::DateTime = text.parse().ok()?;
    zone?.to_timestamp(local).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unix_seconds;

    fn text(value: &str) -> Raw<'_> {
        Raw::Text(value.into())
    }

    #[test]
    fn durations_are_read_in_every_form() {
        let table = [
            (Raw::Integer(75), Form::Duration, Ok(75.0)),
            (text("75"), Form::Duration, Ok(75.0)),
            (text("00:01:15"), Form::Duration, Ok(75.0)),
            (text("01:15"), Form::Clock, Ok(75.0)),
            (text("1.02:03:04.5"), Form::Clock, Ok(93_784.5)),
            (text("90:00"), Form::Clock, Ok(5400.0)),
            (Raw::Number(1500.0), Form::Milliseconds, Ok(1.5)),
            (Raw::Integer(2), Form::Minutes, Ok(120.0)),
            (text("12,5"), Form::Duration, Ok(12.5)),
            (text("00:01:15,5000000"), Form::Clock, Ok(75.5)),
            (text("00:01:15.5000000"), Form::Duration, Ok(75.5)),
            (text("PT1M30.5S"), Form::Duration, Ok(90.5)),
            (text(" PT0S "), Form::Duration, Ok(0.0)),
            (text("PT2H"), Form::Clock, Ok(7200.0)),
            (text("P1DT1H0M1S"), Form::Seconds, Ok(90_001.0)),
            (text("P1M"), Form::Duration, Err(Unreadable)),
            (text("P1Y"), Form::Duration, Err(Unreadable)),
            (text("-PT1S"), Form::Duration, Err(Unreadable)),
            (text("PT"), Form::Duration, Err(Unreadable)),
            (text("Paus"), Form::Duration, Err(Unreadable)),
            (text("1,234"), Form::Duration, Err(Unreadable)),
            (Raw::Integer(75), Form::Clock, Err(Unreadable)),
            (text("00:61:15"), Form::Clock, Err(Unreadable)),
            (text("01:61:15"), Form::Clock, Err(Unreadable)),
            (text("00:00:75"), Form::Clock, Err(Unreadable)),
            (text("-00:01:00"), Form::Clock, Err(Unreadable)),
            (text("1:2:3:4"), Form::Clock, Err(Unreadable)),
            (text("a:b"), Form::Clock, Err(Unreadable)),
            (text("::"), Form::Clock, Err(Unreadable)),
            (Raw::Integer(-1), Form::Seconds, Err(Unreadable)),
            (Raw::Number(f64::INFINITY), Form::Seconds, Err(Unreadable)),
            (text("NaN"), Form::Seconds, Err(Unreadable)),
            (Raw::Bool(true), Form::Seconds, Err(Unreadable)),
        ];
        for (raw, form, expected) in table {
            assert_eq!(raw.seconds(form), expected, "{raw:?} as {}", form.as_str());
        }
    }

    #[test]
    fn numbers_in_texts_have_one_meaning() {
        for (given, expected) in [
            ("12", Some(12.0)),
            (" 12 ", Some(12.0)),
            ("12.5", Some(12.5)),
            ("12,5", Some(12.5)),
            ("12,50", Some(12.5)),
            ("0,125", Some(0.125)),
            ("1234,567", Some(1234.567)),
            ("1,234", None),
            ("12,345", None),
            ("1,234,567", None),
            ("1.234,5", None),
            (",5", None),
            ("5,", None),
            ("-1,5", None),
            ("1,5e3", None),
            ("12 s", None),
        ] {
            assert_eq!(text(given).number().ok(), expected, "{given}");
        }
    }

    #[test]
    fn moments_are_read_in_every_form() {
        let stockholm = TimeZone::get("Europe/Stockholm").expect("bundled or installed");
        let table = [
            (text("2026-01-15T08:00:00Z"), Form::Timestamp, None, Ok(1_768_464_000.0)),
            (text("2026-01-15T09:00:00+01:00"), Form::Timestamp, None, Ok(1_768_464_000.0)),
            (
                text("2026-01-15T09:00:00.1234567+01:00"),
                Form::Timestamp,
                None,
                Ok(1_768_464_000.123_456_7),
            ),
            (text("2026-01-15T09:00:00"), Form::Timestamp, None, Err(Unreadable)),
            (text("2026-01-15T09:00:00"), Form::Timestamp, Some(&stockholm), Ok(1_768_464_000.0)),
            (text("2026-01-15 09:00:00"), Form::Timestamp, Some(&stockholm), Ok(1_768_464_000.0)),
            (text("/Date(1768464000000)/"), Form::Timestamp, None, Ok(1_768_464_000.0)),
            (text("/Date(1768464000000+0100)/"), Form::Timestamp, None, Ok(1_768_464_000.0)),
            (text("/Date(-1000)/"), Form::Timestamp, None, Ok(-1.0)),
            (Raw::Integer(1_768_464_000), Form::UnixSeconds, None, Ok(1_768_464_000.0)),
            (Raw::Integer(1_768_464_000_000), Form::UnixMilliseconds, None, Ok(1_768_464_000.0)),
            (Raw::Integer(1_768_464_000), Form::Timestamp, None, Err(Unreadable)),
            (Raw::Number(1e300), Form::UnixSeconds, None, Err(Unreadable)),
            (text("yesterday"), Form::Timestamp, Some(&stockholm), Err(Unreadable)),
        ];
        for (raw, form, zone, expected) in table {
            let read = raw.time(form, zone).map(unix_seconds);
            match (read, expected) {
                (Ok(read), Ok(expected)) => {
                    assert!((read - expected).abs() < 1e-6, "{raw:?}: {read}");
                }
                (read, expected) => assert_eq!(read.is_err(), expected.is_err(), "{raw:?}"),
            }
        }
    }

    #[test]
    fn moments_before_2000_are_no_time_in_every_form() {
        let no_time = |raw: Raw<'_>, form: Form| raw.is_no_time(form);
        for moment in [
            "",
            "  ",
            "0",
            "-1",
            "1900",
            "1900-01-01",
            "1899-12-30",
            "1899-12-30 00:00:00",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00.0000000",
            "0001-01-01T00:00:00+01:00",
            "1753-01-01T00:00:00",
            "1601-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T01:00:00+01:00",
            "1999-12-31T23:59:59Z",
            "1901-01-01 00:59:00",
            "1901-01-01 00:59:59",
            "1901-01-01 00:59:XX",
            " 1901-01-01 00:59:07 ",
            "/Date(-62135596800000)/",
            "/Date(-62135596800000+0100)/",
            "/Date(0)/",
            "/Date(-1000)/",
            "/Date(946684799999)/",
            "01/01/1900",
            "1/1/0001 12:00:00 AM",
            "30.12.1899",
            "31.12.1999 23:59",
            "19000101",
            "19691231235959",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "00:00:00",
            "00.00.0000",
            "-",
            "--",
        ] {
            assert!(no_time(text(moment), Form::Timestamp), "{moment}");
        }
        for (raw, form) in [
            (Raw::Integer(0), Form::Timestamp),
            (Raw::Integer(-1), Form::Timestamp),
            (Raw::Integer(1900), Form::Timestamp),
            (Raw::Integer(0), Form::UnixSeconds),
            (Raw::Integer(-2_208_988_800), Form::UnixSeconds),
            (Raw::Number(-1.5), Form::UnixSeconds),
            (Raw::Number(0.0), Form::UnixMilliseconds),
            (text("0"), Form::UnixSeconds),
            (text("-62135596800"), Form::UnixSeconds),
            (text("946684799"), Form::UnixSeconds),
            (Raw::Integer(-62_135_596_800_000), Form::UnixMilliseconds),
            (Raw::Integer(946_684_799_999), Form::UnixMilliseconds),
            (text(""), Form::UnixMilliseconds),
        ] {
            assert!(no_time(raw.clone(), form), "{raw:?} as {}", form.as_str());
        }
    }

    #[test]
    fn wrong_times_and_times_since_2000_are_not_no_time() {
        for moment in [
            "2000-01-01T00:00:00Z",
            "2000-01-01",
            "2026-01-15T08:00:00Z",
            "2026-01-15 09:00:00",
            "9999-12-31T23:59:59Z",
            "/Date(946684800000)/",
            "yesterday",
            "12:30",
            "01/01/2000",
            "30.11.2026 08:00",
            "20261130",
            "20261130080000",
            "never",
            "3600",
            "1700000000",
            "1700000000000",
            "10-20-30",
        ] {
            assert!(!text(moment).is_no_time(Form::Timestamp), "{moment}");
        }
        for (raw, form) in [
            (Raw::Integer(1_768_464_000), Form::Timestamp),
            (Raw::Integer(946_684_800), Form::UnixSeconds),
            (Raw::Integer(946_684_800_000), Form::UnixMilliseconds),
            (text("abc"), Form::UnixSeconds),
            (Raw::Number(f64::NAN), Form::UnixSeconds),
            (Raw::Bool(false), Form::Timestamp),
            (Raw::Other, Form::Timestamp),
        ] {
            assert!(!raw.is_no_time(form), "{raw:?} as {}", form.as_str());
        }
    }
}
