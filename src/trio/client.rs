//! What can be asked of one Trio: a method a resource.

use std::sync::Arc;

use jiff::tz::TimeZone;
use url::Url;

use super::{
    case_limits::CaseLimits,
    collection::{Identified, Listing, Whole},
    decode::Reader,
    denied::Denied,
    error::Error,
    fields::{Dictionary, Mapping},
    links::Links,
    members::Members,
    observed::Observed,
    paging, rows,
    servers::Servers,
    session::{Account, Doors},
    settings::{Limits, Settings},
    single_case::RefusedCases,
    skills::Unrelated,
    sorting::Sorting,
    transport::{Answer, SHOWN, Transport},
    witness::Witness,
};
use crate::{
    model::{
        Agent, AgentGroup, AgentState, AgentStatus, CaseClass, Clock, ContactCenter, FieldUse, Resource,
        Service, ServiceStatus, Stamp, Text,
    },
    stats::Stats,
};

/// Reads one Trio.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    dictionary: Arc<Dictionary>,
    pub(super) transport: Transport,
    pub(super) servers: Servers,
    pub(super) denied: Denied,
    account: Arc<Account>,
    pub(super) observed: Observed,
    pub(super) members: Members,
    pub(super) habits: paging::Memory,
    pub(super) sorting: Sorting,
    case_limits: CaseLimits,
    refused_cases: RefusedCases,
    unrelated: Unrelated,
    stats: Arc<Stats>,
    clock: Clock,
}

/// Where the resources of the API as a whole are.
#[derive(Clone, Debug)]
pub struct Root {
    /// The server that said so.
    server: Text,
    doors: Doors,
    contact_centers: Url,
    security: Url,
    directory: Url,
}

/// Where the resources of one contact centre are.
#[derive(Clone, Debug)]
pub struct Route {
    contact_center: Text,
    doors: Doors,
    base: Url,
    links: Links,
}

impl Client {
    /// A client that has not spoken to its server yet.
    ///
    /// # Errors
    /// The TLS set-up of this machine cannot be used.
    pub fn new(
        settings: Settings,
        dictionary: Arc<Dictionary>,
        stats: Arc<Stats>,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let transport = Transport::new(&settings, stats.clone(), clock.clone())?;
        let account = Arc::new(Account::new(settings.clone(), stats.clone(), clock.clone()));
        let servers = Servers::new(&settings, account.clone(), stats.clone());
        stats.request_budget.set(Some(f64::from(settings.limits.requests_per_minute)));
        let (denied, observed, members, habits) = Default::default();
        let (sorting, case_limits, refused_cases, unrelated) = Default::default();
        Ok(Self {
            settings,
            dictionary,
            transport,
            servers,
            denied,
            account,
            observed,
            members,
            habits,
            sorting,
            case_limits,
            refused_cases,
            unrelated,
            stats,
            clock,
        })
    }

    /// The same client, whose exchanges with the server `witness` sees.
    pub fn witnessed(mut self, witness: Arc<dyn Witness>) -> Self {
        self.transport.witness = Some(witness);
        self
    }

    /// Asks the Api resource, which needs no login, where things are. Where it does not say, they are
    /// where the API's documentation puts them.
    ///
    /// # Errors
    /// No answer at all. An answer that makes no sense is no error: the documented paths hold.
    pub async fn root(&self) -> Result<Root, Error> {
        let mut journey = self.servers.journey();
        let links = loop {
            match self.look_at(&journey.server.clone()).await {
                Err(error) if error.is_total() => {
                    let base = journey.server.base.clone();
                    self.onward(&mut journey, (Resource::Api, &base), error).await?;
                }
                links => break links.unwrap_or_default(),
            }
        };
        let base = &journey.server.base;
        let find = |resource, path| {
            let documented = below(base, &[path]);
            links.find(resource, &documented).unwrap_or(documented)
        };
        Ok(Root {
            server: journey.server.label.clone(),
            doors: Doors::of(base, &links),
            contact_centers: find(Resource::ContactCenters, "cc"),
            security: find(Resource::Security, "security"),
            directory: find(Resource::Directory, "directory"),
        })
    }

    /// Whether requests go to the server that said where things are; another one may have other links.
    pub fn is_at(&self, root: &Root) -> bool {
        self.servers.active().label == root.server
    }

