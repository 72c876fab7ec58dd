//! Collections: all pages of a resource, put together, and judged for completeness.

use std::{collections::HashSet, pin::pin};

use futures_util::{StreamExt, stream};
use url::Url;

use super::{
    decode::{self, Context, FieldSeen, Page, Reader},
    paging::{self, MAX_PAGES, Pagination, PagingBehaviour},
};
use crate::{
    model::{
        Agent, AgentGroup, AgentStatus, Case, ContactCenter, Service, ServiceGroup, ServiceStatus,
        Text,
    },
    trio::{
        client::Client, dictionary::Mapping, error::Error, resources::skills::Skill,
        session::AuthEndpoints,
    },
};

/// A complete collection.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The items in the server's order, each id once; a case once in each service.
    pub items: Vec<T>,
    /// A simulator made the answers.
    pub simulated: bool,
}

/// An item with an id.
pub(in crate::trio) trait Identified {
    fn id(&self) -> &Text;

    /// Returns the service that distinguishes rows with the same id; `None` where the id is enough.
    /// A row that comes twice because the list moved between two pages agrees in both.
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

identified!(
    Agent,
    AgentGroup,
    AgentStatus,
    ContactCenter,
    Service,
    ServiceGroup,
    ServiceStatus,
    Skill
);

impl Identified for Case {
    fn id(&self) -> &Text {
        &self.id
    }

    // A number that one list shows in two services is two cases; the tally keeps them apart.
    fn service_id(&self) -> Option<&Text> {
        self.service_id.as_ref()
    }
}

/// The id of an item, and its service where both tell it apart.
type RowKey = (Text, Option<Text>);

fn row_key(item: &impl Identified) -> RowKey {
    (item.id().clone(), item.service_id().cloned())
}

/// Parameters of a reading: address, login endpoints, dictionary and query.
#[derive(Clone, Copy, Debug)]
pub(in crate::trio) struct Request<'a> {
    pub(in crate::trio) url: &'a Url,
    pub(in crate::trio) endpoints: &'a AuthEndpoints,
    pub(in crate::trio) mapping: &'a Mapping,
    /// Row filter: a documented parameter and its value.
    pub(in crate::trio) filter: Option<(&'a str, &'a str)>,
    /// Members to ask for.
    pub(in crate::trio) fields: Option<&'a str>,
    /// Member to sort by.
    pub(super) sort: Option<&'a str>,
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
    /// Services of waiting cases whose rows have no id, each once.
    pub(in crate::trio) unkeyed: Vec<Text>,
    /// Items that an earlier page held, and pages that state another total than the first.
    moved_between_pages: u64,
    keys: HashSet<RowKey>,
}

/// Extent of a collection, as the server states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// Nothing says that there is more than was read.
    AllRead,
    /// The server states this number of items.
    Total(usize),
    /// Further than could be read, or the pages contradict each other.
    Unknown,
}

/// One page as it arrived.
struct PageResponse<T> {
    page: Page<T>,
    pagination: Option<Pagination>,
    simulated: bool,
}

