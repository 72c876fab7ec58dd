//! Service levels that cannot be measured show no number, and tell for how many services.
//!
//! The scrapes are computed: in each of four Trio systems two services with the same cases.

use super::{
    DAY,
    opened::{Choices, Opened, open},
};
use crate::{
    dashboard::{
        Board,
        display::{Color, Shown},
    },
    prometheus::Prometheus,
    recorded::recorded,
    scrapes::Scrapes,
};

/// The beginning of a Friday, UTC, and a moment some minutes after a full hour.
const MIDNIGHT: u64 = 1_768_521_600;
const NOW: u64 = MIDNIGHT + 12 * 3_600 + 7 * 60;
/// Days of scrapes: more than the two days up to which boards count from the counters.
const DAYS: u64 = 3;

/// A Trio system.
#[derive(Clone, Copy)]
struct System {
    target: &'static str,
    /// The exporter has the counts of misses, and tells what can be measured.
    is_new: bool,
    /// Of its two services.
    measurable: [f64; 2],
    /// Share of each minute that is not measured.
    unmeasured: f64,
}

const SYSTEMS: [System; 4] = [
    System { target: "older", is_new: false, measurable: [1.0, 1.0], unmeasured: 0.0 },
    System { target: "mixed", is_new: true, measurable: [1.0, 0.0], unmeasured: 0.0 },
    System { target: "short", is_new: true, measurable: [0.0, 0.0], unmeasured: 0.0 },
    System { target: "gaps", is_new: true, measurable: [1.0, 1.0], unmeasured: 0.3 },
];

