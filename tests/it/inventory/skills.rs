//! Agents who have the skill for a service.

use pretty_assertions::assert_eq;
use wiremock::ResponseTemplate;

use super::{hand_written, read, request_count, success};
use crate::support::{HandWritten, Journal, Samples};

fn skilled(metrics: &Samples, service: &str) -> Option<(f64, f64)> {
    let of = |state| {
        metrics.get("trio_service_skilled_agents", &[("service_id", service), ("state", state)])
    };
    Some((of("busy")?, of("available")?))
}

const BY_MEMBERS: &str = r#"{"data":[{"uid":1,"userId":7,"serviceId":11},{"uid":2,"userId":8,"serviceId":11},
    {"uid":3,"userId":8,"serviceId":12},{"uid":4,"userId":99,"serviceId":12}]}"#;

#[tokio::test]
async fn who_is_skilled_comes_from_the_row_filter_where_it_is_honoured() {
    for nobody in [
        ResponseTemplate::new(200).set_body_raw("[]", "application/json"),
        ResponseTemplate::new(404),
    ] {
        let trio = hand_written().await;
        trio.answer_query(
            "cc/1/skills",
            ("serviceId", "11"),
            r#"[{"userId":7},{"userId":8},{"userId":8}]"#,
        )
        .await;
        trio.answer_query("cc/1/skills", ("serviceId", "12"), "[]").await;
        wiremock::Mock::given(wiremock::matchers::path("/te/api/cc/1/skills"))
            .and(wiremock::matchers::query_param("serviceId", "1000015"))
            .respond_with(nobody)
            .mount(&trio.server)
            .await;
        let (mut app, metrics) = read(&trio).await;
        assert_eq!(skilled(&metrics, "11"), Some((1.0, 1.0)));
        assert_eq!(skilled(&metrics, "12"), Some((0.0, 0.0)));
        assert_eq!(
            metrics.find("trio_service_skilled_agents", &[]).len(),
            14,
            "every state is there"
        );
        app.step_after(5).await;
        assert_eq!(
            request_count(&trio, "serviceId=").await,
            3,
            "one request per service and the probe, every five minutes"
        );
        app.clock.advance(std::time::Duration::from_secs(61));
        assert!(
            !app.metrics().await.has("trio_service_skilled_agents"),
            "what the agents do is too old"
        );
    }
}

#[tokio::test]
async fn who_is_skilled_comes_from_members_where_the_filter_is_ignored() {
    let trio = hand_written().await;
    trio.answer("cc/1/skills", BY_MEMBERS).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(
        (skilled(&metrics, "11"), skilled(&metrics, "12")),
        (Some((1.0, 1.0)), Some((0.0, 1.0)))
    );
    assert_eq!(request_count(&trio, "serviceId=").await, 1, "the probe");
}

#[tokio::test]
async fn skilled_agents_without_source_are_absent_and_warn_once() {
    let journal = Journal::begin();
    let trio = hand_written().await;
    trio.answer("cc/1/skills", r#"{"data":[{"uid":1,"userId":7}]}"#).await;
    let (mut app, metrics) = read(&trio).await;
    assert!(!metrics.has("trio_service_skilled_agents"));
    app.step_after(300).await;
    let said = journal.lines();
    assert_eq!(said.iter().filter(|line| line.contains("joins skills to services")).count(), 1);
}

#[tokio::test]
async fn skills_without_known_agent_member_name_the_mapping() {
    let journal = Journal::begin();
    let trio = hand_written().await;
    trio.answer("cc/1/skills", r#"{"data":[{"uid":1,"wer":7}]}"#).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(success(&metrics, "skills", "1"), Some(0.0));
    let said = journal.lines();
    assert!(said.iter().any(|line| line.contains("`skills: agent_id: members`")), "{said:#?}");
}

#[tokio::test]
async fn many_services_cost_one_listing_of_skills_and_not_a_request_each() {
    let trio = HandWritten::start().await;
    let services: Vec<String> = (1..=201).map(|id| format!(r#"{{"serviceId":{id}}}"#)).collect();
    let services = format!(r#"{{"data":[{}]}}"#, services.join(","));
    trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
    trio.answer("cc/1/services", services.clone()).await;
    trio.answer("cc/1/services/state", services).await;
    trio.answer("cc/1/agents/state", r#"{"data":[{"agentId":7,"state":"Busy"}]}"#).await;
    trio.answer("cc/1/skills", BY_MEMBERS).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(request_count(&trio, "serviceId=").await, 0);
    assert_eq!(
        (skilled(&metrics, "11"), skilled(&metrics, "201")),
        (Some((1.0, 0.0)), Some((0.0, 0.0)))
    );
}
