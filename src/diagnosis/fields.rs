//! Fields without a member, values that are not understood, rows without a key, and waits in the
//! wrong unit.

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::list_names,
};
use crate::{
    model::{Collector, FieldUse, Property, Resource, Text},
    snapshot::Snapshot,
    tally::Totals,
};

/// Returns findings about the mapping of each resource, and about rows without a key.
pub(super) fn all(snapshot: &Snapshot, derived: &[(Resource, &'static str)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for resource in Resource::ALL {
        let fields: Vec<&FieldUse> =
            snapshot.fields.iter().filter(|field| field.resource == resource).collect();
        let items = items(snapshot, resource);
        let missing = missing(&fields, derived);
        found.extend(
            nothing_understood(resource, items, &fields, &missing)
                .or_else(|| fields_missing(resource, &missing)),
        );
        found.extend(unknown_values(resource, &fields, items));
        found.extend(rejected_times(resource, &fields));
    }
    found.extend(snapshot.fields.iter().filter_map(rows_without));
    found
}

/// Returns a finding if a core resource says nothing usable at all.
// Without a usable fact it is as if the resource were refused.
fn nothing_understood(
    resource: Resource,
    items: usize,
    fields: &[&FieldUse],
    missing: &[&str],
) -> Option<Finding> {
    // Members are known from rows alone. An empty list is neither right nor wrong.
    if !is_core(resource)
        || items == 0
        || fields.is_empty()
        || fields.iter().any(|field| is_fact(field) && field.understood > 0)
    {
        return None;
    }
    let cause = if missing.is_empty() {
        "no value of its fields is understood".to_owned()
    } else {
        no_member_feeds(missing)
    };
    Some(Finding::new(
        FindingKind::NothingUnderstood,
        Severity::Broken,
        Subject::Mapping(resource),
        format!("nothing of it can be exported: {cause}"),
        "name its members in a fields_file: `trio-exporter inspect --suggest` writes one",
    ))
}

/// Returns true for the resources from which most metrics come.
pub fn is_core(resource: Resource) -> bool {
    Collector::of(resource).is_some_and(|collector| collector.has(Property::Core))
}

/// Returns true if a field says what happens now. With ids, names and reasons alone no metric has a
/// value.
fn is_fact(field: &FieldUse) -> bool {
    match field.resource {
        Resource::AgentState => matches!(field.field, "state" | "since"),
        _ => !matches!(field.field, "id" | "name"),
    }
}

/// Returns the fields of a resource that no member feeds and nothing replaces.
fn missing(fields: &[&FieldUse], derived: &[(Resource, &'static str)]) -> Vec<&'static str> {
    let is_derived = |field: &FieldUse| derived.contains(&(field.resource, field.field));
    let missing = fields.iter().filter(|field| field.present == Some(false) && !is_derived(field));
    missing.map(|field| field.field).collect()
}

fn no_member_feeds(missing: &[&str]) -> String {
    format!("no member feeds {}", list_names(missing.iter().copied()))
}

/// Returns a finding if no member feeds some fields of a resource.
fn fields_missing(resource: Resource, missing: &[&str]) -> Option<Finding> {
    let finding = Finding::new(
        FindingKind::FieldsMissing,
        Severity::Warning,
        Subject::Mapping(resource),
        no_member_feeds(missing),
        "if Trio has it under another name, map that name in a fields_file: see `trio-exporter inspect`",
    );
    (!missing.is_empty()).then_some(finding)
}

/// Returns a finding if values of a resource are not in the dictionary.
fn unknown_values(resource: Resource, fields: &[&FieldUse], items: usize) -> Option<Finding> {
    let unknown: Vec<_> = fields.iter().filter(|field| field.unknown_values > 0).collect();
    let parts: Vec<String> = unknown
        .iter()
        .map(|field| {
            let all = field.unknown_values.max(field.understood + field.not_understood);
            format!("{} of {all} values of `{}`", field.unknown_values, field.field)
        })
        .collect();
    let finding = Finding::new(
        FindingKind::ValuesUnknown,
        Severity::Warning,
        Subject::Mapping(resource),
        format!("{} not understood", list_names(parts.iter().map(String::as_str))),
        "map them in a fields_file: `trio-exporter inspect --show-values` shows what came",
    );
    let words = unknown.iter().flat_map(|field| words(field, items)).collect();
    (!parts.is_empty()).then_some(Finding { words, ..finding })
}

/// Returns the unknown words of an enumeration that may be shown.
pub fn examples(field: &FieldUse, snapshot: &Snapshot) -> Vec<Text> {
    words(field, items(snapshot, field.resource))
}

// Data protection: if not a single value is known, the mapping is probably wrong and the member is
// free text, which may contain names of persons. Then no value is shown.
fn words(field: &FieldUse, items: usize) -> Vec<Text> {
    let is_all = field.unknown_values >= items as u64;
    if is_all { Vec::new() } else { field.unknown_words.clone() }
}

/// Returns the number of items in the last readings of a resource.
fn items(snapshot: &Snapshot, resource: Resource) -> usize {
    let Some(collector) = Collector::of(resource) else { return 0 };
    let items = |center: &crate::snapshot::Center| center.reading(collector).health()?.items;
    snapshot.centers.iter().filter_map(items).sum()
}

/// Returns a finding if times of a resource are not used.
fn rejected_times(resource: Resource, fields: &[&FieldUse]) -> Option<Finding> {
    let rejected = |field: &FieldUse| field.not_understood.saturating_sub(field.unknown_values);
    let lacking: Vec<_> = fields.iter().filter(|field| rejected(field) > 0).collect();
    let parts: Vec<String> = lacking
        .iter()
        .map(|field| {
            let all = field.understood + field.not_understood;
            format!("{} of {all} times of `{}`", rejected(field), field.field)
        })
        .collect();
    // A few are normal: the state of an agent who was logged off months ago, or a clock that was
    // set. With none left, waits and ages are missing.
    let is_all = lacking.iter().any(|field| field.understood == 0);
    let finding = Finding::new(
        FindingKind::TimesRejected,
        if is_all { Severity::Warning } else { Severity::Note },
        Subject::Mapping(resource),
        format!(
            "{} not used: in the future, too long ago or without a zone",
            list_names(parts.iter().map(String::as_str))
        ),
        "compare the clocks, and set `time_zone` if Trio's times state no zone",
    );
    (!parts.is_empty()).then_some(finding)
}

/// Returns a finding if rows lack a required field.
// If no row has it, its member is missing or the resource cannot be read; those have findings of
// their own.
fn rows_without(field: &FieldUse) -> Option<Finding> {
    let rows = field.rows_without.filter(|rows| *rows > 0 && field.present == Some(true))?;
    let name = field.field;
    let sentence = match rows {
        1 => format!("1 row has no {name}, so it is left out of the counts"),
        _ => format!("{rows} rows have no {name}, so they are left out of the counts"),
    };
    Some(Finding::new(
        FindingKind::RowsWithoutKey,
        Severity::Warning,
        Subject::Rows(field.resource, name),
        sentence,
        "look at those rows: `trio-exporter inspect --show-values`",
    ))
}

/// Returns findings about fields whose waits seem to be read in the wrong unit.
pub(super) fn wait_units(totals: &Totals) -> impl Iterator<Item = Finding> {
    totals.wait_mismatches.iter().map(|mismatch| {
        let (kind, severity) = (FindingKind::WaitUnit, Severity::Warning);
        Finding::new(kind, severity, Subject::Waits, mismatch.description(), mismatch.remedy())
    })
}
