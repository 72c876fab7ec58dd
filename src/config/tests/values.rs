//! Valid values reach the settings, and questionable ones cause warnings.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::{GroupSelection, Pattern};

#[test]
fn limits_and_authorities_of_a_target_are_read() {
    let authority =
        rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()]).expect("a certificate");
    fs::write(folder("limits").join("ca.pem"), authority.cert.pem()).expect("writable");
    let text = format!(
        "{VALID}    ca_file: ca.pem
    max_requests_per_minute: 120
    limits: {{connect: 2s, request: 20s, collector: 2m, body_mib: 8, follow_cases: 0}}
"
    );
    let config = load_text("limits", &text).expect("valid");
    let Target { trio, poll, .. } = &config.targets[0];
    let secs = Duration::from_secs;
    let (connect, request) = (secs(2), secs(20));
    let limits = trio::Limits { connect, request, body: 8 << 20, ..trio::Limits::default() };
    assert_eq!(trio.limits, limits);
    let limits = poller::Limits { collector: secs(120), requests_per_minute: 120, follow_cases: 0 };
    assert_eq!(*poll, limits);
}

#[test]
fn exported_members_are_names_or_maps() {
    let members = "[vip, {member: overflow}, {member: answeredToday, counts: day}]";
    let text =
        format!("{VALID}    time_zone: Europe/Stockholm\n    export_service_state: {members}\n");
    let config = load_text("exported", &text).expect("valid");
    let mut expected = Dictionary::builtin().expect("valid");
    let today = trio::ExportedMember { name: "answeredToday".to_owned(), counts_by_day: true };
    expected.export_service_state(vec!["vip".into(), "overflow".into(), today]).expect("unused");
    assert_eq!(*config.targets[0].dictionary, expected);
}

/// Returns the settings that deploy/trio-exporter.yml shows, with those that are no defaults.
pub(super) fn sample_settings() -> tally::Settings {
    let mut state_limits = tally::StateLimits::default();
    for (state, limit) in
        [(AgentState::Reserved, 30), (AgentState::WrapUp, 180), (AgentState::Paused, 2700)]
    {
        state_limits[state.index()] = Some(Duration::from_secs(limit));
    }
    let pause_reasons = ["Lunch".into(), "Fika".into()].into();
    let groups = Arc::new(selection(&["Kundtjänst", "Lag*"], &["Facket"]));
    tally::Settings { state_limits, pause_reasons, groups, ..tally::Settings::default() }
}

fn selection(allow: &[&str], deny: &[&str]) -> GroupSelection {
    let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
    GroupSelection { allow: patterns(allow), deny: patterns(deny) }
}

#[test]
fn limits_and_reasons_are_read_and_default_to_none() {
    let config = load_text("agents", VALID).expect("valid");
    assert_eq!(
        (config.tally.state_limits, config.tally.pause_reasons.len()),
        (Default::default(), 0)
    );
    let agents = "agents: {state_limits: {wrap_up: 3m, paused: 45m, reserved: 30s}, pause_reasons: [Lunch, ' Fika ']}";
    let config = load_text("agents", &format!("{VALID}{agents}\n")).expect("valid");
    assert_eq!(config.tally, tally::Settings { groups: Arc::default(), ..sample_settings() });
    let config =
        load_text("agents", &format!("{VALID}agents: {{pause_reasons: 7}}\n")).expect("valid");
    assert_eq!(config.tally.pause_reasons.join("|"), "7");
}

#[test]
fn groups_are_chosen_by_patterns_and_default_to_all() {
    let config = load_text("agents", VALID).expect("valid");
    assert!(config.tally.groups.is_everything());
    let agents = "agents: {groups: {allow: [Lag*, 7], deny: Facket}}";
    let config = load_text("agents", &format!("{VALID}{agents}\n")).expect("valid");
    assert_eq!(*config.tally.groups, selection(&["Lag*", "7"], &["Facket"]));
}

fn service<'a>(id: &'a str, name: &'a str, group: &'a str) -> ServiceNames<'a> {
    ServiceNames { id, name: Some(name), groups: vec![group], ..ServiceNames::default() }
}

