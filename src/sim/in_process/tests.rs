//! Answers without a socket equal those over HTTP; the named scenarios have their stated
//! properties.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::*;
use crate::sim::{Class, Dialect, Flow, Scenario};

const HOUR: Duration = Duration::from_secs(3_600);

fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_750_000_000)
}

fn world(scenario: Scenario) -> InProcess {
    InProcess::new(Options { scenario: Some(scenario), ..Options::default() }, start())
}

fn data(trio: &mut InProcess, target: &str) -> Vec<Value> {
    let bytes = trio.read(target).unwrap_or_else(|status| panic!("{target}: {status}"));
    let body: Value = serde_json::from_slice(&bytes).expect("JSON");
    body["data"].as_array().expect("a collection").clone()
}

#[test]
fn answers_equal_the_api_on_one_page() {
    use crate::sim::api::tests::Client;

    for dialect in Dialect::ALL {
        for state_times in [true, false] {
            // Fewer than ten of everything: the API then serves one page, too.
            let options = Options {
                dialect,
                state_times,
                hide_members: true,
                agents: 9,
                ..Options::default()
            };
            let mut client = Client::new(options.clone());
            let mut trio = InProcess::new(options, start());
            assert_eq!(trio.now(), client.now);
            client.now += HOUR / 7;
            trio.step(HOUR / 7);
            for target in [
                "/cc/1/services/state",
                "/cc/1/agents?fields=agentId,email",
                "/cc/1/agents/state",
                "/cc/1/services/101/state",
                "/cc/1",
                "/directory",
            ] {
                let wanted =
                    client.get(target).body.to_string().replace("trio.test:8080", "trio.simulated");
                let read = trio.read(target.trim_start_matches('/')).expect(target);
                assert_eq!(String::from_utf8(read).expect("UTF-8"), wanted, "{target}");
            }
        }
    }
    let mut large = InProcess::new(Options { agents: 150, ..Options::default() }, start());
    assert_eq!(data(&mut large, "cc/1/agents/state").len(), 150);
    assert_eq!(data(&mut large, "cc/1/agents/state?pageSize=40&page=4").len(), 30);
}

#[test]
fn refused_reads_return_their_status() {
    let options = Options { forbidden: vec!["services/calls".into()], ..Options::default() };
    let mut trio = InProcess::new(options, start());
    for (target, status) in [
        ("cc/1/services/calls", 403),
        ("cc/1/nothing", 404),
        ("cc/9/agents", 404),
        ("cc/1/services/cases/1", 404),
        ("login", 405),
        ("cc/1/agents/1001/login", 405),
    ] {
        assert_eq!(trio.read(target), Err(status), "{target}");
    }
}

/// Flow and occupancy of a scenario over ten hours.
fn hours(scenario: Scenario) -> (Flow, f64) {
    let mut trio = world(scenario);
    trio.step(10 * HOUR);
    let truth = trio.truth();
    (truth.total(), truth.agents[&1].occupancy().unwrap_or(0.0))
}

#[test]
fn named_scenarios_have_their_properties() {
    let abandoned = |flow: &Flow| flow.abandoned().expect("somebody came");
    let (small, occupancy) = hours(Scenario::small());
    // 40 calls an hour for ten hours.
    assert!(
        (300..500).contains(&small.arrived) && (0.5..0.9).contains(&occupancy),
        "{small:?} {occupancy}"
    );
    let (large, occupancy) = hours(Scenario::large());
    // 300 calls an hour for ten hours.
    assert!((2_800..3_200).contains(&large.arrived), "{large:?}");
    assert!((0.7..0.95).contains(&occupancy) && abandoned(&large) < 0.15, "{occupancy} {large:?}");
    let (switchboard, occupancy) = hours(Scenario::switchboard());
    assert!(
        (0.6..0.85).contains(&occupancy) && abandoned(&switchboard) < 0.2,
        "{occupancy} {switchboard:?}"
    );
    let (overload, _) = hours(Scenario::overload());
    assert!((0.25..0.5).contains(&abandoned(&overload)), "{overload:?}");
    let (hurried, _) = hours(Scenario::short_abandons());
    let soon = hurried.left_before(Duration::from_secs(5)).expect("a target") as f64
        / hurried.arrived as f64;
    assert!((0.035..0.1).contains(&soon), "{soon}");
    for (seconds, arrived) in [(4_u32, 70_000..77_000), (35, 19_000..21_500), (180, 4_000..4_600)] {
        let (brief, _) = hours(Scenario::handling(seconds.into()));
        let mean = brief.mean_handling().expect("answered calls");
        assert!((mean / f64::from(seconds) - 1.0).abs() < 0.15, "{seconds}: {mean}");
        assert!(arrived.contains(&brief.arrived), "{seconds}: {brief:?}");
        assert!((0.02..0.3).contains(&abandoned(&brief)), "{seconds}: {brief:?}");
    }
    let (greetings, _) = hours(Scenario::greetings());
    let mean = greetings.mean_handling().expect("answered calls");
    assert!((115.0..160.0).contains(&mean), "a quarter of 4 s and the rest of 180 s: {mean}");
    let (moving, _) = hours(Scenario::moving());
    assert!(moving.moved_out > 20 && moving.passed_on > 50, "{moving:?}");
    let (night, _) = hours(Scenario::night());
    assert_eq!(night, Flow::default());
}

