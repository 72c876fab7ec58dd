//! Which members of an item are shown, and in which order items come: `fields=` and `sort=`.

use std::cmp::Ordering;

use super::{Query, Trio};
use crate::sim::dialect::{Dialect, Fact, Member};

/// An item before any dialect.
pub(super) type Row = Vec<(Member, Fact)>;

/// The members that `fields=` asks for, in small letters; `None` asks for the usual ones.
pub(super) struct Fields(Option<Vec<String>>);

impl Fields {
    /// What a request asks for.
    pub(super) fn of(query: &Query) -> Self {
        Self(query.get("fields").map(names))
    }
}

impl Trio {
    /// Leaves the members that are asked for, and that this server gives at all.
    pub(super) fn cut(&self, mut row: Row, fields: &Fields) -> Row {
        let dialect = self.options.dialect;
        row.retain(|(member, _)| {
            let asked = match &fields.0 {
                Some(names) => names.contains(&member.name(dialect).to_lowercase()),
                None => !(member.is_hidden() || self.options.hide && member.is_hidden_on_demand()),
            };
            asked
                && (self.options.state_times || !member.is_own_time())
                && (self.options.case_states || *member != Member::CaseState)
        });
        row
    }
}

/// How two items stand to each other under `sort=`. A name that is no member sorts nothing.
pub(super) fn order(dialect: Dialect, sort: &[String], a: &Row, b: &Row) -> Ordering {
    for name in sort {
        let (name, reversed) = match name.strip_prefix('-') {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let fact = |row: &Row| -> Option<Fact> {
            row.iter()
                .find(|(member, _)| member.name(dialect).to_lowercase() == name)
                .map(|(_, fact)| fact.clone())
        };
        let ordering = fact(a).cmp(&fact(b));
        if ordering.is_ne() {
            return if reversed { ordering.reverse() } else { ordering };
        }
    }
    Ordering::Equal
}

/// A list of names as the query string has it.
pub(super) fn names(list: &str) -> Vec<String> {
    list.split(',').map(|name| name.trim().to_lowercase()).collect()
}
