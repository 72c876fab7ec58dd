//! Tests: cases that are read one by one, and their answers.

use std::sync::Arc;

use pretty_assertions::assert_eq;
use serde_json::json;
use tokio::sync::watch;
use url::Url;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use super::*;
use crate::{
    model::{Case, CaseState, Clock, Collector, ContactCenter, Stamp},
    poller::{Limits, Settings},
    stats::Stats,
    tally,
    trio::{self, Client, Dictionary},
};

fn named(contact_center: &str, cases: std::ops::Range<u32>) -> (Text, Vec<CaseRef>) {
    let wanted = cases.map(|job| (Resource::Cases, job.to_string().into()));
    (contact_center.into(), wanted.collect())
}

fn numbers(wanted: &[CaseRef]) -> Vec<u32> {
    wanted.iter().map(|(_, job)| job.parse().expect("a number")).collect()
}

#[test]
fn contact_centres_share_the_limit_evenly() {
    let wanted =
        || vec![named("1", 0..100), named("2", 0..3), named("3", 0..0), named("4", 50..150)];
    for (limit, expected) in [(20, [9, 3, 0, 8]), (8, [3, 3, 0, 2]), (2, [1, 1, 0, 0]), (0, [0; 4])]
    {
        let shares = share(wanted(), limit);
        let numbers: Vec<Vec<u32>> = ["1", "2", "3", "4"].map(|id| numbers(&shares[id])).to_vec();
        assert_eq!(numbers.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{limit}");
        assert!(
            numbers[3].iter().zip(50..).all(|(job, first)| *job == first),
            "the first are the most important"
        );
    }
    assert_eq!(share(wanted(), 1000).values().map(Vec::len).sum::<usize>(), 203);
    assert!(share(Vec::new(), 20).is_empty());
}

/// A Trio of contact centre 1 that answers for single cases of `services/cases` by their number.
async fn serving(cases: &[(&str, ResponseTemplate)]) -> MockServer {
    let server = MockServer::start().await;
    let token = ResponseTemplate::new(200).set_body_json(json!({"access_token": "token-1"}));
    Mock::given(method("POST")).respond_with(token).mount(&server).await;
    for (job, answer) in cases {
        let place = path(format!("/te/api/cc/1/services/{job}"));
        Mock::given(method("GET")).and(place).respond_with(answer.clone()).mount(&server).await;
    }
    server
}

fn client(server: &MockServer, clock: &Clock) -> Client {
    // An error means that another test has installed the provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url: Url = format!("{}/te/api", server.uri()).parse().expect("a URL");
    let [client_key, username, password] =
        ["Y2xpZW50LWtleQ==", "exporter", "secret"].map(|text| text.to_owned().into());
    let settings = trio::Settings::new(vec![url], client_key, username, password);
    let dictionary = Arc::new(Dictionary::builtin().expect("valid"));
    Client::new(settings, dictionary, Arc::<Stats>::default(), clock.clone()).expect("a client")
}

fn contact_center() -> ContactCenter {
    ContactCenter { id: "1".into(), name: None }
}

fn listed(id: &str, at: Stamp) -> Reading<CaseList> {
    let (service_id, state) = (Some("7".into()), Some(CaseState::Queued));
    let case = Case { service_id, state, ..Case::new(id) };
    let mut reading = Reading::none(Duration::from_secs(5));
    reading.store(at, Duration::ZERO, 1, CaseList { cases: vec![case], ..CaseList::default() });
    reading
}

/// Asks for these cases, in a contact centre whose lists show call 1 and case 2.
async fn followed(
    server: &MockServer,
    wanted: &[(Resource, &str)],
    limit: Duration,
) -> FollowOutcome {
    let clock = Clock::still(std::time::SystemTime::UNIX_EPOCH);
    let client = client(server, &clock);
    let root = client.root().await.expect("documented paths");
    let route = client.route(&root, &contact_center()).await.expect("documented paths");
    let settings = Settings::default().within(Limits { collector: limit, ..Limits::default() });
    let context = CollectContext { client: &client, clock: &clock, settings, recovered: false };
    let mut center = Center::new(contact_center(), |_| None);
    center.calls = listed("1", clock.now());
    center.cases = listed("2", clock.now());
    let wanted: Vec<CaseRef> = wanted.iter().map(|(list, job)| (*list, (*job).into())).collect();
    context.follow(&route, (&Center::new(contact_center(), |_| None), &center), &wanted).await
}

fn ok(row: &serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"links": [], "data": row}))
}

/// The cases that were found, with their states; `None` for those that are gone.
fn found(follow_outcome: &FollowOutcome) -> Vec<(&str, Option<CaseState>)> {
    let state = |followed: &Followed| followed.case.as_ref().and_then(|case| case.state);
    follow_outcome.found.iter().map(|followed| (&*followed.id, state(followed))).collect()
}

