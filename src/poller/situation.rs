//! One log line when a situation changes, silence while it lasts.

use std::collections::HashMap;

use crate::trio::Error;

/// What was last said of each scope: the target as a whole, or one collector.
#[derive(Debug, Default)]
pub(super) struct Situations(HashMap<String, String>);

impl Situations {
    /// All is well with `scope`. Says so only if it was not.
    pub(super) fn well(&mut self, scope: &str) {
        if self.0.remove(scope).is_some() {
            tracing::info!(scope, "works again");
        }
    }

    /// Something is wrong with `scope`. Says so only if something else was wrong before, or nothing.
    pub(super) fn ill(&mut self, scope: &str, error: &Error) {
        let situation = error.situation();
        if self.0.get(scope) != Some(&situation) {
            tracing::warn!(scope, %error, "cannot be read");
            self.0.insert(scope.to_owned(), situation);
        }
    }
}