    /// The contact centres that the API user may see. Where their items hold no known id, the ids
    /// are taken from the links to them.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn contact_centers(&self, root: &Root) -> Result<Listing<ContactCenter>, Error> {
        let (resource, url, doors) = (Resource::ContactCenters, &root.contact_centers, &root.doors);
        let whole = self.read(resource, url, doors, &"".into(), rows::contact_center).await?;
        let simulated = whole.simulated;
        let unmapped = match known(resource, whole) {
            Ok(items) => return Ok(Listing { items, simulated }),
            Err(error) => error,
        };
        let ids = self.get(resource, url, doors, |answer| Ok(self.links(&answer).ids_below(url))).await?;
        let items: Vec<_> = ids.into_iter().map(|id| ContactCenter { id: id.into(), name: None }).collect();
        if items.is_empty() { Err(unmapped) } else { Ok(Listing { items, simulated }) }
    }

    /// Where the resources of a contact centre are: by the links of its own answer, else where the
    /// documentation puts them.
    ///
    /// # Errors
    /// Nothing can be had from the server at all.
    pub async fn route(&self, root: &Root, contact_center: &ContactCenter) -> Result<Route, Error> {
        let base = below(&root.contact_centers, &[&contact_center.id]);
        let links =
            self.get(Resource::ContactCenters, &base, &root.doors, |answer| Ok(self.links(&answer))).await;
        let links = match links {
            Err(error) if error.is_total() => return Err(error),
            links => links.unwrap_or_default(),
        };
        Ok(Route { contact_center: contact_center.id.clone(), doors: root.doors.clone(), base, links })
    }

    /// Services as configured.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn services(&self, route: &Route) -> Result<Listing<Service>, Error> {
        self.list(Resource::Services, route, rows::service).await
    }

    /// Services now.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn service_state(&self, route: &Route) -> Result<Listing<ServiceStatus>, Error> {
        self.list(Resource::ServiceState, route, rows::service_status).await
    }

    /// Agents as configured.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agents(&self, route: &Route) -> Result<Listing<Agent>, Error> {
        self.list(Resource::Agents, route, rows::agent).await
    }

    /// Agents now. Where some items have a state, one without is in an unknown state.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agent_state(&self, route: &Route) -> Result<Listing<AgentStatus>, Error> {
        let mut listing = self.list(Resource::AgentState, route, rows::agent_status).await?;
        if listing.items.iter().any(|status| status.state.is_some()) {
            for status in &mut listing.items {
                status.state.get_or_insert(AgentState::Unknown);
            }
        }
        Ok(listing)
    }

    /// Agent groups.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agent_groups(&self, route: &Route) -> Result<Listing<AgentGroup>, Error> {
        self.list(Resource::AgentGroups, route, rows::agent_group).await
    }

    /// What the field dictionary found so far.
    pub fn field_uses(&self) -> Arc<[FieldUse]> {
        self.observed.uses(&self.dictionary)
    }

    pub(super) async fn list<T: Identified + Send>(
        &self,
        resource: Resource,
        route: &Route,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Listing<T>, Error> {
        let whole =
            self.read(resource, &route.url(resource), &route.doors, &route.contact_center, build).await?;
        let simulated = whole.simulated;
        Ok(Listing { items: known(resource, whole)?, simulated })
    }

    /// Changes with every login and renewal, since what the server shows can change with them.
    pub(super) fn session_number(&self) -> u64 {
        self.stats.session_changes()
    }

    pub(super) fn links(&self, answer: &Answer) -> Links {
        answer.base.as_ref().map(|base| Links::of(&answer.body, base)).unwrap_or_default()
    }

    /// A decode error that shows how the answer begins, unless a secret stands in what is shown.
    pub(super) fn decode_error(&self, answer: &Answer, resource: Resource, problem: &str) -> Error {
        let mut secrets = self.account.secrets();
        if let Some(token) = answer.token.as_ref().and_then(|token| token.as_bytes().strip_prefix(b"Bearer "))
        {
            secrets.push(token.to_vec());
        }
        // A secret that is only begun in what is shown is one, too.
        let longest = secrets.iter().map(Vec::len).max().unwrap_or_default();
        let start = &answer.body[..answer.body.len().min(SHOWN + longest)];
        let leaks = |text: &[u8]| secrets.iter().any(|secret| holds(text, secret));
        let problem = if leaks(problem.as_bytes()) { "it holds a secret" } else { problem };
        answer.decode_error(resource, problem, !leaks(start))
    }

    pub(super) fn observed(&self) -> &Observed {
        &self.observed
    }

    pub(super) fn case_limits(&self) -> &CaseLimits {
        &self.case_limits
    }

    pub(super) fn refused_cases(&self) -> &RefusedCases {
        &self.refused_cases
    }

    pub(super) fn default_case_class(&self) -> Option<CaseClass> {
        self.settings.default_case_class
    }

    pub(super) fn unrelated(&self) -> &Unrelated {
        &self.unrelated
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    pub(super) fn zone(&self) -> Option<&TimeZone> {
        self.settings.time_zone.as_ref()
    }

    pub(super) fn stats(&self) -> &Stats {
        &self.stats
    }

    pub(super) fn now(&self) -> Stamp {
        self.clock.now()
    }

    pub(super) fn mapping(&self, resource: Resource) -> Result<&Mapping, Error> {
        self.dictionary.mapping(resource).ok_or(Error::Unmapped { resource, items: 0 })
    }
}

impl Root {
    /// Where a node is; the directory for whatever is none.
    pub(super) fn node(&self, node: Resource) -> &Url {
        if node == Resource::Security { &self.security } else { &self.directory }
    }

    pub(super) fn contact_centers(&self) -> &Url {
        &self.contact_centers
    }

    pub(super) fn doors(&self) -> &Doors {
        &self.doors
    }
}

impl Route {
    /// Id of the contact centre.
    pub fn contact_center(&self) -> &Text {
        &self.contact_center
    }

    pub(super) fn doors(&self) -> &Doors {
        &self.doors
    }

    pub(super) fn url(&self, resource: Resource) -> Url {
        let path: Vec<&str> = resource.as_str().split('/').collect();
        let documented = below(&self.base, &path);
        self.links.find(resource, &documented).unwrap_or(documented)
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

/// The items; rows of which none has an id are not an empty collection but an unreadable one.
fn known<T>(resource: Resource, whole: Whole<T>) -> Result<Vec<T>, Error> {
    if whole.rows > 0 && whole.items.is_empty() {
        return Err(Error::Unmapped { resource, items: whole.rows });
    }
    Ok(whole.items)
}

/// The URL of `segments` below `base`, each segment percent-encoded as UTF-8.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
