//! The wallboard and `/metrics` show the same, in every dialect.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use regex::Regex;
use trio_exporter::sim::Dialect;

use super::{ask, running, small};

/// Name, waiting and longest wait of each row, as people see them.
fn rows(page: &str) -> BTreeMap<String, (String, String)> {
    let spoken = Regex::new(r#"<span class="sr">[^<]*</span>"#).expect("a pattern");
    let tags = Regex::new("<[^>]*>").expect("a pattern");
    let cell = Regex::new("(?s)<t[dh][ >].*?</t[dh]>").expect("a pattern");
    let body = page.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next());
    let row = |row: &str| {
        let row = spoken.replace_all(row, "").into_owned();
        let cells: Vec<String> = cell
            .find_iter(&row)
            .map(|cell| tags.replace_all(cell.as_str(), "").trim().to_owned())
            .collect();
        (cells[0].clone(), (cells[1].clone(), cells[2].clone()))
    };
    body.expect("a table").split("</tr>").filter(|row| row.contains("<tr")).map(row).collect()
}

/// The value of a label of a series.
fn label<'a>(series: &'a str, key: &str) -> &'a str {
    let after = series.split(&format!("{key}=\"")).nth(1).expect("the label");
    after.split('"').next().expect("a value")
}

fn time(seconds: f64) -> String {
    let whole = seconds as u64;
    if whole < 3600 {
        format!("{}:{:02}", whole / 60, whole % 60)
    } else {
        format!("{}:{:02} h", whole / 3600, whole % 3600 / 60)
    }
}

#[tokio::test]
async fn rows_show_what_metrics_show_in_every_dialect() {
    for dialect in Dialect::ALL {
        let (app, _trio) = running(small(dialect)).await;
        let (_, page) = ask(&app, "/wall", "").await;
        let metrics = app.metrics().await;
        let mut expected = BTreeMap::new();
        for (series, _) in metrics.find("trio_service_info", &[]) {
            let (id, name) = (label(series, "service_id"), label(series, "service_name"));
            let goals = metrics.find("trio_service_wait_target_seconds", &[("service_id", id)]);
            let classes: Vec<&str> = goals
                .iter()
                .map(|(series, _)| label(series, "case_class"))
                .filter(|class| ["voice", "chat"].contains(class))
                .collect();
            let of_classes = |metric: &str| -> Option<Vec<f64>> {
                let class = |class: &&str| {
                    metrics.get(metric, &[("service_id", id), ("case_class", class)])
                };
                classes.iter().map(class).collect()
            };
            let own = |metric: &str| metrics.get(metric, &[("service_id", id)]);
            let waiting = of_classes("trio_service_class_waiting").map(|all| all.iter().sum());
            let waiting: Option<f64> = waiting.or_else(|| own("trio_service_queue_length"));
            let longest = of_classes("trio_service_class_longest_wait_seconds")
                .and_then(|all| all.into_iter().reduce(f64::max))
                .or_else(|| own("trio_service_longest_wait_seconds"));
            let cells = (
                waiting.map_or("?".to_owned(), |waiting| format!("{waiting:.0}")),
                longest.map_or("?".to_owned(), time),
            );
            expected.insert(name.to_owned(), cells);
        }
        assert!(expected.len() == 6, "{dialect:?}: {expected:?}");
        let shown = rows(&page);
        assert_eq!(shown, expected, "{dialect:?}");
        assert!(shown.values().any(|(waiting, _)| waiting != "0" && waiting != "?"), "{dialect:?}");
        let free = metrics.get("trio_agents", &[("state", "available")]).expect("known");
        assert!(page.contains(&format!("<span class=\"v\">{free}</span>")), "{dialect:?} {free}");
    }
}
