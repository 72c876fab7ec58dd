//! Tokens of wallboards: the login of a screen, what it opens, how it ends, and what an attacker
//! gets.

use std::{path::PathBuf, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use pretty_assertions::assert_eq;
use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use tempfile::TempDir;
use tokio::sync::watch;
use trio_exporter::{
    app::{App, ConfigLoader, shutdown},
    config,
    http::{Settings, WebFiles},
    model::{BoardToken, Clock},
};

use super::events::next;
use crate::{
    process::{PATIENCE, command, ended, run, until},
    support::{Journal, NOBODY},
};

/// Of characters that addresses write in another way.
const DESK: &str = "desk+/=&%#?~0123456789abcdefghijk";
const HALL: &str = "hall-0123456789-0123456789-abcdef";

/// An exporter with the wallboards `open`, `desk` and `hall`; the last two have a token. It reads
/// nothing.
struct Exporter {
    url: String,
    folder: TempDir,
    client: Client,
    _stop: watch::Sender<bool>,
}

/// Beginning of the configuration.
fn configuration(boards: &str) -> String {
    format!(
        "targets:\n  - {{name: main, servers: ['http://{NOBODY}'], client_key: a2V5, username: u, password: p}}\nwallboards:\n{boards}"
    )
}

const BOARDS: &str = "  - {name: open}
  - {name: desk, language: fi, token_file: desk, allowed_origins: ['https://www.example.se']}
  - {name: hall, token_file: hall}
";

/// The web configuration with one user, whose hash is quickly compared with. So is a token then.
fn users() -> String {
    format!("basic_auth_users: {{alice: {}}}\n", bcrypt::hash("one", 4).expect("a hash"))
}

impl Exporter {
    /// Starts one by a web configuration, called by an external URL if there is one.
    #[allow(clippy::disallowed_methods, reason = "redirects are looked at, none is followed")]
    async fn start(web: &str, external: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("writable");
        write("c.yml", &configuration(BOARDS));
        write("desk", &format!("{DESK}\n"));
        write("hall", HALL);
        write("web.yml", web);
        let authority = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
        let certificate = authority.expect("a certificate");
        write("crt", &certificate.cert.pem());
        write("key", &certificate.signing_key.serialize_pem());
        let (file, web) = (path("c.yml"), path("web.yml"));
        let read = move || config::web::read(Some(&web), None, &|_| None);
        let settings = Settings {
            files: WebFiles::open(read).expect("valid"),
            check_interval: Duration::from_millis(20),
            external: external.map(|url| url.parse().expect("a URL")),
            ..Settings::from(&"127.0.0.1:0".parse().expect("an address"))
        };
        let load = move || config::load(Some(&file), &|_| None);
        let app = App::build(load().expect("valid"), settings, Clock::system()).await;
        let app = app.expect("a free port").with_config_loader(ConfigLoader::new(load));
        let url = format!("{}://{}", app.server().scheme(), app.addr());
        let (stop, stopped) = shutdown::switch();
        tokio::spawn(app.run(stopped));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(Policy::none());
        let client = client.danger_accept_invalid_certs(true).build().expect("a client");
        Self { url, folder, client, _stop: stop }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer")
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.send(Method::GET, path, headers).await
    }

    async fn status(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        self.get(path, headers).await.status().as_u16()
    }
}

/// The header `Authorization` of a program.
fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

/// The header `Cookie` of a screen of `board`.
fn cookie(token: &str, board: &str) -> (&'static str, String) {
    let token = BoardToken::new(token.into(), std::path::Path::new("x")).expect("a token");
    ("cookie", format!("other=1; trio_wallboard={}", token.cookie(board)))
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

fn encoded(token: &str) -> String {
    url::form_urlencoded::byte_serialize(token.as_bytes()).collect()
}

#[tokio::test]
async fn token_in_the_address_becomes_a_cookie_that_opens_the_board() {
    let exporter = Exporter::start(&users(), None).await;
    let address = format!("/wall/desk?lang=en&token={}", encoded(DESK));
    let login = exporter.get(&address, &[]).await;
    assert_eq!(login.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&login, "location"), "/wall/desk?lang=en");
    assert_eq!(header(&login, "cache-control"), "no-store");
    assert_eq!(header(&login, "referrer-policy"), "no-referrer");
    let set = header(&login, "set-cookie").to_owned();
    let (pair, attributes) = set.split_once("; ").expect("attributes");
    assert_eq!(attributes, "Path=/wall/desk; Max-Age=2592000; HttpOnly; SameSite=Strict");
    assert!(!set.contains(DESK) && !set.contains(&encoded(DESK)), "{set}");
    let cookie = [("cookie", pair)];
    let page = exporter.get("/wall/desk", &cookie).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(header(&page, "set-cookie"), set, "30 days from now on");
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");
    assert_eq!(header(&page, "x-robots-tag"), "noindex");
    let page = page.text().await.expect("a page");
    assert!(page.contains("<html lang=\"fi\">") && page.contains("Jonot"), "{page}");
    for file in ["/wall.js", "/wall.css"] {
        assert_eq!(exporter.status(file, &[]).await, 200, "the page needs {file}");
    }
    let mut events = exporter.get("/wall/desk/events?lang=fi", &cookie).await;
    assert_eq!(events.status(), StatusCode::OK);
    assert_eq!(header(&events, "set-cookie"), set);
    assert!(next(&mut events).await.expect("an event").starts_with("data: <div"));
    let head = exporter.send(Method::HEAD, "/wall/desk", &cookie).await;
    assert_eq!(head.status(), StatusCode::OK);
    let (name, value) = bearer(DESK);
    let json = exporter.get("/api/v1/wallboards/desk", &[(name, &value)]).await;
    assert_eq!((json.status(), header(&json, "set-cookie")), (StatusCode::OK, ""));
    assert_eq!(header(&json, "referrer-policy"), "no-referrer");
    let json = json.text().await.expect("JSON");
    assert!(json.contains("\"wallboard\":\"desk\""), "{json}");
}

#[tokio::test]
async fn token_opens_its_board_alone_and_only_reads() {
    let exporter = Exporter::start(&users(), None).await;
    let pages = |board: &str| {
        [
            format!("/wall/{board}"),
            format!("/wall/{board}/events"),
            format!("/api/v1/wallboards/{board}"),
        ]
    };
    let (by_token, by_cookie) = (bearer(DESK), cookie(DESK, "desk"));
    for path in pages("desk") {
        assert_eq!(exporter.status(&path, &[(by_token.0, &by_token.1)]).await, 200, "{path}");
        let with_cookie = exporter.status(&path, &[(by_cookie.0, &by_cookie.1)]).await;
        // A page of another site must not read the JSON with the cookie of its visitor.
        assert_eq!(with_cookie, if path.starts_with("/api") { 401 } else { 200 }, "{path}");
    }
    let others = ["/", "/wall", "/wall/events", "/metrics", "/metrics/exporter", "/status"];
    let more = ["/status.json", "/api/v1/queues", "/sd", "/-/ready", "/-/log-level"];
    let mut closed: Vec<String> = others.iter().chain(&more).map(ToString::to_string).collect();
    closed.extend(pages("hall").into_iter().chain(pages("open")).chain(pages("none")));
    for path in closed {
        for (name, value) in [&by_token, &by_cookie] {
            assert_eq!(exporter.status(&path, &[(name, value)]).await, 401, "{path} {name}");
        }
        let with_token = format!("{path}?token={}", encoded(DESK));
        assert_eq!(exporter.status(&with_token, &[]).await, 401, "{with_token}");
    }
    // Encoded in another way, the name is the same.
    let path = "/wall/%64esk";
    assert_eq!(exporter.status(path, &[(by_cookie.0, &by_cookie.1)]).await, 200);
    assert_eq!(exporter.status("/wall/%68all", &[(by_cookie.0, &by_cookie.1)]).await, 401);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
        for path in pages("desk") {
            for (name, value) in [&by_token, &by_cookie] {
                let answer = exporter.send(method.clone(), &path, &[(name, value)]).await;
                assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path} {name}");
            }
        }
        let reload = exporter.send(method, "/-/reload", &[(by_token.0, &by_token.1)]).await;
        assert_eq!(reload.status(), StatusCode::UNAUTHORIZED);
    }
    let user = ("authorization", format!("Basic {}", BASE64_STANDARD.encode("alice:one")));
    for path in pages("desk").into_iter().chain(pages("hall")) {
        assert_eq!(exporter.status(&path, &[(user.0, &user.1)]).await, 200, "{path}");
    }
}

