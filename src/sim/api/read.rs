//! Reads: the rows of each resource, as items and as collections.

use axum::http::StatusCode;

use super::answer::Answer;
use super::filter::vid;
use super::links::Links;
use super::paging::Page;
use super::resource::{Collection, Node, Resource};
use super::rows::{Fields, Row};
use super::{Request, Trio};
use crate::sim::dialect::{Fact, Link, Member};
use crate::sim::world::{Activity, Agent, Case, Channel, Group, Service};

impl Trio {
    /// Answers with a page of a collection.
    pub(super) fn collection(
        &self,
        request: &Request,
        links: &Links,
        collection: Collection,
    ) -> Answer {
        if !collection.resource.is_shared()
            && !self.world.centers().contains_key(&collection.center)
        {
            return self.problem(links, StatusCode::NOT_FOUND, "there is no such contact centre");
        }
        // Only ids are filtered and sorted; rows are built for the page alone.
        let mut ids = self.matching_ids(collection, &request.query);
        if let Some(sort) = request.query.get("sort") {
            ids = self.sort(collection, ids, sort);
        }
        let page = Page::new(request, ids.len(), self.options.page_cap);
        let shown = &ids[page.range()];
        let fields = Fields::from_query(&request.query);
        let rows = shown.iter().filter_map(|id| self.row(collection, *id));
        let items =
            rows.map(|row| self.options.dialect.item(&self.select_members(row, &fields))).collect();
        let answer = Answer::ok(
            self.options.dialect.collection(&links.for_collection(collection, shown), items),
        );
        match page.header(request, links, collection) {
            Some(header) => answer.with_header("x-pagination", &header),
            None => answer,
        }
    }

    /// Answers with the accessible resources below a node.
    pub(super) fn node(&self, links: &Links, node: Node) -> Answer {
        let children = Resource::ALL.into_iter().filter(|resource| resource.node() == Some(node));
        let children: Vec<Link> =
            children.filter_map(|child| links.to_resource(child, 0)).collect();
        let own = links.link("self", &format!("/{}", node.as_str()));
        Answer::ok(self.options.dialect.node(&own, children))
    }

    /// Answers with one item.
    pub(super) fn item(
        &self,
        request: &Request,
        links: &Links,
        collection: Collection,
        id: u64,
    ) -> Answer {
        match self.row(collection, id) {
            Some(row) => {
                let item = self
                    .options
                    .dialect
                    .item(&self.select_members(row, &Fields::from_query(&request.query)));
                Answer::ok(self.options.dialect.single(&links.for_item(collection, id), item))
            }
            None => self.problem(links, StatusCode::NOT_FOUND, "there is no such item"),
        }
    }

    /// All members of an item; `None` when it does not exist.
    pub(super) fn row(&self, collection: Collection, id: u64) -> Option<Row> {
        let world = &self.world;
        let here = |center: u32| center == collection.center;
        let number = || u32::try_from(id).ok();
        match collection.resource {
            Resource::Centers => {
                let center = world.centers().get(&number()?)?;
                let name = Fact::Text(center.name.clone());
                Some(vec![(Member::CenterId, Fact::Id(id)), (Member::CenterName, name)])
            }
            Resource::Agents => {
                world.agents().get(&number()?).filter(|it| here(it.center)).map(agent)
            }
            Resource::AgentState => world
                .agents()
                .get(&number()?)
                .filter(|it| here(it.center))
                .map(|it| self.agent_state(it)),
            Resource::Services => {
                world.services().get(&number()?).filter(|it| here(it.center)).map(service)
            }
            Resource::ServiceState => world
                .services()
                .get(&number()?)
                .filter(|it| here(it.center))
                .map(|it| self.service_state(it)),
            Resource::AgentGroups => {
                world.agent_groups().get(&number()?).filter(|it| here(it.center)).map(group)
            }
            Resource::ServiceGroups => {
                world.service_groups().get(&number()?).filter(|it| here(it.center)).map(group)
            }
            Resource::Calls | Resource::Cases => {
                let case = world
                    .cases()
                    .get(&id)
                    .filter(|case| self.center_of(case) == Some(collection.center))?;
                (collection.resource == Resource::Cases || case.class.is_call())
                    .then(|| self.case(case))
            }
            list => self.list_row(list, collection.center, id),
        }
    }

    fn agent_state(&self, agent: &Agent) -> Row {
        vec![
            (Member::AgentId, id(agent.id)),
            (Member::FirstName, Fact::Text(agent.first_name.clone())),
            (Member::LastName, Fact::Text(agent.last_name.clone())),
            (Member::AgentState, Fact::Activity(agent.activity)),
            (Member::StateSince, Fact::Time(self.world_clock.real_time(agent.since))),
            (Member::Reason, agent.reason.clone().map_or(Fact::Null, Fact::Text)),
            (Member::ServiceId, agent.service.map_or(Fact::Null, id)),
            // In wrap-up the case is finished already, and a finished case has no number to ask
            // for.
            (Member::JobNo, agent.job.filter(|_| holds(agent)).map_or(Fact::Null, Fact::Id)),
            (Member::LastUpdated, Fact::Time(self.world_clock.real_time(self.world.now()))),
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
            (Member::LastUpdated, Fact::Time(self.world_clock.real_time(self.world.now()))),
        ]
    }

    fn case(&self, case: &Case) -> Row {
        let time = |at| Fact::Time(self.world_clock.real_time(at));
        vec![
            (Member::JobNo, Fact::Id(case.job)),
            (Member::ServiceId, id(case.service)),
            (Member::CaseClass, Fact::Class(case.class)),
            (Member::CaseType, Fact::Direction(case.class)),
            (Member::CaseState, Fact::Stage(case.stage)),
            (Member::Created, time(case.created)),
            (Member::AnsweredAt, case.answered.map_or(Fact::Null, time)),
            (Member::WaitTime, Fact::Span(case.waited(self.world.now()))),
            (Member::AgentId, case.agent.map_or(Fact::Null, id)),
            (Member::Vid, Fact::Text(vid(case))),
            (Member::Customer, Fact::Id(case.customer)),
        ]
    }
}

/// Returns true while a case is offered to the agent or handled by it.
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
        // A service that was added to a contact centre without groups is in none.
        (Member::ServiceGroup, if service.group == 0 { Fact::Null } else { id(service.group) }),
        (Member::Description, Fact::Text(description.to_owned())),
    ]
}

fn group(group: &Group) -> Row {
    vec![(Member::GroupId, id(group.id)), (Member::GroupName, Fact::Text(group.name.clone()))]
}

fn id(id: u32) -> Fact {
    Fact::Id(u64::from(id))
}
