//! Answers that are nearly what they should be: a broken value, an empty answer, a total that no page
//! explains. Each costs no more than itself, and no part is taken for the whole.

use serde_json::json;
use trio_exporter::trio::{Error, Limits};
use wiremock::{Request, ResponseTemplate};

use super::{
    collections::{Collection, Header},
    trio::{Bench, Trio, ok, status},
};
use crate::support::Journal;

const AGENTS: &str = "cc/1/agents";
const CALLS: &str = "cc/1/services/calls";
const STATE: &str = "cc/1/services/state";

async fn agents(answer: impl wiremock::Respond + 'static) -> (Trio, Bench) {
    let trio = Trio::bare().await;
    trio.on("GET", AGENTS, answer).await;
    let bench = trio.client(Limits::default()).await;
    (trio, bench)
}

fn pages(header: &'static str) -> impl Fn(&str) -> ResponseTemplate {
    move |body| ok(body).insert_header("X-Pagination", header)
}

#[tokio::test]
async fn broken_value_costs_itself_and_is_counted() {
    for bad in [br#""Support \ud83d""#.as_slice(), b"NaN", b"\"a\x01b\"", b"\"Sk\xC3\"", br#""\q""#]
    {
        let journal = Journal::begin();
        let trio = Trio::small().await;
        let body = [
            br#"{"links":[],"data":[{"id":1,"name":"#,
            bad,
            r#","open":true,"queueLength":2},{"id":2,"name":"Växel Öst","open":true,"queueLength":1}]}"#
                .as_bytes(),
        ]
        .concat();
        for list in [STATE, "cc/1/services"] {
            trio.on("GET", list, ok(body.clone())).await;
        }
        let mut app = trio.exporter().await;
        app.step().await;
        let metrics = app.metrics().await;
        let case = String::from_utf8_lossy(bad);
        assert_eq!(metrics.sum("trio_service_queue_length"), 3.0, "{case}");
        let other = [("service_name", "Växel Öst")];
        assert_eq!(metrics.get("trio_service_queue_length", &other), Some(1.0), "{case}");
        let broken = [("resource", "services"), ("field", "name")];
        assert_eq!(metrics.get("trio_unknown_values", &broken), Some(1.0), "{case}");
        let lines = journal.lines();
        assert!(lines.iter().any(|line| line.contains("broken text")), "{case}: {lines:#?}");
    }
}

#[tokio::test]
async fn broken_id_makes_its_list_incomplete() {
    for bad in [r#""4\ud83d""#, "\"4\u{1}\"", "NaN", "\"4\u{FFFD}\""] {
        for list in [AGENTS, CALLS] {
            let trio = Trio::bare().await;
            trio.on(
                "GET",
                list,
                ok(format!(r#"{{"data":[{{"id":1,"jobNo":1}},{{"id":{bad},"jobNo":{bad}}}]}}"#)),
            )
            .await;
            let bench = trio.client(Limits::default()).await;
            let error = match list {
                AGENTS => bench.client.agents(&bench.route).await.map(|_| ()),
                _ => bench.client.calls(&bench.route).await.map(|_| ()),
            };
            let error = error.expect_err(bad);
            assert!(matches!(error, Error::Incomplete { .. }), "{bad}: {error}");
            assert!(error.to_string().contains("the text of an id is broken"), "{error}");
        }
    }
}

#[tokio::test]
async fn empty_answers_are_empty_lists() {
    for answer in [status(204), ok("null"), ok(r#"{"links":[],"data":null}"#)] {
        let (_trio, bench) = agents(answer.clone()).await;
        let agents = bench.client.agents(&bench.route).await.expect("empty");
        assert!(agents.data.is_empty(), "{answer:?}");
    }
    let (_trio, bench) = agents(ok("")).await;
    let error = bench.client.agents(&bench.route).await.expect_err("no byte");
    assert!(matches!(error, Error::Request { .. }), "{error}");
}

#[tokio::test]
async fn empty_answer_that_claims_rows_is_incomplete() {
    let claims = pages(r#"{"totalCount":5,"totalPages":1,"pageSize":10}"#);
    for list in [AGENTS, CALLS] {
        let trio = Trio::bare().await;
        trio.on("GET", list, claims("null")).await;
        let bench = trio.client(Limits::default()).await;
        let result = match list {
            AGENTS => bench.client.agents(&bench.route).await.map(|_| ()),
            _ => bench.client.calls(&bench.route).await.map(|_| ()),
        };
        assert!(matches!(result, Err(Error::Incomplete { .. })), "{list}: {result:?}");
    }
}

#[tokio::test]
async fn rows_that_only_the_total_counts_are_concluded_from_two_readings() {
    let journal = Journal::begin();
    let (trio, bench) =
        agents(Collection { claims: Some(28), ..Collection::new(25, 10, Header::Json) }).await;
    for requests in [6, 9, 12] {
        let agents = bench.client.agents(&bench.route).await.expect("two readings agree");
        assert_eq!(agents.data.len(), 25);
        assert_eq!(trio.count("GET", AGENTS).await, requests);
    }
    let lines = journal.lines();
    let said = lines.iter().filter(|line| line.contains("counts items that no page shows")).count();
    assert_eq!(said, 1, "{lines:#?}");
    let hidden = bench.client.hidden_items();
    let shown: Vec<_> = hidden.iter().map(|list| (list.shown, list.total)).collect();
    assert_eq!(shown, [(25, 28)], "for `check`");
}

#[tokio::test]
async fn change_between_two_readings_shows_no_hidden_rows() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let changes = move |request: &Request| {
        let header = r#"{"totalCount":5,"totalPages":1,"pageSize":10}"#;
        if request.url.as_str().contains("page=2") {
            return ok("[]").insert_header("X-Pagination", header);
        }
        let last = 3 + asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let rows = json!({"data": [{"id": 1}, {"id": 2}, {"id": last}]});
        ok(rows.to_string()).insert_header("X-Pagination", header)
    };
    let (_trio, bench) = agents(changes).await;
    let error = bench.client.agents(&bench.route).await.expect_err("it changes");
    assert!(matches!(error, Error::Incomplete { got: 3, expected: Some(5), .. }), "{error}");
}

#[tokio::test]
async fn header_with_letters_outside_ascii_is_read() {
    let answer = |request: &Request| {
        let page = if request.url.as_str().contains("page=2") { 2 } else { 1 };
        let next = if page == 1 { r#""/te/api/cc/1/agents?page=2&x=Växel""# } else { "null" };
        let header = format!(r#"{{"nextPageLink":{next}}}"#);
        let header = reqwest::header::HeaderValue::from_bytes(header.as_bytes()).expect("bytes");
        ok(json!({"data": [{"id": page}]}).to_string()).insert_header("X-Pagination", header)
    };
    let (_trio, bench) = agents(answer).await;
    assert_eq!(bench.client.agents(&bench.route).await.expect("whole").data.len(), 2);
}

#[tokio::test]
async fn empty_page_of_calls_loses_no_page_behind_it() {
    // The total says whether the empty page had rows: a part is not the whole.
    for (total, expected) in [(20, Some(20)), (30, None)] {
        let trio = Trio::bare().await;
        let answer = move |request: &Request| {
            let page = request.url.query_pairs().find(|(key, _)| key == "page");
            let page: usize = page.expect("a page").1.parse().expect("a number");
            let ids = if page == 2 { 0..0 } else { (page - 1) * 10..page * 10 };
            let rows: Vec<_> = ids.map(|id| json!({"jobNo": id, "serviceId": 1})).collect();
            let header = json!({"totalCount": total, "totalPages": 3, "pageSize": 10}).to_string();
            ok(json!({"data": rows}).to_string()).insert_header("X-Pagination", header)
        };
        trio.on("GET", CALLS, answer).await;
        let bench = trio.client(Limits::default()).await;
        match bench.client.calls(&bench.route).await {
            Ok(calls) => assert_eq!(Some(calls.data.cases.len()), expected, "of {total}"),
            Err(Error::Incomplete { got, .. }) => assert_eq!((got, expected), (20, None)),
            Err(error) => panic!("{error}"),
        }
    }
}
