//! Undocumented habits of servers about pages, wrong headers, and the part of both that the client
//! remembered.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use trio_exporter::trio::{Error, Limits};
use wiremock::{Request, ResponseTemplate};

use super::{
    collections::{Collection, Header},
    trio::{Bench, Trio, ok},
};

const AGENTS: &str = "cc/1/agents";

fn page_of(request: &Request) -> usize {
    let page = request
        .url
        .query_pairs()
        .find(|(key, _)| key == "page")
        .map(|(_, value)| value.into_owned());
    page.expect("a page is always asked for").parse().expect("a number")
}

fn rows(ids: impl IntoIterator<Item = usize>) -> String {
    json!({"data": ids.into_iter().map(|id| json!({"id": id})).collect::<Vec<_>>()}).to_string()
}

async fn read(bench: &Bench) -> Result<usize, Error> {
    bench.client.agents(&bench.route).await.map(|listing| listing.data.len())
}

/// A Trio whose agents come as `respond` says, and a client that has found it.
async fn trio(respond: impl wiremock::Respond + 'static) -> (Trio, Bench) {
    let trio = Trio::bare().await;
    trio.on("GET", AGENTS, respond).await;
    let bench = trio.client(Limits::default()).await;
    (trio, bench)
}

#[tokio::test]
async fn server_without_pages_is_asked_for_a_second_one_three_times() {
    let all_at_once = |_: &Request| ok(rows(1..=20));
    let (trio, bench) = trio(all_at_once).await;
    for requests in [3, 6, 9, 10, 11] {
        assert_eq!(read(&bench).await.expect("whole"), 20);
        assert_eq!(trio.count("GET", AGENTS).await, requests);
    }
}

#[tokio::test]
async fn a_server_that_repeats_its_last_page_is_not_taken_for_one_without_pages() {
    let agents = Arc::new(AtomicUsize::new(10));
    let count = agents.clone();
    let clamps = move |request: &Request| {
        let count = count.load(Ordering::SeqCst);
        let collection = Collection::new(count, 10, Header::None);
        let last = count.div_ceil(10);
        if page_of(request) <= last {
            return wiremock::Respond::respond(&collection, request);
        }
        let size_one =
            request.url.as_str().contains("pageSize=1&") || request.url.as_str().ends_with("=1");
        ok(rows(if size_one { 1..=1 } else { (last - 1) * 10 + 1..=count }))
    };
    let (_trio, bench) = trio(clamps).await;
    assert_eq!(read(&bench).await.expect("whole"), 10);
    agents.store(25, Ordering::SeqCst);
    assert_eq!(read(&bench).await.expect("whole"), 25, "nothing was learnt that is not so");
    agents.store(20, Ordering::SeqCst);
    assert_eq!(read(&bench).await.expect("whole"), 20);
}

#[tokio::test]
async fn a_page_smaller_than_one_that_came_before_is_known_to_be_whole() {
    let agents = Arc::new(AtomicUsize::new(57));
    let count = agents.clone();
    let whole = move |request: &Request| {
        wiremock::Respond::respond(
            &Collection::new(count.load(Ordering::SeqCst), 1000, Header::None),
            request,
        )
    };
    let (trio, bench) = trio(whole).await;
    assert_eq!(read(&bench).await.expect("whole"), 57);
    agents.store(50, Ordering::SeqCst);
    assert_eq!(read(&bench).await.expect("whole"), 50);
    assert_eq!(trio.count("GET", AGENTS).await, 2, "50 could be a full page, but 57 came in one");
}

#[tokio::test]
async fn a_resource_that_described_its_pages_once_has_only_one_when_it_does_not() {
    let agents = Arc::new(AtomicUsize::new(25));
    let count = agents.clone();
    let documented = move |request: &Request| {
        let count = count.load(Ordering::SeqCst);
        let header = if count > 10 { Header::Json } else { Header::None };
        wiremock::Respond::respond(&Collection::new(count, 10, header), request)
    };
    let (trio, bench) = trio(documented).await;
    assert_eq!(read(&bench).await.expect("whole"), 25);
    agents.store(10, Ordering::SeqCst);
    assert_eq!(read(&bench).await.expect("whole"), 10);
    assert_eq!(trio.count("GET", AGENTS).await, 4, "three pages, then one");
}

