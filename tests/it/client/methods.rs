//! Every method of the client: the right request, a good answer, a bad status, a server too slow.

use serde_json::json;
use trio_exporter::{
    model::{RequestFailure, Resource, ServiceGroups},
    stats::RequestCode,
    trio::{Error, Limits},
};
use wiremock::{Request, ResponseTemplate};

use super::trio::{Bench, Trio, contact_center, hasty, header, late, ok, status};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Root,
    ContactCenters,
    Route,
    Services,
    ServiceState,
    Agents,
    AgentState,
    AgentGroups,
    Calls,
    Cases,
    Case,
    Call,
    ServiceGroups,
    ServicesOfGroup,
}

use Method::{
    AgentGroups, AgentState, Agents, Call, Calls, Case, Cases, ContactCenters, Root, Route,
    ServiceGroups as Groups, ServiceState, Services, ServicesOfGroup,
};

const ALL: [Method; 14] = [
    Root,
    ContactCenters,
    Route,
    Services,
    ServiceState,
    Agents,
    AgentState,
    AgentGroups,
    Calls,
    Cases,
    Case,
    Call,
    Groups,
    ServicesOfGroup,
];

impl Method {
    fn resource(self) -> (Resource, &'static str) {
        match self {
            Root => (Resource::Api, ""),
            ContactCenters => (Resource::ContactCenters, "cc"),
            Route => (Resource::ContactCenters, "cc/1"),
            Services | ServicesOfGroup => (Resource::Services, "cc/1/services"),
            ServiceState => (Resource::ServiceState, "cc/1/services/state"),
            Agents => (Resource::Agents, "cc/1/agents"),
            AgentState => (Resource::AgentState, "cc/1/agents/state"),
            AgentGroups => (Resource::AgentGroups, "cc/1/agentgroups"),
            Calls => (Resource::Calls, "cc/1/services/calls"),
            Cases => (Resource::Cases, "cc/1/services/cases"),
            Case => (Resource::Cases, "cc/1/services/cases/1"),
            Call => (Resource::Calls, "cc/1/services/calls/1"),
            Groups => (Resource::ServiceGroups, "cc/1/servicegroups"),
        }
    }

    /// Root and route fall back to the documented paths; so do members without the row filter. A
    /// single case that is not there is finished.
    fn can_do_without(self, status: u16) -> bool {
        match self {
            Root | Route => true,
            ServicesOfGroup => status < 500,
            Case | Call => status == 404,
            _ => false,
        }
    }

    fn query(self) -> Option<&'static str> {
        match self {
            Root => Some("redirect=false"),
            Route | Case | Call => None,
            ServicesOfGroup => Some("page=1&pageSize=1000&groupId=7"),
            _ => Some("page=1&pageSize=1000"),
        }
    }

    /// The ids that came.
    async fn call(self, bench: &Bench) -> Result<Vec<String>, Error> {
        let Bench { client, root, route, .. } = bench;
        let texts = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
        macro_rules! ids {
            ($call:expr) => {
                Ok(texts($call.await?.data.iter().map(|item| &*item.id).collect()))
            };
        }
        match self {
            Root => client.root().await.map(|_| Vec::new()),
            ContactCenters => ids!(client.contact_centers(root)),
            Route => client
                .route(root, &contact_center())
                .await
                .map(|route| vec![route.contact_center().to_string()]),
            Services => ids!(client.services(route)),
            ServiceState => ids!(client.service_state(route)),
            Agents => ids!(client.agents(route)),
            AgentState => ids!(client.agent_state(route)),
            AgentGroups => ids!(client.agent_groups(route)),
            Calls | Cases => {
                let listing = if self == Calls {
                    client.calls(route).await?
                } else {
                    client.cases(route).await?
                };
                Ok(texts(listing.data.cases.iter().map(|case| &*case.id).collect()))
            }
            Case | Call => {
                let list = if self == Case { Resource::Cases } else { Resource::Calls };
                let case = client.case(route, list, "1").await?;
                Ok(case.iter().map(|case| case.id.to_string()).collect())
            }
            Groups => {
                let ServiceGroups { groups, .. } = client.service_groups(route).await?.data;
                Ok(texts(groups.iter().map(|group| &*group.id).collect()))
            }
            ServicesOfGroup => {
                let ServiceGroups { members, .. } = client.service_groups(route).await?.data;
                let members = members.unwrap_or_default();
                Ok(members.iter().map(|(service, group)| format!("{service} in {group}")).collect())
            }
        }
    }
}

