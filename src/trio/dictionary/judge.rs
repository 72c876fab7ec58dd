//! Classification of values by the risk of naming a person, for `record`: only measures, times and
//! words that the dictionary knows are harmless.

use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{
    Dictionary, FieldMapping,
    shape::Form,
    value::{Raw, normalized},
};
use crate::model::Resource;

/// Class of a value, by the member that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// A number of things, a duration, or a flag.
    Measure,
    /// A moment, in the form of this name.
    Time(&'static str),
    /// A moment before the year 2000, or none, in the form of this name: it means "no time".
    /// As a date it could be the birthday of a person, so it must not be shown.
    NoTime(&'static str),
    /// A word of a field whose values are a closed set.
    Word {
        /// The field.
        field: &'static str,
        /// The dictionary maps it.
        known: bool,
    },
    /// Anything else: an id, a name, an unknown member.
    Other,
}

/// Digits of a count at most.
// A number with more digits may be a telephone or personal number under a member mapped by mistake.
const DIGITS_OF_A_COUNT: usize = 5;
/// Longest plausible duration, in seconds: one year.
const LONGEST_WAIT: f64 = 366.0 * 86_400.0;
/// Characters of a clock text at most.
const LONGEST_CLOCK: usize = 20;
/// Characters of a time at most.
const LONGEST_TIME: usize = 40;
/// Digits after a decimal point at most; .NET writes seven.
// More digits could carry a number of a person behind the point.
const FRACTION: usize = 7;
/// Age of a moment at most.
// Present cases and states began recently; an older date may be a date of birth.
const OLDEST: Duration = Duration::from_secs(5 * 366 * 86_400);
/// Distance of a moment in the future at most: a wrong clock.
const AHEAD: Duration = Duration::from_secs(366 * 86_400);

impl Dictionary {
    /// Classifies `value`, held by the member called `member` of an item of `resource` that arrived
    /// at `now`. A value that cannot be read in the form of the dictionary is `Other`.
    pub fn judge(
        &self,
        resource: Resource,
        member: &str,
        value: &Value,
        now: SystemTime,
    ) -> Judgement {
        let Some((field, mapped)) = self.field(resource, member) else { return Judgement::Other };
        let (raw, text) = match value {
            Value::Bool(_) => return Judgement::Measure,
            Value::Number(number) => (figure(number), number.to_string()),
            Value::String(text) => (Raw::Text(text.as_str().into()), text.clone()),
            Value::Null | Value::Array(_) | Value::Object(_) => return Judgement::Other,
        };
        match mapped.form {
            Form::Text => Judgement::Other,
            Form::Enum | Form::Bool => Judgement::Word { field, known: is_known(mapped, &text) },
            Form::Number => measure(is_short_figure(&text)),
            Form::Duration | Form::Seconds | Form::Milliseconds | Form::Minutes | Form::Clock => {
                let seconds = raw.seconds(mapped.form);
                let plausible =
                    seconds.is_ok_and(|seconds| seconds <= LONGEST_WAIT) && is_clock(&text);
                measure(plausible || is_short_figure(&text))
            }
            Form::Timestamp | Form::UnixSeconds | Form::UnixMilliseconds => {
                if raw.is_no_time(mapped.form) {
                    return Judgement::NoTime(mapped.form.as_str());
                }
                let time = raw.time(mapped.form, Some(&TimeZone::UTC));
                let plausible = time.is_ok_and(|time| is_near(time, now)) && is_time(&text);
                if plausible { Judgement::Time(mapped.form.as_str()) } else { Judgement::Other }
            }
        }
    }

    /// Returns whether the word is mapped in any field.
    pub fn knows_word(&self, word: &str) -> bool {
        self.mappings
            .iter()
            .flat_map(|mapping| &mapping.fields)
            .any(|mapped| is_known(mapped, word))
    }

    /// Returns whether the dictionary knows a member of this name, in any resource.
    pub fn knows_member(&self, member: &str) -> bool {
        self.mappings.iter().any(|mapping| mapping.slot(member).is_some())
    }

    /// Resources whose items are read.
    pub fn resources(&self) -> impl Iterator<Item = Resource> + '_ {
        self.mappings.iter().map(|mapping| mapping.shape.resource)
    }

    /// Fields whose values are a closed set of words.
    pub fn fields_of_words(&self) -> Vec<(Resource, &'static str)> {
        let fields = self.mappings.iter().flat_map(|mapping| {
            let of_shape = mapping.shape.fields.iter().zip(&mapping.fields);
            let words =
                of_shape.filter(|(_, mapped)| matches!(mapped.form, Form::Enum | Form::Bool));
            words.map(|(field, _)| (mapping.shape.resource, field.name))
        });
        fields.collect()
    }

    fn field(&self, resource: Resource, member: &str) -> Option<(&'static str, &FieldMapping)> {
        let mapping = self.mapping(resource)?;
        let slot = mapping.slot(member)?;
        Some((mapping.shape.fields.get(slot.field)?.name, &mapping.fields[slot.field]))
    }
}

