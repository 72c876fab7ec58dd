//! `record` on a server that is full of names, numbers and secrets: none of them is in the folder.

use std::{fs, path::Path, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    config::Target,
    model::Selection,
    trio::{Dictionary, latin1},
};
use wiremock::{
    Mock, Request, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{HandWritten, NOBODY, Recording, still_clock, target};

const KEY: &str = "bnlja2VsLXRpbGwtdHJpbw==";
const USER: &str = "Mätare-42";
const PASSWORD: &str = "hemlig-ö-sen=d";
const ACCESS: &str = "access-number-one";
const REFRESH: &str = "refresh-number-one";

/// Personal data on the server that may never be seen.
const PLANTED: [&str; 24] = [
    "Andersson",
    "Öberg-Lind",
    "0701234567",
    "46701234567",
    "7012345",
    "701234",
    "197503021234",
    "1975-03-02",
    "anna.andersson",
    "kund.example",
    "Stadshuset",
    "Växjökön",
    "hemligt-ärende",
    "A1B2C3D4E5F6",
    "3f2504e0-4f89",
    "881122",
    "990011",
    "550066",
    "Kaffepaus",
    "Chefsstöd",
    "internt-namn",
    "sessionid",
    "inloggningsfel",
    "123456.789",
];

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// Everything that is in a recording, in small letters, also as it reads when it is decoded.
fn everything(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("a file");
        text += &entry.file_name().to_string_lossy();
        let file = fs::read_to_string(entry.path()).expect("UTF-8");
        text += &percent_encoding::percent_decode_str(&file).decode_utf8_lossy();
        text += &file;
    }
    text.to_lowercase()
}

fn lines(folder: &Path, file: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(file)).expect("a file");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn secretive(trio: &HandWritten) -> Target {
    let mut target = target(&trio.url());
    target.trio.client_key = KEY.to_owned().into();
    target.trio.username = USER.to_owned().into();
    target.trio.password = PASSWORD.to_owned().into();
    target
}

