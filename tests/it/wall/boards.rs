//! Wallboards of the configuration over real sockets: page, events, JSON, other sites, reload.

use std::sync::Arc;

use pretty_assertions::assert_eq;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use trio_exporter::{
    app::{App, shutdown},
    http::{self, Settings},
    metrics::Identity,
    model::{Pattern, WallAgents, WallColumn, Wallboard},
    sim::Dialect,
};

use super::{ask, small};
use crate::support::{NOBODY, Simulated, TestApp, config, reqwest_client, still_clock, target};

/// Three wallboards: of everything, of one service and of one that Trio does not have.
fn boards(service: &str) -> Vec<Arc<Wallboard>> {
    let everything = Wallboard {
        columns: WallColumn::ALL.to_vec(),
        agents: WallAgents::Services,
        ..Wallboard::new("everything")
    };
    let desk = Wallboard {
        services: vec![Pattern::new(service)],
        columns: vec![WallColumn::Waiting, WallColumn::EstimatedWait],
        agents: WallAgents::None,
        title: Some("Desk".into()),
        notice: Some("closed at <15>".into()),
        language: Some(trio_exporter::model::Language::Sv),
        allowed_origins: vec!["https://www.example.se".into()],
        frame_ancestors: vec!["https://www.example.se".into(), "https://b.example".into()],
        ..Wallboard::new("desk")
    };
    let gone = Wallboard { services: vec![Pattern::new("Gone*")], ..Wallboard::new("gone") };
    [everything, desk, gone].map(Arc::new).to_vec()
}

async fn running() -> (TestApp, Simulated, String) {
    let clock = still_clock();
    let trio = Simulated::start(small(Dialect::English), clock.clone()).await;
    let mut first = config(trio.target(true), Identity::None);
    first.wallboards = boards("*");
    let mut app = TestApp::start_at(first, clock.clone()).await;
    for _ in 0..24 {
        app.step_after(5).await;
    }
    let json: Value = serde_json::from_str(&app.get("/api/v1/queues").await).expect("JSON");
    let name = json["services"][0]["name"].as_str().expect("a name").to_owned();
    let mut config = config(trio.target(true), Identity::None);
    config.wallboards = boards(&name);
    let mut app = TestApp::start_at(config, clock).await;
    for _ in 0..24 {
        app.step_after(5).await;
    }
    (app, trio, name)
}

async fn json(app: &TestApp, path: &str) -> Value {
    serde_json::from_str(&app.get(path).await).expect("JSON")
}

async fn from_origin(app: &TestApp, path: &str, origin: Option<&str>) -> Response {
    let mut request = reqwest_client().get(format!("{}{path}", app.url));
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn board_shows_its_services_and_columns_on_page_and_json() {
    let (app, _trio, name) = running().await;
    let (status, page) = ask(&app, "/wall/desk", "en").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<html lang=\"sv\">"), "the language of the configuration");
    assert!(page.contains("<h1>Desk</h1>") && page.contains("closed at &lt;15&gt;"), "{page}");
    assert_eq!(page.matches("<tr").count(), 2, "{page}");
    assert!(page.contains("data-events=\"/wall/desk/events?lang=sv\""), "{page}");
    assert!(!page.contains("/wall/everything"), "it does not name the others");
    assert!(ask(&app, "/wall/desk?lang=en", "").await.1.contains("<html lang=\"en\">"));
    let desk = json(&app, "/api/v1/wallboards/desk").await;
    let services = desk["services"].as_array().expect("a list");
    assert_eq!((services.len(), &services[0]["name"]), (1, &Value::from(name)));
    let keys: Vec<&String> = services[0].as_object().expect("a map").keys().collect();
    let expected = ["contact_center", "estimated_wait_seconds", "id", "name", "target", "waiting"];
    assert_eq!(keys, expected);
    let all = json(&app, "/api/v1/queues").await;
    assert_eq!(all["services"].as_array().expect("a list").len(), 6);
    assert_eq!((&all["wallboard"], &desk["wallboard"]), (&Value::Null, &Value::from("desk")));
    let gone = json(&app, "/api/v1/wallboards/gone").await;
    assert_eq!(
        (&gone["not_in_trio"][0], &gone["services"]),
        (&"Gone*".into(), &Value::Array(vec![]))
    );
    assert!(ask(&app, "/wall/gone", "en").await.1.contains("Gone*: not in Trio"));
    let everything = json(&app, "/api/v1/wallboards/everything").await;
    assert_eq!(everything["services"][0].as_object().expect("a map").len(), 4 + 11);
}

