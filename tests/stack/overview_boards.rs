//! Queries of the boards Overview and Wall on a real Prometheus: contact centres stay apart, each
//! service gets one reason, the age of the data is the worst of four, and alerts without an
//! instance are listed.

use serde_json::{Value, json};

use crate::{
    promql::with_variables,
    query_tests::{self, of_other_exporter},
};

/// A query by its place, such as "overview.json: Waiting (A)", with the values of variables that a
/// reader has chosen.
fn query(place: &str, center: &str) -> String {
    with_variables(&query_tests::query(place).expr, |name| {
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

/// Expected samples of queries.
#[derive(Default)]
struct Tests(query_tests::QueryTests);

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
        self.0.expect(series, "1m", &expr, "180m", samples);
    }

    fn run(self) {
        self.0.run();
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

/// Labels of a service by target, contact centre and name, which is its id as well.
fn labels([target, center, name]: [&str; 3]) -> String {
    format!(
        "target=\"{target}\",contact_center=\"{center}\",service_id=\"{name}\",service_name=\"{name}\""
    )
}

/// Target and limits (warning, critical) of a class of cases of a service, in seconds.
fn limits(place: [&str; 3], class: &str, limits: [u32; 3]) -> Vec<Value> {
    let class = format!("{},case_class=\"{class}\"", labels(place));
    let alert = |severity: &str, limit: u32| {
        let labels = format!("{class},severity=\"{severity}\"");
        series("trio_service_wait_alert_seconds", &labels, &format!("{limit}x200"))
    };
    vec![
        series("trio_service_wait_target_seconds", &class, &format!("{}x200", limits[0])),
        alert("warning", limits[1]),
        alert("critical", limits[2]),
    ]
}

/// A class of cases of a service, with its longest wait, its target and its limits.
fn class(place: [&str; 3], class: &str, wait: u32, of_class: [u32; 3]) -> Vec<Value> {
    let labels = format!("{},case_class=\"{class}\"", labels(place));
    let wait = series("trio_service_class_longest_wait_seconds", &labels, &format!("{wait}x200"));
    [vec![wait], limits(place, class, of_class)].concat()
}

/// Target and limits of calls, in seconds.
const CALLS: [u32; 3] = [20, 60, 120];

/// A service with the longest wait of its calls and with skilled agents by state.
fn service(place: [&str; 3], wait: u32, agents: &[(&str, u32)]) -> Vec<Value> {
    let mut all = class(place, "voice", wait, CALLS);
    for (state, number) in agents {
        let labels = format!("{},state=\"{state}\"", labels(place));
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
fn worst_service_is_that_of_the_worst_class_and_exporter() {
    let place = ["a", "1", "Växel"];
    let calls = class(place, "voice", 30, CALLS);
    let chats = class(place, "chat", 200, [100, 150, 400]);
    // Classes that are not chosen do not count.
    let letters = class(place, "email", 90_000, [1, 2, 3]);
    let classes = [calls.clone(), chats, letters].concat();
    let later = of_other_exporter(&class(place, "voice", 10, CALLS));
    let exporters = [calls, later].concat();
    // A longer wait, and less of its target.
    let patient = class(["a", "1", "Post"], "voice", 400, [300, 600, 900]);
    let services = [class(place, "voice", 130, CALLS), patient].concat();
    let mut tests = Tests::default();
    for board in ["overview.json", "wall.json"] {
        let level = format!("{board}: Worst service (A)");
        let wait = format!("{board}: Worst service (B)");
        for (all, word, seconds) in
            [(&classes, 2.0, 200.0), (&exporters, 1.0, 30.0), (&services, 3.0, 130.0)]
        {
            tests.expect(all, &level, "service_name", &[("{service_name=\"Växel\"}", word)]);
            tests.expect(all, &wait, "service_name", &[("{}", seconds)]);
        }
    }
    tests.run();
}

#[test]
fn services_without_class_waits_are_judged_by_their_smallest_limits() {
    let place = ["a", "1", "Växel"];
    let own = |wait: u32| {
        vec![series("trio_service_longest_wait_seconds", &labels(place), &format!("{wait}x200"))]
    };
    let people = [limits(place, "voice", CALLS), limits(place, "chat", [40, 100, 400])].concat();
    let mixed = [people.clone(), limits(place, "email", [7_200, 9_000, 9_900])].concat();
    let known = class(place, "voice", 15, CALLS);
    let mut tests = Tests::default();
    for board in ["overview.json", "wall.json"] {
        let level = format!("{board}: Worst service (A)");
        let wait = format!("{board}: Worst service (B)");
        for (all, word, seconds) in [
            ([own(70), people.clone()].concat(), 2.0, 70.0),
            // Where the wait of the class is known, that of the service does not count.
            ([own(500), known.clone()].concat(), 0.0, 15.0),
        ] {
            tests.expect(&all, &level, "service_name", &[("{service_name=\"Växel\"}", word)]);
            tests.expect(&all, &wait, "service_name", &[("{}", seconds)]);
        }
        // The wait may be that of an e-mail, which is not chosen.
        let unclear = [own(8_000), mixed.clone()].concat();
        for place in [&level, &wait] {
            tests.expect(&unclear, place, "service_name", &[]);
        }
    }
    tests.run();
}

#[test]
fn each_waiting_service_has_one_reason() {
    let why = "overview.json: Services, worst first (F)";
    let busy = agents([0, 3, 0, 0]);
    let own = |name: &str, metric: &str, value: u32| {
        series(metric, &labels(["a", "1", name]), &format!("{value}x200"))
    };
    let some_calls = |name: &str, waits: [u32; 2]| {
        let place = ["a", "1", name];
        [service(place, waits[0], &busy), class(place, "chat", waits[1], [40, 80, 120])].concat()
    };
    let letters = class(["a", "1", "letters"], "email", 50, CALLS);
    let no_classes = [
        limits(["a", "1", "no classes"], "voice", CALLS),
        limits(["a", "1", "no classes"], "chat", [40, 80, 120]),
        vec![
            own("no classes", "trio_service_longest_wait_seconds", 30),
            own("no classes", "trio_service_agents_available", 0),
        ],
    ];
    let all = [
        vec![center("a", "1", "Kund"), center("a", "2", "Syd")],
        service(["a", "1", "none"], 50, &[("available", 0), ("logged_out", 4)]),
        service(["a", "1", "unknown"], 50, &agents([0, 3, 0, 2])),
        service(["a", "1", "paused"], 50, &agents([0, 2, 2, 0])),
        service(["a", "1", "busy"], 50, &agents([0, 3, 2, 0])),
        // More are at work than paused, in two states.
        service(
            ["a", "1", "at work"],
            50,
            &[("available", 0), ("busy", 2), ("wrap_up", 1), ("paused", 2), ("unknown", 0)],
        ),
        service(["a", "1", "free"], 50, &agents([1, 3, 2, 0])),
        service(["a", "1", "untold"], 50, &[]),
        service(["a", "1", "in time"], 15, &busy),
        // One of its classes waits too long.
        some_calls("chat", [15, 50]),
        // Of its classes only the e-mail waits too long, which is not chosen.
        [service(["a", "1", "letters"], 15, &busy), letters].concat(),
        // Trio gives no waits by class and no agents by skill.
        no_classes.concat(),
        service(["a", "1", "told free"], 50, &[]),
        vec![
            own("told free", "trio_service_agents_available", 2),
            own("told free", "trio_service_agents_logged_on", 3),
        ],
        service(["a", "1", "told none"], 50, &[]),
        vec![own("told none", "trio_service_agents_logged_on", 0)],
    ]
    .concat();
    let south = service(["a", "2", "south"], 50, &busy);
    let both = [all.clone(), south].concat();
    let reason = |name: &'static str, number: f64| (format!("{{service_name=\"{name}\"}}"), number);
    let reasons = [
        reason("none", 1.0),
        reason("unknown", -1.0),
        reason("paused", 2.0),
        reason("busy", 5.0),
        reason("at work", 5.0),
        reason("free", 6.0),
        reason("untold", 0.0),
        reason("chat", 5.0),
        reason("no classes", 5.0),
        reason("told free", 6.0),
        reason("told none", 1.0),
    ];
    let reasons: Vec<(&str, f64)> =
        reasons.iter().map(|(labels, number)| (labels.as_str(), *number)).collect();
    let mut tests = Tests::default();
    tests.expect(&all, why, "service_name", &reasons);
    tests.expect_of("1", &both, why, "service_name", &reasons);
    tests.run();
}

/// Values of a counter in steps of five minutes that grows by these numbers a step, for so many
/// steps.
fn growth(segments: &[(f64, u32)]) -> String {
    let mut value = 0.0;
    let written = segments.iter().map(|(by, steps)| {
        let first = value + by;
        value += by * f64::from(*steps);
        format!("{first}+{by}x{}", steps - 1)
    });
    written.collect::<Vec<_>>().join(" ")
}

#[test]
fn reasons_compare_with_the_same_hour_of_four_weeks() {
    const WEEK: u32 = 7 * 24 * 12;
    let why = query("overview.json: Services, worst first (F)", ".+");
    // The number of each of four weeks, the hours of interest in its middle, and that of the last
    // three hours.
    let weeks = |earlier: [f64; 4], last: f64| {
        let [a, b, c, d] = earlier;
        growth(&[(a, 36 + WEEK / 2), (b, WEEK), (c, WEEK), (d, WEEK + WEEK / 2), (last, 36)])
    };
    let same = |number: f64| weeks([number; 4], number);
    let mut input = vec![center("a", "1", "Kund")];
    // Cases and their mean handling time as usual: 120 an hour, 50 s.
    let usual = [same(10.0), same(10.0), same(500.0)];
    let more = weeks([8.0, 8.0, 8.0, 16.0], 15.0);
    let longer = weeks([40.0, 40.0, 40.0, 80.0], 75.0);
    for (name, [offered, answered, handling]) in [
        ("more", [more.clone(), same(10.0), same(500.0)]),
        ("longer", [same(1.0), same(1.0), longer.clone()]),
        // Three an hour are too few for a mean.
        ("few", [same(0.25), same(0.25), longer]),
        ("as usual", usual.clone()),
        ("letters", usual),
    ] {
        let place = ["a", "1", name];
        let waits = service(place, 50, &agents([0, 3, 0, 0]));
        input.extend(waits.into_iter().map(|mut series| {
            let value = series["values"].as_str().expect("values").replace("x200", "x8200");
            series["values"] = value.into();
            series
        }));
        let counters = [
            ("trio_service_cases_offered_total", offered),
            ("trio_service_cases_answered_total", answered),
            ("trio_service_handling_seconds_total", handling),
        ];
        let of_class = |class: &str| format!("{},case_class=\"{class}\"", labels(place));
        input.extend(counters.map(|(metric, values)| series(metric, &of_class("voice"), &values)));
        if name == "letters" {
            // More e-mail than usual, which is not chosen.
            input.push(series("trio_service_cases_offered_total", &of_class("email"), &more));
        }
    }
    let mut tests = query_tests::QueryTests::default();
    let end = 5 * (36 + 4 * WEEK + 35);
    tests.expect(
        &input,
        "5m",
        &format!("max by (service_name) ({why})"),
        &format!("{end}m"),
        &[
            ("{service_name=\"more\"}", 3.0),
            ("{service_name=\"longer\"}", 4.0),
            ("{service_name=\"few\"}", 5.0),
            ("{service_name=\"as usual\"}", 5.0),
            ("{service_name=\"letters\"}", 5.0),
        ],
    );
    tests.run();
}

#[test]
fn age_of_the_data_is_the_worst_of_four_and_names_it() {
    let up =
        |values: &str| json!({"series": "up{job=\"trio\",instance=\"a:1\"}", "values": values});
    let reads =
        |target: &str, values: &str| series("trio_up", &format!("target=\"{target}\""), values);
    let list_read_at = |target: &str, center: &str, list: &str, values: &str| {
        let labels =
            format!("target=\"{target}\",contact_center=\"{center}\",collector=\"{list}\"");
        series("trio_collector_last_success_timestamp_seconds", &labels, values)
    };
    let read_at = |target: &str, values: &str| list_read_at(target, "1", "calls", values);
    let fresh = vec![up("1x200"), reads("x", "1x200"), read_at("x", "0+60x200")];
    let with = |more: &[Value]| [&fresh[..], more].concat();
    let two_minutes_ago = "0+60x178 10680x30";
    let old = with(&[reads("y", "1x200"), read_at("y", two_minutes_ago)]);
    let down = with(&[reads("y", "0x200"), read_at("y", two_minutes_ago)]);
    let gone = with(&[reads("y", "1x100 stale")]);
    let stopped =
        vec![up("1x100 0x100"), reads("x", "1x100 stale"), read_at("x", "0+60x100 stale")];
    // Of another job, which has never had a Trio.
    let other = with(&[json!({"series": "up{job=\"node\",instance=\"b:1\"}", "values": "0x200"})]);
    let one_list = with(&[list_read_at("x", "1", "agent_state", two_minutes_ago)]);
    let one_exporter = [
        with(&[reads("y", "1x200"), read_at("y", two_minutes_ago)]),
        of_other_exporter(&[up("1x200"), reads("y", "1x200"), read_at("y", "0+60x200")]),
    ]
    .concat();
    // Lists of names are read less often.
    let names = with(&[list_read_at("x", "1", "inventory", "0x200")]);
    let other_center = with(&[list_read_at("x", "2", "calls", two_minutes_ago)]);
    let mut tests = Tests::default();
    for place in ["overview.json: Data age (A)", "wall.json: Data age (A)"] {
        tests.expect(
            &one_list,
            place,
            "says, target",
            &[("{says=\"DATA IS OLD: \", target=\"x\"}", 120.0)],
        );
        tests.expect(
            &one_exporter,
            place,
            "says, target",
            &[("{says=\"DATA IS OLD: \", target=\"y\"}", 120.0)],
        );
        tests.expect(&names, place, "says, target", &[("{target=\"x\"}", 0.0)]);
        tests.expect_of("1", &other_center, place, "says, target", &[("{target=\"x\"}", 0.0)]);
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
    // True since so many seconds after the start.
    let with_state = |state: &str, since: u32, labels: &str| {
        let both = |name: &str, state: &str, value: u32| {
            let series = format!("{name}{{job=\"trio\",{labels}{state}}}");
            json!({"series": series, "values": format!("{value}x200")})
        };
        [
            both("ALERTS", &format!(",alertstate=\"{state}\""), 1),
            both("ALERTS_FOR_STATE", "", since),
        ]
    };
    let firing = |since: u32, labels: &str| with_state("firing", since, labels);
    let of_service = |class: &str| {
        format!(
            "alertname=\"TrioLongWait\",severity=\"warning\",instance=\"a:1\",target=\"x\",contact_center=\"2\",service_id=\"7\",service_name=\"Växel\",case_class=\"{class}\""
        )
    };
    let of_target = |name: &str, severity: &str| {
        format!("alertname=\"{name}\",severity=\"{severity}\",instance=\"a:1\",target=\"x\"")
    };
    let mut all = [
        firing(1_200, "alertname=\"TrioExporterDown\",severity=\"critical\""),
        // One alert of a service, of two classes.
        firing(3_000, &of_service("voice")),
        firing(6_000, &of_service("chat")),
        firing(4_200, &of_target("TrioUnreachable", "critical")),
        firing(4_800, &of_target("TrioFieldsMissing", "info")),
        firing(5_400, "alertname=\"TrioReloadFailed\",severity=\"warning\",instance=\"a:1\""),
        // These two are not listed.
        with_state("pending", 10_800, &of_target("TrioDataStale", "warning")),
        firing(600, "alertname=\"NodeDown\",severity=\"critical\",instance=\"b:1\""),
    ]
    .concat();
    all.extend([center("x", "1", "Kund"), center("x", "2", "Sjukvård")]);
    let tile = "overview.json: Active alerts (A)";
    let [rank, since, place] = ["A", "B", "Z"].map(|id| format!("overview.json: Alerts ({id})"));
    let down = "{alertname=\"TrioExporterDown\"}";
    let unreachable = "{alertname=\"TrioUnreachable\"}";
    let long_wait = "{alertname=\"TrioLongWait\"}";
    let reload = "{alertname=\"TrioReloadFailed\"}";
    let fields = "{alertname=\"TrioFieldsMissing\"}";
    let mut tests = Tests::default();
    for (by, at, expected) in [
        (
            "alertname",
            &rank,
            [(down, 3.0), (unreachable, 3.0), (reload, 2.0), (fields, 1.0), (long_wait, 2.0)],
        ),
        (
            "alertname",
            &since,
            [
                (down, 9_600.0),
                (unreachable, 6_600.0),
                (reload, 5_400.0),
                (fields, 6_000.0),
                (long_wait, 7_800.0),
            ],
        ),
        (
            "alertname, place",
            &place,
            [
                ("{alertname=\"TrioExporterDown\",place=\"the exporter\"}", 1.0),
                ("{alertname=\"TrioUnreachable\",place=\"x\"}", 1.0),
                ("{alertname=\"TrioReloadFailed\",place=\"a:1\"}", 1.0),
                ("{alertname=\"TrioFieldsMissing\",place=\"x\"}", 1.0),
                ("{alertname=\"TrioLongWait\",place=\"Växel (Sjukvård)\"}", 1.0),
            ],
        ),
    ] {
        tests.expect(&all, at, by, &expected);
        // Alerts of the system and of the exporter concern each contact centre.
        tests.expect_of("1", &all, at, by, &expected[..4]);
    }
    tests.expect(&all, tile, "x", &[("{}", 5.0)]);
    tests.expect_of("1", &all, tile, "x", &[("{}", 4.0)]);
    tests.expect(&[], tile, "x", &[]);
    tests.run();
}
