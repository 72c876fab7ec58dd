//! Pages as clients see them: formats, compression, health, landing page, status, methods.

use std::{
    collections::BTreeSet,
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use flate2::read::GzDecoder;
use pretty_assertions::assert_eq;
use tokio::sync::{oneshot, watch};
use tower::ServiceExt;
use url::Url;

use super::{
    Landing, Limits, ListenAddress, Readiness, Reload, Settings, WallSettings,
    access::{guard::Guard, own_hosts::OwnHosts},
    router, serve,
};
use crate::{
    metrics::{
        Identity,
        tests::{
            fixture,
            serving::{Publisher, exposition},
        },
    },
    model::Clock,
};

struct Server {
    router: Router,
    publishers: Vec<Publisher>,
    clock: Clock,
    draining: Arc<AtomicBool>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}

impl Server {
    fn new(identity: Identity, targets: &[&str]) -> Self {
        let (exposition, publishers, clock) = exposition(targets, identity, Duration::ZERO);
        let draining = Arc::new(AtomicBool::new(false));
        let readiness = Readiness::new(clock.clone(), draining.clone());
        let landing = Landing {
            name: "trio-exporter".to_owned(),
            description: "Queues & <agents>".to_owned(),
            version: "1.2.3".to_owned(),
        };
        // One slot, so that a page which takes more than one would be refused.
        let limits = Limits { max_requests: 1, ..Limits::default() };
        let guard = Guard::new(watch::channel(Arc::default()).1, &limits, OwnHosts::default());
        let router = Arc::new(guard).wrap(router(
            exposition,
            readiness,
            landing,
            Reload::channel().0,
            None,
            Some(WallSettings::without_server()),
        ));
        Self { router, publishers, clock, draining }
    }

    async fn ask(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, uri: &str) -> Answer {
        self.ask("GET", uri, &[]).await
    }
}

#[tokio::test]
async fn metrics_have_negotiated_format_and_content_type() {
    let server = Server::new(Identity::None, &["main"]);
    let classic = server.get("/metrics").await;
    assert_eq!(classic.status, StatusCode::OK);
    assert_eq!(classic.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(classic.header("vary"), "Accept, Accept-Encoding");
    assert_eq!(classic.header("content-encoding"), "");
    assert!(classic.text().contains("# TYPE trio_target_restarts_total counter\n"));

    let accept =
        ("accept", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6");
    let open_metrics = server.ask("GET", "/metrics", &[accept]).await;
    assert_eq!(
        open_metrics.header("content-type"),
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
    );
    assert!(open_metrics.text().ends_with("# EOF\n"));
}

#[tokio::test]
async fn accept_lines_are_one_list() {
    let server = Server::new(Identity::None, &["main"]);
    let lines = [("accept", "text/plain;q=0.1"), ("accept", "application/openmetrics-text")];
    let answer = server.ask("GET", "/metrics", &lines).await;
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
}

#[tokio::test]
async fn metrics_are_compressed_on_request() {
    let server = Server::new(Identity::None, &["main"]);
    let answer = server.ask("GET", "/metrics", &[("accept-encoding", "gzip")]).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    let mut text = String::new();
    GzDecoder::new(&answer.body[..]).read_to_string(&mut text).expect("gzip");
    assert!(text.contains("\ntrio_up{target=\"main\"} 0\n"));
    let refused = server.ask("GET", "/metrics", &[("accept-encoding", "gzip;q=0")]).await;
    assert_eq!(refused.header("content-encoding"), "");
    for answer in [answer, refused] {
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    }
}

#[tokio::test]
async fn agents_page_exists_only_when_configured() {
    let without = Server::new(Identity::None, &["main"]).get("/metrics/agents").await;
    assert_eq!(without.status, StatusCode::NOT_FOUND);
    assert_eq!(
        without.text(),
        "404: there are no per-agent metrics, because agents.identity is none\n"
    );
    let server = Server::new(Identity::Id, &["main"]);
    server.publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    let with = server.get("/metrics/agents").await;
    assert_eq!(with.status, StatusCode::OK);
    assert!(with.text().contains("# TYPE trio_agent_state_seconds_total counter\n"));
}

#[tokio::test]
async fn one_target_is_shown_and_unknown_target_is_404() {
    let server = Server::new(Identity::Id, &["north", "south side"]);
    let one = server.get("/metrics?target=south+side").await;
    assert!(one.text().contains("trio_up{target=\"south side\"} 0"));
    assert!(!one.text().contains("north"));
    for page in ["/metrics", "/metrics/agents"] {
        let unknown = server.get(&format!("{page}?target=west")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert_eq!(unknown.text(), "404: there is no target \"west\"; known: north, south side\n");
    }
    assert_eq!(server.get("/metrics?target=a&target=b").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn separate_target_scrapes_show_exporter_metrics_once() {
    let server = Server::new(Identity::None, &["north", "south"]);
    let families = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        lines.filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect()
    };
    let [all, north, itself] = ["/metrics", "/metrics?target=north", "/metrics/exporter"];
    let [all, north, itself] =
        [server.get(all).await, server.get(north).await, server.get(itself).await];
    let [all, north, itself] =
        [families(all.text()), families(north.text()), families(itself.text())];
    assert_eq!(north.intersection(&itself).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(all, north.union(&itself).cloned().collect());
    assert!(north.contains("trio_up") && itself.contains("trio_exporter_build_info"));
    assert!(itself.contains("process_start_time_seconds"));
}

#[tokio::test]
async fn ready_latches_after_first_step_of_all_targets() {
    let server = Server::new(Identity::None, &["north", "south"]);
    let status = async || server.get("/-/ready").await.status;
    assert_eq!(status().await, StatusCode::SERVICE_UNAVAILABLE);
    server.publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    assert_eq!(status().await, StatusCode::SERVICE_UNAVAILABLE);
    server.publishers[1].send_replace(Some(fixture::published(fixture::snapshot())));
    assert_eq!(status().await, StatusCode::OK);
    server.publishers[1].send_replace(None);
    assert_eq!(status().await, StatusCode::OK);
}

#[tokio::test]
async fn ready_after_thirty_seconds_and_not_while_draining() {
    let server = Server::new(Identity::None, &["main"]);
    server.clock.advance(Duration::from_secs(29));
    assert_eq!(server.get("/-/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(server.get("/-/ready").await.status, StatusCode::OK);
    server.draining.store(true, Ordering::Relaxed);
    let draining = server.get("/-/ready").await;
    assert_eq!((draining.status, draining.text()), (StatusCode::SERVICE_UNAVAILABLE, "draining\n"));
    assert_eq!(server.get("/-/healthy").await.status, StatusCode::OK);
}

#[tokio::test]
async fn landing_page_lists_all_routes_and_its_links_work() {
    for (identity, agents) in [(Identity::None, false), (Identity::Id, true)] {
        let server = Server::new(identity, &["main"]);
        server.clock.advance(Duration::from_secs(30));
        let page = server.get("/").await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").starts_with("default-src 'none';"));
        assert!(
            page.text().contains("<p>Queues &amp; &lt;agents&gt;</p>")
                && page.text().contains("1.2.3")
        );
        assert!(!page.text().contains("<script"));
        for path in super::paths() {
            let rows = page.text().lines().filter(|row| {
                row.starts_with(&format!("<tr><td>{path}</td><td>"))
                    || (row.starts_with("<tr><td><a href=\"")
                        && row.contains(&format!("\">{path}</a></td><td>")))
            });
            assert_eq!(rows.count(), 1, "{path}");
        }
        let links: Vec<_> =
            page.text().split("href=\"").skip(1).filter_map(|l| l.split('"').next()).collect();
        assert_eq!(links.contains(&"metrics/agents"), agents);
        // `App` adds that page to the router.
        // Behind a proxy that serves the pages below /trio/, as well as at the root.
        let at = |base: &str, link| Url::parse(base).expect("a URL").join(link).expect("a link");
        for link in links.into_iter().filter(|link| !super::pages::log_level::PATH.ends_with(link))
        {
            assert!(at("http://proxy/trio/", link).path().starts_with("/trio/"), "{link}");
            let link = at("http://exporter:10427/", link);
            let answer = server.ask("GET", link.path(), &[("host", "exporter:10427")]).await;
            assert_eq!(answer.status, StatusCode::OK, "{link}");
        }
    }
}

#[tokio::test]
async fn pages_for_people_fit_telephones_and_link_relatively() {
    let server = Server::new(Identity::None, &["main"]);
    server.publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    for path in ["/", "/status?service=s1"] {
        let page = server.get(path).await;
        let text = page.text();
        let viewport = "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
        assert!(text.contains(viewport) && text.contains("@media"), "{path}");
        for attribute in ["href=\"", "action=\"", "src=\""] {
            for link in text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(!link.starts_with('/') && !link.contains("://"), "{path}: {link}");
            }
        }
    }
    assert!(server.get("/status").await.text().contains("<a href=\"\">Refresh</a>"));
}

#[tokio::test]
async fn probe_says_where_a_single_target_is() {
    let server = Server::new(Identity::None, &["main"]);
    let answer = server.get("/probe?target=main").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text().contains("/metrics?target=NAME"), "{}", answer.text());
}

#[tokio::test]
async fn status_is_html_or_json_and_never_cached() {
    let server = Server::new(Identity::None, &["main"]);
    server.publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    let page = server.get("/status?service=s1").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(
        page.header("content-security-policy").contains("form-action 'self'"),
        "the form may be sent"
    );
    assert!(page.text().contains("is in the metrics.") && !page.text().contains("<script"));
    let wanted = server.ask("GET", "/status?service=s1", &[("accept", "application/json")]).await;
    let json = server.get("/status.json?service=s1").await;
    for answer in [&wanted, &json] {
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.text().contains("\"verdict\":\"shown\""));
    }
    assert_eq!(wanted.header("vary"), "Accept");
    for answer in [page, wanted, json] {
        assert_eq!(
            (answer.header("cache-control"), answer.header("x-frame-options")),
            ("no-store", "deny")
        );
    }
    for path in ["/status", "/status.json"] {
        let unknown = server.get(&format!("{path}?target=west")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(unknown.text(), "404: there is no target \"west\"; known: main\n");
    }
}

#[tokio::test]
async fn other_paths_are_404_and_other_methods_405() {
    let server = Server::new(Identity::Id, &["main"]);
    let unknown = server.get("/metric").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.text(), "404: nothing at \"/metric\"; the pages are listed at /\n");
    let pages =
        ["/", "/metrics", "/metrics/agents", "/metrics/exporter", "/sd", "/status", "/status.json"];
    for page in pages.into_iter().chain(["/-/healthy", "/-/ready"]) {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = server.ask(method, page, &[]).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {page}");
            assert_eq!(answer.header("allow"), "GET,HEAD");
        }
    }
}

#[tokio::test]
async fn head_has_headers_only_and_answers_are_nosniff() {
    let server = Server::new(Identity::Id, &["main"]);
    for page in ["/", "/metrics", "/metrics/agents", "/-/healthy", "/nowhere"] {
        let (head, get) = (server.ask("HEAD", page, &[]).await, server.get(page).await);
        assert_eq!(head.body, b"", "{page}");
        assert_eq!(head.status, get.status, "{page}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{page}");
        assert_eq!(get.header("x-content-type-options"), "nosniff", "{page}");
    }
}

#[tokio::test]
async fn serving_ends_when_stopped() {
    let server = Server::new(Identity::None, &["main"]);
    let address: ListenAddress = "127.0.0.1:0".parse().expect("an address");
    let bound = super::Server::bind(Settings::from(&address)).await.expect("a port");
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        let _ = stopped.await;
    };
    let serving = tokio::spawn(serve(bound, server.router.clone(), stopped));
    stop.send(()).expect("still serving");
    serving.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn scrapes_that_share_an_encoding_need_one_slot() {
    let server = Server::new(Identity::None, &["one"]);
    let asked = (0..60).map(|_| server.ask("GET", "/metrics", &[]));
    let answers = futures_util::future::join_all(asked).await;
    let refused = answers.iter().filter(|answer| answer.status != StatusCode::OK).count();
    assert_eq!(refused, 0);
}

#[tokio::test(start_paused = true)]
async fn wall_stream_is_never_silent_and_ends_hourly() {
    use futures_util::StreamExt;

    let server = Server::new(Identity::None, &["main"]);
    let request = Request::get("/wall/events").body(Body::empty()).expect("a request");
    let response = server.router.clone().oneshot(request).await.expect("infallible");
    let mut events = response.into_body().into_data_stream();
    let begun = tokio::time::Instant::now();
    let (mut last, mut silence, mut received) = (begun, Duration::ZERO, 0);
    while let Some(event) = events.next().await {
        let event = event.expect("infallible");
        assert!(event.ends_with(b"\n\n"), "a whole event");
        silence = silence.max(last.elapsed());
        last = tokio::time::Instant::now();
        received += 1;
    }
    assert_eq!(begun.elapsed().as_secs(), 3600);
    assert!(silence <= Duration::from_secs(15) && received > 240, "{received}: {silence:?}");
}
