//! Learning of a server by the server's own help and the documented filters, as `init` and
//! `inspect` do it, and the exporter with the fields file that comes out of it: the mapping is
//! compared with the simulator's own, the published values with the simulated world.

mod hostile;
mod releases;
mod world;

use std::{collections::BTreeMap, fmt::Write, sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use trio_exporter::{
    config::Target,
    metrics::Identity,
    model::Clock,
    sim::{Dialect, HelpAccess, HelpPages, Naming, Options},
    tools::inspect::{self, Report},
    trio::{Client, Dictionary, HelpLimits},
};

use crate::{
    process::{command, ended, folder},
    support::{Samples, Simulated, TestApp, config, still_clock},
};

/// Kinds of help pages, by the words of the table in the documentation.
const HELP: [(&str, HelpPages); 3] = [
    ("with samples", pages(HelpAccess::Open, true)),
    ("without samples", pages(HelpAccess::Open, false)),
    ("none", pages(HelpAccess::Missing, false)),
];

const fn pages(access: HelpAccess, samples: bool) -> HelpPages {
    HelpPages { access, samples, described: true, swedish: false, broken: false }
}

/// A server: one dialect, one naming, one kind of help.
fn options(dialect: Dialect, naming: Naming, help: HelpPages) -> Options {
    Options { dialect, naming, help, services: 16, agents: 40, ..Options::default() }
}

/// The report of `inspect --prove`, and the fields file that it suggests.
async fn learn(target: &Target, clock: Clock) -> (Report, String) {
    let target = target.clone();
    let client =
        Client::new(target.trio, target.dictionary, Arc::default(), clock).expect("a client");
    let limits = HelpLimits { pause: Duration::ZERO, ..HelpLimits::default() };
    let help = client.read_help(limits, &mut |_| {}).await;
    // Without a pause between the requests: a simulated server bears it.
    let (pause, help_read) = (Duration::ZERO, help.as_ref().ok());
    let pace = inspect::Pace { pause, help: help_read, progress: &|_| () };
    let mut report = inspect::inspect(&client, false, Some(pace)).await.expect("an answer");
    report.add_help(&client, &help);
    // Once more with what was found, which shows the words of its values.
    let found = inspect::fields_file(&report);
    let client = client.with_dictionary(dictionary(&found));
    let mut again = inspect::inspect(&client, false, None).await.expect("an answer");
    again.add_help(&client, &help);
    report.add_words(&again);
    let file = inspect::fields_file(&report);
    (report, file)
}

/// A dictionary with a fields file.
fn dictionary(file: &str) -> Arc<Dictionary> {
    let read = Dictionary::with_user_file("fields.yml", file);
    Arc::new(read.unwrap_or_else(|why| panic!("{why:?} in {file}")))
}

/// Member by resource and field.
type Mapping = BTreeMap<(String, String), String>;

/// The simulator's own mapping.
fn own_mapping(dialect: Dialect, naming: Naming) -> Mapping {
    let file: BTreeMap<String, BTreeMap<String, serde_json::Value>> =
        serde_saphyr::from_str(&dialect.fields_file_with(naming)).expect("a fields file");
    let mut own = Mapping::new();
    for (resource, fields) in file {
        for (field, entry) in fields {
            let member = entry["members"][0].as_str().expect("a name").to_owned();
            own.insert((resource.clone(), field), member);
        }
    }
    own
}

/// The mapping that the exporter publishes, without fields that it derives from other data.
fn published_mapping(samples: &Samples) -> Mapping {
    let info = samples.find("trio_field_info", &[]);
    let entries = info.into_iter().map(|(series, _)| {
        let text = |key| label(series, key).unwrap_or_else(|| panic!("{key} in {series}"));
        ((text("resource"), text("field")), text("member"))
    });
    entries.filter(|(_, member)| !member.is_empty()).collect()
}

/// Value of a label of a series.
fn label(series: &str, key: &str) -> Option<String> {
    let start = format!("{key}=\"");
    let (_, rest) = series.split_once(&format!(",{start}")).or(series.split_once(&start))?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Comparison of the published mapping with the true one.
#[derive(Debug, Default)]
struct Judgement {
    right: Vec<String>,
    missing: Vec<String>,
    wrong: Vec<String>,
}

fn judge(own: &Mapping, published: &Mapping) -> Judgement {
    let mut judged = Judgement::default();
    for ((resource, field), member) in own {
        let name = format!("{resource} {field}");
        match published.get(&(resource.clone(), field.clone())) {
            None => judged.missing.push(name),
            Some(found) if found == member => judged.right.push(name),
            Some(found) => judged.wrong.push(format!("{name}: {found} for {member}")),
        }
    }
    let known = |key: &(String, String)| own.contains_key(key);
    for ((resource, field), member) in published.iter().filter(|(key, _)| !known(key)) {
        judged.wrong.push(format!("{resource} {field}: {member} for a fact that Trio has not"));
    }
    judged
}

/// Seconds from the start of a simulated world to the reading that is compared.
const LATER: u64 = 60;

/// The exporter with this fields file, after one reading.
async fn export(trio: &Simulated, clock: Clock, file: &str) -> TestApp {
    let target = Target { dictionary: dictionary(file), ..trio.target(false) };
    let mut app = TestApp::start_at(config(target, Identity::Name), clock).await;
    app.step_after(LATER).await;
    app
}

/// One server learned, exported and compared.
struct Cell {
    judged: Judgement,
    report: Report,
    file: String,
}

async fn cell(options: Options) -> Cell {
    let clock = still_clock();
    let trio = Simulated::start(options.clone(), clock.clone()).await;
    let (report, file) = learn(&trio.target(false), clock.clone()).await;
    let app = export(&trio, clock, &file).await;
    let metrics = app.metrics().await;
    let published = published_mapping(&metrics);
    let judged = judge(&own_mapping(options.dialect, options.naming), &published);
    assert_eq!(judged.wrong, Vec::<String>::new(), "{options:?}\n{file}");
    world::assert_agrees(&options, &published, &metrics, LATER);
    Cell { judged, report, file }
}

/// Learns a dialect in every naming and kind of help; returns its rows of the table.
async fn learned(dialect: Dialect) -> String {
    let mut rows = String::new();
    for naming in Naming::ALL {
        for (words, help) in HELP {
            let Cell { judged, report, file } = cell(options(dialect, naming, help)).await;
            // Every filter that was tried ends in a proof or in a reason.
            let known = |resource: &str, field: &str| {
                judged.right.iter().any(|right| *right == format!("{resource} {field}"))
            };
            assert!(report.proofs.len() >= 15, "{dialect:?} {naming:?}: {}", report.proofs.len());
            for proof in &report.proofs {
                let proved = proof.grade == inspect::Grade::Proved;
                assert!(!proof.reason.is_empty(), "{proof:?}");
                assert!(
                    !proved || known(&proof.resource, &proof.field),
                    "proved and not used: {proof:?}\n{file}"
                );
            }
            // The ids of roles are not known, so their filter never proves a member.
            let roles = report.proofs.iter().find(|proof| proof.parameter == "roleId");
            assert!(roles.is_some_and(|it| it.grade != inspect::Grade::Proved), "{roles:?}");
            let proved = report.proofs.iter().filter(|it| it.grade == inspect::Grade::Proved);
            let all = judged.right.len() + judged.missing.len();
            if naming == Naming::Own && !dialect.needs_fields_file() {
                assert_eq!(judged.missing, Vec::<String>::new(), "{dialect:?} {words}\n{file}");
            }
            let _ = writeln!(
                rows,
                "| {} | {} | {words} | {} of {all} | {} | {} | {} |",
                dialect.as_str(),
                naming.as_str(),
                judged.right.len(),
                judged.missing.len(),
                judged.wrong.len(),
                proved.count(),
            );
        }
    }
    rows
}

/// Compares the rows with those of the documentation.
#[track_caller]
fn assert_documented(rows: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/dev/measured.md");
    let page = std::fs::read_to_string(path).expect("a page");
    assert!(page.contains(rows), "the table in docs/dev/measured.md has other rows than\n{rows}");
}

#[tokio::test]
async fn other_evidence_is_shown_and_never_used() {
    let server = options(Dialect::Vendor, Naming::Coded, pages(HelpAccess::Missing, false));
    let Cell { judged, report, file } = cell(server).await;
    let table = inspect::table(&report);
    for line in [
        "cc 1, agents: group_id may be `fld12`: all of its ",
        "cc 1, services/calls: created may be `fld18`: it is the only member whose values are all",
        "cc 1, services/state: agents_logged_on may be `fld23`: `fld16` is at most `fld23` in every",
        "cc 1, agents/state: `fld10`: all of its ",
    ] {
        assert!(table.contains(line), "{line}\n{table}");
    }
    let shown = |line: &str| {
        line.starts_with('#')
            && line.contains("fld18")
            && line.contains("it is the only member whose values are all")
    };
    assert!(file.lines().any(shown), "{file}");
    for unused in ["services/calls created", "agents group_id", "services/state agents_logged_on"] {
        assert!(judged.missing.iter().any(|it| it == unused), "{unused}: {judged:?}");
    }
}

#[tokio::test]
async fn program_learns_as_the_library_does() {
    let server = options(Dialect::Vendor, Naming::Own, pages(HelpAccess::Open, true));
    let library = cell(server.clone()).await.judged;
    let trio = Simulated::start(server.clone(), Clock::system()).await;
    let (folder, url) = (folder(), trio.url());
    let Options { client_key, username, password, .. } = server.clone();
    let by_program = move || {
        let directory = folder.path().to_str().expect("UTF-8");
        let answers = format!("{client_key}\n{username}\n{password}\n");
        let init = command(["init", "--directory", directory, "--server", &url]);
        let (code, printed, log) = ended(&init.stdin(answers).assert());
        assert_eq!(code, Some(0), "{printed}\n{log}");
        let file = format!("{directory}/trio-exporter.yml");
        let (code, metrics, log) = ended(&command(["--config.file", &file, "--once"]).assert());
        assert_eq!(code, Some(0), "{log}");
        Samples::parse(&metrics)
    };
    let metrics = tokio::task::spawn_blocking(by_program).await.expect("no panic");
    let own = own_mapping(server.dialect, server.naming);
    let program = judge(&own, &published_mapping(&metrics));
    assert_eq!(program.wrong, Vec::<String>::new());
    assert_eq!(program.right, library.right);
}

#[tokio::test]
async fn english_server_is_learned_without_mistake() {
    assert_documented(&learned(Dialect::English).await);
}

#[tokio::test]
async fn swedish_server_is_learned_without_mistake() {
    assert_documented(&learned(Dialect::Swedish).await);
}

#[tokio::test]
async fn foreign_server_is_learned_without_mistake() {
    assert_documented(&learned(Dialect::Foreign).await);
}

#[tokio::test]
async fn vendor_server_is_learned_without_mistake() {
    assert_documented(&learned(Dialect::Vendor).await);
}
