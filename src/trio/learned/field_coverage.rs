//! Coverage of the field dictionary: which fields the answers feed, and values that cannot be read.
//! Each gap is logged once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::ListKey;
use crate::{
    model::{FieldUse, Resource, Text},
    trio::{
        dictionary::{
            Dictionary, Mapping, Slot,
            shape::{Kind, Need},
        },
        wire::answer::masked,
    },
};

/// Different unknown values of one field that are logged at most.
// A member mapped to the wrong field has as many values as rows; the log must not repeat them all.
const MAX_LOGGED_VALUES: usize = 20;

/// Readings in which no row lacks a required field, after which the log says that every row has one
/// again.
// A few rows in a hundred lack it in one reading and not in the next: the log must not repeat that
// all day.
const READINGS_WITH_EVERY_KEY: u32 = 100;

/// Sample of a state whose member a row does not have.
const NO_VALUE: &str = "no value";

/// Sample of a text with a broken escape or a stray byte, or of a word that is no JSON.
pub(in crate::trio) const BROKEN_TEXT: &str = "broken text";

/// Different unknown words of one field that `/status` shows at most.
const MAX_STATUS_WORDS: usize = 5;

/// Findings for one field in one answer.
#[derive(Clone, Debug, Default)]
pub(in crate::trio) struct FieldSeen {
    /// The member that held it, in the server's spelling.
    pub(in crate::trio) member: Option<Text>,
    /// Values that could be read.
    pub(in crate::trio) understood: u64,
    /// Values that could not be mapped.
    pub(in crate::trio) unknown: u64,
    /// Times that could not be read.
    pub(in crate::trio) unreadable_times: u64,
    /// Rows that lack it and cannot be counted without it.
    pub(in crate::trio) rows_without: u64,
    /// Rows without the member of a self.
    pub(in crate::trio) absent: u64,
    /// The first few of those values, cut short.
    pub(in crate::trio) samples: Vec<String>,
}

impl FieldSeen {
    /// Adds the findings of another answer.
    pub(in crate::trio) fn add(&mut self, other: Self) {
        self.understood += other.understood;
        self.unknown += other.unknown;
        self.unreadable_times += other.unreadable_times;
        self.rows_without += other.rows_without;
        self.absent += other.absent;
        self.member = self.member.take().or(other.member);
        self.samples.extend(other.samples);
    }
}

/// Findings for every field, by resource and contact centre.
#[derive(Debug, Default)]
pub(in crate::trio) struct FieldCoverage {
    /// Findings of the last reading that held items.
    // Empty lists do not replace it: at night a missing member would look like a change of the
    // server.
    last: HashMap<ListKey, Vec<FieldSeen>>,
    missing_logged: HashSet<(Resource, usize)>,
    /// Required fields that some rows lack, and the number of readings since then in which no row
    /// lacked them.
    rows_without: HashMap<(ListKey, usize), u32>,
    values_logged: HashMap<(Resource, usize), HashSet<String>>,
}

impl FieldCoverage {
    /// Records a reading that held at least one item. If it `may_hide_members`, absent ones are not
    /// reported yet.
    pub(in crate::trio) fn record(
        &mut self,
        mapping: &Mapping,
        list: &ListKey,
        mut seen: Vec<FieldSeen>,
        may_hide_members: bool,
    ) {
        let resource = mapping.shape.resource;
        for seen in &mut seen {
            // If no row has the member, it is reported as missing, not as an unknown value of each
            // row. If some rows have it, the others count as unknown values.
            if seen.member.is_some() && seen.absent > 0 {
                seen.unknown += seen.absent;
                seen.samples.push(NO_VALUE.to_owned());
            }
        }
        for (index, (field, seen)) in mapping.shape.fields.iter().zip(&seen).enumerate() {
            if !may_hide_members
                && seen.member.is_none()
                && field.need != Need::Spare
                && self.missing_logged.insert((resource, index))
            {
                tracing::warn!(
                    resource = resource.as_str(),
                    field = field.name,
                    "no member of the answer is known as this field, so its metrics are absent; \
                     if Trio gives it under another name, say so in a fields_file"
                );
            }
            if field.need.is_required() && seen.member.is_some() {
                self.note_rows_without((list, index), field.name, seen.rows_without);
            }
            let logged = self.values_logged.entry((resource, index)).or_default();
            // Masked: if the mapping is wrong, these values may be the names of persons. A code of one or
            // two digits names no one.
            let is_code =
                |value: &str| value.len() <= 2 && value.bytes().all(|b| b.is_ascii_digit());
            let masked = |value: &String| match [NO_VALUE, BROKEN_TEXT].contains(&&**value) {
                true => value.clone(),
                false if is_code(value) => value.clone(),
                false => masked(value),
            };
            for value in seen.samples.iter().map(masked) {
                if logged.len() < MAX_LOGGED_VALUES && logged.insert(value.clone()) {
                    tracing::warn!(
                        resource = resource.as_str(),
                        field = field.name,
                        value,
                        "a value that cannot be read; map it in a fields_file"
                    );
                }
            }
        }
        self.last.insert(list.clone(), seen);
    }