#[tokio::test]
async fn unknown_board_and_parameters_are_refused() {
    let (app, _trio, _) = running().await;
    for path in ["/wall/x", "/wall/x/events", "/api/v1/wallboards/x"] {
        let (status, text) = ask(&app, path, "").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(text, "404: there is no wallboard \"x\"; /wall links to those that exist\n");
    }
    assert_eq!(ask(&app, "/wall/desk?target=test", "").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(ask(&app, "/api/v1/queues?target=x", "").await.0, StatusCode::NOT_FOUND);
    let (_, page) = ask(&app, "/wall", "en").await;
    for link in ["/wall/everything", "/wall/desk", "/wall/gone"] {
        assert!(page.contains(&format!("<a href=\"{link}\">")), "{link}: {page}");
    }
    assert!(
        !ask(&app, "/wall?target=test", "en").await.1.contains("<a href"),
        "a selection has none"
    );
}

#[tokio::test]
async fn other_sites_read_json_only_if_they_are_named() {
    let (app, _trio, _) = running().await;
    let allow = "access-control-allow-origin";
    for (path, origin, allowed) in [
        ("/api/v1/wallboards/desk", Some("https://www.example.se"), true),
        ("/api/v1/wallboards/desk", Some("https://www.example.se:443"), false),
        ("/api/v1/wallboards/desk", Some("https://www.example.se.evil.example"), false),
        ("/api/v1/wallboards/desk", Some("http://www.example.se"), false),
        ("/api/v1/wallboards/desk", Some("null"), false),
        ("/api/v1/wallboards/desk", None, false),
        ("/api/v1/wallboards/everything", Some("https://www.example.se"), false),
        ("/api/v1/queues", Some("https://www.example.se"), false),
        ("/wall/desk", Some("https://www.example.se"), false),
    ] {
        let answer = from_origin(&app, path, origin).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers();
        let given = headers.get(allow).map(|it| it.to_str().expect("text"));
        assert_eq!(given, origin.filter(|_| allowed), "{path} {origin:?}");
        assert!(!headers.contains_key("access-control-allow-credentials"), "{path}");
        let vary = headers.get_all("vary").iter().any(|it| it.as_bytes() == b"Origin");
        assert_eq!(vary, path.starts_with("/api/v1/wallboards"), "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn only_named_sites_may_frame_a_board() {
    let (app, _trio, _) = running().await;
    for (path, frames) in [
        ("/wall/desk", "frame-ancestors https://www.example.se https://b.example"),
        ("/wall/everything", "frame-ancestors 'none'"),
        ("/wall", "frame-ancestors 'none'"),
    ] {
        let answer = from_origin(&app, path, None).await;
        let policy = answer.headers()["content-security-policy"].to_str().expect("text");
        assert!(policy.ends_with(frames), "{path}: {policy}");
    }
}

#[tokio::test]
async fn switched_off_wallboard_has_no_pages() {
    let exporter = config(target(&format!("http://{NOBODY}")), Identity::None);
    let settings = Settings {
        wallboard: false,
        ..Settings::from(&"127.0.0.1:0".parse().expect("an address"))
    };
    let app = App::build(exporter, settings, still_clock()).await.expect("a free port");
    let url = format!("http://{}", app.addr());
    let (server, router, ..) = app.into_parts();
    let (_stop, stopped) = shutdown::switch();
    tokio::spawn(http::serve(server, router, stopped.requested()));
    let get = async |path: &str| {
        reqwest_client().get(format!("{url}{path}")).send().await.expect("an answer")
    };
    for path in http::paths() {
        let is_wall = path.contains("wall") || path.starts_with("/api");
        if is_wall {
            assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
    let landing = get("/").await.text().await.expect("text");
    assert!(
        !landing.contains("/wall") && !landing.contains("/api") && landing.contains("/metrics")
    );
}
