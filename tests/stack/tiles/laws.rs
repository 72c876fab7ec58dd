//! Rules for all tiles in all situations.

use super::{Looks, Situation};
use crate::dashboard::display::{Color, Shown};

/// Tiles that are red where nothing is known: old data are the one thing that a board must shout.
const RED_WITHOUT_DATA: [&str; 1] = ["Data age"];

/// Titles of tiles that count what happened in the time shown: it stays true when nothing is read
/// any more.
const OF_THE_PAST: [&str; 12] = [
    "Accuracy",
    "By service, 30 days",
    "Lost",
    "Lost, 30 days",
    "May still miss",
    "Measured",
    "Readings missed",
    "Recorded",
    "Restarts",
    "Service level",
    "Service level, 7 days",
    "Service level, 30 days",
];

/// Tiles of the board of the exporter that may be green while the chosen target is down, with the
/// reason.
const OF_THE_EXPORTER: [(&str, &str); 7] = [
    ("Clock skew (s)", "the last answer of the target had a date, also if it was an error"),
    ("Configuration", "the exporter runs"),
    ("Exporter", "Prometheus reaches the exporter, which runs"),
    ("Fields", "the last good answers are the newest ones that there are"),
    ("Readings", "lists of names are read less often, and the last reading of them was good"),
    ("Resources", "the rights of the account are those of the last inventory"),
    ("Series dropped", "the exporter runs"),
];

/// Breaches of the rules.
pub(super) fn faults(looks: &Looks) -> Vec<String> {
    let mut faults = Vec::new();
    for ((uid, situation), opened) in looks {
        for (title, shown) in &opened.panels {
            let mut fault =
                |text: String| faults.push(format!("{uid}, {title}, {situation:?}: {text}"));
            match shown {
                Shown::Tiles(tiles) => {
                    for tile in tiles {
                        let color = tile.meaning();
                        if tile.text.trim().is_empty() {
                            fault("an empty tile does not say so".to_owned());
                        }
                        let may_be_red =
                            color == Color::Red && RED_WITHOUT_DATA.contains(&title.as_str());
                        if tile.is_empty && is_loud(color) && !may_be_red {
                            fault(format!("{:?} without data is {}", tile.text, color.as_str()));
                        } else if color == Color::Green && must_not_be_green(uid, title, *situation)
                        {
                            fault(format!("{:?} is green, and nothing is known", tile.text));
                        }
                    }
                }
                Shown::Table(table) => {
                    for (cell, column) in
                        table.rows.iter().flat_map(|row| row.iter().zip(&table.columns))
                    {
                        let color = cell.meaning();
                        if cell.is_empty && is_loud(color) {
                            fault(format!("an empty cell of {column:?} is {}", color.as_str()));
                        }
                        if color == Color::Green && must_not_be_green(uid, title, *situation) {
                            fault(format!(
                                "{:?} of {column:?} is green, and nothing is known",
                                cell.text
                            ));
                        }
                    }
                    // The first column names the line, also where the rest is of the past.
                    let first = table.rows.iter().filter_map(|row| row.first());
                    let nameless = first.filter(|cell| cell.is_empty).count();
                    if nameless > 0 {
                        fault(format!("{nameless} rows without a name"));
                    }
                    let is_silent = table.rows.is_empty()
                        && table.message.as_deref().unwrap_or_default().is_empty();
                    if is_silent {
                        fault("an empty table does not say why".to_owned());
                    }
                }
            }
        }
        for (variable, options) in &opened.options {
            if options.is_empty() && *situation != Situation::DownTargetChosen {
                faults.push(format!("{uid}, ${variable}, {situation:?}: no options"));
            }
        }
    }
    faults
}

/// True for colours that say something about the contact centre.
fn is_loud(color: Color) -> bool {
    color.is_alarm() || matches!(color, Color::Green | Color::Purple)
}

/// True where no value is known that could be good.
fn must_not_be_green(uid: &str, title: &str, situation: Situation) -> bool {
    let is_of_exporter = uid == "trio-exporter"
        && situation == Situation::DownTargetChosen
        && OF_THE_EXPORTER.iter().any(|(name, _)| *name == title);
    situation.is_without_source() && !OF_THE_PAST.contains(&title) && !is_of_exporter
}