/// A Trio that answers `method` as given; where groups are asked for, there is one.
async fn answering(method: Method, answer: ResponseTemplate) -> Trio {
    let trio = Trio::bare().await;
    if method == ServicesOfGroup {
        trio.on("GET", "cc/1/servicegroups", ok(r#"[{"id":7}]"#)).await;
        let of_nobody = |request: &Request| {
            !request.url.query().is_some_and(|query| query.ends_with("groupId=7"))
        };
        let respond =
            move |request: &Request| if of_nobody(request) { ok("[]") } else { answer.clone() };
        trio.on("GET", method.resource().1, respond).await;
    } else {
        trio.on("GET", method.resource().1, answer).await;
    }
    trio
}

fn codes(bench: &Bench, method: Method) -> Vec<RequestCode> {
    bench.stats.resource(method.resource().0).requests().map(|(code, _)| code).collect()
}

#[tokio::test]
async fn every_method_sends_the_request_that_the_documentation_asks_for() {
    for method in ALL {
        let trio = answering(method, ok(r#"{"links":[],"data":[{"id":1}]}"#)).await;
        let bench = trio.client(Limits::default()).await;
        method.call(&bench).await.unwrap_or_else(|error| panic!("{method:?}: {error}"));
        let asked = trio.asked("GET", method.resource().1).await;
        let last = asked.last().unwrap_or_else(|| panic!("{method:?} asked nothing"));
        assert_eq!(last.url.query(), method.query(), "{method:?}");
        assert_eq!(header(last, "accept"), Some("application/json"), "{method:?}");
        if method == Root {
            assert_eq!(header(last, "authorization"), None, "the Api resource needs no login");
        } else {
            assert_eq!(header(last, "authorization"), Some("Bearer token-1"), "{method:?}");
            assert_eq!(header(last, "content-type"), Some("application/json"), "{method:?}");
        }
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn every_method_makes_the_items_of_a_good_answer() {
    for method in ALL {
        let body = json!({"links": [], "data": [{"id": 1, "state": "free"}, {"id": "två"}]});
        let trio = answering(method, ok(body.to_string())).await;
        let bench = trio.client(Limits::default()).await;
        let got = method.call(&bench).await.unwrap_or_else(|error| panic!("{method:?}: {error}"));
        let expected: &[&str] = match method {
            Root => &[],
            Route | Case | Call => &["1"],
            ServicesOfGroup => &["1 in 7", "två in 7"],
            _ => &["1", "två"],
        };
        assert_eq!(got, expected, "{method:?}");
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn every_method_tells_a_bad_status_by_its_number() {
    for method in ALL {
        for code in [403, 404, 500] {
            let trio = answering(method, status(code)).await;
            let bench = trio.client(Limits::default()).await;
            match method.call(&bench).await {
                Err(Error::Status { status, .. }) if !method.can_do_without(code) => {
                    assert_eq!(status, code, "{method:?}");
                }
                Ok(got) if method.can_do_without(code) => {
                    assert!(got.is_empty() || method == Route, "{method:?} {code}: {got:?}");
                }
                other => panic!("{method:?} {code}: {other:?}"),
            }
            assert!(
                codes(&bench, method).contains(&RequestCode::Status(code)),
                "{method:?} {code}"
            );
            trio.was_only_read().await;
        }
    }
}

#[tokio::test]
async fn every_method_gives_up_a_server_that_is_too_slow() {
    for method in ALL {
        let trio = answering(method, late(ok("[]"))).await;
        let bench = trio.client(hasty()).await;
        match method.call(&bench).await {
            Err(Error::Request { failure: RequestFailure::Timeout, .. })
                if !matches!(method, Root | Route) => {}
            Ok(_) if matches!(method, Root | Route) => {}
            other => panic!("{method:?}: {other:?}"),
        }
        let codes = codes(&bench, method);
        assert!(
            codes.contains(&RequestCode::Failure(RequestFailure::Timeout)),
            "{method:?}: {codes:?}"
        );
        trio.was_only_read().await;
    }
}

#[tokio::test]
async fn a_row_filter_that_the_server_ignores_is_not_believed() {
    let trio = Trio::bare().await;
    trio.on("GET", "cc/1/servicegroups", ok(r#"[{"id":7}]"#)).await;
    trio.on("GET", "cc/1/services", ok(r#"[{"id":1},{"id":2}]"#)).await;
    let bench = trio.client(Limits::default()).await;
    let groups = bench.client.service_groups(&bench.route).await.expect("groups").data;
    assert_eq!((groups.groups.len(), groups.members), (1, None));
    trio.was_only_read().await;
}
