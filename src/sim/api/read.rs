//! Reads: the rows of each resource, as items and as collections, with the members that `fields=`
//! selects.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::links::Links;
use super::resource::{Collection, Node, Resource};
use super::selection::vid;
use super::{Answer, Page, Query, Refusal, Request, Trio, UNPAGED, refusal};
use crate::sim::dialect::{Fact, Link, Member, Row};
use crate::sim::world::{Activity, Agent, Case, Channel, Service};
use crate::sim::{Dialect, UnknownFields};

impl Trio {
    /// Answers with a page of a collection.
    pub(super) fn collection(
        &self,
        request: &Request,
        links: &Links,
        collection: Collection,
    ) -> Result<Answer, Refusal> {
        let query = &request.query;
        if !collection.resource.is_shared() && !self.world.centers.contains_key(&collection.center)
        {
            return Err(refusal(StatusCode::NOT_FOUND, "there is no such contact centre"));
        }
        // Only ids are filtered and sorted; rows are built for the page alone.
        let mut ids = self.matching_ids(collection, query);
        if let Some(sort) = query.names("sort") {
            ids = self.sort(collection, ids, &sort);
        }
        let cap = self.options.page_cap;
        // No cap: the in-process reader gets each collection as one page.
        let usual = if cap == usize::MAX { cap } else { UNPAGED };
        let page = Page::new(query, ids.len(), usual, cap);
        let shown = &ids[page.range()];
        let fields = query.names("fields");
        self.refuse_unknown_fields(collection, fields.as_deref())?;
        let dialect = self.options.dialect;
        let rows = shown.iter().filter_map(|id| Some((*id, self.row(collection, *id)?)));
        let items = rows.map(|(id, row)| {
            let item = self.to_item(row, fields.as_deref());
            if dialect.links_items() {
                dialect.with_links(item, &links.for_item(collection, id))
            } else {
                item
            }
        });
        let linked = if dialect.links_items() { &[] } else { shown };
        let links_shown = links.for_collection(collection, linked);
        let answer = Answer::ok(self.enclose(collection, &links_shown, items.collect()));
        let url = |page: usize| {
            let query = query.with_field("page", &page.to_string());
            format!("{}?{query}", links.url(&collection.path()))
        };
        let no_link = if dialect.has_empty_page_links() { json!("") } else { Value::Null };
        Ok(match page.header(url, &no_link) {
            Some(header) => answer.with_header("x-pagination", &header),
            None => answer,
        })
    }

    /// Puts the items of a collection into their envelope.
    fn enclose(&self, collection: Collection, links: &[Link], items: Vec<Value>) -> Value {
        let dialect = self.options.dialect;
        // The documented names of these lists; the other dialects give them as plain lists.
        let nested = match collection.resource {
            _ if dialect != Dialect::Vendor => return dialect.collection(links, items),
            Resource::SecurityGroups => json!({ "groups": items }),
            Resource::SecurityAgents | Resource::SecurityServices => {
                json!({ "subsystems": [{ "items": items }] })
            }
            _ => return dialect.collection(links, items),
        };
        dialect.single(links, nested)
    }

