//! What `inspect` found, as it is printed, saved and compared.

use serde::{Deserialize, Serialize};

use super::mask::sample;
use crate::{
    model::Resource,
    trio::{Error, Examination, Member, Missing},
};

/// Everything that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One entry a resource and contact centre.
    pub resources: Vec<Seen>,
    /// What connects items of one resource with those of another, in words.
    pub relations: Vec<String>,
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Id of the contact centre; empty where there is none.
    pub contact_center: String,
    /// The documented path.
    pub resource: String,
    /// What came of reading it.
    pub read: Read,
}

/// What came of reading a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Read {
    /// It answered.
    Answered {
        /// Items in all, where the server says; else those looked at.
        items: usize,
        /// Items looked at.
        looked_at: usize,
        /// Their members.
        members: Vec<SeenMember>,
        /// Fields that nothing feeds, with the JSON types that could.
        missing: Vec<(String, Vec<String>)>,
    },
    /// It did not, and why.
    Refused(String),
}

/// One member of the items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenMember {
    /// Name in the server's spelling.
    pub name: String,
    /// JSON types of its values.
    pub types: Vec<String>,
    /// It came only when it was asked for.
    pub only_when_asked: bool,
    /// A value, masked unless values were to be shown.
    pub sample: String,
    /// The field that it feeds.
    pub feeds: Option<String>,
    /// How its values are read.
    pub form: Option<String>,
    /// Values that the dictionary does not map, as they are.
    pub unmapped: Vec<String>,
}

impl Seen {
    pub(super) fn new(
        contact_center: &str,
        resource: Resource,
        examined: Result<Examination, Error>,
        show_values: bool,
    ) -> Self {
        let read = match examined {
            Err(error) => Read::Refused(error.to_string()),
            Ok(found) => Read::Answered {
                items: found.total.unwrap_or(found.looked_at),
                looked_at: found.looked_at,
                members: found.members.iter().map(|member| SeenMember::new(member, show_values)).collect(),
                missing: found.missing.iter().map(missing).collect(),
            },
        };
        Self { contact_center: contact_center.to_owned(), resource: resource.as_str().to_owned(), read }
    }

    /// The members, if the resource answered.
    pub fn members(&self) -> &[SeenMember] {
        match &self.read {
            Read::Answered { members, .. } => members,
            Read::Refused(_) => &[],
        }
    }
}

impl SeenMember {
    fn new(member: &Member, show_values: bool) -> Self {
        let form = member.feeds.map(|(_, form)| form);
        Self {
            name: member.name.clone(),
            types: member.types.iter().map(|&kind| kind.to_owned()).collect(),
            only_when_asked: member.only_when_asked,
            sample: sample(&member.values, form, show_values),
            feeds: member.feeds.map(|(field, _)| field.to_owned()),
            form: form.map(str::to_owned),
            unmapped: member.unmapped.iter().map(plain).collect(),
        }
    }
}

/// A value as people write it: text without quotes.
fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn missing(missing: &Missing) -> (String, Vec<String>) {
    (missing.field.to_owned(), missing.types.iter().map(|&kind| kind.to_owned()).collect())
}
