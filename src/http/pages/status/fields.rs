//! State of the field dictionary: the member of the answers behind each field.

use super::report::{Field, FieldState, WrongUnit};
use crate::{
    diagnosis::examples,
    metrics::FieldUsage,
    model::{FieldUse, WaitMismatch},
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
            unknown_words: examples(field, snapshot).iter().map(|word| word.to_string()).collect(),
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
    }
}
