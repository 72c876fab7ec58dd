//! Absolute links, built from the host that the client asked.

use super::BASE_PATH;
use super::resource::{Collection, Resource};
use super::rights::Rights;
use crate::sim::dialect::{Dialect, Link};

/// Builder of the links of one answer.
#[derive(Clone, Debug)]
pub(super) struct Links {
    host: String,
    /// Links to forbidden resources are left out.
    rights: Rights,
}

impl Links {
    /// Links to a host with an optional port, restricted to these rights.
    pub(super) fn new(host: &str, rights: Rights) -> Self {
        Self { host: host.to_owned(), rights }
    }

    /// Links of the Api resource at this host: the only addresses that a client may assume.
    pub(super) fn root(host: &str, dialect: Dialect) -> Vec<Link> {
        let links = Self::new(host, Rights::default());
        let children: &[&'static str] = match dialect {
            // The manual's example has no link to `security`.
            Dialect::Vendor => &["help", "cc", "directory", "login", "refreshlogin"],
            _ => &["login", "refreshlogin", "cc", "security", "directory"],
        };
        let children = children.iter().map(|name| links.link(name, &format!("/{name}")));
        std::iter::once(links.link("self", "")).chain(children).collect()
    }

    /// Links of a collection: itself, related collections, and the items shown.
    pub(super) fn for_collection(&self, collection: Collection, shown: &[u64]) -> Vec<Link> {
        let mut links = vec![self.link("self", &collection.path())];
        match collection.resource {
            Resource::Centers => links.push(self.link("api", "")),
            Resource::Agents => {
                links.extend(self.to_resource(Resource::AgentState, collection.center));
            }
            Resource::Services => {
                for other in [Resource::ServiceState, Resource::Calls, Resource::Cases] {
                    links.extend(self.to_resource(other, collection.center));
                }
            }
            _ => {}
        }
        // State collections are read at each poll and never navigated from, so they hold no links
        // to items.
        if !matches!(collection.resource, Resource::AgentState | Resource::ServiceState) {
            let rel = collection.resource.item_rel();
            links.extend(shown.iter().map(|id| self.link(rel, &collection.item_path(*id))));
        }
        links
    }

    /// Links of one item.
    pub(super) fn for_item(&self, collection: Collection, id: u64) -> Vec<Link> {
        let own = collection.item_path(id);
        let mut links = vec![self.link("self", &own)];
        match collection.resource {
            Resource::Centers => {
                let all = Resource::ALL.into_iter().filter(|resource| !resource.is_shared());
                links.extend(all.filter_map(|resource| self.to_resource(resource, id as u32)));
            }
            Resource::Agents => {
                links.push(self.link("agentstate", &format!("{own}/state")));
                links.push(self.link("agentlogin", &format!("{own}/login")));
            }
            Resource::Services => links.push(self.link("servicestate", &format!("{own}/state"))),
            _ => {}
        }
        links
    }

    /// URL of a path below the base.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{BASE_PATH}{path}", self.host)
    }

    /// Link to a collection, unless it is forbidden.
    pub(super) fn to_resource(&self, resource: Resource, center: u32) -> Option<Link> {
        let link = || self.link(resource.rel(), &Collection { resource, center }.path());
        self.rights.allows(resource).then(link)
    }

    pub(super) fn link(&self, rel: &'static str, path: &str) -> Link {
        let method = match rel {
            "login" | "refreshlogin" => "POST",
            "agentlogin" => "PATCH",
            _ => "GET",
        };
        Link { rel, href: self.url(path), method }
    }
}
