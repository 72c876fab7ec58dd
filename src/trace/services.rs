//! Which services are traced: by id, or by a name that only one has.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use super::line::Said;
use crate::{
    model::{ContactCenter, Selection, Text},
    snapshot::Snapshot,
};

/// As many services are named to whoever named one that does not exist.
const MOST_NAMED: usize = 5;
/// Names that are at least so much alike may have been meant.
const ALIKE: f64 = 0.5;

/// A service or contact centre that was named is not there, or several are.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{flag} {wanted}: {problem}")]
pub struct Unknown {
    flag: &'static str,
    wanted: Text,
    problem: String,
}

/// Whether every contact centre that was named is read; asked once it is known which there are.
pub(super) fn are_read(wanted: &[Text], snapshot: &Snapshot) -> Result<(), Unknown> {
    if snapshot.contact_centers.good.is_none() {
        return Ok(());
    }
    let named = Selection { allow: wanted.to_vec(), deny: Vec::new() };
    let read: Vec<ContactCenter> =
        snapshot.centers.iter().map(|center| center.contact_center.clone()).collect();
    match named.unmatched(&read).next() {
        None => Ok(()),
        Some((_, wanted)) => {
            let problem =
                "no contact centre that is read has this id or name; the log names those that there are";
            Err(Unknown { flag: "--contact-center", wanted: wanted.clone(), problem: problem.to_owned() })
        }
    }
}

/// A service, with the contact centre that it belongs to.
type Id = (Text, Text);

/// The services that are traced, and what services are called.
#[derive(Debug)]
pub(super) struct Services {
    wanted: Vec<Text>,
    waits: bool,
    found: HashMap<Text, HashSet<Text>>,
    /// By contact centre and id, what is known of services; `None`: has no name.
    known: BTreeMap<Id, Option<Text>>,
    /// It was said which are waited for.
    said: HashSet<Text>,
}

impl Services {
    pub(super) fn new(wanted: Vec<Text>, waits: bool) -> Self {
        Self { wanted, waits, found: HashMap::new(), known: BTreeMap::new(), said: HashSet::new() }
    }

    /// Takes in which services there are. Returns what is to be said of those that were named.
    pub(super) fn learn(&mut self, snapshot: &Snapshot) -> Result<Vec<Said>, Unknown> {
        for center in &snapshot.centers {
            let center_id = &center.contact_center.id;
            for (id, names) in center.service_names() {
                let name = names.name.map(Text::from);
                self.known.insert((center_id.clone(), id.into()), name);
            }
        }
        let mut said = Vec::new();
        if self.known.is_empty() {
            return Ok(said);
        }
        for wanted in self.wanted.clone() {
            let ids = self.meant(&wanted)?;
            if ids.is_empty() {
                if !self.waits {
                    return Err(self.unknown(&wanted));
                }
                if self.said.insert(wanted.clone()) {
                    said.push(Said::new(
                        "service",
                        format!("waiting for a service {wanted}: there is none yet"),
                    ));
                }
            } else if self.said.remove(&wanted) {
                said.push(Said::new("service", format!("service {wanted} is there now")));
            }
            for (center, id) in ids {
                self.found.entry(center).or_default().insert(id);
            }
        }
        Ok(said)
    }

    /// The services that `wanted` means: by their id in every contact centre, else by name.
    fn meant(&self, wanted: &Text) -> Result<Vec<Id>, Unknown> {
        let by_id: Vec<Id> = self.known.keys().filter(|(_, id)| id == wanted).cloned().collect();
        if !by_id.is_empty() {
            return Ok(by_id);
        }
        let folded = |text: &str| text.trim().to_lowercase();
        let is_called =
            |name: &Option<Text>| name.as_deref().is_some_and(|name| folded(name) == folded(wanted));
        let by_name: Vec<Id> =
            self.known.iter().filter(|(_, name)| is_called(name)).map(|(id, _)| id.clone()).collect();
        if by_name.len() > 1 {
            let ids: Vec<String> =
                by_name.iter().map(|(center, id)| format!("{id} (contact centre {center})")).collect();
            let problem = format!("several services have this name; give the id of one: {}", ids.join(", "));
            return Err(Unknown { flag: "--service", wanted: wanted.clone(), problem });
        }
        Ok(by_name)
    }

    fn unknown(&self, wanted: &Text) -> Unknown {
        let folded = wanted.trim().to_lowercase();
        let alike = |text: &str| strsim::normalized_damerau_levenshtein(&folded, &text.trim().to_lowercase());
        let mut near: Vec<(f64, String)> = self
            .known
            .iter()
            .map(|((_, id), name)| {
                let by_name = name.as_deref().map_or(0.0, alike);
                let shown = name.as_deref().map_or_else(|| id.to_string(), |name| format!("{id} ({name})"));
                (alike(id).max(by_name), shown)
            })
            .collect();
        near.sort_by_key(|(alike, shown)| (Reverse((alike * 1000.0) as i64), shown.clone()));
        let meant = near.first().is_some_and(|(alike, _)| *alike >= ALIKE);
        near.retain(|(alike, _)| !meant || *alike >= ALIKE);
        let shown: Vec<String> = near.iter().take(MOST_NAMED).map(|(_, shown)| shown.clone()).collect();
        let more = if near.len() > MOST_NAMED { ", …" } else { "" };
        let lead = if meant { "did you mean" } else { "there are" };
        let problem = format!(
            "no service has this id or name; {lead} {}{more}{} --wait-for-service waits until there is one",
            shown.join(", "),
            if meant { "?" } else { ";" },
        );
        Unknown { flag: "--service", wanted: wanted.clone(), problem }
    }

    /// Whether a service is traced.
    pub(super) fn takes(&self, contact_center: &Text, id: &Text) -> bool {
        self.wanted.is_empty()
            || self.found.get(contact_center).is_some_and(|ids| ids.contains(id))
            // Where nothing tells which services exist, those that were named may.
            || self.known.is_empty() && self.wanted.contains(id)
    }

    pub(super) fn name(&self, contact_center: &Text, id: &Text) -> Option<Text> {
        self.known.get(&(contact_center.clone(), id.clone())).cloned().flatten()
    }

    /// What people call a service.
    pub(super) fn called(&self, contact_center: &Text, id: &Text) -> String {
        let name = self.name(contact_center, id);
        name.map_or_else(|| format!("service {id}"), |name| format!("service {id} {name}"))
    }
}
