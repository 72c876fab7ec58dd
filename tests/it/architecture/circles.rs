//! No circle: within a room, no file needs itself through others.
//!
//! A file needs another one whose items it names. A name that a file only passes on is followed to
//! the file that defines it, so the face of a room may list everything without being needed. A
//! module may name the items of those it is in: Rust makes it a part of them, and lets it see even
//! what is private there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use pretty_assertions::assert_eq;
use syn::Item;

use super::{
    files::{File, all},
    paths::{How, Named, named_in},
};

/// For each file, the files that it needs, with one of the names that it takes from them.
type Needs = BTreeMap<String, BTreeMap<String, String>>;

#[test]
fn no_file_needs_itself_through_others_of_its_room() {
    let found = circles(&needs(&all()));
    assert!(found.is_empty(), "{} circles:\n{}", found.len(), found.join("\n"));
}

/// One line for each group of files that need each other: its shortest circle, with the names.
fn circles(needs: &Needs) -> Vec<String> {
    let mut told: BTreeSet<&String> = BTreeSet::new();
    let mut found = Vec::new();
    for file in needs.keys() {
        if told.contains(file) {
            continue;
        }
        let reached = reached(needs, file);
        let Some(circle) = shortest_circle(&reached, file) else { continue };
        let steps = circle
            .windows(2)
            .map(|pair| format!("{} -> {} ({})", pair[0], pair[1], needs[pair[0]][pair[1]]));
        found.push(steps.collect::<Vec<_>>().join(", "));
        // The others of its group are in circles of the same files.
        let group = reached.iter().filter(|(there, _)| {
            needs.contains_key(**there) && self::reached(needs, there).contains_key(file)
        });
        told.extend(group.map(|(there, _)| *there));
    }
    found
}

/// The files that `file` needs, directly or through others, each with the one before it on the
/// shortest way there.
fn reached<'n>(needs: &'n Needs, file: &'n String) -> BTreeMap<&'n String, &'n String> {
    let mut came_from = BTreeMap::new();
    let mut next = VecDeque::from([file]);
    while let Some(here) = next.pop_front() {
        for there in needs.get(here).into_iter().flat_map(BTreeMap::keys) {
            came_from.entry(there).or_insert_with(|| {
                next.push_back(there);
                here
            });
        }
    }
    came_from
}

/// The shortest way from `file` back to itself.
fn shortest_circle<'n>(
    reached: &BTreeMap<&'n String, &'n String>,
    file: &'n String,
) -> Option<Vec<&'n String>> {
    let mut way = vec![file, *reached.get(file)?];
    while way[way.len() - 1] != file {
        way.push(reached[way[way.len() - 1]]);
    }
    way.reverse();
    Some(way)
}

fn needs(files: &[File]) -> Needs {
    let house = House::new(files);
    let mut needs = Needs::new();
    for here in house.scopes.values().filter(|here| !is_test(&here.file.module)) {
        let file = here.file;
        for path in &here.paths {
            // Tests may name everything that they test.
            if is_test(&path.module[file.module.len()..]) {
                continue;
            }
            let Some(there) = house.definer(here, path) else { continue };
            let is_part_of_it = file.module.starts_with(&there.module);
            if there.module.first() == file.module.first() && !is_part_of_it {
                let name = path.segments.last().cloned().unwrap_or_default();
                needs
                    .entry(file.path.clone())
                    .or_default()
                    .entry(there.path.clone())
                    .or_insert(name);
            }
        }
    }
    needs
}

fn is_test(module: &[String]) -> bool {
    module.iter().any(|name| name == "tests")
}

/// The files by module, with the names in the scope of each.
struct House<'f> {
    scopes: BTreeMap<Vec<String>, Scope<'f>>,
}

/// Names in the scope of one file.
struct Scope<'f> {
    file: &'f File,
    paths: Vec<Named>,
    /// Names that are defined here, modules not included.
    defined: BTreeSet<String>,
    /// Names brought into scope, with the whole path.
    used: BTreeMap<String, Vec<String>>,
}

impl<'f> House<'f> {
    fn new(files: &'f [File]) -> Self {
        let scopes = files.iter().filter(|file| file.path != "main.rs").map(|file| {
            let syntax = file.syntax();
            let paths = named_in(file, &syntax);
            let defined = syntax.items.iter().filter_map(item_name).collect();
            let mut used = BTreeMap::new();
            for path in &paths {
                if path.how != How::Plain
                    && path.module == file.module
                    && let Some(name) = path.segments.last()
                {
                    used.insert(name.clone(), absolute(&path.segments, &file.module));
                }
            }
            (file.module.clone(), Scope { file, paths, defined, used })
        });
        Self { scopes: scopes.collect() }
    }