/// One that gives everything away that it knows.
async fn talkative() -> HandWritten {
    let trio = HandWritten::start().await;
    trio.server.reset().await;
    let tokens = json!({"access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 3600,
        "user": "anna.andersson@kund.example"});
    Mock::given(method("POST"))
        .and(path("/te/api/login"))
        .respond_with(ResponseTemplate::new(200).set_body_json(tokens))
        .mount(&trio.server)
        .await;
    let here = trio.url();
    let root = json!({"links": [{"rel": "internt-namn", "href": format!("{here}/Stadshuset?for=anna.andersson")}],
        "data": {"primaryServer": trio.server.address().to_string(), "secondaryServer": "trio2.kund.example/intern"}});
    trio.answer("", root.to_string()).await;
    trio.answer("cc", json!({"data": [{"id": 881_122, "name": "Stadshuset"}]}).to_string()).await;
    let links = json!({"links": [
        {"rel": "agents", "href": format!("{here}/cc/881122/agents")},
        {"rel": "Andersson", "href": "https://intern.kund.example/Andersson/881122?p=0701234567#Andersson"},
        {"rel": "x", "href": "http://anna.andersson:hemligt-ärende@kund.example/"},
    ], "data": {"id": 881_122, "name": "Stadshuset", "Andersson, Anna": "0701234567"}});
    trio.answer("cc/881122", links.to_string()).await;
    let agents = json!({"data": [
        {"agentId": 990_011, "firstName": "Anna", "lastName": "Andersson", "groupId": [550_066, "550066"],
         "phone": "0701234567", "mobile": 46_701_234_567_u64, "born": "1975-03-02", "personnummer": 197_503_021_234_u64,
         "active": true, "mail": "anna.andersson@kund.example", "note": ["Öberg-Lind", {"Andersson": "Öberg-Lind"}],
         "home": {"Öberg-Lind": {"0701234567": 701_234, "deep": [[["Stadshuset", 123_456.789]]]}}},
        {"agentId": "3f2504e0-4f89-11d3", "name": "Öberg-Lind", "groupId": "A1B2C3D4E5F6", "active": false,
         "phone": "", "mobile": 0, "personnummer": null, "mail": "anna.andersson@kund.example",
         "0701234567": 1, "Öberg-Lind": 2, "Chefsstöd": -701_234},
    ]});
    let pages = json!({"currentPage": 1, "totalCount": 2, "totalPages": 1, "Andersson": "0701234567",
        "nextPageLink": format!("{here}/cc/881122/agents?name=Andersson&Andersson=1"), "for": "sessionid"});
    let pages = ResponseTemplate::new(200)
        .set_body_raw(agents.to_string(), "application/json; charset=utf-8; by=Andersson")
        .insert_header("X-Pagination", pages.to_string().replace("ö", "\\u00f6"))
        .insert_header("Set-Cookie", "sessionid=A1B2C3D4E5F6")
        .insert_header("Server", "internt-namn.kund.example");
    trio.respond("cc/881122/agents", pages).await;
    let states = json!({"data": [
        {"agentId": 990_011, "state": "Busy", "stateSince": "2026-01-15T07:58:00Z", "reason": "Kaffepaus"},
        {"agentId": "3f2504e0-4f89-11d3", "state": "Chefsstöd", "stateSince": "1975-03-02T00:00:00Z"},
    ]});
    trio.answer("cc/881122/agents/state", states.to_string()).await;
    trio.answer(
        "cc/881122/services",
        json!([{"serviceId": 701_234, "serviceName": "Växjökön"}]).to_string(),
    )
    .await;
    let now = json!([{"serviceId": 701_234, "serviceName": "Växjökön", "open": "Stadshuset", "queueLength": 7_012_345,
        "longestWaitTime": "070-123 45 67 Andersson", "estimatedWaitTime": 46_701_234_567_u64, "agentsBusy": "Andersson",
        "agentsAvailable": 3, "agentsLoggedOn": 12}]);
    trio.answer("cc/881122/services/state", now.to_string()).await;
    trio.answer(
        "cc/881122/servicegroups",
        json!([{"groupId": 550_066, "groupName": "Chefsstöd"}]).to_string(),
    )
    .await;
    trio.answer("cc/881122/agentgroups", "<html>inloggningsfel för Andersson, 0701234567</html>")
        .await;
    let calls = json!([{"jobNo": "V0701234567", "serviceId": 701_234, "from": "+46701234567", "state": "Queued",
        "subject": "hemligt-ärende", "created": "2026-01-15T07:59:30Z", "caseClass": "Chefsstöd"}]);
    trio.answer("cc/881122/services/calls", calls.to_string()).await;
    trio.answer("cc/881122/services/cases", calls.to_string()).await;
    let refused = json!({"links": [], "data": {"status": 403, "message": "anna.andersson har inte rätt",
        "Andersson": {"request": "701234"}}});
    trio.respond("cc/881122/skills", ResponseTemplate::new(403).set_body_json(refused)).await;
    let elsewhere = ResponseTemplate::new(307)
        .insert_header("Location", "https://trio3.kund.example/Andersson/990011")
        .insert_header("Retry-After", "7012345");
    trio.respond("cc/881122/roles", elsewhere).await;
    // Every other request gets an answer that repeats it.
    let echo = |request: &Request| {
        let headers = format!("{:?} {}", request.headers, request.url);
        ResponseTemplate::new(500)
            .set_body_json(json!({"inloggningsfel": headers, "Andersson": headers}))
    };
    Mock::given(method("GET")).respond_with(echo).with_priority(200).mount(&trio.server).await;
    trio
}

async fn recorded(target: Target, keep: &[&str]) -> tempfile::TempDir {
    let clock = still_clock();
    let folder = folder();
    let mut recording = Recording::begin(target, clock.clone()).await;
    for _ in 0..3 {
        recording.cycle().await;
        clock.advance(Duration::from_secs(5));
    }
    recording.save(folder.path(), keep);
    folder
}

