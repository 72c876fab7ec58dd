//! Values and commands of docs/kubernetes.md and of the chart's README, with which people configure
//! and install it.

use std::{fs, path::Path};

use super::chart::{KUBERNETES, Rendered, example, folder_of_the_chart, run};
use crate::process::folder;

/// The blocks of this language in the documents, each with its file.
fn blocks(language: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for file in ["docs/kubernetes.md", "deploy/helm/trio-exporter/README.md"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))
            .expect("a document");
        // Fences take turns: text, block, text, block. The first line of a block is its language.
        for block in text.split("```").skip(1).step_by(2) {
            let (word, lines) = block.split_once('\n').expect("a line");
            if word == language {
                found.push((file, lines.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_block_of_values_can_be_used() {
    // A manifest, which begins with its kind, is for people who do without the chart.
    let mut blocks = blocks("yaml");
    blocks.retain(|(_, values)| !values.starts_with("kind: "));
    assert!(blocks.len() >= 8, "{}", blocks.len());
    for (file, values) in blocks {
        if let Err(error) = Rendered::with_values("minimal", &values) {
            panic!("{file}: {error}\n{values}");
        }
    }
}

#[test]
fn every_command_that_installs_is_one_that_helm_takes() {
    let folder = folder();
    let values = folder.path().join("values.yaml");
    fs::copy(example("minimal"), &values).expect("writable");
    let mut seen = 0;
    for (file, text) in blocks("sh") {
        for command in text
            .replace("\\\n", " ")
            .lines()
            .filter(|line| line.trim_start().starts_with("helm install"))
        {
            let words = command.split_whitespace().skip(2).map(|word| match word {
                "deploy/helm/trio-exporter" => {
                    folder_of_the_chart().to_str().expect("UTF-8").to_owned()
                }
                "values.yaml" => values.to_str().expect("UTF-8").to_owned(),
                word => word.to_owned(),
            });
            let words: Vec<String> =
                ["template", KUBERNETES].map(str::to_owned).into_iter().chain(words).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if let Err(error) = run("helm", &words, "") {
                panic!("{file}: {command}: {error}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn a_platform_may_choose_the_user() {
    let flags = "podSecurityContext.runAsUser=null,podSecurityContext.runAsGroup=null,podSecurityContext.fsGroup=null";
    let document =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kubernetes.md"));
    assert!(document.expect("a document").contains(flags));
    let chart = folder_of_the_chart();
    let arguments = [
        "template",
        KUBERNETES,
        chart.to_str().expect("UTF-8"),
        "--values",
        &example("minimal"),
        "--set",
        flags,
    ];
    let text = run("helm", &arguments, "").expect("rendered");
    assert!(
        !text.contains("runAsUser")
            && !text.contains("fsGroup")
            && text.contains("runAsNonRoot: true")
    );
}
