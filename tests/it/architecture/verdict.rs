//! Holds what a file names against the table.

use super::{
    files::File,
    paths::{How, Named, named},
    rooms::{self, MayName, PLACED, Room},
};

/// Destination of a path.
#[derive(Debug, PartialEq, Eq)]
enum Leads {
    /// To a room.
    Room(String),
    /// To an outside crate that has a place.
    Outside(&'static str),
    /// To the root of the crate, and from there to everything.
    Root,
    /// To nothing that the table speaks of.
    Elsewhere,
}

/// Names in `file` that its room may not use, one line each.
pub(crate) fn violations(file: &File) -> Vec<String> {
    let room = file.room();
    if room == "lib" {
        return Vec::new();
    }
    let Some(table) = rooms::find(room) else {
        return vec![format!("src/{}: {room} has no line in the table of rooms", file.path)];
    };
    let paths = named(file);
    let lines = paths.iter().filter_map(|path| {
        let reason = reason(table, path)?;
        Some(format!("src/{}:{}: {}: {reason}", file.path, path.line, path.segments.join("::")))
    });
    lines.collect()
}

fn reason(table: &Room, path: &Named) -> Option<String> {
    let room = table.name;
    let other = match leads(path) {
        Leads::Elsewhere => return None,
        Leads::Root => return Some("brings the whole crate into scope; name the rooms".to_owned()),
        Leads::Outside(name) => {
            let (_, places) = PLACED.iter().find(|(placed, _)| *placed == name)?;
            if !places.contains(&room) {
                return Some(format!("{name} belongs in {}", places.join(", ")));
            }
            return passes_on(path, name);
        }
        Leads::Room(other) if other == room => return None,
        Leads::Room(other) => other,
    };
    if rooms::find(&other).is_none() {
        return Some(format!("{other} is no room"));
    }
    match table.may_name {
        MayName::Only(allowed) if !allowed.contains(&other.as_str()) => {
            Some(format!("{room} may not name {other}"))
        }
        _ => passes_on(path, &other),
    }
}

/// A thing has one home: through a second one, a room could be named that may not be.
fn passes_on(path: &Named, owner: &str) -> Option<String> {
    (path.how == How::PassedOn).then(|| format!("passes on what belongs to {owner}"))
}

fn leads(path: &Named) -> Leads {
    let mut module = path.module.clone();
    let mut rest = path.segments.iter().map(String::as_str).peekable();
    match rest.peek().copied() {
        Some("crate" | "trio_exporter") => {
            rest.next();
            module.clear();
        }
        Some("self" | "super") => {
            while let Some(step @ ("self" | "super")) = rest.peek().copied() {
                rest.next();
                if step == "super" {
                    module.pop();
                }
            }
        }
        Some(first) => {
            let placed = PLACED.iter().find(|(name, _)| *name == first);
            return placed.map_or(Leads::Elsewhere, |(name, _)| Leads::Outside(name));
        }
        None => return Leads::Elsewhere,
    }
    module.extend(rest.map(str::to_owned));
    match module.into_iter().next() {
        Some(room) => Leads::Room(room),
        None if path.how == How::Plain => Leads::Elsewhere,
        None => Leads::Root,
    }
}
