//! A restart in good order, of an exporter that is driven step by step.

use std::{fs, time::Duration};

use pretty_assertions::assert_eq;
use trio_exporter::{
    model::Clock,
    sim::{Dialect, InProcess, Options},
};

use super::{assert_law, assert_none_fell, kept, lasting, watched};
use crate::{
    process::folder,
    support::{Simulated, TestApp, still_clock},
};

/// A metric, labels, and a value.
type Sample = (&'static str, &'static [(&'static str, &'static str)], f64);

/// Counters of service 101 in `tests/data/state/version-1`.
const VERSION_1: [Sample; 14] = [
    ("trio_service_cases_offered_total", &[("case_class", "voice")], 12.0),
    ("trio_service_cases_offered_total", &[("case_class", "email")], 1.0),
    ("trio_service_cases_carried_in_total", &[("case_class", "voice")], 2.0),
    ("trio_service_cases_answered_total", &[("case_class", "voice")], 9.0),
    ("trio_service_cases_left_total", &[("case_class", "voice"), ("age", "short")], 1.0),
    ("trio_service_cases_left_total", &[("case_class", "voice"), ("age", "within")], 1.0),
    ("trio_service_cases_moved_total", &[("case_class", "voice")], 1.0),
    (
        "trio_service_cases_unclassified_total",
        &[("case_class", "voice"), ("reason", "carried_in")],
        1.0,
    ),
    ("trio_service_cases_unclassified_total", &[("case_class", "email"), ("reason", "gap")], 1.0),
    ("trio_service_cases_answered_within_target_total", &[("case_class", "voice")], 7.25),
    ("trio_service_handling_seconds_total", &[("case_class", "voice")], 812.5),
    ("trio_service_queue_wait_seconds_total", &[], 90.0),
    ("trio_service_measured_seconds_total", &[], 3600.0),
    ("trio_service_unmeasured_seconds_total", &[("reason", "outage")], 30.0),
];

#[tokio::test]
async fn file_of_the_first_version_loads_and_no_counter_falls() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("state");
    fs::write(&file, include_bytes!("../../data/state/version-1")).expect("written");
    clock.advance(Duration::from_secs(10));
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let mut config = kept(&trio, &file);
    config.targets[0].name = "main".into();
    let mut app = TestApp::start_at(config, clock).await;
    for step in 0..4 {
        app.step_after(5).await;
        let metrics = app.metrics().await;
        for (name, labels, saved) in VERSION_1 {
            let of = [&[("service_id", "101")], labels].concat();
            let now = metrics.get(name, &of);
            assert!(now >= Some(saved), "step {step}: {name}{labels:?} was {saved} and is {now:?}");
        }
        // Classes that are new are shown at zero for one step.
        if step > 0 {
            assert_law(&metrics, "version 1");
        }
    }
}

#[tokio::test]
async fn counters_go_on_and_the_law_holds_over_a_restart_in_every_dialect() {
    for dialect in Dialect::ALL {
        let (folder, clock) = (folder(), still_clock());
        let file = folder.path().join("state");
        let trio = Simulated::start(Options { dialect, ..Options::default() }, clock.clone()).await;
        let app = watched(&trio, &file, &clock, 30).await;
        let before = app.metrics().await;
        drop(app);
        clock.advance(Duration::from_secs(60));
        let mut app = watched(&trio, &file, &clock, 1).await;
        let first = app.metrics().await;
        let name = format!("{dialect:?}");
        assert!(before.sum("trio_service_cases_offered_total") > 0.0, "{name}: no one called");
        assert_none_fell(&lasting(&before), &lasting(&first), &name);
        assert_eq!(
            first.sum("trio_service_cases_offered_total"),
            before.sum("trio_service_cases_offered_total"),
            "{name}: no case can be seen coming in the first list"
        );
        let gap = |metrics: &crate::support::Samples| {
            let reason = [("reason", "missed_poll")];
            let found = metrics.find("trio_service_unmeasured_seconds_total", &reason);
            found
                .iter()
                .map(|(_, seconds)| seconds)
                .fold(0.0, |most: f64, seconds| most.max(*seconds))
        };
        assert_eq!(gap(&first) - gap(&before), 65.0, "{name}: between the last list and the first");
        assert_law(&first, &name);
        for _ in 0..5 {
            app.step_after(5).await;
        }
        let later = app.metrics().await;
        assert_none_fell(&lasting(&first), &lasting(&later), &name);
        assert_law(&later, &name);
    }
}

