//! Reading a whole collection, page by page, and judging whether it is whole.

use std::collections::HashSet;

use futures_util::future::try_join_all;
use url::Url;

use super::{
    client::Client,
    decode::{self, Context, FieldSeen, Page, Reader},
    error::Error,
    fields::Mapping,
    paging::{self, MOST_PAGES, Pagination},
    session::Doors,
};
use crate::model::{
    Agent, AgentGroup, AgentStatus, ContactCenter, Service, ServiceGroup, ServiceStatus, Text,
};

/// A collection that was read whole.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The items, each id once, in the order of the server.
    pub items: Vec<T>,
    /// A simulator made the answers.
    pub simulated: bool,
}

/// What is told apart by an id.
pub(super) trait Identified {
    fn id(&self) -> &Text;
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

/// What to read: where, how to log in for it, and with which part of the dictionary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) url: &'a Url,
    pub(super) doors: &'a Doors,
    pub(super) mapping: &'a Mapping,
    pub(super) filter: Option<(&'a str, &'a str)>,
}

/// All pages of a collection, put together.
#[derive(Debug)]
pub(super) struct Whole<T> {
    pub(super) items: Vec<T>,
    pub(super) rows: usize,
    pub(super) seen: Vec<FieldSeen>,
    pub(super) simulated: bool,
}

/// One page as it arrived.
struct Sheet<T> {
    page: Page<T>,
    pagination: Option<Pagination>,
    simulated: bool,
}

impl Client {
    /// Reads all pages. A total that the items contradict is looked at a second time, then reported.
    pub(super) async fn whole<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Whole<T>, Error> {
        let mut short = None;
        for _ in 0..2 {
            let (whole, total) = self.pages(request, build).await?;
            let nameless = whole.rows - whole.items.len();
            let whole = whole.without_duplicates();
            let got = whole.items.len() + nameless;
            match total {
                Some(expected) if expected != got => short = Some((got, expected)),
                _ => return Ok(whole),
            }
        }
        let (got, expected) = short.unwrap_or_default();
        Err(Error::Incomplete { resource: request.mapping.shape.resource, got, expected })
    }

    async fn pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<(Whole<T>, Option<usize>), Error> {
        let first = self.page(request, 1, build).await?;
        let rows = first.page.rows;
        let pagination = first.pagination;
        let mut whole = Whole::begin(first);
        if let Some(pagination) = pagination {
            let others: Vec<usize> = (2..=pagination.pages(rows)).collect();
            // As many at a time as may be in flight: after an empty page there is nothing to ask for.
            for numbers in others.chunks(self.limits().in_flight.max(1)) {
                let sheets = numbers.iter().map(|number| self.page(request, *number, build));
                let sheets = try_join_all(sheets).await?;
                let is_end = sheets.iter().any(|sheet| sheet.page.rows == 0);
                sheets.into_iter().for_each(|sheet| whole.add(sheet.page));
                if is_end {
                    break;
                }
            }
            return Ok((whole, Some(pagination.total)));
        }
        // No word on pages: go on while the last one looks full and brings something new.
        let mut last_rows = rows;
        let mut known: HashSet<Text> = whole.items.iter().map(|item| item.id().clone()).collect();
        for number in 2..=MOST_PAGES {
            let looks_full = last_rows == self.limits().page_size || last_rows % 10 == 0;
            if last_rows == 0 || last_rows < rows || !looks_full {
                break;
            }
            let sheet = self.page(request, number, build).await?;
            last_rows = sheet.page.rows;
            let fresh = sheet.page.items.iter().filter(|item| known.insert(item.id().clone())).count();
            if fresh == 0 {
                break;
            }
            whole.add(sheet.page);
        }
        Ok((whole, None))
    }

    async fn page<T>(
        &self,
        request: Request<'_>,
        number: usize,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Sheet<T>, Error> {
        let mut url = request.url.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("page", &number.to_string());
            query.append_pair("pageSize", &self.limits().page_size.to_string());
            if let Some((name, value)) = request.filter {
                query.append_pair(name, value);
            }
        }
        let resource = request.mapping.shape.resource;
        self.get(resource, &url, request.doors, |answer| {
            let header = answer.headers.get(paging::HEADER).and_then(|value| value.to_str().ok());
            let context = Context { mapping: request.mapping, zone: self.zone(), now: self.now().wall };
            let page = decode::items(&answer.body, context, build);
            Ok(Sheet {
                page: page.map_err(|problem| self.decode_error(&answer, resource, &problem))?,
                pagination: header.and_then(Pagination::read),
                simulated: answer.simulated(),
            })
        })
        .await
    }
}

impl<T: Identified> Whole<T> {
    fn begin(first: Sheet<T>) -> Self {
        let Page { items, rows, seen } = first.page;
        Self { items, rows, seen, simulated: first.simulated }
    }

    fn add(&mut self, page: Page<T>) {
        self.items.extend(page.items);
        self.rows += page.rows;
        for (all, seen) in self.seen.iter_mut().zip(page.seen) {
            all.unknown += seen.unknown;
            all.rejected += seen.rejected;
            all.member = all.member.take().or(seen.member);
            all.samples.extend(seen.samples);
        }
    }

    fn without_duplicates(mut self) -> Self {
        let mut known = HashSet::with_capacity(self.items.len());
        self.items.retain(|item| known.insert(item.id().clone()));
        self
    }
}
