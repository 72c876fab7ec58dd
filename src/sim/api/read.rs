//! Reading: the rows of each resource, one by one and as collections.

use axum::http::StatusCode;

use super::answer::Answer;
use super::filter::vid;
use super::links::Links;
use super::paging::Page;
use super::resource::{Node, Place, Resource};
use super::rows::{Fields, Row};
use super::{Request, Trio};
use crate::sim::dialect::{Fact, Link, Member};
use crate::sim::world::{Activity, Agent, Case, Channel, Group, Service};

impl Trio {
    /// A page of a collection.
    pub(super) fn collection(&self, request: &Request, links: &Links, place: Place) -> Answer {
        if !place.resource.is_shared() && !self.world.centers().contains_key(&place.center) {
            return self.problem(links, StatusCode::NOT_FOUND, "there is no such contact centre");
        }
        let mut ids = self.wanted(place, &request.query);
        if let Some(sort) = request.query.get("sort") {
            ids = self.sort(place, ids, sort);
        }
        let page = Page::of(request, ids.len(), self.options.page_cap);
        let shown = &ids[page.range()];
        let fields = Fields::of(&request.query);
        let rows = shown.iter().filter_map(|id| self.row(place, *id));
        let items = rows.map(|row| self.options.dialect.item(&self.cut(row, &fields))).collect();
        let answer = Answer::ok(self.options.dialect.collection(&links.of_collection(place, shown), items));
        match page.header(request, links, place) {
            Some(header) => answer.header("x-pagination", &header),
            None => answer,
        }
    }

    /// What may be read below a node.
    pub(super) fn node(&self, links: &Links, node: Node) -> Answer {
        let children = Resource::ALL.into_iter().filter(|resource| resource.node() == Some(node));
        let children: Vec<Link> = children.filter_map(|child| links.to(child, 0)).collect();
        let own = links.link("self", &format!("/{}", node.as_str()));
        Answer::ok(self.options.dialect.node(&own, children))
    }

    /// One item.
    pub(super) fn item(&self, request: &Request, links: &Links, place: Place, id: u64) -> Answer {
        match self.row(place, id) {
            Some(row) => {
                let item = self.options.dialect.item(&self.cut(row, &Fields::of(&request.query)));
                Answer::ok(self.options.dialect.single(&links.of_item(place, id), item))
            }
            None => self.problem(links, StatusCode::NOT_FOUND, "there is no such item"),
        }
    }

    /// All members of an item; `None` when it is not there.
    pub(super) fn row(&self, place: Place, id: u64) -> Option<Row> {
        let world = &self.world;
        let here = |center: u32| center == place.center;
        let number = || u32::try_from(id).ok();
        match place.resource {
            Resource::Centers => {
                let center = world.centers().get(&number()?)?;
                let name = Fact::Text(center.name.clone());
                Some(vec![(Member::CenterId, Fact::Id(id)), (Member::CenterName, name)])
            }
            Resource::Agents => world.agents().get(&number()?).filter(|it| here(it.center)).map(agent),
            Resource::AgentState => {
                world.agents().get(&number()?).filter(|it| here(it.center)).map(|it| self.agent_state(it))
            }
            Resource::Services => world.services().get(&number()?).filter(|it| here(it.center)).map(service),
            Resource::ServiceState => {
                world.services().get(&number()?).filter(|it| here(it.center)).map(|it| self.service_state(it))
            }
            Resource::AgentGroups => {
                world.agent_groups().get(&number()?).filter(|it| here(it.center)).map(group)
            }
            Resource::ServiceGroups => {
                world.service_groups().get(&number()?).filter(|it| here(it.center)).map(group)
            }
            Resource::Calls | Resource::Cases => {
                let case =
                    world.cases().get(&id).filter(|case| self.center_of(case) == Some(place.center))?;
                (place.resource == Resource::Cases || case.class.is_call()).then(|| self.case(case))
            }
            list => self.list_row(list, place.center, id),
        }
    }

