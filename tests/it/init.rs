//! `init` as a program and as a person use it.

#[cfg(unix)]
mod terminal;

use std::{fs, path::Path};

use pretty_assertions::assert_eq;
use trio_exporter::{
    model::Clock,
    sim::{Dialect, Options},
};

use crate::{
    process::{command, ended, folder},
    support::Simulated,
};

const KEY: &str = "bnlja2Vs";
const USER: &str = "exporter";
const PASSWORD: &str = "smörgås och bord";

/// Exit code, standard output and standard error.
fn init(directory: &Path, more: &[&str], answers: &str) -> (Option<i32>, String, String) {
    let init = command(["init", "--directory"]).arg(directory).args(more);
    ended(&init.stdin(answers).assert())
}

fn answers() -> String {
    format!(
        "https://a.example/te/api, https://b.example/te/api\n{KEY}\n{USER}\n{PASSWORD}\nEurope/Stockholm\n\n"
    )
}

#[track_caller]
fn assert_no_secret(text: &str) {
    for secret in [KEY, PASSWORD] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn answers_become_usable_configuration_and_private_secrets() {
    let parent = folder();
    let directory = parent.path().join("new folder");
    let (code, stdout, stderr) = init(&directory, &["--target", "north \"1\""], &answers());
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    assert_no_secret(&stdout);
    let text = fs::read_to_string(directory.join("trio-exporter.yml")).expect("written");
    let expected = "\
state_file: \"trio-exporter.state\"
targets:
  - name: \"north \\\"1\\\"\"
    servers: [\"https://a.example/te/api\", \"https://b.example/te/api\"]
    client_key_file: client_key
    username_file: username
    password_file: password
    time_zone: \"Europe/Stockholm\"
";
    assert!(text.ends_with(expected), "{text}");
    for line in expected.lines() {
        assert!(stdout.contains(line), "it is shown before it is written: {stdout}");
    }
    for (name, secret) in [("client_key", KEY), ("username", USER), ("password", PASSWORD)] {
        assert_eq!(
            fs::read_to_string(directory.join(name)).expect("written"),
            format!("{secret}\n")
        );
    }
    #[cfg(unix)]
    {
        let mode = |path: &Path| {
            std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(path).expect("there").permissions(),
            ) & 0o777
        };
        assert_eq!(mode(&directory), 0o700);
        for name in ["client_key", "username", "password"] {
            assert_eq!(mode(&directory.join(name)), 0o600, "{name}");
        }
    }
    let next: Vec<&str> =
        stdout.lines().filter_map(|line| line.strip_prefix("  trio-exporter ")).collect();
    let file = directory.join("trio-exporter.yml").display().to_string();
    assert_eq!(next, [format!("check --config.file '{file}'"), format!("--config.file '{file}'")]);
    let check = command(["--config.file", &file, "--config.check"]).assert().success();
    // No mistake and no warning.
    check.stdout_eq(format!("{file} can be used; targets: north \"1\"\n")).stderr_eq("");
}

#[tokio::test]
async fn what_it_writes_reads_a_trio() {
    let Options { client_key, username, password, .. } = Options::default();
    let trio = Simulated::small().await;
    let (folder, url) = (folder(), trio.url());
    let done = tokio::task::spawn_blocking(move || {
        let answers = format!("{client_key}\n{username}\n{password}\n");
        let (code, stdout, _) = init(folder.path(), &["--server", &url], &answers);
        assert_eq!(code, Some(0));
        assert!(
            stdout.contains(
                "note: targets[0].servers[0]: password and token cross the network unencrypted"
            ),
            "{stdout}"
        );
        let file = folder.path().join("trio-exporter.yml").display().to_string();
        ended(&command(["--config.file", &file, "--once"]).assert())
    });
    let (code, stdout, stderr) = done.await.expect("no panic");
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("trio_up{target=\"trio\"} 1"), "{stdout}");
}

