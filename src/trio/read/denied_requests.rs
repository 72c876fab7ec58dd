//! Requests that the server answered with 403.
//!
//! Changed rights take effect when the token is renewed, says the API; until then the same request
//! would only get the same answer, so it is not sent again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use url::Url;

/// Query parameters that do not select rows; rights do not depend on them.
const NON_ROW_PARAMETERS: [&str; 4] = ["page", "pageSize", "fields", "sort"];

/// Requests and the generation of the token that was refused.
#[derive(Debug, Default)]
pub(in crate::trio) struct DeniedRequests(Mutex<HashMap<String, u64>>);

impl DeniedRequests {
    /// Returns whether the token of `generation` was refused this request.
    pub(in crate::trio) fn contains(&self, url: &Url, generation: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&request_key(url))
            == Some(&generation)
    }

    /// Records that the token of `generation` was refused this request.
    pub(in crate::trio) fn record(&self, url: &Url, generation: u64) {
        let mut denied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Refusals of earlier tokens mean nothing any more; without this the map would grow for
        // ever.
        denied.retain(|_, of| *of == generation);
        denied.insert(request_key(url), generation);
    }
}

/// The request without the parameters that do not select rows.
fn request_key(url: &Url) -> String {
    let mut key = url.clone();
    let rows = url.query_pairs().filter(|(name, _)| !NON_ROW_PARAMETERS.contains(&&**name));
    key.query_pairs_mut().clear().extend_pairs(rows);
    key.into()
}
