//! A contact centre for which every family has samples.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use jiff::tz::TimeZone;

use crate::{
    metrics::{BuildInfo, Identity, Process, Settings, Sharing, View},
    model::{
        Agent, AgentGroup, AgentState, AgentStatus, AuthFailure, Case, CaseClass, CaseList,
        CaseState, CollectionCount, ContactCenter, FieldSource, FieldUse, GivenClass, GivenGoals,
        Goals, RequestFailure, Resource, RetryReason, ServerFacts, ServerRole, ServerUse, Service,
        ServiceGroup, ServiceGroups, ServiceNames, ServiceSkills, ServiceStatus, Shard, Stamp,
        Token,
    },
    snapshot::{Attempt, Center, Good, Outcome, Reading, Snapshot},
    stats::{ReloadStats, RequestCode, StateFileStats, Stats},
    tally::{
        self, AgentTotals, CenterTotals, ClassCounts, ClassNow, ClassTotals, DayCounts, DayDetail,
        DayStart, DayTime, FlowTotals, GroupKey, GroupTotals, OTHER_REASON, OverLimit, PauseTotals,
        PersonTotals, Published, ServiceTotals, SkilledAgents, Source, TimeCounts, Totals,
        WaitHistogram, WaitingNow,
    },
};

/// Time of the last reading.
pub(crate) fn taken() -> Stamp {
    Stamp { wall: UNIX_EPOCH + Duration::from_secs(1_700_000_000), mono: Duration::from_secs(1000) }
}

/// Time `seconds` later than [`taken`], on both clocks.
pub(crate) fn later(seconds: u64) -> Stamp {
    let passed = Duration::from_secs(seconds);
    Stamp { wall: taken().wall + passed, mono: taken().mono + passed }
}

/// Settings with every optional part.
pub(crate) fn settings(identity: Identity) -> Arc<Settings> {
    let build = BuildInfo {
        version: "1.2.3".to_owned(),
        revision: "abc".to_owned(),
        rustc_version: "1.95.0".to_owned(),
    };
    let state_file = Some(Arc::new(state_file()));
    let reload = Some(Arc::new(reload()));
    let shard = Shard::new(1, 3).expect("a shard");
    let sharing = Some(Sharing { shard, other_targets: Arc::default() });
    Arc::new(Settings {
        identity,
        build,
        reload,
        state_file,
        sharing,
        encoding_max_age: Duration::ZERO,
        ..Settings::default()
    })
}

/// A reload that succeeded, and one after it that failed.
fn reload() -> ReloadStats {
    let stats = ReloadStats::default();
    stats.successful.set(Some(0.0));
    stats.last_success.set(Some(1_699_999_000.5));
    stats
}

/// A state file that was saved once and failed once.
fn state_file() -> StateFileStats {
    let stats = StateFileStats::default();
    stats.last_success.set(Some(1_699_999_999.5));
    stats.errors.add(1);
    stats
}

/// A process that the operating system reports completely.
pub(crate) fn process() -> Process {
    Process {
        cpu_seconds: Some(1.5),
        open_fds: Some(9),
        max_fds: Some(1024),
        virtual_memory_bytes: Some(1 << 30),
        virtual_memory_max_bytes: Some(1 << 40),
        resident_memory_bytes: Some(1 << 24),
        threads: Some(4),
        start_time_seconds: Some(1_699_999_000.25),
    }
}

/// Data that was read at [`taken`].
pub(crate) fn reading<T>(items: usize, data: T, interval: u64) -> Reading<T> {
    let attempt =
        Attempt { at: taken(), duration: Duration::from_millis(250), outcome: Outcome::Complete };
    Reading {
        attempt: Some(attempt),
        good: Some(Good::new(taken(), items, data)),
        ..Reading::none(Duration::from_secs(interval))
    }
}

/// Three agents and two services in contact centre 1 of target `main`.
pub(crate) fn snapshot() -> Snapshot {
    let contact_center = ContactCenter { id: "1".into(), name: Some("Växjö".into()) };
    Snapshot {
        up: true,
        simulated: true,
        contact_centers: reading(1, vec![contact_center.clone()], 300),
        centers: vec![center(contact_center)],
        inventory: reading(
            1,
            vec![CollectionCount { resource: Resource::Titles, accessible: false, items: None }],
            3600,
        ),
        fields: fields(),
        ..Snapshot::new("main", "trio.example", taken())
    }
}

