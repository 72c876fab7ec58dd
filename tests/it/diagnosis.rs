//! One diagnosis: the same facts read the same in `check` and on `/status`, finding by finding.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use pretty_assertions::assert_eq;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;
use trio_exporter::{
    diagnosis::{self, FindingKind, Situation},
    http::{self, Landing, Readiness, Reload, WallSettings},
    metrics::{self, Exposition, Source},
    model::{
        Agent, AgentState, AgentStatus, AuthFailure, Case, CaseList, CaseState, Clock,
        CollectionCount, Collector, ContactCenter, FieldSource, FieldUse, Resource, ServerRole,
        ServerUse, Service, ServiceStatus, Stamp, WaitFactor, WaitMismatch,
    },
    snapshot::{AnyReading, Attempt, Center, Outcome, Problem, ProblemKind, Reading, Snapshot},
    stats::{ReloadStats, StateFileStats, Stats},
    tally::{self, Published, Tally, Totals},
    tools::check,
};

/// Begin of every reading, in seconds since 1970.
const TAKEN: u64 = 1_768_464_000;
const SERVER: &str = "trio.example:443";

/// All facts that a finding may come from.
struct Facts {
    snapshot: Option<Snapshot>,
    mismatches: Vec<WaitMismatch>,
    stats: Stats,
    settings: metrics::Settings,
    /// Seconds between the readings and the diagnosis.
    age: u64,
}

impl Facts {
    /// A Trio in which nothing is wrong.
    fn healthy() -> Self {
        let taken = stamp(0);
        let (stored, five) = (Duration::from_millis(20), Duration::from_secs(5));
        let contact_center = ContactCenter { id: "1".into(), name: Some("Växjö".into()) };
        let mut center = Center::new(contact_center.clone(), |_| Some(five));
        let service = Service { id: "11".into(), name: Some("Växel".into()), group_ids: vec![] };
        center.services.store(taken, stored, 1, vec![service]);
        center.service_state.store(taken, stored, 1, vec![ServiceStatus::new("11")]);
        let agent = Agent { id: "7".into(), name: None, group_ids: vec![] };
        center.agents.store(taken, stored, 1, vec![agent]);
        let busy = AgentStatus::new("7", Some(AgentState::Busy));
        center.agent_state.store(taken, stored, 1, vec![busy]);
        center.cases.store(taken, stored, 0, CaseList::default());
        let mut snapshot = Snapshot::new("main", SERVER, taken);
        snapshot.up = true;
        snapshot.contact_centers = Reading::none(five);
        snapshot.contact_centers.store(taken, stored, 1, vec![contact_center]);
        snapshot.inventory = Reading::none(five);
        snapshot.inventory.store(taken, stored, 1, vec![count(true)]);
        snapshot.centers = vec![center];
        snapshot.notes.configured = [Some(five); Collector::COUNT];
        snapshot.fields = [field("id"), field("open")].into();
        let (mismatches, settings) = (Vec::new(), metrics::Settings::default());
        let stats = Stats::default();
        stats.set_servers(servers(true, ServerRole::Primary));
        stats.set_certificate_expiry(SERVER, (TAKEN + 30 * 86_400) as f64);
        stats.clock_skew.set(Some(1.0));
        Self { snapshot: Some(snapshot), mismatches, stats, settings, age: 1 }
    }

    fn snapshot(&mut self) -> &mut Snapshot {
        self.snapshot.as_mut().expect("a snapshot")
    }

    fn center(&mut self) -> &mut Center {
        &mut self.snapshot().centers[0]
    }

    /// The last attempt of the calls failed.
    fn failed(&mut self, kind: ProblemKind, said: &str) {
        fail(&mut self.center().calls, kind, said);
    }

    fn trouble(&mut self, kind: ProblemKind, said: &str) {
        self.snapshot().up = false;
        self.snapshot().notes.trouble = Some(problem(kind, said));
    }

