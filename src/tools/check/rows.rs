//! Rows that lack a required id or service: they are left out of the metrics of services, agents
//! and calls.

use super::Report;
use crate::{model::FieldUse, trio::Client};

/// Reports the rows of all resources that were read.
pub(super) fn check(client: &Client, report: &mut Report) {
    judge(&client.field_uses(), report);
}

/// Reports each field that some rows lack.
// If no row has it, its member is missing or the resource cannot be read; `mapping` and `rights`
// report that.
fn judge(fields: &[FieldUse], report: &mut Report) {
    let found = fields.iter().filter(|field| field.present == Some(true));
    // `rows_without` is known only for the required fields.
    let keys: Vec<(&FieldUse, u64)> =
        found.filter_map(|field| Some((field, field.rows_without?))).collect();
    if keys.is_empty() {
        return;
    }
    if keys.iter().all(|(_, rows)| *rows == 0) {
        report.ok("rows", "every row has its required id and service");
        return;
    }
    for (field, rows) in keys.into_iter().filter(|(_, rows)| *rows > 0) {
        let name = field.field;
        let seen = match rows {
            1 => format!("1 row has no {name}, so it is left out of the counts"),
            _ => format!("{rows} rows have no {name}, so they are left out of the counts"),
        };
        report.check(
            format!("rows {} {name}", field.resource.as_str()),
            seen,
            "look at those rows: `trio-exporter inspect --show-values`",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};
    use crate::model::{FieldSource, Resource};

    fn key(field: &'static str, rows_without: Option<u64>) -> FieldUse {
        FieldUse {
            resource: Resource::Calls,
            field,
            present: Some(true),
            member: Some("jobNo".into()),
            form: "text",
            source: FieldSource::Builtin,
            unknown_values: 0,
            understood: 0,
            not_understood: 0,
            unknown_words: Vec::new(),
            rows_without,
            is_time: false,
        }
    }

    fn findings(fields: &[FieldUse]) -> Vec<(Level, String)> {
        let mut report = Report::default();
        judge(fields, &mut report);
        report
            .findings
            .iter()
            .map(|found| (found.level, format!("{}: {}", found.subject, found.seen)))
            .collect()
    }

    #[test]
    fn each_field_with_missing_keys_is_one_finding() {
        assert_eq!(findings(&[]), []);
        assert_eq!(findings(&[key("state", None)]), [], "not a required field");
        let complete = findings(&[key("id", Some(0)), key("service_id", Some(0))]);
        assert_eq!(complete.iter().map(|(level, _)| *level).collect::<Vec<_>>(), [Level::Ok]);
        let absent = FieldUse { present: Some(false), ..key("id", Some(9)) };
        assert_eq!(findings(&[absent]), [], "no member feeds the field; mapping reports it");
        let lacking =
            findings(&[key("id", Some(5)), key("service_id", Some(1)), key("id", Some(0))]);
        assert_eq!(
            lacking,
            [
                (
                    Level::Check,
                    "rows services/calls id: 5 rows have no id, so they are left out of the counts".to_owned()
                ),
                (
                    Level::Check,
                    "rows services/calls service_id: 1 row has no service_id, so it is left out of the counts"
                        .to_owned()
                ),
            ]
        );
    }
}
