//! Queries of the boards Overview and Wall on a real Prometheus: contact centres stay apart, each
//! service gets one reason, the age of the data is the worst of four, and alerts without an
//! instance are listed.

use std::fs;

use serde_json::{Value, json};

use crate::{dashboard::Board, process::folder, promql::with_variables, promtool::promtool};

/// A query by its place, such as "overview.json: Waiting (A)", with the values of variables that a
/// reader has chosen.
fn query(place: &str, center: &str) -> String {
    let all = Board::shipped().iter().flat_map(Board::queries).collect::<Vec<_>>();
    let found = all.into_iter().find(|query| query.place == place);
    let found = found.unwrap_or_else(|| panic!("no query is called {place}"));
    with_variables(&found.expr, |name| {
        let value = match name {
            "__range" => "1h",
            "__range_s" => "3600",
            "contact_center" => center,
            "case_class" => "voice|chat",
            _ => ".+",
        };
        value.to_owned()
    })
}

/// Tests of `promtool test rules`.
#[derive(Default)]
struct Tests(Vec<Value>);

impl Tests {
    /// Expects these samples of a query with all contact centres chosen, three hours after the
    /// start.
    fn expect(&mut self, series: &[Value], place: &str, by: &str, samples: &[(&str, f64)]) {
        self.expect_of(".+", series, place, by, samples);
    }

    /// The same with one contact centre chosen.
    fn expect_of(
        &mut self,
        center: &str,
        series: &[Value],
        place: &str,
        by: &str,
        samples: &[(&str, f64)],
    ) {
        let expr = format!("max by ({by}) ({})", query(place, center));
        let samples: Vec<Value> = samples
            .iter()
            .map(|(labels, value)| json!({"labels": labels, "value": value}))
            .collect();
        let test = json!({"expr": expr, "eval_time": "180m", "exp_samples": samples});
        self.0.push(json!({"interval": "1m", "input_series": series, "promql_expr_test": [test]}));
    }

    fn run(self) {
        let folder = folder();
        let file = folder.path().join("boards.test.yml");
        // JSON is YAML.
        fs::write(&file, json!({"rule_files": [], "tests": self.0}).to_string()).expect("a file");
        promtool(&["test", "rules", file.to_str().expect("UTF-8")]);
    }
}

/// A series by its labels after job and instance, with values as promtool writes them.
fn series(name: &str, labels: &str, values: &str) -> Value {
    json!({"series": format!("{name}{{job=\"trio\",instance=\"a:1\",{labels}}}"), "values": values})
}

fn center(target: &str, id: &str, name: &str) -> Value {
    let labels =
        format!("target=\"{target}\",contact_center=\"{id}\",contact_center_name=\"{name}\"");
    series("trio_contact_center_info", &labels, "1x200")
}

/// A service by target, contact centre and name, with its longest wait, targets of 20, 60 and 120
/// s, and skilled agents by state.
fn service(place: [&str; 3], wait: u32, agents: &[(&str, u32)]) -> Vec<Value> {
    let [target, center, name] = place;
    let of = format!(
        "target=\"{target}\",contact_center=\"{center}\",service_id=\"{name}\",service_name=\"{name}\""
    );
    let class = format!("{of},case_class=\"voice\"");
    let mut all = vec![
        series("trio_service_class_longest_wait_seconds", &class, &format!("{wait}x200")),
        series("trio_service_wait_target_seconds", &class, "20x200"),
        series(
            "trio_service_wait_alert_seconds",
            &format!("{class},severity=\"warning\""),
            "60x200",
        ),
        series(
            "trio_service_wait_alert_seconds",
            &format!("{class},severity=\"critical\""),
            "120x200",
        ),
    ];
    for (state, number) in agents {
        let labels = format!("{of},state=\"{state}\"");
        all.push(series("trio_service_skilled_agents", &labels, &format!("{number}x200")));
    }
    all
}

/// States of skilled agents: available, busy, paused, unknown.
fn agents(numbers: [u32; 4]) -> Vec<(&'static str, u32)> {
    ["available", "busy", "paused", "unknown"].into_iter().zip(numbers).collect()
}

