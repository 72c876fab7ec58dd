//! Tests of the exact error message for a wrong value of each key.

use pretty_assertions::assert_eq;

use super::*;
use crate::{config::agents::LIMITED_STATES, yaml::UNQUOTED};

/// Returns configurations with one error each, and its message.
pub(super) fn all() -> Vec<(String, String)> {
    let mut all = general();
    all.extend(names_and_secrets());
    all.extend(every_collector());
    all.extend(every_state());
    all.extend(every_class());
    all.extend(agents::mistakes());
    all.extend(goals::mistakes());
    all.extend(limits::mistakes());
    all
}

#[test]
fn wrong_value_is_reported_with_position_and_remedy() {
    for (text, message) in all() {
        assert_eq!(errors("wrong", &text), [message], "{text}");
    }
}

/// Returns the valid file with one more line, and a message.
fn after(line: &str, message: &str) -> (String, String) {
    (format!("{VALID}{line}\n"), message.to_owned())
}

fn names_and_secrets() -> Vec<(String, String)> {
    let long = "x".repeat(201);
    let name = |name: &str, message: &str| {
        (
            with("name: main", &format!("name: {name}")),
            format!("c.yml:2:11: targets[0].name: {message}"),
        )
    };
    let gone = "cannot read gone: No such file or directory (os error 2)";
    vec![
        name("' '", "must not be empty"),
        name(&long, "must not be longer than 200 characters"),
        name("no", UNQUOTED),
        name("[a]", "must be a text"),
        (
            with("client_key_file: key", "client_key_file: gone"),
            format!("c.yml:4:22: targets[0].client_key_file: {gone}"),
        ),
        (
            with("username_file: user", "username: 12"),
            format!("c.yml:5:15: targets[0].username: {UNQUOTED}"),
        ),
        (
            with("username_file: user", "username_file: gone"),
            format!("c.yml:5:20: targets[0].username_file: {gone}"),
        ),
        after(
            "agents: {identity: hash, hash_key: 7}",
            &format!("c.yml:7:36: agents.hash_key: {UNQUOTED}"),
        ),
        after(
            "agents: {identity: hash, hash_key_file: gone}",
            &format!("c.yml:7:41: agents.hash_key_file: {gone}"),
        ),
        after(
            "agents: {hash_key: a, hash_key_file: key}",
            "c.yml:7:38: agents.hash_key_file: hash_key is given as well; give one of them",
        ),
        after(
            "    contact_centers: {deny: [no]}",
            &format!("c.yml:7:30: targets[0].contact_centers.deny[0]: {UNQUOTED}"),
        ),
        after(
            "    contact_centers: [a]",
            "c.yml:7:22: targets[0].contact_centers: must be a map of `key: value` lines",
        ),
        after(
            "metrics: {max_series: 10}",
            "c.yml:7:23: metrics.max_series: must be a whole number from 1000 to 100000000",
        ),
        after(
            "goals: {minimum_agents: -1}",
            "c.yml:7:25: goals.minimum_agents: must be a whole number from 0 to 100000",
        ),
        after(
            "goals: {services: [{match: {id: yes}, minimum_agents: 1}]}",
            &format!("c.yml:7:33: goals.services[0].match.id: {UNQUOTED}"),
        ),
        after(
            "goals: {services: [{match: {group: ''}, minimum_agents: 1}]}",
            "c.yml:7:36: goals.services[0].match.group: must not be empty",
        ),
        after(
            "goals: {services: [{match: {id: 1}, abandon_target: 2}]}",
            "c.yml:7:53: goals.services[0].abandon_target: must be a share from 0 to 1, such as 0.8",
        ),
        after(
            "goals: {services: [{match: {id: 1}, minimum_agents: x}]}",
            "c.yml:7:53: goals.services[0].minimum_agents: must be a whole number from 0 to 100000",
        ),
    ]
}

fn every_collector() -> Vec<(String, String)> {
    let mistakes = Collector::ALL.into_iter().map(Collector::as_str).map(|name| {
        let column = 15 + name.len() + "{interval: ".len();
        let message = "must be a duration with its unit, such as 5s, 500ms, 2m or 1h";
        after(
            &format!("collectors: {{{name}: {{interval: soon}}}}"),
            &format!("c.yml:7:{}: collectors.{name}.interval: {message}", column + 1),
        )
    });
    mistakes.collect()
}

