//! Calls and cases: their class where they do not say it, and whether the lists of them are whole.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    model::{Case, CaseClass, CaseList, CaseState, Clock, ContactCenter, RequestFailure, Resource},
    snapshot::Center,
    tally::Truncation,
    trio::{Error, Limits},
};
use wiremock::ResponseTemplate;

use super::trio::{Bench, InTurn, Trio, ok, status};
use crate::support::{Journal, target};

const CALLS: &str = "cc/1/services/calls";
const CASES: &str = "cc/1/services/cases";

/// Both lists of a Trio that answers with these rows, and the client that read them.
async fn both(rows: &Value, default: Option<CaseClass>) -> (CaseList, CaseList, Bench) {
    let trio = Trio::bare().await;
    for list in [CALLS, CASES] {
        trio.on("GET", list, ok(json!({"data": rows}).to_string())).await;
    }
    let mut target = target(&trio.url());
    target.trio.default_case_class = default;
    let bench = Bench::new(target).await;
    let calls = bench.client.calls(&bench.route).await.expect("calls").data;
    let cases = bench.client.cases(&bench.route).await.expect("cases").data;
    trio.was_only_read().await;
    (calls, cases, bench)
}

fn classes(list: &CaseList) -> Vec<&'static str> {
    list.cases.iter().map(|case| case.class.map_or("none", CaseClass::as_str)).collect()
}

/// Rows cut into two pages, of which the second repeats the last row of the first.
#[derive(Clone)]
struct TwoPages([Value; 2]);

impl wiremock::Respond for TwoPages {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let page = request
            .url
            .query_pairs()
            .find(|(key, _)| key == "page")
            .map(|(_, page)| page.into_owned());
        let rows = &self.0[usize::from(page.as_deref() == Some("2"))];
        let pages =
            json!({"currentPage": 1, "pageSize": 3, "totalCount": 6, "totalPages": 2}).to_string();
        ok(json!({"data": rows}).to_string()).insert_header("X-Pagination", pages)
    }
}

#[tokio::test]
async fn number_in_two_services_survives_paging_and_a_row_that_moved_does_not() {
    let row = |id: u32, service: u32| json!({"jobNo": id, "serviceId": service, "state": "queued"});
    let trio = Trio::bare().await;
    let pages = TwoPages([
        json!([row(7, 1), row(8, 1), row(9, 1)]),
        json!([row(9, 1), row(7, 2), row(8, 1)]),
    ]);
    trio.on("GET", CALLS, pages).await;
    let bench = Bench::new(target(&trio.url())).await;
    let calls = bench.client.calls(&bench.route).await.expect("calls").data;
    let rows: Vec<_> =
        calls.cases.iter().map(|case| (&*case.id, case.service_id.as_deref())).collect();
    assert_eq!(rows, [("7", Some("1")), ("8", Some("1")), ("9", Some("1")), ("7", Some("2"))]);
    assert_eq!(
        bench.stats.resource(Resource::Calls).drift.get(),
        2,
        "9 and 8 moved between the pages"
    );
}

#[tokio::test]
async fn rows_without_key_and_their_end_are_logged_once() {
    const LACK: &str = "rows lack this field and are left out of the counts";
    const AGAIN: &str = "every row has this field again";
    let journal = Journal::begin();
    let lacks = Arc::new(AtomicBool::new(true));
    let trio = Trio::bare().await;
    let flag = lacks.clone();
    trio.on("GET", CALLS, move |_: &wiremock::Request| {
        let second = if flag.load(Ordering::SeqCst) {
            json!({"serviceId": 1})
        } else {
            json!({"jobNo": 2, "serviceId": 1})
        };
        ok(json!({"data": [{"jobNo": 1, "serviceId": 1, "state": "queued"}, second]}).to_string())
    })
    .await;
    let bench = Bench::new(target(&trio.url())).await;
    let said = |message: &str| journal.lines().iter().filter(|line| line.contains(message)).count();
    let without = || {
        let uses = bench.client.field_uses();
        uses.iter()
            .find(|it| it.resource == Resource::Calls && it.field == "id")
            .and_then(|id| id.rows_without)
    };
    let read = async |times: usize| {
        for _ in 0..times {
            bench.client.calls(&bench.route).await.expect("calls");
        }
    };
    read(5).await;
    assert_eq!((said(LACK), said(AGAIN), without()), (1, 0, Some(1)));
    lacks.store(false, Ordering::SeqCst);
    read(99).await;
    assert_eq!((said(LACK), said(AGAIN), without()), (1, 0, Some(0)), "it may come and go");
    read(2).await;
    assert_eq!((said(LACK), said(AGAIN)), (1, 1));
    lacks.store(true, Ordering::SeqCst);
    read(3).await;
    assert_eq!((said(LACK), said(AGAIN)), (2, 1));
}

