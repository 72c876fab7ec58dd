//! Fields of the dictionary that the answers feed, and values that were understood: one line for
//! each resource that was read, or one for each finding about it.

use super::Report;
use crate::{
    diagnosis::{Subject, is_core},
    model::{Collector, FieldUse, Resource},
    snapshot::Snapshot,
};

/// Reports on each resource that could be read. A resource that cannot be read has a line about its
/// right.
pub(super) fn report(snapshot: &Snapshot, report: &mut Report) {
    for resource in Collector::ALL.into_iter().filter_map(Collector::resource) {
        let fields = snapshot.fields.iter().filter(|field| field.resource == resource);
        report_resource(snapshot, resource, fields, report);
    }
}

fn report_resource<'f>(
    snapshot: &Snapshot,
    resource: Resource,
    fields: impl Iterator<Item = &'f FieldUse>,
    report: &mut Report,
) {
    let Some(collector) = Collector::of(resource) else { return };
    let items =
        snapshot.centers.iter().filter_map(|center| center.reading(collector).health()?.items);
    let items: Vec<usize> = items.collect();
    if items.is_empty() {
        return;
    }
    let subject = format!("mapping {}", resource.as_str());
    if report.add_found(|subject| *subject == Subject::Mapping(resource)) {
        return;
    }
    // Members are known from rows alone. An empty list is neither right nor wrong.
    if items.iter().sum::<usize>() == 0 {
        let remedy = if is_core(resource) {
            "a Trio in use always has such rows: see whether the API user may see them, then check again"
        } else {
            "check again when there is something to read"
        };
        report.unknown(subject, "cannot be determined: the answer has no row", remedy);
        return;
    }
    // `present` is `None` for an optional field without a member.
    let fields: Vec<&FieldUse> = fields.collect();
    let fed = fields.iter().filter(|field| field.present == Some(true)).count();
    let optional = fields.iter().filter(|field| field.present.is_none());
    let optional: Vec<&str> = optional.map(|field| field.field).collect();
    let missing = match optional.as_slice() {
        [] => String::new(),
        names => format!("; not found, but optional: {}", names.join(", ")),
    };
    report.ok(subject, format!("{fed} of {} fields{missing}", fields.len()));
}
