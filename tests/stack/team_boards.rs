//! Queries of the boards Team, Agents and Exporter health on a real Prometheus: contact centres
//! stay apart, a zero is red only while someone waits, and small centres have no figure of their
//! offers.

use serde_json::{Value, json};

use crate::{
    dashboard::Query,
    dashboards::filled,
    query_tests::{QueryTests, of_other_exporter, query},
};

const HOUR: u64 = 3_600;

/// Expected samples of queries.
#[derive(Default)]
struct Tests(QueryTests);

impl Tests {
    /// Expects these samples of a query, reduced to the labels in `by`, two and a half hours after
    /// the start.
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
        let query = query(place);
        let query = Query { expr: query.expr.replace("$contact_center", center), ..query };
        let expr = format!("max by ({by}) ({})", filled(&query, HOUR));
        self.0.expect(series, "1m", &expr, "150m", samples);
    }

    fn run(self) {
        self.0.run();
    }
}

/// A series with a value that stays, or that grows by as much a minute.
fn series(name: &str, labels: &str, value: f64, grows: bool) -> Value {
    let values = if grows { format!("0+{value}x200") } else { format!("{value}x200") };
    json!({"series": format!("{name}{{job=\"trio\",instance=\"a:1\",{labels}}}"), "values": values})
}

/// A contact centre: its name, agents of a group by state, and offers a minute that ended in a
/// pause, were taken, or ended in an unknown state.
fn center(
    target: &str,
    id: &str,
    name: &str,
    agents: [(&str, f64); 3],
    offers: [f64; 3],
) -> Vec<Value> {
    let center = format!("target=\"{target}\",contact_center=\"{id}\"");
    let info = format!("{center},contact_center_name=\"{name}\"");
    let mut all = vec![series("trio_contact_center_info", &info, 1.0, false)];
    for (state, number) in agents {
        let of_center = format!("{center},state=\"{state}\"");
        let of_group =
            format!("{center},agent_group_id=\"7\",agent_group=\"Dag\",state=\"{state}\"");
        all.push(series("trio_agents", &of_center, number, false));
        all.push(series("trio_agents_state_seconds_total", &of_center, 60.0 * number, true));
        all.push(series("trio_agent_group_agents", &of_group, number, false));
        all.push(series("trio_agent_group_state_seconds_total", &of_group, 60.0 * number, true));
    }
    for (to, number) in ["paused", "busy", "unknown"].into_iter().zip(offers) {
        let change = format!("{center},from=\"reserved\",to=\"{to}\"");
        all.push(series("trio_agent_state_changes_total", &change, number, true));
    }
    all
}

const AGENTS: [(&str, f64); 3] = [("available", 2.0), ("busy", 6.0), ("unknown", 0.0)];
const OFFERS: [f64; 3] = [1.0, 3.0, 0.0];

