//! Addresses of the resources: of the API as a whole, and of one contact centre.

use url::Url;

use crate::{
    model::{Resource, Text},
    trio::{
        learned::ListKey,
        session::AuthEndpoints,
        wire::{address::below, links::Links},
    },
};

/// Addresses of the resources of the API as a whole.
#[derive(Clone, Debug)]
pub struct Root {
    /// Host and port of the server whose links these are.
    pub(in crate::trio) server: Text,
    pub(in crate::trio) endpoints: AuthEndpoints,
    pub(in crate::trio) contact_centers: Url,
    pub(in crate::trio) security: Url,
    pub(in crate::trio) directory: Url,
}

/// Addresses of the resources of one contact centre.
#[derive(Clone, Debug)]
pub struct Route {
    pub(in crate::trio) contact_center: Text,
    pub(in crate::trio) endpoints: AuthEndpoints,
    pub(in crate::trio) base: Url,
    pub(in crate::trio) links: Links,
}

/// Address of one list, with its key for what is learnt of it.
#[derive(Clone, Debug)]
pub(in crate::trio) struct List<'a> {
    pub(in crate::trio) key: ListKey,
    pub(in crate::trio) url: Url,
    pub(in crate::trio) endpoints: &'a AuthEndpoints,
}

impl Root {
    /// Address of a node; the directory for any resource but `security`.
    pub(in crate::trio) fn node(&self, node: Resource) -> &Url {
        if node == Resource::Security { &self.security } else { &self.directory }
    }

    /// List of the contact centres.
    pub(in crate::trio) fn contact_centers(&self) -> List<'_> {
        List {
            key: ListKey::new(Resource::ContactCenters, Text::default()),
            url: self.contact_centers.clone(),
            endpoints: &self.endpoints,
        }
    }
}

impl Route {
    /// Id of the contact centre.
    pub fn contact_center(&self) -> &Text {
        &self.contact_center
    }

    /// Address of a resource of this contact centre: by link, or by the documented path.
    pub(in crate::trio) fn url(&self, resource: Resource) -> Url {
        let path: Vec<&str> = resource.as_str().split('/').collect();
        let documented = below(&self.base, &path);
        self.links.find(resource, &documented).unwrap_or(documented)
    }

    /// List of a resource of this contact centre.
    pub(in crate::trio) fn list(&self, resource: Resource) -> List<'_> {
        List {
            key: ListKey::new(resource, self.contact_center.clone()),
            url: self.url(resource),
            endpoints: &self.endpoints,
        }
    }
}
