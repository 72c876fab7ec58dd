//! Calls and cases: their class where they do not say it, and whether the lists of them are whole.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{
    model::{CaseClass, CaseList, CaseState, Resource},
    trio::Limits,
};

use super::trio::{Bench, InTurn, Trio, ok};
use crate::support::target;

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
    let calls = bench.client.calls(&bench.route).await.expect("calls").items.remove(0);
    let cases = bench.client.cases(&bench.route).await.expect("cases").items.remove(0);
    trio.was_only_read().await;
    (calls, cases, bench)
}

fn classes(list: &CaseList) -> Vec<&'static str> {
    list.cases.iter().map(|case| case.class.map_or("none", CaseClass::as_str)).collect()
}

#[tokio::test]
async fn a_call_without_a_class_is_voice_and_any_other_case_is_what_is_configured_else_other() {
    let rows = json!([
        {"jobNo": 1, "caseClass": "E-post"}, {"jobNo": 2}, {"jobNo": 3, "caseClass": null},
        {"jobNo": 4, "caseClass": "Brev"}, {"jobNo": 5, "caseClass": "webb-chatt"},
    ]);
    for (default, word) in [(None, "other"), (Some(CaseClass::Email), "email")] {
        let (calls, cases, bench) = both(&rows, default).await;
        assert_eq!(classes(&calls), ["email", "voice", "voice", "other", "chat"]);
        assert_eq!(classes(&cases), ["email", word, word, "other", "chat"], "{default:?}");
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
async fn written_cases_have_states_in_plain_words_and_one_without_is_in_an_unknown_state() {
    let rows = json!([
        {"ärendeId": 1, "tjänstId": 7, "läge": "Nytt"}, {"ärendeId": 2, "tjänstId": 7, "läge": "Pågår"},
        {"ärendeId": 3, "tjänstId": 7, "läge": "chattar"}, {"ärendeId": 4, "tjänstId": 7},
    ]);
    let (_, cases, _) = both(&rows, None).await;
    let states: Vec<_> = cases.cases.iter().map(|case| case.state).collect();
    let expected = [CaseState::Queued, CaseState::Handled, CaseState::Handled, CaseState::Unknown];
    assert_eq!(states, expected.map(Some));
    assert_eq!(&*cases.cases[0].id, "1");
    assert_eq!(cases.cases[0].service_id.as_deref(), Some("7"));
}

/// So many cases of service 7.
fn rows(waiting: usize, handled: usize) -> Vec<Value> {
    let row = |id: usize| {
        let state = if id < waiting { "Queued" } else { "Handled" };
        json!({"jobNo": id, "sid": 7, "state": state})
    };
    (0..waiting + handled).map(row).collect()
}

/// Whether the part of service 7 is taken as cut in each of a list's answers in turn, each one page.
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
    for _ in answers {
        let Bench { client, route, .. } = &bench;
        let read = if list == CALLS { client.calls(route).await } else { client.cases(route).await };
        let CaseList { truncated, .. } = read.expect("a list").items.remove(0);
        found.push(truncated.iter().any(|service| &**service == "7"));
    }
    found
}

#[tokio::test]
async fn a_list_at_the_documented_limit_is_cut_whatever_the_limit_counts_and_of_calls_too() {
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
        trio.on("GET", list, answer.insert_header("X-Pagination", r#"{"totalCount":2,"pageSize":100}"#))
            .await;
        let Bench { client, route, .. } = trio.client(Limits::default()).await;
        let read = if list == CALLS { client.calls(&route).await } else { client.cases(&route).await };
        assert_eq!(read.expect("a list").items[0].cases.len(), 1, "{list}");
    }
}