#[test]
fn worst_service_carries_its_center_only_among_several() {
    let busy = agents([0, 3, 0, 0]);
    let one = [vec![center("a", "1", "Kund")], service(["a", "1", "Växel"], 30, &busy)].concat();
    let two =
        [one.clone(), vec![center("a", "2", "Sjukvård")], service(["a", "2", "Växel"], 130, &busy)]
            .concat();
    let systems =
        [one.clone(), vec![center("b", "1", "Kund")], service(["b", "1", "Växel"], 70, &busy)]
            .concat();
    let idle = [vec![center("a", "1", "Kund")], service(["a", "1", "Växel"], 0, &busy)].concat();
    let mut tests = Tests::default();
    for board in ["overview.json", "wall.json"] {
        let level = format!("{board}: Worst service (A)");
        let wait = format!("{board}: Worst service (B)");
        let by = "service_name";
        tests.expect(&one, &level, by, &[("{service_name=\"Växel\"}", 1.0)]);
        tests.expect(&two, &level, by, &[("{service_name=\"Växel (Sjukvård)\"}", 3.0)]);
        tests.expect(&two, &wait, by, &[("{}", 130.0)]);
        tests.expect_of("1", &two, &level, by, &[("{service_name=\"Växel\"}", 1.0)]);
        tests.expect_of("1", &two, &wait, by, &[("{}", 30.0)]);
        tests.expect(&systems, &level, by, &[("{service_name=\"Växel (b, Kund)\"}", 2.0)]);
        tests.expect(&idle, &level, by, &[("{service_name=\"no one waits\"}", 0.0)]);
        tests.expect(&[], &level, by, &[]);
    }
    tests.run();
}

#[test]
fn each_waiting_service_has_one_reason() {
    let why = "overview.json: Services, worst first (F)";
    let all = [
        vec![center("a", "1", "Kund")],
        service(["a", "1", "none"], 50, &[("available", 0), ("logged_out", 4)]),
        service(["a", "1", "unknown"], 50, &agents([0, 3, 0, 2])),
        service(["a", "1", "paused"], 50, &agents([0, 2, 2, 0])),
        service(["a", "1", "busy"], 50, &agents([0, 3, 2, 0])),
        service(["a", "1", "free"], 50, &agents([1, 3, 2, 0])),
        service(["a", "1", "untold"], 50, &[]),
        service(["a", "1", "in time"], 15, &agents([0, 3, 0, 0])),
    ]
    .concat();
    let mut tests = Tests::default();
    tests.expect(
        &all,
        why,
        "service_name",
        &[
            ("{service_name=\"none\"}", 1.0),
            ("{service_name=\"unknown\"}", -1.0),
            ("{service_name=\"paused\"}", 2.0),
            ("{service_name=\"busy\"}", 5.0),
            ("{service_name=\"free\"}", 6.0),
            ("{service_name=\"untold\"}", 0.0),
        ],
    );
    tests.run();
}

#[test]
fn reasons_compare_with_the_same_hour_of_earlier_weeks() {
    let why = query("overview.json: Services, worst first (F)", ".+");
    let labels = |name: &str| {
        format!(
            "target=\"a\",contact_center=\"1\",service_id=\"{name}\",service_name=\"{name}\",case_class=\"voice\""
        )
    };
    // Five-minute steps: a week, and three hours in which more comes, or each case takes longer.
    let growth =
        |before: u32, after: u32| format!("0+{before}x2016 {}+{after}x36", before * 2_016 + after);
    let mut input = vec![center("a", "1", "Kund")];
    for (name, offered, handling) in
        [("more", [10, 15], [500, 500]), ("longer", [10, 10], [500, 700])]
    {
        let waits = service(["a", "1", name], 50, &agents([0, 3, 0, 0]));
        input.extend(waits.into_iter().map(|mut series| {
            let value = series["values"].as_str().expect("values").replace("x200", "x2100");
            series["values"] = value.into();
            series
        }));
        let counters = [
            ("trio_service_cases_offered_total", offered),
            ("trio_service_cases_answered_total", [10, 10]),
            ("trio_service_handling_seconds_total", handling),
        ];
        input.extend(counters.map(|(metric, [before, after])| {
            series(metric, &labels(name), &growth(before, after))
        }));
    }
    let samples = json!([
        {"labels": "{service_name=\"more\"}", "value": 3},
        {"labels": "{service_name=\"longer\"}", "value": 4},
    ]);
    let test = json!({
        "expr": format!("max by (service_name) ({why})"),
        "eval_time": "10260m",
        "exp_samples": samples,
    });
    Tests(vec![json!({"interval": "5m", "input_series": input, "promql_expr_test": [test]})]).run();
}

