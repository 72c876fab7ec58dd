//! The binary as a user starts it: what it says and how it exits when something is wrong.

use std::process::{Command, Output};

use pretty_assertions::assert_eq;

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trio-exporter"));
    command.args(arguments).env_clear().envs(environment.iter().copied());
    let Output { status, stdout, stderr } = command.output().expect("the binary starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn without_any_configuration_it_says_what_to_give_and_exits_with_2() {
    let (code, stdout, stderr) = run(&[], &[]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert_eq!(
        stderr,
        "nothing to read: give --config.file, or set TRIO_URL, TRIO_CLIENT_KEY, TRIO_USERNAME and TRIO_PASSWORD; \
         `trio-exporter demo` shows the exporter without a Trio\n"
    );
}

#[test]
fn every_mistake_is_printed_on_a_line_of_its_own_and_no_secret_with_it() {
    let environment =
        [("TRIO_URL", "trio"), ("TRIO_CLIENT_KEY", "my key"), ("TRIO_PASSWORD", "πάσο")];
    let (code, _, stderr) = run(&["run"], &environment);
    assert_eq!(code, Some(2));
    let names: Vec<&str> = stderr.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, ["TRIO_URL", "TRIO_CLIENT_KEY", "TRIO_USERNAME", "TRIO_PASSWORD"]);
    assert!(!stderr.contains("my key") && !stderr.contains("πάσο"), "{stderr}");
}

#[test]
fn missing_file_and_invalid_flags_exit_with_2() {
    for (arguments, message) in [
        (&["--config.file", "/nowhere.yml"][..], "--config.file: cannot read /nowhere.yml"),
        (&["demo", "--log.level", "loud=very=much"], "--log.level: \"loud=very=much\" is no level"),
        (&["--web.listen-adress", ":1"], "--web.listen-address"),
        (&["--web.listen-address", "nowhere"], "give HOST:PORT, [IPV6]:PORT or :PORT"),
        (
            &["--web.idle-timeout", "10"],
            "give a duration of at least 1s with its unit, such as 10s or 5m",
        ),
        (
            &["--web.listen-address", ":1", "--web.systemd-socket"],
            "cannot be used with '--web.systemd-socket'",
        ),
        (&["demo", "--agents", "0"], "give a whole number from 1 to 100000"),
        (&["simulate", "--dialect", "danish"], "english, swedish, foreign"),
    ] {
        let (code, _, stderr) = run(arguments, &[]);
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}

#[test]
fn flag_errors_at_run_time_name_flag_exit_2() {
    let environment = [
        ("TRIO_URL", "https://127.0.0.1:1/te/api"),
        ("TRIO_CLIENT_KEY", "key"),
        ("TRIO_USERNAME", "user"),
        ("TRIO_PASSWORD", "password"),
    ];
    let gone = "No such file or directory (os error 2)";
    let target = "--target: name one of the configured targets: trio\n";
    for (arguments, message) in [
        (&["check", "--target", "x"][..], target.to_owned()),
        (&["inspect", "--target", "x"], target.to_owned()),
        (&["trace", "--target", "x"], target.to_owned()),
        (
            &["inspect", "--diff", "/nowhere"],
            format!("--diff: /nowhere: {gone}; give a file that `inspect --save` wrote\n"),
        ),
        (
            &["check", "--log.level", "loud=very=much"],
            "--log.level: \"loud=very=much\" is no level; use error, warn, info, debug or trace, or a filter such as \
             info,trio_exporter::trio=debug\n"
                .to_owned(),
        ),
        (&["check", "--config.file", "/nowhere"], format!("--config.file: cannot read /nowhere: {gone}\n")),
    ] {
        let (code, _, stderr) = run(arguments, &environment);
        assert_eq!((code, stderr), (Some(2), message), "{arguments:?}");
    }
}

#[test]
fn mistakes_in_the_web_configuration_are_printed_and_exit_with_2() {
    let environment = [
        ("TRIO_URL", "https://127.0.0.1:1/te/api"),
        ("TRIO_CLIENT_KEY", "key"),
        ("TRIO_USERNAME", "user"),
        ("TRIO_PASSWORD", "password"),
        ("TRIO_EXPORTER_WEB_AGENTS_CONFIG", "/nowhere/agents.yml"),
    ];
    let (code, _, stderr) = run(&["--web.config.file", "/nowhere/web.yml"], &environment);
    assert_eq!(code, Some(2));
    let why = "No such file or directory (os error 2)";
    let expected = format!(
        "--web.config.file: cannot read /nowhere/web.yml: {why}\n\
         --web.agents-config.file: cannot read /nowhere/agents.yml: {why}\n"
    );
    assert_eq!(stderr, expected);
}

#[test]
fn the_fields_file_of_the_foreign_dialect_is_printed_ready_to_use() {
    let (code, stdout, _) = run(&["simulate", "--dialect", "foreign", "--print-fields"], &[]);
    assert_eq!(code, Some(0));
    trio_exporter::trio::Dictionary::with_user_file("printed.yml", &stdout).expect("valid");
    assert!(stdout.contains("agents/state:"), "{stdout}");
}

#[test]
fn a_recording_says_what_is_wrong_before_anybody_is_asked() {
    let environment = [
        ("TRIO_URL", "http://127.0.0.1:1/te/api"),
        ("TRIO_CLIENT_KEY", "key"),
        ("TRIO_USERNAME", "user"),
        ("TRIO_PASSWORD", "password"),
    ];
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let (here, new) = (folder.path().display().to_string(), folder.path().join("new"));
    let new = new.display().to_string();
    let words = "--keep-values: `name` is not a field with a fixed set of words; give one of services/state.open, ";
    std::fs::write(folder.path().join("file"), "x").expect("written");
    for (arguments, code, message) in [
        (
            &["record", "--save", &*here][..],
            2,
            format!("--save: {here}: is not empty; name a folder"),
        ),
        (&["record", "--save", &new, "--keep-values", "name"], 2, words.to_owned()),
        (&["record", "--cycles", "0"], 2, "give a whole number from 1 to 1000".to_owned()),
        (
            &["record", "--target", "other"],
            2,
            "--target: name one of the configured targets: trio".to_owned(),
        ),
        (&["record", "--save", &new], 1, "api: no connection".to_owned()),
        (&["simulate", "--replay", &here], 2, format!("--replay: {here}: is no recording: ")),
        (
            &["simulate", "--replay", &here, "--dialect", "foreign"],
            2,
            "cannot be used with".to_owned(),
        ),
        (&["simulate", "--replay", &here, "--agents", "5"], 2, "cannot be used with".to_owned()),
    ] {
        let (given, _, stderr) = run(arguments, &environment);
        assert_eq!(given, Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(&message), "{arguments:?}: {stderr}");
        assert!(!std::path::Path::new(&new).exists(), "nothing is left of {arguments:?}");
    }
}
