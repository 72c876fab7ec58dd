//! `record`: writes a server's answers over some cycles into a folder that may be given to others.
//!
//! The recorder keeps all exchanges in memory. They are written at the end, and pseudonymised: each
//! value that is not known to be harmless is replaced. `docs/dev/simulator.md` describes the
//! format; `sim::replay` reads it by that description and shares no code with this room.

mod address;
mod api_words;
mod body;
mod exchange;
mod folder;
mod header;
mod hosts;
mod kept_fields;
mod look;
mod member_names;
mod pseudonyms;
mod recorder;
mod replacements;
mod write;

pub use folder::{Folder, FolderError};
pub use kept_fields::KeptFields;
pub use look::look;
pub use recorder::Recorder;
pub use write::{Summary, write};

#[cfg(test)]
mod tests;