#[test]
fn age_of_the_data_is_the_worst_of_four_and_names_it() {
    let up =
        |values: &str| json!({"series": "up{job=\"trio\",instance=\"a:1\"}", "values": values});
    let reads =
        |target: &str, values: &str| series("trio_up", &format!("target=\"{target}\""), values);
    let read_at = |target: &str, values: &str| {
        let labels = format!("target=\"{target}\",contact_center=\"1\",collector=\"calls\"");
        series("trio_collector_last_success_timestamp_seconds", &labels, values)
    };
    let fresh = vec![up("1x200"), reads("x", "1x200"), read_at("x", "0+60x200")];
    let with = |more: &[Value]| [&fresh[..], more].concat();
    let old = with(&[reads("y", "1x200"), read_at("y", "0+60x178 10680x30")]);
    let down = with(&[reads("y", "0x200"), read_at("y", "0+60x178 10680x30")]);
    let gone = with(&[reads("y", "1x100 stale")]);
    let stopped =
        vec![up("1x100 0x100"), reads("x", "1x100 stale"), read_at("x", "0+60x100 stale")];
    // Of another job, which has never had a Trio.
    let other = with(&[json!({"series": "up{job=\"node\",instance=\"b:1\"}", "values": "0x200"})]);
    let mut tests = Tests::default();
    for place in ["overview.json: Data age (A)", "wall.json: Data age (A)"] {
        let by = "says, target";
        tests.expect(&fresh, place, by, &[("{target=\"x\"}", 0.0)]);
        tests.expect(&other, place, by, &[("{target=\"x\"}", 0.0)]);
        tests.expect(&old, place, by, &[("{says=\"DATA IS OLD: \", target=\"y\"}", 120.0)]);
        tests.expect(&down, place, by, &[("{target=\"y\"}", 1e9)]);
        tests.expect(&gone, place, by, &[("{target=\"y\"}", 2e9)]);
        tests.expect(&stopped, place, by, &[("{target=\"a:1\"}", 3e9)]);
        tests.expect(&[], place, by, &[]);
    }
    tests.run();
}

#[test]
fn tile_counts_the_alerts_that_the_table_lists() {
    let firing = |labels: &str| {
        let both = |name: &str, state: &str, values: &str| json!({"series": format!("{name}{{job=\"trio\",{labels}{state}}}"), "values": values});
        [
            both("ALERTS", ",alertstate=\"firing\"", "1x200"),
            // True since the fiftieth minute.
            both("ALERTS_FOR_STATE", "", "3000x200"),
        ]
    };
    let no_exporter = firing("alertname=\"TrioExporterDown\",severity=\"critical\"");
    let of_center = "instance=\"a:1\",target=\"x\",contact_center=\"2\"";
    let long_wait = firing(&format!(
        "alertname=\"TrioLongWait\",severity=\"warning\",{of_center},service_id=\"7\",service_name=\"Växel\""
    ));
    let of_target =
        firing("alertname=\"TrioUnreachable\",severity=\"critical\",instance=\"a:1\",target=\"x\"");
    let other = firing("alertname=\"NodeDown\",severity=\"critical\",instance=\"b:1\"");
    let mut all = [no_exporter, long_wait, of_target, other].concat();
    all.extend([center("x", "1", "Kund"), center("x", "2", "Sjukvård")]);
    let tile = "overview.json: Active alerts (A)";
    let [rank, since, place] = ["A", "B", "Z"].map(|id| format!("overview.json: Alerts ({id})"));
    let mut tests = Tests::default();
    tests.expect(&all, tile, "x", &[("{}", 3.0)]);
    tests.expect(
        &all,
        &rank,
        "alertname",
        &[
            ("{alertname=\"TrioExporterDown\"}", 3.0),
            ("{alertname=\"TrioUnreachable\"}", 3.0),
            ("{alertname=\"TrioLongWait\"}", 2.0),
        ],
    );
    tests.expect(
        &all,
        &place,
        "place",
        &[
            ("{place=\"the exporter\"}", 1.0),
            ("{place=\"x\"}", 1.0),
            ("{place=\"Växel (Sjukvård)\"}", 1.0),
        ],
    );
    tests.expect(&all, &since, "x", &[("{}", 7_800.0)]);
    // Alerts of the system and of the exporter concern each contact centre.
    tests.expect_of("1", &all, tile, "x", &[("{}", 2.0)]);
    tests.expect(&[], tile, "x", &[]);
    tests.run();
}
