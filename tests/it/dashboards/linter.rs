//! The rules of Grafana's `dashboard-linter` in its strict mode, one by one under its own names.
//! The linter itself runs where its modules can be had; this holds the boards to the same
//! everywhere.
//!
//! If a rule of the linter looks at fewer panels, or is satisfied by less than its name says, the
//! stronger reading is held here, so a board without faults has none there.

use serde_json::Value;

use super::none;
use crate::{
    dashboard::{Board, Panel},
    promql::{uses, without_variables},
};

/// A rule about a board; returns its faults.
type OfBoard = fn(&Board) -> Vec<String>;
/// A rule about a query; true if it is broken.
type OfTarget = fn(&Asked) -> bool;

enum Rule {
    Board(OfBoard),
    Target(OfTarget),
}

/// Its rules for Prometheus; those for Loki have nothing to look at.
const RULES: [(&str, Rule); 15] = [
    ("template-datasource-rule", Rule::Board(template_datasource)),
    ("template-job-rule", Rule::Board(|board| template(board, "job", "Job"))),
    ("template-instance-rule", Rule::Board(|board| template(board, "instance", "Instance"))),
    ("template-label-promql-rule", Rule::Board(template_label_promql)),
    ("template-on-time-change-reload-rule", Rule::Board(template_on_time_change_reload)),
    ("panel-datasource-rule", Rule::Board(panel_datasource)),
    ("panel-title-description-rule", Rule::Board(panel_title_description)),
    ("panel-units-rule", Rule::Board(panel_units)),
    ("panel-no-targets-rule", Rule::Board(panel_no_targets)),
    ("target-promql-rule", Rule::Target(|asked| asked.uses.is_err())),
    ("target-rate-interval-rule", Rule::Target(rates_over_another_time)),
    ("target-job-rule", Rule::Target(|asked| asked.lacks("job"))),
    ("target-instance-rule", Rule::Target(|asked| asked.lacks("instance"))),
    ("target-counter-agg-rule", Rule::Target(takes_a_counter_as_it_is)),
    ("uneditable-dashboard", Rule::Board(uneditable_dashboard)),
];

/// The names of the rules.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(name, _)| *name)
}

/// Kinds of panels whose unit the linter looks at.
const WITH_UNITS: [&str; 4] = ["gauge", "stat", "table", "timeseries"];

/// Units that it knows, of those that the boards use.
const UNITS: [&str; 9] =
    ["bytes", "d", "dthms", "locale", "none", "percentunit", "reqpm", "reqps", "s"];

/// The one selector without the chosen instance: this alert comes from `absent()`, so it has none.
const WITHOUT_INSTANCE: [&str; 2] = ["alertname=\"TrioExporterDown\"", "instance=\"\""];

/// Value of `$__rate_interval`, which no other length of time has.
const RATE_INTERVAL: &str = "17m";

/// Faults of a board by the rules that are `wanted`.
pub(super) fn faults(board: &Board, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let (mut faults, mut of_targets) = (Vec::new(), Vec::new());
    for (name, rule) in RULES.iter().filter(|(name, _)| wanted(name)) {
        match rule {
            Rule::Board(rule) => faults.extend(rule(board).into_iter().map(|fault| (*name, fault))),
            Rule::Target(is_broken) => of_targets.push((*name, is_broken)),
        }
    }
    // Each query is parsed once for all rules: that takes most of the time.
    for asked in if of_targets.is_empty() { Vec::new() } else { targets(board) } {
        let broken = of_targets.iter().filter(|(_, is_broken)| is_broken(&asked));
        faults.extend(broken.map(|(name, _)| (*name, asked.place.clone())));
    }
    faults.into_iter().map(|(name, fault)| format!("{}: {name}: {fault}", board.file)).collect()
}

fn template_datasource(board: &Board) -> Vec<String> {
    let sources: Vec<&Value> =
        board.variables().iter().filter(|it| it["type"] == "datasource").collect();
    let [source] = sources[..] else {
        return vec![format!("{} variables for data sources", sources.len())];
    };
    let names = ["datasource", "prometheus_datasource"];
    let labels = ["Data source", "Prometheus data source"];
    let is = |member: &str, allowed: [&str; 2]| {
        source[member].as_str().is_some_and(|it| allowed.contains(&it))
    };
    let mut faults = Vec::new();
    if !is("name", names) {
        faults.push(format!("it is called {}", source["name"]));
    }
    if !is("label", labels) {
        faults.push(format!("its label is {}", source["label"]));
    }
    faults
}

/// The ways to name the data source that was chosen.
fn chosen(board: &Board) -> Vec<String> {
    let sources = board.variables().iter().filter(|variable| variable["type"] == "datasource");
    let names = sources.filter_map(|variable| variable["name"].as_str());
    names.flat_map(|name| [format!("${name}"), format!("${{{name}}}")]).collect()
}

fn asks_chosen(board: &Board, asking: &Value) -> bool {
    asking["datasource"]["uid"].as_str().is_some_and(|uid| chosen(board).iter().any(|it| it == uid))
}

fn template(board: &Board, name: &str, label: &str) -> Vec<String> {
    let Some(variable) = board.variables().iter().find(|variable| variable["name"] == name) else {
        return vec![format!("there is no ${name}")];
    };
    let wanted = [
        (asks_chosen(board, variable), "asks another data source"),
        (variable["type"] == "query", "is no query"),
        (variable["label"] == label, "has another label"),
        (variable["multi"] == true, "takes one value"),
        (variable["allValue"] == ".+", "has another text for all"),
    ];
    wanted.iter().filter(|(holds, _)| !holds).map(|(_, fault)| format!("${name} {fault}")).collect()
}

