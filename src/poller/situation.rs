//! One log line when a situation changes, silence while it lasts.

use std::{collections::HashMap, sync::Arc};

use crate::{model::WaitMismatch, trio::Error};

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

/// The fields whose waits were last found to be read in the wrong unit.
#[derive(Debug, Default)]
pub(super) struct LoggedMismatches(Arc<[WaitMismatch]>);

impl LoggedMismatches {
    /// Logs the mismatches that were not there before, one line each.
    pub(super) fn log(&mut self, now: &Arc<[WaitMismatch]>) {
        for mismatch in self.replace(now) {
            tracing::warn!(
                resource = mismatch.resource.as_str(),
                field = mismatch.field,
                factor = mismatch.factor.as_str(),
                read_as = mismatch.form,
                likely_form = mismatch.likely_form().unwrap_or("none"),
                fields_file = mismatch.fields_file_line(),
                "the waits of this field differ from the ages of the waiting cases by a constant factor, so they \
                 are probably read in the wrong unit; correct the form in a fields_file; nothing is withheld"
            );
        }
    }

    /// Remembers the mismatches of now. Returns those that are new.
    fn replace(&mut self, now: &Arc<[WaitMismatch]>) -> Vec<WaitMismatch> {
        let new = now.iter().filter(|mismatch| !self.0.contains(mismatch)).copied().collect();
        self.0 = now.clone();
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Resource, WaitFactor};

    #[test]
    fn a_mismatch_is_logged_again_only_after_it_went_away() {
        let (resource, field) = (Resource::ServiceState, "longest_wait");
        let only = |factor| -> Arc<[WaitMismatch]> {
            Arc::new([WaitMismatch { resource, field, factor, form: "seconds" }])
        };
        let (none, thousand): (Arc<[WaitMismatch]>, _) = (Arc::default(), only(WaitFactor::Thousand));
        let mut logged = LoggedMismatches::default();
        let mut new = |now: &Arc<[WaitMismatch]>| logged.replace(now).len();
        assert_eq!([new(&thousand), new(&thousand), new(&none), new(&thousand)], [1, 0, 0, 1]);
        assert_eq!(new(&only(WaitFactor::Sixtieth)), 1, "another factor");
    }
}
