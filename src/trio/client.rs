//! The client of one Trio: one method a resource.

use std::sync::Arc;

use jiff::tz::TimeZone;
use url::Url;

use super::{
    dictionary::{Dictionary, Mapping},
    error::Error,
    read::{
        collection::{Collected, Identified, Listing},
        decode::Reader,
        denied_requests::DeniedRequests,
        field_coverage::FieldCoverage,
        member_filter::MemberFilters,
        paging,
        sorting::Sorting,
    },
    resources::{case_limits::CaseLimits, rows, single_case::RefusedCases, skills::UnjoinedSkills},
    servers::Servers,
    session::{Account, AuthEndpoints},
    settings::{Limits, Settings},
    wire::{
        exchange_log::ExchangeObserver,
        links::Links,
        transport::{Answer, QUOTED_CHARS, Transport},
    },
};
use crate::{
    model::{
        Agent, AgentGroup, AgentState, AgentStatus, CaseClass, Clock, ContactCenter, FieldUse,
        Resource, Service, ServiceStatus, Stamp, Text,
    },
    stats::Stats,
};

/// Reads one Trio, over all servers of a target.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    dictionary: Arc<Dictionary>,
    pub(super) transport: Transport,
    pub(super) servers: Servers,
    pub(super) denied: DeniedRequests,
    account: Arc<Account>,
    pub(super) field_coverage: FieldCoverage,
    pub(super) member_filters: MemberFilters,
    pub(super) paging_memory: paging::PagingMemory,
    pub(super) sorting: Sorting,
    case_limits: CaseLimits,
    refused_cases: RefusedCases,
    unjoined_skills: UnjoinedSkills,
    stats: Arc<Stats>,
    clock: Clock,
}

/// Addresses of the resources of the API as a whole.
#[derive(Clone, Debug)]
pub struct Root {
    /// Host and port of the server whose links these are.
    server: Text,
    endpoints: AuthEndpoints,
    contact_centers: Url,
    security: Url,
    directory: Url,
}

/// Addresses of the resources of one contact centre.
#[derive(Clone, Debug)]
pub struct Route {
    contact_center: Text,
    endpoints: AuthEndpoints,
    base: Url,
    links: Links,
}