fn template_label_promql(board: &Board) -> Vec<String> {
    let queries = board.variables().iter().filter(|variable| variable["type"] == "query");
    let wrong = queries.filter(|variable| {
        let asked = variable["query"]["query"].as_str().unwrap_or_default();
        let Some((function, rest)) = asked.split_once('(') else { return true };
        let inside = rest.strip_suffix(')').unwrap_or_default();
        match function {
            "label_values" => inside
                .rsplit_once(',')
                .is_none_or(|(expr, label)| !parses(expr) || !is_label(label.trim())),
            "query_result" => !parses(inside),
            _ => true,
        }
    });
    wrong.map(|variable| format!("{} asks {}", variable["name"], variable["query"])).collect()
}

fn is_label(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !text.is_empty()
}

fn template_on_time_change_reload(board: &Board) -> Vec<String> {
    let queries = board.variables().iter().filter(|variable| variable["type"] == "query");
    let stale = queries.filter(|variable| variable["refresh"] != 2);
    stale.map(|variable| format!("{} does not follow the time", variable["name"])).collect()
}

/// Faults of panels that show data.
fn panels(board: &Board, is_wrong: impl Fn(Panel<'_>) -> bool) -> Vec<String> {
    let wrong = board.panels().into_iter().filter(|panel| panel.shows_data() && is_wrong(*panel));
    wrong.map(|panel| format!("{:?}", panel.title())).collect()
}

fn panel_datasource(board: &Board) -> Vec<String> {
    panels(board, |panel| !asks_chosen(board, panel.0))
}

fn panel_title_description(board: &Board) -> Vec<String> {
    panels(board, |panel| panel.title().is_empty() || panel.text("description").is_empty())
}

fn panel_no_targets(board: &Board) -> Vec<String> {
    panels(board, |panel| panel.targets().is_empty())
}

/// The unit of the last field that has one of its own counts, else that of all fields. Panels that
/// map values to words, and those that show a text, need none.
fn panel_units(board: &Board) -> Vec<String> {
    panels(board, |panel| {
        let own =
            panel.overrides().filter(|(member, _)| *member == "unit").map(|(_, unit)| unit).last();
        let unit = own.unwrap_or(&panel.defaults()["unit"]).as_str().unwrap_or_default();
        let mapped = panel.defaults()["mappings"].is_array()
            || panel.overrides().any(|(member, _)| member == "mappings");
        let fields = panel.0["options"]["reduceOptions"]["fields"].as_str().unwrap_or_default();
        let is_text = panel.kind() == "stat" && !fields.is_empty();
        WITH_UNITS.contains(&panel.kind()) && !mapped && !is_text && !UNITS.contains(&unit)
    })
}

/// A query of a panel.
struct Asked {
    place: String,
    /// Its selectors, and the functions that they are given to.
    uses: Result<Vec<(String, Option<&'static str>)>, String>,
}

impl Asked {
    /// Selectors of the query; none if it does not parse, which one rule alone reports.
    fn uses(&self) -> impl Iterator<Item = (&str, Option<&'static str>)> {
        self.uses.iter().flatten().map(|(selector, function)| (selector.as_str(), *function))
    }

    fn lacks(&self, label: &str) -> bool {
        let matcher = format!("{label}=~\"${label}\"");
        let excepted = |selector: &str| {
            label == "instance" && WITHOUT_INSTANCE.iter().all(|it| selector.contains(it))
        };
        self.uses().any(|(selector, _)| !selector.contains(&matcher) && !excepted(selector))
    }
}

fn targets(board: &Board) -> Vec<Asked> {
    let times = [
        ("$__rate_interval", RATE_INTERVAL),
        ("$__interval", "5m"),
        ("$__range_s", "3600"),
        ("$__range", "1h"),
    ];
    let asked = board.panels().into_iter().flat_map(|panel| {
        panel.targets().iter().map(move |target| {
            let expr = target["expr"].as_str().unwrap_or_default();
            let expr =
                times.iter().fold(expr.to_owned(), |expr, (name, time)| expr.replace(name, time));
            Asked { place: format!("{:?} {}", panel.title(), target["refId"]), uses: uses(&expr) }
        })
    });
    asked.collect()
}

fn rates_over_another_time(asked: &Asked) -> bool {
    let mut rates = asked.uses().filter(|(_, function)| matches!(function, Some("rate" | "irate")));
    rates.any(|(selector, _)| !selector.contains(&format!("[{RATE_INTERVAL}]")))
}

fn takes_a_counter_as_it_is(asked: &Asked) -> bool {
    let mut counters = asked.uses().filter(|(selector, _)| {
        selector.split(['{', '[', ' ']).next().is_some_and(|name| name.ends_with("_total"))
    });
    counters.any(|(_, function)| !matches!(function, Some("rate" | "irate" | "increase")))
}

fn parses(expr: &str) -> bool {
    uses(&without_variables(expr)).is_ok()
}

fn uneditable_dashboard(board: &Board) -> Vec<String> {
    if board.json["editable"] == false { Vec::new() } else { vec!["it is editable".to_owned()] }
}

#[test]
fn the_strict_linter_of_grafana_finds_no_fault() {
    none(|board| faults(board, |_| true));
}
