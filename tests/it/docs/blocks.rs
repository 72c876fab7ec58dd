//! Blocks of YAML can be read, and the exporter takes those that are for it. Blocks of queries are
//! queries, about metrics that there are.

use std::{fs, path::Path};

use serde_json::Value;
use trio_exporter::{config, trio::Dictionary};

use super::{nothing_in, stage::Stage};
use crate::markdown::{Block, Document};
use crate::promql::{Catalogue, problems};

/// Keys at the top of the exporter's configuration.
const CONFIG: [&str; 7] =
    ["targets", "poll", "collectors", "agents", "goals", "metrics", "state_file"];
/// A target for fragments that have none.
const TARGET: &str = "targets: [{name: main, servers: [https://trio.example/te/api], client_key_file: client_key, \
                      username_file: username, password_file: password}]\n";

/// Problem of a block; `folder` holds the files that configurations name.
pub(crate) fn yaml_problem(block: &Block, folder: &Path) -> Option<String> {
    let value: Value = match serde_saphyr::from_str(&block.text) {
        Ok(value) => value,
        Err(error) => return Some(error.to_string()),
    };
    let keys: Vec<&String> =
        value.as_object().map(|object| object.keys().collect()).unwrap_or_default();
    let has = |key: &str| keys.iter().any(|known| *known == key);
    // Prometheus knows `targets` in a list alone, and no other format has these keys at the top.
    if CONFIG.iter().any(|key| has(key)) && !has("apiVersion") {
        let text =
            if has("targets") { block.text.clone() } else { format!("{TARGET}{}", block.text) };
        // The folder of an installed package.
        let text = text.replace("/var/lib/trio-exporter", &folder.display().to_string());
        let path = folder.join("block.yml");
        fs::write(&path, text).expect("a file in our own folder");
        return config::load(Some(&path), &|_| None).err().map(|mistakes| mistakes.join("; "));
    }
    // A resource is written as a path, and everything else in a fields file is below one.
    if keys.iter().any(|key| key.contains('/')) {
        return Dictionary::with_user_file("block.yml", &block.text)
            .err()
            .map(|mistakes| mistakes.join("; "));
    }
    None
}

#[tokio::test]
async fn every_block_of_yaml_can_be_read_and_the_exporter_takes_what_is_for_it() {
    let stage = Stage::set().await;
    let (mut problems, mut ours) = (Vec::new(), 0);
    for document in Document::shipped() {
        for block in document.blocks().iter().filter(|block| block.language == "yaml") {
            ours += usize::from(CONFIG.iter().any(|key| block.text.contains(&format!("{key}:"))));
            problems.extend(
                yaml_problem(block, &stage.folder()).map(|what| document.problem(block.line, what)),
            );
        }
    }
    nothing_in(&problems);
    assert!(ours > 1, "the documents show no configuration");
}

/// Problems of the queries of a document, one a line.
pub(crate) fn wrong_queries(document: &Document, catalogue: &Catalogue) -> Vec<String> {
    let blocks = document.blocks().into_iter().filter(|block| block.language == "promql");
    let queries = blocks.flat_map(|block| {
        let lines: Vec<(usize, String)> =
            (1..).zip(block.text.lines().map(str::to_owned)).collect();
        lines.into_iter().map(move |(offset, query)| (block.line + offset, query))
    });
    queries
        .filter(|(_, query)| !query.trim().is_empty() && !query.starts_with('#'))
        .flat_map(|(line, query)| {
            problems(&query, catalogue)
                .into_iter()
                .map(move |what| (line, what))
                .collect::<Vec<_>>()
        })
        .map(|(line, what)| document.problem(line, what))
        .collect()
}

#[test]
fn every_query_fits_what_the_exporter_has() {
    let catalogue = Catalogue::shipped();
    nothing_in(
        &Document::shipped()
            .iter()
            .flat_map(|document| wrong_queries(document, &catalogue))
            .collect::<Vec<_>>(),
    );
}
