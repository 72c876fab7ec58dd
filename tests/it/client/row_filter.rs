//! `fields=` on readings that are filtered by rows: the same way as on plain ones.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use trio_exporter::{model::Text, trio::Limits};
use wiremock::{Request, Respond, ResponseTemplate};

use super::trio::{Bench, Trio, ok, status};
use crate::support::Journal;

/// A server that honours row filters, and treats `fields=` in one way or another.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Server {
    Documented,
    /// Never gives ids when single members are asked for.
    LosesIds,
    /// Refuses names that it does not know.
    RefusesUnknown,
    /// Refuses to give single members at all.
    RefusesAll,
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let query = |name: &str| {
            request
                .url
                .query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let row = |row: Value| match row {
            Value::Object(row) => row,
            _ => unreachable!(),
        };
        let skills = request.url.path().ends_with("skills");
        let rows = if skills {
            [(7, 11), (8, 11), (8, 12)].map(|(agent, service)| {
                row(json!({"UserId": agent, "ServiceId": service, "level": 3, "uid": agent * 100 + service}))
            })
        } else {
            [(11, 70), (12, 70), (13, 71)].map(|(id, group)| {
                row(json!({"ServiceId": id, "GroupId": group, "mail": "x@y.example"}))
            })
        };
        let mut rows = rows.to_vec();
        let (parameter, member) =
            if skills { ("serviceId", "ServiceId") } else { ("groupId", "GroupId") };
        if let Some(wanted) = query(parameter) {
            rows.retain(|row| {
                let shown = row[member].to_string();
                shown == wanted
            });
        }
        if let Some(names) = query("fields").map(|names| names.to_lowercase()) {
            let names: Vec<&str> = names.split(',').collect();
            let known = ["userid", "serviceid", "level", "uid", "groupid", "mail"];
            let unknown = names.iter().any(|name| !known.contains(name));
            if *self == Self::RefusesAll || *self == Self::RefusesUnknown && unknown {
                return status(400);
            }
            let lost = ["userid", "serviceid", "uid"];
            for row in &mut rows {
                row.retain(|key, _| names.contains(&&*key.to_lowercase()));
                row.retain(|key, _| {
                    *self != Self::LosesIds || !lost.contains(&&*key.to_lowercase())
                });
            }
        }
        ok(json!({"data": rows}).to_string())
    }
}

/// `fields=` of each request of one kind of reading, by round.
async fn rounds<R>(
    number: usize,
    server: Server,
    path: &str,
    read: impl AsyncFn(&Bench) -> R,
) -> (Vec<Vec<Option<String>>>, Vec<R>) {
    let trio = Trio::bare().await;
    trio.on("GET", "cc/1/servicegroups", ok(r#"[{"groupId":70},{"groupId":71}]"#)).await;
    for resource in ["cc/1/services", "cc/1/skills"] {
        trio.on("GET", resource, server).await;
    }
    let bench = trio.client(Limits::default()).await;
    let (mut rounds, mut results, mut before) = (Vec::new(), Vec::new(), 0);
    for _ in 0..number {
        results.push(read(&bench).await);
        let requests = trio.asked("GET", path).await;
        let fields = requests[before..].iter().map(|request| {
            request
                .url
                .query_pairs()
                .find(|(key, _)| key == "fields")
                .map(|(_, value)| value.into_owned())
        });
        rounds.push(fields.collect());
        before = requests.len();
    }
    trio.was_only_read().await;
    (rounds, results)
}

async fn members(bench: &Bench) -> Vec<(Text, Text)> {
    let groups = bench.client.service_groups(&bench.route).await.expect("readable").data;
    groups.members.expect("the filter is honoured")
}

async fn skilled(bench: &Bench) -> Vec<(Text, Vec<Text>)> {
    let services = ["11".into(), "12".into()];
    bench.client.skills(&bench.route, &services).await.expect("readable").data.services
}

fn warning_count(journal: &Journal) -> usize {
    journal.lines().iter().filter(|line| line.contains("with fields= loses")).count()
}

fn pair(service: &str, group: &str) -> (Text, Text) {
    (service.into(), group.into())
}

fn right_members() -> Vec<(Text, Text)> {
    vec![pair("11", "70"), pair("12", "70"), pair("13", "71")]
}

fn right_skills() -> Vec<(Text, Vec<Text>)> {
    vec![("11".into(), vec!["7".into(), "8".into()]), ("12".into(), vec!["8".into()])]
}

#[tokio::test]
async fn row_filter_is_learned_from_two_rounds() {
    let (groups, results) = rounds(4, Server::Documented, "cc/1/services", members).await;
    assert_eq!(results, vec![right_members(); 4]);
    assert_eq!(groups[0], [None, None, None], "the probe and two groups");
    assert!(groups[1].iter().all(|fields| fields.as_ref().is_some_and(|fields| fields.len() > 50)));
    let seen = Some("ServiceId,GroupId".to_owned());
    let sorted = |mut fields: Vec<Option<String>>| {
        fields.dedup();
        let mut names: Vec<String> =
            fields.remove(0).expect("names").split(',').map(str::to_owned).collect();
        names.sort_unstable_by(|a, b| b.cmp(a));
        (Some(names.join(",")), fields.len())
    };
    assert_eq!(sorted(groups[2].clone()), (seen.clone(), 0));
    assert_eq!(sorted(groups[3].clone()), (seen, 0));

    let (skills, results) = rounds(4, Server::Documented, "cc/1/skills", skilled).await;
    assert_eq!(results, vec![right_skills(); 4]);
    assert_eq!(skills[0], [None, None, None]);
    assert!(
        skills[3]
            .iter()
            .all(|fields| fields.as_deref().is_some_and(|fields| !fields.contains("level")))
    );
    assert!(
        skills[3]
            .iter()
            .all(|fields| fields.as_deref().is_some_and(|fields| fields.contains("UserId")))
    );
}

#[tokio::test]
async fn filter_that_loses_ids_three_times_is_left_off() {
    for path in ["cc/1/services", "cc/1/skills"] {
        let journal = Journal::begin();
        let asked = if path.ends_with("services") {
            let (asked, results) = rounds(6, Server::LosesIds, path, members).await;
            assert_eq!(results, vec![right_members(); 6]);
            asked
        } else {
            let (asked, results) = rounds(6, Server::LosesIds, path, skilled).await;
            assert_eq!(results, vec![right_skills(); 6]);
            asked
        };
        for round in &asked[1..4] {
            let unfiltered = round.iter().filter(|fields| fields.is_none()).count();
            assert_eq!(unfiltered, 2, "compared: {round:?}");
        }
        assert!(asked[4..].iter().flatten().all(Option::is_none), "{asked:?}");
        assert_eq!(warning_count(&journal), 1, "{path}");
    }
}

#[tokio::test]
async fn row_filter_adapts_to_servers_that_refuse_names() {
    let (asked, results) = rounds(6, Server::RefusesUnknown, "cc/1/skills", skilled).await;
    assert_eq!(results, vec![right_skills(); 6]);
    assert!(asked[4..].iter().flatten().all(Option::is_some), "{asked:?}");
    let (asked, results) = rounds(8, Server::RefusesAll, "cc/1/services", members).await;
    assert_eq!(results, vec![right_members(); 8]);
    assert!(asked[7].iter().all(Option::is_none), "{asked:?}");
}