#[test]
fn groups_of_two_contact_centres_stay_apart() {
    let one = center("main", "1", "Nord", AGENTS, OFFERS);
    let south =
        center("main", "2", "Syd", [("available", 1.0), ("busy", 1.0), ("unknown", 0.0)], OFFERS);
    let two = [one.clone(), south].concat();
    let systems = [two.clone(), center("spare", "1", "Nord", AGENTS, OFFERS)].concat();
    let earlier = [("available", 1.0), ("busy", 3.0), ("unknown", 0.0)];
    let earlier = of_other_exporter(&center("main", "1", "Nord", earlier, OFFERS));
    let exporters = [one.clone(), earlier].concat();
    let mut tests = Tests::default();
    for (place, north, south) in [
        ("team.json: Groups (A)", 8.0, 2.0),
        ("team.json: Groups (C)", 6.0, 1.0),
        ("team.json: Groups (F)", 0.75, 0.5),
        ("team.json: Occupancy by group (A)", 0.75, 0.5),
        ("team.json: Coverage (A)", 8.0, 2.0),
    ] {
        tests.expect(&one, place, "agent_group", &[("{agent_group=\"Dag\"}", north)]);
        let named =
            [("{agent_group=\"Dag (Nord)\"}", north), ("{agent_group=\"Dag (Syd)\"}", south)];
        tests.expect(&two, place, "agent_group", &named);
        let named = [
            ("{agent_group=\"Dag (main, Nord)\"}", north),
            ("{agent_group=\"Dag (main, Syd)\"}", south),
            ("{agent_group=\"Dag (spare, Nord)\"}", north),
        ];
        tests.expect(&systems, place, "agent_group", &named);
        tests.expect_of("2", &two, place, "agent_group", &[("{agent_group=\"Dag\"}", south)]);
        tests.expect(&exporters, place, "agent_group", &[("{agent_group=\"Dag\"}", north)]);
        // Names of contact centres may be missing; the figures stay.
        let nameless: Vec<Value> =
            one.iter().filter(|it| !it["series"].to_string().contains("_info{")).cloned().collect();
        tests.expect(&nameless, place, "agent_group", &[("{agent_group=\"Dag\"}", north)]);
    }
    // -1 is shown as "?".
    let unknown = [("available", 0.0), ("busy", 0.0), ("unknown", 2.0)];
    let unknown = center("main", "1", "Nord", unknown, OFFERS);
    for query in ["A", "B", "C"] {
        let place = format!("team.json: Groups ({query})");
        tests.expect(&unknown, &place, "agent_group", &[("{agent_group=\"Dag\"}", -1.0)]);
    }
    tests.run();
}

#[test]
fn tiles_add_up_centres_and_take_each_exporter_once() {
    let one = center("main", "1", "Nord", AGENTS, OFFERS);
    let south = [("available", 1.0), ("busy", 1.0), ("unknown", 0.0)];
    let south = center("main", "2", "Syd", south, OFFERS);
    let earlier = [("available", 1.0), ("busy", 3.0), ("unknown", 0.0)];
    let earlier = of_other_exporter(&center("main", "1", "Nord", earlier, OFFERS));
    let paused = |center: &str, number: f64| {
        let labels = format!("target=\"main\",contact_center=\"{center}\",state=\"paused\"");
        vec![series("trio_agents", &labels, number, false)]
    };
    let paused_earlier = of_other_exporter(&paused("1", 1.0));
    let all = [one, south, earlier, paused("1", 4.0), paused("2", 2.0), paused_earlier].concat();
    let mut tests = Tests::default();
    for (title, both, south) in [
        ("Available", 3.0, 1.0),
        ("Busy", 7.0, 1.0),
        ("Paused", 6.0, 2.0),
        ("Logged on", 16.0, 4.0),
    ] {
        let place = format!("team.json: {title} (A)");
        tests.expect(&all, &place, "", &[("{}", both)]);
        tests.expect_of("2", &all, &place, "", &[("{}", south)]);
    }
    tests.run();
}