#[tokio::test]
async fn nothing_that_was_planted_anywhere_is_in_the_folder() {
    let trio = talkative().await;
    let folder = recorded(secretive(&trio), &[]).await;
    let text = everything(folder.path());
    let mut secrets: Vec<String> = PLANTED.iter().map(|planted| (*planted).to_owned()).collect();
    secrets.extend([KEY, USER, PASSWORD, ACCESS, REFRESH].map(str::to_owned));
    secrets.extend(
        [USER, PASSWORD].map(|text| BASE64_STANDARD.encode(latin1(text).expect("ISO-8859-1"))),
    );
    secrets.extend([trio.server.address().to_string(), trio.server.uri(), "127.0.0.1".to_owned()]);
    for secret in secrets {
        assert!(!text.contains(&secret.to_lowercase()), "{secret} is in the folder");
    }
    let asked = trio.server.received_requests().await.expect("kept");
    let answered: Vec<&str> = asked.iter().map(|request| request.url.path()).collect();
    for resource in [
        "agents",
        "agents/state",
        "services/calls",
        "services/cases",
        "skills",
        "roles",
        "agentgroups",
    ] {
        let path = format!("/te/api/cc/881122/{resource}");
        assert!(answered.contains(&&*path), "{resource} was asked, so it is recorded");
    }
}

#[tokio::test]
async fn what_the_exporter_needs_to_know_is_still_there() {
    let trio = talkative().await;
    let folder = recorded(secretive(&trio), &[]).await;
    let look = lines(folder.path(), "look.jsonl");
    let first = lines(folder.path(), "cycle-1.jsonl");
    let of = |resource: &str| {
        let found = look.iter().chain(&first).find(|line| line["resource"] == resource);
        found.unwrap_or_else(|| panic!("no {resource}")).clone()
    };
    let asked = trio.server.received_requests().await.expect("kept");
    let reads = asked.iter().filter(|request| request.method.as_str() == "GET").count();
    let cycles = ["cycle-1.jsonl", "cycle-2.jsonl", "cycle-3.jsonl"]
        .map(|file| lines(folder.path(), file).len());
    assert_eq!(
        look.len() + cycles.iter().sum::<usize>(),
        reads,
        "every GET is there, and no login"
    );

    let now = of("services/state")["json"][0].clone();
    assert_eq!((&now["agentsAvailable"], &now["agentsLoggedOn"]), (&json!(3), &json!(12)));
    let states = of("agents/state")["json"]["data"].clone();
    assert_eq!(
        (&states[0]["state"], &states[0]["stateSince"]),
        (&json!("Busy"), &json!("2026-01-15T07:58:00Z"))
    );
    let agents = of("agents");
    let members = &agents["json"]["data"];
    assert_eq!(members[0]["agentId"], states[0]["agentId"], "the same agent");
    assert_eq!(
        members[0]["groupId"][0].to_string(),
        members[0]["groupId"][1].as_str().expect("text")
    );
    assert_eq!((&members[0]["active"], &members[1]["active"]), (&json!(true), &json!(false)));
    let pages: Value =
        serde_json::from_str(agents["headers"]["x-pagination"].as_str().expect("text"))
            .expect("JSON");
    assert_eq!(pages["totalCount"], 2);
    let cc = of("cc")["json"]["data"][0]["id"].to_string();
    assert_eq!(agents["path"], format!("/te/api/cc/{cc}/agents"));
    assert!(pages["nextPageLink"].as_str().is_some_and(|link| {
        link.starts_with(&format!("http://host-1.invalid/te/api/cc/{cc}/agents?name="))
    }));
    let broken = of("agentgroups");
    assert_eq!((&broken["unreadable"]["begins"], &broken["status"]), (&json!("<"), &json!(200)));
    assert_eq!(of("skills")["status"], 403);
    let moved = of("roles");
    assert!(
        moved["headers"]["location"].as_str().is_some_and(|to| to.contains(".invalid/")),
        "{moved}"
    );
    assert_eq!(moved["headers"].get("retry-after"), None);
    let kept = fs::read_to_string(folder.path().join("kept.txt")).expect("text");
    for line in ["mail", "personnummer", "lastName", "Busy", "Queued"] {
        assert!(kept.lines().any(|kept| kept == line), "{line}: {kept}");
    }
    assert!(
        !kept.contains("somethingElse") && !kept.contains("kontaktcenterId"),
        "only what was answered: {kept}"
    );
}

