//! State of the field dictionary: the member of the answers behind each field.

use super::report::{Field, FieldState, WrongUnit};
use crate::{
    metrics::FieldUsage,
    model::{Collector, FieldUse, Resource, WaitMismatch},
    snapshot::Snapshot,
};

/// Returns all fields of the dictionary; `used` has the use of each, in the same order.
pub(super) fn all(
    snapshot: &Snapshot,
    used: &[FieldUsage],
    mismatches: &[WaitMismatch],
) -> Vec<Field> {
    let field = |(position, field): (usize, &FieldUse)| {
        // The two lists are made from the same snapshot, so positions are enough.
        let used = used.get(position).copied().unwrap_or_default();
        Field {
            resource: field.resource.as_str(),
            field: field.field,
            state: match field.present {
                Some(true) => FieldState::Found,
                // Derived is better than missing: the metric has a value.
                _ if used.derived => FieldState::Derived,
                Some(false) => FieldState::Missing,
                None => FieldState::NotSeen,
            },
            member: field.member.as_deref().map(str::to_owned),
            form: field.form,
            source: if used.derived { "derived" } else { field.source.as_str() },
            unknown_values: field.unknown_values,
            unknown_words: words(field, items(snapshot, field.resource)),
            rows_without: field.rows_without,
            times_rejected: used.times_rejected,
            wait_mismatch: mismatches
                .iter()
                .find(|mismatch| {
                    mismatch.resource == field.resource && mismatch.field == field.field
                })
                .map(wrong_unit),
        }
    };
    snapshot.fields.iter().enumerate().map(field).collect()
}

/// Converts a mismatch, with the line for a fields file that corrects it.
fn wrong_unit(mismatch: &WaitMismatch) -> WrongUnit {
    WrongUnit {
        factor: mismatch.factor.as_str(),
        likely_form: mismatch.likely_form(),
        fields_file: mismatch.fields_file_line(),
        words: (mismatch.description(), mismatch.remedy()),
    }
}

/// Returns the unknown words of an enumeration.
// Data protection: if not a single value is known, the mapping is probably wrong and the member is
// free text, which may contain names of persons. Then no value is shown.
fn words(field: &FieldUse, items: usize) -> Vec<String> {
    if field.unknown_values >= items as u64 {
        return Vec::new();
    }
    field.unknown_words.iter().map(|word| word.to_string()).collect()
}

/// Returns the number of items in the last readings of a resource.
fn items(snapshot: &Snapshot, resource: Resource) -> usize {
    let reads = |collector: Collector| collector.resource() == Some(resource);
    let health = snapshot.centers.iter().flat_map(|center| center.health());
    health.filter(|health| reads(health.collector)).filter_map(|health| health.items).sum()
}