#[tokio::test]
async fn case_without_class_gets_voice_or_configured_class() {
    let rows = json!([
        {"jobNo": 1, "caseClass": "E-post"}, {"jobNo": 2}, {"jobNo": 3, "caseClass": null},
        {"jobNo": 4, "caseClass": "Brev"}, {"jobNo": 5, "caseClass": "webb-chatt"},
    ]);
    for (default, word) in [(None, "other"), (Some(CaseClass::Email), "email")] {
        let (calls, cases, bench) = both(&rows, default).await;
        assert_eq!(classes(&calls), ["email", "voice", "voice", "voice", "chat"]);
        assert_eq!(classes(&cases), ["email", word, word, "other", "chat"], "{default:?}");
        for list in [&calls, &cases] {
            let unknown: Vec<&str> = list
                .cases
                .iter()
                .filter(|case| case.class_is_unknown)
                .map(|case| &*case.id)
                .collect();
            assert_eq!(unknown, ["4"], "a word that is not mapped is not an absent one");
        }
        let uses = bench.client.field_uses();
        let unknown = |resource| {
            let class = uses.iter().find(|it| it.resource == resource && it.field == "class");
            class.expect("in the dictionary").unknown_values
        };
        assert_eq!(
            (unknown(Resource::Calls), unknown(Resource::Cases)),
            (1, 1),
            "the word that is not mapped"
        );
    }
}

#[tokio::test]
async fn written_case_without_state_is_in_unknown_state() {
    let rows = json!([
        {"ärendeId": 1, "tjänstId": 7, "läge": "Nytt"}, {"ärendeId": 2, "tjänstId": 7, "läge": "Pågår"},
        {"ärendeId": 3, "tjänstId": 7, "läge": "chattar"}, {"ärendeId": 4, "tjänstId": 7},
    ]);
    let (_, cases, bench) = both(&rows, None).await;
    let uses = bench.client.field_uses();
    let state = uses.iter().find(|it| it.resource == Resource::Cases && it.field == "state");
    let state = state.expect("in the dictionary");
    assert_eq!(
        (state.unknown_values, state.not_understood),
        (1, 1),
        "it withholds figures, so it is reported"
    );
    assert_eq!(state.unknown_words, ["no value".into()]);
    let states: Vec<_> = cases.cases.iter().map(|case| case.state).collect();
    let expected = [CaseState::Queued, CaseState::Handled, CaseState::Handled, CaseState::Unknown];
    assert_eq!(states, expected.map(Some));
    assert_eq!(&*cases.cases[0].id, "1");
    assert_eq!(cases.cases[0].service_id.as_deref(), Some("7"));
}

#[tokio::test]
async fn rows_without_id_that_may_wait_name_their_service() {
    let rows = json!([
        {"jobNo": 1, "sid": 1, "state": "Queued"},
        {"sid": 2, "state": "Queued"}, {"sid": 2, "state": "Queued"}, {"jobNo": "", "sid": 3, "state": "Parkerad"},
        {"jobNo": null, "sid": 4}, {"sid": 5, "state": "Handled"}, {"sid": 6, "agentId": 9},
        {"sid": 7, "state": "Queued", "agentId": 0}, {"state": "Queued"},
    ]);
    let (calls, cases, bench) = both(&rows, None).await;
    for list in [&calls, &cases] {
        assert_eq!(list.cases.len(), 1);
        let services: Vec<&str> = list.unkeyed.iter().map(|service| &**service).collect();
        assert_eq!(services, ["2", "3", "4", "7"]);
    }
    let uses = bench.client.field_uses();
    let lacking = |field| {
        let found = uses.iter().find(|it| it.resource == Resource::Calls && it.field == field);
        found.expect("in the dictionary").rows_without
    };
    assert_eq!(
        (lacking("id"), lacking("service_id")),
        (Some(8), Some(0)),
        "each row is counted once"
    );
}

