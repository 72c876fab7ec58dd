//! Names in the documents that look like metrics are metrics, and those used as their labels are
//! labels.

use std::fs;

use crate::{
    markdown::{Document, root},
    promql::Catalogue,
};

/// Every word that looks like the name of a metric: with what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("trio_").filter_map(move |(at, _)| {
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        if text[..at].ends_with(in_name) {
            return None;
        }
        let word = &text[at..];
        Some(word.split_at(word.find(|c: char| !in_name(c)).unwrap_or(word.len())))
    })
}

fn texts() -> Vec<(String, String)> {
    let documents = Document::shipped().into_iter().map(|document| (document.path, document.text));
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("a text");
    documents.chain([("CHANGELOG.md".to_owned(), changelog)]).collect()
}

/// The names of labels in `{a, b="…"}` behind the name of a metric.
fn labels(after: &str) -> impl Iterator<Item = &str> {
    let inside = after
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'))
        .map_or("", |(inside, _)| inside);
    // A value may hold commas; no label begins with anything but a letter.
    let names = inside.split(',').filter_map(|part| part.trim().split(['=', '!']).next());
    names
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

fn strangers(text: &str, catalogue: &Catalogue) -> Vec<String> {
    // `trio_exporter::trio` is a path in the program.
    let metrics = words(text).filter(|(name, _)| !name.contains("::"));
    let unknown = metrics.flat_map(|(name, after)| {
        // `trio_service_*` and `trio_service_…` stand for all that begin so.
        let open = after.starts_with('*') || after.starts_with('…') || name.ends_with('_');
        let known = if open { catalogue.any_begins_with(name) } else { catalogue.knows(name) };
        if open || !known {
            return if known { Vec::new() } else { vec![name.to_owned()] };
        }
        let missing = labels(after).filter(|label| !catalogue.has_label(name, label));
        missing.map(|label| format!("{name}{{{label}}}")).collect()
    });
    unknown.collect()
}

#[test]
fn documents_name_only_metrics_that_there_are() {
    let catalogue = Catalogue::shipped();
    for (path, text) in texts() {
        assert_eq!(strangers(&text, &catalogue), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn a_metric_that_there_is_not_is_found() {
    let catalogue = Catalogue::shipped();
    let text = "`trio_up{target=\"a\",server}`, `trio_service_*`, `trio_service_wait_seconds{le}`, \
                `trio_server_down`, `trio_queue_…`";
    assert_eq!(strangers(text, &catalogue), ["trio_up{server}", "trio_server_down", "trio_queue_"]);
}
