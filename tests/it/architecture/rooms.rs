//! The table: one line for each room, and one for each outside crate that has a place.

/// A module of the crate's root, and the modules that it may name.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    pub(crate) may_name: MayName,
}

/// The other rooms that a room may name.
pub(crate) enum MayName {
    /// All of them: those that wire the rest together.
    All,
    /// These.
    Only(&'static [&'static str]),
}

use MayName::{All, Only};

const fn room(name: &'static str, may_name: MayName) -> Room {
    Room { name, may_name }
}

/// The rooms, in the order of the map in `src/lib.rs`. `config` is in no list: only those that
/// may name everything see it.
pub(crate) static ROOMS: &[Room] = &[
    room("cli", All),
    // The rooms after `model` for the settings that each defines for itself.
    room("config", Only(&["files", "yaml", "model", "trio", "poller", "tally", "metrics", "http"])),
    room("files", Only(&[])),
    room("yaml", Only(&["files"])),
    room("app", All),
    room("model", Only(&[])),
    room("trio", Only(&["model", "stats", "yaml", "files"])),
    room("poller", Only(&["model", "trio", "snapshot", "tally", "stats"])),
    room("snapshot", Only(&["model"])),
    room("tally", Only(&["model", "snapshot"])),
    room("state_file", Only(&["tally", "model", "files"])),
    room("stats", Only(&["model"])),
    room("diagnosis", Only(&["model", "snapshot", "tally", "stats"])),
    room("metrics", Only(&["model", "snapshot", "tally", "stats"])),
    room("http", Only(&["metrics", "diagnosis", "model", "snapshot", "tally", "stats", "files"])),
    room("tools", Only(&["trio", "model", "poller", "snapshot", "tally", "stats", "diagnosis"])),
    // Its own words for everything, so that a wrong one cannot agree with itself.
    room("sim", Only(&[])),
];

/// The outside crates that have a place, and the rooms that it is in.
pub(crate) static PLACED: &[(&str, &[&str])] = &[
    ("reqwest", &["trio", "tools"]),
    // `app` holds the router between building and running.
    ("axum", &["http", "sim", "app"]),
    ("axum_server", &["http"]),
    ("bcrypt", &["http"]),
    ("governor", &["http"]),
    ("listenfd", &["http"]),
    ("prometheus_client", &["metrics"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("rpassword", &["tools"]),
];

/// The room called `name`; `main` is the binary, which may name everything.
pub(crate) fn find(name: &str) -> Option<&'static Room> {
    static MAIN: Room = room("main", All);
    if name == MAIN.name { Some(&MAIN) } else { ROOMS.iter().find(|room| room.name == name) }
}