#[tokio::test]
async fn refusals_do_not_tell_what_is_wrong() {
    for web in ["", &users()] {
        let exporter = Exporter::start(web, None).await;
        let mut seen = Vec::new();
        let right = encoded(DESK);
        let wrong_case = encoded(&DESK.to_uppercase());
        let [of_hall, old, as_cookie] = [cookie(HALL, "hall"), cookie(HALL, "desk"), {
            ("cookie", format!("trio_wallboard={DESK}"))
        }];
        let as_token = cookie(DESK, "desk").1.split('=').next_back().expect("a value").to_owned();
        for (path, headers) in [
            ("/wall/desk".to_owned(), None),
            ("/wall/none".to_owned(), None),
            ("/wall/desk?token=".to_owned(), None),
            ("/wall/desk?token".to_owned(), None),
            ("/wall/desk?token=wrong".to_owned(), None),
            ("/wall/none?token=wrong".to_owned(), None),
            (format!("/wall/none?token={right}"), None),
            (format!("/wall/hall?token={right}"), None),
            (format!("/wall/desk?token={wrong_case}"), None),
            (format!("/wall/desk?token={}", &right[1..]), None),
            (format!("/wall/desk?token={right}x"), None),
            (format!("/wall/desk?token={right}&token={right}"), None),
            (format!("/wall/desk?token=wrong&%74oken={right}"), None),
            (format!("/wall/desk?token={as_token}"), None),
            ("/wall/desk".to_owned(), Some(of_hall)),
            ("/wall/desk".to_owned(), Some(old)),
            ("/wall/desk".to_owned(), Some(as_cookie)),
            ("/wall/desk".to_owned(), Some(("authorization", "Bearer ".to_owned()))),
            ("/wall/desk".to_owned(), Some(("authorization", format!("Basic {DESK}")))),
            ("/wall/desk".to_owned(), Some(("authorization", DESK.to_owned()))),
        ] {
            let headers = headers.as_ref().map(|(name, value)| (*name, value.as_str()));
            let answer = exporter.get(&path, headers.as_slice()).await;
            let status = answer.status().as_u16();
            let mut names: Vec<String> =
                answer.headers().iter().map(|it| format!("{it:?}")).collect();
            names.retain(|line| !line.starts_with("(\"date\""));
            names.sort();
            seen.push((status, names, answer.text().await.expect("a text")));
        }
        assert_eq!(seen[0].0, 401, "{seen:?}");
        for (position, refusal) in seen.iter().enumerate() {
            assert_eq!(refusal, &seen[0], "refusal {position}");
        }
        // Where the token is not taken from the address.
        for path in ["/wall/desk/events", "/api/v1/wallboards/desk"] {
            let answer = exporter.get(&format!("{path}?token={right}"), &[]).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
        }
    }
}

