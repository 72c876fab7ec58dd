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
fn every_document_can_be_reached_from_the_index() {
    let index = super::document("docs/README.md");
    let links: Vec<String> = index.links().into_iter().map(|(_, to)| to).collect();
    let pages = fs::read_dir(root().join("docs"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name());
    // Those for contributors are reached from the index as well.
    let for_developers = fs::read_dir(root().join("docs/dev")).expect("a folder");
    let for_developers = for_developers.map(|entry| {
        let mut name = std::ffi::OsString::from("dev/");
        name.push(entry.expect("an entry").file_name());
        name
    });
    let missing =
        pages.chain(for_developers).filter_map(|name| name.into_string().ok()).filter(|name| {
            name.ends_with(".md") && name != "README.md" && !links.iter().any(|to| to == name)
        });
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<String>::new());
}
