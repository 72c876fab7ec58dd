//! The checker of PromQL finds what is planted, and lets good expressions pass.

use crate::promql::{Catalogue, matchings, problems, selectors, without_variables};

mod good;
mod planted;

fn catalogue() -> Catalogue {
    Catalogue::with_recorded([(
        "service_class:trio_service_cases_offered:increase30m".to_owned(),
        "increase(trio_service_cases_offered_total[30m])".to_owned(),
    )])
}

#[test]
fn grafanas_variables_give_way_to_values() {
    for (text, expected) in [
        (r#"trio_up{job=~"$job"}"#, r#"trio_up{job=~".+"}"#),
        (r#"{service_id=~"${service:regex}"}"#, r#"{service_id=~".+"}"#),
        ("increase(x[$__range])", "increase(x[1h])"),
        ("rate(x[$__rate_interval]) * $__range_s", "rate(x[5m]) * 3600"),
        (r#"trio_up{job=~"trio$"}"#, r#"trio_up{job=~"trio$"}"#),
    ] {
        assert_eq!(without_variables(text), expected);
    }
}

#[test]
fn every_selector_inside_is_found_as_a_query_of_its_own() {
    let expr = r#"sum by (job) (increase(a_total{state="busy"}[5m] offset 1d)) / quantile(scalar(c), b) > 1"#;
    assert_eq!(selectors(expr), [r#"a_total{state="busy"}"#, "c", "b"]);
}

#[test]
fn every_matching_inside_is_found() {
    let expr = "a / on (job, instance) group_left () (b unless on (target) c) > ignoring (state) d";
    assert_eq!(matchings(expr), [vec!["job", "instance"], vec!["target"]]);
}
