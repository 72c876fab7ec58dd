//! Tables and state timelines: columns that fit, cells that are never blank, a reason where nothing
//! is shown, the worst first.
//!
//! The widths are those of a screen of 1080p with Grafana's menu open: 24 columns on about 1,590
//! pixels. What Grafana does with an option was read in its source: docs/grafana.md says that no
//! Grafana runs in these tests.

use serde_json::Value;

use super::none;
use crate::dashboard::{Board, Panel};

/// Width of a column of the grid, in pixels, without the gap.
const GRID: u64 = 64;
/// Padding of a panel, in pixels.
const PADDING: u64 = 16;
/// `custom.minWidth`, in pixels: with Grafana's default of 150 six columns of numbers leave the
/// screen.
const LEAST: u64 = 50;
/// Width of a letter of a title, and of the rest of a header cell with its arrow, in pixels.
const LETTER: u64 = 8;
const CELL: u64 = 24;

/// Series of which a limit is part of the query, so that the number can be good or bad.
const LIMITS: [&str; 5] = [
    "_target_seconds",
    "_target_ratio",
    "wait_alert_seconds",
    "_limit_seconds",
    "trio_poll_interval_seconds",
];

/// The order of severities, the worst first.
const SEVERITIES: [&str; 3] = ["critical", "warning", "info"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    for panel in board.panels() {
        let found = match panel.kind() {
            "table" => table(panel),
            "state-timeline" => timeline(panel),
            _ => continue,
        };
        faults.extend(
            found.into_iter().map(|fault| format!("{}: {:?} {fault}", board.file, panel.title())),
        );
    }
    faults
}

fn table(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if !panel.defaults()["unit"].is_null() {
        faults.push("has a unit for all columns, so ids are shown as numbers".to_owned());
    }
    if panel.defaults()["custom"]["minWidth"] != LEAST {
        faults
            .push(format!("lets Grafana's minimum width push columns off the screen: not {LEAST}"));
    }
    faults.extend(empty_cells(panel));
    faults.extend(empty_table(panel));
    let columns = columns(panel);
    faults.extend(
        columns
            .iter()
            .filter(|column| column.position.is_none())
            .map(|column| format!("does not say where the column {:?} is", column.title)),
    );
    let width: u64 = columns.iter().map(|column| column.width(panel)).sum();
    let place = GRID * panel.0["gridPos"]["w"].as_u64().unwrap_or_default() - PADDING;
    if width > place {
        faults.push(format!("needs {width} pixels and has {place}: columns are off the screen"));
    }
    faults.extend(columns.iter().filter_map(|column| number(panel, column)));
    faults.extend(limits(panel, &columns));
    faults.extend(order(panel, &columns));
    faults.extend(alerts(panel, &columns));
    faults
}

/// A column of a table.
struct Column<'a> {
    title: String,
    /// Position from the left, if the table gives one.
    position: Option<u64>,
    /// The query whose values are in the column; `None` for a label.
    query: Option<&'a str>,
}

impl Column<'_> {
    /// Width in pixels: as configured, else of the title.
    fn width(&self, panel: Panel<'_>) -> u64 {
        let own = |id| option(panel, &self.title, id).and_then(Value::as_u64);
        let titled = LETTER * self.title.chars().count() as u64 + CELL;
        own("custom.width")
            .unwrap_or_else(|| titled.max(LEAST).max(own("custom.minWidth").unwrap_or(0)))
    }
}

