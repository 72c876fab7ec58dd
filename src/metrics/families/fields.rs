//! Findings of the field dictionary in a target's answers.

use std::fmt;

use super::{
    encode_input::{EncodeInput, TargetInput, label_text},
    family::{FamilyWriter, Label, Spec},
    flow,
};
use crate::{
    model::{FieldUse, Resource},
    snapshot::Snapshot,
    tally::{RejectedTimes, Source},
};

const INFO: Spec = Spec::gauge(
    "field_info",
    "Member of Trio's answers that feeds a field, the form in which it is read and the source of the mapping (builtin dictionary; user, help or proved by the fields file; derived from other data), always 1: check it after a Trio upgrade. Source: the field dictionary.",
);
const PRESENT: Spec = Spec::gauge(
    "field_present",
    "1 if a member feeds the field, 0 if the answers have no such member, absent until the resource has answered: at 0, map it in a fields file. Source: the field dictionary.",
);
const UNKNOWN_VALUES: Spec = Spec::gauge(
    "unknown_values",
    "Items of the last answer whose value the field dictionary does not map, and items without a state where others have one: above 0, add the missing words to a fields file. Source: the field dictionary.",
);
const ROWS_WITHOUT_KEY: Spec = Spec::gauge(
    "rows_without_key",
    "Rows of the last answer that lack this required field and are left out of the counts: above 0, counters and gauges of the resource are too low by this number; compare them with what Trio shows. Source: the field dictionary.",
);
const TIMES_REJECTED: Spec = Spec::counter(
    "times_rejected",
    "Times that Trio gives and the exporter does not use, each once: they cannot be read (no zone), or the lists and the clocks contradict them. If it grows, check time_zone and the clocks. Source: the field dictionary.",
);

/// Use of a field by the metrics, beyond the findings of the field dictionary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldUsage {
    /// True if no member feeds the field and other data replaces it.
    pub derived: bool,
    /// Number of times that were rejected; `None` if the field is not a time.
    pub times_rejected: Option<u64>,
}

/// Writes all families of the field dictionary.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let fields = || {
        let snapshots = input.snapshots();
        snapshots
            .flat_map(|(target, snapshot)| snapshot.fields.iter().map(move |field| (target, field)))
    };
    let mut family = writer.family(&INFO);
    for (target, field) in fields() {
        if let Some(member) = &field.member {
            let [target, resource, field_label] = labels(target, field);
            let [member, form, source] = [
                ("member", label_text(Some(member))),
                ("form", field.form),
                ("source", field.source.as_str()),
            ];
            family.add_gauge(&[target, resource, field_label, member, form, source], 1)?;
        } else if is_derived(input, target, field) {
            // The labels of all samples of a family must be the same, so the empty ones are
            // written, too.
            let derived = [("member", ""), ("form", ""), ("source", "derived")];
            family.add_gauge(&(labels(target, field), derived), 1)?;
        }
    }
    let mut family = writer.family(&PRESENT);
    for (target, field) in fields() {
        if let Some(present) = field.present {
            family.add_gauge(&labels(target, field), u64::from(present))?;
        }
    }
    let mut family = writer.family(&UNKNOWN_VALUES);
    // A field that no member feeds has no values: 0 unknown ones would be an invented zero.
    for (target, field) in fields().filter(|(_, field)| field.member.is_some()) {
        family.add_gauge(&labels(target, field), field.unknown_values)?;
    }
    let mut family = writer.family(&ROWS_WITHOUT_KEY);
    for (target, field) in fields() {
        if let Some(rows) = field.rows_without {
            family.add_gauge(&labels(target, field), rows)?;
        }
    }
    let mut family = writer.family(&TIMES_REJECTED);
    for (target, field) in fields() {
        if let Some(rejected) = times_rejected(target, field) {
            family.add_counter(&labels(target, field), rejected)?;
        }
    }
    Ok(())
}

/// Returns the use of each field of a target, in the order of the snapshot's fields.
pub(in crate::metrics) fn usage(
    input: &EncodeInput<'_>,
    target: &TargetInput<'_>,
    snapshot: &Snapshot,
) -> Vec<FieldUsage> {
    let usage = |field: &FieldUse| FieldUsage {
        derived: field.member.is_none() && is_derived(input, target, field),
        times_rejected: times_rejected(target, field),
    };
    snapshot.fields.iter().map(usage).collect()
}

/// Returns true if other data replaces a field that no member feeds: the longest wait, from the
/// lists of cases.
fn is_derived(input: &EncodeInput<'_>, target: &TargetInput<'_>, field: &FieldUse) -> bool {
    let longest_wait = field.resource == Resource::ServiceState && field.field == "longest_wait";
    longest_wait
        && target.centers.iter().any(|center| {
            let mut services = center.service_state.unwrap_or_default().iter();
            services.any(|service| flow::derived_longest_wait(center, input, &service.id).is_some())
        })
}

/// Returns the number of times of a field that were rejected; `None` if the field is no time.
fn times_rejected(target: &TargetInput<'_>, field: &FieldUse) -> Option<u64> {
    let centers = || target.centers.iter();
    if field.resource == Resource::AgentState {
        let agents = centers().filter_map(|center| center.agents);
        return field.is_time.then(|| agents.map(|agents| agents.rejected_since).sum());
    }
    let source = Source::ALL.into_iter().find(|source| source.resource() == field.resource)?;
    let number: fn(&RejectedTimes) -> u64 = match field.field {
        "created" => |times| times.created,
        "answered" => |times| times.answered,
        "waited" => |times| times.waited,
        _ => return None,
    };
    let flows = centers().filter_map(|center| center.flow);
    Some(flows.map(|flow| number(&flow.rejected[source.index()])).sum())
}

/// Returns the labels of a field.
fn labels<'a>(target: &TargetInput<'a>, field: &'a FieldUse) -> [Label<'a>; 3] {
    let [target] = target.labels;
    [target, ("resource", field.resource.as_str()), ("field", field.field)]
}