fn center(contact_center: ContactCenter) -> Center {
    let service = |id: &str, name: &str| Service {
        id: id.into(),
        name: Some(name.into()),
        group_ids: vec![],
    };
    let state = |id: &str| ServiceStatus { id: id.into(), ..service_status() };
    let groups = ServiceGroups {
        groups: vec![ServiceGroup { id: "g1".into(), name: Some("Sales".into()) }],
        members: Some(vec![("s1".into(), "g1".into()), ("gone".into(), "g1".into())]),
    };
    let status = |id: &str, state| AgentStatus::new(id, Some(state));
    let agent = |id: &str, name: &str| Agent {
        id: id.into(),
        name: Some(name.into()),
        group_ids: vec!["ag".into()],
    };
    let group = AgentGroup { id: "ag".into(), name: Some("Support".into()), agent_ids: vec![] };
    Center {
        contact_center,
        services: reading(2, vec![service("s1", "Phone"), service("s2", "Mail")], 300),
        service_state: reading(2, vec![state("s1"), state("s2")], 5),
        service_groups: reading(1, groups, 300),
        agents: reading(3, vec![agent("a1", "Åsa"), agent("a2", "Bo"), agent("a3", "Cy")], 300),
        agent_state: reading(
            3,
            vec![
                status("a1", AgentState::Available),
                status("a2", AgentState::Busy),
                status("a3", AgentState::Busy),
            ],
            5,
        ),
        agent_groups: reading(1, vec![group], 300),
        calls: reading(3, calls(), 5),
        cases: reading(0, CaseList::default(), 5),
        followed: Arc::new([]),
        skills: reading(3, skills(), 300),
        inventory: reading(
            1,
            vec![CollectionCount { resource: Resource::Agents, accessible: true, items: Some(3) }],
            3600,
        ),
        naming: None,
    }
}

/// Two calls that wait and one that is handled.
fn calls() -> CaseList {
    let call =
        |id, state| Case { service_id: Some("s1".into()), state: Some(state), ..Case::new(id) };
    let calls = [("1", CaseState::Queued), ("2", CaseState::Offered), ("3", CaseState::Handled)];
    CaseList { cases: calls.map(|(id, state)| call(id, state)).to_vec(), ..CaseList::default() }
}

/// Two agents with the skill for each service, one agent that was removed, and a service that does
/// not exist.
fn skills() -> ServiceSkills {
    let services = vec![
        ("s1".into(), vec!["a1".into(), "a2".into(), "gone".into()]),
        ("s2".into(), vec!["a2".into(), "a3".into()]),
        ("elsewhere".into(), vec!["a1".into()]),
    ];
    ServiceSkills { services, skills: 6 }
}

/// State of service s1, with every number.
pub(crate) fn service_status() -> ServiceStatus {
    ServiceStatus {
        exported: vec![("vipWaiting".into(), 2.0)],
        id: "s1".into(),
        name: None,
        open: Some(true),
        queue_length: Some(3.0),
        longest_wait: Some(42.0),
        estimated_wait: Some(60.0),
        agents_logged_on: Some(5.0),
        agents_available: Some(1.0),
        agents_busy: Some(4.0),
    }
}

fn fields() -> Arc<[FieldUse]> {
    let queue = FieldUse {
        resource: Resource::ServiceState,
        field: "queue_length",
        present: Some(true),
        member: Some("köLängd".into()),
        form: "number",
        source: FieldSource::Builtin,
        unknown_values: 0,
        understood: 2,
        not_understood: 0,
        unknown_words: Vec::new(),
        rows_without: None,
        is_time: false,
    };
    let since = FieldUse {
        resource: Resource::AgentState,
        field: "since",
        form: "timestamp",
        is_time: true,
        ..queue.clone()
    };
    let missing =
        FieldUse { field: "estimated_wait", present: Some(false), member: None, ..queue.clone() };
    let unseen = FieldUse { field: "open", present: None, member: None, ..queue.clone() };
    let key = FieldUse { field: "id", rows_without: Some(0), ..queue.clone() };
    [queue, since, missing, unseen, key].into()
}

