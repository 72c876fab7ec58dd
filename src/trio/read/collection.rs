//! Collections: all pages of a resource, put together, and judged for completeness.

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use futures_util::future::join_all;
use jiff::tz::TimeZone;
use reqwest::StatusCode;

use super::{
    decode::{
        Page, envelope,
        reader::{Context, Reader},
    },
    hidden::{Fingerprint, HiddenRows},
    paging::{Extent, MAX_PAGES, PageWalk, Pagination},
    route::List,
};
use crate::{
    model::{
        Agent, AgentGroup, AgentStatus, Case, ContactCenter, Resource, Service, ServiceGroup,
        ServiceStatus, Text,
    },
    trio::{
        dictionary::{Dictionary, Mapping},
        error::Error,
        learned::{ListKey, field_coverage::FieldSeen, lists::PagingBehaviour},
        servers::connection::Connection,
        settings::Limits,
        wire::answer::Answer,
    },
};

/// Reads collections over a connection, with the members that the field dictionary knows.
#[derive(Debug)]
pub(in crate::trio) struct CollectionReader {
    pub(in crate::trio) connection: Connection,
    pub(in crate::trio) dictionary: Arc<Dictionary>,
    /// Time zone of times that Trio writes without one.
    pub(in crate::trio) zone: Option<TimeZone>,
    pub(in crate::trio) limits: Limits,
    /// Largest number of pages of a list, by resource; longer lists are not read.
    pub(in crate::trio) page_limits: [usize; Resource::COUNT],
    /// Lists whose total counts rows that no page shows.
    pub(in crate::trio) hidden: HiddenRows,
}

/// Continuation of the sentence about a list whose two readings contradict their total.
const AFTER_A_SECOND_TRY: &str = " after a second try";

/// Memory that is always allowed for the items of an answer, in bytes.
// Enough for a page of 1,000 items, also with a small `limits.body_mib`.
const MIN_ITEM_MEMORY: usize = 2 << 20;

/// Data that was read whole.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The data. Items are in the server's order, each id once; a case once in each service.
    pub data: T,
    /// A simulator made the answers.
    pub simulated: bool,
}

/// An item with an id.
pub(in crate::trio) trait Identified {
    fn id(&self) -> &Text;

    /// Returns the service that distinguishes rows with the same id; `None` where the id is enough.
    /// A row that arrives twice, because the list moved between two pages, has the same id and
    /// service.
    fn service_id(&self) -> Option<&Text> {
        None
    }
}

macro_rules! identified {
    ($($item:ty),+) => {
        $(impl Identified for $item {
            fn id(&self) -> &Text {
                &self.id
            }
        })+
    };
}

identified!(Agent, AgentGroup, AgentStatus, ContactCenter, Service, ServiceGroup, ServiceStatus);

impl Identified for Case {
    fn id(&self) -> &Text {
        &self.id
    }

    // A number that one list shows in two services is two cases; the tally keeps them apart.
    fn service_id(&self) -> Option<&Text> {
        self.service_id.as_ref()
    }
}

/// The id of an item, and for cases also the service.
type RowKey = (Text, Option<Text>);

fn row_key(item: &impl Identified) -> RowKey {
    (item.id().clone(), item.service_id().cloned())
}

/// List, dictionary and query of the requests for one list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) list: &'a List<'a>,
    pub(super) mapping: &'a Mapping,
    /// Value of the row filter, if the list has one.
    pub(super) filter_value: Option<&'a str>,
    /// Members to ask for.
    pub(super) fields: Option<&'a str>,
    /// Member to sort by.
    pub(super) sort: Option<&'a str>,
}

impl Request<'_> {
    /// The list, with the value of its row filter.
    fn key(&self) -> (ListKey, Option<Text>) {
        (self.list.key.clone(), self.filter_value.map(Text::from))
    }
}

