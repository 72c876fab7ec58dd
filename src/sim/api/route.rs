//! Routing of paths to resources.

use axum::http::Method;

use super::resource::{Collection, Node, Resource};

/// Target of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Api,
    Login,
    RefreshLogin,
    Node(Node),
    Collection(Collection),
    Item(Collection, u64),
    /// Login of one agent: write only.
    AgentLogin(Collection, u64),
}

impl Route {
    /// Parses a path below the base; `None` when it leads nowhere.
    pub(super) fn parse(path: &[String]) -> Option<Self> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            [] => Some(Self::Api),
            ["login"] => Some(Self::Login),
            ["refreshlogin"] => Some(Self::RefreshLogin),
            ["cc"] => Some(Self::Collection(Collection { resource: Resource::Centers, center: 0 })),
            ["cc", id] => Some(Self::Item(
                Collection { resource: Resource::Centers, center: 0 },
                id.parse().ok()?,
            )),
            ["security"] => Some(Self::Node(Node::Security)),
            ["directory"] => Some(Self::Node(Node::Directory)),
            ["security" | "directory", rest @ ..] => {
                let in_node =
                    |resource: &Resource| resource.node().is_some_and(|n| n.as_str() == parts[0]);
                Self::parse_list(&parts, rest, 0, in_node)
            }
            ["cc", center, rest @ ..] => Self::parse_in_center(center.parse().ok()?, rest),
            _ => None,
        }
    }

    fn parse_in_center(center: u32, rest: &[&str]) -> Option<Self> {
        let all = |resource| Some(Self::Collection(Collection { resource, center }));
        let one = |resource, id: &str| {
            Some(Self::Item(Collection { resource, center }, id.parse().ok()?))
        };
        match rest {
            ["agents"] => all(Resource::Agents),
            // The fixed words come before the ids: `agents/state` is a collection, `agents/17` an
            // item.
            ["agents", "state"] => all(Resource::AgentState),
            ["agents", id] => one(Resource::Agents, id),
            ["agents", id, "state"] => one(Resource::AgentState, id),
            ["agents", id, "login"] => Some(Self::AgentLogin(
                Collection { resource: Resource::AgentState, center },
                id.parse().ok()?,
            )),
            ["agentgroups"] => all(Resource::AgentGroups),
            ["agentgroups", id] => one(Resource::AgentGroups, id),
            ["services"] => all(Resource::Services),
            ["services", "state"] => all(Resource::ServiceState),
            ["services", "calls"] => all(Resource::Calls),
            ["services", "calls", job] => one(Resource::Calls, job),
            ["services", "cases"] => all(Resource::Cases),
            ["services", "cases", job] => one(Resource::Cases, job),
            ["services", id] => one(Resource::Services, id),
            ["services", id, "state"] => one(Resource::ServiceState, id),
            ["servicegroups"] => all(Resource::ServiceGroups),
            ["servicegroups", id] => one(Resource::ServiceGroups, id),
            _ => Self::parse_list(rest, rest, center, |resource| !resource.is_shared()),
        }
    }

    /// Parses the path of a plain list or of its item: `whole` is the full path, `rest` the part
    /// that may end in an id.
    fn parse_list(
        whole: &[&str],
        rest: &[&str],
        center: u32,
        known: impl Fn(&Resource) -> bool,
    ) -> Option<Self> {
        let named = |path: &[&str]| {
            let path = path.join("/");
            Resource::ALL.into_iter().filter(&known).find(|resource| resource.tail() == path)
        };
        if let Some(resource) = named(whole) {
            return Some(Self::Collection(Collection { resource, center }));
        }
        let (id, _) = rest.split_last()?;
        let resource = named(&whole[..whole.len() - 1])?;
        Some(Self::Item(Collection { resource, center }, id.parse().ok()?))
    }

    /// Methods of a route.
    pub(super) fn methods(self) -> &'static [Method] {
        match self {
            Self::Login | Self::RefreshLogin => &[Method::POST],
            Self::AgentLogin(..) => &[Method::PATCH],
            Self::Item(Collection { resource: Resource::AgentState, .. }, _) => {
                &[Method::GET, Method::PATCH]
            }
            Self::Api | Self::Node(_) | Self::Collection(_) | Self::Item(..) => &[Method::GET],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_parse_back_to_their_collections() {
        for resource in Resource::ALL {
            let center = if resource.is_shared() { 0 } else { 3 };
            let collection = Collection { resource, center };
            let split =
                |path: String| path.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(
                Route::parse(&split(collection.path())),
                Some(Route::Collection(collection))
            );
            assert_eq!(
                Route::parse(&split(collection.item_path(17))),
                Some(Route::Item(collection, 17))
            );
        }
        assert_eq!(Route::parse(&["cc".to_owned(), "x".to_owned()]), None);
        for nowhere in
            ["roles", "security/titles", "cc/1/titles", "cc/1/directory/titles", "directory/x"]
        {
            let path: Vec<String> = nowhere.split('/').map(str::to_owned).collect();
            assert_eq!(Route::parse(&path), None, "{nowhere}");
        }
    }
}