    /// Refuses names in `fields=` that no member has, if this server does.
    fn refuse_unknown_fields(
        &self,
        collection: Collection,
        fields: Option<&[String]>,
    ) -> Result<(), Refusal> {
        let status = match self.options.unknown_fields {
            UnknownFields::Ignored => return Ok(()),
            UnknownFields::BadRequest => StatusCode::BAD_REQUEST,
            UnknownFields::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let first = self.matching_ids(collection, &Query::default()).into_iter().next();
        // A server that shapes rows finds an unknown name only where there is a row.
        let (Some(names), Some(row)) = (fields, first.and_then(|id| self.row(collection, id)))
        else {
            return Ok(());
        };
        let (dialect, naming) = (self.options.dialect, self.options.naming);
        let is_known = |name: &String| {
            let mut members = row.iter().map(|(member, _)| *member);
            members.any(|it| self.provides(it) && it.name(dialect, naming).to_lowercase() == *name)
        };
        if names.iter().all(is_known) {
            return Ok(());
        }
        Err(refusal(status, "fields= names a member that does not exist"))
    }

    /// Returns true for a member that this server has at all.
    fn provides(&self, member: Member) -> bool {
        (self.options.state_times || !member.is_server_time())
            && (self.options.case_states || member != Member::CaseState)
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
    ) -> Result<Answer, Refusal> {
        let row = self.row(collection, id);
        let row = row.ok_or(refusal(StatusCode::NOT_FOUND, "there is no such item"))?;
        let fields = request.query.names("fields");
        self.refuse_unknown_fields(collection, fields.as_deref())?;
        let item = self.to_item(row, fields.as_deref());
        Ok(Answer::ok(self.options.dialect.single(&links.for_item(collection, id), item)))
    }

    /// JSON of the members that are selected, by `fields=` in lower case or by default, and that
    /// this server provides at all.
    fn to_item(&self, mut row: Row, fields: Option<&[String]>) -> Value {
        let (dialect, naming) = (self.options.dialect, self.options.naming);
        row.retain(|(member, _)| {
            let asked = match fields {
                Some(names) => names.contains(&member.name(dialect, naming).to_lowercase()),
                // Documented: most resources leave out members by default, and `fields=` brings
                // them.
                None => !(member.is_hidden() || self.options.hide_members && member.is_hideable()),
            };
            asked && self.provides(*member)
        });
        if self.options.whole_seconds {
            for (_, fact) in &mut row {
                fact.cut_to_second();
            }
        }
        if self.options.zoneless_times {
            for (_, fact) in &mut row {
                fact.drop_zone();
            }
        }
        dialect.item(naming, &row)
    }

    /// All members of an item; `None` when it does not exist.
    pub(super) fn row(&self, collection: Collection, id: u64) -> Option<Row> {
        let world = &self.world;
        let Collection { resource, center } = collection;
        let number = || u32::try_from(id).ok();
        match resource {
            Resource::Centers => {
                let name = Fact::Text(world.centers.get(&number()?)?.clone());
                Some(vec![(Member::CenterId, Fact::Id(id)), (Member::CenterName, name)])
            }
            Resource::Agents | Resource::AgentState => {
                let agent = world.agents.get(&number()?).filter(|it| it.center == center)?;
                let state = resource == Resource::AgentState;
                Some(if state { self.agent_state(agent) } else { self::agent(agent) })
            }
            Resource::Services | Resource::ServiceState => {
                let service = world.services.get(&number()?).filter(|it| it.center == center)?;
                let state = resource == Resource::ServiceState;
                Some(if state { self.service_state(service) } else { self::service(service) })
            }
            Resource::AgentGroups | Resource::ServiceGroups => {
                let groups = self.groups(resource);
                let group = groups.get(&number()?).filter(|it| it.center == center)?;
                let name = Fact::Text(group.name.clone());
                Some(vec![(Member::GroupId, Fact::Id(id)), (Member::GroupName, name)])
            }
            Resource::Calls | Resource::Cases => {
                let case = world.cases.get(&id)?;
                let shown = self.center_of(case) == Some(center)
                    && (resource == Resource::Cases || case.class.is_call());
                shown.then(|| self.case(case))
            }
            list => self.list_row(list, center, id),
        }
    }

    fn agent_state(&self, agent: &Agent) -> Row {
        vec![
            (Member::AgentId, id(agent.id)),
            (Member::FirstName, Fact::Text(agent.first_name.clone())),
            (Member::LastName, Fact::Text(agent.last_name.clone())),
            (Member::AgentState, Fact::Activity(agent.activity)),
            (Member::StateSince, Fact::Time(self.real_time(agent.since))),
            (Member::Reason, agent.reason.clone().map_or(Fact::Null, Fact::Text)),
            (Member::ServiceId, agent.service.map_or(Fact::Null, id)),
            // In wrap-up the case is finished already, and a finished case has no number to ask
            // for.
            (Member::JobNo, agent.job.filter(|_| holds(agent)).map_or(Fact::Null, Fact::Id)),
            (Member::LastUpdated, Fact::Time(self.real_time(self.world.now))),
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
            (Member::LastUpdated, Fact::Time(self.real_time(self.world.now))),
        ]
    }

    fn case(&self, case: &Case) -> Row {
        let time = |at| Fact::Time(self.real_time(at));
        vec![
            (Member::JobNo, Fact::Id(case.job)),
            (Member::ServiceId, id(case.service)),
            (Member::CaseClass, Fact::Class(case.class)),
            (Member::CaseType, Fact::Direction(case.class)),
            (Member::CaseState, Fact::Stage(case.stage)),
            (Member::Created, time(case.created)),
            (Member::AnsweredAt, case.answered.map_or(Fact::Null, time)),
            (Member::WaitTime, Fact::Span(case.waited(self.world.now))),
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

fn id(id: u32) -> Fact {
    Fact::Id(u64::from(id))
}