impl Client {
    /// Reads all pages.
    ///
    /// # Errors
    /// [`Error::Incomplete`] if the items contradict the total twice.
    pub(super) async fn collect_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let resource = request.mapping.shape.resource;
        let exact = resource.has_exact_total();
        let mut last = (0, None);
        // Something may have been added or removed between two pages: a second reading usually
        // agrees. One that does not is not published, since the missing items would look as if they
        // had been removed.
        for _ in 0..2 {
            let (collected, extent) = self.read_pages(request, build).await?;
            if resource.comes_and_goes() {
                self.stats().resource(resource).drift.add(collected.moved_between_pages);
            }
            let got = collected.items.len() + collected.without_id;
            match extent {
                Extent::AllRead => return Ok(collected),
                // Calls and cases come and go all the time: their total is never exact, and every
                // page is enough.
                Extent::Total(expected) if expected == got || !exact => return Ok(collected),
                Extent::Total(expected) => last = (got, Some(expected)),
                Extent::Unknown => last = (got, None),
            }
        }
        let (got, expected) = last;
        Err(Error::Incomplete { resource, got, expected })
    }

    /// Reads the first page, and the others in the way that its header allows.
    async fn read_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<(Collected<T>, Extent), Error> {
        let size = self.limits().page_size;
        let first = self.read_page(request, 1, size, build).await?;
        let (rows, pagination) = (first.page.rows, first.pagination);
        let key = (request.mapping.shape.resource, request.filter.is_some());
        // Taken before the update: it judges this page by what earlier readings showed.
        let behaviour = self.paging_memory.get(key, self.session_number());
        self.paging_memory.update(key, |behaviour| {
            behaviour.sends_header |= pagination.is_some();
            behaviour.most_rows = behaviour.most_rows.max(rows);
        });
        let mut collected = Collected::from_first_page(first);
        let extent = match pagination {
            Some(pagination) => match pagination.pages(rows) {
                Some(pages) => {
                    self.read_numbered_pages(request, &mut collected, pagination, pages, build)
                        .await?
                }
                None => self.read_linked_pages(request, &mut collected, pagination, build).await?,
            },
            None => self.read_undescribed_pages(request, &mut collected, behaviour, build).await?,
        };
        Ok((collected, extent))
    }

    /// Reads pages 2 to `pages`, several at the same time.
    async fn read_numbered_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        collected: &mut Collected<T>,
        first: Pagination,
        pages: usize,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let size = self.limits().page_size;
        let mut agrees = true;
        let mut read = 1;
        {
            let responses =
                stream::iter(2..=pages).map(|number| self.read_page(request, number, size, build));
            let mut responses = pin!(responses.buffered(self.limits().in_flight.max(1)));
            while let Some(response) = responses.next().await {
                let response = response?;
                read += 1;
                if response.pagination.is_some_and(|here| here.total != first.total) {
                    agrees = false;
                    collected.moved_between_pages += 1;
                }
                // Nothing is asked for after a page without anything new: a total can be too high,
                // and a server may repeat its last page for every number behind it.
                if !collected.add(response.page).has_new_rows() {
                    break;
                }
            }
        }
        Ok(match first.total {
            Some(_) if read == MAX_PAGES => Extent::Unknown,
            // Totals that differ between pages mean a change while reading; then no total is the
            // right one.
            Some(total) if agrees || !request.mapping.shape.resource.has_exact_total() => {
                Extent::Total(total)
            }
            None if read == pages && pages < MAX_PAGES => Extent::AllRead,
            _ => Extent::Unknown,
        })
    }

    /// Reads on while each page says that there is a next one, by number.
    // The link itself is not followed: it could lead to another host or another collection.
    async fn read_linked_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        collected: &mut Collected<T>,
        first: Pagination,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let mut has_next = first.has_next;
        let mut number = 1;
        while has_next {
            number += 1;
            if number > MAX_PAGES {
                return Ok(Extent::Unknown);
            }
            let response = self.read_page(request, number, self.limits().page_size, build).await?;
            has_next = response.pagination.is_some_and(|pagination| pagination.has_next);
            match collected.add(response.page) {
                PageDelta { rows: 0, .. } => break,
                // The same rows under another number: following further would never end.
                PageDelta { new_items: 0, .. } => return Ok(Extent::Unknown),
                PageDelta { .. } => {}
            }
        }
        Ok(Extent::AllRead)
    }

    /// Reads on without a header, while the last page looks full and brings something new.
    async fn read_undescribed_pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        collected: &mut Collected<T>,
        behaviour: PagingBehaviour,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let size = self.limits().page_size;
        let first_rows = collected.rows;
        let mut has_more = behaviour.may_have_more(first_rows, size);
        let mut number = 1;
        while has_more {
            number += 1;
            if number > MAX_PAGES {
                return Ok(Extent::Unknown);
            }
            let delta = collected.add(self.read_page(request, number, size, build).await?.page);
            // A page shorter than the first is the last one; one that repeats known ids has come
            // round.
            has_more = delta.new_items > 0 && delta.rows >= first_rows;
            // The same page again. A server that returns as much when a single item is asked for
            // does not know pages, and is not asked for the second one in this session again. A
            // server that repeats its last page returns one item and is not taken for such a
            // server.
            if number == 2 && delta.new_items == 0 && delta.rows == first_rows {
                // The same again. A server that gives as much when a single item is asked for does
                // not know pages at all, and need not be asked for the second one again.
                let single = self.read_page(request, 1, 1, build).await?;
                let ignores = first_rows > 1 && single.page.rows == first_rows;
                let key = (request.mapping.shape.resource, request.filter.is_some());
                self.paging_memory.update(key, |behaviour| behaviour.ignores_pages = ignores);
            }
        }
        Ok(Extent::AllRead)
    }

    async fn read_page<T>(
        &self,
        request: Request<'_>,
        number: usize,
        size: usize,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<PageResponse<T>, Error> {
        let mut url = request.url.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("page", &number.to_string());
            query.append_pair("pageSize", &size.to_string());
            if let Some((name, value)) = request.filter {
                query.append_pair(name, value);
            }
            if let Some(fields) = request.fields {
                query.append_pair("fields", fields);
            }
            if let Some(sort) = request.sort {
                query.append_pair("sort", sort);
            }
        }
        let resource = request.mapping.shape.resource;
        self.get(resource, &url, request.endpoints, |answer| {
            let header = answer.headers.get(paging::HEADER).and_then(|value| value.to_str().ok());
            let context =
                Context { mapping: request.mapping, zone: self.zone(), now: self.now().wall };
            let page = decode::items(&answer.body, context, build);
            Ok(PageResponse {
                page: page.map_err(|problem| self.decode_error(&answer, resource, &problem))?,
                pagination: header.and_then(Pagination::read),
                simulated: answer.simulated(),
            })
        })
        .await
    }
}

/// Rows that a page added.
#[derive(Clone, Copy, Debug)]
struct PageDelta {
    rows: usize,
    /// Items that no earlier page held.
    new_items: usize,
    without_id: usize,
}

impl PageDelta {
    fn has_new_rows(self) -> bool {
        self.new_items + self.without_id > 0
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
        // Only what an earlier page held has moved: a page may repeat itself.
        self.moved_between_pages +=
            page.items.iter().filter(|item| keys.contains(&row_key(*item))).count() as u64;
        // A case that a new one pushed to the next page arrives twice: the first one stays.
        self.items.extend(page.items.into_iter().filter(|item| keys.insert(row_key(item))));
        self.rows += page.rows;
        self.without_id += without_id;
        for (all, seen) in self.seen.iter_mut().zip(page.seen) {
            all.add(seen);
        }
        add_new(&mut self.members, page.members);
        add_new(&mut self.unkeyed, page.unkeyed);
        PageDelta { rows: page.rows, new_items: self.items.len() - before, without_id }
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