#[test]
fn offers_are_shown_by_centre_and_never_of_few_agents() {
    let few = [("available", 1.0), ("busy", 3.0), ("unknown", 0.0)];
    let one = center("main", "1", "Nord", AGENTS, OFFERS);
    let two = [one.clone(), center("main", "2", "Syd", AGENTS, [2.0, 2.0, 0.0])].concat();
    let [paused, taken, unknown] =
        ["A", "B", "C"].map(|query| format!("team.json: Offers that ended in a pause ({query})"));
    let mut tests = Tests::default();
    tests.expect(&one, &paused, "where", &[("{}", 60.0)]);
    tests.expect(&one, &taken, "where", &[("{}", 180.0)]);
    tests.expect(&one, &unknown, "where", &[]);
    tests.expect(
        &two,
        &paused,
        "where",
        &[("{where=\" (Nord)\"}", 60.0), ("{where=\" (Syd)\"}", 120.0)],
    );
    let named = |north, south| [("{where=\" (Nord)\"}", north), ("{where=\" (Syd)\"}", south)];
    tests.expect(&two, &taken, "where", &named(180.0, 120.0));
    let lost = [2.0, 2.0, 3.0];
    let lost = [
        center("main", "1", "Nord", AGENTS, [1.0, 3.0, 1.0]),
        center("main", "2", "Syd", AGENTS, lost),
    ];
    tests.expect(&lost.concat(), &unknown, "where", &named(60.0, 180.0));
    for (place, number) in [(&paused, 120.0), (&taken, 120.0)] {
        tests.expect_of("2", &two, place, "where", &[("{}", number)]);
    }
    // Four agents are too few, however many are logged out; five in two states are enough.
    let mut small = center("main", "1", "Nord", few, [1.0, 3.0, 1.0]);
    let logged_out = "target=\"main\",contact_center=\"1\",state=\"logged_out\"";
    small.push(series("trio_agents_state_seconds_total", logged_out, 600.0, true));
    let five = center(
        "main",
        "1",
        "Nord",
        [("available", 2.0), ("busy", 3.0), ("unknown", 0.0)],
        [1.0, 3.0, 1.0],
    );
    for (place, number) in [(&paused, 60.0), (&taken, 180.0), (&unknown, 60.0)] {
        tests.expect(&small, place, "where", &[]);
        tests.expect(&[], place, "where", &[]);
        tests.expect(&five, place, "where", &[("{}", number)]);
    }
    // Two exporters see the same offers, one of them fewer; other pauses are no offers.
    let mut seen = one.clone();
    seen.extend(of_other_exporter(&center("main", "1", "Nord", AGENTS, [0.5, 1.0, 0.0])));
    let break_time = "target=\"main\",contact_center=\"1\",from=\"available\",to=\"paused\"";
    seen.push(series("trio_agent_state_changes_total", break_time, 7.0, true));
    tests.expect(&seen, &paused, "where", &[("{}", 60.0)]);
    tests.expect(&seen, &taken, "where", &[("{}", 180.0)]);
    // All words of pauses are unknown: no pause is known, which is not none.
    let unmapped = center("main", "1", "Nord", AGENTS, [0.0, 3.0, 1.0]);
    tests.expect(&unmapped, &paused, "where", &[]);
    tests.expect(&unmapped, &unknown, "where", &[("{}", 60.0)]);
    let none = center("main", "1", "Nord", AGENTS, [0.0, 3.0, 0.0]);
    tests.expect(&none, &paused, "where", &[("{}", 0.0)]);
    tests.run();
}

#[test]
fn zero_available_is_marked_only_while_someone_waits() {
    let agents = |available, unknown| {
        let agents = [("available", available), ("busy", 3.0), ("unknown", unknown)];
        center("main", "1", "Nord", agents, OFFERS)
    };
    let waiting_of = |class: &str, number| {
        let labels = format!(
            "target=\"main\",contact_center=\"1\",service_id=\"11\",service_name=\"Växel\",case_class=\"{class}\""
        );
        vec![series("trio_service_class_waiting", &labels, number, false)]
    };
    let waiting = |number| waiting_of("voice", number);
    let mut tests = Tests::default();
    // -2 is shown as a red 0, -1 as "?".
    for (available, unknown, number, shown) in
        [(2.0, 0.0, 3.0, 2.0), (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 3.0, -2.0), (0.0, 1.0, 3.0, -1.0)]
    {
        let all = [agents(available, unknown), waiting(number)].concat();
        tests.expect(&all, "team.json: Available (A)", "", &[("{}", shown)]);
    }
    tests.expect(&agents(0.0, 0.0), "team.json: Available (A)", "", &[("{}", 0.0)]);
    // An e-mail that waits is not chosen.
    let letters = [agents(0.0, 0.0), waiting_of("email", 3.0)].concat();
    tests.expect(&letters, "team.json: Available (A)", "", &[("{}", 0.0)]);
    let unknown = [("available", 0.0), ("busy", 0.0), ("unknown", 4.0)];
    let unknown = center("main", "1", "Nord", unknown, OFFERS);
    for place in ["Busy", "Logged on"] {
        tests.expect(&unknown, &format!("team.json: {place} (A)"), "", &[("{}", -1.0)]);
    }
    for (place, unknown, shown) in
        [("Paused", 0.0, 0.0), ("Paused", 1.0, -1.0), ("Busy", 1.0, 3.0), ("Logged on", 1.0, 3.0)]
    {
        let mut all = agents(0.0, unknown);
        let paused = "target=\"main\",contact_center=\"1\",state=\"paused\"";
        all.push(series("trio_agents", paused, 0.0, false));
        tests.expect(&all, &format!("team.json: {place} (A)"), "", &[("{}", shown)]);
    }
    tests.run();
}

