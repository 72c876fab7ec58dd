//! Numbers of tiles, computed from a page of the exporter without PromQL.

use super::{Looks, Situation};
use crate::dashboard::display::{Shown, Tile};

/// A number of a page: the sum of the samples of a family whose series have one of the texts.
type Sum = (&'static str, &'static [&'static str]);

const WAITING: Sum =
    ("trio_service_class_waiting", &[r#"case_class="voice""#, r#"case_class="chat""#]);

const AVAILABLE: Sum = ("trio_agents", &[r#"state="available""#]);
const LOGGED_ON: Sum = (
    "trio_agents",
    &[
        r#"state="available""#,
        r#"state="reserved""#,
        r#"state="busy""#,
        r#"state="wrap_up""#,
        r#"state="paused""#,
        r#"state="unknown""#,
    ],
);

/// Tiles by board and title, and their numbers.
const TILES: [(&str, &str, Sum); 10] = [
    ("trio-overview", "Waiting", WAITING),
    ("trio-wall", "Waiting", WAITING),
    ("trio-service", "Waiting", WAITING),
    ("trio-team", "Available", AVAILABLE),
    ("trio-team", "Logged on", LOGGED_ON),
    ("trio-team", "Busy", ("trio_agents", &[r#"state="busy""#])),
    ("trio-team", "Paused", ("trio_agents", &[r#"state="paused""#])),
    ("trio-team", "Wrap-up", ("trio_agents", &[r#"state="wrap_up""#])),
    ("trio-team", "Reserved", ("trio_agents", &[r#"state="reserved""#])),
    ("trio-team", "State unknown", ("trio_agents", &[r#"state="unknown""#])),
];

/// Boards with the number of alerts that the table on the board Overview lists.
const WITH_ALERTS: [&str; 4] = ["trio-overview", "trio-service", "trio-service-level", "trio-team"];

/// Tiles that show another number than the page of the exporter in their situation, or than the
/// table of alerts.
pub(super) fn faults(looks: &Looks, pages: &[(Situation, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (situation, page) in pages {
        for (uid, title, sum) in TILES {
            // Below zero are numbers that stand for words, or for a zero in another colour: the
            // text counts.
            let expected = sum_of(page, sum);
            let text = tile(looks, uid, title, *situation).map(|tile| tile.text.as_str());
            if text != Some(expected.to_string().as_str()) {
                faults.push(format!(
                    "{uid}, {title}, {situation:?}: {text:?}, the page has {expected}"
                ));
            }
        }
    }
    for situation in Situation::ALL {
        let listed = match shown(looks, "trio-overview", "Alerts", situation) {
            Some(Shown::Table(table)) => table.rows.len(),
            _ => 0,
        };
        for uid in WITH_ALERTS {
            let tile = tile(looks, uid, "Active alerts", situation);
            let counted = tile.and_then(|tile| tile.number).unwrap_or(0.0);
            #[allow(clippy::cast_precision_loss, reason = "a few alerts")]
            if counted != listed as f64 {
                faults.push(format!(
                    "{uid}, {situation:?}: {counted} active alerts, {listed} are listed"
                ));
            }
        }
    }
    faults
}

/// Contents of a panel.
fn shown<'a>(looks: &'a Looks, uid: &str, title: &str, situation: Situation) -> Option<&'a Shown> {
    let opened = &looks[&(uid.to_owned(), situation)];
    opened.panels.iter().find(|(name, _)| name == title).map(|(_, shown)| shown)
}

/// The only tile of a panel.
fn tile<'a>(looks: &'a Looks, uid: &str, title: &str, situation: Situation) -> Option<&'a Tile> {
    match shown(looks, uid, title, situation) {
        Some(Shown::Tiles(tiles)) if tiles.len() == 1 => tiles.first(),
        _ => None,
    }
}

fn sum_of(page: &str, (family, labels): Sum) -> f64 {
    let samples = page.lines().filter_map(|line| line.rsplit_once(' '));
    let of_family = samples.filter(|(series, _)| series.split('{').next() == Some(family));
    let fits = |series: &str| labels.iter().any(|label| series.contains(label));
    of_family
        .filter(|(series, _)| fits(series))
        .filter_map(|(_, value)| value.parse::<f64>().ok())
        .sum()
}