/// So many cases of service 7.
fn rows(waiting: usize, handled: usize) -> Vec<Value> {
    let row = |id: usize| {
        let state = if id < waiting { "Queued" } else { "Handled" };
        json!({"jobNo": id, "sid": 7, "state": state})
    };
    (0..waiting + handled).map(row).collect()
}

/// Reads a list's answers in turn, each one page; true where the part of service 7 is taken as
/// truncated.
async fn cut(list: &str, answers: &[(usize, usize)]) -> Vec<bool> {
    let trio = Trio::bare().await;
    let answer = |(waiting, handled): &(usize, usize)| {
        let pages = json!({"totalCount": waiting + handled, "pageSize": 1000});
        ok(json!({"data": rows(*waiting, *handled)}).to_string())
            .insert_header("X-Pagination", pages.to_string())
    };
    trio.on("GET", list, InTurn::new(answers.iter().map(answer))).await;
    let bench = trio.client(Limits::default()).await;
    let mut found = Vec::new();
    let mut truncation = Truncation::default();
    let contact_center = ContactCenter { id: "1".into(), name: None };
    for _ in answers {
        let Bench { client, route, .. } = &bench;
        let read =
            if list == CALLS { client.calls(route).await } else { client.cases(route).await };
        let list_read = read.expect("a list").data;
        let mut center = Center::new(contact_center.clone(), |_| None);
        let reading = if list == CALLS { &mut center.calls } else { &mut center.cases };
        reading.store(Clock::system().now(), Duration::ZERO, 1, list_read);
        truncation.mark(None, &mut center);
        let reading = if list == CALLS { &center.calls } else { &center.cases };
        let truncated = &reading.good.as_ref().expect("stored").data.truncated;
        found.push(truncated.iter().any(|service| &**service == "7"));
    }
    found
}

#[tokio::test]
async fn list_at_documented_limit_is_truncated() {
    for list in [CALLS, CASES] {
        // Handled cases count: twenty people who talk fill the list.
        assert_eq!(
            cut(list, &[(19, 0), (20, 0), (3, 17), (0, 20)]).await,
            [false, true, true, true],
            "{list}"
        );
        // Handled cases do not count: twenty that wait fill it, however many are handled.
        assert_eq!(
            cut(list, &[(3, 18), (20, 18), (20, 0), (3, 17)]).await,
            [false, true, true, false],
            "{list}"
        );
        // There is no limit of twenty.
        assert_eq!(cut(list, &[(20, 0), (21, 0), (20, 0)]).await, [true, false, false], "{list}");
    }
}

