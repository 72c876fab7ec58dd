//! The snippets of the documents for Prometheus and Alertmanager, read by their own tools.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{
    alertmanager::REMEDY as ALERTMANAGER,
    markdown::{Block, Document},
    process::folder,
    prometheus::REMEDY as PROMETHEUS,
};

/// Keys at the top of a configuration of Prometheus.
const PROMETHEUS_KEYS: [&str; 5] =
    ["global", "scrape_configs", "remote_write", "rule_files", "alerting"];

/// Blocks whose top holds one of `keys` and all of whose keys are among them.
fn blocks(keys: &[&str]) -> Vec<(String, Block)> {
    let all = Document::shipped().into_iter().flat_map(|document| {
        let blocks = document.blocks().into_iter();
        blocks
            .map(move |block| (format!("{}:{}", document.path, block.line), block))
            .collect::<Vec<_>>()
    });
    let is_for = |block: &Block| {
        let value: Value = serde_saphyr::from_str(&block.text).unwrap_or_default();
        value.as_object().is_some_and(|object| object.keys().all(|key| keys.contains(&&**key)))
    };
    all.filter(|(_, block)| block.language == "yaml" && is_for(block)).collect()
}

fn check(program: &str, arguments: &[&str], text: &str, remedy: &str) -> Result<(), String> {
    let folder = folder();
    let path = folder.path().join("block.yml");
    fs::write(&path, text).expect("a file in our own folder");
    let said = Command::new(program).args(arguments).arg(&path).output();
    let said = said.unwrap_or_else(|error| panic!("cannot start {program}: {error}; {remedy}"));
    let text = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
    if said.status.success() { Ok(()) } else { Err(text.into_owned()) }
}

#[test]
fn prometheus_takes_the_configurations_of_the_documents() {
    let shown = blocks(&PROMETHEUS_KEYS);
    assert!(shown.len() > 3, "{shown:?}");
    for (place, block) in shown {
        // What they name (certificates, rules) is the reader's.
        check("promtool", &["check", "config", "--syntax-only"], &block.text, PROMETHEUS)
            .unwrap_or_else(|said| panic!("{place}: {said}"));
    }
}

#[test]
fn prometheus_takes_the_rules_of_the_documents() {
    let shown = blocks(&["groups"]);
    assert!(!shown.is_empty());
    for (place, block) in shown {
        check("promtool", &["check", "rules"], &block.text, PROMETHEUS)
            .unwrap_or_else(|said| panic!("{place}: {said}"));
    }
}

#[test]
fn mistakes_in_what_is_shown_are_found() {
    let config = ["check", "config", "--syntax-only"];
    check("promtool", &config, "scrape_configs: [{job_nam: trio}]\n", PROMETHEUS).unwrap_err();
    check(
        "promtool",
        &["check", "rules"],
        "groups: [{name: a, rules: [{alert: A, expr: 'sum('}]}]\n",
        PROMETHEUS,
    )
    .unwrap_err();
    check("amtool", &["check-config"], "route: {receiver: nobody}\n", ALERTMANAGER).unwrap_err();
}