/// Pages of a collection, put together, each id once.
#[derive(Debug)]
pub(in crate::trio) struct Collected<T> {
    pub(in crate::trio) items: Vec<T>,
    pub(in crate::trio) rows: usize,
    pub(in crate::trio) seen: Vec<FieldSeen>,
    /// Members that feed a field, as the server spells them.
    pub(in crate::trio) members: Vec<Text>,
    pub(in crate::trio) simulated: bool,
    /// Rows that have no id.
    without_id: usize,
    /// Ids whose text is broken.
    broken_keys: usize,
    /// Items in all, by the header of the first page.
    stated_total: Option<usize>,
    /// Services of waiting cases whose rows have no id, each once.
    pub(in crate::trio) unkeyed: Vec<Text>,
    /// Signs that the list changed while it was read: items that an earlier page held, and pages
    /// that state another total than the first.
    moved_between_pages: u64,
    keys: HashSet<RowKey>,
}

/// One page as it arrived.
pub(super) struct PageResponse<T> {
    pub(super) page: Page<T>,
    pagination: Option<Pagination>,
    simulated: bool,
}

impl CollectionReader {
    /// Dictionary of the resource.
    ///
    /// # Errors
    /// The dictionary has no entry for it.
    pub(in crate::trio) fn mapping(&self, resource: Resource) -> Result<&Mapping, Error> {
        self.dictionary.mapping(resource).ok_or(Error::Unmapped { resource, items: 0 })
    }

    /// Decodes the items of an answer that has just arrived.
    ///
    /// # Errors
    /// A decode error.
    pub(in crate::trio) fn decode<T>(
        &self,
        answer: &Answer,
        mapping: &Mapping,
        build: impl Fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Page<T>, Error> {
        // Body and items together have the room of one answer.
        let memory = self.limits.body.saturating_sub(answer.body.len()).max(MIN_ITEM_MEMORY);
        let context = Context { mapping, zone: self.zone.as_ref(), memory };
        let resource = mapping.shape.resource;
        envelope::items(&answer.body, context, build)
            .map_err(|problem| self.connection.decode_error(answer, resource, &problem))
    }

    /// Reads all pages.
    ///
    /// # Errors
    /// [`Error::Incomplete`] if two readings contradict their total or their pages contradict each
    /// other, if the text of an id is broken, or if there are too many pages; the error of a
    /// request or of decoding.
    pub(super) async fn collect_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let resource = request.list.key.resource;
        let mut last: Option<Fingerprint> = None;
        let mut error = None;
        // Something may have been added or removed between two pages: a second reading usually
        // agrees with its total. A list whose second reading disagrees too is not published: the
        // missing items would look as if they had been removed.
        for _ in 0..2 {
            let (collected, extent) = self.read_pages(request, build).await?;
            if resource.comes_and_goes() {
                self.connection.stats.resource(resource).drift.add(collected.moved_between_pages);
            }
            let got = collected.items.len() + collected.without_id;
            let stated = collected.stated_total;
            let incomplete =
                |expected, problem| Error::Incomplete { resource, got, expected, problem };
            let is_readable = collected.broken_keys == 0;
            error = Some(match extent {
                // The text of an id that is broken could be that of any other item.
                _ if !is_readable => incomplete(stated, ", and the text of an id is broken"),
                Extent::AllRead => return Ok(collected),
                // A second reading would cost as much and bring no more.
                Extent::TooLong => {
                    let limit = self.page_limits[resource.index()];
                    let problem = if limit < MAX_PAGES {
                        ", because the list needs more requests than max_requests_per_minute allows"
                    } else {
                        ", because the list claims more pages than are read"
                    };
                    return Err(incomplete(stated, problem));
                }
                Extent::Total(expected) if !resource.has_exact_total() => {
                    tracing::debug!(resource = resource.as_str(), expected, got, "a total differs");
                    return Ok(collected);
                }
                // The API user may not see the other rows: two equal readings prove it, see
                // `HiddenRows`.
                Extent::Total(expected) => {
                    let fingerprint = collected.fingerprint(expected);
                    let key = request.key();
                    if expected > got && self.hidden.is_known(&key, fingerprint, last) {
                        self.hidden.record(key, fingerprint, (got, expected));
                        return Ok(collected);
                    }
                    last = Some(fingerprint);
                    incomplete(Some(expected), AFTER_A_SECOND_TRY)
                }
                Extent::Unknown => incomplete(stated, AFTER_A_SECOND_TRY),
            });
        }
        Err(error.unwrap_or(Error::Incomplete {
            resource,
            got: 0,
            expected: None,
            problem: AFTER_A_SECOND_TRY,
        }))
    }

