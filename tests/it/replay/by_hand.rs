//! A recording written by hand, from what `docs/dev/simulator.md` says of the format.

use std::{fs, path::Path, sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{model::Clock, sim::Replay};

use super::folder;
use crate::support::{Replayed, reqwest_client, still_clock};

fn rows(range: std::ops::Range<u32>) -> Value {
    json!({"links": [{"rel": "self", "href": "https://host-1.invalid/te/api/cc/4/agents"}],
        "data": range.map(|id| json!({"agentId": id, "x": "kq", "since": 1_768_464_000})).collect::<Vec<_>>()})
}

fn exchange(path: &str, query: &[(&str, &str)], status: u16, body: &Value) -> Value {
    json!({"at_ms": 10, "took_ms": 1, "resource": "agents", "server": "host-1.invalid", "path": path,
        "query": query, "status": status, "headers": {"content-type": "application/json"}, "json": body})
}

fn page(number: &str, of: std::ops::Range<u32>) -> Value {
    let mut page =
        exchange("/te/api/cc/4/agents", &[("page", number), ("pageSize", "1000")], 200, &rows(of));
    let header = json!({"currentPage": number, "pageSize": 10, "totalCount": 25, "totalPages": 3,
        "nextPageLink": "https://host-1.invalid/te/api/cc/4/agents?page=9"});
    page["headers"]["x-pagination"] = header.to_string().into();
    page
}

fn manifest() -> Value {
    json!({"format": "trio-exporter recording", "version": 1, "exporter": "0.1.0", "started": "2026-01-15T08:00:00Z",
        "look": "look.jsonl", "times": {"agents": {"since": "unix_seconds"}},
        "cycles": [{"file": "cycle-1.jsonl", "at_ms": 0}, {"file": "cycle-2.jsonl", "at_ms": 10_000}]})
}

fn write(folder: &Path, manifest: &Value) {
    let lines =
        |exchanges: &[Value]| exchanges.iter().map(|e| format!("{e}\n")).collect::<String>();
    let look = [exchange(
        "/te/api",
        &[("redirect", "false")],
        200,
        &json!({"data": {"primaryServer": "host-1.invalid"}}),
    )];
    let filtered = |id: &str, of| {
        exchange(
            "/te/api/cc/4/agents",
            &[("groupId", id), ("page", "1"), ("pageSize", "1000")],
            200,
            &rows(of),
        )
    };
    let groups = exchange("/te/api/cc/4/agentgroups", &[], 200, &json!([{"id": 77}]));
    let first = [
        page("1", 0..10),
        page("2", 10..20),
        page("3", 20..25),
        filtered("77", 3..5),
        filtered("8123456", 0..0),
        groups,
    ];
    let mut moved = exchange("/te/api/moved", &[], 307, &Value::Null);
    moved["headers"] = json!({"location": "https://host-1.invalid/te/api/cc", "retry-after": "7"});
    let mut odd = exchange("/te/api/odd", &[], 200, &Value::Null);
    odd.as_object_mut().expect("an object").remove("json");
    odd["unreadable"] = json!({"bytes": 9, "begins": "<", "line": 1, "column": 1});
    let mut silent = exchange("/te/api/silent", &[], 200, &Value::Null);
    silent.as_object_mut().expect("an object").remove("status");
    let second = [
        exchange("/te/api/cc/4/agents", &[("page", "1"), ("pageSize", "1000")], 200, &rows(0..3)),
        moved,
        odd,
        silent,
    ];
    fs::write(folder.join("look.jsonl"), lines(&look)).expect("written");
    fs::write(folder.join("cycle-1.jsonl"), lines(&first)).expect("written");
    fs::write(folder.join("cycle-2.jsonl"), lines(&second)).expect("written");
    fs::write(folder.join("recording.json"), manifest.to_string()).expect("written");
}

/// Somebody who is logged in to a replay.
struct Guest {
    replay: Replayed,
    token: String,
    refresh: String,
}

impl Guest {
    async fn start(folder: &Path, clock: &Clock) -> Self {
        write(folder, &manifest());
        let replay = Replayed::start(folder, clock.clone()).await;
        let mut guest = Self { replay, token: String::new(), refresh: String::new() };
        assert!(guest.log_in("username=x&password=y").await);
        guest
    }

    async fn log_in(&mut self, form: &str) -> bool {
        let request =
            reqwest_client().post(format!("{}/login", self.replay.url())).body(form.to_owned());
        let answer = request.send().await.expect("an answer");
        if !answer.status().is_success() {
            return false;
        }
        let tokens: Value =
            serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        let token = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        (self.token, self.refresh) = (token("access_token"), token("refresh_token"));
        true
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let request = no_redirects().get(format!("{}{path}", self.replay.url()));
        request
            .header("authorization", format!("Bearer {}", self.token))
            .send()
            .await
            .expect("an answer")
    }

    async fn json(&self, path: &str) -> Value {
        let text = self.get(path).await.text().await.expect("a body");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }

    async fn ids(&self, path: &str) -> Vec<u64> {
        let body = self.json(path).await;
        body["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| row["agentId"].as_u64().expect("an id"))
            .collect()
    }
}

#[allow(clippy::disallowed_methods, reason = "no credentials are sent")]
fn no_redirects() -> reqwest::Client {
    drop(reqwest_client());
    reqwest::ClientBuilder::new()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

#[tokio::test]
async fn recorded_request_gets_its_answer_others_are_computed() {
    let folder = folder();
    let guest = Guest::start(folder.path(), &still_clock()).await;
    assert_eq!(guest.ids("/cc/4/agents?page=2&pageSize=1000").await, (10..20).collect::<Vec<_>>());
    assert_eq!(guest.ids("/cc/4/agents?page=3&pageSize=4").await, [8, 9, 10, 11]);
    assert_eq!(
        guest.ids("/cc/4/agents?page=3&pageSize=500").await,
        [20, 21, 22, 23, 24],
        "as the server cut them"
    );
    let answer = guest.get("/cc/4/agents?page=2&pageSize=4").await;
    let header: Value =
        serde_json::from_str(answer.headers()["x-pagination"].to_str().expect("text"))
            .expect("JSON");
    assert_eq!(
        (&header["totalCount"], &header["totalPages"], &header["currentPage"]),
        (&json!(25), &json!(7), &json!(2))
    );
    let exact = guest.get("/cc/4/agents?pageSize=1000&page=1").await;
    let header: Value =
        serde_json::from_str(exact.headers()["x-pagination"].to_str().expect("text"))
            .expect("JSON");
    assert_eq!(
        header["nextPageLink"],
        format!("{}/cc/4/agents?page=9", guest.replay.url()),
        "links lead here"
    );
    let picked = guest.json("/cc/4/agents?page=1&pageSize=4&fields=AgentId").await;
    assert_eq!(picked["data"][0], json!({"agentId": 0}));
    assert_eq!(picked["links"][0]["href"], format!("{}/cc/4/agents", guest.replay.url()));
}

#[tokio::test]
async fn row_filter_with_unknown_id_gets_recorded_empty_answer() {
    let folder = folder();
    let guest = Guest::start(folder.path(), &still_clock()).await;
    assert_eq!(guest.ids("/cc/4/agents?groupId=77&page=1&pageSize=1000").await, [3, 4]);
    assert_eq!(guest.ids("/cc/4/agents?groupId=1000080&page=1&pageSize=1000").await, [0_u64; 0]);
    assert_eq!(guest.get("/cc/4/agents?otherId=1").await.status(), 404);
}

#[tokio::test]
async fn each_session_begins_at_the_first_cycle_and_the_last_one_stays() {
    let folder = folder();
    let clock = still_clock();
    let mut guest = Guest::start(folder.path(), &clock).await;
    let agents = "/cc/4/agents?page=1&pageSize=1000";
    for (seconds, count) in [(0, 10), (4, 10), (1, 3), (5, 3), (100_000, 3)] {
        clock.advance(Duration::from_secs(seconds));
        assert_eq!(guest.ids(agents).await.len(), count, "after {seconds} s more");
    }
    let refresh = format!("refresh_token={}", guest.refresh);
    assert!(guest.log_in(&refresh).await);
    assert_eq!(guest.ids(agents).await.len(), 3, "a renewed session is as old as it was");
    assert!(!guest.log_in(&refresh).await, "a refresh token works once");
    assert!(guest.log_in("").await);
    assert_eq!(guest.ids(agents).await.len(), 10, "another session starts again");
    assert_eq!(
        guest.json(agents).await["data"][0]["since"],
        1_768_464_000 + 100_010,
        "as long ago as it was"
    );
}

#[tokio::test]
async fn replay_needs_token_and_refuses_writes() {
    let folder = folder();
    let mut guest = Guest::start(folder.path(), &still_clock()).await;
    let token = std::mem::take(&mut guest.token);
    assert_eq!(
        guest.json("?redirect=false").await["data"]["primaryServer"],
        guest.replay.addr.to_string()
    );
    assert_eq!(guest.get("/cc/4/agents").await.status(), 401);
    guest.token = token;
    assert_eq!(guest.get("/nowhere").await.status(), 404);
    let patch = no_redirects().patch(format!("{}/cc/4/agents/1", guest.replay.url()));
    assert_eq!(patch.send().await.expect("an answer").status(), 405);
}

#[tokio::test]
async fn redirects_waits_unreadable_bodies_and_silence_come_again() {
    let folder = folder();
    let guest = Guest::start(folder.path(), &still_clock()).await;
    let moved = guest.get("/moved").await;
    assert_eq!(moved.status(), 307);
    assert_eq!(
        moved.headers()["location"].to_str().expect("text"),
        format!("{}/cc", guest.replay.url())
    );
    assert_eq!(moved.headers()["retry-after"], "7");
    assert_eq!(guest.get("/odd").await.text().await.expect("a body"), "<xxxxxxxx");
    assert_eq!(guest.get("/silent").await.status(), 503);
}

fn open(folder: &Path) -> String {
    let clock = still_clock();
    match Replay::open(folder, Arc::new(move || clock.now().wall), Duration::ZERO) {
        Ok(_) => "it is a recording".to_owned(),
        Err(error) => error.to_string().replace(&folder.display().to_string(), "DIR"),
    }
}

#[test]
fn a_folder_that_is_no_recording_says_what_is_wrong_and_what_to_do() {
    let empty = folder();
    let nowhere = open(&empty.path().join("nowhere"));
    assert_eq!(nowhere, "DIR: there is no such folder; name one that `trio-exporter record` wrote");
    let none = "DIR: is no recording: there is no recording.json in it; name a folder that `trio-exporter record` wrote";
    assert_eq!(open(empty.path()), none);
    let change = |key: &str, value: Value| {
        let mut changed = manifest();
        changed[key] = value;
        changed
    };
    for (manifest, problem) in [
        (manifest(), "it is a recording"),
        (json!(5), "DIR/recording.json: does not describe a recording;"),
        (change("format", json!("x")), "DIR/recording.json: does not describe a recording;"),
        (
            change("version", json!(2)),
            "DIR/recording.json: the format has version 2, and this program reads 1; use",
        ),
        (change("version", json!("1")), "DIR/recording.json: the format has version none"),
        (change("cycles", json!([])), "DIR/recording.json: names no cycle;"),
        (change("cycles", json!(1)), "DIR/recording.json: is damaged: "),
        (
            change("started", json!("gestern")),
            "DIR/recording.json: does not say when it was started;",
        ),
        (change("look", json!("../look.jsonl")), "DIR/../look.jsonl: is no file of the recording;"),
        (change("look", json!("/etc/passwd")), "/etc/passwd: is no file of the recording;"),
        (change("look", json!("other.jsonl")), "DIR/other.jsonl: cannot be read: "),
        (
            change("cycles", json!([{"file": "recording.json", "at_ms": 0}])),
            "DIR/recording.json: line 1 is damaged: ",
        ),
        (
            change("cycles", json!([{"file": "cycle-1.jsonl", "at_ms": u64::MAX}])),
            "it is a recording",
        ),
    ] {
        let folder = folder();
        write(folder.path(), &manifest);
        let said = open(folder.path());
        assert!(said.starts_with(problem), "{manifest}: {said}");
        assert!(!said.contains('\n'), "one line: {said}");
    }
    let damaged = folder();
    write(damaged.path(), &manifest());
    let path = damaged.path().join("cycle-1.jsonl");
    let text = fs::read_to_string(&path).expect("text");
    fs::write(&path, &text[..text.len() - 20]).expect("written");
    let said = open(damaged.path());
    assert!(
        said.starts_with("DIR/cycle-1.jsonl: line 6 is damaged: EOF")
            && said.ends_with("; get the recording again"),
        "{said}"
    );
}