async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.expect("recorded");
    let paths = requests
        .iter()
        .filter_map(|request| request.url.path().strip_prefix("/te/api/cc/1/services/"));
    let mut paths: Vec<String> = paths.map(str::to_owned).collect();
    paths.sort_unstable();
    paths
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn hidden_cases_are_read_from_their_own_list() {
    let server = serving(&[
        ("cases/3", ok(&json!({"jobNo": 3, "state": "Queued", "serviceId": 7}))),
        ("calls/4", ok(&json!({"jobNo": 4, "state": "Handled", "serviceId": 7}))),
    ])
    .await;
    let (calls, cases) = (Resource::Calls, Resource::Cases);
    let wanted =
        [(cases, "2"), (cases, "3"), (calls, "1"), (calls, "4"), (cases, "5"), (cases, "1")];
    let follow_outcome = followed(&server, &wanted, MINUTE).await;
    let (queued, handled) = (Some(CaseState::Queued), Some(CaseState::Handled));
    assert_eq!(found(&follow_outcome), [("3", queued), ("4", handled), ("5", None), ("1", None)]);
    assert_eq!(asked(&server).await, ["calls/4", "cases/1", "cases/3", "cases/5"]);
    assert!(matches!(follow_outcome.result, Some(Ok(()))), "a case that is gone is an answer");
    assert_eq!(follow_outcome.found[0].at.wall, std::time::SystemTime::UNIX_EPOCH);
}

#[tokio::test]
async fn listed_cases_are_not_read_one_by_one() {
    let server = serving(&[]).await;
    for wanted in [vec![], vec![(Resource::Cases, "2"), (Resource::Calls, "1")]] {
        let follow_outcome = followed(&server, &wanted, MINUTE).await;
        assert!(follow_outcome.found.is_empty() && follow_outcome.result.is_none());
    }
    assert_eq!(asked(&server).await, Vec::<String>::new());
}

#[test]
fn without_a_new_list_nothing_is_hidden() {
    let at = Clock::system().now();
    let later = Stamp { mono: at.mono + MINUTE, ..at };
    let center = |calls: Option<Stamp>, cases: Option<Stamp>| {
        let mut center = Center::new(contact_center(), |_| None);
        center.calls = calls.map_or(Reading::none(None), |at| listed("1", at));
        center.cases = cases.map_or(Reading::none(None), |at| listed("2", at));
        center
    };
    let wanted: Vec<CaseRef> = vec![(Resource::Calls, "8".into()), (Resource::Cases, "9".into())];
    let asked = |now: &Center| {
        let hidden = hidden(&center(Some(at), Some(at)), now, &wanted).into_iter();
        hidden.map(|(_, job)| job.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(asked(&center(Some(later), Some(later))), ["8", "9"]);
    assert_eq!(
        asked(&center(Some(at), Some(later))),
        ["9"],
        "calls are read less often, or failed"
    );
    assert_eq!(asked(&center(Some(later), None)), ["8"], "cases are not read at all");
}

#[tokio::test]
async fn unreadable_case_is_neither_gone_nor_blocking() {
    let server = serving(&[
        ("cases/3", ResponseTemplate::new(500)),
        ("cases/4", ResponseTemplate::new(200).set_body_string("<html>")),
        ("cases/5", ok(&json!({"jobNo": 5, "state": "Queued"}))),
    ])
    .await;
    let wanted = ["3", "4", "5", "6"].map(|job| (Resource::Cases, job));
    let follow_outcome = followed(&server, &wanted, MINUTE).await;
    assert_eq!(found(&follow_outcome), [("5", Some(CaseState::Queued)), ("6", None)]);
    assert!(matches!(follow_outcome.result, Some(Err(_))));
}

#[tokio::test]
async fn slow_server_ends_at_the_collector_limit() {
    let silent = ok(&json!({"jobNo": 3})).set_delay(MINUTE);
    let server =
        serving(&[("cases/3", silent), ("cases/4", ok(&json!({"jobNo": 4, "state": "Queued"})))])
            .await;
    let wanted = ["3", "4"].map(|job| (Resource::Cases, job));
    let follow_outcome = followed(&server, &wanted, Duration::from_millis(300)).await;
    assert_eq!(found(&follow_outcome), [("4", Some(CaseState::Queued))]);
    match follow_outcome.result {
        Some(Err(Error::Request { failure: RequestFailure::Timeout, .. })) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn followed_cases_are_not_carried_over() {
    let server = serving(&[]).await;
    let clock = Clock::still(std::time::SystemTime::UNIX_EPOCH);
    let (publish, latest) = watch::channel(None);
    let mut poller = Poller::new(
        "test".into(),
        client(&server, &clock),
        Settings::default(),
        tally::Settings::default(),
        clock.clone(),
        Arc::default(),
        publish,
    );
    poller.step().await;
    let first = latest.borrow().clone().expect("published");
    let mut snapshot = Snapshot::clone(&first.snapshot);
    let mut center = Center::new(contact_center(), |_: Collector| None);
    center.followed = Arc::new([Followed { id: "3".into(), at: clock.now(), case: None }]);
    snapshot.centers.push(center);
    poller.last = Some(Arc::new(snapshot));
    poller.step().await;
    let second = latest.borrow().clone().expect("published");
    assert_eq!(second.snapshot.centers.len(), 1, "the list of contact centres cannot be read");
    assert!(second.snapshot.centers[0].followed.is_empty());
}
