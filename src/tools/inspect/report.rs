//! The report of `inspect`, as it is saved and compared.
//!
//! Samples of values show the format of a value and hide its contents.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::help::HelpReport;
use crate::{
    model::{AgentState, Resource, is_unprintable},
    tally::{TrioClock, max_case_age, max_state_age},
    tools::time_verdicts::TimeVerdicts,
    trio::{Error, Examination, Member, Missing, masked},
};

/// The whole report.
// Saved reports are read again by --diff, also by later versions: names of fields and variants must
// stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One entry for each resource and contact centre.
    pub resources: Vec<ResourceReport>,
    /// Sentences about the links between resources, such as agents and agent groups.
    pub relations: Vec<String>,
    /// Version of Trio's programs, as the Api resource states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The server's own help about each resource; empty if it was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<HelpReport>,
    /// Reason why the help was not read, or not to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help_missing: Option<String>,
    /// Results of `--prove`, in the order in which the filters were tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// Observations in the lists of `--prove` beside the proofs; no member is used because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// One observation about a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Id of the contact centre.
    pub contact_center: String,
    /// List of the member.
    pub resource: String,
    /// Field that it may hold; `None` for a fact that no field is made of.
    pub field: Option<String>,
    /// Name of the member.
    pub member: String,
    /// A sentence about what was seen.
    pub statement: String,
}

/// Result for one filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// Id of the contact centre.
    pub contact_center: String,
    /// List that was filtered.
    pub resource: String,
    /// Field that the filter selects by.
    pub field: String,
    /// Parameter of the filter.
    pub parameter: String,
    /// Strength of the result.
    pub grade: Grade,
    /// Member that holds the field; `None` if none was found.
    pub member: Option<String>,
    /// A sentence about what was seen.
    pub reason: String,
}

/// Strength of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Every rule holds.
    Proved,
    /// The member agrees with every answer, but a doubt is left.
    Likely,
    /// No member is known.
    Open,
}

/// The report on one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceReport {
    /// Id of the contact centre; empty for the list of contact centres itself.
    pub contact_center: String,
    /// Documented path of the resource.
    pub resource: String,
    /// Result of reading it.
    pub read: ReadOutcome,
}

/// The result of reading a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadOutcome {
    /// The server answered.
    Answered {
        /// Number of items that the server states, else of those examined.
        items: usize,
        /// Number of items examined.
        looked_at: usize,
        /// Members of the items.
        members: Vec<MemberReport>,
        /// Fields without a member, with the JSON types that a member could have.
        missing: Vec<(String, Vec<String>)>,
    },
    /// The server did not answer, and the reason.
    Refused(String),
}

/// The report on one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberReport {
    /// Name in the server's spelling.
    pub name: String,
    /// JSON types of its values.
    pub types: Vec<String>,
    /// The server sends it only if it is asked for by name.
    pub only_when_asked: bool,
    /// A value, masked unless values are to be shown.
    pub sample: String,
    /// Field that it feeds.
    pub feeds: Option<String>,
    /// Source of that mapping, as the label `source` of `trio_field_info`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Forms in which its values are written, such as `clock` or `time without zone`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<String>,
    /// The sample in words, if it is read as a duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<String>,
    /// Form in which its values are read.
    pub form: Option<String>,
    /// Values that the dictionary does not map, unmasked: they are shown to be mapped.
    pub unmapped: Vec<String>,
    /// Times that are not used, because by the server's own clock they cannot be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implausible: Option<String>,
}

impl ResourceReport {
    pub(super) fn new(
        contact_center: &str,
        resource: Resource,
        examined: Result<Examination, Error>,
        show_values: bool,
    ) -> Self {
        let read = match examined {
            Err(error) => ReadOutcome::Refused(error.to_string()),
            Ok(found) => ReadOutcome::Answered {
                items: found.total.unwrap_or(found.looked_at),
                looked_at: found.looked_at,
                members: found
                    .members
                    .iter()
                    .map(|member| MemberReport::new(member, show_values))
                    .collect(),
                missing: found.missing.iter().map(missing).collect(),
            },
        };
        Self {
            contact_center: contact_center.to_owned(),
            resource: resource.as_str().to_owned(),
            read,
        }
    }