#[tokio::test]
async fn an_unknown_word_stays_where_the_user_says_so_and_only_there() {
    let trio = talkative().await;
    let folder = recorded(secretive(&trio), &["agents/state.state"]).await;
    let (look, kept) =
        (lines(folder.path(), "look.jsonl"), fs::read_to_string(folder.path().join("kept.txt")));
    let states = look.iter().find(|line| line["resource"] == "agents/state").expect("a line");
    assert_eq!(states["json"]["data"][1]["state"], "Chefsstöd");
    assert!(kept.expect("text").lines().any(|line| line == "Chefsstöd"));
    let calls = look.iter().find(|line| line["resource"] == "services/calls").expect("a line");
    assert_ne!(calls["json"][0]["caseClass"], "Chefsstöd");
    let cases = look
        .iter()
        .find(|line| line["path"].as_str().is_some_and(|path| path.ends_with("/services/cases")));
    assert_eq!(
        cases.expect("a line")["json"],
        calls["json"],
        "the same case is the same everywhere"
    );
}

#[tokio::test]
async fn two_recordings_of_the_same_answers_have_no_token_in_common() {
    let trio = talkative().await;
    let (one, other) =
        (recorded(secretive(&trio), &[]).await, recorded(secretive(&trio), &[]).await);
    let tokens = |folder: &Path| -> Vec<String> {
        let agents =
            lines(folder, "look.jsonl").into_iter().find(|line| line["resource"] == "agents");
        let agents = agents.expect("a line")["json"]["data"].clone();
        ["lastName", "mail", "mobile", "phone"].map(|member| agents[0][member].to_string()).to_vec()
    };
    let (one, other) = (tokens(one.path()), tokens(other.path()));
    assert!(one.iter().all(|token| !other.contains(token)), "{one:?} {other:?}");
}

#[tokio::test]
async fn contact_centres_that_are_not_read_are_not_looked_at() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"[{"id":1,"name":"Ett"},{"id":2,"name":"Två"}]"#).await;
    let mut target = target(&trio.url());
    target.contact_centers = Selection { allow: Vec::new(), deny: vec!["Två".into()] };
    let folder = recorded(target, &[]).await;
    let asked = trio.server.received_requests().await.expect("kept");
    assert!(asked.iter().any(|request| request.url.path() == "/te/api/cc/1/agents"));
    assert!(!asked.iter().any(|request| request.url.path().starts_with("/te/api/cc/2")));
    assert!(!lines(folder.path(), "look.jsonl").is_empty());
}

#[tokio::test]
async fn without_a_server_or_a_login_there_is_nothing_to_record() {
    let trio = HandWritten::start().await;
    trio.server.reset().await;
    for (server, problem) in
        [(format!("http://{NOBODY}/te/api"), "no connection"), (trio.url(), "404")]
    {
        let (_, looked) = Recording::try_begin(target(&server), still_clock()).await;
        let error = looked.expect_err("nobody answers").to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn a_resource_that_gets_no_answer_is_there_as_that() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"[{"id":1}]"#).await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(20));
    trio.respond("cc/1/agents/state", late).await;
    let mut target = target(&trio.url());
    target.trio.limits.request = Duration::from_millis(200);
    target.dictionary = std::sync::Arc::new(Dictionary::builtin().expect("valid"));
    let folder = recorded(target, &[]).await;
    let look = lines(folder.path(), "look.jsonl");
    let silent = look.iter().find(|line| line["resource"] == "agents/state").expect("a line");
    assert_eq!((&silent["failure"], silent.get("status")), (&json!("timeout"), None));
}
