//! Which members of an item are shown: `fields=`.

use super::{Query, Trio};
use crate::sim::dialect::{Fact, Member};

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

/// A list of names as the query string has it.
pub(super) fn names(list: &str) -> Vec<String> {
    list.split(',').map(|name| name.trim().to_lowercase()).collect()
}
