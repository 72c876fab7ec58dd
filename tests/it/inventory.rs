//! Nodes, contact centres, calls, skills, and how much there is of everything.

mod calls;
mod skills;

use pretty_assertions::assert_eq;
use trio_exporter::{
    metrics::Identity,
    model::{Collector, Selection},
    poller::CollectorInterval,
    sim::{Dialect, Options},
};
use wiremock::ResponseTemplate;

use crate::support::{
    HandWritten, Journal, Samples, Simulated, TestApp, config, reqwest_client, still_clock, target,
};

async fn simulated(options: Options) -> (TestApp, Simulated) {
    let clock = still_clock();
    let trio = Simulated::start(options, clock.clone()).await;
    let app = TestApp::start_at(config(trio.target(true), Identity::None), clock).await;
    (app, trio)
}

/// A Trio with one contact centre, two services and two agents, to be added to before it is read.
async fn hand_written() -> HandWritten {
    let trio = HandWritten::start().await;
    for (resource, items) in [
        ("cc", r#"[{"id":1,"name":"Kundtjänst"}]"#),
        ("cc/1/services", r#"[{"serviceId":11},{"serviceId":12}]"#),
        ("cc/1/services/state", r#"[{"serviceId":11,"open":true},{"serviceId":12,"open":true}]"#),
        (
            "cc/1/agents/state",
            r#"[{"agentId":7,"state":"Busy"},{"agentId":8,"state":"Available"}]"#,
        ),
    ] {
        trio.answer(resource, format!(r#"{{"data":{items}}}"#)).await;
    }
    trio
}

async fn read(trio: &HandWritten) -> (TestApp, Samples) {
    let mut app = TestApp::for_target(target(&trio.url())).await;
    app.step().await;
    let metrics = app.metrics().await;
    (app, metrics)
}

/// The requests that a server got whose path and query hold `part`.
async fn request_count(trio: &HandWritten, part: &str) -> usize {
    let requests = trio.server.received_requests().await.expect("recorded");
    requests.iter().filter(|request| request.url.as_str().contains(part)).count()
}

fn items(metrics: &Samples, resource: &str) -> Option<f64> {
    metrics.get("trio_resource_items", &[("resource", resource)])
}

fn accessible(metrics: &Samples, resource: &str) -> Option<f64> {
    metrics.get("trio_resource_accessible", &[("resource", resource)])
}

fn success(metrics: &Samples, collector: &str, contact_center: &str) -> Option<f64> {
    let labels = [("collector", collector), ("contact_center", contact_center)];
    metrics.get("trio_collector_success", &labels)
}

#[tokio::test]
async fn nodes_list_accessible_collections_and_no_others_are_requested() {
    for dialect in Dialect::ALL {
        let forbidden = vec!["directory/titles".to_owned(), "directory/pbxs".to_owned()];
        let (mut app, _trio) =
            simulated(Options { dialect, forbidden, ..Options::default() }).await;
        app.step().await;
        let metrics = app.metrics().await;
        for resource in ["directory/titles", "directory/pbxs"] {
            assert_eq!(
                (accessible(&metrics, resource), items(&metrics, resource)),
                (Some(0.0), None)
            );
            assert_eq!(
                metrics.find("trio_api_requests_total", &[("resource", resource)]),
                [],
                "{dialect:?}"
            );
        }
        for (resource, number) in [
            ("security/groups", 3.0),
            ("security/agents", 2.0),
            ("security/services", 5.0),
            ("directory/departments", 11.0),
            ("directory/subscribers", 45.0),
            ("directory/calendarsystems", 1.0),
            ("directory/addressspaces", 1.0),
            ("schedules/exceptionlists", 12.0),
            ("roles", 4.0),
            ("agents", 40.0),
        ] {
            assert_eq!(items(&metrics, resource), Some(number), "{dialect:?}: {resource}");
            assert_eq!(accessible(&metrics, resource), Some(1.0), "{dialect:?}: {resource}");
        }
        let shared = [("resource", "directory/departments"), ("contact_center", "")];
        assert_eq!(metrics.get("trio_resource_items", &shared), Some(11.0));
        let inside = [("resource", "roles"), ("contact_center", "1")];
        assert_eq!(metrics.get("trio_resource_items", &inside), Some(4.0));
        assert_eq!(
            (success(&metrics, "inventory", ""), success(&metrics, "inventory", "1")),
            (Some(1.0), Some(1.0))
        );
    }
}

#[tokio::test]
async fn a_403_on_one_resource_stops_no_other() {
    let forbidden = ["roles", "services/calls", "services/cases", "security", "services"]
        .map(str::to_owned)
        .to_vec();
    let (mut app, _trio) = simulated(Options { forbidden, ..Options::default() }).await;
    app.step().await;
    let metrics = app.metrics().await;
    assert_eq!((accessible(&metrics, "roles"), items(&metrics, "roles")), (Some(0.0), None));
    assert_eq!(
        accessible(&metrics, "security/groups"),
        Some(0.0),
        "a closed node closes what is below it"
    );
    assert_eq!(items(&metrics, "schedules"), Some(3.0));
    assert_eq!(items(&metrics, "directory/departments"), Some(11.0));
    assert_eq!(success(&metrics, "inventory", "1"), Some(1.0), "a missing right is an answer");
    assert_eq!(success(&metrics, "calls", "1"), Some(0.0));
    assert_eq!(success(&metrics, "cases", "1"), Some(0.0));
    assert!(!metrics.has("trio_calls"));
    assert_eq!(success(&metrics, "agent_state", "1"), Some(1.0));
    assert_eq!(metrics.get("trio_up", &[]), Some(1.0));
    assert_eq!(
        metrics.find("trio_service_skilled_agents", &[]).len(),
        8 * 7,
        "services are known by their state"
    );
}

#[tokio::test]
async fn a_right_that_is_granted_shows_at_the_first_inventory_after_the_renewal() {
    let forbidden = vec!["directory/titles".to_owned()];
    let (mut app, trio) = simulated(Options { forbidden, ..Options::default() }).await;
    app.step().await;
    assert_eq!(accessible(&app.metrics().await, "directory/titles"), Some(0.0));
    let url = format!("http://{}/sim/control/rights", trio.addr);
    let grant =
        reqwest_client().post(url).body(r#"{"forbidden":[]}"#).send().await.expect("an answer");
    assert!(grant.status().is_success());
    app.step_after(5).await;
    assert_eq!(accessible(&app.metrics().await, "directory/titles"), Some(0.0));
    app.step_after(3600).await;
    let metrics = app.metrics().await;
    assert_eq!(
        (accessible(&metrics, "directory/titles"), items(&metrics, "directory/titles")),
        (Some(1.0), Some(10.0))
    );
}

#[tokio::test]
async fn missing_or_unknown_node_requests_each_collection() {
    let trio = hand_written().await;
    trio.answer("directory", r#"{"data":["Personregister"]}"#).await;
    trio.answer("directory/titles", r#"{"data":["a","b"]}"#).await;
    trio.answer("security/groups", r#"{"data":["a","b","c"]}"#).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(items(&metrics, "directory/titles"), Some(2.0));
    assert_eq!(items(&metrics, "security/groups"), Some(3.0), "there is no node at all");
    assert_eq!(accessible(&metrics, "directory/departments"), Some(0.0));
}

#[tokio::test]
async fn rights_are_counted_inside_of_their_single_item() {
    let count = async |groups: &str, services: &str| {
        let trio = hand_written().await;
        trio.answer("security/groups", groups).await;
        trio.answer("security/services", services).await;
        let (_app, metrics) = read(&trio).await;
        (items(&metrics, "security/groups"), items(&metrics, "security/services"))
    };
    let links =
        r#""links":[{"rel":"self","href":"/te/api/security"},{"rel":"x","href":"/te/api/x"}]"#;
    let groups = format!(r#"{{"data":[{{{links},"Groups":[{{"id":1}},{{"id":2}},{{"id":3}}]}}]}}"#);
    let subsystem = r#"{"name":"a","Items":[1,2]}"#;
    let services =
        format!(r#"{{"data":[{{{links},"Subsystems":[{subsystem},{{"items":[3]}},{{}}]}}]}}"#);
    assert_eq!(count(&groups, &services).await, (Some(3.0), Some(3.0)));
    let plain = r#"{"data":[{"id":1},{"id":2}]}"#;
    assert_eq!(count(plain, plain).await, (Some(2.0), Some(2.0)));
    // One item with another list counts as one.
    let other = format!(r#"{{"data":[{{{links},"members":[1,2,3]}}]}}"#);
    assert_eq!(count(&other, &other).await, (Some(1.0), Some(1.0)));
}

#[tokio::test]
async fn collections_are_found_by_link_or_documented_path() {
    let trio = hand_written().await;
    let link = |rel: &str, path: &str| {
        format!(r#"{{"rel":"{rel}","href":"{}{path}"}}"#, trio.server.uri())
    };
    trio.answer(
        "",
        format!(r#"{{"links":[{}],"data":{{}}}}"#, link("directory", "/te/api/v2/katalog")),
    )
    .await;
    let centre = format!(r#"{{"links":[{}],"data":{{}}}}"#, link("roles", "/te/api/cc/1/roller"));
    trio.answer("cc/1", centre).await;
    trio.answer("v2/katalog", format!(r#"{{"links":[{}]}}"#, link("titles", "/te/api/v2/titlar")))
        .await;
    trio.answer("v2/titlar", r#"{"data":["a","b"]}"#).await;
    trio.answer("cc/1/roller", r#"{"data":["a","b","c"]}"#).await;
    trio.answer("cc/1/skillprofiles", r#"{"data":["a","b","c","d"]}"#).await;
    let (_app, metrics) = read(&trio).await;
    assert_eq!(items(&metrics, "directory/titles"), Some(2.0));
    assert_eq!(items(&metrics, "roles"), Some(3.0));
    assert_eq!(items(&metrics, "skillprofiles"), Some(4.0));
    assert_eq!(accessible(&metrics, "directory/pbxs"), Some(0.0), "the node does not list it");
    assert_eq!(request_count(&trio, "pbxs").await, 0);
}

/// So many rows as JSON.
fn rows(from: usize, to: usize) -> String {
    let rows: Vec<String> = (from..to).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    format!(r#"{{"data":[{}]}}"#, rows.join(","))
}

#[tokio::test]
async fn the_number_of_items_is_never_the_length_of_an_answer_that_was_cut() {
    let trio = hand_written().await;
    // The header tells.
    let paged = ResponseTemplate::new(200)
        .set_body_raw(rows(0, 1), "application/json")
        .insert_header("X-Pagination", r#"{"totalCount":1234,"pageSize":1}"#);
    trio.respond("cc/1/agents", paged).await;
    // No header, cut to one: read whole.
    trio.answer_query("cc/1/roles", ("pageSize", "1"), &rows(0, 1)).await;
    trio.answer("cc/1/roles", rows(0, 7)).await;
    // No header and always ten a page: read to the end.
    trio.answer_query("cc/1/schedules", ("page", "2"), &rows(10, 14)).await;
    trio.answer("cc/1/schedules", rows(0, 10)).await;
    // No header and the same ten for every page: ten.
    trio.answer("cc/1/skillprofiles", rows(0, 10)).await;
    // Objects to pages: read as it comes.
    let objects = ResponseTemplate::new(400);
    wiremock::Mock::given(wiremock::matchers::path("/te/api/cc/1/agentgroups"))
        .and(|request: &wiremock::Request| request.url.query().is_some())
        .respond_with(objects)
        .mount(&trio.server)
        .await;
    trio.answer("cc/1/agentgroups", rows(0, 20)).await;
    // One there is, really.
    trio.answer("cc/1/servicegroups", rows(0, 1)).await;
    let (_app, metrics) = read(&trio).await;
    for (resource, number) in [
        ("agents", 1234.0),
        ("roles", 7.0),
        ("schedules", 14.0),
        ("skillprofiles", 10.0),
        ("agentgroups", 20.0),
        ("servicegroups", 1.0),
    ] {
        assert_eq!(items(&metrics, resource), Some(number), "{resource}");
    }
}

#[tokio::test]
async fn failing_collection_is_unknown_and_retried_later() {
    let trio = hand_written().await;
    trio.respond("cc/1/roles", ResponseTemplate::new(500)).await;
    trio.answer("cc/1/schedules", rows(0, 3)).await;
    trio.respond("directory", ResponseTemplate::new(500)).await;
    trio.answer("cc/1/skillprofiles", "<html>").await;
    let (mut app, metrics) = read(&trio).await;
    for unknown in ["roles", "skillprofiles", "directory/titles"] {
        assert_eq!(
            (accessible(&metrics, unknown), items(&metrics, unknown)),
            (None, None),
            "{unknown}"
        );
    }
    assert_eq!(items(&metrics, "schedules"), Some(3.0));
    assert_eq!(items(&metrics, "services"), Some(2.0));
    assert_eq!(
        (success(&metrics, "inventory", ""), success(&metrics, "inventory", "1")),
        (Some(0.0), Some(0.0))
    );
    assert_eq!(success(&metrics, "service_state", "1"), Some(1.0));
    for _ in 0..10 {
        app.step_after(30).await;
    }
    assert_eq!(request_count(&trio, "cc/1/roles").await, 1);
    app.step_after(60).await;
    assert_eq!(request_count(&trio, "cc/1/roles").await, 2, "a tenth of an hour later");
}

#[tokio::test]
async fn the_inventory_is_read_once_an_hour_and_its_numbers_live_three() {
    let (mut app, _trio) = simulated(Options::default()).await;
    app.step().await;
    let metrics = app.metrics().await;
    let interval = [("collector", "inventory"), ("contact_center", "1")];
    assert_eq!(metrics.get("trio_poll_interval_seconds", &interval), Some(3600.0));
    let roles = [("resource", "roles"), ("code", "200")];
    for _ in 0..11 {
        app.step_after(300).await;
    }
    assert_eq!(app.metrics().await.get("trio_api_requests_total", &roles), Some(1.0));
    app.step_after(300).await;
    assert_eq!(app.metrics().await.get("trio_api_requests_total", &roles), Some(2.0));
    app.clock.advance(std::time::Duration::from_secs(3 * 3600));
    assert_eq!(items(&app.metrics().await, "roles"), Some(4.0));
    app.clock.advance(std::time::Duration::from_secs(1));
    assert!(!app.metrics().await.has("trio_resource_items"));
}

#[tokio::test]
async fn only_allowed_centres_are_read_and_unknown_warns_once() {
    let journal = Journal::begin();
    let texts = |list: &[&str]| list.iter().map(|&entry| entry.into()).collect();
    for (allow, deny, read) in [
        (vec!["VÄXJÖ", "3", "Lund"], vec![], vec!["1", "3"]),
        (vec![], vec!["åre", "9"], vec!["1", "3"]),
        (vec!["1", "2"], vec!["Åre"], vec!["1"]),
        (vec!["Lund"], vec![], vec![]),
    ] {
        let trio = HandWritten::start().await;
        trio.answer(
            "cc",
            r#"{"data":[{"id":1,"name":"Växjö"},{"id":2,"name":"Åre"},{"id":3,"name":"Ystad"}]}"#,
        )
        .await;
        for id in 1..4 {
            trio.answer(
                &format!("cc/{id}/services/state"),
                r#"{"data":[{"serviceId":11,"open":true}]}"#,
            )
            .await;
        }
        let mut target = target(&trio.url());
        target.contact_centers = Selection { allow: texts(&allow), deny: texts(&deny) };
        let mut app = TestApp::for_target(target).await;
        app.step().await;
        app.step_after(300).await;
        app.step_after(5).await;
        let metrics = app.metrics().await;
        for id in ["1", "2", "3"] {
            let wanted = read.contains(&id);
            assert_eq!(
                metrics.get("trio_service_open", &[("contact_center", id)]).is_some(),
                wanted,
                "{id}"
            );
            assert_eq!(
                metrics.find("trio_contact_center_info", &[("contact_center", id)]).len(),
                usize::from(wanted)
            );
            assert_eq!(
                request_count(&trio, &format!("/cc/{id}")).await > 0,
                wanted,
                "{allow:?} {deny:?}: {id}"
            );
        }
        let lists = request_count(&trio, "/te/api/cc?").await;
        assert_eq!(lists, 2, "an empty choice is not looked up in every step");
    }
    let said = journal.lines();
    let about: Vec<&String> =
        said.iter().filter(|line| line.contains("contact_centers.")).collect();
    assert_eq!(about.len(), 3, "{about:#?}");
    assert!(about[0].contains("contact_centers.allow") && about[0].contains("Lund"), "{about:#?}");
    assert!(about[0].contains("1 (Växjö), 2 (Åre), 3 (Ystad)"), "{about:#?}");
    assert!(about[1].contains("contact_centers.deny") && about[1].contains('9'), "{about:#?}");
}

#[tokio::test]
async fn a_collector_that_is_off_asks_nothing_and_one_with_an_interval_keeps_it() {
    let trio = hand_written().await;
    trio.answer("cc/1/services/calls", r#"{"data":[]}"#).await;
    let mut config = config(target(&trio.url()), Identity::None);
    for off in [Collector::Skills, Collector::Inventory, Collector::Agents, Collector::Cases] {
        config.poll.collectors[off.index()] = CollectorInterval::Off;
    }
    config.poll.collectors[Collector::Calls.index()] =
        CollectorInterval::Every(std::time::Duration::from_secs(10));
    let mut app = TestApp::start(config).await;
    app.step().await;
    app.step_after(5).await;
    let metrics = app.metrics().await;
    for off in ["skills", "inventory", "agents", "cases"] {
        for family in ["trio_collector_success", "trio_poll_interval_seconds"] {
            assert_eq!(metrics.find(family, &[("collector", off)]), [], "{family} {off}");
        }
    }
    assert_eq!(request_count(&trio, "/skills").await + request_count(&trio, "/directory").await, 0);
    assert_eq!(request_count(&trio, "/agents?").await + request_count(&trio, "/cases").await, 0);
    assert_eq!(request_count(&trio, "/agents/state").await, 2);
    assert_eq!(request_count(&trio, "/calls").await, 1);
    app.step_after(5).await;
    assert_eq!(request_count(&trio, "/calls").await, 2);
    assert_eq!(metrics.get("trio_poll_interval_seconds", &[("collector", "calls")]), Some(10.0));
}
