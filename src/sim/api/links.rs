//! Where things are: absolute links from the host that the client asked.

use super::BASE;
use super::resource::{Place, Resource};
use super::rights::Rights;
use crate::sim::dialect::Link;

/// Builds the links of one answer.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    host: String,
    /// What these links may lead to.
    rights: Rights,
}

impl Links {
    /// Links to a host (and port, where it has one).
    pub(crate) fn new(host: &str) -> Self {
        Self { host: host.to_owned(), rights: Rights::default() }
    }

    /// The same links for somebody with these rights.
    pub(super) fn for_rights(self, rights: Rights) -> Self {
        Self { rights, ..self }
    }

    /// The host that the client asked.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// What can be reached without knowing anything.
    pub(super) fn entrance(&self) -> Vec<Link> {
        vec![
            self.link("self", ""),
            self.link("login", "/login"),
            self.link("refreshlogin", "/refreshlogin"),
            self.link("cc", "/cc"),
            self.link("security", "/security"),
            self.link("directory", "/directory"),
        ]
    }

    /// The links of a collection: itself, its neighbours, and the items shown.
    pub(super) fn of_collection(&self, place: Place, shown: &[u64]) -> Vec<Link> {
        let mut links = vec![self.link("self", &place.path())];
        match place.resource {
            Resource::Centers => links.push(self.link("api", "")),
            Resource::Agents => links.extend(self.to(Resource::AgentState, place.center)),
            Resource::Services => {
                for other in [Resource::ServiceState, Resource::Calls, Resource::Cases] {
                    links.extend(self.to(other, place.center));
                }
            }
            _ => {}
        }
        // States are read often and navigated from never.
        if !matches!(place.resource, Resource::AgentState | Resource::ServiceState) {
            let rel = place.resource.item_rel();
            links.extend(shown.iter().map(|id| self.link(rel, &place.item_path(*id))));
        }
        links
    }

    /// The links of one item.
    pub(super) fn of_item(&self, place: Place, id: u64) -> Vec<Link> {
        let mut links = vec![self.link("self", &place.item_path(id))];
        match place.resource {
            Resource::Centers => {
                let all = Resource::ALL.into_iter().filter(|resource| !resource.is_shared());
                links.extend(all.filter_map(|resource| self.to(resource, id as u32)));
            }
            Resource::Agents => {
                links.push(self.link("agentstate", &format!("{}/state", place.item_path(id))));
                links.push(self.link("agentlogin", &format!("{}/login", place.item_path(id))));
            }
            Resource::Services => {
                links.push(self.link("servicestate", &format!("{}/state", place.item_path(id))));
            }
            _ => {}
        }
        links
    }

    /// The address of a path below the base.
    pub(super) fn address(&self, path: &str) -> String {
        format!("http://{}{BASE}{path}", self.host)
    }

    /// The link to a collection, unless it may not be read.
    pub(super) fn to(&self, resource: Resource, center: u32) -> Option<Link> {
        let link = || self.link(resource.rel(), &Place { resource, center }.path());
        self.rights.allow(resource).then(link)
    }

    pub(super) fn link(&self, rel: &'static str, path: &str) -> Link {
        Link { rel, href: self.address(path) }
    }
}