fn every_state() -> Vec<(String, String)> {
    let mistakes = LIMITED_STATES.into_iter().map(|state| state.as_str()).map(|name| {
        after(
            &format!("agents: {{state_limits: {{{name}: 10ms}}}}"),
            &format!(
                "c.yml:7:{}: agents.state_limits.{name}: must be at least 1s",
                27 + name.len()
            ),
        )
    });
    mistakes.collect()
}

/// Returns an error for each goal of each class, general ones and those of a rule.
fn every_class() -> Vec<(String, String)> {
    let duration = "must be a duration with its unit, such as 5s, 500ms, 2m or 1h";
    let keys = [
        ("wait_target", duration),
        ("level_target", "must be a share from 0 to 1, such as 0.8"),
        ("warning_after", duration),
        ("critical_after", duration),
        ("short_abandon", duration),
    ];
    let places =
        [("{", "}", "goals"), ("{services: [{match: {id: 1}, ", "}]}", "goals.services[0]")];
    let mut all = Vec::new();
    for class in CaseClass::ALL.map(CaseClass::as_str) {
        for ((key, message), (open, close, place)) in
            keys.iter().flat_map(|key| places.iter().map(move |place| (*key, *place)))
        {
            let before = format!("goals: {open}classes: {{{class}: {{{key}: ");
            let path = format!("{place}.classes.{class}.{key}");
            all.push(after(
                &format!("{before}soon}}}}{close}"),
                &format!("c.yml:7:{}: {path}: {message}", before.len() + 1),
            ));
        }
    }
    all
}

