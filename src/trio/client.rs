//! The client of one Trio: a connection, a reader of collections, and what both have learnt. Each
//! resource's file in `resources` adds the methods that read it.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{
    dictionary::{
        Dictionary,
        help::{
            description::{Help, ResourceHelp},
            mapping::FieldHelp,
        },
        proof::{Evidence, Known, ServerTime},
    },
    error::Error,
    learned::ListKey,
    read::{
        collection::{CollectionReader, Identified, Listing},
        decode::reader::Reader,
        examine::{Examination, FirstPage},
        help::{HelpError, HelpLimits},
        hidden::{HiddenItems, HiddenRows},
        paging::MAX_PAGES,
        route::{Root, Route},
    },
    servers::connection::Connection,
    settings::Settings,
    wire::{
        address::host_and_port, allowance::Allowance, exchange_log::ExchangeObserver,
        responder::Responder, tls_problem::TlsProblem,
    },
};
use crate::{
    model::{CaseClass, Clock, ClockSkew, FieldUse, Resource, Stamp, Text},
    stats::Stats,
};

/// Reads one Trio, over all servers of a target.
#[derive(Debug)]
pub struct Client {
    pub(super) reader: CollectionReader,
    pub(super) default_case_class: Option<CaseClass>,
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
        let connection = Connection::new(&settings, stats, clock)?;
        let Settings { limits, default_case_class, time_zone: zone, .. } = settings;
        Ok(Self {
            reader: CollectionReader {
                connection,
                dictionary,
                zone,
                limits,
                page_limits: [MAX_PAGES; Resource::COUNT],
                hidden: HiddenRows::default(),
            },
            default_case_class,
        })
    }

    /// Sets the number of pages above which a list is not read, for each resource.
    pub fn with_page_limit(mut self, pages: impl Fn(Resource) -> usize) -> Self {
        self.reader.page_limits = Resource::ALL.map(|resource| pages(resource).min(MAX_PAGES));
        self
    }

    /// Reads answers by another dictionary from now on, in the same session: no second login.
    pub fn with_dictionary(mut self, dictionary: Arc<Dictionary>) -> Self {
        self.reader.dictionary = dictionary;
        self
    }

    /// Returns the version that the active server states, if its Api resource was read.
    pub fn version(&self) -> Option<Text> {
        self.reader.connection.servers.active_version()
    }

    /// Lets `observer` see every exchange with the server but the logins.
    pub fn with_observer(mut self, observer: Arc<dyn ExchangeObserver>) -> Self {
        self.reader.connection.transport.observer = Some(observer);
        self
    }

    /// Sends at most so many requests from now on, logins and pages of the help included, with this
    /// time between two of them. A simulator needs no such time.
    pub fn with_allowance(mut self, requests: usize, pause: Duration) -> Self {
        self.reader.connection.transport.allowance = Some(Allowance::new(requests, pause));
        self
    }

    /// Waits until the next request may be sent, and returns how many may; `None` if there is no
    /// limit.
    pub async fn requests_left(&self) -> Option<usize> {
        match &self.reader.connection.transport.allowance {
            Some(allowance) => Some(allowance.left().await),
            None => None,
        }
    }

    /// Returns whether the members of a resource are read by the same names as with `other`.
    pub fn maps_as(&self, other: &Dictionary, resource: Resource) -> bool {
        self.reader.dictionary.mapping(resource) == other.mapping(resource)
    }

    /// Lets `responder` answer every request in place of the network.
    pub fn with_responder(mut self, responder: Arc<dyn Responder>) -> Self {
        self.reader.connection.transport.responder = Some(responder);
        self
    }

    /// Probes the servers that are due, and returns to the primary if that serves again. Takes at
    /// most four times the time limit of a probe.
    pub async fn probe_servers(&self) {
        self.reader.connection.probe_servers().await;
    }

    /// Returns whether requests go to the server that `root` came from; another server may have
    /// other links.
    pub fn is_at(&self, root: &Root) -> bool {
        self.active_server() == root.server
    }

    /// Host and port of the active server.
    pub fn active_server(&self) -> Text {
        self.reader.connection.servers.active().label.clone()
    }

    /// Returns the use of every field of the dictionary in the latest answers.
    pub fn field_uses(&self) -> Arc<[FieldUse]> {
        let CollectionReader { connection, dictionary, .. } = &self.reader;
        connection.learned.field_coverage(|coverage| coverage.field_uses(dictionary))
    }

    /// Returns true if the next reading of a resource may have more members than the last, because
    /// it will ask for members that the server sends only on request.
    pub fn next_reading_may_add_members(&self, resource: Resource, contact_center: &Text) -> bool {
        let key = ListKey::new(resource, contact_center.clone());
        let learned = &self.reader.connection.learned;
        learned.list(&key, |list| list.members.expects_more())
    }

    /// Asks for one name of a field that is still missing, of one resource and in one of these
    /// contact centres, where one unknown name spoils `fields=`. Sends one request and its control
    /// at most.
    pub async fn probe_member_name(&self, routes: &[&Route]) {
        for mapping in self.reader.dictionary.mappings() {
            let resource = mapping.shape.resource;
            if resource == Resource::ContactCenters {
                continue;
            }
            for route in routes {
                if self.reader.probe_next_name(&route.list(resource)).await {
                    return;
                }
            }
        }
    }

    /// Examines the contact centres.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn examine_contact_centers(&self, root: &Root) -> Result<Examination, Error> {
        self.reader.examine(&root.contact_centers()).await
    }

    /// Examines a resource of a contact centre.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn examine(&self, route: &Route, resource: Resource) -> Result<Examination, Error> {
        self.reader.examine(&route.list(resource)).await
    }

    /// Reads the server's own help pages, and calls `progress` with the subject of each page before
    /// it is asked for. For people who set up the mapping: a running exporter never reads them.
    ///
    /// # Errors
    /// There is no help to read; see [`HelpError`].
    pub async fn read_help(
        &self,
        limits: HelpLimits,
        progress: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Help, HelpError> {
        let CollectionReader { connection, dictionary, .. } = &self.reader;
        connection.read_help(dictionary, limits, progress).await
    }

    /// Compares the description of a resource with the dictionary in use.
    pub fn compare_help(&self, help: &ResourceHelp) -> Vec<FieldHelp> {
        self.reader.dictionary.compare_help(help)
    }

    /// Returns what lists that were read show about their members, beside proofs by filters.
    pub fn evidence(&self, known: &Known) -> Vec<Evidence> {
        let wall = self.now().wall;
        let ahead = self.clock_skew().map_or(0.0, |skew| skew.seconds + skew.uncertainty);
        let skew = Duration::try_from_secs_f64(ahead.abs()).unwrap_or_default();
        let now = if ahead < 0.0 { wall.checked_sub(skew) } else { wall.checked_add(skew) };
        let CollectionReader { dictionary, zone, .. } = &self.reader;
        dictionary.evidence(known, ServerTime { now: now.unwrap_or(wall), zone: zone.as_ref() })
    }

    /// Reads the first page of a resource with the configured page size.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn first_page(&self, route: &Route, resource: Resource) -> Result<FirstPage, Error> {
        self.reader.first_page(&route.list(resource)).await
    }

    /// Returns the lists whose total counts items that no page shows.
    pub fn hidden_items(&self) -> Vec<HiddenItems> {
        self.reader.hidden.lists()
    }

    /// Number of requests sent.
    pub fn requests_sent(&self) -> u64 {
        let stats = &self.reader.connection.stats;
        Resource::ALL.into_iter().map(|resource| stats.resource(resource).sent_requests()).sum()
    }

    /// The present moment by the client's clock.
    pub fn now(&self) -> Stamp {
        self.reader.connection.now()
    }

    /// Difference of the clock of the server that answered last to ours; `None` if its last answer
    /// had no date.
    pub fn clock_skew(&self) -> Option<ClockSkew> {
        self.reader.connection.transport.clock_skew()
    }

    /// Expiry of the certificate of the server at `base`, in seconds since 1970, if one was seen.
    pub fn certificate_expiry(&self, base: &Url) -> Option<f64> {
        let expiries = self.reader.connection.stats.certificate_expiries();
        expiries.get(&host_and_port(base)).copied()
    }

    /// Reason why the last request to the server at `base` got no secure connection, if it did not.
    pub async fn tls_problem(&self, base: &Url) -> Option<TlsProblem> {
        self.reader.connection.transport.tls_problem(base).await
    }

    /// Reads a list of a contact centre whose rows become items by `build`.
    pub(super) async fn list<T: Identified + Send>(
        &self,
        resource: Resource,
        route: &Route,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Listing<Vec<T>>, Error> {
        let collected = self.reader.read_collection(&route.list(resource), build).await?;
        let simulated = collected.simulated;
        Ok(Listing { data: collected.items_with_ids(resource)?, simulated })
    }
}
