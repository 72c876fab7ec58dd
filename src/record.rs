//! `record`: what a server answered over some cycles, in a folder that may be given to others.
//!
//! The recorder sees the exchanges and keeps them in memory. Nothing is written before all of them are
//! there, and then only in disguise: what is not known to be harmless is replaced. What the folder
//! holds is described in `docs/dev/recording-format.md`; whoever replays it has that description and nothing else
//! of this room.

mod address;
mod body;
mod disguise;
mod folder;
mod header;
mod hosts;
mod keep;
mod look;
mod names;
mod recorder;
mod seen;
mod tokens;
mod words;
mod write;

pub use folder::{Folder, FolderError};
pub use keep::Keep;
pub use look::look;
pub use recorder::Recorder;
pub use write::{Summary, write};

#[cfg(test)]
mod tests;
