//! Reads TLS versions, cipher suites and curves.

use crate::{
    config::web::switch,
    http::{Algorithms, Version},
    yaml::{Complaints, Entry, Section, unknown},
};

pub(super) fn read(section: &mut Section<'_>, complaints: &mut Complaints) -> Algorithms {
    let mut algorithms = Algorithms::default();
    let oldest = section.get("min_version");
    if let Some(version) = oldest.as_ref().and_then(|entry| version(entry, complaints)) {
        algorithms.oldest = version;
    }
    if let Some(version) = section.get("max_version").and_then(|entry| version(&entry, complaints))
    {
        algorithms.newest = version;
    }
    if let Some(entry) = oldest.filter(|_| algorithms.oldest > algorithms.newest) {
        entry.wrong(complaints, "must not be newer than max_version");
    }
    if let Some(entry) = section.get("prefer_server_cipher_suites") {
        algorithms.prefer_ours = switch(&entry, complaints).unwrap_or(true);
    }
    if let Some(entry) = section.get("cipher_suites") {
        let names = known_names(&entry, "cipher suite", &Algorithms::suite_names(), complaints);
        // An empty list is no limit, as in exporter-toolkit.
        if !names.is_empty() {
            algorithms.limit_suites(&names);
        }
    }
    if let Some(entry) = section.get("curve_preferences") {
        let names = known_names(&entry, "curve", &Algorithms::curve_names(), complaints);
        if !names.is_empty() {
            algorithms.limit_curves(&names);
        }
    }
    algorithms
}

fn version(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Version> {
    let word = entry.text(complaints)?;
    let found = Version::NAMES.iter().find(|(name, _)| *name == word);
    if found.is_none() {
        if ["TLS10", "TLS11"].contains(&word.as_str()) {
            // Valid in exporter-toolkit, so the message says more than "unknown".
            entry.wrong(
                complaints,
                "is too old to be safe and is not supported; write TLS12 or TLS13",
            );
        } else {
            entry.wrong(
                complaints,
                unknown("version", &word, Version::NAMES.iter().map(|(name, _)| *name)),
            );
        }
    }
    found.map(|(_, version)| *version)
}

/// Reads a list of names, each of which must be one of `known`.
fn known_names(
    entry: &Entry<'_>,
    kind: &str,
    known: &[&'static str],
    complaints: &mut Complaints,
) -> Vec<&'static str> {
    let mut names = Vec::new();
    for item in entry.list() {
        let Some(word) = item.text(complaints) else { continue };
        match known.iter().find(|name| **name == word) {
            Some(name) => names.push(*name),
            None => item.wrong(
                complaints,
                format_args!("not a supported {kind}; known here: {}", known.join(", ")),
            ),
        }
    }
    names
}