    /// Reads the first page, and the others in the way that its header allows.
    async fn read_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<(Collected<T>, Extent), Error> {
        let size = self.limits.page_size;
        let first = self.read_page(request, 1, size, build).await?;
        let (rows, pagination) = (first.page.rows, first.pagination);
        let session = self.connection.session_number();
        let key = request.list.key.in_all_contact_centers();
        let now = self.connection.now().mono;
        let (behaviour, ignores_pages) = self.connection.learned.list(&key, |list| {
            let paging = list.paging.at(session);
            // Taken before the update: `may_have_more` compares this page with earlier readings.
            let before = *paging;
            paging.sends_header |= pagination.is_some();
            paging.most_rows = paging.most_rows.max(rows);
            (before, list.ignores_pages.holds(now))
        });
        let mut collected = Collected::from_first_page(first);
        let extent = match pagination {
            Some(pagination) => {
                self.read_described_pages(request, &mut collected, pagination, build).await?
            }
            None if ignores_pages => Extent::AllRead,
            None => self.read_undescribed_pages(request, &mut collected, behaviour, build).await?,
        };
        Ok((collected, extent))
    }

    /// Reads all pages that the headers name, by number, several at the same time.
    // The link to the next page in the header is not followed: it could lead to another host or
    // another collection.
    async fn read_described_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        collected: &mut Collected<T>,
        first: Pagination,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let size = self.limits.page_size;
        let limit = self.page_limits[request.list.key.resource.index()];
        let moving = !request.list.key.resource.has_exact_total();
        let new = collected.items.len() + collected.without_id;
        let mut walk = PageWalk::new(first, collected.rows, new, moving).within(limit);
        loop {
            let next = walk.next(self.limits.in_flight);
            if next.is_empty() {
                return Ok(walk.extent());
            }
            let responses = next.map(|number| self.read_page(request, number, size, build));
            // In the order of the pages, so that the items are in the server's order.
            for response in join_all(responses).await {
                let response = response?;
                let pagination = response.pagination;
                if pagination.is_some_and(|here| here.total != first.total) {
                    collected.moved_between_pages += 1;
                }
                let delta = collected.add(response.page);
                walk.record(pagination, delta.rows, delta.new_rows());
            }
        }
    }

    /// Reads further pages without a header, as long as the last page looks full and brings
    /// something new.
    async fn read_undescribed_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        collected: &mut Collected<T>,
        behaviour: PagingBehaviour,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let size = self.limits.page_size;
        let first_rows = collected.rows;
        let mut has_more = behaviour.may_have_more(first_rows, size);
        let mut number = 1;
        while has_more {
            number += 1;
            if number > self.page_limits[request.list.key.resource.index()] {
                return Ok(Extent::TooLong);
            }
            let delta = collected.add(self.read_page(request, number, size, build).await?.page);
            // A page shorter than the first is the last one; a page without new ids means that the
            // server began again.
            has_more = delta.new_items > 0 && delta.rows >= first_rows;
            // The second page equals the first. Ask for one item: a server that again returns
            // everything ignores pages. After three such readings page 2 is not requested for ten
            // minutes or longer. A server that merely repeats its last page returns one item here.
            if number == 2 && delta.new_items == 0 && delta.rows == first_rows {
                let single = self.read_page(request, 1, 1, build).await?;
                let ignores = first_rows > 1 && single.page.rows == first_rows;
                let key = request.list.key.in_all_contact_centers();
                let now = self.connection.now().mono;
                self.connection.learned.list(&key, |list| match ignores {
                    true => drop(list.ignores_pages.record_failure(now)),
                    false => list.ignores_pages.record_success(),
                });
            }
        }
        Ok(Extent::AllRead)
    }

    pub(super) async fn read_page<T>(
        &self,
        request: Request<'_>,
        number: usize,
        size: usize,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<PageResponse<T>, Error> {
        let List { key, url, endpoints } = request.list;
        let mut url = url.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("page", &number.to_string());
            query.append_pair("pageSize", &size.to_string());
            if let (Some(name), Some(value)) = (key.filter, request.filter_value) {
                query.append_pair(name, value);
            }
            if let Some(fields) = request.fields {
                query.append_pair("fields", fields);
            }
            if let Some(sort) = request.sort {
                query.append_pair("sort", sort);
            }
        }
        self.connection
            .get(key.resource, &url, endpoints, |answer| {
                // 204 is an empty list. An empty 200 is a failure: if a proxy lost the body, it
                // would look as if every case and agent were gone.
                let is_empty = answer.status == StatusCode::NO_CONTENT && answer.body.is_empty();
                let answer =
                    if is_empty { Answer { body: b"[]".to_vec(), ..answer } } else { answer };
                Ok(PageResponse {
                    page: self.decode(&answer, request.mapping, build)?,
                    pagination: Pagination::of_answer(&answer),
                    simulated: answer.simulated(),
                })
            })
            .await
    }
}

