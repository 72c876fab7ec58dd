//! Reading a whole collection, page by page, and judging whether it is whole.

use std::{collections::HashSet, pin::pin};

use futures_util::{StreamExt, stream};
use url::Url;

use super::{
    client::Client,
    decode::{self, Context, FieldSeen, Page, Reader},
    error::Error,
    fields::Mapping,
    paging::{self, Habit, MOST_PAGES, Pagination},
    session::Doors,
    skills::Skill,
};
use crate::model::{
    Agent, AgentGroup, AgentStatus, Case, ContactCenter, Service, ServiceGroup, ServiceStatus, Text,
};

/// A collection that was read whole.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The items, each once, in the order of the server.
    pub items: Vec<T>,
    /// A simulator made the answers.
    pub simulated: bool,
}

/// What is told apart by an id.
pub(super) trait Identified {
    fn id(&self) -> &Text;

    /// What tells apart rows with the same id; `None` where the id alone does. A row that comes twice
    /// because the list moved between two pages agrees in both.
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

identified!(Agent, AgentGroup, AgentStatus, ContactCenter, Service, ServiceGroup, ServiceStatus, Skill);

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

/// What to read: where, how to log in for it, and with which part of the dictionary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) url: &'a Url,
    pub(super) doors: &'a Doors,
    pub(super) mapping: &'a Mapping,
    /// Rows to leave out, by a documented parameter.
    pub(super) filter: Option<(&'a str, &'a str)>,
    /// Members to ask for.
    pub(super) fields: Option<&'a str>,
    /// The member to sort by.
    pub(super) sort: Option<&'a str>,
}

/// All pages of a collection, put together, each id once.
#[derive(Debug)]
pub(super) struct Whole<T> {
    pub(super) items: Vec<T>,
    pub(super) rows: usize,
    pub(super) seen: Vec<FieldSeen>,
    /// Members that feed a field, as the server spells them.
    pub(super) members: Vec<Text>,
    pub(super) simulated: bool,
    /// Rows that have no id.
    nameless: usize,
    /// Items that an earlier page held, and pages that tell another total than the first.
    drift: u64,
    known: HashSet<RowKey>,
}

/// How far a collection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// As far as was read: the server does not say otherwise.
    Read,
    /// This many items, says the server.
    Total(usize),
    /// Further than could be read, or the pages contradict each other.
    Unknown,
}

/// One page as it arrived.
struct Sheet<T> {
    page: Page<T>,
    pagination: Option<Pagination>,
    simulated: bool,
}

impl Client {
    /// Reads all pages. A total that the items contradict is looked at a second time, then reported;
    /// where totals are not exact, every page is as much as there can be.
    pub(super) async fn whole<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Whole<T>, Error> {
        let resource = request.mapping.shape.resource;
        let exact = resource.has_exact_total();
        let mut short = (0, None);
        for _ in 0..2 {
            let (whole, extent) = self.pages(request, build).await?;
            if resource.comes_and_goes() {
                self.stats().resource(resource).drift.add(whole.drift);
            }
            let got = whole.items.len() + whole.nameless;
            match extent {
                Extent::Read => return Ok(whole),
                Extent::Total(expected) if expected == got || !exact => return Ok(whole),
                Extent::Total(expected) => short = (got, Some(expected)),
                Extent::Unknown => short = (got, None),
            }
        }
        let (got, expected) = short;
        Err(Error::Incomplete { resource, got, expected })
    }

    async fn pages<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<(Whole<T>, Extent), Error> {
        let size = self.limits().page_size;
        let first = self.page(request, 1, size, build).await?;
        let (rows, pagination) = (first.page.rows, first.pagination);
        let key = (request.mapping.shape.resource, request.filter.is_some());
        let habit = self.habits.of(key, self.session_number());
        self.habits.note(key, |habit| {
            habit.describes |= pagination.is_some();
            habit.most_rows = habit.most_rows.max(rows);
        });
        let mut whole = Whole::begin(first);
        let extent = match pagination {
            Some(pagination) => match pagination.pages(rows) {
                Some(pages) => self.numbered(request, &mut whole, pagination, pages, build).await?,
                None => self.linked(request, &mut whole, pagination, build).await?,
            },
            None => self.undescribed(request, &mut whole, habit, build).await?,
        };
        Ok((whole, extent))
    }

