//! Readable resources: their paths, the routing of requests to them.

use axum::http::{Method, StatusCode};

use super::{Refusal, Request, refusal};

closed_set! {
    /// A readable resource type of the documented API. The text is its path below the contact
    /// centre, or below the base for a resource outside of one.
    pub(super) Resource, tail: &'static str {
        Centers => "cc",
        Agents => "agents",
        AgentState => "agents/state",
        AgentGroups => "agentgroups",
        Services => "services",
        ServiceState => "services/state",
        ServiceGroups => "servicegroups",
        Calls => "services/calls",
        Cases => "services/cases",
        Skills => "skills",
        Roles => "roles",
        Schedules => "schedules",
        ExceptionLists => "schedules/exceptionlists",
        SkillProfiles => "skillprofiles",
        SecurityGroups => "security/groups",
        SecurityAgents => "security/agents",
        SecurityServices => "security/services",
        Subscribers => "directory/subscribers",
        DirectorySkills => "directory/skills",
        Capabilities => "directory/capabilities",
        Departments => "directory/departments",
        Pbxs => "directory/pbxs",
        CalendarSystems => "directory/calendarsystems",
        CustomerGroups => "directory/customergroups",
        Titles => "directory/titles",
        ExtraFieldNames => "directory/extrafieldnames",
        AddressSpaces => "directory/addressspaces",
    }
}

closed_set! {
    /// A node that lists resources outside of contact centres. The text is its path below the base
    /// and its link relation.
    pub(super) Node, as_str: &'static str {
        Security => "security",
        Directory => "directory",
    }
}

/// A resource of one contact centre. Resources outside of contact centres have centre 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Collection {
    pub(super) resource: Resource,
    pub(super) center: u32,
}

impl Resource {
    /// Link relation of the collection.
    pub(super) fn rel(self) -> &'static str {
        match self {
            Self::AgentState => "agentstate",
            Self::ServiceState => "servicestate",
            _ => self.tail().rsplit('/').next().unwrap_or_default(),
        }
    }

    /// Link relation of an item: the singular of that of the collection.
    pub(super) fn item_rel(self) -> &'static str {
        match self {
            Self::Capabilities => "capability",
            _ => self.rel().strip_suffix('s').unwrap_or(self.rel()),
        }
    }

    /// Node above the resource, if there is one.
    pub(super) fn node(self) -> Option<Node> {
        let (node, _) = self.tail().split_once('/')?;
        Node::ALL.into_iter().find(|known| known.as_str() == node)
    }

    /// Returns true for a resource outside of contact centres.
    pub(super) fn is_shared(self) -> bool {
        self == Self::Centers || self.node().is_some()
    }
}

impl Collection {
    /// Path of the collection below the base.
    pub(super) fn path(self) -> String {
        let tail = self.resource.tail();
        if self.resource.is_shared() {
            format!("/{tail}")
        } else {
            format!("/cc/{}/{tail}", self.center)
        }
    }

    /// Path of an item below the base.
    pub(super) fn item_path(self, id: u64) -> String {
        let path = self.path();
        // States are under the item: `agents/17/state`, not `agents/state/17`.
        match path.strip_suffix("/state") {
            Some(owner) => format!("{owner}/{id}/state"),
            None => format!("{path}/{id}"),
        }
    }
}

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
    /// Route of a request, if its method is allowed there.
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        let route = Self::parse(&request.path);
        let route = route.ok_or(refusal(StatusCode::NOT_FOUND, "there is no such resource"))?;
        // hyper sends no body in an answer to HEAD.
        let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
        refuse_other_methods(method, route.methods(), "this resource has no such method")?;
        Ok(route)
    }

    /// Parses a path below the base; `None` when it leads nowhere.
    pub(super) fn parse(path: &[String]) -> Option<Self> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            [] => Some(Self::Api),
            ["login"] => Some(Self::Login),
            ["refreshlogin"] => Some(Self::RefreshLogin),
            ["security"] => Some(Self::Node(Node::Security)),
            ["directory"] => Some(Self::Node(Node::Directory)),
            ["cc", center, path @ ..] if !path.is_empty() => {
                Self::parse_list(path, Some(center.parse().ok()?))
            }
            path => Self::parse_list(path, None),
        }
    }

    /// Parses the path of a collection or an item, in a contact centre or outside of all.
    fn parse_list(path: &[&str], center: Option<u32>) -> Option<Self> {
        let named = |path: &[&str]| {
            let (tail, shared) = (path.join("/"), center.is_none());
            let mut known = Resource::ALL.into_iter().filter(|it| it.is_shared() == shared);
            let resource = known.find(|resource| resource.tail() == tail)?;
            Some(Collection { resource, center: center.unwrap_or(0) })
        };
        // The fixed words come before the ids: `agents/state` is a collection, `agents/17` an item.
        if let Some(collection) = named(path) {
            return Some(Self::Collection(collection));
        }
        match path {
            [list, id, "state"] => Some(Self::Item(named(&[list, "state"])?, id.parse().ok()?)),
            ["agents", id, "login"] => {
                Some(Self::AgentLogin(named(&["agents", "state"])?, id.parse().ok()?))
            }
            [list @ .., id] => Some(Self::Item(named(list)?, id.parse().ok()?)),
            [] => None,
        }
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

/// Refuses a method that is not among those allowed.
pub(super) fn refuse_other_methods(
    method: &Method,
    allowed: &[Method],
    message: &'static str,
) -> Result<(), Refusal> {
    if allowed.contains(method) {
        return Ok(());
    }
    let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    Err(refusal(StatusCode::METHOD_NOT_ALLOWED, message).with_header("allow", &names.join(", ")))
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
