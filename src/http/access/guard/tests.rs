//! Requests that the guard lets through or refuses. The pages behind it return their name, or
//! block.

use axum::{
    body::{Body, to_bytes},
    http::HeaderMap,
    routing::get,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use pretty_assertions::assert_eq;
use tokio::sync::Notify;
use tower::ServiceExt;

use super::*;
use crate::http::{PasswordHash, RateLimit, Users};

fn users(list: &[(&str, &str)]) -> Users {
    let hash =
        |password| PasswordHash::parse(&bcrypt::hash(password, 4).expect("a hash")).expect("valid");
    list.iter().map(|(name, password)| ((*name).to_owned(), hash(password))).collect()
}

fn guarded(web: Web, limits: Limits, pages: Router) -> Router {
    Arc::new(Guard::new(watch::channel(Arc::new(web)).1, &limits, OwnHosts::default())).wrap(pages)
}

fn pages() -> Router {
    Router::new()
        .route("/metrics", get(|| async { "metrics" }))
        .route("/metrics/agents", get(|| async { "agents" }))
        .route("/-/healthy", get(|| async { "healthy" }))
        .fallback(|| async { (StatusCode::NOT_FOUND, "nothing") })
}

async fn ask(router: &Router, path: &str, user: Option<(&str, &str)>) -> (u16, HeaderMap, String) {
    let mut request = Request::builder().uri(path);
    if let Some((name, password)) = user {
        let value = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")));
        request = request.header(header::AUTHORIZATION, value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("infallible");
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

async fn status(router: &Router, path: &str, user: Option<(&str, &str)>) -> u16 {
    ask(router, path, user).await.0
}

#[tokio::test]
async fn with_users_all_paths_need_a_login() {
    let web = Web { users: users(&[("alice", "one")]), ..Web::default() };
    let router = guarded(web, Limits::default(), pages());
    for (path, right) in
        [("/metrics", 200), ("/metrics/agents", 200), ("/-/healthy", 200), ("/nowhere", 404)]
    {
        assert_eq!(status(&router, path, Some(("alice", "one"))).await, right, "{path}");
        for user in [None, Some(("alice", "two")), Some(("mallory", "one")), Some(("", ""))] {
            let (status, headers, text) = ask(&router, path, user).await;
            assert_eq!(
                (status, text.as_str()),
                (401, "401: user and password, please\n"),
                "{path} {user:?}"
            );
            assert_eq!(headers[header::WWW_AUTHENTICATE], REALM);
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        }
    }
}

#[tokio::test]
async fn agents_users_see_the_agents_page_alone() {
    let web = Web {
        users: users(&[("alice", "one")]),
        agents_users: Some(users(&[("boss", "two")])),
        ..Web::default()
    };
    let router = guarded(web, Limits::default(), pages());
    let (alice, boss) = (Some(("alice", "one")), Some(("boss", "two")));
    for (path, of_alice, of_boss) in [
        ("/metrics", 200, 401),
        ("/metrics/agents", 401, 200),
        ("/-/healthy", 200, 401),
        ("/nowhere", 404, 401),
    ] {
        assert_eq!(status(&router, path, alice).await, of_alice, "{path}");
        assert_eq!(status(&router, path, boss).await, of_boss, "{path}");
    }
    let (_, headers, _) = ask(&router, "/metrics/agents", alice).await;
    assert_eq!(headers[header::WWW_AUTHENTICATE], AGENTS_REALM);
}

#[tokio::test]
async fn agents_page_is_protected_under_any_spelling_of_path() {
    let web = Web { agents_users: Some(users(&[("boss", "two")])), ..Web::default() };
    let router = guarded(web, Limits::default(), pages());
    assert_eq!(status(&router, "/metrics", None).await, 200);
    for path in ["/metrics/agents", "/metrics/agents?target=a", "//host/metrics/agents"] {
        assert_ne!(status(&router, path, None).await, 200, "{path}");
    }
    for path in ["/metrics/%61gents", "/metrics/agents/", "/metrics//agents", "/metrics/./agents"] {
        let (_, _, text) = ask(&router, path, None).await;
        assert_ne!(text, "agents", "{path}");
    }
}

#[tokio::test]
async fn rate_limit_is_checked_before_login() {
    let rate_limit = Some(RateLimit {
        interval: Duration::from_secs(3600),
        burst: 2.try_into().expect("not zero"),
    });
    let web = Web { users: users(&[("alice", "one")]), rate_limit, ..Web::default() };
    let router = guarded(web, Limits::default(), pages());
    assert_eq!(status(&router, "/metrics", Some(("alice", "one"))).await, 200);
    assert_eq!(status(&router, "/metrics", None).await, 401);
    for (path, user) in
        [("/metrics", Some(("alice", "one"))), ("/metrics", None), ("/-/healthy", None)]
    {
        let (status, headers, text) = ask(&router, path, user).await;
        assert_eq!((status, text.as_str()), (429, "429: more requests than rate_limit allows\n"));
        assert!(!headers.contains_key(header::WWW_AUTHENTICATE), "no login is asked for");
    }
}

/// Returns pages of which `/slow` blocks until notified, the notifier, and the number of blocked
/// requests.
fn slow() -> (Router, Arc<Notify>, Arc<std::sync::atomic::AtomicUsize>) {
    let (go, open) = (Arc::new(Notify::new()), Arc::<std::sync::atomic::AtomicUsize>::default());
    let (wait, count) = (go.clone(), open.clone());
    let page = move || {
        let (wait, count) = (wait.clone(), count.clone());
        async move {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            wait.notified().await;
            "slow"
        }
    };
    (pages().route("/slow", get(page)), go, open)
}

#[tokio::test]
async fn requests_over_the_limit_get_503_except_health() {
    let (pages, go, open) = slow();
    let router = guarded(Web::default(), Limits { max_requests: 2, ..Limits::default() }, pages);
    let held: Vec<_> = (0..2)
        .map(|_| {
            let router = router.clone();
            tokio::spawn(async move { status(&router, "/slow", None).await })
        })
        .collect();
    while open.load(std::sync::atomic::Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    let (refused, _, text) = ask(&router, "/nowhere", None).await;
    assert_eq!(refused, 503);
    assert_eq!(text, "503: more requests at once than --web.max-requests allows\n");
    assert_eq!(status(&router, "/-/healthy", None).await, 200);
    assert_eq!(status(&router, "/metrics", None).await, 200, "it asks for a slot itself");
    go.notify_waiters();
    for answer in held {
        assert_eq!(answer.await.expect("no panic"), 200);
    }
    assert_eq!(status(&router, "/nowhere", None).await, 404);
}

#[tokio::test]
async fn zero_is_no_limit_and_disconnect_releases_slot() {
    for (max_requests, answer) in [(0, 404), (1, 404)] {
        let (pages, _go, open) = slow();
        let router = guarded(Web::default(), Limits { max_requests, ..Limits::default() }, pages);
        let gone = tokio::spawn({
            let router = router.clone();
            async move { status(&router, "/slow", None).await }
        });
        while open.load(std::sync::atomic::Ordering::SeqCst) < 1 {
            tokio::task::yield_now().await;
        }
        if max_requests > 0 {
            assert_eq!(status(&router, "/nowhere", None).await, 503);
            gone.abort();
            let _ = gone.await;
        }
        assert_eq!(status(&router, "/nowhere", None).await, answer);
    }
}
