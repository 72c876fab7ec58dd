//! One panel.

use serde_json::Value;

use super::board::list;

/// A panel of a dashboard; a row is one as well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel<'a>(pub(crate) &'a Value);

impl<'a> Panel<'a> {
    pub(crate) fn title(self) -> &'a str {
        self.text("title")
    }

    pub(crate) fn kind(self) -> &'a str {
        self.text("type")
    }

    pub(crate) fn text(self, member: &str) -> &'a str {
        self.0[member].as_str().unwrap_or_default()
    }

    /// False for rows and texts, which have no query.
    pub(crate) fn shows_data(self) -> bool {
        !matches!(self.kind(), "row" | "text")
    }

    /// Queries of the panel.
    pub(crate) fn targets(self) -> &'a [Value] {
        list(&self.0["targets"])
    }

    /// Options of all its fields.
    pub(crate) fn defaults(self) -> &'a Value {
        &self.0["fieldConfig"]["defaults"]
    }

    /// Options of some of its fields: member and value.
    pub(crate) fn overrides(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let all = list(&self.0["fieldConfig"]["overrides"]).iter();
        all.flat_map(|item| list(&item["properties"]))
            .map(|property| (property["id"].as_str().unwrap_or_default(), &property["value"]))
    }
}
