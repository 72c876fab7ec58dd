//! The pages, one module each; `http` lists their paths.

pub(super) mod discovery;
pub(super) mod health;
pub(super) mod landing;
pub(super) mod log_level;
pub(super) mod metrics;
pub(super) mod reload;
pub(super) mod status;
pub(super) mod wall;

use axum::http::{HeaderMap, header};

/// Joins the lines of a header, which are one list together (RFC 9110, section 5.3).
fn joined(headers: &HeaderMap, name: header::HeaderName) -> String {
    let lines: Vec<_> =
        headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
}