#[tokio::test]
async fn characters_of_a_token_may_be_encoded_or_not() {
    let exporter = Exporter::start(&users(), None).await;
    // `&`, `%` and `#` mean something else in an address. A plus sign is itself in both.
    let least = DESK.replace('%', "%25").replace('&', "%26").replace('#', "%23");
    let all: String = DESK.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for token in [least, encoded(DESK), all] {
        let answer = exporter.get(&format!("/wall/desk?token={token}"), &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{token}");
        assert_eq!(header(&answer, "location"), "/wall/desk");
        let head = exporter.send(Method::HEAD, &format!("/wall/desk?token={token}"), &[]).await;
        assert_eq!(head.status(), StatusCode::SEE_OTHER);
        assert!(!header(&head, "set-cookie").is_empty());
    }
    // What follows in the address is not taken for a header.
    let split = format!("/wall/desk?token={}&x=%0d%0aSet-Cookie:%20a=b", encoded(DESK));
    let answer = exporter.get(&split, &[]).await;
    assert_eq!(header(&answer, "location"), "/wall/desk?x=%0d%0aSet-Cookie:%20a=b");
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 1);
    let name = format!("/wall/desk%0d%0aX-Evil:%20a?token={}", encoded(DESK));
    let answer = exporter.get(&name, &[]).await;
    assert_eq!((answer.status(), header(&answer, "x-evil")), (StatusCode::UNAUTHORIZED, ""));
}

