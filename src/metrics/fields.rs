//! What the field dictionary found in a target's answers.

use std::fmt;

use super::{
    Used,
    family::{Label, Pen, Spec},
    flow,
    scene::{Scene, Target, name},
};
use crate::{
    model::{FieldUse, Resource},
    snapshot::Snapshot,
    tally::{RejectedTimes, Source},
};

const INFO: Spec = Spec::gauge(
    "field_info",
    "Which member of Trio's answers feeds a field, how it is read and who said so (builtin or user dictionary), always 1: check it after a Trio upgrade. Source: the field dictionary.",
);
const PRESENT: Spec = Spec::gauge(
    "field_present",
    "1 when a member feeds the field, 0 when the answers hold none, absent until the resource has answered: at 0, map it in a fields file. Source: the field dictionary.",
);
const UNKNOWN_VALUES: Spec = Spec::gauge(
    "unknown_values",
    "Items of the last answer whose value the field dictionary does not map: above 0, add the missing words to a fields file. Source: the field dictionary.",
);
const ROWS_WITHOUT_KEY: Spec = Spec::gauge(
    "rows_without_key",
    "Rows of the last answer without this field, which no figure can count: above 0, flows and gauges of the resource are low by as many; see what Trio shows. Source: the field dictionary.",
);
const TIMES_REJECTED: Spec = Spec::counter(
    "times_rejected",
    "Times that were not believed (in the future, without a zone, against what was seen): when it grows, check clocks and time_zone. Source: the field dictionary.",
);

/// Writes all families of the field dictionary.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let fields = || {
        let snapshots = scene.snapshots();
        snapshots.flat_map(|(target, snapshot)| snapshot.fields.iter().map(move |field| (target, field)))
    };
    let mut family = pen.family(&INFO);
    for (target, field) in fields() {
        if let Some(member) = &field.member {
            let [target, resource, of] = labels(target, field);
            let [member, form, source] =
                [("member", name(Some(member))), ("form", field.form), ("source", field.source.as_str())];
            family.gauge(&[target, resource, of, member, form, source], 1)?;
        } else if is_derived(scene, target, field) {
            let [target, resource, of] = labels(target, field);
            let derived = [("member", ""), ("form", ""), ("source", "derived")];
            family.gauge(&([target, resource, of], derived), 1)?;
        }
    }
    let mut family = pen.family(&PRESENT);
    for (target, field) in fields() {
        if let Some(present) = field.present {
            family.gauge(&labels(target, field), u64::from(present))?;
        }
    }
    let mut family = pen.family(&UNKNOWN_VALUES);
    for (target, field) in fields().filter(|(_, field)| field.member.is_some()) {
        family.gauge(&labels(target, field), field.unknown_values)?;
    }
    let mut family = pen.family(&ROWS_WITHOUT_KEY);
    for (target, field) in fields() {
        if let Some(rows) = field.rows_without {
            family.gauge(&labels(target, field), rows)?;
        }
    }
    let mut family = pen.family(&TIMES_REJECTED);
    for (target, field) in fields() {
        if let Some(rejected) = rejected(target, field) {
            family.count(&labels(target, field), rejected)?;
        }
    }
    Ok(())
}

/// What is made of each field of a target, in their order.
pub(super) fn used(scene: &Scene<'_>, target: &Target<'_>, snapshot: &Snapshot) -> Vec<Used> {
    let used = |field: &FieldUse| Used {
        derived: field.member.is_none() && is_derived(scene, target, field),
        times_rejected: rejected(target, field),
    };
    snapshot.fields.iter().map(used).collect()
}

/// Times of a field that were not believed; `None` for what is no time.
fn rejected(target: &Target<'_>, field: &FieldUse) -> Option<u64> {
    let contradicted = contradicted(target, field);
    let known = field.times_rejected.is_some() || contradicted.is_some();
    known.then(|| field.times_rejected.unwrap_or(0) + contradicted.unwrap_or(0))
}

/// Whether something else stands in for a field that no member feeds.
fn is_derived(scene: &Scene<'_>, target: &Target<'_>, field: &FieldUse) -> bool {
    let longest_wait = field.resource == Resource::ServiceState && field.field == "longest_wait";
    longest_wait
        && target.centers.iter().any(|center| {
            let mut services = center.service_state.unwrap_or_default().iter();
            services.any(|service| flow::derived_longest_wait(center, scene, &service.id).is_some())
        })
}

/// How often a time of a case contradicted what was observed; `None` for all other fields.
fn contradicted(target: &Target<'_>, field: &FieldUse) -> Option<u64> {
    let source = Source::ALL.into_iter().find(|source| source.resource() == field.resource)?;
    let number: fn(&RejectedTimes) -> u64 = match field.field {
        "created" => |times| times.created,
        "answered" => |times| times.answered,
        "waited" => |times| times.waited,
        _ => return None,
    };
    let flows = target.centers.iter().filter_map(|center| center.flow);
    Some(flows.map(|flow| number(&flow.rejected[source as usize])).sum())
}

fn labels<'a>(target: &Target<'a>, field: &'a FieldUse) -> [Label<'a>; 3] {
    let [target] = target.labels;
    [target, ("resource", field.resource.as_str()), ("field", field.field)]
}