    fn field(&mut self, change: impl FnOnce(&mut FieldUse)) {
        let mut fields = self.snapshot().fields.to_vec();
        change(&mut fields[0]);
        self.snapshot().fields = fields.into();
    }

    fn totals(&self) -> Totals {
        let counted = self
            .snapshot
            .as_ref()
            .map(|snapshot| tally::step(&mut Tally::new(tally::Settings::default()), snapshot));
        Totals { wait_mismatches: self.mismatches.clone().into(), ..counted.unwrap_or_default() }
    }

    /// Lines of `check`.
    fn checked(&self) -> Vec<String> {
        let totals = self.totals();
        let report = check::judged(
            &"main".into(),
            &Situation {
                snapshot: self.snapshot.as_ref(),
                totals: Some(&totals),
                stats: &self.stats,
                derived: &[],
                now: stamp(self.age),
            },
        );
        sorted(report.lines.iter().map(ToString::to_string))
    }

    /// Findings of `/status.json`.
    async fn reported(self) -> Vec<Value> {
        let totals = Arc::new(self.totals());
        let published = self
            .snapshot
            .map(|snapshot| Arc::new(Published { snapshot: Arc::new(snapshot), totals }));
        let (_publisher, latest) = watch::channel(published);
        let source = Source {
            name: "main".into(),
            stats: Arc::new(self.stats),
            latest,
            goals: Arc::default(),
        };
        let clock = Clock::still(UNIX_EPOCH + Duration::from_secs(TAKEN));
        clock.advance(Duration::from_secs(self.age));
        let exposition = Arc::new(Exposition::new(vec![source], self.settings, clock.clone()));
        let readiness = Readiness::new(clock, Arc::new(AtomicBool::new(false)));
        let [name, description, version] = [(); 3].map(|()| String::new());
        let landing = Landing { name, description, version };
        let router = http::router(
            exposition,
            readiness,
            landing,
            Reload::channel().0,
            None,
            Some(WallSettings::without_server()),
        );
        let request = Request::get("/status.json").body(Body::empty()).expect("a request");
        let answer = router.oneshot(request).await.expect("an answer");
        let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        let report: Value = serde_json::from_slice(&body).expect("JSON");
        report["findings"].as_array().expect("a list").clone()
    }
}

/// A moment, `seconds` after the readings were begun.
fn stamp(seconds: u64) -> Stamp {
    Stamp {
        wall: UNIX_EPOCH + Duration::from_secs(TAKEN + seconds),
        mono: Duration::from_secs(seconds),
    }
}

fn problem(kind: ProblemKind, said: &str) -> Problem {
    Problem { said: said.into(), kind, short: None }
}

fn fail(reading: &mut dyn AnyReading, kind: ProblemKind, said: &str) {
    let outcome =
        if kind == ProblemKind::Incomplete { Outcome::Incomplete } else { Outcome::Failed };
    let attempt = Attempt { at: stamp(0), duration: Duration::ZERO, outcome };
    reading.fail(attempt, problem(kind, said));
}

fn count(accessible: bool) -> CollectionCount {
    CollectionCount { resource: Resource::Titles, accessible, items: accessible.then_some(3) }
}

fn servers(up: bool, role: ServerRole) -> Arc<[ServerUse]> {
    let server = |server: &str, role, active, up| ServerUse {
        server: server.into(),
        role,
        active,
        up: Some(up),
        facts: trio_exporter::model::ServerFacts::default(),
    };
    Arc::new([
        server(SERVER, role, true, up),
        server("other:443", ServerRole::Secondary, false, true),
    ])
}