#[tokio::test]
async fn cookie_is_secure_by_tls_and_by_the_external_address() {
    let tls = "tls_server_config: {cert_file: crt, key_file: key}\n";
    for (web, external, is_secure) in [
        (users(), None, false),
        (users(), Some("http://exporter.example"), false),
        (users(), Some("https://exporter.example"), true),
        (format!("{}{tls}", users()), None, true),
    ] {
        let exporter = Exporter::start(&web, external).await;
        let login = exporter.get(&format!("/wall/hall?token={HALL}"), &[]).await;
        assert_eq!(login.status(), StatusCode::SEE_OTHER, "{external:?}");
        let cookie = header(&login, "set-cookie");
        assert_eq!(cookie.ends_with("; SameSite=Strict; Secure"), is_secure, "{cookie}");
        assert!(cookie.contains("; Path=/wall/hall; "), "{cookie}");
    }
}

#[tokio::test]
async fn without_users_only_boards_with_a_token_are_closed() {
    let exporter = Exporter::start("", None).await;
    for path in ["/wall", "/wall/open", "/wall/open/events", "/metrics", "/api/v1/queues"] {
        assert_eq!(exporter.status(path, &[]).await, 200, "{path}");
    }
    let refused = exporter.get("/wall/desk", &[]).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(header(&refused, "www-authenticate"), "Bearer realm=\"trio-exporter wallboard\"");
    assert_eq!(header(&refused, "x-robots-tag"), "noindex");
    let text = refused.text().await.expect("a text");
    assert_eq!(text, "401: this wallboard needs its token, or there is none of this name\n");
    // A token that is not needed leaves the address as well.
    let open = exporter.get("/wall/open?token=anything", &[]).await;
    assert_eq!((open.status(), header(&open, "location")), (StatusCode::SEE_OTHER, "/wall/open"));
    assert_eq!(header(&open, "set-cookie"), "");
    let links = async |headers: &[(&str, &str)]| {
        let page = exporter.get("/wall", headers).await.text().await.expect("a page");
        ["open", "desk", "hall"].map(|name| page.contains(&format!("href=\"/wall/{name}\"")))
    };
    assert_eq!(links(&[]).await, [true, false, false]);
    let (name, value) = bearer(DESK);
    assert_eq!(links(&[(name, &value)]).await, [true, false, false]);
}

#[tokio::test]
async fn picker_of_a_user_lists_every_board() {
    let exporter = Exporter::start(&users(), None).await;
    let user = format!("Basic {}", BASE64_STANDARD.encode("alice:one"));
    let page = exporter.get("/wall", &[("authorization", &user)]).await;
    let page = page.text().await.expect("a page");
    for name in ["open", "desk", "hall"] {
        assert!(page.contains(&format!("href=\"/wall/{name}\"")), "{name}: {page}");
    }
}

