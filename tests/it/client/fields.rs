//! `fields=`: asked for is what feeds a metric, as the server spells it, and never at a price.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use trio_exporter::{
    model::{AgentState, AgentStatus, Clock},
    stats::Stats,
    trio::{Client, Limits},
};
use wiremock::{Request, Respond, ResponseTemplate};

use super::trio::{Bench, Trio, contact_center, ok, status, tokens};
use crate::support::{Journal, target};

const STATE: &str = "cc/1/agents/state";

/// A server that cuts members out as it likes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Server {
    /// As documented: `stateSince` comes only when it is asked for.
    Documented,
    /// Never gives the state when single members are asked for.
    LosesState,
    /// Gives objects without members then.
    GivesNothing,
    /// Refuses names that it does not know.
    RefusesUnknown,
    /// Refuses to give single members at all.
    RefusesAll,
    /// Gives always the same.
    Ignores,
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let row = json!({
            "AgentId": 7, "State": "free", "mail": "x@example.org",
            "stateSince": jiff::Timestamp::now().to_string(),
        });
        let Value::Object(mut row) = row else { unreachable!() };
        let fields = request.url.query_pairs().find(|(key, _)| key == "fields");
        match fields.map(|(_, value)| value.to_lowercase()) {
            None => drop(row.remove("stateSince")),
            Some(_) if *self == Self::Ignores => drop(row.remove("stateSince")),
            Some(_) if *self == Self::RefusesAll => return status(400),
            Some(_) if *self == Self::GivesNothing => row.clear(),
            Some(names) => {
                let names: Vec<&str> = names.split(',').collect();
                let known = |name: &&str| row.keys().any(|key| key.to_lowercase() == **name);
                if *self == Self::RefusesUnknown && !names.iter().all(known) {
                    return status(400);
                }
                row.retain(|key, _| names.contains(&&*key.to_lowercase()));
                if *self == Self::LosesState {
                    row.remove("State");
                }
            }
        }
        ok(json!([row]).to_string())
    }
}

/// The values of `fields=` of all requests.
async fn field_filters(trio: &Trio) -> Vec<Option<String>> {
    let requests = trio.asked("GET", STATE).await;
    let fields = requests.iter().map(|request| {
        request
            .url
            .query_pairs()
            .find(|(key, _)| key == "fields")
            .map(|(_, value)| value.into_owned())
    });
    fields.collect()
}

async fn read(bench: &Bench) -> AgentStatus {
    bench.client.agent_state(&bench.route).await.expect("readable").data.remove(0)
}

/// The requests of so many readings; each gave the state.
async fn readings(number: usize, server: Server) -> (Vec<Option<String>>, Vec<AgentStatus>) {
    let trio = Trio::bare().await;
    trio.on("GET", STATE, server).await;
    let bench = trio.client(Limits::default()).await;
    let mut items = Vec::new();
    for _ in 0..number {
        items.push(read(&bench).await);
    }
    assert!(
        items.iter().all(|item| item.state == Some(AgentState::Available)),
        "{server:?}: {items:?}"
    );
    trio.was_only_read().await;
    (field_filters(&trio).await, items)
}

#[tokio::test]
async fn field_filter_is_learned_from_two_readings() {
    let (asked, items) = readings(5, Server::Documented).await;
    assert_eq!(asked[0], None);
    let every = asked[1].clone().expect("names");
    for name in ["agentId", "stateSince", "läge", "status"] {
        assert!(every.split(',').any(|asked| asked == name), "{name} in {every}");
    }
    let seen = Some("AgentId,State,stateSince".to_owned());
    assert_eq!(asked[2..], [seen.clone(), seen.clone(), seen], "as the server spells them");
    assert_eq!(items[0].since, None, "hidden until asked for");
    assert!(items[1..].iter().all(|item| item.since.is_some()), "{items:?}");
}

#[tokio::test]
async fn filter_that_loses_field_is_dropped_and_logged_once() {
    for server in [Server::LosesState, Server::GivesNothing] {
        let journal = Journal::begin();
        let (asked, _) = readings(6, server).await;
        let filters: Vec<bool> = asked.iter().map(Option::is_some).collect();
        // Three readings lose the field, each with its control.
        let expected = [false, true, false, true, false, true, false, false, false];
        assert_eq!(filters, expected, "{server:?}: {asked:?}");
        let lines = journal.lines();
        let told: Vec<_> =
            lines.iter().filter(|line| line.contains("with fields= loses")).collect();
        assert_eq!(told.len(), 1, "{server:?}: {told:?}");
    }
}