/// The visible columns: labels that the table places, and the values of its queries.
fn columns(panel: Panel<'_>) -> Vec<Column<'_>> {
    let organize = options(panel, "organize").unwrap_or(&Value::Null);
    let hidden = |name: &str| organize["excludeByName"][name] == true;
    let title = |name: &str| organize["renameByName"][name].as_str().unwrap_or(name).to_owned();
    let mut queries: Vec<(String, &str)> = Vec::new();
    for target in panel.targets() {
        let expr = target["expr"].as_str().unwrap_or_default();
        let name = match column_of(expr) {
            Some(column) => column.to_owned(),
            None if panel.targets().len() == 1 => "Value".to_owned(),
            None => format!("Value #{}", target["refId"].as_str().unwrap_or_default()),
        };
        queries.push((name, expr));
    }
    let placed = organize["indexByName"].as_object().into_iter().flatten();
    let labels = placed
        .map(|(name, _)| name.as_str())
        .filter(|name| !queries.iter().any(|(it, _)| it == name));
    let labels = labels.map(|name| (name.to_owned(), None));
    let values = queries.iter().map(|(name, expr)| (name.clone(), Some(*expr)));
    let all = labels
        .chain(values)
        .filter(|(name, _)| !hidden(name) && !hidden_field(panel, &title(name)));
    all.map(|(name, query)| Column {
        title: title(&name),
        position: organize["indexByName"][&name].as_u64(),
        query,
    })
    .collect()
}

/// The column that a query of the form `label_replace(…, "column", "Title", "", "")` fills.
fn column_of(expr: &str) -> Option<&str> {
    let (_, rest) = expr.trim_end().rsplit_once(", \"column\", \"")?;
    rest.strip_suffix("\", \"\", \"\")")
}

/// A field that is there for a link and not shown.
fn hidden_field(panel: Panel<'_>, title: &str) -> bool {
    ["custom.hidden", "custom.hideFrom.viz"]
        .iter()
        .any(|id| option(panel, title, id) == Some(&Value::Bool(true)))
}

fn options<'a>(panel: Panel<'a>, id: &str) -> Option<&'a Value> {
    let all = panel.0["transformations"].as_array()?;
    all.iter().find(|transformation| transformation["id"] == id).map(|found| &found["options"])
}

/// An option of the column `title`, by the last override that names it.
fn option<'a>(panel: Panel<'a>, title: &str, id: &str) -> Option<&'a Value> {
    let all = panel.0["fieldConfig"]["overrides"].as_array()?;
    let mine = all
        .iter()
        .filter(|it| it["matcher"]["id"] == "byName" && it["matcher"]["options"] == title);
    let properties = mine.filter_map(|it| it["properties"].as_array()).flatten();
    properties.rev().find(|property| property["id"] == id).map(|property| &property["value"])
}

/// A cell without a value shows a dash, for every column.
fn empty_cells(panel: Panel<'_>) -> Option<String> {
    let all = panel.0["fieldConfig"]["overrides"].as_array().into_iter().flatten();
    let mut of_all =
        all.filter(|it| it["matcher"]["id"] == "byRegexp" && it["matcher"]["options"] == ".*");
    let dash = of_all
        .any(|it| it["properties"][0]["id"] == "noValue" && it["properties"][0]["value"] == "–");
    (!dash).then(|| "leaves cells blank instead of a dash".to_owned())
}

/// A table without a row gives the reason. Grafana shows it only if no field is left: the fields of
/// an empty table-like answer are Time and Value, and those of several are "Value #A" and so on,
/// which would stay as a bare header.
fn empty_table(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let reason = panel.defaults()["noValue"].as_str().unwrap_or_default();
    if reason.split_whitespace().count() < 3 {
        faults.push("does not say why it is empty".to_owned());
    }
    let hidden = &options(panel, "organize").unwrap_or(&Value::Null)["excludeByName"];
    let gone = hidden["Time"] == true && hidden["Value"] == true;
    let labels_only = panel.targets().len() == 1 && panel.targets()[0]["format"] == "table";
    if !gone || !(labels_only || by_column(panel)) {
        faults.push("shows bare headers instead of the reason why it is empty".to_owned());
    }
    faults
}

/// Each query gives series with a label `column`, which become columns only where there is a
/// series.
fn by_column(panel: Panel<'_>) -> bool {
    let split = options(panel, "labelsToFields").is_some_and(|it| it["valueLabel"] == "column");
    let mut targets = panel.targets().iter();
    split
        && options(panel, "merge").is_some()
        && targets.all(|target| {
            target["format"] == "time_series"
                && column_of(target["expr"].as_str().unwrap_or_default()).is_some()
        })
}

/// A number has a unit or words of its own.
fn number(panel: Panel<'_>, column: &Column<'_>) -> Option<String> {
    let own = |id| option(panel, &column.title, id);
    let bare = column.query.is_some() && own("unit").is_none() && own("mappings").is_none();
    bare.then(|| format!("has no unit for the column {:?}", column.title))
}

