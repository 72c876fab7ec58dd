//! Everything that is needed to say the same without saying who: the dictionary, what stays, and the
//! tables of what stands for what.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use url::Url;

use super::{hosts::Hosts, keep::Keep, names::Names, tokens::Tokens, words::is_member};
use crate::{model::Resource, trio::Dictionary};

/// The state of disguising one recording.
#[derive(Debug)]
pub(super) struct Disguise<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) keep: &'a Keep,
    /// Bases of the API on the servers of the target.
    pub(super) bases: &'a [Url],
    pub(super) now: SystemTime,
    pub(super) names: Names,
    pub(super) tokens: Tokens,
    pub(super) hosts: Hosts,
    pub(super) kept: Kept,
}

/// What stayed as it was.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Member names that nobody knows.
    pub(super) names: BTreeSet<String>,
    /// Member names that are the API's or the dictionary's.
    pub(super) known_names: BTreeSet<String>,
    /// Words of fields with a closed set of words, and those that the user wanted to keep.
    pub(super) words: BTreeSet<String>,
    /// Members that hold a time, by resource, and the form in which it is written.
    pub(super) times: BTreeMap<&'static str, BTreeMap<String, &'static str>>,
    /// Member names that were replaced.
    pub(super) hidden: BTreeSet<String>,
}

impl Disguise<'_> {
    /// The name of a member in an item.
    pub(super) fn member(&mut self, name: &str) -> String {
        if !self.names.stay(name) {
            return self.inner_member(name);
        }
        self.kept.names.insert(name.to_owned());
        name.to_owned()
    }

    /// The name of a member elsewhere: it stays if it is one of the API's or the dictionary's.
    pub(super) fn inner_member(&mut self, name: &str) -> String {
        if is_member(self.dictionary, name) {
            self.kept.known_names.insert(name.to_owned());
            return name.to_owned();
        }
        self.kept.hidden.insert(name.to_owned());
        self.tokens.text(name)
    }

    /// The name of a member that is asked for.
    pub(super) fn asked_member(&mut self, name: &str) -> String {
        if self.names.stay(name) || is_member(self.dictionary, name) {
            return name.to_owned();
        }
        self.tokens.text(name)
    }

    pub(super) fn note_time(&mut self, resource: Resource, member: &str, form: &'static str) {
        self.kept.times.entry(resource.as_str()).or_default().insert(member.to_owned(), form);
    }
}