#[tokio::test]
async fn learning_sends_at_most_two_hundred_requests() {
    for (dialect, services) in [(Dialect::Vendor, 120), (Dialect::Foreign, 120)] {
        let options = Options { dialect, services, ..Options::default() };
        let Options { client_key, username, password, .. } = options.clone();
        let trio = Simulated::start(options, Clock::system()).await;
        let (folder, url) = (folder(), trio.url());
        let done = tokio::task::spawn_blocking(move || {
            let answers = format!("{client_key}\n{username}\n{password}\n");
            init(folder.path(), &["--server", &url], &answers)
        });
        let (code, stdout, stderr) = done.await.expect("no panic");
        assert_eq!(code, Some(0), "{stderr}");
        assert!(!stdout.contains("not learnt"), "{stdout}");
        // The address is checked before, by another client.
        let sent = trio.simulator.requests();
        assert!((30..=202).contains(&sent), "{dialect:?}: {sent}\n{stdout}");
    }
}

#[test]
fn what_is_there_is_replaced_only_by_force_and_is_private_afterwards() {
    let folder = folder();
    let there = folder.path().join("password");
    fs::write(&there, "mine").expect("written");
    let (code, stdout, stderr) = init(folder.path(), &[], &answers());
    let message = format!(
        "already there: {}; choose another --directory, or replace with --force\n",
        there.display()
    );
    assert_eq!(
        (code, stdout, stderr),
        (Some(2), String::new(), message),
        "before anything is asked"
    );
    assert_eq!(fs::read_to_string(&there).expect("there"), "mine");
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1, "nothing was written");
    let (code, ..) = init(folder.path(), &["--force"], &answers());
    assert_eq!(code, Some(0));
    assert_eq!(fs::read_to_string(&there).expect("there"), format!("{PASSWORD}\n"));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::MetadataExt::mode(&fs::metadata(&there).expect("there")) & 0o777,
        0o600
    );
}

#[test]
fn unusable_piped_answers_are_reported_and_write_no_file() {
    let servers = "Address of the API, such as https://trio.example/te/api; several, the preferred one first, with commas";
    let key = "API client key, from Enghouse (not shown)";
    let password = "Its password (not shown)";
    let url = "https://a.example/te/api";
    let zone = match jiff::tz::TimeZone::system().iana_name() {
        Some(zone) => format!("Time zone of times that Trio writes without one [{zone}]"),
        None => "Time zone of times that Trio writes without one, such as Europe/Stockholm [none]"
            .to_owned(),
    };
    let ends = "the standard input ends before the answer to";
    for (flags, answers, message) in [
        (&[][..], String::new(), format!("{ends}: {servers}")),
        (
            &[],
            "\n".to_owned(),
            format!(
                "{servers}: must name 1 to 4 servers, the preferred one first, separated by commas or spaces"
            ),
        ),
        (
            &[],
            "https://me:geheim@a.example/te/api\n".to_owned(),
            format!(
                "{servers}: must not hold a user name or password; they have keys of their own"
            ),
        ),
        (
            &[],
            "trio.example.org\n".to_owned(),
            format!(
                "{servers}: trio.example.org is not a whole address: write https://trio.example.org/te/api"
            ),
        ),
        (
            &["--server", "trio.example.org"],
            String::new(),
            "--server: trio.example.org is not a whole address: write https://trio.example.org/te/api"
                .to_owned(),
        ),
        (
            &[],
            "ftp://a.example\n".to_owned(),
            format!("{servers}: must begin with https:// or http://"),
        ),
        (
            &["--server", url],
            "two words\n".to_owned(),
            format!("{key}: must be the Base64 text that Enghouse provides, without spaces"),
        ),
        (&["--server", url], format!("{KEY}\n \n"), "API user: must not be empty".to_owned()),
        (&["--server", url], format!("{KEY}\n{USER}\n"), format!("{ends}: {password}")),
        (
            &["--server", url],
            format!("{KEY}\n{USER}\nπάσο\n"),
            format!(
                "{password}: holds a character that ISO-8859-1, which Trio's login uses, does not have"
            ),
        ),
        (
            &["--server", "https://me:geheim@a.example"],
            String::new(),
            "--server: must not hold a user name or password; they have keys of their own"
                .to_owned(),
        ),
        (
            &["--server", url],
            format!("{KEY}\n{USER}\n{PASSWORD}\nEurope/Stokholm\n"),
            format!("{zone}: no such time zone; give a name such as Europe/Stockholm"),
        ),
        (&["--target", " "], String::new(), "--target: must not be empty".to_owned()),
    ] {
        let folder = folder();
        let (code, stdout, stderr) = init(folder.path(), flags, &answers);
        assert_eq!((code, stderr), (Some(2), format!("{message}\n")), "{flags:?} {answers:?}");
        assert!(!stdout.contains("geheim") && !stdout.contains("πάσο"), "{stdout}");
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
    }
}

