//! The pages, one module each; `http` lists their paths.

pub(super) mod discovery;
pub(super) mod health;
pub(super) mod landing;
pub(super) mod log_level;
pub(super) mod metrics;
pub(super) mod reload;
pub(super) mod status;
