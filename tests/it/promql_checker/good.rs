//! Expressions with which the checker must find no fault.

use super::{catalogue, problems};

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