/// Counters of cases, with their growth in a minute. By the concluded cases the bounds would be 70
/// and 90 %.
const CASES: [(&str, &str, f64); 8] = [
    ("offered", "", 2.0),
    ("answered", "", 2.0),
    ("left", r#",age="beyond""#, 0.0),
    ("answered_within_target", "", 1.56),
    ("answered_within_target_low", "", 1.4),
    ("answered_within_target_high", "", 1.8),
    ("missed_low", "", 0.4),
    ("missed_high", "", 0.8),
];

#[allow(clippy::cast_precision_loss, reason = "minutes of some days")]
fn scrapes() -> Scrapes {
    let mut scrapes = Scrapes::default();
    let begin = NOW - DAYS * DAY;
    for time in (begin - 3_600..=NOW).step_by(60) {
        let minutes = ((time + 3_600 - begin) / 60) as f64;
        for System { target, is_new, measurable, unmeasured } in SYSTEMS {
            let at = format!(
                r#"job="trio",instance="trio-exporter:10427",target="{target}",contact_center="1""#
            );
            let collector = format!(r#"trio_collector_success{{{at},collector="calls"}}"#);
            scrapes.add(&collector, 1.0, time);
            let every = if target == "short" { 41.0 } else { 5.0 };
            let interval = format!(r#"trio_poll_interval_seconds{{{at},collector="calls"}}"#);
            scrapes.add(&interval, every, time);
            let info = r#",contact_center_name="Centre""#;
            scrapes.add(&format!("trio_contact_center_info{{{at}{info}}}"), 1.0, time);
            for (id, measurable) in [101, 102].into_iter().zip(measurable) {
                let service = format!(r#"{at},service_id="{id}",service_name="Växel {id}""#);
                let class = format!(r#"{service},case_class="voice""#);
                for (name, more, growth) in CASES {
                    // Where nothing can be measured the counts are of no use.
                    let growth =
                        if measurable == 0.0 && name.contains("within") { 0.0 } else { growth };
                    if is_new || !name.starts_with("missed") {
                        let family = format!("trio_service_cases_{name}_total");
                        scrapes.add(&format!("{family}{{{class}{more}}}"), growth * minutes, time);
                    }
                }
                if is_new {
                    let family = "trio_service_level_measurable";
                    scrapes.add(&format!("{family}{{{class}}}"), measurable, time);
                }
                for (family, labels, value) in [
                    ("trio_service_level_target_ratio", &class, 0.8),
                    ("trio_service_info", &service, 1.0),
                    (
                        "trio_service_measured_seconds_total",
                        &service,
                        60.0 * (1.0 - unmeasured) * minutes,
                    ),
                    (
                        "trio_service_unmeasured_seconds_total",
                        &format!(r#"{service},reason="outage""#),
                        60.0 * unmeasured * minutes,
                    ),
                ] {
                    scrapes.add(&format!("{family}{{{labels}}}"), value, time);
                }
            }
        }
    }
    scrapes
}

async fn opened(prometheus: &Prometheus, uid: &str, from: &str, target: &'static str) -> Opened {
    let mut board = Board::with_uid(uid);
    board.json["time"]["from"] = from.into();
    open(&board, prometheus, NOW, &Choices::from([("target", target)])).await
}

fn panel<'a>(opened: &'a Opened, title: &str) -> &'a Shown {
    let found = opened.panels.iter().find(|(name, _)| name == title);
    &found.unwrap_or_else(|| panic!("no {title}")).1
}

/// Text with plain spaces, and colour, of the only value of a tile.
fn only(opened: &Opened, title: &str) -> (String, Color) {
    match panel(opened, title) {
        Shown::Tiles(tiles) if tiles.len() == 1 => {
            (tiles[0].text.replace('\u{a0}', " "), tiles[0].meaning())
        }
        other => panic!("{title}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unmeasurable_levels_show_no_number() {
    let scrapes = scrapes();
    let prometheus = Prometheus::configured(scrapes.in_folder()).await;
    let boards = [Board::with_uid("trio-service-level"), Board::with_uid("trio-service")];
    let samples = recorded(&prometheus, &boards, &[(NOW - DAYS * DAY - 3_600, NOW)]).await;
    let folder = prometheus.stop().await;
    crate::recorded::kept(&samples, |_| true).write_into(folder.path());
    let prometheus = Prometheus::configured(folder).await;
    for (target, text, color) in [
        ("older", "78 % (70–90), target 80 %: just below target", Color::Orange),
        ("mixed", "78 % (64–82), 1 not measurable, target 80 %: just below target", Color::Orange),
        ("short", "cannot be measured: ?", Color::Neutral),
        ("gaps", "30 % of the time unmeasured: ?", Color::Neutral),
    ] {
        for from in ["now-6h", "now-3d"] {
            let service = opened(&prometheus, "trio-service", from, target).await;
            let shown = only(&service, "Service level");
            assert_eq!(shown, (text.to_owned(), color), "{target}, {from}");
            let accuracy = only(&service, "Accuracy").0;
            let expected = match target {
                "older" => "width of the band: 20.0%",
                "mixed" => "width of the band: 18.2%",
                _ => "too few cases, or ?",
            };
            assert_eq!(accuracy, expected, "{target}, {from}");
        }
    }
    for uid in ["trio-overview", "trio-service", "trio-team", "trio-service-level"] {
        for (target, text) in [
            ("short", "Read every 41 s: level, waits, times: not measured"),
            ("gaps", "of the open time: 70.0%"),
        ] {
            let shown = only(&opened(&prometheus, uid, "now-6h", target).await, "Measured");
            assert_eq!(shown, (text.to_owned(), Color::Orange), "{uid}, {target}");
        }
    }
    let overview = opened(&prometheus, "trio-overview", "now-6h", "mixed").await;
    let Shown::Table(services) = panel(&overview, "Services, worst first") else {
        panic!("no table")
    };
    for column in ["SL 30 min", "SL"] {
        let mut cells: Vec<&str> =
            services.column(column).iter().map(|cell| cell.text.as_str()).collect();
        cells.sort_unstable();
        assert_eq!(cells, ["78%", "?"], "{column}");
    }
}