#[tokio::test]
async fn other_sites_read_nothing_with_the_cookie_of_a_screen() {
    let exporter = Exporter::start(&users(), None).await;
    let (cookie_name, cookie) = cookie(DESK, "desk");
    let origin = ("origin", "https://www.example.se");
    let allow = "access-control-allow-origin";
    let json = exporter.get("/api/v1/wallboards/desk", &[origin, (cookie_name, &cookie)]).await;
    assert_eq!((json.status(), header(&json, allow)), (StatusCode::UNAUTHORIZED, ""));
    for path in ["/wall/desk", "/wall/desk/events"] {
        let answer = exporter.get(path, &[origin, (cookie_name, &cookie)]).await;
        assert_eq!((answer.status(), header(&answer, allow)), (StatusCode::OK, ""), "{path}");
    }
    let (name, value) = bearer(DESK);
    let json = exporter.get("/api/v1/wallboards/desk", &[origin, (name, &value)]).await;
    assert_eq!((json.status(), header(&json, allow)), (StatusCode::OK, origin.1));
    assert_eq!(header(&json, "access-control-allow-credentials"), "");
}

#[tokio::test]
async fn changed_token_ends_cookie_and_stream_at_once() {
    let exporter = Exporter::start(&users(), None).await;
    let (name, old) = cookie(DESK, "desk");
    let old = [(name, old.as_str())];
    let mut stream = exporter.get("/wall/desk/events", &old).await;
    next(&mut stream).await.expect("an event");
    std::fs::write(exporter.file("desk"), HALL).expect("writable");
    // No reload is asked for: the file is looked at.
    assert_eq!(next(&mut stream).await, None, "the stream of the old token");
    assert_eq!(exporter.status("/wall/desk", &old).await, 401);
    let login = format!("/wall/desk?token={}", encoded(DESK));
    assert_eq!(exporter.status(&login, &[]).await, 401);
    let (name, new) = cookie(HALL, "desk");
    let mut stream = exporter.get("/wall/desk/events", &[(name, &new)]).await;
    next(&mut stream).await.expect("an event");
    // Nothing changes from here on: the next event comes after 5 s, or at the next data.
    assert!(next(&mut stream).await.is_some(), "a stream of later lives");
    // A wrong file changes nothing.
    std::fs::write(exporter.file("desk"), "short").expect("writable");
    assert!(next(&mut stream).await.is_some());
    assert_eq!(exporter.status("/wall/desk", &[(name, &new)]).await, 200);
}

#[tokio::test]
async fn reload_without_the_token_ends_what_it_opened() {
    let exporter = Exporter::start(&users(), None).await;
    let (name, value) = cookie(DESK, "desk");
    let headers = [(name, value.as_str())];
    let user = format!("Basic {}", BASE64_STANDARD.encode("alice:one"));
    let user = [("authorization", user.as_str())];
    let mut by_token = exporter.get("/wall/desk/events", &headers).await;
    let mut by_user = exporter.get("/wall/desk/events", &user).await;
    for stream in [&mut by_token, &mut by_user] {
        next(stream).await.expect("an event");
    }
    let boards = "  - {name: open}\n  - {name: desk}\n";
    std::fs::write(exporter.file("c.yml"), configuration(boards)).expect("writable");
    let reload = exporter.send(Method::POST, "/-/reload", &user).await;
    assert_eq!(reload.status(), StatusCode::OK);
    assert_eq!(next(&mut by_token).await, None);
    assert_eq!(next(&mut by_user).await, None, "it may show something else now");
    assert_eq!(exporter.status("/wall/desk", &headers).await, 401);
    assert_eq!(exporter.status("/wall.css", &[]).await, 401, "no screen needs it");
    let mut by_user = exporter.get("/wall/desk/events", &user).await;
    next(&mut by_user).await.expect("an event");
    let web = format!("basic_auth_users: {{bob: {}}}\n", bcrypt::hash("two", 4).expect("a hash"));
    std::fs::write(exporter.file("web.yml"), web).expect("writable");
    assert_eq!(next(&mut by_user).await, None, "the user is removed");
    assert_eq!(exporter.status("/wall/desk", &user).await, 401);
}

