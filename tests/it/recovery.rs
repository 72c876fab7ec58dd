//! Trio goes, comes back, changes: what the exporter shows meanwhile.

use pretty_assertions::assert_eq;
use trio_exporter::{metrics::Identity, sim::Options};
use wiremock::ResponseTemplate;

use crate::support::{HandWritten, Journal, Simulated, TestApp, config, still_clock, target};

const LIST: &str = r#"{"links":[],"data":"#;

/// A hand-written Trio with one service and one agent, and an exporter that has not stepped yet.
async fn small() -> (TestApp, HandWritten) {
    let trio = HandWritten::start().await;
    trio.answer("", r#"{"links":[],"data":{}}"#).await;
    for (resource, items) in [
        ("cc", r#"[{"id":1,"name":"Kundtjänst"}]"#),
        ("cc/1", "[]"),
        ("cc/1/services", r#"[{"serviceId":11,"serviceName":"Växel"}]"#),
        (
            "cc/1/services/state",
            r#"[{"serviceId":11,"open":true,"queueLength":2,"longestWaitTime":30}]"#,
        ),
        ("cc/1/servicegroups", "[]"),
        ("cc/1/agents", r#"[{"agentId":7,"firstName":"Åsa","lastName":"Ek","groupId":3}]"#),
        ("cc/1/agents/state", r#"[{"agentId":7,"state":"Busy"}]"#),
        ("cc/1/agentgroups", r#"[{"groupId":3,"groupName":"Lag Älg"}]"#),
    ] {
        trio.answer(resource, format!("{LIST}{items}}}")).await;
    }
    let app = TestApp::for_target(target(&trio.url())).await;
    (app, trio)
}

/// Forgets every answer; from now on everything is 404.
async fn fall_silent(trio: &HandWritten) {
    trio.server.reset().await;
}

#[tokio::test]
async fn without_a_trio_the_exporter_answers_and_says_that_it_is_down() {
    let mut app = TestApp::for_target(target("http://127.0.0.1:1/te/api")).await;
    assert_eq!(app.get("/-/healthy").await, "healthy\n");
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(0.0), "before the first step");
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    assert_eq!(
        metrics.get("trio_api_requests_total", &[("resource", "api"), ("code", "connect")]),
        Some(1.0)
    );
    assert_eq!(metrics.contact_center_families(), Vec::<&str>::new());
    assert_eq!(app.get("/-/ready").await, "ready\n");
}

#[tokio::test]
async fn when_trio_goes_its_gauges_go_within_a_minute_and_the_counters_stay() {
    let (mut app, trio) = small().await;
    app.step().await;
    app.step_after(5).await;
    fall_silent(&trio).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "agent_state")]), Some(0.0));
    assert_eq!(
        metrics.get("trio_service_queue_length", &[]),
        Some(2.0),
        "the last good reading is 5 s old"
    );

    app.step_after(56).await;
    let (metrics, agents) = (app.metrics().await, app.agents().await);
    assert_eq!(
        metrics.contact_center_families(),
        [
            "trio_agent_state_changes_total",
            "trio_agents_state_seconds_total",
            "trio_agents_unmeasured_seconds_total",
            "trio_contact_center_info",
            "trio_service_queue_wait_seconds_total",
        ],
        "counters, and what is configured, which may be 15 minutes old"
    );
    assert_eq!(metrics.get("trio_agents_state_seconds_total", &[("state", "busy")]), Some(5.0));
    assert_eq!(agents.contact_center_families(), ["trio_agent_state_seconds_total"]);

    app.step_after(900).await;
    assert!(!app.metrics().await.has("trio_contact_center_info"));
}

#[tokio::test]
async fn old_numbers_go_even_if_the_poller_hangs() {
    let (mut app, _trio) = small().await;
    app.step().await;
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
    app.clock.advance(std::time::Duration::from_secs(61));
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    assert!(!metrics.has("trio_service_queue_length"));
    assert!(!metrics.has("trio_agents"));
}

#[tokio::test]
async fn returning_trio_is_read_at_once_gap_is_unmeasured() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let control = format!("http://{}/sim/control/answering", trio.addr);
    let client = crate::support::reqwest_client();
    let order = |body: &'static str| {
        client.post(&control).header("content-type", "application/json").body(body).send()
    };
    order(r#"{"answering":false}"#).await.expect("an answer");
    let mut app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
    app.step().await;
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(0.0));
    order(r#"{"answering":true}"#).await.expect("an answer");
    // A login that fails before one has worked may be a wrong password: it is not repeated at once.
    app.step_after(60).await;
    let named = [("service_id", "101"), ("service_name", "Växel")];
    assert_eq!(app.metrics().await.get("trio_service_info", &named), Some(1.0));

    app.step_after(5).await;
    let before = app.metrics().await;
    assert_eq!(before.sum("trio_agents_state_seconds_total"), 5.0 * 40.0);
    order(r#"{"answering":false}"#).await.expect("an answer");
    for _ in 0..20 {
        app.step_after(5).await;
    }
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(0.0));
    order(r#"{"answering":true}"#).await.expect("an answer");
    app.step_after(5).await;
    let after = app.metrics().await;
    assert_eq!(after.get("trio_up", &[]), Some(1.0));
    assert_eq!(after.sum("trio_agents"), 40.0);
    assert_eq!(after.sum("trio_agents_state_seconds_total"), 5.0 * 40.0);
    assert_eq!(after.sum("trio_agents_unmeasured_seconds_total"), 105.0 * 40.0);
    let logins = after.sum("trio_auth_logins_total");
    assert_eq!(
        logins, 2.0,
        "one that failed before Trio answered, one that did not: its token is still good"
    );
}

#[tokio::test]
async fn lasting_situation_is_logged_in_one_line() {
    let journal = Journal::begin();
    let about_target = || {
        let mut lines = journal.lines();
        lines.retain(|line| line.contains("scope=\"target\""));
        lines
    };
    let mut nowhere = TestApp::for_target(target("http://127.0.0.1:1/te/api")).await;
    for _ in 0..5 {
        nowhere.step_after(5).await;
    }
    let told = about_target();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("no connection"), "{told:#?}");

    journal.take();
    let trio = Simulated::start(Options::default(), still_clock()).await;
    let mut app = TestApp::for_target(trio.target(true)).await;
    app.step().await;
    drop(trio);
    // Long enough for the contact centres to be due as well: another request without an answer.
    for _ in 0..70 {
        app.step_after(5).await;
    }
    let told = about_target();
    assert_eq!(told.len(), 1, "{told:#?}");
}

