//! Calls come and go while they are paged: sorted where the server sorts, whole when every page
//! arrived, and what moved is counted.

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::{model::Resource, trio::Limits};
use wiremock::{Request, Respond, ResponseTemplate};

use super::trio::{Bench, Trio, ok, status};

const CALLS: &str = "cc/1/services/calls";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Server {
    Sorts,
    Ignores,
    Refuses,
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let sort = request
            .url
            .query_pairs()
            .find(|(key, _)| key == "sort")
            .map(|(_, value)| value.into_owned());
        let mut jobs = [30, 4, 100];
        match sort.as_deref() {
            Some(_) if *self == Self::Refuses => return status(400),
            Some("JobNo") if *self == Self::Sorts => jobs.sort_unstable(),
            _ => {}
        }
        let rows: Vec<_> =
            jobs.iter().map(|job| json!({"JobNo": job, "state": "Queued"})).collect();
        ok(json!({"data": rows}).to_string())
    }
}

async fn read(bench: &Bench) -> Vec<String> {
    let calls = bench.client.calls(&bench.route).await.expect("readable").data.cases;
    calls.iter().map(|call| call.id.to_string()).collect()
}

/// True for each request of so many readings that asked to sort, and the last list.
async fn readings(number: usize, server: Server) -> (Vec<bool>, Vec<String>) {
    let trio = Trio::bare().await;
    trio.on("GET", CALLS, server).await;
    let bench = trio.client(Limits::default()).await;
    let mut last = Vec::new();
    for _ in 0..number {
        last = read(&bench).await;
        assert_eq!(last.len(), 3, "{server:?}");
    }
    let requests = trio.asked("GET", CALLS).await;
    (requests.iter().map(|request| request.url.as_str().contains("sort=JobNo")).collect(), last)
}

#[tokio::test]
async fn calls_are_sorted_by_id_member_once_known() {
    let (asked, last) = readings(4, Server::Sorts).await;
    assert_eq!(asked, [false, true, true, true]);
    assert_eq!(last, ["4", "30", "100"]);
}

#[tokio::test]
async fn server_that_does_not_sort_is_asked_three_times() {
    let ignores = readings(6, Server::Ignores).await.0;
    assert_eq!(ignores, [false, true, true, true, false, false]);
    // The filter of members is not taken for the culprit: it is tried with the order, then without
    // both, and stays.
    let (asked, last) = readings(6, Server::Refuses).await;
    let refused = [true, true, false];
    assert_eq!(asked, [&[false][..], &refused, &refused, &refused, &[false, false]].concat());
    assert_eq!(last, ["30", "4", "100"]);
}

/// Twenty-one calls in pages of ten; the second page holds one of the first again and tells another
/// total.
struct Moving;

impl Respond for Moving {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let page = request
            .url
            .query_pairs()
            .find(|(key, _)| key == "page")
            .map(|(_, value)| value.into_owned());
        let (jobs, total) = match page.as_deref() {
            Some("1") => (1..=10, 21),
            Some("2") => (10..=19, 20),
            _ => (20..=20, 21),
        };
        let rows: Vec<_> =
            jobs.map(|job| json!({"jobNo": job, "id": job, "state": "Queued"})).collect();
        let header =
            json!({"currentPage": page, "pageSize": 10, "totalCount": total, "totalPages": 3});
        ok(json!({"data": rows}).to_string()).insert_header("X-Pagination", header.to_string())
    }
}

#[tokio::test]
async fn what_moves_between_the_pages_of_calls_is_counted_and_no_failure() {
    let trio = Trio::small().await;
    trio.on("GET", CALLS, Moving).await;
    let mut app = trio.exporter().await;
    app.step().await;
    let metrics = app.metrics().await;
    let drift = |resource| metrics.get("trio_api_list_drift_total", &[("resource", resource)]);
    assert_eq!(drift("services/calls"), Some(2.0), "one call twice, one total that changed");
    assert_eq!(drift("agents"), None, "what seldom changes is read again instead");
    assert_eq!(metrics.get("trio_calls", &[("state", "queued")]), Some(20.0));
    assert_eq!(metrics.get("trio_collector_success", &[("collector", "calls")]), Some(1.0));
    assert_eq!(trio.count("GET", CALLS).await, 3, "nothing is read a second time");
}

#[tokio::test]
async fn rarely_changing_lists_are_unsorted_and_never_drift() {
    let trio = Trio::bare().await;
    trio.on("GET", "cc/1/agents", Moving).await;
    let bench = trio.client(Limits::default()).await;
    for _ in 0..3 {
        assert!(bench.client.agents(&bench.route).await.is_err(), "incomplete");
    }
    let requests = trio.asked("GET", "cc/1/agents").await;
    assert!(requests.iter().all(|request| !request.url.as_str().contains("sort=")));
    assert_eq!(bench.stats.resource(Resource::Agents).drift.get(), 0);
}
