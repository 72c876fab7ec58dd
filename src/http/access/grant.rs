//! Grants of the guard for pages of the wallboard.

use std::sync::Arc;

use tokio::sync::watch;

use crate::http::{Web, pages::wall::paths::Wallboards};

/// Permission to see a page of the wallboard, and changes that end it.
#[derive(Clone, Debug)]
pub(in crate::http) struct Grant {
    /// True if a user has logged in.
    pub(in crate::http) is_user: bool,
    /// Changes of the users since then.
    pub(in crate::http) web: watch::Receiver<Arc<Web>>,
    /// Changes of the wallboards and their tokens since then.
    pub(in crate::http) boards: watch::Receiver<Wallboards>,
}
