//! Tests: what a configuration becomes, and every mistake with its exact message.

use std::{fs, path::PathBuf};

use pretty_assertions::assert_eq;

use super::*;
use crate::model::{CaseClass, Collector, ServiceGoals, ServiceNames};

mod agents;
mod environment;
mod goals;
mod limits;

/// A folder of its own for each test, with the secrets that the valid file names.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/config-tests").join(test);
    fs::create_dir_all(&folder).expect("writable");
    for (name, text) in [
        ("key", "a2V5\n"),
        ("user", "exporter"),
        ("password", "smörgåsbord\r\n"),
        ("empty", "\n"),
        ("greek", "πάσο"),
    ] {
        fs::write(folder.join(name), text).expect("writable");
    }
    folder
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn load_text(test: &str, text: &str) -> Result<Config, Vec<String>> {
    let file = folder(test).join("c.yml");
    fs::write(&file, text).expect("writable");
    load(Some(&file), &nothing)
}

/// The messages, with the folder cut out.
fn errors(test: &str, text: &str) -> Vec<String> {
    let prefix = format!("{}/", folder(test).display());
    let errors = load_text(test, text).expect_err(text);
    errors.into_iter().map(|error| error.replace(&prefix, "")).collect()
}

const VALID: &str = "\
targets:
  - name: main
    servers: [https://trio.example/te/api]
    client_key_file: key
    username_file: user
    password_file: password
";

/// The valid file with one line put in another's place.
fn with(line: &str, other: &str) -> String {
    assert!(VALID.contains(line), "{line}");
    VALID.replace(line, other)
}

#[test]
fn a_minimal_file_is_enough_and_secrets_come_from_files_without_their_line_end() {
    use secrecy::ExposeSecret;

    let config = load_text("minimal", VALID).expect("valid");
    assert_eq!(config.poll, poller::Settings::default());
    let target = &config.targets[0];
    assert_eq!(&*target.name, "main");
    assert_eq!(target.trio.client_key.current().expose_secret(), "a2V5");
    assert_eq!(target.trio.password.current().expose_secret(), "smörgåsbord");
    assert!(config.warnings.is_empty());
}

#[test]
fn everything_that_can_be_configured_is_read() {
    let text = format!(
        "{VALID}    time_zone: Europe/Stockholm
    default_case_class: email
    contact_centers: {{allow: [1, Växjö], deny: Åre}}
poll: {{state: 2s, configuration: 1m, inventory: 2h}}
collectors: {{skills: off, calls: {{interval: 10s}}, cases: {{interval: 20s}}, agents: on, inventory: {{}}}}
agents: {{identity: hash, hash_key_file: key, min_group_size: 5}}
goals:
  abandon_target: 0.05
  minimum_agents: 3
  classes:
    voice: {{wait_target: 30s, level_target: 0.9, warning_after: 1m, critical_after: 5m}}
    email: {{wait_target: 48h}}
metrics: {{max_series: 100000, keep_counters: 2h}}
"
    );
    let config = load_text("everything", &text).expect("valid");
    assert_eq!((config.poll.state.as_secs(), config.poll.configuration.as_secs()), (2, 60));
    let interval = |collector| config.poll.interval(collector).map(|interval| interval.as_secs());
    assert_eq!(interval(Collector::ServiceState), Some(2));
    assert_eq!(interval(Collector::Calls), Some(10));
    assert_eq!(interval(Collector::Cases), Some(20));
    assert_eq!(interval(Collector::Skills), None);
    assert_eq!(interval(Collector::Agents), Some(60));
    assert_eq!(interval(Collector::Inventory), Some(7200));
    let Selection { allow, deny } = &config.targets[0].contact_centers;
    assert_eq!((allow.join(" "), deny.join(" ")), ("1 Växjö".to_owned(), "Åre".to_owned()));
    assert_eq!((config.tally.min_group_size, config.tally.keep.as_secs()), (5, 7200));
    assert_eq!(config.metrics.max_series, 100_000);
    let goals = config.targets[0].goals.of(&ServiceNames::default());
    assert_eq!((goals.abandon_target, goals.minimum_agents), (0.05, Some(3)));
    let waits: Vec<_> =
        goals.classes.iter().map(|class| (class.class.as_str(), class.wait_target.as_secs())).collect();
    assert_eq!(waits, [("voice", 30), ("email", 172_800)]);
    assert!(config.targets[0].trio.time_zone.is_some());
    assert_eq!(config.targets[0].trio.default_case_class, Some(CaseClass::Email));
    assert!(matches!(config.metrics.identity, metrics::Identity::Hash(_)));
}

#[test]
fn no_secret_is_printed() {
    let config = load_text("printed", VALID).expect("valid");
    let printed = format!("{config:?}");
    for secret in ["a2V5", "smörgåsbord", "\"exporter\""] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn every_wrong_value_has_a_message_that_names_its_place_and_the_remedy() {
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
            format!("{VALID}collectors: {{calls: off, cases: off, service_state: off, agent_state: off}}\n"),
            "c.yml:7:13: collectors: at least one of service_state, agent_state, calls, cases must be on: they say whether Trio is up",
        ),
        (
            format!("{VALID}    contact_centers: {{allow: []}}\n"),
            "c.yml:7:30: targets[0].contact_centers.allow: must name at least one contact centre; or leave the key out",
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
            "c.yml:3:28: targets[0].servers[1]: the same host and port stand here twice",
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
            "c.yml:2:5: targets[0].client_key: must be the Base64 text that Enghouse provides, without spaces",
        ),
        (with(password, "    password: ''\n"), "c.yml:6:15: targets[0].password: must not be empty"),
        (
            with(password, "    password_file: empty\n"),
            "c.yml:6:20: targets[0].password_file: empty is empty",
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
            "c.yml:2:5: targets[0].password: holds a character that ISO-8859-1, which Trio's login uses, does not have",
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
        (format!("{VALID}state_file: .\n"), "c.yml:7:13: state_file: . is a folder; name a file in it"),
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
            "c.yml:1:1: targets: two targets are called `main`; names tell them apart",
        ),
    ];
    for (text, message) in table {
        assert_eq!(errors("wrong", &text), [message], "{text}");
    }
}

