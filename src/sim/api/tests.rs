//! A client without a socket, and rules that hold for every answer.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::*;
use crate::sim::{Dialect, UnknownFields};

/// Login form of the default user: Base64 of `exporter` and `smörgåsbord` in ISO-8859-1.
pub(crate) const LOGIN: &str = "username=ZXhwb3J0ZXI%3D&password=c232cmflc2JvcmQ%3D";

/// A client of a Trio without a socket, with a clock of its own.
pub(crate) struct Client {
    pub(crate) trio: Trio,
    pub(crate) now: SystemTime,
    pub(crate) authorization: Option<String>,
}

impl Client {
    /// Returns a client without a session.
    pub(crate) fn logged_out(options: Options) -> Self {
        let now = UNIX_EPOCH + Duration::from_secs(1_750_000_000);
        Self { trio: Trio::new(options, now), now, authorization: None }
    }

    /// Returns a client with a session.
    pub(crate) fn new(options: Options) -> Self {
        let mut client = Self::logged_out(options);
        let key = client.trio.options.client_key.clone();
        let answer = client.send_as(&format!("Basic {key}"), Method::POST, "/login", LOGIN);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let lower = answer.body.to_string().to_lowercase();
        let token =
            lower.split("\"access_token\":\"").nth(1).and_then(|rest| rest.split('"').next());
        client.authorization = token.map(|token| format!("Bearer {token}"));
        client
    }

    pub(crate) fn send(&mut self, method: Method, target: &str, body: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            method,
            path: path.split('/').skip(1).map(str::to_owned).collect(),
            query: Query::parse(query.as_bytes()),
            host: "trio.test:8080".to_owned(),
            authorization: self.authorization.clone(),
            body: body.as_bytes().to_vec(),
        };
        self.trio.catch_up(self.now);
        self.trio.answer(&request, self.now)
    }

    pub(crate) fn send_as(
        &mut self,
        authorization: &str,
        method: Method,
        target: &str,
        body: &str,
    ) -> Answer {
        let kept = self.authorization.replace(authorization.to_owned());
        let answer = self.send(method, target, body);
        self.authorization = kept;
        answer
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.send(Method::GET, target, "")
    }

    /// Data of a 200 answer.
    pub(crate) fn data(&mut self, target: &str) -> Value {
        let answer = self.get(target);
        assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        answer.body["data"].clone()
    }

    /// Values of one member of every item of a collection.
    pub(super) fn column(&mut self, target: &str, member: &str) -> Vec<Value> {
        self.data(target)
            .as_array()
            .expect("a collection")
            .iter()
            .map(|item| item[member].clone())
            .collect()
    }
}

fn links(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let links = answer.body["links"].as_array().expect("links");
    links.iter().map(|link| (text(&link["rel"]), text(&link["href"]))).collect()
}

const COLLECTIONS: [&str; 9] = [
    "/cc",
    "/cc/1/agents",
    "/cc/1/agents/state",
    "/cc/1/agentgroups",
    "/cc/1/services",
    "/cc/1/services/state",
    "/cc/1/servicegroups",
    "/cc/1/services/calls",
    "/cc/1/services/cases",
];

/// Further lists and nodes.
const LISTS: [&str; 18] = [
    "/cc/1/skills",
    "/cc/1/roles",
    "/cc/1/schedules",
    "/cc/1/schedules/exceptionlists",
    "/cc/1/skillprofiles",
    "/security",
    "/security/groups",
    "/directory",
    "/directory/subscribers",
    "/directory/skills",
    "/directory/capabilities",
    "/directory/departments",
    "/directory/pbxs",
    "/directory/calendarsystems",
    "/directory/customergroups",
    "/directory/titles",
    "/directory/extrafieldnames",
    "/directory/addressspaces",
];

