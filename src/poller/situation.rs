//! Log lines about failures: one when a situation changes, none while it lasts.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{model::WaitMismatch, trio::Error};

/// Last logged situation of each scope: the target as a whole, or one collector.
#[derive(Debug, Default)]
pub(super) struct Situations {
    /// By scope.
    logged: HashMap<String, String>,
    /// Reasons of the outage of the target that lasts, each logged once.
    outage: HashSet<String>,
}

impl Situations {
    /// Records that `scope` can be read. Logs it only if it failed before.
    pub(super) fn recovered(&mut self, scope: &str) {
        if self.logged.remove(scope).is_some() {
            tracing::info!(scope, "works again");
        }
    }

    /// Records that the target `scope` can be read.
    pub(super) fn target_recovered(&mut self, scope: &str) {
        self.outage.clear();
        self.recovered(scope);
    }

    /// Records that `scope` cannot be read. Logs it only if the situation is another one than
    /// before.
    pub(super) fn failed(&mut self, scope: &str, error: &Error) {
        // The message may hold times and counts that differ in each step; the situation does not.
        let situation = error.situation();
        if self.logged.get(scope) != Some(&situation) {
            tracing::warn!(scope, %error, "cannot be read");
            self.logged.insert(scope.to_owned(), situation);
        }
    }

    /// Records that nothing of the target `scope` can be read. Each reason is logged once in an
    /// outage: a server that starts refuses connections, then answers 503, then refuses again.
    pub(super) fn target_failed(&mut self, scope: &str, error: &Error) {
        if self.outage.insert(error.outage()) {
            tracing::warn!(scope, %error, "cannot be read");
        }
        self.logged.insert(scope.to_owned(), String::new());
    }
}

/// Fields whose waits were last found to be read in the wrong unit.
#[derive(Debug, Default)]
pub(super) struct LoggedMismatches(Arc<[WaitMismatch]>);

impl LoggedMismatches {
    /// Logs the new mismatches, one line each.
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

    /// Stores the present mismatches. Returns those that are new.
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
    fn mismatch_is_logged_again_only_after_it_ended() {
        let (resource, field) = (Resource::ServiceState, "longest_wait");
        let only = |factor| -> Arc<[WaitMismatch]> {
            Arc::new([WaitMismatch { resource, field, factor, form: "seconds" }])
        };
        let (none, thousand): (Arc<[WaitMismatch]>, _) =
            (Arc::default(), only(WaitFactor::Thousand));
        let mut logged = LoggedMismatches::default();
        let mut new = |now: &Arc<[WaitMismatch]>| logged.replace(now).len();
        assert_eq!([new(&thousand), new(&thousand), new(&none), new(&thousand)], [1, 0, 0, 1]);
        assert_eq!(new(&only(WaitFactor::Sixtieth)), 1, "another factor");
    }
}
