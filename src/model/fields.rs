//! What the field dictionary found in a target's answers.

use super::{Resource, Text};

/// Where the mapping of a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldSource {
    /// The dictionary that is compiled in.
    Builtin,
    /// The user's fields file.
    User,
}

impl FieldSource {
    /// The value of the label `source`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::User => "user",
        }
    }
}

/// One domain field of one resource: is it there, under which name, how well does it read?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldUse {
    /// The resource whose items should hold the field.
    pub resource: Resource,
    /// Our name of the field.
    pub field: &'static str,
    /// `None` until the resource has answered with at least one item.
    pub present: Option<bool>,
    /// The member name in use, in the server's spelling.
    pub member: Option<Text>,
    /// How the member's values are read.
    pub form: &'static str,
    /// Which dictionary named the member.
    pub source: FieldSource,
    /// Items of the last answer whose value could not be mapped.
    pub unknown_values: u64,
    /// Values of the last answer that could be read.
    pub understood: u64,
    /// Values of the last answer that could not be used: not mapped, or a time that was rejected.
    pub not_understood: u64,
    /// The first few of those values, where the field is an enumeration.
    pub unknown_words: Vec<Text>,
    /// Rows of the last answer that lack the field and are in no figure because of it; `None` where a row
    /// counts without the field.
    pub rows_without: Option<u64>,
    /// Times rejected since start; `None` for fields that are not times.
    pub times_rejected: Option<u64>,
}
