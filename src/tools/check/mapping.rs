//! Fields of the dictionary that the answers feed, and values that were understood: one line for
//! each resource that was read.

use super::{CheckedRows, Report};
use crate::{
    model::{Collector, FieldUse, Property, Resource},
    trio::Client,
};

/// Most fields that one line names; a line must stay readable in a terminal.
const MOST_NAMES: usize = 8;

/// Reports on each resource that could be read. One that could not already has a line about the
/// right to read it.
pub(super) fn check(client: &Client, read: &[CheckedRows], report: &mut Report) {
    let uses = client.field_uses();
    for CheckedRows { resource, rows } in read {
        let fields: Vec<&FieldUse> =
            uses.iter().filter(|field| field.resource == *resource).collect();
        judge(*resource, *rows, &fields, report);
    }
}

fn judge(resource: Resource, rows: usize, fields: &[&FieldUse], report: &mut Report) {
    let subject = format!("mapping {}", resource.as_str());
    // Members are known from rows alone. An empty list is neither right nor wrong.
    if rows == 0 {
        let remedy = if is_core(resource) {
            "every Trio in use has such rows: see whether the API user may see them, then check again"
        } else {
            "check again when there is something to read"
        };
        report.unknown(subject, "cannot be determined: the answer has no row", remedy);
        return;
    }
    // `present` is `None` while a spare field has no member: another field replaces it, so nothing
    // is missing.
    let expected = fields.iter().filter(|field| field.present.is_some()).count();
    let missing: Vec<&str> = fields
        .iter()
        .filter(|field| field.present == Some(false))
        .map(|field| field.field)
        .collect();
    let mut seen = vec![format!("{} of {expected} fields", expected - missing.len())];
    if !missing.is_empty() {
        seen.push(format!("no member feeds {}", listed(&missing)));
    }
    let unclear: Vec<&&FieldUse> = fields.iter().filter(|field| field.not_understood > 0).collect();
    seen.extend(unclear.iter().take(MOST_NAMES).map(|field| {
        let all = field.understood + field.not_understood;
        format!("{} of {all} values of `{}` not understood", field.not_understood, field.field)
    }));
    let seen = seen.join("; ");
    // Without a usable fact it is as if the resource were refused, so a script must see it by the
    // exit code, too.
    if is_core(resource) && !fields.iter().any(|field| is_fact(field) && field.understood > 0) {
        let remedy = "nothing of it can be exported: name its members in a fields_file; \
                      `trio-exporter inspect --suggest` writes one";
        report.fail(subject, seen, remedy);
    } else if missing.is_empty() && unclear.is_empty() {
        report.ok(subject, seen);
    } else {
        let remedy = "if Trio gives it otherwise, say so in a fields_file; `trio-exporter inspect` shows what comes";
        report.check(subject, seen, remedy);
    }
}

/// Returns true for the resources from which most metrics come.
pub(super) fn is_core(resource: Resource) -> bool {
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

fn listed(names: &[&str]) -> String {
    let shown = names[..names.len().min(MOST_NAMES)].join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};
    use crate::model::FieldSource;

    fn field(
        field: &'static str,
        present: Option<bool>,
        understood: u64,
        not_understood: u64,
    ) -> FieldUse {
        FieldUse {
            resource: Resource::AgentState,
            field,
            present,
            member: None,
            form: "text",
            source: FieldSource::Builtin,
            unknown_values: not_understood,
            understood,
            not_understood,
            rows_without: Some(0),
            unknown_words: Vec::new(),
            is_time: false,
        }
    }

    fn judged(resource: Resource, rows: usize, fields: &[FieldUse]) -> (Level, String) {
        let mut report = Report::default();
        judge(resource, rows, &fields.iter().collect::<Vec<_>>(), &mut report);
        (report.findings[0].level, report.findings[0].seen.clone())
    }

    #[test]
    fn a_resource_fails_only_where_no_fact_is_understood() {
        let id = || field("id", Some(true), 40, 0);
        let name = || field("first_name", None, 0, 0);
        let state = |understood, not| field("state", Some(true), understood, not);
        let since = |present| field("since", Some(present), if present { 40 } else { 0 }, 0);
        for (fields, level, seen) in [
            (vec![id(), name(), state(40, 0), since(true)], Level::Ok, "3 of 3 fields"),
            (
                vec![id(), state(30, 10), since(true)],
                Level::Check,
                "3 of 3 fields; 10 of 40 values of `state` not understood",
            ),
            (
                vec![id(), state(0, 40), since(true)],
                Level::Check,
                "3 of 3 fields; 40 of 40 values of `state` not understood",
            ),
            (
                vec![id(), state(0, 40), since(false)],
                Level::Fail,
                "2 of 3 fields; no member feeds since; 40 of 40 values of `state` not understood",
            ),
        ] {
            assert_eq!(judged(Resource::AgentState, 40, &fields), (level, seen.to_owned()));
        }
        let no_row = judged(Resource::AgentState, 0, &[id()]);
        assert_eq!(
            no_row,
            (Level::Unknown, "cannot be determined: the answer has no row".to_owned())
        );
        assert_eq!(judged(Resource::Agents, 1, &[id(), state(0, 1)]).0, Level::Check, "no core");
    }
}