#[tokio::test]
async fn field_filter_adapts_to_servers_that_refuse_names() {
    let (asked, _) = readings(6, Server::RefusesUnknown).await;
    let own = Some("AgentId,State".to_owned());
    assert_eq!((asked.len(), &asked[2]), (9, &None), "what was refused is read as it is at once");
    assert_eq!(asked[7..], [own.clone(), own], "after three refusals of all names");
    let (asked, _) = readings(9, Server::RefusesAll).await;
    assert_eq!(asked.len(), 15, "{asked:?}");
    assert!(asked[12..].iter().all(Option::is_none), "{asked:?}");
}

#[tokio::test]
async fn a_server_that_ignores_the_filter_is_read_once_a_time() {
    let (asked, _) = readings(5, Server::Ignores).await;
    assert_eq!(asked.len(), 5);
}

#[tokio::test]
async fn vanished_member_is_compared_once_and_field_filter_stays() {
    let paused = Arc::new(AtomicBool::new(true));
    let flag = paused.clone();
    let respond = move |_: &Request| {
        let state = if flag.load(Ordering::SeqCst) { r#","state":"free""# } else { "" };
        ok(format!(r#"[{{"agentId":7,"mail":"x"{state}}}]"#))
    };
    let trio = Trio::bare().await;
    trio.on("GET", STATE, respond).await;
    let bench = trio.client(Limits::default()).await;
    for _ in 0..3 {
        read(&bench).await;
    }
    paused.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        read(&bench).await;
    }
    paused.store(true, Ordering::SeqCst);
    assert_eq!(read(&bench).await.state, Some(AgentState::Available));
    let asked = field_filters(&trio).await;
    let filters: Vec<bool> = asked.iter().map(Option::is_some).collect();
    assert_eq!(filters, [false, true, true, true, false, true, true, true], "{asked:?}");
}

/// A client of a server of this kind, whose clock the test advances.
async fn clocked(respond: impl Respond + 'static) -> (Trio, Bench, Clock) {
    let trio = Trio::bare().await;
    trio.on("GET", STATE, respond).await;
    trio.on("POST", "refreshlogin", tokens("token-2", None)).await;
    let clock = Clock::system();
    let stats = Arc::new(Stats::default());
    let target = target(&trio.url());
    let client = Client::new(target.trio, target.dictionary, stats.clone(), clock.clone())
        .expect("a client");
    let root = client.root().await.expect("a root");
    let route = client.route(&root, &contact_center()).await.expect("a route");
    (trio, Bench { client, stats, root, route }, clock)
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn renewal_keeps_members_and_is_followed_by_a_control() {
    let (trio, bench, clock) = clocked(Server::Documented).await;
    for _ in 0..3 {
        read(&bench).await;
    }
    clock.advance(HOUR);
    for _ in 0..4 {
        assert!(read(&bench).await.since.is_some(), "never hidden again");
    }
    let filters: Vec<bool> = field_filters(&trio).await.iter().map(Option::is_some).collect();
    // Beside the filtered reading: one without names, and one with all of them, for the fields that
    // are missing.
    assert_eq!(filters, [false, true, true, true, false, true, true, true, true]);
    assert_eq!(trio.renewals().await, 1);
}

/// A server that fails the requests at these positions with this status.
struct Failing(u16, Vec<usize>, AtomicUsize);

impl Respond for Failing {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let number = self.2.fetch_add(1, Ordering::SeqCst);
        if self.1.contains(&number) { status(self.0) } else { Server::Documented.respond(request) }
    }
}

#[tokio::test]
async fn single_failure_of_filtered_reading_changes_nothing() {
    for code in [404, 500] {
        let failing = Failing(code, vec![3], AtomicUsize::new(0));
        let (trio, bench, _clock) = clocked(failing).await;
        read(&bench).await;
        for _ in 0..5 {
            let item = read(&bench).await;
            assert!(item.since.is_some(), "{code}: hidden members stay");
        }
        let filters: Vec<bool> = field_filters(&trio).await.iter().map(Option::is_some).collect();
        let expected = [false, true, true, true, false, true, true, true];
        assert_eq!(filters, expected, "{code}: a control, and once more");
    }
}

#[tokio::test]
async fn filter_is_tried_again_after_ten_minutes() {
    let (trio, bench, clock) = clocked(Server::RefusesAll).await;
    for _ in 0..8 {
        read(&bench).await;
    }
    let before = field_filters(&trio).await.len();
    clock.advance(Duration::from_secs(599));
    read(&bench).await;
    clock.advance(Duration::from_secs(2));
    for _ in 0..4 {
        read(&bench).await;
    }
    let asked = field_filters(&trio).await;
    let filters: Vec<bool> = asked[before..].iter().map(Option::is_some).collect();
    assert_eq!(filters, [false, true, false, true, false, true, false, false]);
}

#[tokio::test]
async fn names_are_asked_one_at_a_time_where_unknown_ones_are_refused() {
    let trio = Trio::small().await;
    trio.on("GET", STATE, Server::RefusesUnknown).await;
    let mut app = trio.exporter().await;
    let mut found = None;
    for step in 1..=12 {
        app.step_after(5).await;
        let since = [("resource", "agents/state"), ("field", "since")];
        if app.metrics().await.get("trio_field_present", &since) == Some(1.0) {
            found.get_or_insert(step);
        }
    }
    assert!(found.is_some(), "{:?}", field_filters(&trio).await);
    let requests = trio.asked("GET", STATE).await;
    let single = requests.iter().filter(|request| request.url.as_str().contains("pageSize=1&"));
    let names: Vec<String> = single
        .filter_map(|request| request.url.query_pairs().find(|(key, _)| key == "fields"))
        .map(|(_, name)| name.into_owned())
        .collect();
    // The start of a state comes first: nothing can replace it.
    assert_eq!(names[0], "stateSince");
    assert!(names.iter().all(|name| !name.contains(',')), "{names:?}");
    assert!(names[1..4].iter().all(|name| *name == names[1]), "three times: {names:?}");
    assert_ne!(names[4], names[1]);
    let last = field_filters(&trio).await.into_iter().flatten().rfind(|it| it.contains(','));
    assert_eq!(last.as_deref(), Some("AgentId,State,stateSince"), "shared with the readings");
    trio.was_only_read().await;
}

/// A server that can rename its hidden member and change its version.
#[derive(Clone, Default)]
struct Upgraded(Arc<AtomicBool>);

impl Respond for Upgraded {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let upgraded = self.0.load(Ordering::SeqCst);
        if !request.url.path().ends_with("state") {
            let version = if upgraded { "8.2.0.0" } else { "8.0.2.0" };
            return ok(json!({"data": [{"binaryVersion": version}]}).to_string());
        }
        let since = if upgraded { "lastStateChange" } else { "stateSince" };
        let asked = request.url.query_pairs().any(|(key, value)| {
            key == "fields" && value.split(',').any(|name| name.eq_ignore_ascii_case(since))
        });
        let mut row = json!({"agentId": 7, "state": "free"});
        if asked {
            row[since] = json!(jiff::Timestamp::now().to_string());
        }
        ok(json!([row]).to_string())
    }
}

#[tokio::test]
async fn renamed_hidden_member_is_found_after_a_change_of_version() {
    let server = Upgraded::default();
    let (trio, bench, clock) = clocked(server.clone()).await;
    trio.on("GET", "", server.clone()).await;
    clock.advance(Duration::from_secs(30));
    bench.client.probe_servers().await;
    for _ in 0..3 {
        read(&bench).await;
    }
    assert!(read(&bench).await.since.is_some());
    server.0.store(true, Ordering::SeqCst);
    assert!(read(&bench).await.since.is_none(), "the old name brings nothing");
    clock.advance(Duration::from_secs(30));
    bench.client.probe_servers().await;
    assert!(read(&bench).await.since.is_some(), "all names are asked once more");
    assert!(read(&bench).await.since.is_some());
    let last = field_filters(&trio).await.pop().flatten().expect("filtered");
    assert!(last.contains("lastStateChange"), "{last}");
}

#[tokio::test]
async fn short_codes_are_logged_as_they_are_and_words_masked() {
    let trio = Trio::bare().await;
    let states = [json!(17), json!(18), json!(177), json!("Anna")];
    let rows = states.iter().zip(1..).map(|(state, id)| json!({"AgentId": id, "State": state}));
    trio.on("GET", STATE, ok(json!(rows.collect::<Vec<_>>()).to_string())).await;
    let bench = trio.client(Limits::default()).await;
    let journal = Journal::begin();
    bench.client.agent_state(&bench.route).await.expect("readable");
    let log = journal.lines().join("\n");
    for shown in ["17", "18", "999", "Xxxx"] {
        let value = format!("value={shown}");
        assert!(log.lines().any(|line| line.replace('"', "").contains(&value)), "{shown}: {log}");
    }
    assert!(!log.contains("177") && !log.contains("Anna"), "{log}");
}
