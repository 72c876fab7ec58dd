//! What the API user may not read. Changed rights take effect when the token is renewed, so asking
//! again before that would only provoke the same answer.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use url::Url;

/// Query parameters that do not choose rows, so that rights do not depend on them.
const FORM: [&str; 4] = ["page", "pageSize", "fields", "sort"];

/// Remembers which token was refused what.
#[derive(Debug, Default)]
pub(super) struct Denied(Mutex<HashMap<String, u64>>);

impl Denied {
    /// Whether the token of `generation` was refused this already.
    pub(super) fn holds(&self, url: &Url, generation: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key(url)) == Some(&generation)
    }

    /// The token of `generation` was refused this.
    pub(super) fn note(&self, url: &Url, generation: u64) {
        let mut denied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        denied.retain(|_, of| *of == generation);
        denied.insert(key(url), generation);
    }
}

fn key(url: &Url) -> String {
    let mut key = url.clone();
    let rows = url.query_pairs().filter(|(name, _)| !FORM.contains(&&**name));
    key.query_pairs_mut().clear().extend_pairs(rows);
    key.into()
}