#[test]
fn a_server_that_is_down_is_never_active() {
    let server = |name: &str, role: &str, up, active| {
        let labels = format!("target=\"main\",server=\"{name}\",role=\"{role}\"");
        vec![
            series("trio_server_up", &labels, up, false),
            series("trio_server_active", &labels, active, false),
        ]
    };
    let servers = [server("a", "primary", 0.0, 1.0), server("b", "secondary", 1.0, 0.0)].concat();
    let mut tests = Tests::default();
    let shown = [("{server=\"a\"}", 0.0), ("{server=\"b\"}", 1.0)];
    tests.expect(&servers, "exporter.json: Servers (A)", "server", &shown);
    let servers = server("a", "primary", 1.0, 1.0);
    tests.expect(&servers, "exporter.json: Servers (A)", "server", &[("{server=\"a\"}", 2.0)]);
    let other = of_other_exporter(&server("a", "primary", 0.0, 1.0));
    let servers = [servers, other].concat();
    tests.expect(&servers, "exporter.json: Servers (A)", "server", &[("{server=\"a\"}", 2.0)]);
    tests.run();
}

#[test]
fn readings_of_a_whole_trio_are_shown_without_centre() {
    let reading = |center: &str, success: f64, age: f64| {
        let labels = format!("target=\"main\",contact_center=\"{center}\",collector=\"calls\"");
        vec![
            series("trio_collector_success", &labels, success, false),
            series("trio_collector_last_success_timestamp_seconds", &labels, 9_000.0 - age, false),
            series("trio_poll_interval_seconds", &labels, 5.0, false),
        ]
    };
    let named = "target=\"main\",contact_center=\"1\",contact_center_name=\"Nord\"";
    let info = vec![series("trio_contact_center_info", named, 1.0, false)];
    let all =
        [info, reading("1", 1.0, 10.0), reading("2", 0.0, 100.0), reading("", 1.0, 0.0)].concat();
    let by = "contact_center, contact_center_name";
    let shown = |values: [f64; 3]| {
        let labels =
            ["{contact_center=\"1\",contact_center_name=\"Nord\"}", "{contact_center=\"2\"}", "{}"];
        [(labels[0], values[0]), (labels[1], values[1]), (labels[2], values[2])]
    };
    let mut tests = Tests::default();
    tests.expect(&all, "exporter.json: Readings (A)", by, &shown([1.0, 0.0, 1.0]));
    tests.expect(&all, "exporter.json: Readings (D)", by, &shown([2.0, 20.0, 0.0]));
    let other = of_other_exporter(&reading("1", 0.0, 50.0));
    let exporters = [all.clone(), other].concat();
    tests.expect(&exporters, "exporter.json: Readings (A)", by, &shown([1.0, 0.0, 1.0]));
    tests.expect(&exporters, "exporter.json: Readings (D)", by, &shown([10.0, 20.0, 0.0]));
    let [first, _, whole] = shown([1.0, 0.0, 1.0]);
    tests.expect_of("1", &all, "exporter.json: Readings (A)", by, &[first, whole]);
    let [first, _, whole] = shown([2.0, 0.0, 0.0]);
    tests.expect_of("1", &all, "exporter.json: Readings (D)", by, &[first, whole]);
    tests.run();
}

/// An agent with a name, a group, a state since so many seconds (at the time of the tests), and its
/// limit if there is one.
fn agent(center: &str, id: &str, state: &str, since: f64, limit: Option<f64>) -> Vec<Value> {
    let agent = format!("target=\"main\",contact_center=\"{center}\",agent_id=\"{id}\"");
    let group = format!("{agent},agent_group_id=\"7\",agent_group=\"Dag\"");
    let mut all = vec![
        series("trio_agent_info", &format!("{agent},agent_name=\"Åsa\""), 1.0, false),
        series("trio_agent_group_member", &group, 1.0, false),
        series("trio_agent_state_since_timestamp_seconds", &agent, 9_000.0 - since, false),
    ];
    for each in ["available", "paused", "logged_out", "unknown"] {
        let value = f64::from(u8::from(each == state));
        all.push(series("trio_agent_state", &format!("{agent},state=\"{each}\""), value, false));
    }
    all.extend(limit.map(|limit| series("trio_agent_limit_seconds", &agent, limit, false)));
    all
}

