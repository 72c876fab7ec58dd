//! Calls and cases of a simulated Trio, as lists and one by one.

use std::{sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use serde_json::json;
use tokio::sync::watch;
use trio_exporter::{
    model::{Case, CaseClass, CaseState, Clock, Resource},
    poller::{self, Poller},
    sim::{Dialect, Options},
    snapshot::Center,
    tally::{self, Published},
    trio::{Client, Route},
};
use wiremock::ResponseTemplate;

use crate::support::{HandWritten, Simulated, still_clock, target};

const LISTS: [Resource; 2] = [Resource::Calls, Resource::Cases];

/// A client of a simulated Trio on a busy morning, half an hour in.
async fn busy(dialect: Dialect, state_times: bool) -> (Client, Route, Clock, Simulated) {
    let clock = still_clock();
    let options = Options { dialect, state_times, ..Options::default() };
    let trio = Simulated::start(options, clock.clone()).await;
    let target = trio.target(true);
    let client = Client::new(target.trio, target.dictionary, Arc::default(), clock.clone())
        .expect("a client");
    let root = client.root().await.expect("an answer");
    let center = client.contact_centers(&root).await.expect("contact centres").data.remove(0);
    let route = client.route(&root, &center).await.expect("a route");
    clock.advance(Duration::from_secs(1800));
    (client, route, clock, trio)
}

async fn list(client: &Client, route: &Route, list: Resource) -> Vec<Case> {
    let read =
        if list == Resource::Calls { client.calls(route).await } else { client.cases(route).await };
    read.expect("a list").data.cases
}

#[tokio::test]
async fn single_case_equals_its_list_row_in_every_dialect() {
    for state_times in [true, false] {
        let mut seen: Vec<Vec<Vec<Case>>> = Vec::new();
        for dialect in Dialect::ALL {
            let (client, route, clock, _trio) = busy(dialect, state_times).await;
            let mut lists = Vec::new();
            for resource in LISTS {
                // The second reading asks for every name, later ones for those that were seen.
                list(&client, &route, resource).await;
                list(&client, &route, resource).await;
                let cases = list(&client, &route, resource).await;
                assert!(cases.len() > 5, "{dialect:?}: a busy morning");
                for case in &cases {
                    let alone = client.case(&route, resource, &case.id).await.expect("an answer");
                    assert_eq!(alone.as_ref(), Some(case), "{dialect:?} {resource:?}");
                    assert_eq!(case.created.is_some(), state_times, "{dialect:?}");
                    assert_eq!(case.waited.is_some(), state_times, "{dialect:?}");
                    assert!(
                        case.service_id.is_some() && case.state.is_some() && case.class.is_some()
                    );
                }
                lists.push(cases);
            }
            clock.advance(Duration::from_secs(24 * 3600));
            for (resource, cases) in LISTS.into_iter().zip(&lists) {
                let handled = cases.iter().filter(|case| case.state == Some(CaseState::Handled));
                for case in handled {
                    let later = client.case(&route, resource, &case.id).await.expect("an answer");
                    assert_eq!(
                        later, None,
                        "{dialect:?}: case {} is finished a day later",
                        case.id
                    );
                }
            }
            seen.push(lists);
        }
        // Waits are whole seconds in some dialects.
        let whole = |lists: &Vec<Vec<Case>>| -> Vec<Case> {
            let cases = lists.iter().flatten().cloned();
            cases.map(|case| Case { waited: case.waited.map(f64::floor), ..case }).collect()
        };
        for other in &seen[1..] {
            assert_eq!(whole(other), whole(&seen[0]), "times: {state_times}");
        }
    }
}

#[tokio::test]
async fn calls_stand_in_both_lists_and_other_cases_in_one() {
    let (client, route, _clock, _trio) = busy(Dialect::English, true).await;
    let (calls, cases) = (
        list(&client, &route, Resource::Calls).await,
        list(&client, &route, Resource::Cases).await,
    );
    let is_call = |case: &&Case| matches!(case.class, Some(CaseClass::Voice | CaseClass::Callback));
    assert!(calls.iter().all(|case| is_call(&case)));
    assert!(cases.iter().filter(is_call).count() > 0);
    assert!(cases.iter().filter(|case| !is_call(case)).count() > 0);
    let alone = cases.iter().find(|case| !is_call(case)).expect("something written");
    assert_eq!(client.case(&route, Resource::Calls, &alone.id).await.expect("an answer"), None);
}

type Latest = watch::Receiver<Option<Arc<Published>>>;

/// A poller of a Trio, and what it publishes.
fn poller_of(trio: &HandWritten) -> (Poller, Latest, Clock) {
    let clock = still_clock();
    let (target, settings) = (target(&trio.url()), poller::Settings::default());
    let client = Client::new(target.trio, target.dictionary, Arc::default(), clock.clone())
        .expect("a client");
    let (publish, latest) = watch::channel(None);
    let tally = tally::Settings::default();
    let poller =
        Poller::new("test".into(), client, settings, tally, clock.clone(), Arc::default(), publish);
    (poller, latest, clock)
}

fn center(latest: &Latest) -> Center {
    latest.borrow().as_ref().expect("published").snapshot.centers[0].clone()
}

#[tokio::test]
async fn truncation_at_undocumented_limit_is_detected_by_queue() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
    let states = json!([{"serviceId": 7, "queueLength": 9}, {"serviceId": 8, "queueLength": 2}]);
    trio.answer("cc/1/services/state", states.to_string()).await;
    let state = |id: usize| if id < 5 { "Queued" } else { "Handled" };
    let of = |service: usize, count: usize| {
        (0..count)
            .map(move |id| json!({"jobNo": service * 100 + id, "sid": service, "state": state(id)}))
    };
    let cases: Vec<_> = of(7, 15).chain(of(8, 4)).collect();
    trio.answer("cc/1/services/cases", json!(cases).to_string()).await;
    let (mut poller, latest, clock) = poller_of(&trio);
    let mut found = Vec::new();
    for _ in 0..3 {
        poller.step().await;
        found.push(center(&latest).cases.good.expect("cases").data.truncated.join(" "));
        clock.advance(Duration::from_secs(5));
    }
    assert_eq!(found, ["", "7", "7"], "a difference counts when it is there twice in a row");
}

