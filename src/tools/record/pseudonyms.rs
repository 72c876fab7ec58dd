//! The state of one pseudonymisation: replacements, aliases of servers, and all that stays.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use url::Url;

use super::{
    hosts::HostAliases,
    kept_fields::KeptFields,
    member_names::{MemberNames, is_member},
    replacements::Replacements,
};
use crate::{model::Resource, trio::Dictionary};

/// Replaces what could identify people or the customer, the same value always by the same
/// replacement.
#[derive(Debug)]
pub(super) struct Pseudonyms<'a> {
    pub(super) dictionary: &'a Dictionary,
    /// Fields whose unmapped words the user wants to keep.
    pub(super) kept_fields: &'a KeptFields,
    /// Base addresses of the API on the servers of the target.
    pub(super) bases: &'a [Url],
    /// Start of the recording: a time far from it is not plausible and is replaced.
    pub(super) now: SystemTime,
    pub(super) names: MemberNames,
    pub(super) replacements: Replacements,
    pub(super) hosts: HostAliases,
    pub(super) kept: Kept,
}

/// Everything that stays as the server wrote it, for `kept.txt`.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Member names that neither the API nor the dictionary knows.
    pub(super) names: BTreeSet<String>,
    /// Member names of the API or the dictionary.
    pub(super) known_names: BTreeSet<String>,
    /// Mapped words, and those that the user wanted to keep.
    pub(super) words: BTreeSet<String>,
    /// Members that hold a time, by resource, with the form in which it is written; a replay shifts
    /// them.
    pub(super) times: BTreeMap<&'static str, BTreeMap<String, &'static str>>,
    /// Member names that were replaced.
    pub(super) hidden: BTreeSet<String>,
}

impl Pseudonyms<'_> {
    /// Returns the name of an item's member, or its replacement.
    pub(super) fn member(&mut self, name: &str) -> String {
        if !self.names.is_kept(name) {
            return self.inner_member(name);
        }
        self.kept.names.insert(name.to_owned());
        name.to_owned()
    }

    /// Returns the name of any other member: it stays if the API or the dictionary knows it.
    pub(super) fn inner_member(&mut self, name: &str) -> String {
        if is_member(self.dictionary, name) {
            self.kept.known_names.insert(name.to_owned());
            return name.to_owned();
        }
        self.kept.hidden.insert(name.to_owned());
        self.replacements.text(name)
    }

    /// Returns the name of a member in `fields=` or `sort=`, or its replacement.
    pub(super) fn requested_member(&mut self, name: &str) -> String {
        // Not listed as kept: it was sent by the exporter, not by the server.
        if self.names.is_kept(name) || is_member(self.dictionary, name) {
            return name.to_owned();
        }
        self.replacements.text(name)
    }

    pub(super) fn note_time(&mut self, resource: Resource, member: &str, form: &'static str) {
        self.kept.times.entry(resource.as_str()).or_default().insert(member.to_owned(), form);
    }
}
