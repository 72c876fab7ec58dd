//! Number of items in each readable collection.
//!
//! A single item is asked for where the server states the total; otherwise the collection is read
//! whole and counted. The length of an answer that may be truncated is never taken as the number of
//! items.

use futures_util::future::join_all;
use reqwest::StatusCode;
use url::Url;

use super::nodes::NodeContents;
use crate::{
    model::{CollectionCount, RequestFailure, Resource},
    trio::{
        client::Client,
        error::Error,
        read::{
            counting::{CountedRows, count_rows},
            paging::Pagination,
            route::{Root, Route},
        },
        session::AuthEndpoints,
        wire::answer::Answer,
    },
};

/// Pages of a collection that are counted at most.
// A collection that never ends has no number of items. At 1000 items per page this is half a
// million.
const MAX_COUNTED_PAGES: usize = 500;

/// Counts of collections, and the error that hides others.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Each collection of which anything is known.
    pub counts: Vec<CollectionCount>,
    /// First error because of which nothing is known of another collection.
    pub failure: Option<Error>,
    /// A simulator made the answers.
    pub simulated: bool,
}

/// One page, as far as counting needs it.
#[derive(Debug)]
struct CountedPage {
    rows: usize,
    /// Hash of the data; pages with the same hash are the same page.
    hash: u64,
    total: Option<usize>,
    simulated: bool,
}

impl Client {
    /// Counts the collections of a contact centre.
    ///
    /// # Errors
    /// The server cannot be used at all.
    pub async fn collection_counts(&self, route: &Route) -> Result<Inventory, Error> {
        let wanted = Resource::counted_in_contact_center();
        let wanted: Vec<_> = wanted.map(|resource| (resource, route.url(resource))).collect();
        self.count_all(&wanted, &route.endpoints, Inventory::default()).await
    }

    /// Counts the collections below the nodes `security` and `directory`.
    ///
    /// # Errors
    /// The server cannot be used at all.
    pub async fn shared_collection_counts(&self, root: &Root) -> Result<Inventory, Error> {
        let mut inventory = Inventory::default();
        let mut wanted = Vec::new();
        for node in [Resource::Security, Resource::Directory] {
            let children =
                || Resource::OF_NODES.into_iter().filter(|(of, _)| *of == node).map(|(_, c)| c);
            // The nodes list what may be read. Asking the collections instead would provoke a 403
            // for each that the user may not read, and the directory is licensed separately (key
            // API_CD).
            let listed = match self.reader.connection.node(root, node).await {
                Ok(NodeContents::Listed(listed)) => listed,
                Ok(NodeContents::Unknown) => {
                    children().map(|child| (child, root.documented(node, child))).collect()
                }
                Ok(NodeContents::Forbidden) => Vec::new(),
                Err(error) if error.is_total() => return Err(error),
                Err(error) => {
                    inventory.failure.get_or_insert(error);
                    continue;
                }
            };
            let absent =
                children().filter(|child| !listed.iter().any(|(listed, _)| listed == child));
            inventory.counts.extend(absent.map(CollectionCount::inaccessible));
            wanted.extend(listed);
        }
        self.count_all(&wanted, &root.endpoints, inventory).await
    }

    /// Returns the nodes that are closed to the client key, or to the API user.
    pub async fn closed_nodes(&self, root: &Root) -> Vec<Resource> {
        let mut closed = Vec::new();
        for node in [Resource::Directory, Resource::Security] {
            let contents = self.reader.connection.node(root, node).await;
            if matches!(contents, Ok(NodeContents::Forbidden)) {
                closed.push(node);
            }
        }
        closed
    }

    async fn count_all(
        &self,
        wanted: &[(Resource, Url)],
        endpoints: &AuthEndpoints,
        mut inventory: Inventory,
    ) -> Result<Inventory, Error> {
        let counts = wanted
            .iter()
            .map(async |(resource, url)| (*resource, self.count(*resource, url, endpoints).await));
        for (resource, count) in join_all(counts).await {
            match count {
                Ok((items, simulated)) => {
                    inventory.counts.push(CollectionCount {
                        resource,
                        accessible: true,
                        items: Some(items),
                    });
                    inventory.simulated |= simulated;
                }
                // Refused, absent in this version, or not readable by GET: there is nothing to
                // count.
                Err(Error::Status { status: 403 | 404 | 405 | 410 | 501, .. }) => {
                    inventory.counts.push(CollectionCount::inaccessible(resource));
                }
                // The client key of another licence is needed for what is below these nodes.
                Err(Error::Status { status: 401, hint: None, .. }) if is_below_node(resource) => {
                    inventory.counts.push(CollectionCount::inaccessible(resource));
                }
                Err(error) if error.is_total() => return Err(error),
                Err(error) => {
                    inventory.failure.get_or_insert(error);
                }
            }
        }
        inventory.counts.sort_unstable_by_key(|count| count.resource);
        Ok(inventory)
    }