#[tokio::test]
async fn reload_with_a_bad_token_file_changes_nothing_and_names_it() {
    let exporter = Exporter::start(&users(), None).await;
    let user = format!("Basic {}", BASE64_STANDARD.encode("alice:one"));
    std::fs::remove_file(exporter.file("hall")).expect("removed");
    let reload = exporter.send(Method::POST, "/-/reload", &[("authorization", &user)]).await;
    assert_eq!(reload.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = reload.text().await.expect("a text");
    assert!(text.contains("wallboards[2].token_file: cannot read "), "{text}");
    let (name, value) = cookie(HALL, "hall");
    assert_eq!(exporter.status("/wall/hall", &[(name, &value)]).await, 200);
}

#[tokio::test]
async fn check_names_the_key_and_the_token_file_that_is_wrong() {
    let exporter = Exporter::start(&users(), None).await;
    std::fs::write(exporter.file("hall"), &HALL[..31]).expect("writable");
    let file = exporter.file("c.yml").display().to_string();
    let (code, _, errors) = ended(&run(command(["check", "--config.file", &file])).await);
    assert_eq!(code, Some(2), "{errors}");
    let place = "c.yml:6:30: wallboards[2].token_file: ";
    assert!(errors.contains(place) && errors.contains("hall holds 31 characters"), "{errors}");
    assert!(!errors.contains(&HALL[..31]), "{errors}");
}

#[tokio::test]
async fn token_and_cookie_are_never_logged() {
    let journal = Journal::begin();
    let exporter = Exporter::start(&users(), None).await;
    let (name, value) = cookie(DESK, "desk");
    let secret = value.split('=').next_back().expect("a value").to_owned();
    let (bearer_name, token) = bearer(DESK);
    for path in
        ["/wall/desk", "/wall/desk/events", "/wall/hall", "/wall/none", "/api/v1/wallboards/desk"]
    {
        let with_token = format!("{path}?token={}", encoded(DESK));
        for method in [Method::GET, Method::HEAD, Method::POST] {
            exporter.send(method.clone(), &with_token, &[]).await;
            exporter.send(method.clone(), path, &[(name, &value)]).await;
            exporter.send(method, path, &[(bearer_name, &token)]).await;
        }
        exporter.get(&format!("{with_token}&lang=xx"), &[(name, &value)]).await;
    }
    std::fs::write(exporter.file("desk"), HALL).expect("writable");
    let changed = || {
        let lines = journal.lines();
        lines.iter().any(|line| line.contains("the token of a wallboard has changed"))
    };
    until("the new token", PATIENCE, async || if changed() { Ok(()) } else { Err(String::new()) })
        .await;
    std::fs::write(exporter.file("desk"), &DESK[..31]).expect("writable");
    let wrong = || {
        let lines = journal.lines();
        lines.iter().filter(|line| line.contains("the token file of a wallboard is wrong")).count()
    };
    until("the mistake", PATIENCE, async || if wrong() == 1 { Ok(()) } else { Err(String::new()) })
        .await;
    // The traces of libraries are never shown: see `app::telemetry`.
    let shown = |line: &&String| !line.starts_with("TRACE") || line.contains(" trio_exporter");
    let lines = journal.lines();
    let [desk, escaped] = [DESK[..31].to_owned(), encoded(&DESK[..31])];
    for line in lines.iter().filter(shown) {
        for secret in [&desk, &escaped, &HALL.to_owned(), &secret] {
            assert!(!line.contains(secret.as_str()), "{line}");
        }
    }
    assert_eq!(wrong(), 1, "once");
    assert!(lines.iter().any(|line| line.contains(" trio_exporter")), "something is logged");
}

#[tokio::test]
async fn board_with_a_token_warns_where_there_are_no_users() {
    for (web, warns) in [(String::new(), true), (users(), false)] {
        let journal = Journal::begin();
        let _exporter = Exporter::start(&web, None).await;
        let text = "a wallboard has a token, but /wall and all other pages need no user";
        assert_eq!(journal.lines().iter().any(|line| line.contains(text)), warns, "{web}");
    }
}
