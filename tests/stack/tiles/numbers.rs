//! Numbers of tiles, computed from a page of the exporter without PromQL.

use super::{Looks, Situation};
use crate::dashboard::display::Shown;

/// A number of a page: the sum of the samples of a family whose series have one of the texts.
type Sum = (&'static str, &'static [&'static str]);

const WAITING: Sum = ("trio_service_class_waiting", &[r#"case_class="voice""#, r#"case_class="chat""#]);

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

/// Tiles that show another number than the page of the exporter in their situation.
pub(super) fn faults(looks: &Looks, pages: &[(Situation, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (situation, page) in pages {
        for (uid, title, sum) in TILES {
            let opened = &looks[&(uid.to_owned(), *situation)];
            let shown = opened.panels.iter().find(|(name, _)| name == title);
            let tile = match shown {
                Some((_, Shown::Tiles(tiles))) if tiles.len() == 1 => &tiles[0],
                _ => {
                    faults.push(format!("{uid}, {title}, {situation:?}: not one tile"));
                    continue;
                }
            };
            // Below zero are numbers that stand for words, or for a zero in another colour.
            let expected = sum_of(page, sum);
            if tile.text != expected.to_string() {
                faults.push(format!("{uid}, {title}, {situation:?}: {}, the page has {expected}", tile.text));
            }
        }
    }
    faults
}

fn sum_of(page: &str, (family, labels): Sum) -> f64 {
    let samples = page.lines().filter_map(|line| line.rsplit_once(' '));
    let of_family = samples.filter(|(series, _)| series.split('{').next() == Some(family));
    let fits = |series: &str| labels.iter().any(|label| series.contains(label));
    of_family.filter(|(series, _)| fits(series)).filter_map(|(_, value)| value.parse::<f64>().ok()).sum()
}
