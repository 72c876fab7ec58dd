//! Finding what was answered to a question, or to the one that is most like it.
//!
//! The same question in the same cycle has its own answer. A client of another version asks for other
//! members or in other pages; then the answer is put together from what there is.

use std::collections::BTreeSet;

use super::{
    pages::{Whole, number},
    recording::{Exchange, Recording},
};
use crate::sim::api::Query;

/// Parameters that do not choose rows.
const FORM: [&str; 5] = ["page", "pagesize", "fields", "sort", "redirect"];

/// A place and the rows that were wanted there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    path: String,
    rows: Vec<(String, String)>,
}

/// What a client asks.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) key: Key,
    /// The members that it wants.
    pub(super) fields: Option<BTreeSet<String>>,
    pub(super) page: Option<usize>,
    pub(super) size: Option<usize>,
    cycle: usize,
}

/// What is there.
#[derive(Debug)]
pub(super) enum Found<'r> {
    /// The very answer.
    Exchange(&'r Exchange),
    /// All rows of a reading, and whether the members that are wanted have to be picked from them.
    Whole { whole: Whole<'r>, pick: bool },
}

impl Key {
    pub(super) fn new<'q>(path: &str, query: impl Iterator<Item = (&'q str, &'q str)>) -> Self {
        let rows = query.filter(|(name, _)| !FORM.contains(&&*name.to_lowercase()));
        let mut rows: Vec<_> = rows.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        rows.sort_unstable();
        Self { path: path.to_owned(), rows }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether both want rows of the same place by the same parameters.
    fn resembles(&self, other: &Self) -> bool {
        let names = |key: &Self| key.rows.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        self.path == other.path && !self.rows.is_empty() && names(self) == names(other)
    }
}

impl Question {
    pub(super) fn new(path: &str, query: &str, cycle: usize) -> Self {
        let query = Query::parse(query.as_bytes());
        Self {
            key: Key::new(path, query.pairs()),
            fields: query.get("fields").map(members),
            page: query.get("page").and_then(number),
            size: query.get("pageSize").and_then(number),
            cycle,
        }
    }

    fn wants_fields_of(&self, exchange: &Exchange) -> bool {
        self.fields == exchange.parameter("fields").map(members)
    }

    fn is(&self, exchange: &Exchange) -> bool {
        let asked = |name| exchange.parameter(name).and_then(number);
        self.wants_fields_of(exchange) && self.page == asked("page") && self.size == asked("pageSize")
    }
}

/// The members in the value of `fields`.
fn members(value: &str) -> BTreeSet<String> {
    value.split(',').map(|member| member.trim().to_lowercase()).filter(|member| !member.is_empty()).collect()
}

/// The answer to a question.
pub(super) fn find<'r>(recording: &'r Recording, question: &Question) -> Option<Found<'r>> {
    let cycles = recording.shelf.get(&question.key).or_else(|| nobody(recording, question))?;
    let now = question.cycle.min(cycles.len() - 1);
    let earlier = || (0..=now).rev();
    let later = now + 1..cycles.len();
    let the_same = earlier().find_map(|cycle| same(&cycles[cycle], question));
    let order = || earlier().chain(later.clone());
    the_same
        .or_else(|| order().find_map(|cycle| like(&cycles[cycle], question, true)))
        .or_else(|| order().find_map(|cycle| same(&cycles[cycle], question)))
        .or_else(|| order().find_map(|cycle| like(&cycles[cycle], question, false)))
}

/// The same question, whatever the pages.
fn same<'r>(exchanges: &'r [Exchange], question: &Question) -> Option<Found<'r>> {
    let exact = exchanges.iter().filter(|exchange| question.is(exchange));
    // Of several answers the last one counts; one that sends the client elsewhere does not help here.
    let exact = exact.max_by_key(|exchange| exchange.status.is_some_and(|status| status != 307));
    let whole = || {
        let alike = exchanges.iter().filter(|exchange| question.wants_fields_of(exchange));
        let whole = Whole::of(alike).filter(Whole::is_complete)?;
        Some(Found::Whole { whole, pick: false })
    };
    exact.map(Found::Exchange).or_else(whole)
}

/// A reading of the same rows with other members, the one with the most; else whatever came.
fn like<'r>(exchanges: &'r [Exchange], question: &Question, complete: bool) -> Option<Found<'r>> {
    let mut asked: Vec<Option<&str>> =
        exchanges.iter().map(|exchange| exchange.parameter("fields")).collect();
    asked.sort_unstable();
    asked.dedup();
    let wholes = asked.into_iter().filter_map(|fields| {
        Whole::of(exchanges.iter().filter(|exchange| exchange.parameter("fields") == fields))
    });
    let best = wholes.filter(|whole| !complete || whole.is_complete()).max_by_key(Whole::members);
    match best {
        Some(whole) => Some(Found::Whole { whole, pick: question.fields.is_some() }),
        None => exchanges.iter().rfind(|exchange| !exchange.is_success() || !complete).map(Found::Exchange),
    }
}

/// A client tries a row filter with an id that does not exist. Which one it takes depends on the ids, so
/// it is not the recorded one: what stands in its place is the answer for a value that no answer holds.
fn nobody<'r>(recording: &'r Recording, question: &Question) -> Option<&'r Vec<Vec<Exchange>>> {
    let unknown = |key: &&Key| key.rows.iter().all(|(_, value)| !recording.scalars.contains(value));
    let key = recording.shelf.keys().filter(|key| key.resembles(&question.key)).find(unknown)?;
    recording.shelf.get(key)
}
