//! Persons are on one board alone, which has a data source of its own.

use super::{OF_PERSONS, none};
use crate::dashboard::Board;

/// Labels that identify a person in the series of `/metrics/agents`.
const PERSONAL: [&str; 7] = [
    "agent_id",
    "agent_name",
    "trio_agent_info",
    "trio_agent_state{",
    "trio_agent_state_since_timestamp_seconds",
    "trio_agent_group_member",
    "trio_agent_limit_seconds",
];

/// The variable that leaves out agents who are logged out.
const SWITCH: &str = "state!~\"$hidden_state\"";

/// Words with which people would be ranked.
const RANKING: [&str; 5] = ["topk", "bottomk", "sort(", "sort_desc(", "quantile("];

pub(super) fn faults(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    let own = board.uid() == OF_PERSONS;
    for query in board.queries() {
        let personal = PERSONAL.iter().find(|word| query.expr.contains(*word));
        if let Some(word) = personal.filter(|_| !own) {
            faults.push(format!("{}: {word} is of persons", query.place));
        }
        if own && RANKING.iter().any(|word| query.expr.contains(word)) {
            faults.push(format!("{}: it ranks people", query.place));
        }
        if own != query.datasource.contains("prometheus_datasource") {
            faults.push(format!("{}: the data source of the other boards", query.place));
        }
    }
    for panel in board.panels().into_iter().filter(|panel| own && panel.shows_data()) {
        let mut queries = panel.targets().iter().filter_map(|target| target["expr"].as_str());
        if !queries.all(|expr| expr.contains(SWITCH)) {
            faults.push(format!(
                "{}: {:?} shows agents who are logged out",
                board.file,
                panel.title()
            ));
        }
    }
    if !own && board.text.contains("agent_name") {
        faults.push(format!("{}: names of agents", board.file));
    }
    faults
}

#[test]
fn only_one_board_shows_persons_and_ranks_none() {
    none(faults);
}