#[tokio::test]
async fn case_hidden_by_truncation_is_read_singly_until_finished() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1}]}"#).await;
    trio.answer("cc/1/services/state", r#"{"data":[{"serviceId":7,"queueLength":30}]}"#).await;
    trio.respond("cc/1/services/calls", ResponseTemplate::new(403)).await;
    let row = |id: u32| json!({"jobNo": id, "sid": 7, "state": "Queued", "caseClass": "Chat"});
    let rows =
        |ids: std::ops::Range<u32>| json!({"data": ids.map(row).collect::<Vec<_>>()}).to_string();
    let page = |ids: std::ops::Range<u32>| {
        let pages = json!({"totalCount": ids.len(), "pageSize": 1000}).to_string();
        ResponseTemplate::new(200)
            .set_body_raw(rows(ids), "application/json")
            .insert_header("X-Pagination", pages)
    };
    let once = |place: &str, answer: ResponseTemplate| {
        let place = wiremock::matchers::path(format!("/te/api/cc/1/services/{place}"));
        wiremock::Mock::given(place).respond_with(answer).up_to_n_times(1)
    };
    once("cases", page(0..19)).mount(&trio.server).await;
    trio.respond("cc/1/services/cases", page(2..22)).await;
    let still_there = ResponseTemplate::new(200).set_body_json(json!({"data": row(0)}));
    once("cases/0", still_there).mount(&trio.server).await;
    let (mut poller, latest, clock) = poller_of(&trio);
    let mut found = Vec::new();
    for _ in 0..5 {
        poller.step().await;
        let followed = center(&latest).followed;
        let states = followed
            .iter()
            .map(|case| (case.id.to_string(), case.case.is_some()))
            .collect::<Vec<_>>();
        found.push(states);
        clock.advance(Duration::from_secs(5));
    }
    let both = |first: bool| vec![("0".to_owned(), first), ("1".to_owned(), false)];
    assert_eq!(
        found[..3],
        [vec![], vec![], both(true)],
        "named in the second step, asked for in the third"
    );
    assert!(
        found[3..].iter().flatten().all(|(id, _)| id == "0"),
        "what is finished is not asked for again"
    );
    for request in trio.server.received_requests().await.expect("recorded") {
        let is_login = request.url.path() == "/te/api/login";
        assert_eq!(
            request.method.as_str(),
            if is_login { "POST" } else { "GET" },
            "{}",
            request.url
        );
    }
}
