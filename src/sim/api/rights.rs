//! What the API user may not read.

use std::collections::BTreeSet;

use super::resource::Resource;
use super::route::Route;

/// Resources that are forbidden, by their documented paths without `cc/{ccid}` and ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rights(BTreeSet<String>);

impl Rights {
    /// Everything may be read but these; a word that names no resource is returned.
    pub(crate) fn without(forbidden: &[String]) -> Result<Self, String> {
        let known = |word: &String| {
            Resource::ALL.iter().any(|resource| resource.tail() == word)
                || ["security", "directory"].contains(&word.as_str())
        };
        match forbidden.iter().find(|word| !known(word)) {
            Some(unknown) => Err(unknown.clone()),
            None => Ok(Self(forbidden.iter().cloned().collect())),
        }
    }

    /// Whether a resource may be read. A forbidden node closes everything below it.
    pub(super) fn allow(&self, resource: Resource) -> bool {
        let tail = resource.tail();
        let node = tail.split_once('/').map_or(tail, |(node, _)| node);
        !(self.0.contains(tail) || resource.is_shared() && self.0.contains(node))
    }

    /// Whether what a route leads to may be read.
    pub(super) fn admit(&self, route: Route) -> bool {
        match route {
            Route::Collection(place) | Route::Item(place, _) | Route::AgentLogin(place, _) => {
                self.allow(place.resource)
            }
            Route::Node(node) => !self.0.contains(node.as_str()),
            Route::Api | Route::Login | Route::RefreshLogin => true,
        }
    }
}
