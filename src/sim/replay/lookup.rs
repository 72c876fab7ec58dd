//! Lookup of the recorded answer to a request, or to the most similar one.
//!
//! The same request in the same cycle has its own answer. A client of another version asks for
//! other members or pages; its answer is assembled from the recorded rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::recording::{Exchange, Recording, RequestKey, members, rows};
use crate::sim::api::{Page, Query};

/// A request to look up.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) key: RequestKey,
    pub(super) query: Query,
    /// Requested members, in lower case.
    pub(super) fields: Option<BTreeSet<String>>,
    cycle: usize,
}

/// Result of a lookup.
#[derive(Debug)]
pub(super) enum Found<'r> {
    /// The recorded answer to the same request.
    Exchange(&'r Exchange),
    /// All rows of a reading. With `pick`, the requested members must be selected from them.
    List { list: CollectedList<'r>, pick: bool },
}

impl Lookup {
    pub(super) fn new(path: &str, query: &str, cycle: usize) -> Self {
        let query = Query::parse(query.as_bytes());
        Self { key: RequestKey::new(path, &query), fields: fields(&query), query, cycle }
    }

    fn wants_fields_of(&self, exchange: &Exchange) -> bool {
        self.fields == fields(&exchange.query)
    }

    fn is_exactly(&self, exchange: &Exchange) -> bool {
        let same = |name| self.query.number(name) == exchange.query.number(name);
        self.wants_fields_of(exchange) && same("page") && same("pageSize")
    }
}

fn fields(query: &Query) -> Option<BTreeSet<String>> {
    query.names("fields").map(BTreeSet::from_iter)
}

/// Finds the answer to a request. Order: the same request up to this cycle, complete rows with
/// other members, the same request in later cycles, anything with the same rows.
pub(super) fn find<'r>(recording: &'r Recording, lookup: &Lookup) -> Option<Found<'r>> {
    let cycles =
        recording.exchanges.get(&lookup.key).or_else(|| unknown_id_filter(recording, lookup))?;
    let now = lookup.cycle.min(cycles.len() - 1);
    let earlier = || (0..=now).rev();
    let later = now + 1..cycles.len();
    let same_request = earlier().find_map(|cycle| find_same(&cycles[cycle], lookup));
    let order = || earlier().chain(later.clone());
    same_request
        .or_else(|| order().find_map(|cycle| find_similar(&cycles[cycle], lookup, true)))
        .or_else(|| order().find_map(|cycle| find_same(&cycles[cycle], lookup)))
        .or_else(|| order().find_map(|cycle| find_similar(&cycles[cycle], lookup, false)))
}

/// Finds the same request in one cycle, or the complete list if only its pages differ.
fn find_same<'r>(exchanges: &'r [Exchange], lookup: &Lookup) -> Option<Found<'r>> {
    let exact = exchanges.iter().filter(|exchange| lookup.is_exactly(exchange));
    // The last answer counts, except a redirect: it leads to a server that is not in the recording.
    let exact = exact.max_by_key(|exchange| exchange.status.is_some_and(|status| status != 307));
    let list = || {
        let alike = exchanges.iter().filter(|exchange| lookup.wants_fields_of(exchange));
        let list = CollectedList::from_exchanges(alike).filter(CollectedList::is_complete)?;
        Some(Found::List { list, pick: false })
    };
    exact.map(Found::Exchange).or_else(list)
}

/// Finds a reading of the same rows with other members, the one with the most; else the last
/// failure, or without `complete` the last answer.
fn find_similar<'r>(
    exchanges: &'r [Exchange],
    lookup: &Lookup,
    complete: bool,
) -> Option<Found<'r>> {
    let mut asked: Vec<Option<&str>> =
        exchanges.iter().map(|exchange| exchange.query.get("fields")).collect();
    asked.sort_unstable();
    asked.dedup();
    let lists = asked.into_iter().filter_map(|fields| {
        CollectedList::from_exchanges(
            exchanges.iter().filter(|exchange| exchange.query.get("fields") == fields),
        )
    });
    let best =
        lists.filter(|list| !complete || list.is_complete()).max_by_key(CollectedList::members);
    match best {
        Some(list) => Some(Found::List { list, pick: lookup.fields.is_some() }),
        None => exchanges
            .iter()
            .rfind(|exchange| !exchange.is_success() || !complete)
            .map(Found::Exchange),
    }
}

/// Finds the answer to a row filter with an unknown id. Clients probe filters with an id that does
/// not exist, and the ids that they have seen decide which one. The recorded probe is used instead:
/// the request whose value occurs in no answer.
fn unknown_id_filter<'r>(
    recording: &'r Recording,
    lookup: &Lookup,
) -> Option<&'r Vec<Vec<Exchange>>> {
    let unknown =
        |key: &&RequestKey| key.rows.iter().all(|(_, value)| !recording.scalars.contains(value));
    let key = recording.exchanges.keys().filter(|key| key.resembles(&lookup.key)).find(unknown)?;
    recording.exchanges.get(key)
}

/// All rows of a collection that were read with one page size.
#[derive(Debug)]
pub(super) struct CollectedList<'r> {
    pub(super) first: &'r Exchange,
    pub(super) rows: Vec<&'r Value>,
    total: Option<usize>,
    /// Largest page of the server; `None` if it granted the requested size.
    cap: Option<usize>,
}

impl<'r> CollectedList<'r> {
    /// Returns the reading with the most rows; `None` if no exchange holds a list.
    fn from_exchanges(exchanges: impl Iterator<Item = &'r Exchange>) -> Option<Self> {
        let mut by_size: BTreeMap<Option<usize>, BTreeMap<usize, &'r Exchange>> = BTreeMap::new();
        for exchange in exchanges.filter(|exchange| exchange.is_success()) {
            let size = by_size.entry(exchange.query.number("pageSize")).or_default();
            size.insert(exchange.query.number("page").unwrap_or(1), exchange);
        }
        let readings = by_size.into_iter().filter_map(|(size, pages)| Self::read(size, &pages));
        readings.max_by_key(|list| list.rows.len())
    }

    fn read(size: Option<usize>, pages: &BTreeMap<usize, &'r Exchange>) -> Option<Self> {
        let first = *pages.get(&1)?;
        let mut all = Vec::new();
        // Up to the first gap: a page that failed would otherwise shift the rows behind it.
        for page in (1..).map_while(|number| pages.get(&number)) {
            all.extend(rows(page.json.as_ref()?)?);
        }
        let header: Option<Value> =
            first.headers.get("x-pagination").and_then(|text| serde_json::from_str(text).ok());
        let reported = |name: &str| {
            let members = header.as_ref()?.as_object()?;
            let (_, value) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            value
                .as_u64()
                .map(|number| number as usize)
                .or_else(|| value.as_str()?.trim().parse().ok().filter(|number| *number > 0))
        };
        let cap = reported("pageSize").filter(|reported| size.is_none_or(|size| *reported < size));
        Some(Self { first, rows: all, total: reported("totalCount"), cap })
    }

    /// Returns true when all rows are here that the server reported.
    fn is_complete(&self) -> bool {
        self.total.is_none_or(|total| self.rows.len() >= total)
    }

    /// Largest number of members of a row.
    fn members(&self) -> usize {
        let rows = self.rows.iter().filter_map(|row| members(row));
        rows.map(Map::len).max().unwrap_or(0)
    }

    /// Returns the page that a request asks for. Without a size it holds all rows.
    pub(super) fn page(&self, query: &Query) -> Page {
        let all = self.rows.len();
        Page::new(query, all, all, self.cap.unwrap_or(all))
    }
}
