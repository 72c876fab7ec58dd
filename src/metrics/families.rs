//! The families: names, HELP and samples, one file a subject.

pub(super) mod agents;
pub(super) mod api;
pub(super) mod collectors;
pub(super) mod encode_input;
pub(super) mod exporter;
pub(super) mod family;
pub(super) mod fields;
pub(super) mod flow;
pub(super) mod goals;
pub(super) mod identity;
pub(super) mod persons;
pub(super) mod process;
pub(super) mod services;