#[test]
fn mixed_media_and_working_day_match_their_names() {
    let mut trio = world(Scenario::mixed_media());
    trio.step(10 * HOUR);
    for class in Class::ALL {
        let flow = trio.truth().class(class);
        assert!(flow.arrived > 20 && flow.answered > 20, "{class:?} {flow:?}");
        assert!(flow.waiting < 40, "{class:?} {flow:?}");
    }
    let mut trio = world(Scenario::working_day());
    trio.step(5 * HOUR);
    assert!(trio.truth().total().arrived > 800, "{:?}", trio.truth());
    trio.step(8 * HOUR);
    trio.reset_truth();
    trio.step(2 * HOUR);
    assert_eq!(trio.truth().total(), Flow::default());
}

#[test]
fn crowded_service_truncates_cases_but_finds_each() {
    let mut trio = world(Scenario::crowded());
    let (mut over, polls) = (0, 200);
    for _ in 0..polls {
        trio.step(Duration::from_secs(60));
        let (calls, cases) =
            (data(&mut trio, "cc/1/services/calls"), data(&mut trio, "cc/1/services/cases"));
        assert_eq!(cases, calls[..calls.len().min(20)]);
        over += usize::from(calls.len() > 20);
        let last = calls.last().expect("a call");
        let job = &last["jobNo"];
        assert_eq!(
            data(&mut trio, &format!("cc/1/services/cases?jobno={job}")),
            std::slice::from_ref(last)
        );
        assert!(trio.read(&format!("cc/1/services/cases/{job}")).is_ok());
    }
    assert!(over > polls * 8 / 10, "{over}");
    let job = data(&mut trio, "cc/1/services/calls")[0]["jobNo"].clone();
    trio.step(10 * HOUR);
    assert_eq!(trio.read(&format!("cc/1/services/cases/{job}")), Err(404), "it is finished");
}

#[test]
fn hostile_options_limit_the_lists() {
    let hostile = |change: fn(&mut Options)| {
        let mut options = Options { scenario: Some(Scenario::crowded()), ..Options::default() };
        change(&mut options);
        InProcess::new(options, start())
    };
    let mut limited = hostile(|options| options.calls_limited = true);
    assert_eq!(data(&mut limited, "cc/1/services/calls").len(), 20);
    let mut mute = hostile(|options| options.case_states = false);
    for resource in ["calls", "cases", "calls?fields=jobNo,state"] {
        assert!(
            data(&mut mute, &format!("cc/1/services/{resource}"))
                .iter()
                .all(|it| it.get("state").is_none())
        );
    }
    assert!(data(&mut mute, "cc/1/agents/state").iter().all(|it| it.get("state").is_some()));
    let mut waiting = hostile(|options| options.waiting_cases_only = true);
    while data(&mut waiting, "cc/1/services/state")[0]["queueLength"] == 0 {
        waiting.step(Duration::from_secs(5));
    }
    let calls = data(&mut waiting, "cc/1/services/calls");
    let (handled, queue): (Vec<_>, Vec<_>) =
        calls.into_iter().partition(|call| call["state"] == "Handled");
    assert_eq!(data(&mut waiting, "cc/1/services/cases"), queue);
    let found = data(&mut waiting, &format!("cc/1/services/cases?jobno={}", handled[0]["jobNo"]));
    assert_eq!(found, handled[..1]);
}

#[test]
fn arrivals_stop() {
    let mut trio = world(Scenario::large());
    trio.set_arrivals(0.0);
    trio.step(HOUR);
    let truth = trio.truth();
    let flow = truth.total();
    assert_eq!((flow.arrived, flow.waiting, flow.handling), (0, 0, 0));
    assert_eq!(truth.length(), HOUR);
    assert_eq!(trio.real_time(truth.now), start() + HOUR);
}
