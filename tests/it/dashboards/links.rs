//! Links between the boards: they lead somewhere, and time and choice go along.

use std::collections::BTreeSet;

use serde_json::Value;

use super::none;
use crate::dashboard::Board;

/// Pages of Grafana itself that are linked.
const GRAFANAS: [&str; 1] = ["/alerting/list"];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let boards = Board::shipped();
    let mut faults = Vec::new();
    let mut tags = BTreeSet::new();
    for link in board.json["links"].as_array().expect("links") {
        let title = link["title"].as_str().unwrap_or_default();
        if link["keepTime"] != true || link["includeVars"] != true {
            faults.push(format!("{title:?} loses time or choice"));
        }
        // Grafana lists the boards that have all of these tags, without the one that is open.
        if link["type"] == "dashboards" {
            tags.extend(link["tags"].as_array().into_iter().flatten().filter_map(Value::as_str));
        } else {
            faults.extend(nowhere(link["url"].as_str().unwrap_or_default(), &boards));
        }
    }
    for other in boards.iter().filter(|other| other.uid() != board.uid()) {
        let of_other =
            other.json["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let of_other: BTreeSet<&str> = of_other.collect();
        if tags.is_empty() || !tags.is_subset(&of_other) {
            faults.push(format!("no link to {}", other.uid()));
        }
    }
    for url in inside(board) {
        faults.extend(nowhere(&url, &boards));
        if url.starts_with("/d/") {
            faults.extend(lost(board, &url));
        }
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", board.file)).collect()
}

/// The links of panels and of their fields.
fn inside(board: &Board) -> Vec<String> {
    let mut urls = Vec::new();
    for panel in board.panels() {
        collect(panel.0, &mut urls);
    }
    urls
}

fn collect(value: &Value, urls: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            urls.extend(members.get("url").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| collect(value, urls));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, urls)),
        _ => {}
    }
}

fn nowhere(url: &str, boards: &[Board]) -> Option<String> {
    let path = url.split('?').next().unwrap_or_default();
    let known = match path.strip_prefix("/d/") {
        Some(uid) => boards.iter().any(|board| board.uid() == uid),
        None => GRAFANAS.contains(&path),
    };
    (!known).then(|| format!("{url} leads nowhere"))
}

/// Parts of the time range and of the variables that a link loses.
fn lost(board: &Board, url: &str) -> Vec<String> {
    let mut lost = Vec::new();
    if !url.contains("${__url_time_range}") {
        lost.push(format!("{url} loses the time"));
    }
    for name in board.variable_names() {
        if !url.contains(&format!("${{{name}:queryparam}}"))
            && !url.contains(&format!("var-{name}="))
        {
            lost.push(format!("{url} loses ${name}"));
        }
    }
    lost
}

#[test]
fn links_lead_to_boards_that_exist_and_keep_time_and_choice() {
    none(faults);
}
