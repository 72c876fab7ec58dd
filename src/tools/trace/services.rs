//! Selection of the traced services: by id, or by a name that only one service has.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use super::line::Message;
use crate::{
    model::{ContactCenter, Selection, Text},
    snapshot::Snapshot,
};

/// Most services that an error about an unknown service lists.
const MAX_LISTED: usize = 5;
/// Similarity, from 0 to 1, above which a name may be a misspelling of another.
const MIN_SIMILARITY: f64 = 0.5;

/// A service or contact centre of the flags does not exist, or its name is not unique.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{flag} {wanted}: {problem}")]
pub struct UnknownName {
    flag: &'static str,
    wanted: Text,
    problem: String,
}

/// Checks that every contact centre of the flags is read.
///
/// # Errors
/// One is not read, or does not exist.
pub(super) fn check_contact_centers(
    wanted: &[Text],
    snapshot: &Snapshot,
) -> Result<(), UnknownName> {
    // Before the list of contact centres was read, a missing one proves nothing.
    if snapshot.contact_centers.good.is_none() {
        return Ok(());
    }
    let named = Selection { allow: wanted.to_vec(), deny: Vec::new() };
    let read: Vec<ContactCenter> =
        snapshot.centers.iter().map(|center| center.contact_center.clone()).collect();
    match named.unmatched(&read).next() {
        None => Ok(()),
        Some((_, wanted)) => {
            let problem = "no contact centre that is read has this id or name; the log lists those that exist";
            Err(UnknownName {
                flag: "--contact-center",
                wanted: wanted.clone(),
                problem: problem.to_owned(),
            })
        }
    }
}

/// Contact centre and service.
type Id = (Text, Text);

/// The traced services, and the names of all services.
#[derive(Debug)]
pub(super) struct TracedServices {
    /// Ids or names from the flags; empty: every service is traced.
    wanted: Vec<Text>,
    /// Services that do not exist yet are accepted.
    waits: bool,
    /// Ids of the wanted services, by contact centre.
    found: HashMap<Text, HashSet<Text>>,
    /// All services that were ever seen, with their names.
    known: BTreeMap<Id, Option<Text>>,
    /// Wanted services that a message has reported as missing.
    missing: HashSet<Text>,
}

impl TracedServices {
    /// Creates a selection before any service is known.
    pub(super) fn new(wanted: Vec<Text>, waits: bool) -> Self {
        Self {
            wanted,
            waits,
            found: HashMap::new(),
            known: BTreeMap::new(),
            missing: HashSet::new(),
        }
    }

    /// Adds the services of a snapshot. Returns messages about wanted services that are missing or
    /// have appeared.
    ///
    /// # Errors
    /// A wanted service does not exist and is not waited for, or its name is not unique.
    pub(super) fn update(&mut self, snapshot: &Snapshot) -> Result<Vec<Message>, UnknownName> {
        for center in &snapshot.centers {
            let center_id = &center.contact_center.id;
            for (id, names) in center.service_names() {
                let name = names.name.map(Text::from);
                self.known.insert((center_id.clone(), id.into()), name);
            }
        }
        let mut messages = Vec::new();
        // The first step may fail: no service is missing before any is known.
        if self.known.is_empty() {
            return Ok(messages);
        }
        for wanted in self.wanted.clone() {
            let ids = self.resolve(&wanted)?;
            if ids.is_empty() {
                if !self.waits {
                    return Err(self.unknown_service(&wanted));
                }
                if self.missing.insert(wanted.clone()) {
                    messages.push(Message::new(
                        "service",
                        format!("waiting for a service {wanted}: there is none yet"),
                    ));
                }
            } else if self.missing.remove(&wanted) {
                messages.push(Message::new("service", format!("service {wanted} exists now")));
            }
            for (center, id) in ids {
                self.found.entry(center).or_default().insert(id);
            }
        }
        Ok(messages)
    }

    /// Returns the services with this id in every contact centre, else the one with this name.
    ///
    /// # Errors
    /// Several services have this name.
    fn resolve(&self, wanted: &Text) -> Result<Vec<Id>, UnknownName> {
        // Ids first: a service may have the id of another one as its name.
        let by_id: Vec<Id> = self.known.keys().filter(|(_, id)| id == wanted).cloned().collect();
        if !by_id.is_empty() {
            return Ok(by_id);
        }
        let folded = |text: &str| text.trim().to_lowercase();
        let has_name = |name: &Option<Text>| {
            name.as_deref().is_some_and(|name| folded(name) == folded(wanted))
        };
        let by_name: Vec<Id> = self
            .known
            .iter()
            .filter(|(_, name)| has_name(name))
            .map(|(id, _)| id.clone())
            .collect();
        if by_name.len() > 1 {
            let ids: Vec<String> = by_name
                .iter()
                .map(|(center, id)| format!("{id} (contact centre {center})"))
                .collect();
            let problem =
                format!("several services have this name; give the id of one: {}", ids.join(", "));
            return Err(UnknownName { flag: "--service", wanted: wanted.clone(), problem });
        }
        Ok(by_name)
    }

    /// Returns the error about a service that does not exist, with similar ones, or else the first
    /// ones.
    fn unknown_service(&self, wanted: &Text) -> UnknownName {
        let folded = wanted.trim().to_lowercase();
        let similarity = |text: &str| {
            strsim::normalized_damerau_levenshtein(&folded, &text.trim().to_lowercase())
        };
        let mut candidates: Vec<(f64, String)> = self
            .known
            .iter()
            .map(|((_, id), name)| {
                let by_name = name.as_deref().map_or(0.0, similarity);
                let shown =
                    name.as_deref().map_or_else(|| id.to_string(), |name| format!("{id} ({name})"));
                (similarity(id).max(by_name), shown)
            })
            .collect();
        // `f64` has no total order as a sort key; thousandths are exact enough.
        candidates.sort_by_key(|(similarity, shown)| {
            (Reverse((similarity * 1000.0) as i64), shown.clone())
        });
        let has_similar =
            candidates.first().is_some_and(|(similarity, _)| *similarity >= MIN_SIMILARITY);
        candidates.retain(|(similarity, _)| !has_similar || *similarity >= MIN_SIMILARITY);
        let shown: Vec<String> =
            candidates.iter().take(MAX_LISTED).map(|(_, shown)| shown.clone()).collect();
        let more = if candidates.len() > MAX_LISTED { ", …" } else { "" };
        let lead = if has_similar { "did you mean" } else { "there are" };
        let problem = format!(
            "no service has this id or name; {lead} {}{more}{} --wait-for-service waits until there is one",
            shown.join(", "),
            if has_similar { "?" } else { ";" },
        );
        UnknownName { flag: "--service", wanted: wanted.clone(), problem }
    }

    /// Returns true if a service is traced.
    pub(super) fn is_traced(&self, contact_center: &Text, id: &Text) -> bool {
        self.wanted.is_empty()
            || self.found.get(contact_center).is_some_and(|ids| ids.contains(id))
            // Without the right to read services and their states no service is known, but lists of
            // cases contain ids.
            || self.known.is_empty() && self.wanted.contains(id)
    }

    /// Returns the name of a service, if it is known and has one.
    pub(super) fn name(&self, contact_center: &Text, id: &Text) -> Option<Text> {
        self.known.get(&(contact_center.clone(), id.clone())).cloned().flatten()
    }

    /// Returns id and name of a service for people.
    pub(super) fn display_name(&self, contact_center: &Text, id: &Text) -> String {
        let name = self.name(contact_center, id);
        name.map_or_else(|| format!("service {id}"), |name| format!("service {id} {name}"))
    }
}