#[tokio::test]
async fn the_file_names_no_agent_no_case_and_no_secret() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("state");
    let username = "reader-of-trio".to_owned();
    let options = Options { agents: 40, username, ..Options::default() };
    let trio = Simulated::start(options.clone(), clock.clone()).await;
    let mut config = kept(&trio, &file);
    config.tally.pause_reasons = ["Lunch".into()].into();
    let mut app = TestApp::start_at(config, clock.clone()).await;
    let (mut secret, mut texts) = (case_numbers(&options, &clock), Vec::new());
    assert!(secret.len() > 10, "{secret:?}");
    for _ in 0..20 {
        app.step_after(5).await;
        texts.push(fs::read_to_string(&file).expect("a state file"));
        let agents = app.get("/metrics/agents").await;
        for label in ["agent_id", "agent_name"] {
            let label = format!("{label}=\"");
            let values = agents.split(&label).skip(1);
            secret.extend(values.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()));
        }
    }
    secret.extend([options.client_key, options.username, options.password, trio.addr.to_string()]);
    secret.sort();
    secret.dedup();
    assert!(secret.len() > 100, "{secret:?}");
    for text in texts {
        let words: Vec<&str> = text.split(|c: char| "\"[]{}:,\n ".contains(c)).collect();
        for secret in &secret {
            assert!(!words.contains(&secret.as_str()), "{secret} is in {text}");
            assert!(secret.len() < 6 || !text.contains(secret.as_str()), "{secret} is in {text}");
        }
    }
}

/// The numbers of the cases that the same world shows in its first minutes.
fn case_numbers(options: &Options, clock: &Clock) -> Vec<String> {
    let mut world = InProcess::new(options.clone(), clock.now().wall);
    let mut numbers = Vec::new();
    for _ in 0..20 {
        world.step(Duration::from_secs(5));
        for list in ["cc/1/services/calls", "cc/1/services/cases"] {
            let body =
                String::from_utf8(world.read(list).expect("a list")).expect("UTF-8").to_lowercase();
            let after = body.split("\"job").skip(1).filter_map(|rest| rest.split_once(':'));
            let digits = after.map(|(_, value)| {
                let value = value.trim_start_matches('"');
                value.chars().take_while(char::is_ascii_digit).collect::<String>()
            });
            numbers.extend(digits.filter(|number| number.len() > 3));
        }
    }
    numbers.sort();
    numbers.dedup();
    numbers
}

#[tokio::test]
async fn a_poller_that_is_restarted_after_a_panic_goes_on_from_its_last_step() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("state");
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    drop(watched(&trio, &file, &clock, 3).await);
    let mut app = watched(&trio, &file, &clock, 10).await;
    let before = app.metrics().await;
    app.restart_pollers();
    app.step_after(1).await;
    assert_none_fell(&lasting(&before), &lasting(&app.metrics().await), "after a panic");
}

#[tokio::test]
async fn while_trio_is_down_after_a_restart_nothing_is_lost_of_what_was_saved() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("state");
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let before = watched(&trio, &file, &clock, 20).await.metrics().await;
    trio.order("answering", &serde_json::json!({"answering": false})).await;
    for _ in 0..2 {
        let down = watched(&trio, &file, &clock, 3).await.metrics().await;
        assert!(
            down.get("trio_up", &[]) == Some(0.0) && !down.has("trio_service_cases_offered_total")
        );
    }
    trio.order("answering", &serde_json::json!({"answering": true})).await;
    let mut app = watched(&trio, &file, &clock, 1).await;
    for _ in 0..30 {
        if app.metrics().await.has("trio_service_cases_offered_total") {
            break;
        }
        app.step_after(5).await;
    }
    assert_none_fell(&lasting(&before), &lasting(&app.metrics().await), "after the outage");
}

#[tokio::test]
async fn a_target_that_is_no_longer_configured_is_dropped_and_the_others_go_on() {
    let (folder, clock) = (folder(), still_clock());
    let file = folder.path().join("state");
    let trio = Simulated::start(Options::default(), clock.clone()).await;
    let both = || {
        let mut config = kept(&trio, &file);
        let mut north = config.targets[0].clone();
        north.name = "north".into();
        config.targets.push(north);
        config
    };
    let mut app = TestApp::start_at(both(), clock.clone()).await;
    for _ in 0..5 {
        app.step_after(5).await;
    }
    drop(app);
    assert!(fs::read_to_string(&file).expect("saved").contains("\"north\""));
    let app = watched(&trio, &file, &clock, 2).await;
    assert!(!fs::read_to_string(&file).expect("saved").contains("\"north\""));
    let seconds = app.metrics().await.sum("trio_agents_state_seconds_total");
    assert!(seconds > 0.0);
    drop(app);
    let mut app = TestApp::start_at(both(), clock.clone()).await;
    app.step().await;
    let metrics = app.metrics().await;
    let of = |target| {
        let found = metrics.find("trio_agents_state_seconds_total", &[("target", target)]);
        found.iter().map(|(_, value)| value).sum::<f64>()
    };
    assert_eq!((of("test"), of("north")), (seconds, 0.0));
}
