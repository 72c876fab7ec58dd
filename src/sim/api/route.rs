//! Which resource a path means.

use axum::http::Method;

use super::resource::{Node, Place, Resource};

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Api,
    Login,
    RefreshLogin,
    Node(Node),
    Collection(Place),
    Item(Place, u64),
    /// Whether one agent is logged in: can be set, not read.
    AgentLogin(Place, u64),
}

impl Route {
    /// The route of a path below the base; `None` when nothing is there.
    pub(super) fn of(path: &[String]) -> Option<Self> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            [] => Some(Self::Api),
            ["login"] => Some(Self::Login),
            ["refreshlogin"] => Some(Self::RefreshLogin),
            ["cc"] => Some(Self::Collection(Place { resource: Resource::Centers, center: 0 })),
            ["cc", id] => {
                Some(Self::Item(Place { resource: Resource::Centers, center: 0 }, id.parse().ok()?))
            }
            ["security"] => Some(Self::Node(Node::Security)),
            ["directory"] => Some(Self::Node(Node::Directory)),
            ["security" | "directory", rest @ ..] => {
                let listed = |resource: &Resource| resource.node().is_some_and(|n| n.as_str() == parts[0]);
                Self::list(&parts, rest, 0, listed)
            }
            ["cc", center, rest @ ..] => Self::inside(center.parse().ok()?, rest),
            _ => None,
        }
    }

    fn inside(center: u32, rest: &[&str]) -> Option<Self> {
        let all = |resource| Some(Self::Collection(Place { resource, center }));
        let one = |resource, id: &str| Some(Self::Item(Place { resource, center }, id.parse().ok()?));
        match rest {
            ["agents"] => all(Resource::Agents),
            ["agents", "state"] => all(Resource::AgentState),
            ["agents", id] => one(Resource::Agents, id),
            ["agents", id, "state"] => one(Resource::AgentState, id),
            ["agents", id, "login"] => {
                Some(Self::AgentLogin(Place { resource: Resource::AgentState, center }, id.parse().ok()?))
            }
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
            _ => Self::list(rest, rest, center, |resource| !resource.is_shared()),
        }
    }

    /// A list that is nothing but a list, by the end of its path: `whole` is the path, `rest` what may
    /// end in an id.
    fn list(whole: &[&str], rest: &[&str], center: u32, known: impl Fn(&Resource) -> bool) -> Option<Self> {
        let named = |path: &[&str]| {
            let path = path.join("/");
            Resource::ALL.into_iter().filter(&known).find(|resource| resource.tail() == path)
        };
        if let Some(resource) = named(whole) {
            return Some(Self::Collection(Place { resource, center }));
        }
        let (id, _) = rest.split_last()?;
        let resource = named(&whole[..whole.len() - 1])?;
        Some(Self::Item(Place { resource, center }, id.parse().ok()?))
    }

    /// The methods that a route has.
    pub(super) fn methods(self) -> &'static [Method] {
        match self {
            Self::Login | Self::RefreshLogin => &[Method::POST],
            Self::AgentLogin(..) => &[Method::PATCH],
            Self::Item(Place { resource: Resource::AgentState, .. }, _) => &[Method::GET, Method::PATCH],
            Self::Api | Self::Node(_) | Self::Collection(_) | Self::Item(..) => &[Method::GET],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_places_lead_back_to_them() {
        for resource in Resource::ALL {
            let center = if resource.is_shared() { 0 } else { 3 };
            let place = Place { resource, center };
            let split = |path: String| path.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(Route::of(&split(place.path())), Some(Route::Collection(place)));
            assert_eq!(Route::of(&split(place.item_path(17))), Some(Route::Item(place, 17)));
        }
        assert_eq!(Route::of(&["cc".to_owned(), "x".to_owned()]), None);
        for nowhere in ["roles", "security/titles", "cc/1/titles", "cc/1/directory/titles", "directory/x"] {
            let path: Vec<String> = nowhere.split('/').map(str::to_owned).collect();
            assert_eq!(Route::of(&path), None, "{nowhere}");
        }
    }
}
