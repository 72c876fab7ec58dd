//! The queries that dashboards send to Prometheus.

use serde_json::Value;

use super::Board;

/// A query, with its variables still in it.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Dashboard, and panel, variable or annotation.
    pub(crate) place: String,
    pub(crate) expr: String,
    /// The data source that it goes to.
    pub(crate) datasource: String,
    /// A panel draws it over time, not as a single value.
    pub(crate) over_time: bool,
    /// The shortest time from point to point, if it asks for one.
    pub(crate) interval: Option<String>,
}

/// Every query of panels, variables and annotations.
pub(super) fn queries_of(board: &Board) -> Vec<Query> {
    let mut queries = Vec::new();
    let mut add = |what: String, source: &Value, expr: &str, over_time, interval: &Value| {
        queries.push(Query {
            place: format!("{}: {what}", board.file),
            expr: expr.to_owned(),
            datasource: source["uid"].as_str().unwrap_or_default().to_owned(),
            over_time,
            interval: interval.as_str().map(str::to_owned),
        });
    };
    for panel in board.panels() {
        for target in panel.targets() {
            let what =
                format!("{} ({})", panel.title(), target["refId"].as_str().unwrap_or_default());
            let expr = target["expr"].as_str().unwrap_or_default();
            add(what, &target["datasource"], expr, target["range"] == true, &target["interval"]);
        }
    }
    for variable in board.variables().iter().filter(|variable| variable["type"] == "query") {
        let name = variable["name"].as_str().unwrap_or_default();
        let asked = variable["query"]["query"].as_str().unwrap_or_default();
        add(format!("${name}"), &variable["datasource"], inside(asked), false, &Value::Null);
    }
    for annotation in board.annotations() {
        if let (Some(name), Some(expr)) = (annotation["name"].as_str(), annotation["expr"].as_str())
        {
            add(
                format!("annotation {name}"),
                &annotation["datasource"],
                expr,
                true,
                &annotation["step"],
            );
        }
    }
    queries
}

/// The PromQL in `label_values(…, label)` and in `query_result(…)`.
fn inside(asked: &str) -> &str {
    let whole = asked.strip_suffix(')').unwrap_or(asked);
    if let Some(expr) = whole.strip_prefix("query_result(") {
        return expr;
    }
    let values = whole.strip_prefix("label_values(").and_then(|rest| rest.rsplit_once(','));
    values.map_or(asked, |(expr, _)| expr)
}
