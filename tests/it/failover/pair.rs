//! A simulated pair: redirects, outages, returns.

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::{config::Target, metrics::Identity, model::Clock, sim::Options};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path_regex, query_param},
};

use crate::support::{HandWritten, Samples, Simulated, TestApp, Trap, config, still_clock, target};

/// A primary and a secondary that know of each other, in normal mode, and the time that they share.
pub(super) async fn pair() -> (Simulated, Simulated, Clock) {
    let clock = still_clock();
    let primary = Simulated::start(Options::default(), clock.clone()).await;
    let secondary = Simulated::start(Options::default(), clock.clone()).await;
    introduce(&primary, &secondary).await;
    (primary, secondary, clock)
}

async fn introduce(primary: &Simulated, secondary: &Simulated) {
    primary
        .order("failover", &json!({"other": secondary.addr.to_string(), "passive": false}))
        .await;
    let order = json!({"other": primary.addr.to_string(), "secondary": true, "passive": true});
    secondary.order("failover", &order).await;
}

/// Normal mode, or failover mode.
pub(super) async fn take_over(from: &Simulated, to: &Simulated, bare: bool) {
    to.order("failover", &json!({"passive": false})).await;
    from.order("failover", &json!({"passive": true, "bare": bare})).await;
}

pub(super) fn of_both(first: &Simulated, second: &Simulated) -> Target {
    let mut target = first.target(true);
    target.trio.servers.push(second.url().parse().expect("a URL"));
    target
}

pub(super) async fn exporter(target: Target, clock: Clock) -> TestApp {
    TestApp::start_at(config(target, Identity::Name), clock).await
}

pub(super) fn active(metrics: &Samples) -> Vec<String> {
    let all = metrics.find("trio_server_active", &[]).into_iter();
    all.filter(|(_, value)| *value == 1.0).map(|(series, _)| series.to_owned()).collect()
}

pub(super) fn series(family: &str, server: &Simulated, role: &str) -> String {
    format!("{family}{{target=\"test\",server=\"{}\",role=\"{role}\"}}", server.addr)
}

pub(super) fn up(metrics: &Samples, server: &Simulated) -> Option<f64> {
    metrics.get("trio_server_up", &[("server", &server.addr.to_string())])
}

#[tokio::test]
async fn passive_primary_is_left_for_secondary_within_cycle() {
    for bare in [false, true] {
        let (primary, secondary, clock) = pair().await;
        take_over(&primary, &secondary, bare).await;
        let mut app = exporter(of_both(&primary, &secondary), clock).await;
        app.step().await;
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "{bare}");
        assert_eq!(metrics.sum("trio_agents"), 40.0, "{bare}");
        assert_eq!(
            active(&metrics),
            [series("trio_server_active", &secondary, "secondary")],
            "{bare}"
        );
        assert_eq!(
            (up(&metrics, &primary), up(&metrics, &secondary)),
            (Some(1.0), Some(1.0)),
            "{bare}"
        );
        assert_eq!(metrics.get("trio_failovers_total", &[]), Some(1.0), "{bare}");
        assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0, "{bare}");
        let redirected = metrics.find("trio_api_requests_total", &[("code", "307")]);
        assert_eq!(redirected.len(), 1, "{bare}: only the login: {redirected:?}");
    }
}

#[tokio::test]
async fn mode_change_is_followed_with_login_at_each_server() {
    let (primary, secondary, clock) = pair().await;
    let mut app = exporter(of_both(&primary, &secondary), clock).await;
    app.step().await;
    assert_eq!(active(&app.metrics().await), [series("trio_server_active", &primary, "primary")]);
    take_over(&primary, &secondary, true).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
    assert_eq!(metrics.get("trio_failover_mode", &[]), Some(0.0), "as its last probe said");
    assert_eq!(metrics.get("trio_agents_unmeasured_seconds_total", &[]), Some(5.0 * 40.0));
    assert_eq!(metrics.sum("trio_agents_state_seconds_total"), 0.0);
    assert_eq!(metrics.get("trio_auth_logins_total", &[]), Some(2.0));
    for collector in ["agent_state", "service_state"] {
        assert_eq!(metrics.get("trio_collector_success", &[("collector", collector)]), Some(1.0));
    }
    // In failover mode the primary answers for itself, and still sends everybody away.
    for _ in 0..20 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_failovers_total", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_failover_mode", &[]), Some(1.0), "probed every half minute");
    assert_eq!(metrics.find("trio_api_info", &[("version", "8.2.0.0")]).len(), 2);
    take_over(&secondary, &primary, true).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &primary, "primary")]);
    assert_eq!(metrics.get("trio_failovers_total", &[]), Some(2.0));
    assert_eq!(metrics.get("trio_auth_logins_total", &[]), Some(3.0));
    assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0);
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
}

