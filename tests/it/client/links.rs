//! Links are followed to where the server says its resources are, but never to another server.

use serde_json::{Value, json};
use trio_exporter::model::Collector;
use wiremock::MockServer;

use super::trio::{BASIC, Trio, bearers, header, ok, tokens};
use crate::support::Samples;

const RESOURCES: [&str; 8] = [
    "services/calls",
    "services/cases",
    "services",
    "services/state",
    "servicegroups",
    "agents",
    "agents/state",
    "agentgroups",
];

fn links(base: &str, prefix: &str, rels: &[&str]) -> Value {
    rels.iter().map(|rel| json!({"rel": rel, "href": format!("{base}{prefix}/{rel}")})).collect()
}

fn is_whole(metrics: &Samples) {
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    let success = metrics.find("trio_collector_success", &[]);
    assert!(
        success.len() == Collector::COUNT + 1 && success.iter().all(|(_, value)| *value == 1.0),
        "{success:?}"
    );
    assert_eq!(metrics.sum("trio_agents"), 3.0);
}

#[tokio::test]
async fn resources_are_read_where_the_links_say_they_are() {
    let trio = Trio::bare().await;
    let root = json!({"links": [
        {"rel": "login", "href": "/te/api/v2/door"},
        {"rel": "refreshlogin", "href": "v2/again"},
        {"rel": "cc", "href": "/te/api/v2/centres"},
    ], "data": {}});
    trio.on("GET", "", ok(root.to_string())).await;
    // A relative link is below the base as a browser would see it.
    trio.on("POST", "v2/door", tokens("token-v2", Some("refresh-v2"))).await;
    trio.on("GET", "v2/centres", ok(r#"{"links":[],"data":[{"id":1}]}"#)).await;
    let center = json!({"links": [
        {"rel": "services", "href": "/te/api/v2/s"}, {"rel": "services/state", "href": "/te/api/v2/ss"},
        {"rel": "servicegroups", "href": "/te/api/v2/sg"}, {"rel": "agents", "href": "/te/api/v2/a?page=1"},
        {"rel": "agents/state", "href": "/te/api/v2/as"}, {"rel": "agentgroups", "href": "/te/api/v2/ag"},
        {"rel": "services/calls", "href": "/te/api/v2/c"}, {"rel": "services/cases", "href": "/te/api/v2/cs"},
    ], "data": {}});
    trio.on("GET", "v2/centres/1", ok(center.to_string())).await;
    trio.on("GET", "v2/as", ok(super::trio::agent_state("free").to_string())).await;
    for list in ["v2/c", "v2/cs"] {
        trio.on("GET", list, ok("[]")).await;
    }
    for resource in ["s", "ss", "sg", "a", "ag"] {
        trio.on("GET", &format!("v2/{resource}"), ok(r#"[{"id":1,"open":true}]"#)).await;
    }
    let mut app = trio.exporter().await;
    app.step().await;
    is_whole(&app.metrics().await);
    assert_eq!(trio.logins().await, 0, "the documented door is not used");
    let door = trio.asked("POST", "v2/door").await;
    assert_eq!((door.len(), header(&door[0], "authorization")), (1, Some(BASIC)));
    assert_eq!(bearers(&trio.asked("GET", "v2/as").await), ["Bearer token-v2"]);
    for resource in RESOURCES {
        assert_eq!(trio.count("GET", &format!("cc/1/{resource}")).await, 0, "{resource}");
    }
    let written = trio.requests().await.into_iter().filter(|request| request.method != "GET");
    assert_eq!(written.count(), 1, "the login");
}

#[tokio::test]
async fn links_to_another_server_are_not_followed_and_it_hears_nothing() {
    let trap = MockServer::start().await;
    let trio = Trio::small().await;
    let port = trap.address().port();
    let to_trap = |rels: &[&str]| {
        let mut all = Vec::new();
        for base in
            [trap.uri(), format!("//127.0.0.1:{port}"), format!("http://user:pw@127.0.0.1:{port}")]
        {
            all.extend(links(&base, "/te/api", rels).as_array().cloned().unwrap_or_default());
        }
        Value::Array(all)
    };
    let root = json!({"links": to_trap(&["login", "refreshlogin", "cc"]), "data": {}});
    trio.on("GET", "", ok(root.to_string())).await;
    let cc = json!({"links": to_trap(&["cc/1"]), "data": [{"id": 1}]});
    trio.on("GET", "cc", ok(cc.to_string())).await;
    trio.on("GET", "cc/1", ok(json!({"links": to_trap(&RESOURCES), "data": {}}).to_string())).await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    is_whole(&app.metrics().await);
    app.step_after(3590).await;
    is_whole(&app.metrics().await);
    assert_eq!(trio.renewals().await, 1);
    let heard = trap.received_requests().await.expect("recorded");
    assert!(heard.is_empty(), "{heard:?}");
    trio.was_only_read().await;
}

#[tokio::test]
async fn next_page_is_read_from_same_server_despite_header() {
    let trap = MockServer::start().await;
    let trio = Trio::small().await;
    let link = format!("{}/te/api/cc/1/agents/state?page=2", trap.uri());
    let respond = move |request: &wiremock::Request| {
        let second = request.url.query().is_some_and(|query| query.starts_with("page=2&"));
        let header = json!({"currentPage": 1, "pageSize": 2, "totalCount": 3, "totalPages": 2, "nextPageLink": link});
        let rows = if second {
            r#"[{"id":3,"state":"free"}]"#
        } else {
            r#"[{"id":1,"state":"free"},{"id":2,"state":"free"}]"#
        };
        ok(rows).insert_header("X-Pagination", header.to_string())
    };
    trio.on("GET", "cc/1/agents/state", respond).await;
    let mut app = trio.exporter().await;
    app.step().await;
    is_whole(&app.metrics().await);
    assert!(trap.received_requests().await.expect("recorded").is_empty());
    trio.was_only_read().await;
}

#[tokio::test]
async fn ids_with_letters_that_need_it_are_percent_encoded() {
    let trio = Trio::bare().await;
    trio.on("GET", "cc", ok(r#"[{"id":"Växel 1/ö?#"}]"#)).await;
    let mut app = trio.exporter().await;
    app.step().await;
    let asked = trio.requests().await;
    let below = "/te/api/cc/V%C3%A4xel%201%2F%C3%B6%3F%23/agents/state";
    assert!(asked.iter().any(|request| request.url.path() == below), "{asked:#?}");
    trio.was_only_read().await;
}