#[tokio::test]
async fn one_collector_without_rights_does_not_stop_the_others() {
    let trio = HandWritten::start().await;
    trio.respond("cc/1/agents/state", ResponseTemplate::new(403)).await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    trio.answer("cc/1/services/state", r#"{"data":[{"serviceId":11,"queueLength":2}]}"#).await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "agent_state")]), Some(0.0));
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "service_state")]), Some(1.0));
    assert_eq!(metrics.get("trio_service_queue_length", &[("service_id", "11")]), Some(2.0));
    assert!(!metrics.has("trio_agents"));
    assert!(!metrics.has("trio_agents_state_seconds_total"));
}

#[tokio::test]
async fn an_id_that_no_configuration_explains_is_asked_about_once_and_at_once() {
    let (mut app, trio) = small().await;
    app.step().await;
    let reads = |samples: &crate::support::Samples| {
        samples.get("trio_api_requests_total", &[("resource", "services"), ("code", "200")])
    };
    assert_eq!(reads(&app.metrics().await), Some(3.0), "read, and counted in two steps");
    trio.server.reset().await;
    let login = serde_json::json!({"access_token": "token-2", "expires_in": 3600});
    wiremock::Mock::given(wiremock::matchers::method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_json(login))
        .mount(&trio.server)
        .await;
    for (resource, items) in [
        (
            "cc/1/services",
            r#"[{"serviceId":11,"serviceName":"Växel"},{"serviceId":12,"serviceName":"Ny"}]"#,
        ),
        ("cc/1/services/state", r#"[{"serviceId":11},{"serviceId":12},{"serviceId":13}]"#),
        ("cc/1/servicegroups", "[]"),
        ("cc/1/agents", "[]"),
        ("cc/1/agents/state", "[]"),
        ("cc/1/agentgroups", "[]"),
    ] {
        trio.answer(resource, format!("{LIST}{items}}}")).await;
    }
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(reads(&metrics), Some(4.0), "once, for members that hide and for the unknown ids");
    assert_eq!(
        metrics.get("trio_service_info", &[("service_id", "12"), ("service_name", "Ny")]),
        Some(1.0)
    );
    assert_eq!(
        metrics.get("trio_service_info", &[("service_id", "13"), ("service_name", "")]),
        Some(1.0)
    );
    for _ in 0..5 {
        app.step_after(5).await;
    }
    assert_eq!(
        reads(&app.metrics().await),
        Some(4.0),
        "service 13 is unknown, and is not asked for again"
    );
}

#[tokio::test]
async fn a_service_that_vanishes_from_trio_vanishes_from_the_metrics() {
    let clock = still_clock();
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let mut app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
    app.step().await;
    assert_eq!(
        app.metrics().await.find("trio_service_open", &[]).len(),
        trio.simulator.service_count()
    );
    let url = format!("http://{}/sim/control/services/101", trio.addr);
    let answer = crate::support::reqwest_client().delete(url).send().await.expect("an answer");
    assert!(answer.status().is_success());
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.find("trio_service_open", &[]).len(), 7);
    let of_the_service = metrics.all().filter(|(series, _)| series.contains("service_id=\"101\""));
    assert_eq!(of_the_service.count(), 0);
}

#[tokio::test]
async fn names_of_every_kind_break_no_scrape() {
    let long = "å".repeat(10_000);
    let names = ["say \"hi\"", "back\\slash", "new\nline", "🙂 åäö", "", "} 1", "# EOF", &long];
    let services: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(id, name)| serde_json::json!({"serviceId": id, "serviceName": name}))
        .collect();
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
    trio.answer("cc/1/services", serde_json::json!({ "data": services }).to_string()).await;
    trio.answer("cc/1/services/state", serde_json::json!({ "data": services }).to_string()).await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    let metrics = app.metrics().await;
    let infos = metrics.find("trio_service_info", &[]);
    assert_eq!(infos.len(), names.len());
    let cut = format!("service_name=\"{}\"", "å".repeat(200));
    for shown in [
        r#"service_name="say \"hi\"""#,
        r#"service_name="back\\slash""#,
        // A control character could forge a line of a log or of `trace`.
        "service_name=\"new\u{fffd}line\"",
        r#"service_name="""#,
        &cut,
    ] {
        assert!(infos.iter().any(|(series, _)| series.contains(shown)), "{shown}: {infos:#?}");
    }
}