/// Contents of one page.
#[derive(Clone, Copy, Debug)]
struct PageDelta {
    /// All rows of the page.
    rows: usize,
    /// Items that no earlier page held.
    new_items: usize,
    without_id: usize,
}

impl PageDelta {
    fn new_rows(self) -> usize {
        self.new_items + self.without_id
    }
}

impl<T> Collected<T> {
    /// Returns the items.
    ///
    /// # Errors
    /// There are rows, and none has an id.
    pub(in crate::trio) fn items_with_ids(self, resource: Resource) -> Result<Vec<T>, Error> {
        // An empty list would publish a contact centre without agents, where in truth a name is not
        // mapped.
        if self.rows > 0 && self.items.is_empty() {
            return Err(Error::Unmapped { resource, items: self.rows });
        }
        Ok(self.items)
    }
}

impl<T: Identified> Collected<T> {
    fn from_first_page(first: PageResponse<T>) -> Self {
        let simulated = first.simulated;
        let mut collected = Self {
            items: Vec::new(),
            rows: 0,
            seen: vec![FieldSeen::default(); first.page.seen.len()],
            members: Vec::new(),
            simulated,
            without_id: 0,
            broken_keys: 0,
            stated_total: first.pagination.and_then(|pagination| pagination.total),
            unkeyed: Vec::new(),
            moved_between_pages: 0,
            keys: HashSet::with_capacity(first.page.items.len()),
        };
        collected.add(first.page);
        collected
    }

    fn add(&mut self, page: Page<T>) -> PageDelta {
        let (before, without_id) = (self.items.len(), page.rows - page.items.len());
        let keys = &mut self.keys;
        // Counted before the ids of this page are added: a repetition inside a page is no move.
        self.moved_between_pages +=
            page.items.iter().filter(|item| keys.contains(&row_key(*item))).count() as u64;
        // A case that a new one pushed to the next page arrives twice: the first one stays.
        self.items.extend(page.items.into_iter().filter(|item| keys.insert(row_key(item))));
        let delta = PageDelta { rows: page.rows, new_items: self.items.len() - before, without_id };
        self.rows += page.rows;
        self.without_id += without_id;
        self.broken_keys += page.broken_keys;
        // The fields of a page that only repeats another are counted already.
        if delta.new_rows() > 0 {
            for (all, seen) in self.seen.iter_mut().zip(page.seen) {
                all.add(seen);
            }
        }
        add_new(&mut self.members, page.members);
        add_new(&mut self.unkeyed, page.unkeyed);
        delta
    }
}

impl<T: Identified> Collected<T> {
    /// Returns what two readings have in common if they show the same items of the same total.
    fn fingerprint(&self, total: usize) -> Fingerprint {
        let mut keys: Vec<RowKey> = self.items.iter().map(row_key).collect();
        keys.sort_unstable();
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        Fingerprint { ids: hasher.hash_one((keys, self.without_id)), total }
    }
}

/// Adds the texts that are not there yet.
fn add_new(all: &mut Vec<Text>, texts: Vec<Text>) {
    for text in texts {
        if !all.contains(&text) {
            all.push(text);
        }
    }
}
