//! The report of `inspect`, as it is printed, saved and compared.

use serde::{Deserialize, Serialize};

use super::mask::sample;
use crate::{
    model::Resource,
    trio::{Error, Examination, Member, Missing},
};

/// The whole report.
// Saved reports are read again by --diff, also by later versions: names of fields and variants must
// stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One entry for each resource and contact centre.
    pub resources: Vec<ResourceReport>,
    /// Sentences about the links between resources, such as agents and agent groups.
    pub relations: Vec<String>,
}

/// The report on one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceReport {
    /// Id of the contact centre; empty for the list of contact centres itself.
    pub contact_center: String,
    /// Documented path of the resource.
    pub resource: String,
    /// Result of reading it.
    pub read: ReadOutcome,
}

/// The result of reading a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadOutcome {
    /// The server answered.
    Answered {
        /// Number of items that the server states, else of those examined.
        items: usize,
        /// Number of items examined.
        looked_at: usize,
        /// Members of the items.
        members: Vec<MemberReport>,
        /// Fields without a member, with the JSON types that a member could have.
        missing: Vec<(String, Vec<String>)>,
    },
    /// The server did not answer, and the reason.
    Refused(String),
}

/// The report on one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberReport {
    /// Name in the server's spelling.
    pub name: String,
    /// JSON types of its values.
    pub types: Vec<String>,
    /// The server sends it only if it is asked for by name.
    pub only_when_asked: bool,
    /// A value, masked unless values are to be shown.
    pub sample: String,
    /// Field that it feeds.
    pub feeds: Option<String>,
    /// Form in which its values are read.
    pub form: Option<String>,
    /// Values that the dictionary does not map, unmasked: they are shown to be mapped.
    pub unmapped: Vec<String>,
}

impl ResourceReport {
    pub(super) fn new(
        contact_center: &str,
        resource: Resource,
        examined: Result<Examination, Error>,
        show_values: bool,
    ) -> Self {
        let read = match examined {
            Err(error) => ReadOutcome::Refused(error.to_string()),
            Ok(found) => ReadOutcome::Answered {
                items: found.total.unwrap_or(found.looked_at),
                looked_at: found.looked_at,
                members: found
                    .members
                    .iter()
                    .map(|member| MemberReport::new(member, show_values))
                    .collect(),
                missing: found.missing.iter().map(missing).collect(),
            },
        };
        Self {
            contact_center: contact_center.to_owned(),
            resource: resource.as_str().to_owned(),
            read,
        }
    }

    /// Returns the members; none if the server did not answer.
    pub fn members(&self) -> &[MemberReport] {
        match &self.read {
            ReadOutcome::Answered { members, .. } => members,
            ReadOutcome::Refused(_) => &[],
        }
    }
}

impl MemberReport {
    fn new(member: &Member, show_values: bool) -> Self {
        let form = member.feeds.map(|(_, form)| form);
        Self {
            name: member.name.clone(),
            types: member.types.iter().map(|&kind| kind.to_owned()).collect(),
            only_when_asked: member.only_when_asked,
            sample: sample(&member.values, form, show_values),
            feeds: member.feeds.map(|(field, _)| field.to_owned()),
            form: form.map(str::to_owned),
            unmapped: member.unmapped.clone(),
        }
    }
}

fn missing(missing: &Missing) -> (String, Vec<String>) {
    (missing.field.to_owned(), missing.types.iter().map(|&kind| kind.to_owned()).collect())
}