    /// Returns the members; none if the server did not answer.
    pub fn members(&self) -> &[MemberReport] {
        match &self.read {
            ReadOutcome::Answered { members, .. } => members,
            ReadOutcome::Refused(_) => &[],
        }
    }
}

impl ResourceReport {
    /// Judges the times of its members by the clock of the server.
    pub(super) fn judge_times(&mut self, examined: &Examination, clock: TrioClock) {
        let ReadOutcome::Answered { members, .. } = &mut self.read else { return };
        let max_age = match examined.resource {
            // An agent may be logged out for months.
            Resource::AgentState => max_state_age(Some(AgentState::LoggedOut)),
            _ => max_case_age(None),
        };
        for (report, member) in members.iter_mut().zip(&examined.members) {
            let mut verdicts = TimeVerdicts::default();
            member.times.iter().for_each(|time| verdicts.add(*time, clock, max_age));
            report.implausible = verdicts.description();
        }
    }
}

impl MemberReport {
    fn new(member: &Member, show_values: bool) -> Self {
        let form = member.feeds.map(|(_, form)| form);
        Self {
            name: if show_values || member.feeds.is_some() {
                member.name.clone()
            } else {
                member_name(&member.name)
            },
            types: member.types.iter().map(|&kind| kind.to_owned()).collect(),
            only_when_asked: member.only_when_asked,
            sample: sample(&member.values, form, show_values),
            feeds: member.feeds.map(|(field, _)| field.to_owned()),
            form: form.map(str::to_owned),
            source: member.source.map(str::to_owned),
            written: written(&member.values),
            span: form.and_then(|form| span(&member.values, form)),
            unmapped: member.unmapped.clone(),
            implausible: None,
        }
    }
}

fn missing(missing: &Missing) -> (String, Vec<String>) {
    (missing.field.to_owned(), missing.types.iter().map(|&kind| kind.to_owned()).collect())
}

/// Digits in a row from which a member's name looks like a number of something.
const NUMBER_DIGITS: usize = 4;

/// Returns the name of a member, masked if it looks like data: a table by telephone number, address
/// or person has values in the place of names.
pub(super) fn member_name(name: &str) -> String {
    let mut digits = 0;
    let has_number = name.chars().any(|c| {
        digits = if c.is_numeric() { digits + 1 } else { 0 };
        digits >= NUMBER_DIGITS
    });
    let is_word = |c: char| c.is_alphanumeric() || "_-.:$@#".contains(c);
    // Names of members begin with `@` or `$` (OData, XML), but do not hold one.
    let has_address = name.char_indices().any(|(at, c)| c == '@' && at > 0);
    if has_number || has_address || !name.chars().all(is_word) {
        masked(name).chars().map(|c| if is_unprintable(c) { '·' } else { c }).collect()
    } else {
        name.to_owned()
    }
}

/// The longest sample, in characters.
const LENGTH: usize = 32;

/// Returns a sample of the first value that is not null, at most 32 characters long.
///
/// Numbers that are read as counts, durations or times are shown; in all other values letters
/// become `x` and digits `9`, unless `show` is set.
pub(super) fn sample(values: &[Value], form: Option<&str>, show: bool) -> String {
    let first = values.iter().find(|value| !value.is_null()).or(values.first());
    let Some(value) = first else { return String::new() };
    // A number of a text or of an unmapped member may be a telephone number.
    let measure = form.is_some_and(|form| !matches!(form, "text" | "enum"));
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let harmless = matches!(value, Value::Bool(_) | Value::Null) || measure && value.is_number();
    let shown = if show || harmless { text } else { masked(&text) };
    let shortened: String = shown.chars().take(LENGTH).collect();
    // Control characters could move the cursor of the terminal or change its colours.
    shortened.chars().map(|c| if is_unprintable(c) { '·' } else { c }).collect()
}