#[test]
fn rules_match_services_by_id_name_and_group() {
    let text = format!(
        "{VALID}{}
goals:
  abandon_target: 0.2
  classes: {{voice: {{short_abandon: 0s}}}}
  services:
    - match: {{id: [102, '103']}}
      minimum_agents: 4
      classes: {{voice: {{wait_target: 40s, short_abandon: 10s}}}}
    - {{match: {{name: växel*}}, classes: {{voice: {{wait_target: 30s, critical_after: 10m}}}}}}
    - {{match: {{group: Vård}}, abandon_target: 0.05, classes: {{email: {{level_target: 1}}}}}}
",
        second_target("b")
    );
    let config = load_text("goals", &text).expect("valid");
    for target in &config.targets {
        let of = |id, name, group| {
            let goals = target.goals.for_service(&service(id, name, group));
            let voice = goals.class(CaseClass::Voice);
            let times =
                [voice.wait_target, voice.critical_after, voice.short_abandon].map(|t| t.as_secs());
            (goals.minimum_agents, goals.abandon_target, goals.classes.len(), times)
        };
        assert_eq!(of("1", "Kassa", "Stab"), (None, 0.2, 1, [20, 300, 0]));
        assert_eq!(of("102", "Kassa", "Stab"), (Some(4), 0.2, 1, [40, 300, 10]));
        assert_eq!(of("103", "VÄXELN", "Stab"), (Some(4), 0.2, 1, [40, 600, 10]));
        assert_eq!(of("9", "Växel", "vård"), (None, 0.05, 2, [30, 600, 0]));
        assert_eq!(Goals::edges([&*target.goals]), [40.0]);
    }
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn flow_has_its_own_interval_for_cases_and_agents() {
    let poll = |rest: &str| load_text("flow", &format!("{VALID}{rest}\n")).expect("valid").poll;
    let seconds = |poll: poller::Settings, collector| {
        poll.interval(collector).map(|interval| interval.as_secs())
    };
    use Collector::{AgentState, Agents, Calls, Cases, ServiceState};
    let all = [Calls, Cases, AgentState, ServiceState, Agents];
    for (rest, expected, tick) in [
        ("", [5, 5, 5, 5, 300], 5),
        ("poll: {state: 4s}", [4, 4, 4, 4, 300], 4),
        ("poll: {flow: 2s}", [2, 2, 2, 5, 300], 2),
        ("poll: {state: 3s, flow: 10s}", [10, 10, 10, 3, 300], 3),
        ("poll: {flow: 2s}\ncollectors: {cases: {interval: 4s}}", [2, 4, 2, 5, 300], 2),
    ] {
        let poll = poll(rest);
        assert_eq!(all.map(|collector| seconds(poll, collector)), expected.map(Some), "{rest}");
        assert_eq!(poll.tick().as_secs(), tick, "{rest}");
    }
}

#[test]
fn own_interval_is_not_shorter_than_the_steps() {
    let error = |rest: &str| errors("flow-steps", &format!("{VALID}{rest}\n"));
    assert_eq!(
        error("poll: {flow: 3s}\ncollectors: {calls: {interval: 2s}}"),
        [
            "c.yml:8:32: collectors.calls.interval: must not be shorter than poll.flow, the interval of the steps"
        ]
    );
    let none: [String; 0] = [];
    assert_eq!(
        load_text(
            "flow-steps",
            &format!("{VALID}poll: {{flow: 2s}}\ncollectors: {{calls: {{interval: 3s}}}}\n")
        )
        .err()
        .unwrap_or_default(),
        none
    );
}

#[test]
fn long_interval_for_a_wait_target_causes_a_warning() {
    let warnings =
        |rest: &str| load_text("goals-polls", &format!("{VALID}{rest}\n")).expect("valid").warnings;
    let roughly = "it is then only roughly known whether a case was answered within the target; shorten the interval";
    let none: [String; 0] = [];
    assert_eq!(warnings("poll: {state: 5s}"), none);
    let default = format!(
        "poll.state: 6s is longer than a quarter of goals.classes.voice.wait_target (20s): {roughly}"
    );
    assert_eq!(warnings("poll: {state: 6s}"), std::slice::from_ref(&default));
    let of_flow = default.replace("poll.state", "poll.flow");
    assert_eq!(warnings("poll: {flow: 6s}"), [of_flow]);
    assert_eq!(warnings("poll: {state: 6s, flow: 5s}"), none);
    let classes = "goals: {classes: {voice: {wait_target: 40s}, chat: {wait_target: 30s}}}";
    let of_chat = format!(
        "collectors.cases.interval: 8s is longer than a quarter of goals.classes.chat.wait_target (30s): {roughly}"
    );
    assert_eq!(
        warnings(&format!("{classes}\ncollectors: {{cases: {{interval: 8s}}}}")),
        std::slice::from_ref(&of_chat)
    );
    let of_voice = format!(
        "collectors.calls.interval: 11s is longer than a quarter of goals.classes.voice.wait_target (40s): {roughly}"
    );
    let both = "collectors: {calls: {interval: 11s}, cases: {interval: 8s}}";
    assert_eq!(warnings(&format!("{classes}\n{both}")), [of_chat, of_voice]);
    let both_by_one_key = format!(
        "poll.state: 15s is longer than a quarter of goals.classes.chat.wait_target (30s): {roughly}"
    );
    assert_eq!(warnings(&format!("{classes}\npoll: {{state: 15s}}")), [both_by_one_key]);
    let rule = "goals: {services: [{match: {id: 1}, classes: {voice: {wait_target: 10s}}}]}";
    let of_rule = format!(
        "poll.state: 5s is longer than a quarter of goals.services[0].classes.voice.wait_target (10s): {roughly}"
    );
    assert_eq!(warnings(rule), [of_rule]);
    assert_eq!(warnings(&format!("{rule}\ncollectors: {{calls: off, cases: off}}")), none);
    let from_cases = format!(
        "collectors.cases.interval: 9s is longer than a quarter of goals.services[0].classes.voice.wait_target (10s): {roughly}"
    );
    let without_calls = format!("{rule}\ncollectors: {{calls: off, cases: {{interval: 9s}}}}");
    assert_eq!(
        warnings(&without_calls),
        [from_cases],
        "without the calls list, voice is read from cases"
    );
}

#[test]
fn more_than_four_extra_edges_cause_a_warning() {
    let rules: Vec<_> = [21, 22, 23, 24, 25, 30, 26, 21]
        .iter()
        .enumerate()
        .map(|(id, wait)| {
            format!("{{match: {{id: {id}}}, classes: {{voice: {{wait_target: {wait}s}}}}}}")
        })
        .collect();
    let text = format!("{VALID}goals: {{services: [{}]}}\n", rules.join(", "));
    let config = load_text("goals-edges", &text).expect("valid");
    assert_eq!(Goals::edges([&*config.targets[0].goals]), [21.0, 22.0, 23.0, 24.0]);
    let warning = "goals: too many different wait targets for the buckets of trio_service_wait_seconds; 25s and 26s have no bucket \
                   edge (service levels are not affected); use fewer different targets";
    assert_eq!(config.warnings, [warning]);
}

#[test]
fn target_with_an_error_is_reported_once_beside_its_rule() {
    let text =
        format!("{VALID}goals: {{services: [{{match: {{target: main}}, minimum_agents: 1}}]}}\n");
    let text = text.replace("https://trio.example/te/api", "trio");
    assert_eq!(
        errors("goals-wrong-target", &text).len(),
        1,
        "{:?}",
        errors("goals-wrong-target", &text)
    );
}

#[test]
fn rules_for_single_targets_share_one_set_of_buckets() {
    let text = format!(
        "{VALID}{}
goals:
  services:
    - {{match: {{target: main, id: 1}}, minimum_agents: 4, classes: {{voice: {{wait_target: 40s}}}}}}
    - {{match: {{target: b, id: 1}}, minimum_agents: 5, classes: {{voice: {{wait_target: 50s}}}}}}
    - {{match: {{contact_center: [2, Nord*]}}, minimum_agents: 6}}
",
        second_target("b")
    );
    let config = load_text("goals-target", &text).expect("valid");
    let of = |target: usize, id, contact_center: &[&'static str]| {
        let service =
            ServiceNames { id, contact_center: contact_center.to_vec(), ..ServiceNames::default() };
        config.targets[target].goals.for_service(&service).minimum_agents
    };
    assert_eq!(
        [of(0, "1", &["1"]), of(1, "1", &["1"]), of(0, "2", &["1"])],
        [Some(4), Some(5), None]
    );
    assert_eq!([of(0, "9", &["2"]), of(1, "9", &["7", "NORDEN"])], [Some(6); 2]);
    for target in &config.targets {
        assert_eq!(Goals::edges([&*target.goals]), [40.0, 50.0], "one set for the whole process");
    }
}