    /// Counts the items of a collection; the flag says if a simulator made the answers.
    async fn count(
        &self,
        resource: Resource,
        url: &Url,
        endpoints: &AuthEndpoints,
    ) -> Result<(u64, bool), Error> {
        // One item is enough where the header states the total.
        let size = match self.read_counted_page(resource, url, endpoints, Some((1, 1))).await {
            Ok(CountedPage { total: Some(total), simulated, .. }) => {
                return Ok((total as u64, simulated));
            }
            // Up to ten items come whole and unpaged, says the API, with any size asked for. Ten,
            // and multiples of it, may be a page of the default size; one may be the page of one
            // that was asked for.
            Ok(CountedPage { rows, simulated, .. })
                if rows != 1 && (rows == 0 || rows % 10 > 0) =>
            {
                return Ok((rows as u64, simulated));
            }
            Ok(_) => Some(self.reader.limits.page_size),
            // A collection that is not paged may refuse the parameters for pages.
            Err(Error::Status { status: 400, .. }) => None,
            Err(error) => return Err(error),
        };
        let first =
            self.read_counted_page(resource, url, endpoints, size.map(|size| (1, size))).await?;
        if let Some(total) = first.total {
            return Ok((total as u64, first.simulated));
        }
        let mut items = first.rows;
        let mut last = (first.rows, first.hash);
        for number in 2..=MAX_COUNTED_PAGES {
            // A server may ignore the size asked for and give pages of ten, its default.
            let looks_full = Some(last.0) == size || number == 2 && last.0 % 10 == 0;
            if last.0 == 0 || last.0 < first.rows || !looks_full {
                return Ok((items as u64, first.simulated));
            }
            let page = (number, size.unwrap_or(first.rows));
            let counted = match self.read_counted_page(resource, url, endpoints, Some(page)).await {
                // Some servers refuse a page behind the last one instead of returning an empty one.
                Err(Error::Status { status: 400 | 404, .. }) => {
                    return Ok((items as u64, first.simulated));
                }
                counted => counted?,
            };
            // The same page again: this server does not know pages and has returned everything
            // already.
            if counted.hash == last.1 {
                return Ok((items as u64, first.simulated));
            }
            items += counted.rows;
            last = (counted.rows, counted.hash);
        }
        let detail = format!("there are more than {MAX_COUNTED_PAGES} pages; not counted");
        Err(Error::Request { resource, failure: RequestFailure::TooLarge, detail, sent: true })
    }

    /// Reads a page `(number, size)` of a collection, or the unpaged answer for `None`.
    async fn read_counted_page(
        &self,
        resource: Resource,
        url: &Url,
        endpoints: &AuthEndpoints,
        page: Option<(usize, usize)>,
    ) -> Result<CountedPage, Error> {
        let mut url = url.clone();
        if let Some((number, size)) = page {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("page", &number.to_string())
                .append_pair("pageSize", &size.to_string());
        }
        self.reader
            .connection
            .get(resource, &url, endpoints, |answer| self.count_rows(resource, &answer))
            .await
    }

    /// Counts the rows of an answer.
    fn count_rows(&self, resource: Resource, answer: &Answer) -> Result<CountedPage, Error> {
        let connection = &self.reader.connection;
        // 204 is an empty answer. An empty 200 is a failure: a proxy may have lost the body.
        let is_empty = answer.status == StatusCode::NO_CONTENT && answer.body.is_empty();
        let body: &[u8] = if is_empty { b"[]" } else { &answer.body };
        let counted = count_rows(resource, body)
            .map_err(|problem| connection.decode_error(answer, resource, &problem))?;
        let Some(CountedRows { rows, nested, hash }) = counted else {
            let problem = "there is no data collection";
            return Err(connection.decode_error(answer, resource, problem));
        };
        // The header of an answer whose only item holds the list counts that one item.
        let stated = || Pagination::of_answer(answer).and_then(|pagination| pagination.total);
        let total = if nested { Some(rows) } else { stated() };
        Ok(CountedPage { rows, hash, total, simulated: answer.simulated() })
    }
}

impl CollectionCount {
    fn inaccessible(resource: Resource) -> Self {
        Self { resource, accessible: false, items: None }
    }
}

/// Returns true for the collections below `security` and `directory`.
fn is_below_node(resource: Resource) -> bool {
    Resource::OF_NODES.iter().any(|(_, child)| *child == resource)
}
