//! PrometheusRules: the shipped files, and nothing lost in templates.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::chart::{Rendered, run};
use crate::{process::folder, shipped};

/// The rules of the PrometheusRule called `rel-trio-exporter-KIND`.
fn groups(rendered: &Rendered, kind: &str) -> Value {
    let name = format!("rel-trio-exporter-{kind}");
    let object = rendered.named("PrometheusRule", &name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(object["metadata"]["labels"]["release"], "kube-prometheus-stack");
    object["spec"].clone()
}

fn file(kind: &str) -> Value {
    let text = fs::read_to_string(shipped::path(&format!("prometheus/trio-{kind}.rules.yml")))
        .expect("a file");
    serde_saphyr::from_str(&text).expect("YAML")
}

/// Each `runbook_url` in rules.
fn runbooks(spec: &mut Value) -> Vec<&mut Value> {
    let groups = spec["groups"].as_array_mut().expect("groups").iter_mut();
    let rules = groups.flat_map(|group| group["rules"].as_array_mut().expect("rules"));
    rules.map(|rule| &mut rule["annotations"]["runbook_url"]).collect()
}

#[test]
fn the_rules_are_those_of_the_files_with_links_to_the_runbooks() {
    let rendered = Rendered::example("monitoring");
    assert_eq!(groups(&rendered, "recording"), file("recording"));
    let (mut rendered, mut shipped) = (groups(&rendered, "alerts"), file("alerts"));
    let mut seen = 0;
    for (here, there) in runbooks(&mut rendered).into_iter().zip(runbooks(&mut shipped)) {
        let link = format!("https://wiki.example/trio$1/{}", there.as_str().expect("a path"));
        assert_eq!(here.as_str(), Some(&*link));
        (*here, *there) = (json!(""), json!(""));
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
    assert_eq!(rendered, shipped);
}

#[test]
fn without_a_place_for_runbooks_the_rules_are_exactly_the_files() {
    let rendered =
        Rendered::with_values("monitoring", "prometheusRule: {runbookBase: ''}").expect("rendered");
    assert_eq!(groups(&rendered, "alerts"), file("alerts"));
}

#[test]
fn either_kind_can_be_left_out() {
    for (left_out, there) in [("alerts", "recording"), ("recording", "alerts")] {
        let values = format!("prometheusRule: {{{left_out}: false, runbookBase: ''}}");
        let rendered = Rendered::with_values("monitoring", &values).expect("rendered");
        assert_eq!(rendered.only("PrometheusRule")["spec"], file(there));
    }
}

#[test]
fn promtool_takes_what_the_operator_will_write() {
    let rendered = Rendered::example("monitoring");
    let folder = folder();
    for kind in ["recording", "alerts"] {
        let path = folder.path().join(format!("{kind}.yml"));
        fs::write(&path, groups(&rendered, kind).to_string()).expect("writable");
        let path = path.to_str().expect("UTF-8");
        run("promtool", &["check", "rules", "--lint=all", "--lint-fatal", path], "")
            .expect("good rules");
    }
}
