//! Whole panels.

use regex::Regex;
use serde_json::Value as Json;

use super::{
    color::Color,
    field::Options,
    frame::{self, Answer, Field, Frame, Kind, Value},
    transformation, value,
};
use crate::dashboard::Panel;

/// Contents of a panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shown {
    /// Values of a stat, a gauge or a bar gauge, at least one.
    Tiles(Vec<Tile>),
    Table(Table),
}

/// One value of a stat, a gauge or a bar gauge.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tile {
    /// Text on the tile: the name, the value with its unit, or both, as the panel asks for.
    pub(crate) text: String,
    pub(crate) number: Option<f64>,
    /// There is no value.
    pub(crate) is_empty: bool,
    /// Colour of its background or its value; `None` where the panel shows no colour.
    pub(crate) color: Option<String>,
}

/// Contents of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Text in the place of the table, where not even its columns are known.
    pub(crate) message: Option<String>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) number: Option<f64>,
    /// There is no value.
    pub(crate) is_empty: bool,
    /// `None` where the column shows no colour.
    pub(crate) color: Option<String>,
}

impl Tile {
    /// Meaning of its colour.
    pub(crate) fn meaning(&self) -> Color {
        meaning(self.color.as_deref())
    }
}

impl Cell {
    /// Meaning of its colour.
    pub(crate) fn meaning(&self) -> Color {
        meaning(self.color.as_deref())
    }
}

impl Table {
    /// Cells of the column with this heading, from top to bottom.
    pub(crate) fn column(&self, name: &str) -> Vec<&Cell> {
        let at = self.columns.iter().position(|column| column == name);
        self.rows.iter().filter_map(|row| row.get(at?)).collect()
    }
}

fn meaning(color: Option<&str>) -> Color {
    match color {
        // Palettes tell series apart and mean nothing.
        Some(name) if name.starts_with("palette-") || name.starts_with("continuous-") => {
            Color::Blue
        }
        Some(name) => Color::parse(name),
        None => Color::Neutral,
    }
}

/// Returns what a panel shows for these answers; `None` for kinds that have neither one number nor
/// cells.
pub(crate) fn show(panel: Panel<'_>, answers: &[Answer]) -> Option<Shown> {
    let frames = || {
        let transformations = panel.0["transformations"].as_array().into_iter().flatten();
        transformations.fold(frame::frames(answers), |frames, transformation| {
            transformation::apply(transformation, frames)
        })
    };
    match panel.kind() {
        "stat" | "gauge" | "bargauge" => Some(Shown::Tiles(tiles(panel, &frames()))),
        "table" => Some(Shown::Table(table(panel, frames()))),
        _ => None,
    }
}

fn tiles(panel: Panel<'_>, frames: &[Frame]) -> Vec<Tile> {
    let reduce = &panel.0["options"]["reduceOptions"];
    let mut shown = Vec::new();
    for frame in frames {
        for field in frame.fields.iter().filter(|field| is_reduced(field, reduce)) {
            let options = Options::of_field(panel, field, &frame.ref_id);
            if options.hidden {
                continue;
            }
            for value in reduced(field, reduce) {
                let name = options.display_name.as_deref().unwrap_or(field.shown_name());
                shown.push((name.to_owned(), value::show(&options, &value)));
            }
        }
    }
    if shown.is_empty() {
        let mut nothing = value::show(&Options::defaults(panel), &Value::Null);
        if nothing.text.is_empty() {
            "No data".clone_into(&mut nothing.text);
        }
        // Without a series there is no name, so `textMode: name` shows nothing.
        shown.push((String::new(), nothing));
    }
    let count = shown.len();
    shown.into_iter().map(|(name, value)| tile(panel, count, &name, value)).collect()
}

