//! Queries of the boards on written series, by `promtool test rules`: expected samples in place of
//! a running Prometheus.

use std::fs;

use serde_json::{Value, json};

use crate::{
    dashboard::{Board, Query},
    process::folder,
    promtool::promtool,
};

/// A query by its place, such as "team.json: Groups (A)".
pub(crate) fn query(place: &str) -> Query {
    let all = Board::shipped().iter().flat_map(Board::queries).collect::<Vec<_>>();
    let found = all.into_iter().find(|query| query.place == place);
    found.unwrap_or_else(|| panic!("no query is called {place}"))
}

/// The same series of the exporter `a:1`, as another exporter serves them.
pub(crate) fn of_other_exporter(all: &[Value]) -> Vec<Value> {
    let renamed = all.iter().map(|it| {
        let name = it["series"].as_str().expect("a name");
        let mut it = it.clone();
        it["series"] = name.replace("instance=\"a:1\"", "instance=\"b:1\"").into();
        it
    });
    renamed.collect()
}

/// Tests of expressions, run together.
#[derive(Default)]
pub(crate) struct QueryTests(Vec<Value>);

impl QueryTests {
    /// Expects these samples (labels and value) of an expression over `series`, which have a value
    /// at every `interval`.
    pub(crate) fn expect(
        &mut self,
        series: &[Value],
        interval: &str,
        expr: &str,
        time: &str,
        samples: &[(&str, f64)],
    ) {
        let samples: Vec<Value> = samples
            .iter()
            .map(|(labels, value)| json!({"labels": labels, "value": value}))
            .collect();
        let test = json!({"expr": expr, "eval_time": time, "exp_samples": samples});
        self.0.push(
            json!({"interval": interval, "input_series": series, "promql_expr_test": [test]}),
        );
    }

    /// Panics with everything that promtool finds different.
    pub(crate) fn run(self) {
        assert!(!self.0.is_empty(), "nothing is expected");
        let folder = folder();
        let file = folder.path().join("boards.test.yml");
        // JSON is YAML.
        fs::write(&file, json!({"rule_files": [], "tests": self.0}).to_string()).expect("a file");
        promtool(&["test", "rules", file.to_str().expect("UTF-8")]);
    }
}
