//! Results of the field dictionary on a target's answers.

use super::{Resource, Text};

/// Source of the mapping of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldSource {
    /// The built-in dictionary.
    Builtin,
    /// The user's fields file.
    User,
}

impl FieldSource {
    /// Returns the value of the label `source`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::User => "user",
        }
    }
}

/// Use of one field of one resource: presence, member name, and values that could not be mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldUse {
    /// Resource whose items should have the field.
    pub resource: Resource,
    /// Name of the field in the dictionary.
    pub field: &'static str,
    /// `None` until the resource has answered with at least one item.
    pub present: Option<bool>,
    /// Name of the member that feeds it, in the server's spelling.
    pub member: Option<Text>,
    /// Form in which its values are read.
    pub form: &'static str,
    /// Dictionary that names the member.
    pub source: FieldSource,
    /// Number of items of the last answer whose value could not be mapped.
    pub unknown_values: u64,
    /// Number of values of the last answer that could be read.
    pub understood: u64,
    /// Number of values of the last answer that could not be used: not mapped, or a time that was
    /// rejected.
    pub not_understood: u64,
    /// The first of those values, if the field is an enumeration.
    pub unknown_words: Vec<Text>,
    /// Rows of the last answer that lack this required field and are left out of the counts; `None`
    /// if the field is not required.
    pub rows_without: Option<u64>,
    /// Number of implausible times since the start; `None` for fields that are not times.
    pub times_rejected: Option<u64>,
}
