//! Answers of Prometheus as data frames.

use std::collections::BTreeMap;

/// Answer to one query of a panel.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Letter of the query in its panel.
    pub(crate) ref_id: String,
    /// The query asks for a table, not for series.
    pub(crate) table: bool,
    /// Template of the names of the series, as `{{label}}`; empty or `__auto` lets Grafana choose.
    pub(crate) legend: String,
    pub(crate) series: Vec<Series>,
}

/// A series of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) labels: BTreeMap<String, String>,
    /// Values in the order of time, one for an instant query.
    pub(crate) values: Vec<f64>,
}

/// A value of a frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Number(f64),
    Text(String),
}

/// Kind of the values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Time,
    Number,
    Text,
}

/// A column of a frame.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// Name that is shown, if it is another.
    pub(super) display_name: Option<String>,
    pub(super) kind: Kind,
    /// Labels of the series; a table has them as columns of their own.
    pub(super) labels: BTreeMap<String, String>,
    pub(super) values: Vec<Value>,
}

/// Values of one series, or of one table.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) ref_id: String,
    pub(super) fields: Vec<Field>,
}

impl Value {
    /// NaN is no value: Grafana's reducers skip it.
    pub(super) fn number(value: f64) -> Self {
        if value.is_nan() { Self::Null } else { Self::Number(value) }
    }
}

impl Field {
    pub(super) fn shown_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }
}

impl Frame {
    /// Number of its rows.
    pub(super) fn rows(&self) -> usize {
        self.fields.first().map_or(0, |field| field.values.len())
    }
}

/// Returns the frames of all answers of a panel.
pub(super) fn frames(answers: &[Answer]) -> Vec<Frame> {
    let tables = answers.iter().filter(|answer| answer.table).count();
    answers
        .iter()
        .flat_map(|answer| if answer.table { vec![table(answer, tables)] } else { series(answer) })
        .collect()
}

/// A frame per series; an empty answer has none.
fn series(answer: &Answer) -> Vec<Frame> {
    let of_one = answer.series.iter().map(|series| Frame {
        ref_id: answer.ref_id.clone(),
        fields: vec![
            field("Time", Kind::Time, series.values.iter().map(|_| Value::Null).collect()),
            Field {
                display_name: series_name(&answer.legend, &series.labels),
                labels: series.labels.clone(),
                ..field(
                    "Value",
                    Kind::Number,
                    series.values.iter().copied().map(Value::number).collect(),
                )
            },
        ],
    });
    of_one.collect()
}

/// Name of a series by the template of its query.
fn series_name(legend: &str, labels: &BTreeMap<String, String>) -> Option<String> {
    if legend.is_empty() || legend == "__auto" {
        let pairs: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        return (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(", ")));
    }
    let mut name = String::new();
    let mut rest = legend;
    while let Some((before, after)) = rest.split_once("{{") {
        let (label, after) = after.split_once("}}").unwrap_or((after, ""));
        name += before;
        // A label that a series has not is an empty text.
        name += labels.get(label.trim()).map_or("", String::as_str);
        rest = after;
    }
    Some(name + rest)
}

/// One frame of all series of an answer: a column per label, and the value.
fn table(answer: &Answer, tables: usize) -> Frame {
    // A single query without a result gives a frame without fields; among others an empty one keeps
    // its columns of time and value (seen in Grafana 12.3: the headings stay when the exporter is
    // down).
    if tables == 1 && answer.series.is_empty() {
        return Frame { ref_id: answer.ref_id.clone(), fields: Vec::new() };
    }
    let value = if tables == 1 { "Value".to_owned() } else { format!("Value #{}", answer.ref_id) };
    let mut names: Vec<&String> = Vec::new();
    for name in answer.series.iter().flat_map(|series| series.labels.keys()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut fields =
        vec![field("Time", Kind::Time, answer.series.iter().map(|_| Value::Null).collect())];
    for name in names {
        let values = answer.series.iter().map(|series| series.labels.get(name));
        // A missing label is an empty text in a table.
        let values = values.map(|value| Value::Text(value.cloned().unwrap_or_default()));
        fields.push(field(name, Kind::Text, values.collect()));
    }
    let last = |series: &Series| series.values.last().copied().map_or(Value::Null, Value::number);
    fields.push(field(&value, Kind::Number, answer.series.iter().map(last).collect()));
    Frame { ref_id: answer.ref_id.clone(), fields }
}

pub(super) fn field(name: &str, kind: Kind, values: Vec<Value>) -> Field {
    Field { name: name.to_owned(), display_name: None, kind, labels: BTreeMap::new(), values }
}
