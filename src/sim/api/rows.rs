//! Selection of an item's members by `fields=`.

use super::{Query, Trio};
use crate::sim::dialect::{Fact, Member};

/// Members of an item before a dialect names them.
pub(super) type Row = Vec<(Member, Fact)>;

/// Names in `fields=`, in lower case; `None` selects the default members.
pub(super) struct Fields(Option<Vec<String>>);

impl Fields {
    /// Parses the `fields` parameter of a request.
    pub(super) fn from_query(query: &Query) -> Self {
        Self(query.get("fields").map(parse_names))
    }
}

impl Trio {
    /// Keeps the members that are selected and that this server provides at all.
    pub(super) fn select_members(&self, mut row: Row, fields: &Fields) -> Row {
        let dialect = self.options.dialect;
        row.retain(|(member, _)| {
            let asked = match &fields.0 {
                Some(names) => names.contains(&member.name(dialect).to_lowercase()),
                // Documented: most resources leave out members by default, and `fields=` brings
                // them.
                None => !(member.is_hidden() || self.options.hide_members && member.is_hideable()),
            };
            asked
                && (self.options.state_times || !member.is_server_time())
                && (self.options.case_states || *member != Member::CaseState)
        });
        row
    }
}

/// Splits a comma-separated list into lower-case names.
pub(super) fn parse_names(list: &str) -> Vec<String> {
    list.split(',').map(|name| name.trim().to_lowercase()).collect()
}
