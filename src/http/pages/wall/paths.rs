//! Paths of the wallboard, and the list of the wallboards of the configuration.

use std::sync::Arc;

use crate::model::Wallboard;

/// The wallboards of the configuration, in its order.
pub type Wallboards = Arc<[Arc<Wallboard>]>;

/// Path of the page.
pub(in crate::http) const PATH: &str = "/wall";
/// Path of its events. The answer does not end by itself.
pub const EVENTS_PATH: &str = "/wall/events";
/// Path of a wallboard of the configuration.
pub(in crate::http) const BOARD_PATH: &str = "/wall/{name}";
/// Path of its events.
pub(in crate::http) const BOARD_EVENTS_PATH: &str = "/wall/{name}/events";
/// Path of the JSON of all queues.
pub(in crate::http) const QUEUES_PATH: &str = "/api/v1/queues";
/// Path of the JSON of a wallboard of the configuration.
pub(in crate::http) const JSON_PATH: &str = "/api/v1/wallboards/{name}";
/// Path of its script.
pub(in crate::http) const SCRIPT_PATH: &str = "/wall.js";
/// Path of its style.
pub(in crate::http) const STYLE_PATH: &str = "/wall.css";

/// Returns true if a path is one of the wallboard.
pub(in crate::http) fn is_page(path: &str) -> bool {
    path.starts_with(PATH) || path.starts_with("/api/v1/")
}