#[test]
fn all_resources_are_reachable_by_links() {
    let mut client = Client::new(Options::default());
    let base = "http://trio.test:8080/te/api";
    let mut known = BTreeSet::new();
    let mut open = vec![base.to_owned()];
    while let Some(address) = open.pop() {
        let path = address.strip_prefix(base).expect("links stay on the host that was asked");
        let posted = ["/login", "/refreshlogin"].contains(&path) || path.ends_with("/login");
        if !known.insert(path.to_owned()) || posted {
            continue;
        }
        let answer = client.get(path);
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body["data"].is_null(), "{path}");
        assert_eq!(links(&answer)[0], ("self".to_owned(), address));
        open.extend(links(&answer).into_iter().map(|(_, href)| href));
    }
    for path in COLLECTIONS.iter().chain(&LISTS) {
        assert!(known.contains(*path), "{path}");
    }
    for item in [
        "/cc/1/agents/1001/state",
        "/cc/1/agents/1001/login",
        "/cc/1/services/101/state",
        "/cc/1/agentgroups/1",
    ] {
        assert!(known.contains(item), "{item}");
    }
}

#[test]
fn items_show_their_default_members() {
    let mut client = Client::new(Options::default());
    let members = |client: &mut Client, target: &str| -> Vec<String> {
        let data = client.data(target);
        let item = data.get(0).cloned().unwrap_or(data);
        item.as_object().expect("an item").keys().cloned().collect()
    };
    let expected: [(&str, &[&str]); 9] = [
        ("/cc", &["id", "name"]),
        ("/cc/1/agents", &["agentId", "firstName", "groupId", "lastName"]),
        (
            "/cc/1/agents/state",
            &[
                "agentId",
                "firstName",
                "jobNo",
                "lastName",
                "reason",
                "serviceId",
                "state",
                "stateSince",
            ],
        ),
        ("/cc/1/agentgroups", &["groupId", "groupName"]),
        ("/cc/1/services", &["groupId", "serviceId", "serviceName"]),
        (
            "/cc/1/services/101/state",
            &[
                "agentsAvailable",
                "agentsBusy",
                "agentsLoggedOn",
                "estimatedWaitTime",
                "longestWaitTime",
                "open",
                "queueLength",
                "serviceId",
                "serviceName",
            ],
        ),
        ("/cc/1/servicegroups", &["groupId", "groupName"]),
        (
            "/cc/1/services/calls",
            &[
                "agentId",
                "answeredAt",
                "caseClass",
                "caseType",
                "created",
                "jobNo",
                "serviceId",
                "state",
                "waitTime",
            ],
        ),
        ("/cc/1/agents/1001?fields=EMAIL,agentid,nonsense", &["agentId", "email"]),
    ];
    for (target, names) in expected {
        let mut found = members(&mut client, target);
        found.sort_unstable();
        assert_eq!(found, names, "{target}");
    }
    let mut client = Client::new(Options { state_times: false, ..Options::default() });
    assert!(
        !members(&mut client, "/cc/1/agents/state?fields=agentId,stateSince")
            .contains(&"stateSince".into())
    );
    assert!(!members(&mut client, "/cc/1/services/calls").contains(&"created".into()));
}

#[test]
fn missing_is_404_and_wrong_method_is_405() {
    let mut client = Client::new(Options::default());
    for target in [
        "/roles",
        "/cc/9",
        "/cc/9/agents",
        "/cc/1/agents/7",
        "/cc/1/agents/x",
        "/cc/1/services/calls/1",
    ] {
        let answer = client.get(target);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{target}");
        assert_eq!(answer.body["data"]["status"], 404);
        assert!(!links(&answer).is_empty());
    }
    for (method, target, allow) in [
        (Method::DELETE, "/cc/1/services/101", "GET"),
        (Method::GET, "/login", "POST"),
        (Method::POST, "/cc/1/agents/1001/state", "GET, PATCH"),
        (Method::GET, "/cc/1/agents/1001/login", "PATCH"),
    ] {
        let answer = client.send(method, target, "");
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{target}");
        assert_eq!(answer.headers["allow"], allow, "{target}");
    }
}