impl Client {
    /// Builds a client; nothing is sent yet.
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
        let (denied, field_coverage, member_filters, paging_memory) = Default::default();
        let (sorting, case_limits, refused_cases, unjoined_skills) = Default::default();
        Ok(Self {
            settings,
            dictionary,
            transport,
            servers,
            denied,
            account,
            field_coverage,
            member_filters,
            paging_memory,
            sorting,
            case_limits,
            refused_cases,
            unjoined_skills,
            stats,
            clock,
        })
    }

    /// Lets `observer` see every exchange with the server but the logins.
    pub fn with_observer(mut self, observer: Arc<dyn ExchangeObserver>) -> Self {
        self.transport.observer = Some(observer);
        self
    }

    /// Reads the Api resource, which needs no login, and takes the addresses from its links.
    /// Missing links are replaced by the documented paths.
    ///
    /// # Errors
    /// No server answers. An answer without usable links is no error.
    pub async fn root(&self) -> Result<Root, Error> {
        let mut attempts = self.servers.start_attempts();
        let links = loop {
            match self.probe_api(&attempts.server.clone()).await {
                // Only a server that cannot be reached makes another one worth trying. A refused
                // Api resource says nothing of the resources below it: their documented paths are
                // tried.
                Err(error) if error.is_total() => {
                    let base = attempts.server.base.clone();
                    self.try_next(&mut attempts, (Resource::Api, &base), error).await?;
                }
                links => break links.unwrap_or_default(),
            }
        };
        let base = &attempts.server.base;
        // "Please do not hard code URIs", says the API: a link wins. Version 8.0 has no link to
        // `security`, so the documented path must do where there is none.
        let find = |resource, path| {
            let documented = below(base, &[path]);
            links.find(resource, &documented).unwrap_or(documented)
        };
        Ok(Root {
            server: attempts.server.label.clone(),
            endpoints: AuthEndpoints::from_links(base, &links),
            contact_centers: find(Resource::ContactCenters, "cc"),
            security: find(Resource::Security, "security"),
            directory: find(Resource::Directory, "directory"),
        })
    }

    /// Returns whether requests go to the server that `root` came from; another server may have
    /// other links.
    pub fn is_at(&self, root: &Root) -> bool {
        self.servers.active().label == root.server
    }

    /// Reads the contact centres that the API user may see. If no item has a known id, the ids are
    /// taken from the links below `cc`.
    ///
    /// # Errors
    /// See [`Error`]. Without items and without links the error names the missing id.
    pub async fn contact_centers(&self, root: &Root) -> Result<Listing<ContactCenter>, Error> {
        let (resource, url, endpoints) =
            (Resource::ContactCenters, &root.contact_centers, &root.endpoints);
        let collected = self
            .read_collection(resource, url, endpoints, &"".into(), rows::contact_center)
            .await?;
        let simulated = collected.simulated;
        let unmapped = match items_with_ids(resource, collected) {
            Ok(items) => return Ok(Listing { items, simulated }),
            Err(error) => error,
        };
        // Assumption B3: without an id nothing at all could be read, and links below `cc` end in
        // it.
        let ids = self
            .get(resource, url, endpoints, |answer| Ok(self.links(&answer).ids_below(url)))
            .await?;
        let items: Vec<_> =
            ids.into_iter().map(|id| ContactCenter { id: id.into(), name: None }).collect();
        if items.is_empty() { Err(unmapped) } else { Ok(Listing { items, simulated }) }
    }

    /// Reads a contact centre's own answer and takes the addresses of its resources from the links.
    /// Missing links are replaced by the documented paths.
    ///
    /// # Errors
    /// The server cannot be used at all. A refused or unreadable answer is no error.
    pub async fn route(&self, root: &Root, contact_center: &ContactCenter) -> Result<Route, Error> {
        let base = below(&root.contact_centers, &[&contact_center.id]);
        let links = self
            .get(Resource::ContactCenters, &base, &root.endpoints, |answer| Ok(self.links(&answer)))
            .await;
        let links = match links {
            // The item itself is not needed. A user who may read the agents but not `cc/ID` still
            // gets them.
            Err(error) if error.is_total() => return Err(error),
            links => links.unwrap_or_default(),
        };
        Ok(Route {
            contact_center: contact_center.id.clone(),
            endpoints: root.endpoints.clone(),
            base,
            links,
        })
    }

    /// Reads the services as configured.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn services(&self, route: &Route) -> Result<Listing<Service>, Error> {
        self.list(Resource::Services, route, rows::service).await
    }

    /// Reads the state of the services now.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn service_state(&self, route: &Route) -> Result<Listing<ServiceStatus>, Error> {
        self.list(Resource::ServiceState, route, rows::service_status).await
    }

    /// Reads the agents as configured.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agents(&self, route: &Route) -> Result<Listing<Agent>, Error> {
        self.list(Resource::Agents, route, rows::agent).await
    }

    /// Reads the state of the agents now. If any item has a state, an item without one is
    /// `unknown`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agent_state(&self, route: &Route) -> Result<Listing<AgentStatus>, Error> {
        let mut listing = self.list(Resource::AgentState, route, rows::agent_status).await?;
        // Where no item has a state the member is missing altogether (hidden, not permitted or
        // under another name): then the state is absent, and no agent is counted as unknown.
        if listing.items.iter().any(|status| status.state.is_some()) {
            for status in &mut listing.items {
                status.state.get_or_insert(AgentState::Unknown);
            }
        }
        Ok(listing)
    }

    /// Reads the agent groups.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agent_groups(&self, route: &Route) -> Result<Listing<AgentGroup>, Error> {
        self.list(Resource::AgentGroups, route, rows::agent_group).await
    }

    /// Returns the use of every field of the dictionary in the latest answers.
    pub fn field_uses(&self) -> Arc<[FieldUse]> {
        self.field_coverage.field_uses(&self.dictionary)
    }

    pub(super) async fn list<T: Identified + Send>(
        &self,
        resource: Resource,
        route: &Route,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Listing<T>, Error> {
        let collected = self.collect(resource, route, build).await?;
        let simulated = collected.simulated;
        Ok(Listing { items: items_with_ids(resource, collected)?, simulated })
    }

    pub(super) async fn collect<T: Identified + Send>(
        &self,
        resource: Resource,
        route: &Route,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let (url, endpoints) = (route.url(resource), &route.endpoints);
        self.read_collection(resource, &url, endpoints, &route.contact_center, build).await
    }

    /// Returns the number of the session: that of login and renewal attempts. Rights take effect
    /// with a new token, and a server may have been upgraded meanwhile, so after each attempt its
    /// habits are learnt again.
    pub(super) fn session_number(&self) -> u64 {
        self.stats.auth_attempts()
    }

    /// Links of an answer; none if it is not known which server gave it.
    pub(super) fn links(&self, answer: &Answer) -> Links {
        answer.base.as_ref().map(|base| Links::parse(&answer.body, base)).unwrap_or_default()
    }

    /// Builds a decode error that shows the beginning of the answer, unless that holds a secret.
    pub(super) fn decode_error(&self, answer: &Answer, resource: Resource, problem: &str) -> Error {
        let mut secrets = self.account.secrets();
        if let Some(token) =
            answer.token.as_ref().and_then(|token| token.as_bytes().strip_prefix(b"Bearer "))
        {
            secrets.push(token.to_vec());
        }
        // A secret that begins within the quoted part and ends behind it must be found, too: a
        // server that echoes a request may return a token or the encoded login.
        let longest = secrets.iter().map(Vec::len).max().unwrap_or_default();
        let start = &answer.body[..answer.body.len().min(QUOTED_CHARS + longest)];
        let leaks = |text: &[u8]| secrets.iter().any(|secret| contains(text, secret));
        let problem = if leaks(problem.as_bytes()) { "it holds a secret" } else { problem };
        answer.decode_error(resource, problem, !leaks(start))
    }

    pub(super) fn field_coverage(&self) -> &FieldCoverage {
        &self.field_coverage
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

    pub(super) fn unjoined_skills(&self) -> &UnjoinedSkills {
        &self.unjoined_skills
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

    /// Dictionary of the resource.
    ///
    /// # Errors
    /// The dictionary has no entry for it.
    pub(super) fn mapping(&self, resource: Resource) -> Result<&Mapping, Error> {
        self.dictionary.mapping(resource).ok_or(Error::Unmapped { resource, items: 0 })
    }
}

impl Root {
    /// Address of a node; the directory for any resource but `security`.
    pub(super) fn node(&self, node: Resource) -> &Url {
        if node == Resource::Security { &self.security } else { &self.directory }
    }

    pub(super) fn contact_centers(&self) -> &Url {
        &self.contact_centers
    }

    pub(super) fn endpoints(&self) -> &AuthEndpoints {
        &self.endpoints
    }
}

impl Route {
    /// Id of the contact centre.
    pub fn contact_center(&self) -> &Text {
        &self.contact_center
    }

    pub(super) fn endpoints(&self) -> &AuthEndpoints {
        &self.endpoints
    }

    /// Address of a resource of this contact centre: by link, or by the documented path.
    pub(super) fn url(&self, resource: Resource) -> Url {
        let path: Vec<&str> = resource.as_str().split('/').collect();
        let documented = below(&self.base, &path);
        self.links.find(resource, &documented).unwrap_or(documented)
    }
}

/// Returns whether `part` occurs in `text`.
fn contains(text: &[u8], part: &[u8]) -> bool {
    // An empty secret would be in every text and suppress every quote.
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

/// Returns the items. Rows without any id are not an empty collection but an unreadable one.
pub(super) fn items_with_ids<T>(
    resource: Resource,
    collected: Collected<T>,
) -> Result<Vec<T>, Error> {
    // An empty list would publish a contact centre without agents, where in truth a name is not
    // mapped.
    if collected.rows > 0 && collected.items.is_empty() {
        return Err(Error::Unmapped { resource, items: collected.rows });
    }
    Ok(collected.items)
}

/// Appends `segments` to the path of `base`, each percent-encoded as UTF-8.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