/// Returns whether `value`, in a member that is read in the form of this name, means "no time".
pub fn is_no_time(value: &Value, form: &str) -> bool {
    let form = Form::ALL.into_iter().find(|known| known.as_str() == form);
    form.zip(raw(value)).is_some_and(|(form, raw)| raw.is_no_time(form))
}

/// Returns a number or a text as the decoder reads it.
pub(in crate::trio) fn raw(value: &Value) -> Option<Raw<'_>> {
    match value {
        Value::Number(number) => Some(figure(number)),
        Value::String(text) => Some(Raw::Text(text.as_str().into())),
        _ => None,
    }
}

fn measure(is_one: bool) -> Judgement {
    if is_one { Judgement::Measure } else { Judgement::Other }
}

fn figure(number: &serde_json::Number) -> Raw<'static> {
    let float = || Raw::Number(number.as_f64().unwrap_or(f64::NAN));
    number.as_i64().map_or_else(float, Raw::Integer)
}

fn is_known(mapped: &FieldMapping, word: &str) -> bool {
    mapped.values.contains_key(word) || mapped.values.contains_key(&normalized(word))
}

/// Returns whether a text holds only the characters of a clock or of an ISO 8601 duration.
fn is_clock(text: &str) -> bool {
    let mark =
        |byte| matches!(byte, b'.' | b',' | b':' | b'P' | b'T' | b'W' | b'D' | b'H' | b'M' | b'S');
    let plain = text.trim().bytes().all(|byte| byte.is_ascii_digit() || mark(byte));
    plain && text.len() <= LONGEST_CLOCK && fraction(text) <= FRACTION
}

/// Returns whether a text is a number with few digits; any sign, since -1 often means "unknown".
fn is_short_figure(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b','));
    plain && (1..=DIGITS_OF_A_COUNT).contains(&digits)
}

/// Returns whether a text holds only digits and the marks of a time: other letters could say
/// anything.
fn is_time(text: &str) -> bool {
    let inner =
        text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")).unwrap_or(text);
    let mark = |byte| matches!(byte, b'-' | b'+' | b':' | b'.' | b'T' | b'Z' | b' ');
    let plain = inner.bytes().all(|byte| byte.is_ascii_digit() || mark(byte));
    plain && text.len() <= LONGEST_TIME && fraction(text) <= FRACTION + 2
}

/// Digits after the last decimal sign.
fn fraction(text: &str) -> usize {
    text.rsplit_once(['.', ','])
        .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count())
}