/// Runs `init` against a simulated Trio with nothing but the login, and the exporter once.
async fn learned(options: Options) -> (String, Option<String>, String) {
    let Options { client_key, username, password, .. } = options.clone();
    let trio = Simulated::start(options, Clock::system()).await;
    let (folder, url) = (folder(), trio.url());
    let done = tokio::task::spawn_blocking(move || {
        let answers = format!("{client_key}\n{username}\n{password}\n");
        let (code, stdout, stderr) = init(folder.path(), &["--server", &url], &answers);
        assert_eq!(code, Some(0), "{stdout}\n{stderr}");
        let fields = fs::read_to_string(folder.path().join("fields.yml")).ok();
        let file = folder.path().join("trio-exporter.yml").display().to_string();
        let (code, metrics, log) = ended(&command(["--config.file", &file, "--once"]).assert());
        assert_eq!(code, Some(0), "{log}\n{fields:?}");
        (stdout, fields, metrics)
    });
    done.await.expect("no panic")
}

#[tokio::test]
async fn known_words_need_nothing_but_the_login() {
    let options = Options { services: 4, agents: 8, ..Options::default() };
    let (stdout, fields, metrics) = learned(options).await;
    assert!(!stdout.contains("filters"), "no proof is needed: {stdout}");
    let is_exported = |line: &str| {
        line.starts_with("yes       services/state queue_length ") && line.contains(" queueLength ")
    };
    assert!(stdout.lines().any(is_exported), "{stdout}");
    let active = fields.iter().flat_map(|text| text.lines());
    let active: Vec<&str> = active.filter(|line| !line.starts_with('#')).collect();
    assert_eq!(active.concat(), "", "nothing differs from the built-in names");
    assert!(metrics.contains("trio_service_queue_length{"), "{metrics}");
}

#[tokio::test]
async fn foreign_names_are_proved_and_the_rest_is_explained() {
    let options =
        Options { dialect: Dialect::Foreign, services: 8, agents: 20, ..Options::default() };
    let (stdout, fields, metrics) = learned(options).await;
    let fields = fields.expect("written");
    assert!(stdout.contains("a quiet hour is better"), "{stdout}");
    for line in [
        "  id: {members: [\"vxQ\"], from: proved}",
        "#?   queue_length: {members: ['qDepth_77']} # number; ",
    ] {
        assert!(fields.contains(line), "{line}: {fields}");
    }
    for start in ["yes       services/state id ", "no        services/state queue_length "] {
        assert!(stdout.lines().any(|line| line.starts_with(start)), "{start}: {stdout}");
    }
    assert!(metrics.contains("trio_up{target=\"trio\"} 1"), "{metrics}");
    assert!(!metrics.contains("trio_service_queue_length{"), "a guess is not exported");
}

#[tokio::test]
async fn wrong_scheme_and_missing_path_are_named() {
    let trio = Simulated::small().await;
    let address = trio.url().trim_start_matches("http://").trim_end_matches("/te/api").to_owned();
    let done = tokio::task::spawn_blocking(move || {
        let given = |server: String| {
            let folder = folder();
            let (code, stdout, _) =
                init(folder.path(), &[], &format!("{server}\n{KEY}\n{USER}\nx\n"));
            assert_eq!(code, Some(0), "{stdout}");
            let file = folder.path().join("trio-exporter.yml");
            (stdout, fs::read_to_string(file).expect("written"))
        };
        let (stdout, file) = given(format!("http://{address}"));
        assert!(
            stdout.contains(&format!("the path of the API is added: http://{address}/te/api")),
            "{stdout}"
        );
        assert!(file.contains(&format!("servers: [\"http://{address}/te/api\"]")), "{file}");
        let (stdout, _) = given(format!("https://{address}/te/api"));
        let named = format!(
            "but the API answers at http://{address}/te/api: the address begins with http://"
        );
        assert!(stdout.contains(&named), "{stdout}");
        // The login is wrong: it is tried once, and nothing is asked after it.
        assert!(stdout.contains("not learnt: "), "{stdout}");
    });
    done.await.expect("no panic");
}
