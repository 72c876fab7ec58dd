//! The checker of PromQL finds what is planted, and lets good expressions pass.

use crate::promql::{Catalogue, matchings, problems, selectors, without_variables};

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

#[test]
fn no_fault_is_found_with_good_expressions() {
    let catalogue = catalogue();
    for expr in [
        "trio_up == 0",
        r#"up{job="trio"} == 0 or absent(up{job="trio"})"#,
        r#"absent(up{job="trio"}) * on (job) group_left (instance) up"#,
        "trio_service_queue_length or vector(0)",
        "ALERTS{alertstate=\"firing\", service_id=~\".+\"}",
        "service_class:trio_service_cases_offered:increase30m > 10",
        "sum by (service_id) (increase(trio_service_cases_offered_total[1h]))",
        "count by (collector) (trio_collector_incomplete_total)",
        "trio_up and on (job, instance, target) trio_auth_logins_total",
        "max_over_time(rate(trio_api_requests_total[5m])[1h:1m])",
        "histogram_quantile(0.9, sum by (le, service_id) (rate(trio_service_wait_seconds_bucket[5m])))",
        r#"sum(rate(trio_service_wait_seconds_bucket{le="20.0"}[5m]))"#,
        "time() - max by (target) (trio_collector_last_success_timestamp_seconds)",
        "topk(6, trio_service_queue_length) by (target)",
        r#"label_replace(trio_up, "name", "$1", "target", "(.*)")"#,
        r#"label_replace(sum(trio_up), "week", "1", "", "")"#,
        r#"count_values("up", sum(trio_up)) * on () group_left (all) count_values("all", count(trio_up))"#,
        r#"count by (severity) (ALERTS{alertstate="firing"})"#,
        "trio_service_queue_length * on (job, instance, target, contact_center, service_id) \
         group_left (service_group_id) trio_service_group_member",
        r#"trio_agents{state!~"logged_out|unknown"} offset 1w"#,
        "min_over_time(trio_service_open[10m]) == bool 0",
    ] {
        assert_eq!(problems(expr, &catalogue), Vec::<String>::new(), "{expr}");
    }
}

#[test]
fn each_planted_mistake_is_found_and_named() {
    let catalogue = catalogue();
    for (expr, complaint) in [
        ("sum by (job) trio_up +", "it does not parse"),
        ("rate(trio_service_queue_length)", "it does not parse"),
        ("abs(1)", "it does not parse"),
        ("no_such_function(trio_up)", "it does not parse"),
        ("trio_service_que_length", "there is no trio_service_que_length"),
        ("service_class:trio_service_cases_lost:increase30m", "there is no service_class:"),
        (r#"{job="trio"}"#, "names no metric"),
        ("trio_service_wait_seconds", "there is no trio_service_wait_seconds"),
        (r#"trio_up{service_id="1"}"#, "there is no label service_id"),
        ("sum by (agent_name) (trio_agents)", "there is no label agent_name"),
        ("sum without (service) (trio_service_open)", "there is no label service in"),
        (
            "trio_service_open * on (service) trio_service_info",
            "there is no label service in the left side",
        ),
        ("sum(trio_up) * on (job) trio_up", "there is no label job in the left side"),
        (r#"absent(up{job=~"trio"}) * on (job) up"#, "there is no label job in the left side"),
        ("trio_service_open unless on (case_class) trio_service_info", "in the left side"),
        (r#"label_replace(sum(trio_up), "week", "1", "day", "")"#, "there is no label day"),
        (
            r#"count_values("up", trio_up) * on () group_left (all) sum(trio_up)"#,
            "there is no label all",
        ),
        (
            "trio_service_open * on (job, service_id) group_left (agent_id) trio_service_info",
            "there is no label agent_id in the one side",
        ),
        ("trio_service_queue_length > trio_service_wait_target_seconds", "never matches"),
        (r#"trio_agents{state="avaliable"}"#, r#"no state="avaliable""#),
        (r#"trio_agents{state=~"busy|wrapup"}"#, r#"no state="wrapup""#),
        (r#"increase(trio_service_cases_left_total{age!="shrt"}[5m])"#, r#"no age="shrt""#),
        (r#"trio_service_class_waiting{case_class="mail"}"#, r#"no case_class="mail""#),
        ("trio_service_cases_offered_total", "means nothing without rate"),
        ("sum(trio_service_cases_offered_total)", "means nothing without rate"),
        ("avg_over_time(trio_service_cases_offered_total[5m])", "means nothing without rate"),
        ("delta(trio_service_cases_offered_total[5m])", "means nothing without rate"),
        ("rate(trio_service_queue_length[5m])", "trio_service_queue_length is no counter"),
        ("increase(service_class:trio_service_cases_offered:increase30m[1h])", "is no counter"),
        ("rate(sum(trio_service_cases_offered_total)[5m:1m])", "of something that was calculated"),
        (
            "histogram_quantile(0.9, sum by (service_id) (rate(trio_service_wait_seconds_bucket[5m])))",
            "mixes the buckets",
        ),
        (
            "histogram_quantile(0.9, rate(trio_service_wait_seconds_sum[5m]))",
            "there is no label le",
        ),
        ("sum(rate(trio_service_wait_seconds_bucket[5m]))", "mixes the buckets"),
        (r#"rate(trio_service_wait_seconds_bucket{le="20"}[5m])"#, r#"no le="20""#),
        ("sort_by_label(trio_up, \"job\")", "experimental"),
    ] {
        let found = problems(expr, &catalogue);
        assert!(found.iter().any(|problem| problem.contains(complaint)), "{expr}: {found:?}");
    }
}
