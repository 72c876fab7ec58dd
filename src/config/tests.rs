//! Tests of valid configurations, and of the exact message of each error.

use std::{fs, path::PathBuf, time::Duration};

use tempfile::TempDir;

use pretty_assertions::assert_eq;

use super::*;
use crate::model::{
    AgentState, CaseClass, Collector, Language, ServiceNames, WallAgents, WallColumn,
};

mod declared;
mod environment;
mod mistakes;
mod search;
mod secrets;
mod values;

thread_local! {
    // Each test is a thread, so its folder is deleted when it ends. A folder below the checkout
    // would fail where the checkout is read-only, or has no `target` because CARGO_TARGET_DIR names
    // another place.
    static FOLDER: TempDir = tempfile::tempdir().expect("a temporary folder");
}

/// A folder of the running test, with the secrets that the valid file names.
fn folder(test: &str) -> PathBuf {
    let folder = FOLDER.with(|folder| folder.path().join(test));
    fs::create_dir_all(&folder).expect("writable");
    for (name, text) in [
        ("key", "a2V5\n"),
        ("user", "exporter"),
        ("password", "smörgåsbord\r\n"),
        ("empty", "\n"),
        ("greek", "πάσο"),
        ("token", "0123456789abcdef0123456789abcdef\n"),
    ] {
        fs::write(folder.join(name), text).expect("writable");
        set_mode(&folder.join(name), 0o640);
    }
    folder
}

/// Sets the mode of a file, on systems that have one.
fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
        .expect("a file of ours");
    #[cfg(not(unix))]
    let _ = (path, mode);
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn load_text(test: &str, text: &str) -> Result<Config, Vec<String>> {
    let file = folder(test).join("c.yml");
    fs::write(&file, text).expect("writable");
    load(Some(&file), &nothing)
}

/// Returns the messages without the folder.
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

/// Returns a line that adds a target to the valid file.
fn second_target(name: &str) -> String {
    format!(
        "  - {{name: {name}, servers: https://b/c, client_key_file: key, username_file: user, password_file: password}}"
    )
}

/// Returns the valid file with one line replaced.
fn with(line: &str, other: &str) -> String {
    assert!(VALID.contains(line), "{line}");
    VALID.replace(line, other)
}

#[test]
fn minimal_file_is_enough_and_secrets_lose_line_ends() {
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
fn every_key_is_read() {
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
wallboards:
  - {{name: front-1, targets: MA*, contact_centers: 1, service_groups: [a, b], services: Växel*, classes: email,
     columns: [waiting, free], agents: services, language: sv, title: Växeln, notice: closed, token_file: token,
     allowed_origins: 'https://a.example:8443', frame_ancestors: ['http://b.example']}}
  - name: plain
"
    );
    let config = load_text("everything", &text).expect("valid");
    assert_eq!((config.poll.state.as_secs(), config.poll.configuration.as_secs()), (2, 60));
    assert_eq!(config.poll.flow, None);
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
    let goals = config.targets[0].goals.for_service(&ServiceNames::default());
    assert_eq!((goals.abandon_target, goals.minimum_agents), (0.05, Some(3)));
    let waits: Vec<_> = goals
        .classes
        .iter()
        .map(|class| (class.class.as_str(), class.wait_target.as_secs()))
        .collect();
    assert_eq!(waits, [("voice", 30), ("email", 172_800)]);
    let texts = |patterns: &[crate::model::Pattern]| {
        patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let [board, plain] = config.wallboards.as_slice() else { panic!("{:?}", config.wallboards) };
    let selected = [&board.targets, &board.contact_centers, &board.service_groups, &board.services]
        .map(|it| texts(it));
    assert_eq!(selected, ["MA*", "1", "a b", "Växel*"]);
    assert_eq!((&*board.name, &board.classes[..]), ("front-1", &[CaseClass::Email][..]));
    assert_eq!(board.columns, [WallColumn::Waiting, WallColumn::Free]);
    assert_eq!((board.agents, board.language), (WallAgents::Services, Some(Language::Sv)));
    assert_eq!((board.title.as_deref(), board.notice.as_deref()), (Some("Växeln"), Some("closed")));
    let token = board.token.as_ref().expect("a token");
    assert!(token.is_token(b"0123456789abcdef0123456789abcdef"), "without the line end");
    assert_eq!(board.allowed_origins, ["https://a.example:8443".into()]);
    assert_eq!(board.frame_ancestors, ["http://b.example".into()]);
    assert_eq!(**plain, Wallboard::new("plain"), "the defaults");
    assert!(config.targets[0].trio.time_zone.is_some());
    assert_eq!(config.targets[0].trio.default_case_class, Some(CaseClass::Email));
    assert!(matches!(config.metrics.identity, metrics::Identity::Hash(_)));
}

#[test]
fn no_secret_is_printed() {
    let board = "wallboards: [{name: a, token_file: token}]\n";
    let config = load_text("printed", &format!("{VALID}{board}")).expect("valid");
    assert!(config.wallboards[0].token.is_some());
    let printed = format!("{config:?}");
    for secret in ["a2V5", "smörgåsbord", "\"exporter\"", "0123456789abcdef"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn state_file_starts_at_the_folder_of_the_configuration() {
    let config = load_text("state", &format!("{VALID}state_file: counters\n")).expect("valid");
    assert_eq!(config.state_file, Some(folder("state").join("counters")));
    assert_eq!(load_text("state", VALID).expect("valid").state_file, None);
}

#[test]
fn all_errors_are_reported_at_once() {
    let text = "targets:\n  - servers: x\n    usrname: u\npoll: {state: soon}\nzzz: 1\n";
    assert_eq!(errors("at-once", text).len(), 7, "{:#?}", errors("at-once", text));
}

#[test]
fn error_in_a_fields_file_names_that_file() {
    let folder = folder("fields");
    fs::write(folder.join("f.yml"), "agents/state:\n  sate: {members: [x]}\n").expect("writable");
    let list = errors("fields", &format!("{VALID}    fields_file: f.yml\n"));
    assert_eq!(list, ["f.yml:2:3: agents/state.sate: unknown field; did you mean `state`?"]);
}

#[test]
fn unreadable_file_is_reported_with_its_flag() {
    let list = load(Some(Path::new("/nowhere/c.yml")), &nothing).expect_err("no such file");
    assert_eq!(
        list,
        ["--config.file: cannot read /nowhere/c.yml: No such file or directory (os error 2)"]
    );
}

#[test]
fn plain_http_is_allowed_with_a_warning() {
    let config = load_text("http", &VALID.replace("https", "http")).expect("valid");
    let warning = "targets[0].servers[0]: password and token cross the network unencrypted; use https if the server offers it";
    assert_eq!(config.warnings, [warning]);
}