fn general() -> Vec<(String, String)> {
    let servers = "    servers: [https://trio.example/te/api]\n";
    let key = "    client_key_file: key\n";
    let password = "    password_file: password\n";
    let table: Vec<(String, &str)> = vec![
        (String::new(), "c.yml:1:1: targets: missing; name at least one Trio system to read"),
        ("targets: []\n".into(), "c.yml:1:10: targets: must name at least one Trio system to read"),
        (
            with("  - name: main", "  - nmae: main"),
            "c.yml:2:5: targets[0].nmae: unknown key; did you mean `name`?",
        ),
        (
            format!("{VALID}poll: {{inventory: 1s}}\n"),
            "c.yml:7:7: poll.inventory: must not be shorter than poll.state",
        ),
        (
            format!("{VALID}collectors: {{skill: off}}\n"),
            "c.yml:7:14: collectors.skill: unknown collector; did you mean `skills`?",
        ),
        (
            format!("{VALID}collectors: {{skills: 5}}\n"),
            "c.yml:7:22: collectors.skills: must be on, off, or a map such as {interval: 10s}",
        ),
        (
            format!("{VALID}collectors: {{skills: {{every: 5s}}}}\n"),
            "c.yml:7:23: collectors.skills.every: unknown key; known here: interval",
        ),
        (
            format!("{VALID}collectors: {{calls: {{interval: 2s}}}}\n"),
            "c.yml:7:32: collectors.calls.interval: must not be shorter than poll.state, the interval of the steps",
        ),
        (
            format!("{VALID}    default_case_class: mail\n"),
            "c.yml:7:25: targets[0].default_case_class: unknown class; did you mean `email`?",
        ),
        (
            format!(
                "{VALID}collectors: {{calls: off, cases: off, service_state: off, agent_state: off}}\n"
            ),
            "c.yml:7:13: collectors: at least one of service_state, agent_state, calls, cases must be on: they say whether Trio is up",
        ),
        (
            format!("{VALID}    contact_centers: {{allow: []}}\n"),
            "c.yml:7:30: targets[0].contact_centers.allow: must name at least one contact centre; if there is none, remove the key",
        ),
        (
            format!("{VALID}    contact_centers: {{allow: [Åre], deny: [åre]}}\n"),
            "c.yml:7:22: targets[0].contact_centers: `åre` is both allowed and denied; name it once",
        ),
        (
            format!("{VALID}polling: {{}}\n"),
            "c.yml:7:1: polling: unknown key; known here: goals, targets, poll, collectors, agents, metrics, state_file",
        ),
        (
            with(servers, ""),
            "c.yml:2:5: targets[0].servers: missing; give the address of the API, such as https://trio.example/te/api",
        ),
        (
            with(servers, "    servers: [trio.example]\n"),
            "c.yml:3:15: targets[0].servers[0]: not a URL (relative URL without a base); give the address of the API, such as https://trio.example/te/api",
        ),
        (
            with(servers, "    servers: ftp://a/b\n"),
            "c.yml:3:14: targets[0].servers: must begin with https:// or http://",
        ),
        (
            with(servers, "    servers: https://me:pw@a/b\n"),
            "c.yml:3:14: targets[0].servers: must not hold a user name or password; they have keys of their own",
        ),
        (
            with(servers, "    servers: [https://a/b?x=1]\n"),
            "c.yml:3:15: targets[0].servers[0]: must end with the path of the API, without ? and #",
        ),
        (
            with(servers, "    servers: []\n"),
            "c.yml:3:14: targets[0].servers: must name 1 to 4 servers, the preferred one first",
        ),
        (
            with(servers, "    servers: [https://a, https://b, https://c, https://d, https://e]\n"),
            "c.yml:3:14: targets[0].servers: must name 1 to 4 servers, the preferred one first",
        ),
        (
            with(servers, "    servers: [https://a/b, https://A:443/d]\n"),
            "c.yml:3:28: targets[0].servers[1]: the same host and port are named twice",
        ),
        (
            with(servers, "    servers: [https://a/b, d]\n"),
            "c.yml:3:28: targets[0].servers[1]: not a URL (relative URL without a base); give the address of the API, such as https://trio.example/te/api",
        ),
        (
            with(servers, &format!("{servers}    renewal_margin: 5\n")),
            "c.yml:4:21: targets[0].renewal_margin: must be a duration with its unit, such as 5s, 500ms, 2m or 1h",
        ),
        (
            with(key, ""),
            "c.yml:2:5: targets[0].client_key: missing; give client_key, or better client_key_file",
        ),
        (
            with(key, "    client_key: 'two words'\n"),
            "c.yml:4:17: targets[0].client_key: must be the Base64 text that Enghouse provides, without spaces",
        ),
        (
            with(password, "    password: ''\n"),
            "c.yml:6:15: targets[0].password: must not be empty",
        ),
        (
            with(password, "    password_file: empty\n"),
            "c.yml:6:20: targets[0].password_file: empty is empty; put the secret into it",
        ),
        (
            with(password, "    password_file: gone\n"),
            "c.yml:6:20: targets[0].password_file: cannot read gone: No such file or directory (os error 2)",
        ),
        (
            with(password, "    password_file: password\n    password: x\n"),
            "c.yml:6:20: targets[0].password_file: password is given as well; give one of them",
        ),
        (
            with(password, "    password_file: greek\n"),
            "c.yml:6:20: targets[0].password_file: holds a character that ISO-8859-1, which Trio's login uses, does not have",
        ),
        (
            format!("{VALID}    time_zone: Europe/Gothenburg\n"),
            "c.yml:7:16: targets[0].time_zone: no such time zone; give a name such as Europe/Stockholm",
        ),
        (
            format!("{VALID}    fields_file: gone.yml\n"),
            "c.yml:7:18: targets[0].fields_file: cannot read gone.yml: No such file or directory (os error 2)",
        ),
        (
            format!("{VALID}    export_service_state: [vip, queueLength]\n"),
            "c.yml:7:27: targets[0].export_service_state: `queueLength` feeds queue_length already; remove it",
        ),
        (
            format!("{VALID}    export_service_state: [vip, VIP]\n"),
            "c.yml:7:27: targets[0].export_service_state: `VIP` feeds this export already; remove it",
        ),
        (
            format!("{VALID}state_file: nowhere/state\n"),
            "c.yml:7:13: state_file: there is no folder nowhere; make it, for the exporter's user to write to",
        ),
        (
            format!("{VALID}state_file: .\n"),
            "c.yml:7:13: state_file: . is a folder; name a file in it",
        ),
        (format!("{VALID}state_file: [a]\n"), "c.yml:7:13: state_file: must be a text"),
        (format!("{VALID}state_file: ''\n"), "c.yml:7:13: state_file: must not be empty"),
        (
            format!("{VALID}poll: {{state: 5}}\n"),
            "c.yml:7:15: poll.state: must be a duration with its unit, such as 5s, 500ms, 2m or 1h",
        ),
        (format!("{VALID}poll: {{state: 100ms}}\n"), "c.yml:7:15: poll.state: must be at least 1s"),
        (
            format!("{VALID}poll: {{configuration: 2s}}\n"),
            "c.yml:7:7: poll.configuration: must not be shorter than poll.state",
        ),
        (
            format!(
                "{VALID}  - servers: https://b/c\n    name: main\n    client_key_file: key\n    username_file: user\n    password_file: password\n"
            ),
            "c.yml:7:5: targets[1]: is called `main`, as another target is; give each a `name` of its own",
        ),
    ];
    table.into_iter().map(|(text, message)| (text, message.to_owned())).collect()
}