#[test]
fn the_state_file_is_found_from_the_folder_of_the_configuration_and_need_not_be_there_yet() {
    let config = load_text("state", &format!("{VALID}state_file: counters\n")).expect("valid");
    assert_eq!(config.state_file, Some(folder("state").join("counters")));
    assert_eq!(load_text("state", VALID).expect("valid").state_file, None);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let text = "targets:\n  - servers: x\n    usrname: u\npoll: {state: soon}\nzzz: 1\n";
    assert_eq!(errors("at-once", text).len(), 7, "{:#?}", errors("at-once", text));
}

#[test]
fn a_mistake_in_a_fields_file_names_that_file() {
    let folder = folder("fields");
    fs::write(folder.join("f.yml"), "agents/state:\n  sate: {members: [x]}\n").expect("writable");
    let list = errors("fields", &format!("{VALID}    fields_file: f.yml\n"));
    assert_eq!(list, ["f.yml:2:3: agents/state.sate: unknown field; did you mean `state`?"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_flag() {
    let list = load(Some(Path::new("/nowhere/c.yml")), &nothing).expect_err("no such file");
    assert_eq!(list, ["--config.file: cannot read /nowhere/c.yml: No such file or directory (os error 2)"]);
}

#[test]
fn plain_http_is_allowed_with_a_warning() {
    let config = load_text("http", &VALID.replace("https", "http")).expect("valid");
    let warning = "targets[0].servers[0]: password and token cross the network unencrypted; use https if the server offers it";
    assert_eq!(config.warnings, [warning]);
}

#[test]
fn a_single_target_comes_from_the_environment() {
    let folder = folder("environment");
    let password = folder.join("password").display().to_string();
    let set = move |name: &str| match name {
        "TRIO_URL" => Some("https://trio.example/te/api".to_owned()),
        "TRIO_CLIENT_KEY" => Some("a2V5".to_owned()),
        "TRIO_USERNAME" => Some("exporter".to_owned()),
        "TRIO_PASSWORD_FILE" => Some(password.clone()),
        _ => None,
    };
    let config = load(None, &set).expect("valid");
    assert_eq!(&*config.targets[0].name, "trio");
    let named = |name: &str| if name == "TRIO_TARGET" { Some("north".to_owned()) } else { set(name) };
    assert_eq!(&*load(None, &named).expect("valid").targets[0].name, "north");
    let twice = |name: &str| if name == "TRIO_PASSWORD" { Some("x".to_owned()) } else { set(name) };
    let list = load(None, &twice).expect_err("two passwords");
    assert_eq!(list, ["TRIO_PASSWORD: TRIO_PASSWORD_FILE is set as well; set one of them"]);
    let file = folder.join("c.yml");
    fs::write(&file, VALID).expect("writable");
    let list = load(Some(&file), &set).expect_err("file and environment");
    assert!(
        list[0].ends_with("the variable TRIO_URL is set as well; use the file or the environment, not both")
    );
}

#[test]
fn an_empty_environment_says_what_to_give_and_a_wrong_one_every_mistake() {
    let list = load(None, &nothing).expect_err("nothing is given");
    assert!(list[0].starts_with("nothing to read: give --config.file, or set TRIO_URL"), "{list:?}");
    let only_url = |name: &str| (name == "TRIO_URL").then(|| "trio".to_owned());
    let list = load(None, &only_url).expect_err("the rest is missing");
    assert_eq!(list.len(), 4, "{list:?}");
    assert_eq!(list[1], "TRIO_CLIENT_KEY: missing; set it, or better TRIO_CLIENT_KEY_FILE");
}

#[test]
fn the_sample_file_is_valid_as_it_is_and_with_every_default_written_out() {
    let sample = include_str!("../../deploy/trio-exporter.yml");
    let secrets = |text: &str| {
        text.replace("client_key_file: client_key", "client_key_file: key")
            .replace("username_file: username", "username_file: user")
    };
    load_text("sample", &secrets(sample)).expect("valid");
    // A line of a commented key ends its first word with a colon; the rest is prose.
    let uncommented = sample.lines().map(|line| match line.trim_start().strip_prefix("# ") {
        Some(rest)
            if rest
                .trim_start()
                .trim_start_matches("- ")
                .split_whitespace()
                .next()
                .is_some_and(|word| word.ends_with(':') && word == word.to_lowercase()) =>
        {
            line.replacen("# ", "", 1)
        }
        _ => line.to_owned(),
    });
    let written_out = secrets(&uncommented.collect::<Vec<_>>().join("\n"))
        .replace("hash_key_file: agent_hash_key", "hash_key_file: key")
        .replace("    fields_file: fields.yml\n", "")
        .replace("    ca_file: ca.pem\n", "");
    let config = load_text("sample-written-out", &written_out).expect("valid");
    assert_eq!(config.poll, poller::Settings::default());
    assert_eq!(config.tally, agents::of_the_sample());
    let goals = &config.targets[0].goals;
    let general = ServiceGoals { minimum_agents: Some(2), ..ServiceGoals::default() };
    assert_eq!(*goals.of(&ServiceNames::default()), general);
    let shown = ServiceNames { id: "102", ..ServiceNames::default() };
    assert_eq!(goals.of(&shown).minimum_agents, Some(4), "the first rule of the sample");
    assert_eq!(config.targets[0].trio.limits, trio::Limits::default());
    assert!(config.targets[0].trio.time_zone.is_some());
}