/// Forms in which values are written, each once, sorted. Lists and objects have none.
fn written(values: &[Value]) -> Vec<String> {
    let mut forms: Vec<&str> = values
        .iter()
        .filter_map(|value| match value {
            Value::Number(_) => Some("number"),
            Value::Bool(_) => Some("flag"),
            Value::String(text) if !text.trim().is_empty() => Some(text_form(text.trim())),
            _ => None,
        })
        .collect();
    forms.sort_unstable();
    forms.dedup();
    forms.into_iter().map(str::to_owned).collect()
}

/// Form of a text, by its signs.
fn text_form(text: &str) -> &'static str {
    let starts_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    // 2026-01-15T08:00:00, with a zone behind the seconds or without.
    let is_date = starts_with_digit && text.as_bytes().get(4) == Some(&b'-');
    let clock = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.');
    match text {
        _ if text.starts_with("/Date(") => "/Date(ms)/",
        _ if is_date && text.len() <= 10 => "date",
        _ if is_date && text.ends_with(['Z', 'z']) => "time with zone",
        _ if is_date && text.get(11..).is_some_and(|rest| rest.contains(['+', '-'])) => {
            "time with zone"
        }
        _ if is_date => "time without zone",
        _ if text.contains(':') && text.chars().all(clock) => "clock",
        _ if text.starts_with('P') && text.ends_with(['S', 'M', 'H']) && text.contains('T') => {
            "ISO 8601 duration"
        }
        _ if text.parse::<f64>().is_ok() => "number in quotes",
        _ => "text",
    }
}

/// Returns the first duration of a member in words, as it is read: a wrong unit is seen at once.
fn span(values: &[Value], form: &str) -> Option<String> {
    let (unit, seconds) = match form {
        "duration" | "seconds" => ("s", 1.0),
        "milliseconds" => ("ms", 1e-3),
        "minutes" => ("min", 60.0),
        _ => return None,
    };
    // Nothing waits for 0 s, which is the same in each unit.
    let mut numbers = values.iter().filter_map(Value::as_f64);
    let number = numbers.find(|number| *number > 0.0)?;
    Some(format!("{number} {unit} = {}", span_in_words(number * seconds)))
}

/// Returns a duration in its two largest units.
fn span_in_words(seconds: f64) -> String {
    if seconds < 1.0 {
        return format!("{seconds:.3} s");
    }
    // A duration of a Trio is far below the limit; one that is not becomes the largest number.
    let whole = seconds as u64;
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = whole;
    let mut parts = Vec::new();
    for (length, unit) in units {
        if rest >= length && parts.len() < 2 {
            parts.push(format!("{} {unit}", rest / length));
        }
        rest %= length;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_look_like_data_are_masked() {
        for name in
            ["serviceId", "Antal_agenter", "ärende", "@odata.type", "$ref", "#text", "wait15s"]
        {
            assert_eq!(member_name(name), name);
        }
        for (name, shown) in [
            ("+46701234567", "+99999999999"),
            ("anna.berg@example.com", "xxxx.xxxx@xxxxxxx.xxx"),
            ("Anna Berg", "Xxxx Xxxx"),
            ("agent4711", "xxxxx9999"),
            ("\u{202e}x", "·x"),
        ] {
            assert_eq!(member_name(name), shown);
        }
    }

    #[test]
    fn texts_and_ids_are_masked_measures_are_shown() {
        for (value, form, expected) in [
            (json!("Åsa Öberg-2"), Some("text"), "Xxx Xxxxx-9"),
            (json!(4711), Some("text"), "9999"),
            (json!(46_701_234), None, "99999999"),
            (json!(75), Some("duration"), "75"),
            (json!("00:01:15"), Some("duration"), "99:99:99"),
            (json!(true), None, "true"),
            (json!(null), None, "null"),
            (json!({"Namn": "Åsa"}), None, r#"{"Xxxx":"Xxx"}"#),
            (json!("\u{1b}[2J"), None, "·[9X"),
        ] {
            assert_eq!(sample(std::slice::from_ref(&value), form, false), expected, "{value}");
        }
        assert_eq!(sample(&[json!("Åsa")], None, true), "Åsa");
        assert_eq!(
            sample(&[json!(null), json!("Åsa")], None, true),
            "Åsa",
            "the first that says something"
        );
        assert_eq!(sample(&[], None, true), "");
    }
}