/// The wrong header of each page, the rows of that page, the expected number of items, and
/// the highest number of requests.
type Liar = (&'static str, fn(usize) -> (String, String), Result<usize, ()>, usize);

#[tokio::test]
async fn lies_about_pages_end_in_few_requests_and_an_honest_verdict() {
    let liars: [Liar; 8] = [
        (
            "too many pages, the right total",
            |page| {
                (
                    rows(first(page, 25)),
                    r#"{"totalCount":25,"totalPages":900,"pageSize":10}"#.into(),
                )
            },
            Ok(25),
            6,
        ),
        (
            "too few pages, the right total",
            |page| {
                (rows(first(page, 25)), r#"{"totalCount":25,"totalPages":1,"pageSize":10}"#.into())
            },
            Ok(25),
            3,
        ),
        (
            "a total that every page gives otherwise",
            |page| {
                (rows(first(page, 25)), format!(r#"{{"totalCount":{},"pageSize":10}}"#, 24 + page))
            },
            Err(()),
            6,
        ),
        (
            "a total below what one page holds",
            |page| (rows(first(page, 25)), r#"{"totalCount":3,"pageSize":10}"#.into()),
            Err(()),
            2,
        ),
        (
            "the first page again and again",
            |_| (rows(1..=10), r#"{"totalCount":100000,"pageSize":10}"#.into()),
            Err(()),
            12,
        ),
        (
            "pages only, and right",
            |page| (rows(first(page, 25)), r#"{"totalPages":3}"#.into()),
            Ok(25),
            3,
        ),
        (
            "a next page that is itself, for ever",
            |_| (rows(1..=10), r#"{"nextPageLink":"/te/api/cc/1/agents?page=2"}"#.into()),
            Err(()),
            4,
        ),
        (
            "a next page, to the end",
            |page| {
                let next = if page < 3 { r#""/x?page=2""# } else { "null" };
                (rows(first(page, 25)), format!(r#"{{"nextPageLink":{next}}}"#))
            },
            Ok(25),
            3,
        ),
    ];
    for (what, answer, verdict, most) in liars {
        let respond = move |request: &Request| {
            let (body, header) = answer(page_of(request));
            ok(body).insert_header("X-Pagination", header)
        };
        let (trio, bench) = trio(respond).await;
        let result = read(&bench).await;
        let honest = match &result {
            Err(Error::Incomplete { .. }) => Err(()),
            Ok(items) => Ok(*items),
            Err(error) => panic!("{what}: {error}"),
        };
        assert_eq!(honest, verdict, "{what}");
        let asked = trio.count("GET", AGENTS).await;
        assert!(asked <= most, "{what}: {asked} requests");
        trio.was_only_read().await;
    }
}

/// The ids on a page of ten, of `total`.
fn first(page: usize, total: usize) -> std::ops::Range<usize> {
    let begin = ((page - 1) * 10).min(total);
    begin..(begin + 10).min(total)
}

#[tokio::test]
async fn new_items_without_end_are_given_up_and_not_published() {
    let endless = |request: &Request| -> ResponseTemplate {
        let page = page_of(request);
        let header = r#"{"nextPageLink":"/te/api/cc/1/agents?page=1"}"#;
        ok(rows([page * 2, page * 2 + 1])).insert_header("X-Pagination", header)
    };
    let (trio, bench) = trio(endless).await;
    let error = read(&bench).await.expect_err("endless");
    assert!(matches!(error, Error::Incomplete { expected: None, .. }), "{error}");
    assert!(error.to_string().contains("of an unknown number of items"), "{error}");
    assert!(trio.count("GET", AGENTS).await <= 4000);
}