    /// The file that defines what a path of `here` names; `None` outside the crate.
    fn definer(&self, here: &Scope<'f>, path: &Named) -> Option<&'f File> {
        let first = path.segments.first()?;
        let absolute = match here.used.get(first) {
            // `paging::HEADER` after `use super::paging`.
            Some(target) if path.how == How::Plain => {
                let mut target = target.clone();
                target.extend(path.segments[1..].iter().cloned());
                target
            }
            _ => absolute(&path.segments, &path.module),
        };
        self.follow(absolute, 0)
    }

    fn follow(&self, mut path: Vec<String>, steps: usize) -> Option<&'f File> {
        if path.first().is_some_and(|root| root == "crate") {
            path.remove(0);
        } else {
            return None;
        }
        let known = (0..=path.len()).rev().find(|end| self.scopes.contains_key(&path[..*end]))?;
        let scope = &self.scopes[&path[..known]];
        // A module alone is no need; the names that are taken from it follow in paths of their own.
        let name = path.get(known)?;
        match scope.used.get(name) {
            Some(target) if !scope.defined.contains(name) && steps < 8 => {
                let mut target = target.clone();
                target.extend(path[known + 1..].iter().cloned());
                self.follow(target, steps + 1)
            }
            _ => Some(scope.file),
        }
    }
}

/// The path from the root of the crate, which is called `crate`; others are left as they are.
fn absolute(segments: &[String], module: &[String]) -> Vec<String> {
    let mut base: Vec<String> =
        std::iter::once("crate".to_owned()).chain(module.to_vec()).collect();
    let mut rest = segments;
    match rest.first().map(String::as_str) {
        Some("crate") => return segments.to_vec(),
        Some("self" | "super") => {
            while let Some(step @ ("self" | "super")) = rest.first().map(String::as_str) {
                if step == "super" {
                    base.pop();
                }
                rest = &rest[1..];
            }
        }
        // `page::Page` after `mod page;`: a module of this file, or an outside crate, which no file
        // is called.
        _ => {}
    }
    base.extend(rest.iter().cloned());
    base
}

fn item_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Circles among planted files of one room.
fn planted(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<File> = files.iter().map(|(path, text)| File::new(path, text)).collect();
    circles(&needs(&files))
}

#[test]
fn planted_circle_is_named_with_the_names_that_tie_it() {
    let files = [
        ("trio/a.rs", "use super::b::B; struct A;"),
        ("trio/b.rs", "use crate::trio::c; struct B(c::C);"),
        ("trio/c.rs", "struct C; fn f() { let a = super::a::A; }"),
        ("trio/d.rs", "use super::a::A;"),
    ];
    let circle =
        "trio/a.rs -> trio/b.rs (B), trio/b.rs -> trio/c.rs (C), trio/c.rs -> trio/a.rs (A)";
    assert_eq!(planted(&files), [circle]);
    assert_eq!(planted(&files[1..]), Vec::<String>::new());
}

#[test]
fn child_may_name_its_parent_and_ties_a_circle_with_others() {
    let parent = "mod page; struct Context(page::Page);";
    let child = "use super::Context; use crate::trio::wire::Answer; struct Page;";
    let files = [("trio/decode.rs", parent), ("trio/decode/page.rs", child)];
    assert_eq!(planted(&files), Vec::<String>::new());
    let tied = [files[0], files[1], ("trio/wire.rs", "use super::decode::Context; struct Answer;")];
    let circle = "trio/decode.rs -> trio/decode/page.rs (Page), \
                  trio/decode/page.rs -> trio/wire.rs (Answer), \
                  trio/wire.rs -> trio/decode.rs (Context)";
    assert_eq!(planted(&tied), [circle]);
}

#[test]
fn passed_on_names_and_tests_tie_no_circle() {
    let face = "mod a; mod b; pub use a::A; pub use b::B;";
    let b = "use crate::trio::A; struct B; #[cfg(test)] mod tests { use super::super::a::A; }";
    let a = "struct A; #[cfg(test)] mod tests { use crate::trio::B; }";
    let files = [("trio.rs", face), ("trio/a.rs", a), ("trio/b.rs", b)];
    assert_eq!(planted(&files), Vec::<String>::new());
    let tied = [("trio.rs", face), ("trio/a.rs", "use crate::trio::B; struct A;"), files[2]];
    let circle = "trio/a.rs -> trio/b.rs (B), trio/b.rs -> trio/a.rs (A)";
    assert_eq!(planted(&tied), [circle]);
}