/// Totals that fit [`snapshot`]: 100 s of three agents, of which 20 agent-seconds are unmeasured.
pub(crate) fn totals() -> Totals {
    let seconds = |available: f64, busy: f64| {
        let mut seconds = [0.0; AgentState::COUNT];
        seconds[AgentState::Available.index()] = available;
        seconds[AgentState::Busy.index()] = busy;
        seconds
    };
    let mut now = [0; AgentState::COUNT];
    now[AgentState::Available.index()] = 1;
    now[AgentState::Busy.index()] = 2;
    let mut changes = [[0; AgentState::COUNT]; AgentState::COUNT];
    changes[AgentState::Available.index()][AgentState::Busy.index()] = 4;
    changes[AgentState::Busy.index()][AgentState::Available.index()] = 3;
    let person = |id: &str, available, busy| PersonTotals {
        id: id.into(),
        since: taken().wall,
        seconds: seconds(available, busy),
    };
    let persons = [person("a1", 90.0, 5.0), person("a2", 45.0, 50.0), person("a3", 0.0, 90.0)];
    let group = GroupTotals {
        key: GroupKey { id: "ag".into(), name: "Support".into() },
        now,
        seconds: seconds(135.0, 145.0),
    };
    let agents = AgentTotals {
        now,
        over_limit: vec![
            over_limit(AgentState::WrapUp, 180, 0),
            over_limit(AgentState::Busy, 900, 1),
        ],
        seconds: seconds(135.0, 145.0),
        unmeasured_seconds: 20.0,
        rejected_since: 2,
        changes,
        pauses: Some(pauses()),
        groups: Some(vec![group]),
        persons: persons.into(),
    };
    let skilled = skilled(&snapshot().centers[0]);
    let (contact_center, flow) = ("1".into(), flow());
    let centers = vec![CenterTotals {
        contact_center,
        agents: Some(agents),
        visibility: Arc::default(),
        skilled,
        flow,
        min_group_size: 3,
        time_zone: TimeZone::UTC,
    }];
    Totals { centers, ..Totals::default() }
}

fn over_limit(state: AgentState, limit: u64, agents: u64) -> OverLimit {
    OverLimit { state, limit: Duration::from_secs(limit), agents }
}

/// One allowed reason, Lunch; no one is paused now.
fn pauses() -> PauseTotals {
    PauseTotals {
        reasons: ["Lunch".into(), OTHER_REASON.into()].into(),
        now: Some(vec![0, 0]),
        seconds: vec![30.0, 12.5],
    }
}

/// A service with counted calls, as the lists of [`snapshot`] and earlier ones showed them.
fn flow() -> FlowTotals {
    let counts = ClassCounts {
        offered: 9,
        carried_in: 1,
        answered: 4,
        left: [1, 2, 0],
        moved: 1,
        unclassified: [0, 0, 0, 0, 1, 0],
        within: 2.5,
        within_low: 2,
        within_high: 3,
        missed_low: 1,
        missed_high: 4,
        waits: WaitHistogram { edges: Arc::new([5.0, 20.0]), buckets: vec![1, 2, 1], sum: 55.5 },
        handling_seconds: 320.5,
    };
    let waiting = WaitingNow { cases: 2, longest_wait: 25.0, over_target: 1 };
    let now = ClassNow { states: [1, 1, 1, 0], waiting: Some(waiting) };
    let detail = DayDetail {
        within_low: 2,
        within_high: 3,
        missed_low: 1,
        missed_high: 4,
        left_short: 1,
        unclassified: 1,
    };
    let day =
        Some(DayCounts { offered: 8, answered: 4, within: 2.5, left: 2, detail: Some(detail) });
    let source = Source::Calls;
    let class = ClassTotals {
        class: CaseClass::Voice,
        source,
        counts,
        level_gap: None,
        day,
        part_day: None,
        now: Some(now),
    };
    let time = TimeCounts {
        queue_wait: Some(80.0),
        measured: Some(90.0),
        unmeasured: [0.0, 5.0, 0.0, 5.0],
    };
    let service = ServiceTotals {
        service_id: "s1".into(),
        goals: Arc::new(goals().for_service(&ServiceNames::default()).into_owned()),
        classes: vec![class],
        time,
        day_time: Some(DayTime { measured: 90.0, unmeasured: 2.0 }),
        truncated: Some(false),
        withholds_longest_wait: false,
    };
    // Midnight, UTC, of the day of `taken`.
    let day_start = Some(DayStart { at: 1_699_920_000.0, is_whole: true });
    FlowTotals { services: vec![service], day_start, ..FlowTotals::default() }
}