fn is_near(time: SystemTime, now: SystemTime) -> bool {
    now.duration_since(time).is_ok_and(|age| age <= OLDEST)
        || time.duration_since(now).is_ok_and(|ahead| ahead <= AHEAD)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(resource: Resource, member: &str, value: &Value) -> Judgement {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_464_000);
        let text = "services/state:\n  longest_wait: {members: [oldest], form: milliseconds}\n";
        let dictionary = Dictionary::with_user_file("f.yml", text).expect("valid");
        dictionary.judge(resource, member, value, now)
    }

    #[test]
    fn harmless_values_are_recognised() {
        use Resource::{AgentState, Calls, ServiceState};
        let (time, no_time) = (Judgement::Time("timestamp"), Judgement::NoTime("timestamp"));
        let word = |known| Judgement::Word { field: "state", known };
        for (resource, member, value, expected) in [
            (ServiceState, "queueLength", json!(12), Judgement::Measure),
            (ServiceState, "QUEUE_LENGTH", json!("12"), Judgement::Measure),
            (ServiceState, "queueLength", json!(-1), Judgement::Measure),
            (ServiceState, "queueLength", json!(701_234), Judgement::Other),
            (ServiceState, "queueLength", json!("Anna"), Judgement::Other),
            (ServiceState, "open", json!(true), Judgement::Measure),
            (ServiceState, "open", json!("Ja"), Judgement::Word { field: "open", known: true }),
            (ServiceState, "oldest", json!(93_784_500), Judgement::Measure),
            (ServiceState, "oldest", json!(46_701_234_567_u64), Judgement::Other),
            (ServiceState, "estimatedWaitTime", json!("1.02:03:04"), Judgement::Measure),
            (ServiceState, "estimatedWaitTime", json!("PT1M30.5S"), Judgement::Measure),
            (ServiceState, "estimatedWaitTime", json!("12,5"), Judgement::Measure),
            (ServiceState, "estimatedWaitTime", json!("PT701234567S"), Judgement::Other),
            (ServiceState, "estimatedWaitTime", json!("070-123 45 67"), Judgement::Other),
            (ServiceState, "serviceName", json!("Växel"), Judgement::Other),
            (ServiceState, "serviceId", json!(1), Judgement::Other),
            (ServiceState, "phone", json!(1), Judgement::Other),
            (AgentState, "state", json!("Upptagen"), word(true)),
            (AgentState, "state", json!("Anna"), word(false)),
            (AgentState, "state", json!(null), Judgement::Other),
            (AgentState, "stateSince", json!("2026-01-15T08:00:00.1234567+01:00"), time),
            (AgentState, "stateSince", json!("/Date(1768464000000+0100)/"), time),
            (AgentState, "stateSince", json!("0001-01-01T00:00:00"), no_time),
            (AgentState, "stateSince", json!("1901-01-01 00:59:XX"), no_time),
            (AgentState, "stateSince", json!("/Date(-62135596800000)/"), no_time),
            (AgentState, "stateSince", json!(0), no_time),
            (AgentState, "stateSince", json!("1975-03-02T00:00:00Z"), no_time),
            (AgentState, "stateSince", json!("2019-03-02T00:00:00Z"), Judgement::Other),
            (
                AgentState,
                "stateSince",
                json!("2026-01-15T08:00:00Z[x-note=Anna]"),
                Judgement::Other,
            ),
            (AgentState, "queueLength", json!(1), Judgement::Other),
            (Calls, "created", json!(["2026-01-15T08:00:00Z"]), Judgement::Other),
            (Resource::Subscribers, "name", json!("x"), Judgement::Other),
        ] {
            assert_eq!(judged(resource, member, &value), expected, "{member}: {value}");
        }
    }

    #[test]
    fn known_words_and_members_are_found() {
        let dictionary = Dictionary::builtin().expect("valid");
        assert!(dictionary.knows_member("Kö-längd") && !dictionary.knows_member("vxQ"));
        assert!(dictionary.knows_word("Wrap-Up") && !dictionary.knows_word("Fika"));
        assert!(dictionary.resources().any(|resource| resource == Resource::Calls));
        let words = dictionary.fields_of_words();
        assert!(words.contains(&(Resource::AgentState, "state")), "{words:?}");
        assert!(!words.contains(&(Resource::AgentState, "since")), "{words:?}");
    }
}
