//! Long ranges are added up from recorded half hours: they agree with the counters, and time that
//! was not recorded shows.
//!
//! The scrapes are computed: nine days of an exporter in simulated time would take an hour.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tempfile::TempDir;

use super::{
    DAY,
    opened::{Choices, Opened, filled, open},
};
use crate::{
    dashboard::{
        Board,
        display::{Color, Shown, Tile},
    },
    prometheus::Prometheus,
    recorded::{self, Recorded, recorded},
    scrapes::Scrapes,
};

const MINUTE: u64 = 60;
/// Days of scrapes: a week, a day before it, and the half day in which the boards are opened.
const DAYS: u64 = 9;
/// The beginning of a Friday, UTC.
const MIDNIGHT: u64 = 1_768_521_600;
/// Some minutes after a full hour, as a board is opened.
const NOW: u64 = MIDNIGHT + 12 * 3_600 + 7 * MINUTE;
/// Difference between the two ways that is allowed: half a per cent of a count, half a point of a
/// share.
const TOLERANCE: f64 = 0.005;

/// Contact centre, id, name, and cases an hour while it is open, from eight to five.
const SERVICES: [(&str, &str, &str, f64); 2] =
    [("1", "101", "Kundtjänst", 240.0), ("2", "201", "Kundtjänst", 120.0)];
/// Cases an hour at night.
const AT_NIGHT: f64 = 6.0;