/// Skilled agents of a contact centre as the tally counts them.
fn skilled(center: &Center) -> Option<Arc<SkilledAgents>> {
    let (skills, states) = (center.skills.good.as_ref()?, center.agent_state.good.as_ref()?);
    tally::count_skilled(&skills.data, &states.data).map(Arc::new)
}

pub(crate) fn stats() -> Stats {
    let stats = Stats::default();
    for (resource, requests) in
        [(Resource::Agents, 3), (Resource::AgentState, 4), (Resource::Calls, 1)]
    {
        for request in 1..=requests {
            let took = Duration::from_millis(20 * request);
            stats.resource(resource).record_request(RequestCode::Status(200), took);
            stats.resource(resource).response_bytes.add(1000);
        }
    }
    let timeout = RequestCode::Failure(RequestFailure::Timeout);
    stats.resource(Resource::Agents).record_request(timeout, Duration::from_secs(30));
    stats.resource(Resource::Calls).drift.add(2);
    stats.logins.add(2);
    stats.refreshes.add(1);
    stats.record_auth_failure(AuthFailure::Network);
    stats.record_auth_failure(AuthFailure::Network);
    stats.record_auth_failure(AuthFailure::Server);
    stats.request_budget.set(Some(600.0));
    stats.clock_skew.set(Some(-1.5));
    stats.set_certificate_expiry("trio.example", 1_900_000_000.0);
    stats.set_token_expiry(Token::Access, Some(1_700_003_600.0));
    stats.login_retry.set(Some(1_700_000_060.0));
    stats.record_retry(RetryReason::RateLimited);
    stats.failovers.add(1);
    let server = |server: &str, role, active, up, facts| ServerUse {
        server: server.into(),
        role,
        active,
        up,
        facts,
    };
    let facts = ServerFacts { version: Some("8.2.0.0".into()), failover_mode: Some(true) };
    stats.set_servers(Arc::new([
        server(
            "trio1.example:443",
            ServerRole::Primary,
            false,
            Some(false),
            ServerFacts::default(),
        ),
        server("trio2.example:443", ServerRole::Secondary, true, None, facts),
    ]));
    stats
}

pub(crate) fn goals() -> Goals {
    let wait_target = Some(Duration::from_secs(3600));
    let classes = vec![
        GivenClass::new(CaseClass::Voice),
        GivenClass { wait_target, ..GivenClass::new(CaseClass::Email) },
    ];
    Goals::new(GivenGoals { classes, minimum_agents: Some(2), ..GivenGoals::default() }, vec![])
}

/// A target with every family.
pub(crate) fn full() -> View {
    view("main", Some(published(snapshot())))
}

pub(crate) fn published(snapshot: Snapshot) -> Arc<Published> {
    let mut totals = totals();
    for (totals, center) in totals.centers.iter_mut().zip(&snapshot.centers) {
        totals.skilled = skilled(center);
    }
    Arc::new(Published { snapshot: Arc::new(snapshot), totals: Arc::new(totals) })
}

pub(crate) fn view(name: &str, published: Option<Arc<Published>>) -> View {
    View { name: name.into(), stats: Arc::new(stats()), published, goals: Arc::new(goals()) }
}

/// [`full`] with one thing changed.
pub(crate) fn changed(change: impl FnOnce(&mut Snapshot)) -> View {
    let mut changed = snapshot();
    change(&mut changed);
    view("main", Some(published(changed)))
}

/// [`full`] with the totals of its contact centre changed.
pub(crate) fn with_totals(change: impl FnOnce(&mut CenterTotals)) -> View {
    let mut totals = totals();
    change(&mut totals.centers[0]);
    let published = Published { snapshot: Arc::new(snapshot()), totals: Arc::new(totals) };
    view("main", Some(Arc::new(published)))
}