#[test]
fn agents_who_are_logged_out_are_left_out_and_limits_compared() {
    let one = [
        agent("1", "a1", "paused", 600.0, Some(300.0)),
        agent("1", "a2", "available", 60.0, None),
        agent("1", "a3", "logged_out", 60.0, None),
    ]
    .concat();
    let two = [one.clone(), agent("2", "a1", "available", 30.0, None)].concat();
    let [there, time, limit] =
        ["A", "B", "C"].map(|query| format!("agents.json: Agents ({query})"));
    let by = "agent_group, agent_id, state";
    let shown = |id: &str, group: &str, state: &str| {
        format!("{{agent_group=\"{group}\",agent_id=\"{id}\",state=\"{state}\"}}")
    };
    let (paused, available) = (shown("a1", "Dag", "paused"), shown("a2", "Dag", "available"));
    let mut tests = Tests::default();
    tests.expect(&one, &there, by, &[(&paused, 1.0), (&available, 1.0)]);
    tests.expect(&one, &time, by, &[(&paused, 600.0), (&available, 60.0)]);
    tests.expect(&one, &limit, by, &[(&paused, 2.0)]);
    // Another exporter read the beginning of the state later.
    let later = of_other_exporter(&agent("1", "a1", "paused", 300.0, Some(300.0)));
    let exporters = [one.clone(), later].concat();
    tests.expect(&exporters, &there, by, &[(&paused, 1.0), (&available, 1.0)]);
    tests.expect(&exporters, &time, by, &[(&paused, 600.0), (&available, 60.0)]);
    tests.expect(&exporters, &limit, by, &[(&paused, 2.0)]);
    let [paused, available, other] =
        [("a1", "1", "paused"), ("a2", "1", "available"), ("a1", "2", "available")]
            .map(|(id, center, state)| shown(id, &format!("Dag (main, {center})"), state));
    tests.expect(&two, &there, by, &[(&paused, 1.0), (&available, 1.0), (&other, 1.0)]);
    tests.expect(&two, &time, by, &[(&paused, 600.0), (&available, 60.0), (&other, 30.0)]);
    tests.expect(&two, &limit, by, &[(&paused, 2.0)]);
    let south = shown("a1", "Dag", "available");
    tests.expect_of("2", &two, &time, by, &[(&south, 30.0)]);
    let timeline = "agents.json: Agents over time (A)";
    tests.expect(
        &one,
        timeline,
        "agent_id",
        &[("{agent_id=\"a1\"}", 4.0), ("{agent_id=\"a2\"}", 0.0)],
    );
    let changed = of_other_exporter(&agent("1", "a1", "available", 1.0, None));
    let exporters = [one.clone(), changed].concat();
    let a1 = ("{agent_id=\"a1\"}", 4.0);
    tests.expect(&exporters, timeline, "agent_id", &[a1, ("{agent_id=\"a2\"}", 0.0)]);
    let a4 = agent("1", "a4", "unknown", 1.0, None);
    tests.expect(&a4, timeline, "agent_id", &[("{agent_id=\"a4\"}", 6.0)]);
    let place =
        |center: &str, id: &str| format!("{{contact_center=\"{center}\",agent_id=\"{id}\"}}");
    let [a1, a2, other] = [place("1", "a1"), place("1", "a2"), place("2", "a1")];
    let by = "contact_center, agent_id";
    tests.expect(&two, timeline, by, &[(&a1, 4.0), (&a2, 0.0), (&other, 0.0)]);
    tests.expect_of("2", &two, timeline, by, &[(&other, 0.0)]);
    tests.run();
}