#[tokio::test]
async fn a_total_that_disagrees_is_no_failure_because_cases_come_and_go() {
    for list in [CALLS, CASES] {
        let trio = Trio::bare().await;
        let answer = ok(json!({"data": rows(1, 0)}).to_string());
        trio.on(
            "GET",
            list,
            answer.insert_header("X-Pagination", r#"{"totalCount":2,"pageSize":100}"#),
        )
        .await;
        let Bench { client, route, .. } = trio.client(Limits::default()).await;
        let read =
            if list == CALLS { client.calls(&route).await } else { client.cases(&route).await };
        assert_eq!(read.expect("a list").data.cases.len(), 1, "{list}");
    }
}

/// Result of reading case 7 from `list`.
async fn single(list: Resource, answer: ResponseTemplate) -> Result<Option<Case>, Error> {
    let trio = Trio::bare().await;
    trio.on("GET", &format!("cc/1/{}/7", list.as_str()), answer).await;
    let bench = trio.client(Limits::default()).await;
    let case = bench.client.case(&bench.route, list, "7").await;
    trio.was_only_read().await;
    case
}

#[tokio::test]
async fn single_case_is_found_in_every_envelope() {
    for body in [
        json!({"links": [], "data": {"jobNo": 7, "state": "Queued"}}),
        json!({"links": [], "data": [{"jobNo": 7, "state": "Queued"}]}),
        json!([{"data": {"jobNo": "7", "state": "Queued"}}]),
        json!({"jobNo": 7, "state": "Queued"}),
        json!({"data": {"state": "Queued"}}),
        json!({"data": [{"jobNo": 6, "state": "Handled"}, {"jobNo": 7, "state": "Queued"}]}),
    ] {
        for (list, class) in
            [(Resource::Cases, CaseClass::Other), (Resource::Calls, CaseClass::Voice)]
        {
            let case =
                single(list, ok(body.to_string())).await.expect("an answer").expect("a case");
            assert_eq!(
                (&*case.id, case.state, case.class),
                ("7", Some(CaseState::Queued), Some(class)),
                "{body}"
            );
        }
    }
}

#[tokio::test]
async fn a_single_case_is_finished_when_the_server_says_so_and_only_then() {
    for list in [Resource::Cases, Resource::Calls] {
        for gone in
            [status(404), status(410), ok(r#"{"links":[],"data":[]}"#), ok(r#"{"data":null}"#)]
        {
            assert_eq!(single(list, gone).await.expect("an answer"), None);
        }
        for code in [400, 401, 403, 500, 503] {
            assert!(single(list, status(code)).await.is_err(), "{code}");
        }
        for unclear in [
            r#"{"data":{"jobNo":8,"state":"Queued"}}"#,
            r#"{"data":{}}"#,
            "{}",
            "<html>",
            r#"{"data":[{"x":1}]}"#,
        ] {
            match single(list, ok(unclear)).await {
                Err(Error::Request { failure: RequestFailure::Decode, .. }) => {}
                other => panic!("{unclear}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn single_case_request_encodes_number_and_names_list_members() {
    let trio = Trio::bare().await;
    let rows = json!([{"JobNo": "ä/7", "Sid": 3, "State": "Queued", "x": 1}]);
    for list in [CALLS, CASES] {
        trio.on("GET", list, ok(json!({"data": rows}).to_string())).await;
    }
    let Bench { client, route, .. } = trio.client(Limits::default()).await;
    for read in 0..2 {
        assert_eq!(client.case(&route, Resource::Cases, "ä/7").await.expect("an answer"), None);
        assert_eq!(client.case(&route, Resource::Calls, "ä/7").await.expect("an answer"), None);
        client.calls(&route).await.expect("calls");
        client.cases(&route).await.unwrap_or_else(|error| panic!("{read}: {error}"));
    }
    client.case(&route, Resource::Cases, "ä/7").await.expect("an answer");
    client.case(&route, Resource::Calls, "ä/7").await.expect("an answer");
    let query = |request: &wiremock::Request| request.url.query().map(str::to_owned);
    let cases = trio.asked("GET", &format!("{CASES}/%C3%A4%2F7")).await;
    let fields = Some("fields=JobNo%2CSid%2CState".to_owned());
    assert_eq!(cases.iter().map(query).collect::<Vec<_>>(), [None, None, fields]);
    let calls = trio.asked("GET", &format!("{CALLS}/%C3%A4%2F7")).await;
    assert_eq!(
        calls.iter().map(query).collect::<Vec<_>>(),
        [None, None, None],
        "not documented for calls"
    );
    trio.was_only_read().await;
}

#[tokio::test]
async fn denied_single_cases_are_not_retried_lists_continue() {
    let trio = Trio::bare().await;
    for list in [CALLS, CASES] {
        trio.on("GET", list, ok(json!({"data": rows(3, 0)}).to_string())).await;
    }
    for job in 1..4 {
        trio.on("GET", &format!("{CASES}/{job}"), status(403)).await;
        trio.on("GET", &format!("{CALLS}/{job}"), ok(r#"{"data":{"state":"Queued"}}"#)).await;
    }
    let Bench { client, route, .. } = trio.client(Limits::default()).await;
    for job in ["1", "2", "3", "1"] {
        match client.case(&route, Resource::Cases, job).await {
            Err(Error::Status { status: 403, resource: Resource::Cases, .. }) => {}
            other => panic!("{other:?}"),
        }
        assert!(client.case(&route, Resource::Calls, job).await.expect("an answer").is_some());
    }
    assert_eq!(trio.count("GET", &format!("{CASES}/1")).await, 1);
    assert_eq!(
        trio.count("GET", &format!("{CASES}/2")).await,
        0,
        "the right is one for all of them"
    );
    assert_eq!(client.cases(&route).await.expect("cases").data.cases.len(), 3);
    assert_eq!(client.calls(&route).await.expect("calls").data.cases.len(), 3);
}
