//! The shape of `src/`: the map is true, no file is unused, and each file begins with its subject.

use std::collections::{BTreeMap, BTreeSet};

use pretty_assertions::assert_eq;
use syn::{Item, ItemMod, Visibility};

use super::{
    files::{File, all},
    rooms::ROOMS,
};

fn lib() -> File {
    all().into_iter().find(|file| file.path == "lib.rs").expect("src/lib.rs")
}

fn declared(file: &File) -> Vec<String> {
    let modules = file.syntax().items.into_iter().filter_map(|item| match item {
        Item::Mod(module) => Some(module.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

fn sorted(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_map_in_lib_lists_exactly_the_rooms_that_exist() {
    let lib = lib();
    let listed =
        lib.text.lines().filter_map(|line| line.strip_prefix("//! | [`")?.split('`').next());
    assert_eq!(sorted(listed), sorted(declared(&lib)));
}

#[test]
fn the_table_of_rooms_has_a_line_for_each_room_that_exists() {
    assert_eq!(sorted(ROOMS.iter().map(|room| room.name)), sorted(declared(&lib())));
}

#[test]
fn lib_is_a_map_and_nothing_else() {
    for item in lib().syntax().items {
        let room =
            matches!(&item, Item::Mod(ItemMod { vis: Visibility::Public(_), content: None, .. }));
        assert!(
            room,
            "src/lib.rs holds something that is not `pub mod room;`: a second door to a room"
        );
    }
}

#[test]
fn every_file_is_reached_from_lib_or_main() {
    let files: BTreeMap<Vec<String>, File> = all()
        .into_iter()
        .filter(|file| file.path != "main.rs")
        .map(|file| (file.module.clone(), file))
        .collect();
    let mut reached = BTreeSet::from([Vec::new()]);
    let mut next = vec![Vec::new()];
    while let Some(module) = next.pop() {
        let Some(file) = files.get(&module) else { panic!("{} has no file", module.join("::")) };
        for (inside, item) in modules(&file.syntax().items, &module) {
            assert!(
                !item.attrs.iter().any(|attribute| attribute.path().is_ident("path")),
                "src/{}: `#[path]` hides the place of {}",
                file.path,
                inside.join("::")
            );
            if reached.insert(inside.clone()) {
                next.push(inside);
            }
        }
    }
    let unreached =
        files.iter().filter(|(module, _)| !reached.contains(*module)).map(|(_, file)| &file.path);
    assert_eq!(sorted(unreached), Vec::<String>::new(), "no `mod` leads to these files");
}

/// The modules that are files of their own, those declared inside inline ones included.
fn modules(items: &[Item], parent: &[String]) -> Vec<(Vec<String>, ItemMod)> {
    let mut found = Vec::new();
    for item in items {
        let Item::Mod(item) = item else { continue };
        let mut path = parent.to_vec();
        path.push(item.ident.to_string());
        match &item.content {
            Some((_, inner)) => found.extend(modules(inner, &path)),
            None => found.push((path, item.clone())),
        }
    }
    found
}

#[test]
fn every_file_says_at_its_top_what_it_is() {
    let silent =
        all().into_iter().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path);
    assert_eq!(sorted(silent), Vec::<String>::new(), "these do not begin with `//!`");
}
