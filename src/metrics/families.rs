//! The families: names, HELP and samples, one file a subject.

pub(super) mod agents;
pub(super) mod api;
pub(super) mod calls;
pub(super) mod collectors;
pub(super) mod encode_input;
pub(super) mod exporter;
pub(super) mod family;
pub(super) mod fields;
pub(super) mod flow;
pub(super) mod goals;
pub(super) mod identity;
pub(super) mod inventory;
pub(super) mod over_limit;
pub(super) mod pauses;
pub(super) mod persons;
pub(super) mod process;
pub(super) mod reload;
pub(super) mod servers;
pub(super) mod services;
pub(super) mod shard;
pub(super) mod skilled;
pub(super) mod state_file;
