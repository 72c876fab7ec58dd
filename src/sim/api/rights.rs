//! Rights of the API user.

use std::collections::BTreeSet;

use super::resource::{Node, Resource, Route};

/// Forbidden resources, by their documented paths without `cc/{ccid}` and ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights(BTreeSet<String>);

/// A word that names no resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no resource {0:?}")]
pub(super) struct UnknownResource(String);

impl Rights {
    /// Allows everything but these.
    ///
    /// # Errors
    /// The first word that names no resource.
    pub(super) fn without(forbidden: &[String]) -> Result<Self, UnknownResource> {
        let known = |word: &String| {
            Resource::ALL.iter().any(|resource| resource.tail() == word)
                || Node::ALL.iter().any(|node| node.as_str() == word)
        };
        match forbidden.iter().find(|word| !known(word)) {
            Some(unknown) => Err(UnknownResource(unknown.clone())),
            None => Ok(Self(forbidden.iter().cloned().collect())),
        }
    }

    /// Returns true when a resource may be read. A forbidden node forbids everything below it.
    pub(super) fn allows(&self, resource: Resource) -> bool {
        let tail = resource.tail();
        let node = tail.split_once('/').map_or(tail, |(node, _)| node);
        !(self.0.contains(tail) || resource.is_shared() && self.0.contains(node))
    }

    /// Returns true when the resource of a route may be read.
    pub(super) fn allows_route(&self, route: Route) -> bool {
        match route {
            Route::Collection(collection)
            | Route::Item(collection, _)
            | Route::AgentLogin(collection, _) => self.allows(collection.resource),
            Route::Node(node) => !self.0.contains(node.as_str()),
            Route::Api | Route::Login | Route::RefreshLogin => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::Options;
    use super::super::tests::Client;
    use super::*;

    fn status(client: &mut Client, target: &str) -> u16 {
        client.get(target).status.as_u16()
    }

    #[test]
    fn forbidden_resources_answer_403_and_are_not_linked() {
        let forbidden =
            ["directory/titles", "services/calls", "security"].map(str::to_owned).to_vec();
        let mut client = Client::new(Options { forbidden, ..Options::default() });
        for closed in [
            "/directory/titles",
            "/directory/titles/1",
            "/cc/1/services/calls",
            "/security",
            "/security/groups",
        ] {
            assert_eq!(status(&mut client, closed), 403, "{closed}");
        }
        for open in
            ["/directory", "/directory/departments", "/cc/1/services", "/cc/1/services/state"]
        {
            assert_eq!(status(&mut client, open), 200, "{open}");
        }
        for parent in ["/directory", "/cc/1", "/cc/1/services"] {
            let answer = client.get(parent).body.to_string();
            assert!(
                !answer.contains("titles") && !answer.contains("services/calls"),
                "{parent}: {answer}"
            );
        }
    }

    #[test]
    fn unknown_resource_is_rejected() {
        assert_eq!(
            Rights::without(&["directory/cars".to_owned()]),
            Err(UnknownResource("directory/cars".to_owned()))
        );
        assert!(Rights::without(&["directory".to_owned(), "cc".to_owned()]).is_ok());
    }

    #[test]
    fn token_keeps_the_rights_of_its_issue() {
        let mut client = Client::new(Options::default());
        client.trio.rights = Rights::without(&["roles".to_owned()]).expect("known");
        assert_eq!(status(&mut client, "/cc/1/roles"), 200);
        let rights = client.trio.rights.clone();
        client.trio.sessions.grant(&rights);
        assert_eq!(status(&mut client, "/cc/1/roles"), 403);
    }
}
