//! Tests of the section `goals`: values, errors and warnings.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::CaseClass;

fn service<'a>(id: &'a str, name: &'a str, group: &'a str) -> ServiceNames<'a> {
    ServiceNames { id, name: Some(name), groups: vec![group], ..ServiceNames::default() }
}

#[test]
fn rules_match_services_by_id_name_and_group() {
    let second = "  - {name: b, servers: https://b/c, client_key_file: key, username_file: user, password_file: password}\n";
    let text = format!(
        "{VALID}{second}goals:
  abandon_target: 0.2
  classes: {{voice: {{short_abandon: 0s}}}}
  services:
    - match: {{id: [102, '103']}}
      minimum_agents: 4
      classes: {{voice: {{wait_target: 40s, short_abandon: 10s}}}}
    - {{match: {{name: växel*}}, classes: {{voice: {{wait_target: 30s, critical_after: 10m}}}}}}
    - {{match: {{group: Vård}}, abandon_target: 0.05, classes: {{email: {{level_target: 1}}}}}}
"
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

pub(super) fn mistakes() -> Vec<(String, String)> {
    let long = "x".repeat(201);
    let rule = |rule: &str| format!("services: [{rule}]");
    let many = vec!["{match: {id: 1}, minimum_agents: 1}"; 501].join(", ");
    let table = [
        (
            "abandon_target: 5".to_owned(),
            "c.yml:7:25: goals.abandon_target: must be a share from 0 to 1, such as 0.8",
        ),
        (
            "classes: {mail: {}}".to_owned(),
            "c.yml:7:19: goals.classes.mail: unknown case class; did you mean `email`?",
        ),
        (
            "classes: {voice: {warning_after: 10m, critical_after: 5m}}".to_owned(),
            "c.yml:7:26: goals.classes.voice.critical_after: must not be shorter than warning_after",
        ),
        (
            "classes: {voice: {short_abandon: 30s}}".to_owned(),
            "c.yml:7:26: goals.classes.voice.short_abandon: must not be longer than wait_target, 20s",
        ),
        (
            "classes: {voice: {wait_targt: 30s}}".to_owned(),
            "c.yml:7:27: goals.classes.voice.wait_targt: unknown key; did you mean `wait_target`?",
        ),
        (
            rule("{minimum_agents: 1}"),
            "c.yml:7:20: goals.services[0].match: missing; say which services, such as {name: Växel*}",
        ),
        (
            rule("{match: {}, minimum_agents: 1}"),
            "c.yml:7:28: goals.services[0].match: must say which services, by id, name, group, contact_center or target; goals of all services belong directly under goals",
        ),
        (
            rule("{match: {id: []}, minimum_agents: 1}"),
            "c.yml:7:28: goals.services[0].match: must say which services, by id, name, group, contact_center or target; goals of all services belong directly under goals",
        ),
        (
            rule("{match: {target: mian, id: 1}, minimum_agents: 1}"),
            "c.yml:7:37: goals.services[0].match.target: no target has this name; known: main",
        ),
        (
            rule("{match: {target: [m*, 'north *']}, minimum_agents: 1}"),
            "c.yml:7:42: goals.services[0].match.target[1]: no target has this name; known: main",
        ),
        (
            rule("{match: {contact_center: ''}, minimum_agents: 1}"),
            "c.yml:7:45: goals.services[0].match.contact_center: must not be empty",
        ),
        (
            rule(
                "{match: {id: 1, contact_center: A}, minimum_agents: 1}, {match: {contact_center: a, id: 1}, minimum_agents: 2}",
            ),
            "c.yml:7:76: goals.services[1]: matches the same services as goals.services[0]; merge the two rules",
        ),
        (
            rule("{match: {nmae: x}, minimum_agents: 1}"),
            "c.yml:7:29: goals.services[0].match.nmae: unknown key; did you mean `name`?",
        ),
        (
            rule("{match: {name: ' '}, minimum_agents: 1}"),
            "c.yml:7:35: goals.services[0].match.name: must not be empty",
        ),
        (
            rule("{match: {name: [a, {b: c}]}, minimum_agents: 1}"),
            "c.yml:7:39: goals.services[0].match.name[1]: must be a text",
        ),
        (
            rule(&format!("{{match: {{name: {long}}}, minimum_agents: 1}}")),
            "c.yml:7:35: goals.services[0].match.name: must not be longer than 200 characters",
        ),
        (
            rule("{match: {id: 1}}"),
            "c.yml:7:20: goals.services[0]: sets no goal; give one, or remove the rule",
        ),
        (
            rule("{match: {id: 1}, minimum_agent: 1}"),
            "c.yml:7:37: goals.services[0].minimum_agent: unknown key; did you mean `minimum_agents`?",
        ),
        (
            rule(
                "{match: {name: [A, b]}, minimum_agents: 1}, {match: {name: [B, a]}, minimum_agents: 2}",
            ),
            "c.yml:7:64: goals.services[1]: matches the same services as goals.services[0]; merge the two rules",
        ),
        (
            rule("{match: {id: 1}, classes: {voice: {level_target: 80}}}"),
            "c.yml:7:69: goals.services[0].classes.voice.level_target: must be a share from 0 to 1, such as 0.8",
        ),
        (
            format!(
                "classes: {{voice: {{warning_after: 2m}}}}, {}",
                rule("{match: {id: 1}, classes: {voice: {critical_after: 90s}}}")
            ),
            "c.yml:7:93: goals.services[0].classes.voice.critical_after: must not be shorter than warning_after",
        ),
        (
            format!(
                "classes: {{voice: {{short_abandon: 10s}}}}, {}",
                rule("{match: {id: 1}, classes: {voice: {wait_target: 8s}}}")
            ),
            "c.yml:7:94: goals.services[0].classes.voice.short_abandon: must not be longer than wait_target, 8s",
        ),
        (
            rule(&many),
            "c.yml:7:19: goals.services: must not have more than 500 rules; one pattern can mean many services",
        ),
    ];
    table
        .into_iter()
        .map(|(goals, message)| (format!("{VALID}goals: {{{goals}}}\n"), message.to_owned()))
        .collect()
}

#[test]
fn interval_too_long_for_a_wait_target_is_warned_of() {
    let warnings =
        |rest: &str| load_text("goals-polls", &format!("{VALID}{rest}\n")).expect("valid").warnings;
    let roughly = "it is then only roughly known whether a case was answered within the target; shorten the interval";
    let none: [String; 0] = [];
    assert_eq!(warnings("poll: {state: 5s}"), none);
    let default = format!(
        "poll.state: 6s is longer than a quarter of goals.classes.voice.wait_target (20s): {roughly}"
    );
    assert_eq!(warnings("poll: {state: 6s}"), [default]);
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
fn fifth_wait_target_without_bucket_is_warned_of() {
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
fn rule_for_an_invalid_target_is_no_second_error() {
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
    let second = "  - {name: b, servers: https://b/c, client_key_file: key, username_file: user, password_file: password}\n";
    let text = format!(
        "{VALID}{second}goals:
  services:
    - {{match: {{target: main, id: 1}}, minimum_agents: 4, classes: {{voice: {{wait_target: 40s}}}}}}
    - {{match: {{target: b, id: 1}}, minimum_agents: 5, classes: {{voice: {{wait_target: 50s}}}}}}
    - {{match: {{contact_center: [2, Nord*]}}, minimum_agents: 6}}
"
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