fn tile(panel: Panel<'_>, count: usize, name: &str, value: value::Shown) -> Tile {
    let options = &panel.0["options"];
    let is_stat = panel.kind() == "stat";
    let mode = options["textMode"].as_str().unwrap_or("auto");
    let text = match mode {
        "name" if is_stat => name.to_owned(),
        "none" if is_stat => String::new(),
        "value" if is_stat => value.text,
        "auto" if count == 1 => value.text,
        // None of our boards has a bar gauge without the names of its bars.
        _ if name.is_empty() => value.text,
        _ => format!("{name}: {}", value.text),
    };
    let is_colored = !is_stat || options["colorMode"].as_str().unwrap_or("value") != "none";
    Tile {
        text,
        number: value.number,
        is_empty: value.is_empty,
        color: is_colored.then_some(value.color),
    }
}

fn is_reduced(field: &Field, reduce: &Json) -> bool {
    let wanted = reduce["fields"].as_str().unwrap_or_default();
    if wanted.is_empty() {
        return field.kind == Kind::Number;
    }
    match wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(pattern) => {
            Regex::new(pattern).expect("a regular expression").is_match(field.shown_name())
        }
        None => field.shown_name() == wanted,
    }
}

/// The values that a field is reduced to; none is one missing value.
fn reduced(field: &Field, reduce: &Json) -> Vec<Value> {
    if reduce["values"] == true {
        return field.values.clone();
    }
    let calculations = reduce["calcs"].as_array().cloned().unwrap_or_default();
    let of_one = calculations.iter().map(|calculation| {
        let mut known = field.values.iter().filter(|value| **value != Value::Null);
        let numbers = || {
            field.values.iter().filter_map(|value| match value {
                Value::Number(number) => Some(*number),
                _ => None,
            })
        };
        let number = |number: Option<f64>| number.map_or(Value::Null, Value::Number);
        match calculation.as_str().unwrap_or_default() {
            "lastNotNull" => known.next_back().cloned().unwrap_or(Value::Null),
            "last" => field.values.last().cloned().unwrap_or(Value::Null),
            "firstNotNull" => known.next().cloned().unwrap_or(Value::Null),
            "max" => number(numbers().reduce(f64::max)),
            "min" => number(numbers().reduce(f64::min)),
            "sum" => number(numbers().reduce(|left, right| left + right)),
            other => panic!("no rule for the calculation {other}"),
        }
    });
    of_one.collect()
}

fn table(panel: Panel<'_>, frames: Vec<Frame>) -> Table {
    // A table shows one frame and lets its reader choose another; ours have one.
    let with_fields: Vec<Frame> =
        frames.into_iter().filter(|frame| !frame.fields.is_empty()).collect();
    assert!(with_fields.len() < 2, "{:?} shows only the first of its frames", panel.title());
    let Some(mut frame) = with_fields.into_iter().next() else {
        let message = Options::defaults(panel).no_value;
        return Table { message: Some(message), ..Table::default() };
    };
    for key in panel.0["options"]["sortBy"].as_array().into_iter().flatten().rev() {
        let column = key["displayName"].as_str().unwrap_or_default();
        frame = transformation::sort_rows(frame, column, key["desc"] == true);
    }
    let columns: Vec<(&Field, Options)> = frame
        .fields
        .iter()
        .map(|field| (field, Options::of_field(panel, field, &frame.ref_id)))
        .filter(|(_, options)| !options.hidden)
        .collect();
    let name = |field: &Field, options: &Options| {
        options.display_name.clone().unwrap_or_else(|| field.shown_name().to_owned())
    };
    Table {
        columns: columns.iter().map(|(field, options)| name(field, options)).collect(),
        rows: (0..frame.rows())
            .map(|at| {
                columns.iter().map(|(field, options)| cell(options, &field.values[at])).collect()
            })
            .collect(),
        message: None,
    }
}

fn cell(options: &Options, value: &Value) -> Cell {
    let shown = value::show(options, value);
    let is_colored = !matches!(
        options.cell_type.as_str(),
        "" | "auto" | "data-links" | "json-view" | "markdown"
    );
    Cell {
        text: shown.text,
        number: shown.number,
        is_empty: shown.is_empty,
        color: is_colored.then_some(shown.color),
    }
}
