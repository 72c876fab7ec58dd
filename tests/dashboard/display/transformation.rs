//! Transformations of frames.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::frame::{Field, Frame, Kind, Value, field};

/// Returns the frames after a transformation.
///
/// # Panics
/// A transformation that none of our boards used when this was written.
pub(super) fn apply(transformation: &Json, frames: Vec<Frame>) -> Vec<Frame> {
    if transformation["disabled"] == true {
        return frames;
    }
    let options = &transformation["options"];
    match transformation["id"].as_str().unwrap_or_default() {
        "merge" => merge(frames),
        "labelsToFields" => {
            assert_ne!(options["mode"], "rows", "no rule for labels as rows");
            frames.into_iter().map(|frame| labels_as_columns(frame, options)).collect()
        }
        "organize" => frames.into_iter().map(|frame| organize(frame, options)).collect(),
        "sortBy" => frames.into_iter().map(|frame| sorted(frame, &options["sort"])).collect(),
        "limit" => {
            let limit =
                options["limitField"].as_u64().and_then(|limit| usize::try_from(limit).ok());
            frames.into_iter().map(|frame| limited(frame, limit.unwrap_or(10))).collect()
        }
        other => panic!("no rule for the transformation {other}"),
    }
}

/// A column for each label; the label that the options name gives the name of the value, and no
/// column.
fn labels_as_columns(frame: Frame, options: &Json) -> Frame {
    let rows = frame.rows();
    let kept = options["keepLabels"].as_array();
    let is_kept = |label: &str| kept.is_none_or(|kept| kept.iter().any(|name| name == label));
    let mut fields = Vec::new();
    let mut columns: Vec<Field> = Vec::new();
    for mut value in frame.fields {
        if value.labels.is_empty() {
            fields.push(value);
            continue;
        }
        value.display_name = None;
        for (label, text) in std::mem::take(&mut value.labels) {
            if options["valueLabel"] == label.as_str() {
                value.name = text;
            } else if is_kept(&label) {
                columns.push(field(&label, Kind::Text, vec![Value::Text(text); rows]));
            }
        }
        fields.push(value);
    }
    fields.extend(columns);
    Frame { ref_id: frame.ref_id, fields }
}

/// Rows of all frames in one: two become one where no field that both have differs.
fn merge(frames: Vec<Frame>) -> Vec<Frame> {
    if frames.len() < 2 {
        return frames;
    }
    let with_fields: Vec<&Frame> = frames.iter().filter(|frame| !frame.fields.is_empty()).collect();
    let Some(first) = with_fields.first() else { return frames.into_iter().take(1).collect() };
    let mut merged = Frame { ref_id: first.ref_id.clone(), fields: Vec::new() };
    for field in with_fields.iter().flat_map(|frame| &frame.fields) {
        if !merged.fields.iter().any(|known| known.name == field.name) {
            let mut field = field.clone();
            field.values.clear();
            merged.fields.push(field);
        }
    }
    let mut rows: Vec<BTreeMap<&str, &Value>> = Vec::new();
    for frame in &with_fields {
        for at in 0..frame.rows() {
            let row: BTreeMap<&str, &Value> =
                frame.fields.iter().map(|field| (field.name.as_str(), &field.values[at])).collect();
            let differs = |known: &BTreeMap<&str, &Value>| {
                row.iter().any(|(name, value)| {
                    known.get(name).is_some_and(|known| **known != Value::Null && known != value)
                })
            };
            let mut is_merged = false;
            // As in Grafana, a row goes into each earlier one that it does not contradict.
            for known in rows.iter_mut().filter(|known| !differs(known)) {
                known.extend(row.iter().map(|(name, value)| (*name, *value)));
                is_merged = true;
            }
            if !is_merged {
                rows.push(row);
            }
        }
    }
    for row in rows {
        for field in &mut merged.fields {
            field
                .values
                .push(row.get(field.name.as_str()).map_or(Value::Null, |value| (*value).clone()));
        }
    }
    vec![merged]
}

/// Fewer columns, in another order, under other names.
fn organize(mut frame: Frame, options: &Json) -> Frame {
    let included = options["includeByName"].as_object().filter(|names| !names.is_empty());
    frame.fields.retain(|field| {
        let name = field.shown_name();
        options["excludeByName"][name] != true && included.is_none_or(|names| names[name] == true)
    });
    let place = |name: &str| options["indexByName"][name].as_u64().unwrap_or(u64::MAX);
    frame.fields.sort_by_key(|field| place(field.shown_name()));
    for field in &mut frame.fields {
        let new =
            options["renameByName"][field.shown_name()].as_str().filter(|name| !name.is_empty());
        field.display_name = new.map(str::to_owned).or(field.display_name.take());
    }
    frame
}

fn sorted(frame: Frame, keys: &Json) -> Frame {
    let key = &keys[0];
    sort_rows(frame, key["field"].as_str().unwrap_or_default(), key["desc"] == true)
}

/// Sorts the rows by the column with this name, if there is one.
pub(super) fn sort_rows(mut frame: Frame, column: &str, descending: bool) -> Frame {
    let Some(key) = frame.fields.iter().find(|field| field.shown_name() == column) else {
        return frame;
    };
    let mut order: Vec<usize> = (0..key.values.len()).collect();
    order.sort_by(|left, right| {
        let order = rank(&key.values[*left]).partial_cmp(&rank(&key.values[*right]));
        let order = order.unwrap_or(std::cmp::Ordering::Equal);
        if descending { order.reverse() } else { order }
    });
    for field in &mut frame.fields {
        field.values = order.iter().map(|at| field.values[*at].clone()).collect();
    }
    frame
}

/// Missing values are the smallest.
fn rank(value: &Value) -> (u8, f64, &str) {
    match value {
        Value::Null => (0, 0.0, ""),
        Value::Number(number) => (1, *number, ""),
        Value::Text(text) => (2, 0.0, text),
    }
}

fn limited(mut frame: Frame, limit: usize) -> Frame {
    frame.fields.iter_mut().for_each(|field| field.values.truncate(limit));
    frame
}