    /// Returns the use of every field of the dictionary in the latest readings.
    pub(in crate::trio) fn field_uses(&self, dictionary: &Dictionary) -> Arc<[FieldUse]> {
        let mut uses = Vec::new();
        for mapping in dictionary.mappings() {
            let resource = mapping.shape.resource;
            let readings: Vec<_> = self
                .last
                .iter()
                .filter(|(of, _)| of.resource == resource)
                .map(|(_, seen)| seen)
                .collect();
            for (index, (field, mapped)) in
                mapping.shape.fields.iter().zip(&mapping.fields).enumerate()
            {
                let member = readings.iter().find_map(|seen| seen[index].member.clone());
                let slot = member.as_deref().and_then(|member| mapping.slot(member));
                let source = slot.map_or(mapped.source, |slot: Slot| mapped.source_of(slot.rank));
                let known = !readings.is_empty() && (member.is_some() || field.need != Need::Spare);
                uses.push(FieldUse {
                    resource,
                    field: field.name,
                    present: known.then_some(member.is_some()),
                    member,
                    form: mapped.form.as_str(),
                    source,
                    unknown_words: unknown_words(
                        field.kind,
                        readings.iter().map(|seen| &seen[index]),
                    ),
                    understood: readings.iter().map(|seen| seen[index].understood).sum(),
                    not_understood: readings
                        .iter()
                        .map(|seen| seen[index].unknown + seen[index].unreadable_times)
                        .sum(),
                    unknown_values: readings.iter().map(|seen| seen[index].unknown).sum(),
                    rows_without: (field.need.is_required() && !readings.is_empty())
                        .then(|| readings.iter().map(|seen| seen[index].rows_without).sum()),
                    is_time: field.kind == Kind::Time,
                });
            }
        }
        uses.into()
    }

    /// Logs once that rows lack a required field, and once that each has it again. A member that no
    /// row has is logged elsewhere.
    fn note_rows_without(
        &mut self,
        (list, index): (&ListKey, usize),
        field: &'static str,
        rows: u64,
    ) {
        let key = (list.clone(), index);
        if rows > 0 {
            if self.rows_without.insert(key, 0).is_none() {
                tracing::warn!(
                    resource = list.resource.as_str(),
                    contact_center = &*list.contact_center,
                    field,
                    rows,
                    "rows lack this field and are left out of the counts"
                );
            }
            return;
        }
        let Some(readings) = self.rows_without.get_mut(&key) else { return };
        *readings += 1;
        if *readings >= READINGS_WITH_EVERY_KEY {
            self.rows_without.remove(&key);
            tracing::info!(
                resource = list.resource.as_str(),
                contact_center = &*list.contact_center,
                field,
                "every row has this field again"
            );
        }
    }
}

/// Different unreadable values of a field whose values are a few words; none for free text.
// Text that persons wrote is never shown, and a masked word would be of no use on /status.
fn unknown_words<'a>(kind: Kind, seen: impl Iterator<Item = &'a FieldSeen>) -> Vec<Text> {
    if !matches!(kind, Kind::AgentState | Kind::CaseState | Kind::CaseClass) {
        return Vec::new();
    }
    let mut words: Vec<Text> = Vec::new();
    for sample in seen.flat_map(|seen| &seen.samples) {
        if words.len() < MAX_STATUS_WORDS && !words.iter().any(|word| **word == **sample) {
            words.push(sample.as_str().into());
        }
    }
    words
}
