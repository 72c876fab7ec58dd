//! Rules for all tiles in all situations.

use super::{Looks, Situation};
use crate::dashboard::display::{Color, Shown};

/// Tiles that are red where nothing is known: old data are the one thing that a board must shout.
const RED_WITHOUT_DATA: [&str; 1] = ["Data age"];

/// Tiles that may be green though nothing is read any more, with the reason.
const OF_THE_PAST: [(&str, &str, &str); 0] = [];

/// Breaches of the rules.
pub(super) fn faults(looks: &Looks) -> Vec<String> {
    let mut faults = Vec::new();
    for ((uid, situation), opened) in looks {
        for (title, shown) in &opened.panels {
            let mut fault = |text: String| faults.push(format!("{uid}, {title}, {situation:?}: {text}"));
            match shown {
                Shown::Tiles(tiles) => {
                    for tile in tiles {
                        let color = tile.meaning();
                        if tile.text.trim().is_empty() {
                            fault("an empty tile does not say so".to_owned());
                        }
                        let may_be_red = color == Color::Red && RED_WITHOUT_DATA.contains(&title.as_str());
                        if tile.is_empty && is_loud(color) && !may_be_red {
                            fault(format!("{:?} without data is {}", tile.text, color.as_str()));
                        } else if color == Color::Green
                            && situation.is_without_source()
                            && !is_past(uid, title)
                        {
                            fault(format!("{:?} is green, and nothing is known", tile.text));
                        }
                    }
                }
                Shown::Table(table) => {
                    for (cell, column) in table.rows.iter().flat_map(|row| row.iter().zip(&table.columns)) {
                        let color = cell.meaning();
                        if cell.is_empty && is_loud(color) {
                            fault(format!("an empty cell of {column:?} is {}", color.as_str()));
                        }
                        if color == Color::Green && situation.is_without_source() && !is_past(uid, title) {
                            fault(format!("{:?} of {column:?} is green, and nothing is known", cell.text));
                        }
                    }
                    let is_silent =
                        table.rows.is_empty() && table.message.as_deref().unwrap_or_default().is_empty();
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

fn is_past(uid: &str, title: &str) -> bool {
    OF_THE_PAST.iter().any(|(board, panel, _)| (*board, *panel) == (uid, title))
}