/// Numbers that look random, the same each time.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    #[allow(clippy::cast_precision_loss, reason = "53 bits")]
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Counters of a service.
#[derive(Default)]
struct Counters(BTreeMap<&'static str, f64>);

impl Counters {
    fn add(&mut self, name: &'static str, by: f64) {
        *self.0.entry(name).or_default() += by;
    }

    /// Lets a minute pass in which up to `most` cases come.
    fn minute(&mut self, per_hour: f64, is_open: bool, random: &mut Random) {
        for name in NAMES {
            self.add(name, 0.0);
        }
        // Twenty chances a minute: cases come one by one.
        for _ in 0..20 {
            if random.next() < per_hour / 1_200.0 {
                self.case(random.next());
            }
        }
        if is_open {
            self.add("measured", 60.0);
        }
    }

    fn case(&mut self, luck: f64) {
        self.add("offered", 1.0);
        if luck < 0.91 {
            self.add("answered", 1.0);
            self.add("handling", 240.0);
            for (name, limit) in [("within", 0.73), ("low", 0.71), ("high", 0.75)] {
                self.add(name, if luck < limit { 1.0 } else { 0.0 });
            }
            for (name, limit) in [("missed_low", 0.75), ("missed_high", 0.71)] {
                self.add(name, if luck < limit { 0.0 } else { 1.0 });
            }
        } else if luck < 0.93 {
            self.add("short", 1.0);
        } else {
            for name in ["beyond", "missed_low", "missed_high"] {
                self.add(name, 1.0);
            }
        }
    }
}

const NAMES: [&str; 12] = [
    "offered",
    "answered",
    "handling",
    "within",
    "low",
    "high",
    "missed_low",
    "missed_high",
    "short",
    "beyond",
    "measured",
    "unmeasured",
];

/// Family and last label of each counter.
fn series(name: &str) -> (&'static str, &'static str) {
    match name {
        "offered" => ("trio_service_cases_offered_total", r#",case_class="voice""#),
        "answered" => ("trio_service_cases_answered_total", r#",case_class="voice""#),
        "handling" => ("trio_service_handling_seconds_total", r#",case_class="voice""#),
        "within" => ("trio_service_cases_answered_within_target_total", r#",case_class="voice""#),
        "low" => ("trio_service_cases_answered_within_target_low_total", r#",case_class="voice""#),
        "high" => {
            ("trio_service_cases_answered_within_target_high_total", r#",case_class="voice""#)
        }
        "missed_low" => ("trio_service_cases_missed_low_total", r#",case_class="voice""#),
        "missed_high" => ("trio_service_cases_missed_high_total", r#",case_class="voice""#),
        "short" => ("trio_service_cases_left_total", r#",case_class="voice",age="short""#),
        "beyond" => ("trio_service_cases_left_total", r#",case_class="voice",age="beyond""#),
        "measured" => ("trio_service_measured_seconds_total", ""),
        "unmeasured" => ("trio_service_unmeasured_seconds_total", r#",reason="gap""#),
        other => panic!("no series {other}"),
    }
}

/// Nine days of scrapes.
fn scrapes() -> Scrapes {
    let mut scrapes = Scrapes::default();
    let mut random = Random(7);
    let mut counters: Vec<Counters> = SERVICES.iter().map(|_| Counters::default()).collect();
    for time in (NOW - DAYS * DAY..=NOW).step_by(60) {
        let is_open = (8..17).contains(&(time % DAY / 3_600));
        for ((center, id, name, per_hour), counters) in SERVICES.into_iter().zip(&mut counters) {
            let target = r#"job="trio",instance="trio-exporter:10427",target="main""#;
            let service = format!(
                r#"{target},contact_center="{center}",service_id="{id}",service_name="{name}""#
            );
            counters.minute(if is_open { per_hour } else { AT_NIGHT }, is_open, &mut random);
            for (name, value) in &counters.0 {
                let (family, more) = series(name);
                scrapes.add(&format!("{family}{{{service}{more}}}"), *value, time);
            }
            if time % 240 != NOW % 240 {
                continue;
            }
            // Goals and names do not change; each fourth minute is enough to find them.
            for (family, more, value) in [
                ("trio_service_level_target_ratio", r#",case_class="voice""#, 0.8),
                ("trio_service_level_measurable", r#",case_class="voice""#, 1.0),
                ("trio_service_abandon_target_ratio", "", 0.1),
                ("trio_service_info", "", 1.0),
            ] {
                scrapes.add(&format!("{family}{{{service}{more}}}"), value, time);
            }
            let info =
                format!(r#"contact_center="{center}",contact_center_name="Centre {center}""#);
            scrapes.add(&format!("trio_contact_center_info{{{target},{info}}}"), 1.0, time);
            scrapes.add(&format!("trio_up{{{target}}}"), 1.0, time);
        }
    }
    scrapes
}

/// A Prometheus with the data in `folder` and the recorded samples of the times that are `kept`.
async fn with_rules(folder: TempDir, recorded: &[Recorded], kept: fn(u64) -> bool) -> Prometheus {
    recorded::kept(recorded, kept).write_into(folder.path());
    Prometheus::configured(folder).await
}

/// The query of a panel over the last `range` seconds. The boards change from counters to half
/// hours at two days; `as_if` is the length of time that they believe in.
fn asked(uid: &str, title: &str, ref_id: &str, range: u64, as_if: u64) -> String {
    let board = Board::with_uid(uid);
    let panel = board.panels().into_iter().find(|panel| panel.title() == title).expect("a panel");
    let target = panel.targets().iter().find(|target| target["refId"] == ref_id).expect("a query");
    let mut values: HashMap<String, String> =
        board.variable_names().into_iter().map(|name| (name.to_owned(), ".+".to_owned())).collect();
    values.insert("__range".into(), format!("{range}s"));
    values.insert("__range_s".into(), as_if.to_string());
    filled(target["expr"].as_str().expect("a query"), &values)
}

async fn value(prometheus: &Prometheus, query: &str, time: u64) -> f64 {
    let series =
        prometheus.query_at(query, time).await.unwrap_or_else(|error| panic!("{query}\n{error}"));
    assert_eq!(series.len(), 1, "{query}");
    series[0].value
}

/// The two ways of a panel over a whole day.
async fn both_ways(prometheus: &Prometheus, uid: &str, title: &str) -> (f64, f64) {
    // A moment after midnight, so that neither way has the first or the last half hour twice.
    let time = MIDNIGHT + MINUTE;
    let counted = value(prometheus, &asked(uid, title, "A", DAY, DAY), time).await;
    let half_hours = value(prometheus, &asked(uid, title, "B", DAY, 3 * DAY), time).await;
    (counted, half_hours)
}

/// Days that a series of "Service level by day" shows.
async fn days(prometheus: &Prometheus, ref_id: &str) -> BTreeSet<u64> {
    let query = asked("trio-service-level", "Service level by day", ref_id, DAY, DAY);
    let answer = prometheus.matrix(&query, MIDNIGHT - 6 * DAY, MIDNIGHT, DAY).await;
    let answer = answer.unwrap_or_else(|error| panic!("{query}\n{error}"));
    answer.into_iter().flat_map(|(_, points)| points.into_keys()).collect()
}

async fn opened(prometheus: &Prometheus, uid: &str, from: &str) -> Opened {
    let mut board = Board::with_uid(uid);
    board.json["time"]["from"] = from.into();
    open(&board, prometheus, NOW, &Choices::new()).await
}

fn tiles<'a>(opened: &'a Opened, title: &str) -> &'a [Tile] {
    let found = opened.panels.iter().find(|(name, _)| name == title);
    match found {
        Some((_, Shown::Tiles(tiles))) => tiles,
        other => panic!("{title}: {other:?}"),
    }
}

/// Text with plain spaces, and colour, of the only value of a tile.
fn only(opened: &Opened, title: &str) -> (String, Color) {
    let [tile] = tiles(opened, title) else { panic!("{title}: {:?}", tiles(opened, title)) };
    (tile.text.replace('\u{a0}', " "), tile.meaning())
}

#[track_caller]
fn is_marked(opened: &Opened, title: &str, per_cent: u32) {
    let (text, color) = only(opened, title);
    assert!(text.contains(&format!("{per_cent} % of the time recorded")), "{title}: {text:?}");
    assert_eq!(color, Color::Neutral, "{title}: {text:?}");
}

#[track_caller]
fn is_plain(opened: &Opened, title: &str) {
    let (text, color) = only(opened, title);
    assert!(!text.contains("recorded"), "{title}: {text:?}");
    assert_ne!(color, Color::Neutral, "{title}: {text:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_hours_agree_with_counters_and_gaps_show() {
    let scrapes = scrapes();
    let prometheus = Prometheus::configured(scrapes.in_folder()).await;
    let boards = [Board::with_uid("trio-service-level"), Board::with_uid("trio-service")];
    let recorded = recorded(&prometheus, &boards, &[(NOW - DAYS * DAY, NOW)]).await;
    let whole = with_rules(prometheus.stop().await, &recorded, |_| true).await;

    for (uid, title) in [
        ("trio-service-level", "Service level"),
        ("trio-service", "Service level"),
        ("trio-service", "Lost"),
    ] {
        let (counted, half_hours) = both_ways(&whole, uid, title).await;
        assert!(
            (counted - half_hours).abs() <= TOLERANCE,
            "{uid}, {title}: {counted} and {half_hours}"
        );
    }
    let (counted, half_hours) = both_ways(&whole, "trio-service", "Answered").await;
    assert!(
        (counted - half_hours).abs() <= TOLERANCE * counted,
        "answered: {counted} and {half_hours}"
    );
    assert!(counted > 1_000.0, "{counted} answered cases in a day");

    let every_day: BTreeSet<u64> = (0..7).map(|ago| MIDNIGHT - ago * DAY).collect();
    let level = opened(&whole, "trio-service-level", "now-3d").await;
    for title in ["Service level", "Service level, 7 days"] {
        is_plain(&level, title);
    }
    // Nine days of thirty.
    is_marked(&level, "Service level, 30 days", 30);
    assert_eq!(days(&whole, "A").await, every_day);
    assert_eq!(days(&whole, "F").await, BTreeSet::new());

    // From ten to one o'clock the rules are not evaluated, on any day: 3 of 24 hours.
    let gaps = with_rules(scrapes.in_folder(), &recorded, |time| {
        !(10..13).contains(&(time % DAY / 3_600))
    })
    .await;
    let level = opened(&gaps, "trio-service-level", "now-3d").await;
    is_marked(&level, "Service level, 7 days", 87);
    is_marked(&level, "Service level", 87);
    assert_eq!(days(&gaps, "A").await, BTreeSet::new());
    assert_eq!(days(&gaps, "F").await, every_day);
    let service = opened(&gaps, "trio-service", "now-3d").await;
    for title in ["Service level", "Lost", "Answered"] {
        is_marked(&service, title, 87);
    }
    // The counters themselves have no gap.
    for title in ["Service level", "Lost", "Answered"] {
        is_plain(&opened(&gaps, "trio-service", "now-2d").await, title);
    }
}
