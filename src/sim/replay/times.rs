//! Shifts of recorded times by whole seconds: what had lasted a minute when it was recorded has
//! lasted a minute now.

use jiff::{Span, civil::DateTime};
use serde_json::Value;

/// Length of a date and time of day, to the second.
const SECOND: usize = "2026-01-15T08:00:00".len();

/// Start of the year 2000, in seconds since 1970.
// Servers write "no time" as 0 or as a date long ago; shifted by the age of the recording it would
// become a time.
const EARLIEST: i64 = 946_684_800;

/// Returns `value` shifted by `seconds`, where `form` is the form of its time; `None` if it holds
/// no time.
pub(super) fn shifted(value: &Value, form: &str, seconds: i64) -> Option<Value> {
    match (form, value) {
        ("unix_seconds", value) => number(value, seconds, EARLIEST),
        ("unix_milliseconds", value) => number(value, seconds.checked_mul(1000)?, EARLIEST * 1000),
        (_, Value::String(text)) => Some(timestamp(text, seconds)?.into()),
        _ => None,
    }
}

/// Shifts a number; one below `earliest` means no time.
fn number(value: &Value, by: i64, earliest: i64) -> Option<Value> {
    match value {
        Value::String(text) => {
            let number: i64 = text.trim().parse().ok().filter(|number| *number >= earliest)?;
            Some(number.checked_add(by)?.to_string().into())
        }
        Value::Number(number) => match number.as_i64() {
            Some(number) => Some((number >= earliest).then_some(number)?.checked_add(by)?.into()),
            None => {
                let number = number.as_f64().filter(|number| *number >= earliest as f64)?;
                Some((number + by as f64).into())
            }
        },
        _ => None,
    }
}

/// Shifts a timestamp. Zone and fractions of a second stay as they are written.
fn timestamp(text: &str, seconds: i64) -> Option<String> {
    if let Some(inner) = text.strip_prefix("/Date(") {
        let digits = inner.trim_start_matches('-').find(|c: char| !c.is_ascii_digit())?
            + inner.len()
            - inner.trim_start_matches('-').len();
        let millis: i64 =
            inner[..digits].parse().ok().filter(|millis| *millis >= EARLIEST * 1000)?;
        return Some(format!(
            "/Date({}{}",
            millis.checked_add(seconds.checked_mul(1000)?)?,
            &inner[digits..]
        ));
    }
    let (civil, rest) = text.split_at_checked(SECOND)?;
    // `0001-01-01` is .NET's default value, `1901-01-01` Trio's "until further notice": both mean
    // no time.
    let moment: DateTime = civil.parse().ok().filter(|moment: &DateTime| moment.year() >= 2000)?;
    let moment = moment.checked_add(Span::new().try_seconds(seconds).ok()?).ok()?;
    let between = civil.get(10..11)?;
    Some(format!("{}{between}{}{rest}", moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M:%S")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_shift_and_keep_their_form() {
        let form = "timestamp";
        for (value, form, expected) in [
            (json!("2026-01-15T08:00:00Z"), form, json!("2026-01-16T08:00:01Z")),
            (json!("2026-01-15T08:00:00.25+01:00"), form, json!("2026-01-16T08:00:01.25+01:00")),
            (json!("2026-01-15 08:00:00"), form, json!("2026-01-16 08:00:01")),
            (json!("/Date(1768464000250)/"), form, json!("/Date(1768550401250)/")),
            (json!("/Date(1768464000000+0100)/"), form, json!("/Date(1768550401000+0100)/")),
            (json!(1_768_464_000), "unix_seconds", json!(1_768_550_401)),
            (json!("1768464000"), "unix_seconds", json!("1768550401")),
            (json!(1_768_464_000.5), "unix_seconds", json!(1_768_550_401.5)),
            (json!(1_768_464_000_000_i64), "unix_milliseconds", json!(1_768_550_401_000_i64)),
        ] {
            assert_eq!(shifted(&value, form, 86_401), Some(expected), "{value}");
        }
    }

    #[test]
    fn other_values_do_not_shift() {
        for value in [
            json!("0001-01-01T00:00:00"),
            json!("1901-01-01 00:59:07"),
            json!("1970-01-01T00:00:00Z"),
            json!("/Date(-1000+0100)/"),
            json!(""),
            json!("kqzvbnrepqlmvxyz"),
            json!("/Date(x)/"),
            json!(null),
            json!("åäö"),
        ] {
            assert_eq!(shifted(&value, "timestamp", 5), None, "{value}");
        }
        for value in [json!(0), json!("0"), json!(-1), json!(1.5), json!([1])] {
            assert_eq!(shifted(&value, "unix_seconds", 5), None, "{value}");
        }
    }
}
