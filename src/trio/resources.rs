//! The resources: their rows become values of the domain model.

pub(super) mod body_decoding;
pub(super) mod case_limits;
pub(super) mod cases;
pub(super) mod groups;
pub(super) mod inventory;
pub(super) mod nodes;
pub(super) mod rows;
pub(super) mod single_case;
pub(super) mod skills;