    /// Reads pages 2 to `pages`, several at the same time. After a page that brings nothing there is
    /// nothing to ask for.
    async fn numbered<T: Identified + Send>(
        &self,
        request: Request<'_>,
        whole: &mut Whole<T>,
        first: Pagination,
        pages: usize,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let size = self.limits().page_size;
        let mut agrees = true;
        let mut read = 1;
        {
            let sheets = stream::iter(2..=pages).map(|number| self.page(request, number, size, build));
            let mut sheets = pin!(sheets.buffered(self.limits().in_flight.max(1)));
            while let Some(sheet) = sheets.next().await {
                let sheet = sheet?;
                read += 1;
                if sheet.pagination.is_some_and(|here| here.total != first.total) {
                    agrees = false;
                    whole.drift += 1;
                }
                if !whole.add(sheet.page).brought_anything() {
                    break;
                }
            }
        }
        Ok(match first.total {
            Some(_) if read == MOST_PAGES => Extent::Unknown,
            Some(total) if agrees || !request.mapping.shape.resource.has_exact_total() => {
                Extent::Total(total)
            }
            None if read == pages && pages < MOST_PAGES => Extent::Read,
            _ => Extent::Unknown,
        })
    }

    /// Reads on as long as each page says that there is a next one. Its link is not followed: it
    /// could lead anywhere.
    async fn linked<T: Identified + Send>(
        &self,
        request: Request<'_>,
        whole: &mut Whole<T>,
        first: Pagination,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let mut has_next = first.has_next;
        let mut number = 1;
        while has_next {
            number += 1;
            if number > MOST_PAGES {
                return Ok(Extent::Unknown);
            }
            let sheet = self.page(request, number, self.limits().page_size, build).await?;
            has_next = sheet.pagination.is_some_and(|pagination| pagination.has_next);
            match whole.add(sheet.page) {
                Brought { rows: 0, .. } => break,
                Brought { fresh: 0, .. } => return Ok(Extent::Unknown),
                Brought { .. } => {}
            }
        }
        Ok(Extent::Read)
    }

    /// No word on pages: goes on while the last one looks full and brings something new.
    async fn undescribed<T: Identified + Send>(
        &self,
        request: Request<'_>,
        whole: &mut Whole<T>,
        habit: Habit,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Extent, Error> {
        let size = self.limits().page_size;
        let first_rows = whole.rows;
        let mut goes_on = habit.may_go_on(first_rows, size);
        let mut number = 1;
        while goes_on {
            number += 1;
            if number > MOST_PAGES {
                return Ok(Extent::Unknown);
            }
            let brought = whole.add(self.page(request, number, size, build).await?.page);
            goes_on = brought.fresh > 0 && brought.rows >= first_rows;
            if number == 2 && brought.fresh == 0 && brought.rows == first_rows {
                // The same again. A server that gives as much when a single item is asked for does
                // not know pages at all, and need not be asked for the second one again.
                let single = self.page(request, 1, 1, build).await?;
                let ignores = first_rows > 1 && single.page.rows == first_rows;
                let key = (request.mapping.shape.resource, request.filter.is_some());
                self.habits.note(key, |habit| habit.ignores = ignores);
            }
        }
        Ok(Extent::Read)
    }

    async fn page<T>(
        &self,
        request: Request<'_>,
        number: usize,
        size: usize,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Sheet<T>, Error> {
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

/// What a page brought.
#[derive(Clone, Copy, Debug)]
struct Brought {
    rows: usize,
    /// Items that were not there before.
    fresh: usize,
    nameless: usize,
}

impl Brought {
    fn brought_anything(self) -> bool {
        self.fresh + self.nameless > 0
    }
}

impl<T: Identified> Whole<T> {
    fn begin(first: Sheet<T>) -> Self {
        let simulated = first.simulated;
        let mut whole = Self {
            items: Vec::new(),
            rows: 0,
            seen: vec![FieldSeen::default(); first.page.seen.len()],
            members: Vec::new(),
            simulated,
            nameless: 0,
            drift: 0,
            known: HashSet::with_capacity(first.page.items.len()),
        };
        whole.add(first.page);
        whole
    }

    fn add(&mut self, page: Page<T>) -> Brought {
        let (before, nameless) = (self.items.len(), page.rows - page.items.len());
        let known = &mut self.known;
        // Only what an earlier page held is drift: a page that repeats itself is not.
        self.drift += page.items.iter().filter(|item| known.contains(&row_key(*item))).count() as u64;
        self.items.extend(page.items.into_iter().filter(|item| known.insert(row_key(item))));
        self.rows += page.rows;
        self.nameless += nameless;
        for (all, seen) in self.seen.iter_mut().zip(page.seen) {
            all.add(seen);
        }
        for member in page.members {
            if !self.members.contains(&member) {
                self.members.push(member);
            }
        }
        Brought { rows: page.rows, fresh: self.items.len() - before, nameless }
    }
}