/// A column that compares with a limit is coloured if the queries name one.
fn limits(panel: Panel<'_>, columns: &[Column<'_>]) -> Vec<String> {
    let mut faults = Vec::new();
    for limit in LIMITS {
        let mut named = columns
            .iter()
            .filter(|it| it.query.is_some_and(|expr| expr.contains(limit)))
            .peekable();
        if named.peek().is_some() && !named.any(|column| is_colored(panel, column)) {
            faults.push(format!("has no colour, though it knows a limit: {limit}"));
        }
    }
    faults
}

fn is_colored(panel: Panel<'_>, column: &Column<'_>) -> bool {
    let own = |id| option(panel, &column.title, id);
    let steps = own("thresholds").and_then(|it| it["steps"].as_array()).map_or(0, Vec::len);
    let mapped = own("mappings").is_some_and(|it| it.to_string().contains("\"color\""));
    let cell = own("custom.cellOptions").and_then(|it| it["type"].as_str()).unwrap_or_default();
    cell.starts_with("color-") && (steps > 1 || mapped)
}

/// The rows have an order, by a column that is there.
fn order(panel: Panel<'_>, columns: &[Column<'_>]) -> Vec<String> {
    let by = panel.0["options"]["sortBy"].as_array().into_iter().flatten();
    let by: Vec<&str> = by.filter_map(|it| it["displayName"].as_str()).collect();
    if by.is_empty() {
        return vec!["has no order".to_owned()];
    }
    let missing = by.iter().filter(|name| !columns.iter().any(|column| column.title == **name));
    missing.map(|name| format!("is sorted by {name:?}, which is no column")).collect()
}

/// A table of alerts begins with the critical ones and says since when each fires.
fn alerts(panel: Panel<'_>, columns: &[Column<'_>]) -> Vec<String> {
    let mut queries = panel.targets().iter().filter_map(|target| target["expr"].as_str());
    if !queries.any(|expr| expr.contains("ALERTS{")) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let since = columns.iter().find(|column| column.title == "Since");
    if !since.and_then(|column| column.query).is_some_and(|expr| expr.contains("ALERTS_FOR_STATE{"))
    {
        faults.push("does not say since when an alert fires".to_owned());
    }
    let first = &panel.0["options"]["sortBy"][0];
    let sorted = columns.iter().find(|column| first["displayName"] == *column.title);
    let sorted = sorted.filter(|column| column.query.is_some());
    let words = sorted.and_then(|column| option(panel, &column.title, "mappings"));
    let mut order = words.map(numbers).unwrap_or_default();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    if first["desc"] == true {
        order.reverse();
    }
    if order.iter().map(|(_, word)| word.as_str()).ne(SEVERITIES) {
        faults.push("does not begin with the critical alerts".to_owned());
    }
    faults
}

/// The numbers of a value mapping, with their words.
fn numbers(mappings: &Value) -> Vec<(f64, String)> {
    let all = mappings.as_array().into_iter().flatten();
    let options = all.filter_map(|mapping| mapping["options"].as_object()).flatten();
    options
        .filter_map(|(number, option)| {
            Some((number.parse().ok()?, option["text"].as_str()?.to_owned()))
        })
        .collect()
}

/// In a state timeline colours by thresholds hide the mapped words: it shows one bar with the range
/// of the threshold.
fn timeline(panel: Panel<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if panel.defaults()["color"]["mode"] != "palette-classic" {
        faults.push("has no colours of a palette, so it shows no states".to_owned());
    }
    let mapped = panel.defaults()["mappings"].as_array().into_iter().flatten();
    let mut options =
        mapped.filter_map(|mapping| mapping["options"].as_object()).flatten().peekable();
    if options.peek().is_none()
        || options.any(|(_, option)| option["color"].is_null() || option["text"].is_null())
    {
        faults.push("has states without a word or a colour".to_owned());
    }
    faults
}

#[test]
fn tables_fit_give_reasons_and_begin_with_the_worst() {
    none(faults);
}