#[tokio::test]
async fn a_server_that_only_the_api_resource_names_takes_over_too() {
    let (primary, secondary, clock) = pair().await;
    take_over(&primary, &secondary, false).await;
    let mut app = exporter(primary.target(true), clock).await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
}

#[tokio::test]
async fn api_resource_names_primary_in_any_configured_order() {
    let (primary, secondary, clock) = pair().await;
    let mut app = exporter(of_both(&secondary, &primary), clock).await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [series("trio_server_active", &primary, "primary")]);
    assert_eq!(metrics.find("trio_server_active", &[]).len(), 2);
}

#[tokio::test]
async fn lost_primary_is_replaced_within_cycle_and_returned_to() {
    let (primary, secondary, clock) = pair().await;
    let mut app = exporter(of_both(&primary, &secondary), clock.clone()).await;
    app.step().await;
    let addr = primary.addr;
    let gone = series("trio_server_active", &primary, "primary");
    drop(primary);
    secondary.order("failover", &json!({"passive": false})).await;
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "within the same cycle");
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "agent_state")]), Some(1.0));
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
    assert_eq!(metrics.get("trio_server_up", &[("server", &addr.to_string())]), Some(0.0));
    assert_eq!(up(&metrics, &secondary), Some(1.0));

    let primary = Simulated::start_at(&addr.to_string(), Options::default(), clock).await;
    introduce(&primary, &secondary).await;
    secondary.order("failover", &json!({"passive": false})).await;
    for _ in 0..7 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    assert_eq!(active(&metrics), [gone]);
    assert_eq!(up(&metrics, &primary), Some(1.0));
    assert_eq!(metrics.get("trio_failovers_total", &[]), Some(2.0));
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_failovers_total", &[]), Some(2.0));
    assert_eq!(metrics.sum("trio_auth_failures_total"), 0.0, "the old tokens are not tried again");
}

#[tokio::test]
async fn servers_that_send_each_other_every_request_are_asked_once_each() {
    let (primary, secondary, clock) = pair().await;
    primary.order("failover", &json!({"passive": true})).await;
    let mut app = exporter(of_both(&primary, &secondary), clock).await;
    for _ in 0..3 {
        let before = (primary.simulator.requests(), secondary.simulator.requests());
        app.step_after(5).await;
        let asked =
            (primary.simulator.requests() - before.0, secondary.simulator.requests() - before.1);
        assert!(asked.0 <= 4 && asked.1 <= 4, "{asked:?}");
    }
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(0.0));
    assert_eq!(metrics.get("trio_failovers_total", &[]), Some(0.0));
    take_over(&secondary, &primary, false).await;
    app.step_after(5).await;
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
}

#[tokio::test]
async fn a_secondary_that_says_nothing_holds_no_cycle_up_and_is_not_up() {
    let clock = still_clock();
    let primary = Simulated::start(Options::default(), clock.clone()).await;
    let mute = Trap::set("").await;
    let mut target = primary.target(true);
    target.trio.servers.push(format!("http://{}/te/api", mute.addr).parse().expect("a URL"));
    let mut app = exporter(target, clock).await;
    let begun = std::time::Instant::now();
    app.step().await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.get("trio_server_up", &[("server", &mute.addr.to_string())]), Some(0.0));
    assert!(mute.heard().iter().all(|heard| !heard.to_lowercase().contains("authorization")));
}