fn field(field: &'static str) -> FieldUse {
    FieldUse {
        resource: Resource::ServiceState,
        field,
        present: Some(true),
        member: Some("x".into()),
        form: "text",
        source: FieldSource::Builtin,
        unknown_values: 0,
        understood: 5,
        not_understood: 0,
        unknown_words: Vec::new(),
        rows_without: None,
        is_time: false,
    }
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

type Change = fn(&mut Facts);

/// The change of healthy facts that is this finding, and the one after it that takes the source
/// away: the finding must go.
fn row(kind: FindingKind) -> (Change, Change) {
    match kind {
        FindingKind::ConfigurationMistakes => (
            |facts| {
                let reload = ReloadStats::default();
                reload.successful.set(Some(0.0));
                facts.settings.reload = Some(Arc::new(reload));
            },
            |facts| facts.settings.reload = Some(Arc::default()),
        ),
        FindingKind::SeriesWithheld => {
            (|facts| facts.settings.max_series = 1, |facts| facts.settings.max_series = 100_000)
        }
        FindingKind::StateFileFailing => (
            |facts| {
                let file = StateFileStats::default();
                file.errors.add(2);
                facts.settings.state_file = Some(Arc::new(file));
            },
            |facts| facts.settings.state_file = None,
        ),
        FindingKind::NotReadYet => {
            (|facts| facts.snapshot = None, |facts| *facts = Facts::healthy())
        }
        FindingKind::LoginFailed => (
            |facts| {
                let refused = ProblemKind::LoginFailed(AuthFailure::Credentials);
                facts.trouble(refused, "login refused (403): check user name and password");
            },
            |facts| facts.snapshot = None,
        ),
        FindingKind::CannotBeRead => (
            |facts| facts.trouble(ProblemKind::Other, "api: no connection: refused"),
            |facts| facts.snapshot = None,
        ),
        FindingKind::NoContactCenter => (
            |facts| facts.snapshot().centers.clear(),
            |facts| facts.snapshot().contact_centers = Reading::none(None),
        ),
        FindingKind::ContactCentersLeftOut => (
            |facts| {
                let left_out = ContactCenter { id: "2".into(), name: Some("Åre".into()) };
                facts.snapshot().notes.passed_over = [left_out].into();
            },
            |facts| facts.snapshot().notes.passed_over = Arc::default(),
        ),
        FindingKind::ServerDown => (
            |facts| facts.stats.set_servers(servers(false, ServerRole::Primary)),
            |facts| facts.stats.set_servers(Arc::default()),
        ),
        FindingKind::SecondaryInUse => (
            |facts| facts.stats.set_servers(servers(true, ServerRole::Secondary)),
            |facts| facts.stats.set_servers(Arc::default()),
        ),
        FindingKind::CertificateEnding => (
            |facts| facts.stats.set_certificate_expiry(SERVER, (TAKEN + 5 * 86_400) as f64),
            |facts| facts.stats = Stats::default(),
        ),
        FindingKind::ClocksDiffer => (
            |facts| facts.stats.clock_skew.set(Some(-90.0)),
            |facts| facts.stats.clock_skew.set(None),
        ),
        FindingKind::RightMissing => (
            |facts| facts.failed(ProblemKind::Forbidden, "services/calls: answered 403: no right"),
            |facts| facts.center().calls = Reading::none(None),
        ),
        FindingKind::ResourceAbsent => (
            |facts| facts.failed(ProblemKind::Absent(404), "services/calls: answered 404: none"),
            |facts| facts.center().calls = Reading::none(None),
        ),
        FindingKind::NoIdFound => (
            |facts| facts.failed(ProblemKind::NoIdFound, "services/calls: 3 items came, but no id"),
            |facts| facts.center().calls = Reading::none(None),
        ),
        FindingKind::ListIncomplete => (
            |facts| facts.failed(ProblemKind::Incomplete, "services/calls: 4 of 5 items"),
            |facts| facts.center().calls = Reading::none(None),
        ),
        FindingKind::ReadingFailed => (
            |facts| facts.failed(ProblemKind::TimedOut, "services/calls: no answer"),
            |facts| facts.center().calls = Reading::none(None),
        ),
        FindingKind::ReadingExpired => (|facts| facts.age = 61, |facts| facts.snapshot = None),
        FindingKind::MayBeHidden => (
            |facts| facts.center().agents.store(stamp(0), Duration::ZERO, 0, Vec::new()),
            |facts| facts.center().agents.good = None,
        ),
        FindingKind::NotCounted => (
            |facts| {
                let counts = vec![count(false)];
                facts.snapshot().inventory.store(stamp(0), Duration::ZERO, 1, counts);
            },
            |facts| facts.snapshot().inventory.good = None,
        ),
        FindingKind::NothingUnderstood => (
            |facts| facts.snapshot().fields = [field("id")].into(),
            |facts| facts.center().service_state.good = None,
        ),
        FindingKind::FieldsMissing => (
            |facts| facts.field(|field| field.present = Some(false)),
            |facts| facts.field(|field| field.present = None),
        ),
        FindingKind::ValuesUnknown => (
            |facts| facts.field(|field| (field.unknown_values, field.not_understood) = (2, 2)),
            |facts| facts.snapshot().fields = Arc::new([]),
        ),
        FindingKind::TimesRejected => (
            |facts| facts.field(|field| field.not_understood = 3),
            |facts| facts.snapshot().fields = Arc::new([]),
        ),
        FindingKind::RowsWithoutKey => (
            |facts| facts.field(|field| field.rows_without = Some(4)),
            |facts| facts.field(|field| field.rows_without = None),
        ),
        FindingKind::WaitUnit => (
            |facts| {
                let (resource, factor) = (Resource::ServiceState, WaitFactor::Thousand);
                let (field, form) = ("longest_wait", "seconds");
                facts.mismatches = vec![WaitMismatch { resource, field, factor, form }];
            },
            |facts| facts.mismatches.clear(),
        ),
        FindingKind::CasesTruncated => (
            |facts| {
                let truncated = vec!["11".into()];
                let list = CaseList { truncated, ..cases(20, 0) };
                facts.center().cases.store(stamp(0), Duration::ZERO, 20, list);
            },
            |facts| facts.center().cases.good = None,
        ),
        FindingKind::HandledCasesCount => (
            |facts| facts.center().cases.store(stamp(0), Duration::ZERO, 20, cases(3, 17)),
            |facts| facts.center().cases.good = None,
        ),
        FindingKind::LevelNotMeasurable => (
            |facts| {
                // Longer than the wait target of calls, 20 s.
                let thirty = Some(Duration::from_secs(30));
                facts.center().calls.interval = thirty;
                facts.snapshot().notes.configured = [thirty; Collector::COUNT];
                facts.center().calls.store(stamp(0), Duration::ZERO, 1, cases(1, 0));
            },
            |facts| facts.center().calls.interval = Some(Duration::from_secs(5)),
        ),
        FindingKind::IntervalsStretched => (
            |facts| facts.center().service_state.interval = Some(Duration::from_secs(12)),
            |facts| facts.snapshot().notes.configured = [None; Collector::COUNT],
        ),
        FindingKind::FlowNotMeasured => (
            |facts| facts.center().agent_state.interval = Some(Duration::from_secs(16)),
            |facts| facts.center().agent_state.interval = Some(Duration::from_secs(15)),
        ),
        FindingKind::PollerRestarted => {
            (|facts| facts.stats.restarts.add(1), |facts| facts.stats = Stats::default())
        }
    }
}

/// Cases of service 11.
fn cases(waiting: usize, handled: usize) -> CaseList {
    let case = |number: usize| {
        let state = if number < waiting { CaseState::Queued } else { CaseState::Handled };
        Case {
            service_id: Some("11".into()),
            state: Some(state),
            ..Case::new(&*number.to_string())
        }
    };
    CaseList { cases: (0..waiting + handled).map(case).collect(), ..CaseList::default() }
}

/// A finding of `/status.json` as a line of `check`.
fn as_line(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().expect("text").to_owned();
    let level = match text("severity").as_str() {
        "broken" => "FAIL",
        "warning" => "CHECK",
        "unknown" => "?",
        "note" => "NOTE",
        other => panic!("{other}"),
    };
    format!("{level:<5}  main, {}; {}", text("what"), text("remedy"))
}

#[tokio::test]
async fn check_and_status_say_the_same_of_the_same() {
    for kind in FindingKind::ALL {
        let mut facts = Facts::healthy();
        row(kind).0(&mut facts);
        let checked = facts.checked();
        let reported = facts.reported().await;
        assert!(
            reported.iter().any(|found| found["kind"] == kind.as_str()),
            "{kind:?}: {reported:#?}"
        );
        // What only a running exporter has is no finding about a target.
        let of_target = reported.iter().filter(|found| !found["target"].is_null());
        assert_eq!(sorted(of_target.map(as_line)), checked, "{kind:?}");
    }
}

#[tokio::test]
async fn healthy_trio_has_no_finding() {
    let facts = Facts::healthy();
    assert_eq!(facts.checked(), Vec::<String>::new());
    assert_eq!(facts.reported().await, Vec::<Value>::new());
}

#[tokio::test]
async fn no_finding_outlives_its_source() {
    for kind in FindingKind::ALL {
        let (change, take_away) = row(kind);
        let mut facts = Facts::healthy();
        change(&mut facts);
        take_away(&mut facts);
        let reported = facts.reported().await;
        assert!(
            reported.iter().all(|found| found["kind"] != kind.as_str()),
            "{kind:?}: {reported:#?}"
        );
    }
}

#[test]
fn every_finding_is_a_full_line() {
    for kind in FindingKind::ALL {
        let mut facts = Facts::healthy();
        row(kind).0(&mut facts);
        for line in facts.checked() {
            // The documents promise: the text after the last semicolon is what to do.
            let (_, remedy) = line.rsplit_once("; ").expect("a remedy");
            let begin = remedy.chars().next().expect("a text");
            assert!(begin.is_lowercase() || begin == '`', "{kind:?}: {line}");
            assert!(!line.ends_with('.'), "{kind:?}: {line}");
        }
    }
}

#[test]
fn failures_cost_the_exit_code_only_where_most_is_missing() {
    let level = |collector: Collector, kind: ProblemKind| {
        let mut facts = Facts::healthy();
        let reading = facts.center().reading_mut(collector);
        fail(reading, kind, "x");
        // Without earlier data: `check` has none.
        match collector {
            Collector::ServiceState => facts.center().service_state.good = None,
            _ => facts.center().calls.good = None,
        }
        let found = facts.checked();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].split(' ').next().expect("a level").to_owned()
    };
    let (core, other) = (Collector::ServiceState, Collector::Calls);
    for kind in [ProblemKind::Forbidden, ProblemKind::Absent(404), ProblemKind::NoIdFound] {
        assert_eq!((&*level(core, kind), &*level(other, kind)), ("FAIL", "CHECK"), "{kind:?}");
    }
    let failed = ProblemKind::TimedOut;
    assert_eq!((&*level(core, failed), &*level(other, failed)), ("FAIL", "FAIL"));
    let mut kept = Facts::healthy();
    fail(&mut kept.center().service_state, failed, "x");
    assert!(kept.checked()[0].starts_with("CHECK"), "its last data is shown: {:?}", kept.checked());
}

#[test]
fn words_of_trio_are_no_part_of_a_line() {
    let mut facts = Facts::healthy();
    let states = ["11", "12", "13"].map(ServiceStatus::new).to_vec();
    facts.center().service_state.store(stamp(0), Duration::ZERO, 3, states);
    facts.field(|field| {
        (field.unknown_values, field.not_understood) = (2, 2);
        field.unknown_words = vec!["Fika".into()];
    });
    let found = diagnosis::target(&Situation {
        snapshot: facts.snapshot.as_ref(),
        totals: None,
        stats: &facts.stats,
        derived: &[],
        now: stamp(1),
    });
    assert_eq!(found[0].words, ["Fika".into()]);
    assert!(!facts.checked().concat().contains("Fika"));
}

#[test]
fn kinds_have_words_of_their_own() {
    let words: BTreeSet<&str> = FindingKind::ALL.into_iter().map(FindingKind::as_str).collect();
    assert_eq!(words.len(), FindingKind::COUNT);
}
