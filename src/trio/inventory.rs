//! How many items each readable collection has.
//!
//! One item is asked for where the server says how many there are in all; else the collection is read
//! whole and counted. The length of an answer that may be cut is never the number of items.

use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::future::join_all;
use serde_json::Value;
use url::Url;

use super::{
    client::{Client, Root, Route},
    error::Error,
    nodes::Node,
    paging::{self, Pagination},
    session::Doors,
    transport::Answer,
};
use crate::model::{Holding, RequestFailure, Resource};

/// More pages than this are not counted: a collection without end has no number of items.
const MOST_PAGES: usize = 500;

/// What was found, and what stood in the way of finding the rest.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Each collection of which anything is known.
    pub holdings: Vec<Holding>,
    /// Why there are others of which nothing is known.
    pub failure: Option<Error>,
    /// A simulator made the answers.
    pub simulated: bool,
}

/// One page, as far as counting needs it.
#[derive(Debug)]
struct Sheet {
    rows: usize,
    /// Two pages with the same are the same page.
    hash: u64,
    total: Option<usize>,
    simulated: bool,
}

impl Client {
    /// The collections of a contact centre.
    ///
    /// # Errors
    /// Nothing at all can be had from the server.
    pub async fn holdings(&self, route: &Route) -> Result<Inventory, Error> {
        let wanted = Resource::OF_CONTACT_CENTER.map(|resource| (resource, route.url(resource)));
        self.hold(&wanted, route.doors(), Inventory::default()).await
    }

    /// The collections below the nodes `security` and `directory`.
    ///
    /// # Errors
    /// Nothing at all can be had from the server.
    pub async fn shared_holdings(&self, root: &Root) -> Result<Inventory, Error> {
        let mut inventory = Inventory::default();
        let mut wanted = Vec::new();
        for node in [Resource::Security, Resource::Directory] {
            let children = || Resource::OF_NODES.into_iter().filter(|(of, _)| *of == node).map(|(_, c)| c);
            let listed = match self.node(root, node).await {
                Ok(Node::Lists(listed)) => listed,
                Ok(Node::Silent) => children().map(|child| (child, root.documented(node, child))).collect(),
                Ok(Node::Closed) => Vec::new(),
                Err(error) if error.is_total() => return Err(error),
                Err(error) => {
                    inventory.failure.get_or_insert(error);
                    continue;
                }
            };
            let absent = children().filter(|child| !listed.iter().any(|(listed, _)| listed == child));
            inventory.holdings.extend(absent.map(Holding::inaccessible));
            wanted.extend(listed);
        }
        self.hold(&wanted, root.doors(), inventory).await
    }

    async fn hold(
        &self,
        wanted: &[(Resource, Url)],
        doors: &Doors,
        mut inventory: Inventory,
    ) -> Result<Inventory, Error> {
        let counts =
            wanted.iter().map(async |(resource, url)| (*resource, self.count(*resource, url, doors).await));
        for (resource, count) in join_all(counts).await {
            match count {
                Ok((items, simulated)) => {
                    inventory.holdings.push(Holding { resource, accessible: true, items: Some(items) });
                    inventory.simulated |= simulated;
                }
                Err(Error::Status { status: 403 | 404 | 405 | 410 | 501, .. }) => {
                    inventory.holdings.push(Holding::inaccessible(resource));
                }
                Err(error) if error.is_total() => return Err(error),
                Err(error) => {
                    inventory.failure.get_or_insert(error);
                }
            }
        }
        inventory.holdings.sort_unstable_by_key(|holding| holding.resource);
        Ok(inventory)
    }

    /// The number of items in a collection, and whether a simulator told it.
    async fn count(&self, resource: Resource, url: &Url, doors: &Doors) -> Result<(u64, bool), Error> {
        let size = match self.sheet(resource, url, doors, Some((1, 1))).await {
            Ok(Sheet { total: Some(total), simulated, .. }) => return Ok((total as u64, simulated)),
            // Up to ten items may come whole and unpaged, whatever was asked for; ten may be a page.
            Ok(Sheet { rows, simulated, .. }) if rows != 1 && (rows == 0 || rows % 10 > 0) => {
                return Ok((rows as u64, simulated));
            }
            Ok(_) => Some(self.limits().page_size),
            // A collection that is not paged may object to being asked for pages.
            Err(Error::Status { status: 400, .. }) => None,
            Err(error) => return Err(error),
        };
        let first = self.sheet(resource, url, doors, size.map(|size| (1, size))).await?;
        if let Some(total) = first.total {
            return Ok((total as u64, first.simulated));
        }
        let mut items = first.rows;
        let mut last = (first.rows, first.hash);
        for number in 2..=MOST_PAGES {
            let looks_full = Some(last.0) == size || number == 2 && last.0 % 10 == 0;
            if last.0 == 0 || last.0 < first.rows || !looks_full {
                return Ok((items as u64, first.simulated));
            }
            let page = (number, size.unwrap_or(first.rows));
            let sheet = match self.sheet(resource, url, doors, Some(page)).await {
                Err(Error::Status { status: 400 | 404, .. }) => return Ok((items as u64, first.simulated)),
                sheet => sheet?,
            };
            if sheet.hash == last.1 {
                return Ok((items as u64, first.simulated));
            }
            items += sheet.rows;
            last = (sheet.rows, sheet.hash);
        }
        let detail = format!("there are more than {MOST_PAGES} pages; not counted");
        Err(Error::Request { resource, failure: RequestFailure::TooLarge, detail })
    }

    /// A page of a collection; the whole answer as it comes where no page is named.
    async fn sheet(
        &self,
        resource: Resource,
        url: &Url,
        doors: &Doors,
        page: Option<(usize, usize)>,
    ) -> Result<Sheet, Error> {
        let mut url = url.clone();
        if let Some((number, size)) = page {
            let mut query = url.query_pairs_mut();
            query.append_pair("page", &number.to_string()).append_pair("pageSize", &size.to_string());
        }
        self.get(resource, &url, doors, |answer| self.read_sheet(resource, &answer)).await
    }

    fn read_sheet(&self, resource: Resource, answer: &Answer) -> Result<Sheet, Error> {
        let body = serde_json::from_slice(&answer.body).map_err(|error| error.to_string());
        let data = body.and_then(|body| data(body).ok_or_else(|| "there is no data collection".to_owned()));
        let data = data.map_err(|problem| self.decode_error(answer, resource, &problem))?;
        let mut hasher = DefaultHasher::new();
        data.to_string().hash(&mut hasher);
        let header = answer.headers.get(paging::HEADER).and_then(|value| value.to_str().ok());
        Ok(Sheet {
            rows: match &data {
                Value::Array(rows) => rows.len(),
                Value::Object(row) => usize::from(!row.is_empty()),
                _ => 0,
            },
            hash: hasher.finish(),
            total: header.and_then(Pagination::read).and_then(|pagination| pagination.total),
            simulated: answer.simulated(),
        })
    }
}

impl Holding {
    fn inaccessible(resource: Resource) -> Self {
        Self { resource, accessible: false, items: None }
    }
}

/// The data collection of an answer: in an envelope, or bare.
fn data(body: Value) -> Option<Value> {
    match body {
        Value::Array(_) => Some(body),
        Value::Object(envelope) => {
            envelope.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("data")).map(|(_, data)| data)
        }
        _ => None,
    }
}
