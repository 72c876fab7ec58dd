//! Lookup of the recorded answer to a request, or to the most similar one.
//!
//! The same request in the same cycle has its own answer. A client of another version asks for
//! other members or pages; its answer is assembled from the recorded rows.

use std::collections::BTreeSet;

use super::{
    collected_list::{CollectedList, number},
    recording::{Exchange, Recording, RequestKey},
};
use crate::sim::api::Query;

/// A request to look up.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) key: RequestKey,
    /// Requested members, in lower case.
    pub(super) fields: Option<BTreeSet<String>>,
    pub(super) page: Option<usize>,
    pub(super) size: Option<usize>,
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
        Self {
            key: RequestKey::new(path, query.pairs()),
            fields: query.get("fields").map(members),
            page: query.get("page").and_then(number),
            size: query.get("pageSize").and_then(number),
            cycle,
        }
    }

    fn wants_fields_of(&self, exchange: &Exchange) -> bool {
        self.fields == exchange.parameter("fields").map(members)
    }

    fn is_exactly(&self, exchange: &Exchange) -> bool {
        let asked = |name| exchange.parameter(name).and_then(number);
        self.wants_fields_of(exchange)
            && self.page == asked("page")
            && self.size == asked("pageSize")
    }
}

/// Splits a `fields` parameter into lower-case names.
fn members(value: &str) -> BTreeSet<String> {
    value
        .split(',')
        .map(|member| member.trim().to_lowercase())
        .filter(|member| !member.is_empty())
        .collect()
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
        exchanges.iter().map(|exchange| exchange.parameter("fields")).collect();
    asked.sort_unstable();
    asked.dedup();
    let lists = asked.into_iter().filter_map(|fields| {
        CollectedList::from_exchanges(
            exchanges.iter().filter(|exchange| exchange.parameter("fields") == fields),
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