    fn agent_state(&self, agent: &Agent) -> Row {
        vec![
            (Member::AgentId, id(agent.id)),
            (Member::FirstName, Fact::Text(agent.first_name.clone())),
            (Member::LastName, Fact::Text(agent.last_name.clone())),
            (Member::AgentState, Fact::Activity(agent.activity)),
            (Member::StateSince, Fact::Time(self.wall.at(agent.since))),
            (Member::Reason, agent.reason.clone().map_or(Fact::Nothing, Fact::Text)),
            (Member::ServiceId, agent.service.map_or(Fact::Nothing, id)),
            (Member::JobNo, agent.job.filter(|_| holds(agent)).map_or(Fact::Nothing, Fact::Id)),
            (Member::LastUpdated, Fact::Time(self.wall.at(self.world.now()))),
        ]
    }

    fn service_state(&self, service: &Service) -> Row {
        vec![
            (Member::ServiceId, id(service.id)),
            (Member::ServiceName, Fact::Text(service.name.clone())),
            (Member::Open, Fact::Bool(self.world.is_open(service))),
            (Member::QueueLength, Fact::Count(service.waiting.len())),
            (Member::LongestWait, Fact::Span(self.world.longest_wait(service))),
            (Member::EstimatedWait, Fact::Span(service.estimated_wait())),
            (Member::AgentsLoggedOn, Fact::Count(service.logged_on)),
            (Member::AgentsAvailable, Fact::Count(service.available)),
            (Member::AgentsBusy, Fact::Count(service.busy)),
            (Member::LastUpdated, Fact::Time(self.wall.at(self.world.now()))),
        ]
    }

    fn case(&self, case: &Case) -> Row {
        let time = |at| Fact::Time(self.wall.at(at));
        vec![
            (Member::JobNo, Fact::Id(case.job)),
            (Member::ServiceId, id(case.service)),
            (Member::CaseClass, Fact::Class(case.class)),
            (Member::CaseType, Fact::Direction(case.class)),
            (Member::CaseState, Fact::Stage(case.stage)),
            (Member::Created, time(case.created)),
            (Member::AnsweredAt, case.answered.map_or(Fact::Nothing, time)),
            (Member::WaitTime, Fact::Span(case.waited(self.world.now()))),
            (Member::AgentId, case.agent.map_or(Fact::Nothing, id)),
            (Member::Vid, Fact::Text(vid(case))),
            (Member::Customer, Fact::Id(case.customer)),
        ]
    }
}

/// Whether an agent has a case in hand; in wrap-up the case is finished already.
fn holds(agent: &Agent) -> bool {
    matches!(agent.activity, Activity::Offered | Activity::Busy)
}

fn agent(agent: &Agent) -> Row {
    vec![
        (Member::AgentId, id(agent.id)),
        (Member::FirstName, Fact::Text(agent.first_name.clone())),
        (Member::LastName, Fact::Text(agent.last_name.clone())),
        (Member::AgentGroups, Fact::Ids(agent.groups.clone())),
        (Member::Email, Fact::Text(format!("agent{}@example.org", agent.id))),
        (Member::Phone, Fact::Text(format!("+46 70 {:07}", agent.id))),
    ]
}

fn service(service: &Service) -> Row {
    let description = match service.channel {
        Channel::Phone => "Telefon",
        Channel::Chat => "Chatt",
        Channel::Mail => "E-post och ärenden",
    };
    vec![
        (Member::ServiceId, id(service.id)),
        (Member::ServiceName, Fact::Text(service.name.clone())),
        (Member::ServiceGroup, if service.group == 0 { Fact::Nothing } else { id(service.group) }),
        (Member::Description, Fact::Text(description.to_owned())),
    ]
}

fn group(group: &Group) -> Row {
    vec![(Member::GroupId, id(group.id)), (Member::GroupName, Fact::Text(group.name.clone()))]
}

fn id(id: u32) -> Fact {
    Fact::Id(u64::from(id))
}
