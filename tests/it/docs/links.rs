//! Links between the documents lead somewhere.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::nothing_in;
use crate::markdown::{Document, root};

/// Links of a document that lead nowhere. Those to other sites are not followed.
pub(crate) fn broken(document: &Document) -> Vec<String> {
    let links = document
        .links()
        .into_iter()
        .filter(|(_, to)| !to.contains("://") && !to.starts_with("mailto:"));
    links.filter_map(|(line, to)| Some(document.problem(line, problem(document, &to)?))).collect()
}

fn problem(document: &Document, to: &str) -> Option<String> {
    let (path, anchor) = to.split_once('#').unwrap_or((to, ""));
    let from = Path::new(&document.path).parent().unwrap_or(Path::new(""));
    let path = if path.is_empty() {
        Path::new(&document.path).to_owned()
    } else {
        plain(&from.join(path))
    };
    let there = root().join(&path);
    if path.to_str() != Some(&document.path) && !there.exists() {
        return Some(format!("{to}: there is no {}", path.display()));
    }
    if anchor.is_empty() || path.extension().is_none_or(|extension| extension != "md") {
        return None;
    }
    let anchors = if path.to_str() == Some(&document.path) {
        document.anchors()
    } else {
        let text = fs::read_to_string(there).ok()?;
        Document::new(path.to_str()?, &text).anchors()
    };
    (!anchors.iter().any(|known| known == anchor))
        .then(|| format!("{to}: no heading has this anchor"))
}

/// Without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    nothing_in(&Document::shipped().iter().flat_map(broken).collect::<Vec<_>>());
}

#[test]
fn readme_links_to_every_document() {
    let links: Vec<String> =
        super::document("README.md").links().into_iter().map(|(_, to)| to).collect();
    let names = |folder: &str| {
        let entries = fs::read_dir(root().join(folder)).expect("a folder");
        let paths = entries.filter_map(|entry| {
            let name = entry.expect("an entry").file_name().into_string().ok()?;
            name.ends_with(".md").then(|| format!("{folder}/{name}"))
        });
        paths.collect::<Vec<_>>()
    };
    let documents = [names("docs"), names("docs/dev")].concat();
    assert!(documents.len() > 15, "{documents:?}");
    let missing: Vec<_> = documents.iter().filter(|path| !links.contains(path)).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn web_document_lists_every_address() {
    let page = super::document("docs/web.md").text;
    let table: Vec<&str> = page.lines().filter(|line| line.starts_with("| `/")).collect();
    let missing: Vec<_> = trio_exporter::http::paths()
        .into_iter()
        .filter(|path| !table.iter().any(|row| row.contains(&format!("`{path}`"))))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
