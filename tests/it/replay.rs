//! A recording of a simulated Trio, replayed, shows what the original did.

use std::{collections::BTreeMap, path::Path, time::Duration};

use pretty_assertions::assert_eq;
use trio_exporter::{
    metrics::Identity,
    model::Clock,
    sim::{Dialect, Options},
    tools::inspect,
    trio::{Client, Limits},
};

use crate::support::{Recording, Replayed, Samples, Simulated, TestApp, config, still_clock};

mod by_hand;

/// Families about the exporter itself, which differ: ids and addresses have other lengths.
const ABOUT_US: [&str; 8] = [
    "process_",
    "trio_api_",
    "trio_clock_",
    "trio_server_",
    "trio_exporter_",
    "trio_config_",
    "trio_collector_duration_",
    "trio_token_",
];
/// Labels that hold ids and names, which are others in a recording.
const NAMES: [&str; 8] = [
    "contact_center",
    "contact_center_name",
    "service_id",
    "service_name",
    "service_group_id",
    "service_group",
    "agent_group_id",
    "agent_group",
];

type Series = (BTreeMap<String, String>, String);

fn series(samples: &Samples) -> Vec<Series> {
    let ours = samples
        .all()
        .filter(|(series, _)| !ABOUT_US.iter().any(|prefix| series.starts_with(prefix)));
    ours.map(|(series, value)| {
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty());
        let mut labels: BTreeMap<String, String> = labels
            .map(|label| {
                let (key, value) = label.split_once("=\"").expect("a label");
                (key.to_owned(), value.trim_end_matches('"').to_owned())
            })
            .collect();
        labels.insert("__name__".to_owned(), name.to_owned());
        (labels, value.to_string())
    })
    .collect()
}

/// Returns the value in steps of a half. Waits and handling times by Trio's own times depend on the
/// milliseconds that each answer took, which differ between two runs.
fn in_steps(value: &str) -> String {
    let value: f64 = value.parse().expect("a number");
    // No border of a step is at a round value.
    ((value * 2.0 + 0.26).floor() / 2.0).to_string()
}

/// All that is said of each thing that `label` names, without its name: the same things are the
/// same here, under any name and in any order.
fn things(samples: &Samples, label: &str) -> Vec<Vec<String>> {
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (mut labels, value) in series(samples) {
        let name = labels.get(label).cloned().unwrap_or_default();
        labels.retain(|key, _| !NAMES.contains(&&**key) && !key.starts_with("agent_"));
        let value = match labels.get("__name__") {
            Some(family) if family.starts_with("trio_service_") => in_steps(&value),
            _ => value.to_string(),
        };
        of.entry(name).or_default().push(format!("{labels:?} {value}"));
    }
    let mut things: Vec<Vec<String>> = of.into_values().collect();
    things.iter_mut().for_each(|thing| thing.sort_unstable());
    things.sort_unstable();
    things
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// The exporter on a simulated Trio, step by step, and a recording of the same moments.
async fn original(
    options: Options,
    folder: &Path,
) -> (Vec<[Samples; 2]>, trio_exporter::config::Target) {
    let clock = still_clock();
    let trio = Simulated::start(options, clock.clone()).await;
    let target = trio.target(true);
    let mut app = TestApp::start_at(config(target.clone(), Identity::Name), clock.clone()).await;
    let mut recording = Recording::begin(target.clone(), clock.clone()).await;
    let mut shown = Vec::new();
    for _ in 0..4 {
        app.step_after(5).await;
        recording.cycle().await;
        shown.push([app.metrics().await, app.agents().await]);
    }
    let summary = recording.save(folder, &[]);
    assert_eq!((summary.cycles, summary.hidden), (4, 0), "{summary:?}");
    (shown, target)
}

async fn assert_replays(options: Options) {
    let folder = folder();
    let what = format!(
        "{:?}, times: {}, hidden: {}",
        options.dialect, options.state_times, options.hide_members
    );
    let (shown, target) = original(options, folder.path()).await;
    let clock = still_clock();
    let replay = Replayed::start(folder.path(), clock.clone()).await;
    let mut app = TestApp::start_at(config(replay.target(&target), Identity::Name), clock).await;
    for (step, [main, agents]) in shown.iter().enumerate() {
        app.step_after(5).await;
        let (main_now, agents_now) = (app.metrics().await, app.agents().await);
        for label in ["contact_center", "service_id", "service_group_id", "agent_group_id"] {
            let expected = things(main, label);
            assert!(expected.len() > 1, "{label}: there is something to compare");
            assert_eq!(things(&main_now, label), expected, "{what}: {label}, step {step}");
        }
        for label in ["agent_id", "agent_group_id"] {
            assert_eq!(
                things(&agents_now, label),
                things(agents, label),
                "{what}: {label}, step {step}"
            );
        }
    }
    let last = &shown[shown.len() - 1];
    assert!(last[0].sum("trio_calls") > 0.0 && last[0].sum("trio_agents") == 37.0, "{what}");
    assert_eq!(last[0].find("trio_service_skilled_agents", &[]).len(), 13 * 7, "{what}");
    assert_ne!(series(&shown[0][0]), series(&last[0]), "time went by");
}

fn options(dialect: Dialect) -> Options {
    Options {
        dialect,
        services: 13,
        agents: 37,
        contact_centers: 2,
        page_cap: 7,
        ..Options::default()
    }
}

#[tokio::test]
async fn replay_gives_original_metrics_in_every_dialect() {
    for dialect in Dialect::ALL {
        for state_times in [true, false] {
            assert_replays(Options { state_times, ..options(dialect) }).await;
        }
    }
}

#[tokio::test]
async fn a_replay_hides_members_until_they_are_asked_for_as_the_original_did() {
    for dialect in Dialect::ALL {
        assert_replays(Options { hide_members: true, ..options(dialect) }).await;
    }
}

#[tokio::test]
async fn what_the_original_refused_the_replay_refuses() {
    let forbidden = vec!["services/calls".to_owned(), "directory".to_owned()];
    let folder = folder();
    let (shown, target) =
        original(Options { forbidden, ..Options::default() }, folder.path()).await;
    let clock = still_clock();
    let replay = Replayed::start(folder.path(), clock.clone()).await;
    let mut app = TestApp::start_at(config(replay.target(&target), Identity::Name), clock).await;
    app.step_after(5).await;
    let main = app.metrics().await;
    assert_eq!(things(&main, "contact_center"), things(&shown[0][0], "contact_center"));
    let subscribers = [("resource", "directory/subscribers")];
    assert_eq!(main.get("trio_resource_accessible", &subscribers), Some(0.0));
    assert_eq!(main.get("trio_collector_success", &[("collector", "calls")]), Some(0.0));
}

#[tokio::test]
async fn times_are_as_far_away_as_they_were_however_late_the_replay_is() {
    let since = |samples: &Samples| {
        let mut all: Vec<f64> = samples
            .find("trio_agent_state_since_timestamp_seconds", &[])
            .iter()
            .map(|(_, at)| *at)
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    };
    for dialect in Dialect::ALL {
        let folder = folder();
        let (shown, target) = original(options(dialect), folder.path()).await;
        let day = 86_400.0;
        let clock = still_clock();
        clock.advance(Duration::from_secs(86_400));
        let replay = Replayed::start(folder.path(), clock.clone()).await;
        let mut app =
            TestApp::start_at(config(replay.target(&target), Identity::Name), clock).await;
        app.step_after(5).await;
        let expected: Vec<f64> = since(&shown[0][1]).iter().map(|at| at + day).collect();
        let now = since(&app.agents().await);
        assert!(expected[0] < 1_768_464_000.0 + day, "{dialect:?}: before the recording began");
        assert_eq!(now.len(), expected.len());
        assert!(
            now.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3),
            "{dialect:?}: {now:?}"
        );
        let skew = app.metrics().await.get("trio_clock_skew_seconds", &[]).expect("a clock");
        assert!(skew.is_finite(), "{skew}");
    }
}

