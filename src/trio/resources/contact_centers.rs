//! The Api resource and the contact centres: the addresses of everything else.

use std::time::{Duration, Instant};

use reqwest::header;
use serde_json::Value;
use url::Url;

use crate::{
    model::{ContactCenter, Resource, ServerRole},
    trio::{
        client::Client,
        dictionary::shape::CONTACT_CENTER,
        error::Error,
        read::{
            collection::Listing,
            decode::reader::Reader,
            route::{Root, Route},
        },
        session::AuthEndpoints,
        wire::{
            address::{below, named_servers},
            answer::Answer,
        },
    },
};

/// Answer of one server's Api resource.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    /// Time from request to answer.
    pub took: Duration,
    /// The body is JSON.
    pub is_json: bool,
    /// Servers that it names.
    pub servers: Vec<(ServerRole, Url)>,
}

impl Client {
    /// Reads the Api resource, which needs no login, and takes the addresses from its links.
    /// Missing links are replaced by the documented paths.
    ///
    /// # Errors
    /// No server answers. An answer without usable links is no error.
    pub async fn root(&self) -> Result<Root, Error> {
        let connection = &self.reader.connection;
        let mut attempts = connection.servers.start_attempts();
        let links = loop {
            match connection.probe_api(&attempts.server.clone()).await {
                // Only a server that cannot be reached makes another one worth trying. A refused
                // Api resource says nothing of the resources below it: their documented paths are
                // tried.
                Err(error) if error.is_total() => {
                    let base = attempts.server.base.clone();
                    connection.try_next(&mut attempts, (Resource::Api, &base), error).await?;
                }
                links => break links.unwrap_or_default(),
            }
        };
        let base = &attempts.server.base;
        // "Please do not hard code URIs", says the API: a link wins. Version 8.0 has no link to
        // `security`, so the documented path must do where there is none.
        let find = |resource, path| {
            let documented = below(base, &[path]);
            links.find(resource, &documented).unwrap_or(documented)
        };
        Ok(Root {
            server: attempts.server.label.clone(),
            endpoints: AuthEndpoints::from_links(base, &links),
            contact_centers: find(Resource::ContactCenters, "cc"),
            security: find(Resource::Security, "security"),
            directory: find(Resource::Directory, "directory"),
        })
    }

    /// Reads the Api resource at `base` once. It needs no login, and none of the servers that it
    /// names is contacted.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn ask_api(&self, base: &Url) -> Result<ApiAnswer, Error> {
        let mut url = base.clone();
        // Without this the passive server of a healthy pair would look like an error.
        url.query_pairs_mut().append_pair("redirect", "false");
        let transport = &self.reader.connection.transport;
        let request = transport.http.get(url.clone()).header(header::ACCEPT, "application/json");
        let begun = Instant::now();
        let read = |answer: Answer| {
            if !answer.status.is_success() {
                return Err(answer.refusal(Resource::Api, &url));
            }
            let api = serde_json::from_slice::<Value>(&answer.body);
            let is_json = api.is_ok();
            let named = named_servers(&api.unwrap_or_default(), base).into_iter();
            Ok(ApiAnswer {
                took: begun.elapsed(),
                is_json,
                servers: named.map(|named| (named.role, named.base)).collect(),
            })
        };
        transport.send(Resource::Api, request, read).await
    }

    /// Reads the contact centres that the API user may see. If no item has a known id, the ids are
    /// taken from the links below `cc`.
    ///
    /// # Errors
    /// See [`Error`]. Without items and without links the error names the missing id.
    pub async fn contact_centers(&self, root: &Root) -> Result<Listing<Vec<ContactCenter>>, Error> {
        let resource = Resource::ContactCenters;
        let list = root.contact_centers();
        let collected = self.reader.read_collection(&list, contact_center).await?;
        let simulated = collected.simulated;
        let unmapped = match collected.items_with_ids(resource) {
            Ok(data) => return Ok(Listing { data, simulated }),
            Err(error) => error,
        };
        // Assumption B3: without an id nothing at all could be read, and links below `cc` end in
        // it.
        let ids = self
            .reader
            .connection
            .get(resource, &list.url, list.endpoints, |answer| {
                Ok(answer.links().ids_below(&list.url))
            })
            .await?;
        let data: Vec<_> =
            ids.into_iter().map(|id| ContactCenter { id: id.into(), name: None }).collect();
        if data.is_empty() { Err(unmapped) } else { Ok(Listing { data, simulated }) }
    }

    /// Reads a contact centre's own answer and takes the addresses of its resources from the links.
    /// Missing links are replaced by the documented paths.
    ///
    /// # Errors
    /// The server cannot be used at all. A refused or unreadable answer is no error.
    pub async fn route(&self, root: &Root, contact_center: &ContactCenter) -> Result<Route, Error> {
        let base = below(&root.contact_centers, &[&contact_center.id]);
        let links = self
            .reader
            .connection
            .get(Resource::ContactCenters, &base, &root.endpoints, |answer| Ok(answer.links()))
            .await;
        let links = match links {
            // The item itself is not needed. A user who may read the agents but not `cc/ID` still
            // gets them.
            Err(error) if error.is_total() => return Err(error),
            links => links.unwrap_or_default(),
        };
        Ok(Route {
            contact_center: contact_center.id.clone(),
            endpoints: root.endpoints.clone(),
            base,
            links,
        })
    }
}

pub(in crate::trio) fn contact_center(row: &mut Reader<'_>) -> Option<ContactCenter> {
    Some(ContactCenter { id: row.key(CONTACT_CENTER.id)?, name: row.name(CONTACT_CENTER.name) })
}