#[tokio::test]
async fn silent_active_server_is_replaced_within_cycle() {
    let (primary, secondary, clock) = pair().await;
    let mut target = of_both(&primary, &secondary);
    target.trio.limits.request = std::time::Duration::from_millis(500);
    let mut app = exporter(target, clock).await;
    app.step().await;
    primary.order("answering", &json!({"answering": false, "mode": "hang"})).await;
    secondary.order("failover", &json!({"passive": false})).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(active(&metrics), [series("trio_server_active", &secondary, "secondary")]);
}

#[tokio::test]
async fn flapping_primary_is_returned_to_less_and_less_often() {
    let clock = still_clock();
    let secondary = Simulated::start(Options::default(), clock.clone()).await;
    let primary = HandWritten::start().await;
    let order = json!({"other": primary.server.address().to_string(), "secondary": true});
    secondary.order("failover", &order).await;
    let away = || {
        ResponseTemplate::new(307).insert_header("Location", format!("http://{}/", secondary.addr))
    };
    primary.server.reset().await;
    primary.answer("", "{}").await;
    Mock::given(method("GET"))
        .and(path_regex("/te/api/.*"))
        .respond_with(away())
        .mount(&primary.server)
        .await;
    Mock::given(method("POST")).respond_with(away()).mount(&primary.server).await;
    let mut target = secondary.target(true);
    target.trio.servers.insert(0, primary.url().parse().expect("a URL"));
    let mut app = exporter(target, clock).await;
    for _ in 0..360 {
        app.step_after(5).await;
    }
    let metrics = app.metrics().await;
    let failovers = metrics.get("trio_failovers_total", &[]).expect("counted");
    assert!((3.0..=15.0).contains(&failovers), "{failovers} in half an hour");
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
}

#[tokio::test]
async fn every_server_is_asked_for_itself_every_half_minute_and_not_more_often() {
    let trio = HandWritten::start().await;
    Mock::given(method("GET"))
        .and(query_param("redirect", "false"))
        .respond_with(ResponseTemplate::new(200).set_body_string("{}"))
        .mount(&trio.server)
        .await;
    trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
    let mut app = TestApp::for_target(target(&trio.url())).await;
    for _ in 0..60 {
        app.step_after(1).await;
    }
    let requests = trio.server.received_requests().await.expect("recorded");
    let looks: Vec<_> = requests.iter().filter(|request| request.url.path() == "/te/api").collect();
    assert!(looks.iter().all(|look| look.url.query() == Some("redirect=false")));
    assert!(looks.iter().all(|look| !look.headers.contains_key("authorization")));
    assert!((2..=3).contains(&looks.len()), "{} in a minute", looks.len());
}

#[tokio::test]
async fn a_server_whose_resources_stand_elsewhere_is_read_by_its_own_links() {
    let clock = still_clock();
    let secondary = Simulated::start(Options::default(), clock.clone()).await;
    let primary = HandWritten::start().await;
    let link = json!([{"rel": "cc", "href": "/te/api/v2/centres"}, {"rel": "login", "href": "/te/api/v2/door"}]);
    let names = json!({"primaryServer": primary.server.address().to_string(),
        "secondaryServer": secondary.addr.to_string()});
    primary.answer("", json!({"links": link, "data": names}).to_string()).await;
    let token = json!({"access_token": "t", "expires_in": 3600});
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_json(token))
        .mount(&primary.server)
        .await;
    primary.answer("v2/centres", r#"{"data":[{"id":1}]}"#).await;
    primary.answer("v2/centres/1/agents/state", r#"{"data":[{"agentId":7,"state":"Busy"}]}"#).await;
    let mut target = secondary.target(true);
    target.trio.servers = vec![primary.url().parse().expect("a URL")];
    let mut app = exporter(target, clock).await;
    app.step().await;
    assert_eq!(app.metrics().await.sum("trio_agents"), 1.0);
    let order = json!({"other": primary.server.address().to_string(), "secondary": true});
    secondary.order("failover", &order).await;
    primary.server.reset().await;
    let away =
        ResponseTemplate::new(307).insert_header("Location", format!("http://{}", secondary.addr));
    Mock::given(path_regex("/te/api.*")).respond_with(away).mount(&primary.server).await;
    app.step_after(5).await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(metrics.sum("trio_agents"), 40.0);
}