#[tokio::test]
async fn an_inspection_of_a_replay_finds_what_one_of_the_original_finds() {
    for dialect in Dialect::ALL {
        let folder = folder();
        let clock = still_clock();
        let trio =
            Simulated::start(Options { hide_members: true, ..options(dialect) }, clock.clone())
                .await;
        let target = trio.target(true);
        let client = |target: trio_exporter::config::Target| {
            Client::new(target.trio, target.dictionary, Default::default(), Clock::system())
                .expect("a client")
        };
        let before =
            inspect::inspect(&client(target.clone()), false, None).await.expect("a report");
        let mut recording = Recording::begin(target.clone(), clock.clone()).await;
        recording.cycle().await;
        recording.save(folder.path(), &[]);
        let replay = Replayed::start(folder.path(), clock).await;
        let after =
            inspect::inspect(&client(replay.target(&target)), false, None).await.expect("a report");
        type Line = (String, usize, Vec<(String, Vec<String>, bool, Option<String>)>);
        let shape = |report: &inspect::Report| -> Vec<Line> {
            let mut lines: Vec<Line> = report
                .resources
                .iter()
                .map(|seen| {
                    let items = match &seen.read {
                        inspect::ReadOutcome::Answered { items, .. } => *items,
                        inspect::ReadOutcome::Refused(why) => panic!("{}: {why}", seen.resource),
                    };
                    let members = seen.members().iter();
                    let members = members.map(|m| {
                        (m.name.clone(), m.types.clone(), m.only_when_asked, m.feeds.clone())
                    });
                    (seen.resource.clone(), items, members.collect())
                })
                .collect();
            lines.iter_mut().for_each(|(_, _, members)| members.sort());
            lines.sort();
            lines
        };
        assert_eq!(shape(&after), shape(&before), "{dialect:?}");
        assert_eq!(after.relations.len(), before.relations.len());
        assert!(
            after
                .resources
                .iter()
                .any(|seen| seen.resource == "services/calls" && !seen.members().is_empty())
        );
        assert!(
            after
                .resources
                .iter()
                .any(|seen| seen.resource == "skills" && !seen.members().is_empty())
        );
    }
}

#[tokio::test]
async fn a_client_that_asks_for_other_pages_and_members_gets_the_same_rows() {
    let folder = folder();
    let (shown, target) = original(options(Dialect::English), folder.path()).await;
    let clock = still_clock();
    let replay = Replayed::start(folder.path(), clock.clone()).await;
    let mut other = replay.target(&target);
    other.trio.limits = Limits { page_size: 5, ..other.trio.limits };
    let fields = "services/state:\n  queue_length: {members: [queueLength, somethingElse]}\n";
    let dictionary =
        trio_exporter::trio::Dictionary::with_user_file("f.yml", fields).expect("valid");
    other.dictionary = std::sync::Arc::new(dictionary);
    let mut app = TestApp::start_at(config(other, Identity::Name), clock).await;
    for [main, _] in &shown {
        app.step_after(5).await;
        let now = app.metrics().await;
        for family in [
            "trio_service_queue_length",
            "trio_agents",
            "trio_service_skilled_agents",
            "trio_calls",
        ] {
            assert_eq!(now.sum(family), main.sum(family), "{family}");
        }
    }
    assert_eq!(app.metrics().await.get("trio_up", &[]), Some(1.0));
}
