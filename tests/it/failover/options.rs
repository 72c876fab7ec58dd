//! Parameters that a request can do without: a failure that they may have caused moves the exporter
//! to no other server before the same request without them has failed too.

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::sim::{Dialect, Options, UnknownFields};
use wiremock::{Mock, Request, ResponseTemplate, matchers::method};

use crate::support::{HandWritten, Journal, NOBODY, Simulated, Trap, still_clock, target};

use super::pair::{active, exporter, of_both, series};

/// Collectors of what happens now.
const COLLECTORS: [&str; 4] = ["agent_state", "service_state", "calls", "cases"];

/// A server that answers its lists, and may name a secondary.
async fn naming(secondary: Option<&str>) -> HandWritten {
    let trio = HandWritten::start().await;
    let own = trio.server.address().to_string();
    let names = secondary.map(|it| json!({"primaryServer": own, "secondaryServer": it}));
    let names = json!({"links": [], "data": names.unwrap_or_else(|| json!({}))});
    let jobs = json!([{"jobNo": 30, "service": 1}, {"jobNo": 4, "service": 1}]);
    for (resource, body) in [
        ("", names),
        ("cc", json!([{"id": 1, "name": "Kundtjänst"}])),
        ("cc/1", json!([])),
        ("cc/1/services", json!([{"id": 1, "name": "Växel"}])),
        ("cc/1/services/state", json!([{"serviceId": 1, "open": true, "queueLength": 3}])),
        ("cc/1/servicegroups", json!([])),
        ("cc/1/agents", json!([{"id": 7}])),
        ("cc/1/agents/state", json!([{"agentId": 7, "state": "free"}])),
        ("cc/1/services/calls", jobs.clone()),
        ("cc/1/services/cases", jobs),
        ("cc/1/agentgroups", json!([])),
    ] {
        trio.answer(resource, body.to_string()).await;
    }
    trio
}

/// Answers every request that has the parameter in this way.
async fn fail_with(trio: &HandWritten, parameter: &'static str, response: ResponseTemplate) {
    let has = move |request: &Request| request.url.query_pairs().any(|(name, _)| name == parameter);
    Mock::given(method("GET"))
        .and(has)
        .respond_with(response)
        .with_priority(1)
        .mount(&trio.server)
        .await;
}

#[tokio::test]
async fn failure_of_optional_parameter_never_ends_the_readings() {
    let mute = Trap::set("").await;
    let mute_address = mute.addr.to_string();
    let pause = |seconds: &str| ResponseTemplate::new(503).insert_header("Retry-After", seconds);
    for (parameter, response, secondary) in [
        ("fields", ResponseTemplate::new(500), mute_address.as_str()),
        ("fields", ResponseTemplate::new(500), NOBODY),
        ("fields", ResponseTemplate::new(502), &mute_address),
        ("fields", ResponseTemplate::new(503), &mute_address),
        ("fields", pause("1"), &mute_address),
        ("sort", ResponseTemplate::new(500), &mute_address),
        ("sort", pause("1"), &mute_address),
    ] {
        let case = format!("{parameter}, {response:?}, {secondary}");
        let is_pause = case.contains("retry-after");
        let trio = naming(Some(secondary)).await;
        fail_with(&trio, parameter, response).await;
        let mut target = target(&trio.url());
        target.trio.limits.connect = std::time::Duration::from_millis(100);
        target.trio.limits.request = std::time::Duration::from_millis(300);
        let mut app = exporter(target, still_clock()).await;
        let mut read = [0; COLLECTORS.len()];
        for _ in 0..12 {
            app.step_after(5).await;
            let metrics = app.metrics().await;
            for (count, collector) in read.iter_mut().zip(COLLECTORS) {
                let of = [("collector", collector)];
                *count += usize::from(metrics.get("trio_collector_success", &of) == Some(1.0));
            }
            // During a pause that a list asks for nothing can be read of it.
            assert!(is_pause || metrics.get("trio_up", &[]) == Some(1.0), "{case}");
        }
        match is_pause {
            true => assert!(read.iter().all(|count| *count >= 5), "{case}: {read:?} of 12"),
            false => assert_eq!(read, [12; COLLECTORS.len()], "{case}"),
        }
        let metrics = app.metrics().await;
        assert_eq!(metrics.get("trio_failovers_total", &[]), Some(0.0), "{case}");
    }
    let asked = mute.heard().join("\n").to_lowercase();
    assert!(!asked.contains("fields=") && !asked.contains("authorization"), "{asked}");
}

#[tokio::test]
async fn server_failing_unknown_fields_is_kept_and_the_log_names_them() {
    for dialect in Dialect::ALL {
        for state_times in [true, false] {
            let clock = still_clock();
            let options = || Options {
                dialect,
                state_times,
                unknown_fields: UnknownFields::ServerError,
                ..Options::default()
            };
            let primary = Simulated::start(options(), clock.clone()).await;
            let secondary = Simulated::start(options(), clock.clone()).await;
            let other = json!({"other": secondary.addr.to_string(), "passive": false});
            primary.order("failover", &other).await;
            let journal = Journal::begin();
            let mut app = exporter(of_both(&primary, &secondary), clock).await;
            for _ in 0..6 {
                app.step_after(5).await;
                let up = app.metrics().await.get("trio_up", &[]);
                assert_eq!(up, Some(1.0), "{dialect:?} {state_times}");
            }
            let metrics = app.metrics().await;
            assert_eq!(
                active(&metrics),
                [series("trio_server_active", &primary, "primary")],
                "{dialect:?} {state_times}"
            );
            assert_eq!(metrics.get("trio_failovers_total", &[]), Some(0.0));
            let lines = journal.lines();
            let named = lines.iter().filter(|line| line.contains("refuses fields= with names"));
            assert!(named.count() > 0, "{dialect:?} {state_times}: {lines:#?}");
        }
    }
}

#[tokio::test]
async fn plain_request_decides_at_the_server_that_was_moved_to() {
    let clock = still_clock();
    let primary = Simulated::start(Options::default(), clock.clone()).await;
    let trio = naming(None).await;
    for parameter in ["fields", "sort"] {
        fail_with(&trio, parameter, ResponseTemplate::new(500)).await;
    }
    let mut target = primary.target(true);
    target.trio.servers.push(trio.url().parse().expect("a URL"));
    let mut app = exporter(target, clock).await;
    // From the second reading on the lists are asked for with `fields=`.
    app.step().await;
    app.step_after(5).await;
    let addr = primary.addr;
    drop(primary);
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for _ in 0..6 {
        app.step_after(5).await;
        let metrics = app.metrics().await;
        for collector in COLLECTORS {
            let success = metrics.get("trio_collector_success", &[("collector", collector)]);
            assert_eq!(success, Some(1.0), "{collector}");
        }
        assert_eq!(metrics.get("trio_failovers_total", &[]), Some(1.0));
    }
}
