//! The binary as a user starts it: what it says and how it exits when something is wrong.
//! `SNAPSHOTS=overwrite` writes the texts in this file again.

use std::path::Path;

use snapbox::{Assert, Redactions, cmd::Command, str};

use crate::process::{command, ended, folder};

/// A Trio that does not answer.
const NOBODY: [(&str, &str); 4] = [
    ("TRIO_URL", "https://127.0.0.1:1/te/api"),
    ("TRIO_CLIENT_KEY", "key"),
    ("TRIO_USERNAME", "user"),
    ("TRIO_PASSWORD", "password"),
];

/// The system's own words about a file that is missing differ between systems.
fn without_system_error(command: Command) -> Command {
    let mut redactions = Redactions::new();
    let error = std::fs::read("/nowhere").expect_err("no such file");
    redactions.insert("[MISSING]", error.to_string()).expect("a name");
    command.with_assert(Assert::new().action_env("SNAPSHOTS").redact_with(redactions))
}

#[test]
fn without_any_configuration_it_says_what_to_give() {
    command([""; 0]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
nothing to read: give --config.file, or set TRIO_URL, TRIO_CLIENT_KEY, TRIO_USERNAME and TRIO_PASSWORD; `trio-exporter demo` shows the exporter without a Trio

"#]]);
}

#[test]
fn every_mistake_has_a_line_and_no_secret_is_in_it() {
    let environment =
        [("TRIO_URL", "trio"), ("TRIO_CLIENT_KEY", "my key"), ("TRIO_PASSWORD", "πάσο")];
    command(["run"]).envs(environment).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
TRIO_URL: not a URL (relative URL without a base); give the address of the API, such as https://trio.example/te/api
TRIO_CLIENT_KEY: must be the Base64 text that Enghouse provides, without spaces
TRIO_USERNAME: missing; set it, or better TRIO_USERNAME_FILE
TRIO_PASSWORD: holds a character that ISO-8859-1, which Trio's login uses, does not have

"#]]);
}

#[test]
fn mistakes_in_flags_exit_with_2() {
    command(["--web.listen-adress", ":1"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: unexpected argument '--web.listen-adress' found

  tip: a similar argument exists: '--web.listen-address'

Usage: trio-exporter --web.listen-address <ADDRESS>

For more information, try '--help'.

"#]]);
    command(["demo", "--agents", "0"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '0' for '--agents <AGENTS>': give a whole number from 1 to 100000

For more information, try '--help'.

"#]]);
    command(["simulate", "--dialect", "danish"]).assert().code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: invalid value 'danish' for '--dialect <DIALECT>'
  [possible values: english, swedish, foreign, vendor]

  tip: a similar value exists: 'english'

For more information, try '--help'.

"#
    ]]);
    command(["demo", "--log.level", "loud=very=much"]).assert().code(2).stderr_eq(str![[r#"
--log.level: "loud=very=much" is no level; use error, warn, info, debug or trace, or a filter such as info,trio_exporter::trio=debug

"#]]);
}

#[test]
fn flag_errors_at_run_time_name_flag_exit_2() {
    let said = |arguments: &[&str]| {
        without_system_error(command(arguments)).envs(NOBODY).assert().code(2).stdout_eq("")
    };
    said(&["check", "--log.level", "loud=very=much"]).stderr_eq(str![[r#"
--log.level: "loud=very=much" is no level; use error, warn, info, debug or trace, or a filter such as info,trio_exporter::trio=debug

"#]]);
    said(&["--config.file", "/nowhere.yml"]).stderr_eq(str![[r#"
--config.file: cannot read /nowhere.yml: [MISSING]

"#]]);
    said(&["check", "--config.file", "/nowhere.yml"]).stderr_eq(str![[r#"
--config.file: cannot read /nowhere.yml: [MISSING]

"#]]);
    said(&["inspect", "--diff", "/nowhere"]).stderr_eq(str![[r#"
--diff: /nowhere: [MISSING]; give a file that `inspect --save` wrote

"#]]);
    for name in ["check", "inspect", "trace", "record"] {
        let target = "--target: name one of the configured targets: trio\n";
        said(&[name, "--target", "x"]).stderr_eq(target);
    }
}

#[test]
fn mistakes_in_the_web_configuration_are_printed() {
    without_system_error(command(["--web.config.file", "/nowhere/web.yml"]))
        .envs(NOBODY)
        .env("TRIO_EXPORTER_WEB_AGENTS_CONFIG", "/nowhere/agents.yml")
        .assert()
        .code(2)
        .stderr_eq(str![[r#"
--web.config.file: cannot read /nowhere/web.yml: [MISSING]
--web.agents-config.file: cannot read /nowhere/agents.yml: [MISSING]

"#]]);
}

#[test]
fn the_fields_file_of_the_foreign_dialect_is_printed_ready_to_use() {
    let (code, stdout, _) =
        ended(&command(["simulate", "--dialect", "foreign", "--print-fields"]).assert());
    assert_eq!(code, Some(0));
    trio_exporter::trio::Dictionary::with_user_file("printed.yml", &stdout).expect("valid");
    assert!(stdout.contains("agents/state:"), "{stdout}");
}

#[test]
fn a_recording_says_what_is_wrong_before_anybody_is_asked() {
    let folder = folder();
    let (here, new) = (folder.path().display().to_string(), folder.path().join("new"));
    std::fs::write(folder.path().join("file"), "x").expect("written");
    let new = new.display().to_string();
    for (arguments, code, message) in [
        (&["record", "--save", &*here][..], 2, format!("--save: {here}: is not empty; name a folder")),
        (
            &["record", "--save", &new, "--keep-values", "name"],
            2,
            "--keep-values: `name` is not a field with a fixed set of words; give one of services/state.open, ".into(),
        ),
        (&["record", "--save", &new], 1, "api: no connection".into()),
        (&["simulate", "--replay", &here], 2, format!("--replay: {here}: is no recording: ")),
        (&["simulate", "--replay", &here, "--dialect", "foreign"], 2, "cannot be used with".into()),
        (&["simulate", "--replay", &here, "--agents", "5"], 2, "cannot be used with".into()),
    ] {
        let said = command(arguments).envs(NOBODY).assert().code(code);
        said.stderr_eq(format!("...\n[..]{message}[..]\n..."));
        assert!(!Path::new(&new).exists(), "nothing is left of {arguments:?}");
    }
}