#[test]
fn contact_centres_are_separate() {
    let mut client =
        Client::new(Options { contact_centers: 2, services: 6, agents: 20, ..Options::default() });
    client.trio.world.set_arrival_factor(20.0);
    client.now += Duration::from_secs(20);
    let ids =
        ["agentId", "agentId", "groupId", "serviceId", "serviceId", "groupId", "jobNo", "jobNo"];
    for (target, id) in COLLECTIONS.into_iter().skip(1).zip(ids) {
        let other = target.replace("/cc/1", "/cc/2");
        let first = client.column(&format!("{target}?pageSize=100"), id);
        let second = client.column(&format!("{other}?pageSize=100"), id);
        assert!(!first.is_empty() && !second.is_empty(), "{target}");
        assert!(first.iter().all(|id| !second.contains(id)), "{target}");
        // A total above 100 does not fit on the page that was read.
        let header = client.get(&format!("{target}?pageSize=100")).headers.remove("x-pagination");
        let header: Option<Value> =
            header.and_then(|header| serde_json::from_slice(header.as_bytes()).ok());
        let total =
            header.map_or(first.len() as u64, |header| header["totalCount"].as_u64().unwrap_or(0));
        assert!(total == first.len() as u64 || total > 100, "{target}: {total}");
        let path = match other.strip_suffix("/state") {
            Some(owner) => format!("{owner}/{}/state", first[0]),
            None => format!("{other}/{}", first[0]),
        };
        assert_eq!(client.get(&path).status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn documented_row_filters_work() {
    let mut client = Client::new(Options { contact_centers: 2, agents: 80, ..Options::default() });
    assert_eq!(client.column("/cc?id=2", "id"), [json!(2)]);
    assert_eq!(
        client.column("/cc/1/services?name=KUNDTJ%C4NST", "serviceName"),
        [json!("Kundtjänst")]
    );
    assert_eq!(client.column("/cc/1/services/state?id=103", "serviceId"), [json!(103)]);
    assert_eq!(
        client.column("/cc/2/services?groupId=2", "groupId"),
        [2, 2, 2, 2].map(|id| json!(id))
    );
    assert_eq!(client.column("/cc/2/services?groupId=1", "groupId"), Vec::<Value>::new());
    let (first, last) = (client.data("/cc/1/agents/1003")["firstName"].clone(), "");
    let found = client.column(
        &format!("/cc/1/agents?firstName={}&lastName={last}", first.as_str().expect("a name")),
        "agentId",
    );
    assert!(found.contains(&json!(1003)) && found.len() < 5, "{found:?}");
    let calls = client.data("/cc/1/services/calls?pageSize=100");
    let call = &calls.as_array().expect("calls")[0];
    let (job, service) = (&call["jobNo"], &call["serviceId"]);
    assert_eq!(
        client.column(&format!("/cc/1/services/calls?id={job}"), "jobNo"),
        std::slice::from_ref(job)
    );
    assert_eq!(client.data(&format!("/cc/1/services/calls/{job}"))["jobNo"], *job);
    let of_service = client.column(&format!("/cc/1/services/calls?service={service}"), "serviceId");
    assert!(!of_service.is_empty() && of_service.iter().all(|id| id == service));
    let cases =
        format!("/cc/1/services/cases?jobno={job}&sid={service}&vid=V{job}&caseClass=voice");
    assert_eq!(client.column(&cases, "jobNo"), std::slice::from_ref(job));
    assert_eq!(client.column(&format!("{cases}x"), "jobNo"), Vec::<Value>::new());
    let hidden = client.data(&format!("/cc/1/services/cases/{job}?fields=cust"));
    assert_eq!(
        client.column(&format!("/cc/1/services/cases?cust={}", hidden["cust"]), "jobNo"),
        std::slice::from_ref(job)
    );
}

#[test]
fn sort_obeys_members_and_minus() {
    let mut client = Client::new(Options::default());
    let names = |client: &mut Client, sort: &str| {
        client
            .column(&format!("/cc/1/services?sort={sort}"), "serviceName")
            .into_iter()
            .map(|name| name.to_string())
            .collect::<Vec<_>>()
    };
    let up = names(&mut client, "SERVICENAME");
    let mut down = names(&mut client, "-serviceName");
    assert!(up.is_sorted() && up.len() == 8);
    down.reverse();
    assert_eq!(up, down);
    let target = "/cc/1/agents/state?pageSize=100&sort=state,-agentId";
    let ids = client.column(target, "agentId");
    let states = client.column(target, "state");
    let same_state: Vec<_> = ids
        .iter()
        .zip(&states)
        .filter(|(_, state)| **state == states[0])
        .map(|(id, _)| id.as_u64())
        .collect();
    assert!(same_state.is_sorted_by(|a, b| a > b) && same_state.len() > 1);
}

#[test]
fn twenty_cases_are_listed_and_all_are_readable() {
    let mut client = Client::new(Options::default());
    client.trio.world.set_arrival_factor(20.0);
    client.now += Duration::from_secs(600);
    client.get("/cc");
    let service = client.trio.world.services.values().find(|service| service.live.len() > 20);
    let service = service.expect("a crowded service");
    let (id, last) = (service.id, *service.live.last().expect("a case"));
    assert_eq!(
        client.column(&format!("/cc/1/services/cases?pageSize=100&sid={id}"), "jobNo").len(),
        20
    );
    assert_eq!(client.data(&format!("/cc/1/services/cases/{last}"))["jobNo"], json!(last));
    client.trio.world.remove_service(id).expect("the service is there");
    assert_eq!(client.get(&format!("/cc/1/services/cases/{last}")).status, StatusCode::NOT_FOUND);
}

#[test]
fn service_states_agree_with_calls() {
    let mut client = Client::new(Options { services: 3, ..Options::default() });
    client.now += Duration::from_secs(90);
    let calls = client.data("/cc/1/services/calls?pageSize=100");
    for service in client.data("/cc/1/services/state").as_array().expect("services") {
        let of = calls
            .as_array()
            .expect("calls")
            .iter()
            .filter(|c| c["serviceId"] == service["serviceId"]);
        let waiting: Vec<_> = of.filter(|call| call["state"] != "Handled").collect();
        assert_eq!(service["queueLength"], waiting.len());
        let longest =
            waiting.iter().filter_map(|call| call["waitTime"].as_u64()).max().unwrap_or(0);
        assert_eq!(service["longestWaitTime"], longest);
        for call in waiting {
            let created: jiff::Timestamp =
                call["created"].as_str().expect("a time").parse().expect("ISO");
            let now = client.now.duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64;
            let waited = (now - created.as_millisecond()) / 1000;
            // Times are given in whole milliseconds, so a wait may be one second off.
            let off = waited - call["waitTime"].as_i64().expect("seconds");
            assert!((0..=1).contains(&off), "{call}");
        }
    }
}

#[test]
fn dialects_agree_on_facts() {
    let facts = Dialect::ALL.map(|dialect| {
        let mut client = Client::new(Options { dialect, ..Options::default() });
        let answer = client.get("/cc/1/services/state");
        let [data, id, queue] = match dialect {
            Dialect::English => ["data", "serviceId", "queueLength"],
            Dialect::Swedish => ["Data", "tjänstId", "kölängd"],
            Dialect::Foreign => ["DATA", "vxQ", "qDepth_77"],
            Dialect::Vendor => ["data", "serviceid", "queuedCases"],
        };
        let items = answer.body[data].as_array().expect("a collection");
        let text = |value: &Value| value.to_string().replace('"', "");
        items
            .iter()
            .map(|item| item.get("data").unwrap_or(item))
            .map(|item| (text(&item[id]), text(&item[queue])))
            .collect::<Vec<_>>()
    });
    assert_eq!(facts[0].len(), 8);
    for other in &facts[1..] {
        assert_eq!(facts[0], *other);
    }
    assert!(facts[0].iter().any(|(_, queue)| queue != "0"));
}

#[test]
fn vendor_envelope_is_that_of_the_manual() {
    let dialect = Dialect::Vendor;
    let mut client = Client::new(Options { dialect, agents: 25, ..Options::default() });
    let names = |value: &Value| -> Vec<String> {
        let links = value["links"].as_array().expect("links").iter();
        links.map(|link| link["rel"].as_str().expect("text").to_owned()).collect()
    };
    let api = client.get("").body;
    assert_eq!(names(&api), ["self"]);
    let only = &api["data"][0];
    let expected = ["Help", "ContactCenters", "Directory", "Login", "RefreshLogin"];
    assert_eq!(names(only), expected);
    assert_eq!(only["links"][1]["href"], "/te/api/cc");
    assert_eq!(only["links"][3]["method"], "POST");
    assert_eq!(only["failoverMode"], false);
    let center = client.data("/cc/1");
    assert_eq!((center.as_array().map(Vec::len), &center[0]["ccid"]), (Some(1), &json!(1)));
    assert!(names(&center[0]).contains(&"Services".to_owned()));
    let states = client.data("/cc/1/agents/state");
    assert_eq!(states[0]["links"][0]["href"], "/te/api/cc/1/agents/1001/state");
    assert!(states[0]["state"].is_u64());
    let answer = client.get("/cc/1/agents?page=3");
    let header = answer.headers["x-pagination"].to_str().expect("text");
    let header: Value = serde_json::from_str(header).expect("JSON");
    assert_eq!(header["nextPageLink"], "");
    assert_eq!(header.as_object().map(serde_json::Map::len), Some(6));
    assert_eq!(client.data("/security/groups")[0]["groups"].as_array().map(Vec::len), Some(3));
    let services = client.data("/security/services");
    assert_eq!(services[0]["subsystems"][0]["items"].as_array().map(Vec::len), Some(5));
    let children = client.data("/directory");
    assert_eq!(names(&children[0]).len(), 10);
}

#[test]
fn unknown_fields_are_ignored_or_refused() {
    for (unknown_fields, status) in [
        (UnknownFields::Ignored, 200),
        (UnknownFields::BadRequest, 400),
        (UnknownFields::ServerError, 500),
    ] {
        let mut client = Client::new(Options { unknown_fields, ..Options::default() });
        let mut status_of = |target: &str| client.get(target).status.as_u16();
        for list in ["/cc/1/agents", "/cc/1/agents/1001"] {
            assert_eq!(status_of(&format!("{list}?fields=agentId,nonsense")), status, "{list}");
            assert_eq!(status_of(&format!("{list}?fields=AGENTID,email")), 200, "{list}");
        }
    }
}

#[test]
fn zoneless_times_replace_all_times() {
    let options = Options { zoneless_times: true, dialect: Dialect::Vendor, ..Options::default() };
    let mut client = Client::new(options);
    let times = client.column("/cc/1/agents/state?fields=stateStart", "stateStart");
    let digits = |time: &Value| time.as_str().map(|time| time.len() == 19 && !time.contains('T'));
    assert!(times.iter().all(|time| digits(time) == Some(true)), "{times:?}");
}

#[test]
fn clock_jumps_are_followed_within_bounds() {
    let second = Duration::from_secs;
    let start = UNIX_EPOCH + second(1_000_000);
    let mut world_clock = WorldClock::new(start, second(900));
    assert_eq!(world_clock.next_step(start + second(5), second(900)), second(5));
    assert_eq!(world_clock.next_step(start - second(5), second(905)), Duration::ZERO);
    assert_eq!(world_clock.next_step(start + second(900_000), second(905)), MAX_STEP);
    assert_eq!(world_clock.real_time(second(905) + MAX_STEP), start + second(900_000));
}
