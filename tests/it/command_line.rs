//! The binary as a user starts it: what it says and how it exits when something is wrong.
//! `SNAPSHOTS=overwrite` writes the texts in this file again.

use std::{fs, path::Path};

use snapbox::{Assert, Redactions, cmd::Command, str};

use crate::process::{Process, binary, command, ended, folder};

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
    let error = fs::read("/nowhere").expect_err("no such file");
    redactions.insert("[MISSING]", error.to_string()).expect("a name");
    command.with_assert(Assert::new().action_env("SNAPSHOTS").redact_with(redactions))
}

/// A configuration whose Trio is not asked.
const CONFIGURATION: &str = "targets:\n  - {name: here, servers: \"https://127.0.0.1:1/te/api\", client_key: bnlja2Vs, username: u, password: p}\n";

#[test]
fn without_any_configuration_it_says_what_to_give() {
    // On a machine with an installed exporter that one's file is read.
    if Path::new("/etc/trio-exporter/trio-exporter.yml").exists() {
        return;
    }
    let folder = folder();
    let said = command([""; 0]).current_dir(folder.path()).assert().code(2).stdout_eq("");
    let said = ended(&said).2;
    for part in ["nothing to read: give --config.file, or set TRIO_URL", "./trio-exporter.yml or "]
    {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn file_in_working_directory_is_read_unless_named_or_variable() {
    let folder = folder();
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("trio-exporter.yml", CONFIGURATION);
    write("other.yml", &CONFIGURATION.replace("here", "other"));
    let checked = |arguments: &[&str], variables: &[(&str, &str)]| {
        let command = command(["--config.check"]).args(arguments).envs(variables.iter().copied());
        ended(&command.current_dir(folder.path()).assert())
    };
    let used = |text: &str| (Some(0), format!("{text}\n"));
    let (code, out, _) = checked(&[], &[]);
    assert_eq!((code, out), used("./trio-exporter.yml can be used; targets: here"));
    let (code, out, log) = checked(&[], &NOBODY);
    assert_eq!((code, out), used("the TRIO_* variables can be used; targets: trio"));
    let warnings =
        log.lines().filter(|line| line.contains("./trio-exporter.yml is not read")).count();
    assert_eq!(warnings, 1, "{log}");
    for (arguments, variables) in [
        (&["--config.file", "other.yml"][..], &[][..]),
        (&[], &[("TRIO_EXPORTER_CONFIG", "other.yml")]),
    ] {
        let (code, out, log) = checked(arguments, variables);
        assert_eq!((code, out), used("other.yml can be used; targets: other"));
        assert!(!log.contains("is not read"), "{log}");
    }
    // A file that is found and cannot be used is an error, and no reason to look further.
    write("trio-exporter.yml", "targets: [\n");
    assert_eq!(checked(&[], &[]).0, Some(2));
}

#[tokio::test]
async fn log_names_the_configuration_that_was_found() {
    let folder = folder();
    fs::write(folder.path().join("trio-exporter.yml"), CONFIGURATION).expect("written");
    let mut program = std::process::Command::new(binary());
    program.args(["--web.listen-address", "127.0.0.1:0"]).current_dir(folder.path());
    let mut program = Process::spawn(program, "cargo builds it");
    program.serves().await;
    let log = program.stderr();
    let line = log.lines().find(|line| line.contains("configuration read"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("configuration=./trio-exporter.yml"), "{line}");
}

#[test]
fn check_takes_its_file_as_argument() {
    let folder = folder();
    fs::write(folder.path().join("c.yml"), CONFIGURATION).expect("written");
    let check = |arguments: &[&str]| command(["check"]).args(arguments).current_dir(folder.path());
    let first = "OK     config: c.yml: 1 target, no mistakes\n...";
    check(&["c.yml"]).assert().code(1).stdout_eq(first);
    // As a flag, it is worth more than the variable.
    check(&["c.yml"]).env("TRIO_EXPORTER_CONFIG", "/nowhere.yml").assert().code(1).stdout_eq(first);
    let both = "FILE: --config.file is given as well; give one of them\n";
    check(&["c.yml", "--config.file", "d.yml"]).assert().code(2).stderr_eq(both);
}

#[test]
fn commands_without_a_configuration_look_for_none() {
    let folder = folder();
    fs::write(folder.path().join("trio-exporter.yml"), "no: configuration\n").expect("written");
    let here = |arguments: &[&str]| command(arguments).current_dir(folder.path()).assert();
    here(&["simulate", "--print-fields"]).success();
    here(&["schema"]).success();
    let unreachable = ["healthcheck", "--url", "http://127.0.0.1:1"];
    let said = ended(&here(&unreachable).code(1)).2;
    assert!(!said.contains("trio-exporter.yml"), "{said}");
}

#[test]
fn fields_are_a_table_and_a_file_that_can_be_used() {
    let printed = |arguments: &[&str]| ended(&command(arguments).assert().success()).1;
    let yaml = printed(&["fields", "--yaml"]);
    let read = trio_exporter::trio::Dictionary::with_user_file("printed.yml", &yaml);
    let builtin = trio_exporter::trio::Dictionary::builtin().expect("valid").entries();
    assert_eq!(read.expect("valid").entries(), builtin);
    let table = printed(&["fields"]);
    for entry in &builtin {
        assert!(table.lines().any(|line| line == entry.resource), "{}", entry.resource);
        let begins = format!("  {} ", entry.field);
        assert!(table.lines().any(|line| line.starts_with(&begins)), "{begins}: {table}");
        let words = entry.words.iter().flat_map(|(_, words)| words);
        for name in entry.members.iter().chain(words) {
            // A line may break within a word of two parts.
            assert!(name.split(' ').all(|part| table.contains(part)), "{name}: {table}");
        }
    }
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
}

#[test]
fn printed_hash_is_one_of_the_password() {
    let hash = |input: &str| ended(&command(["hash-password"]).stdin(input.to_owned()).assert());
    let (code, out, log) = hash("smörgåsbord\r\n");
    assert_eq!((code, &*log), (Some(0), ""));
    let hashed = out.trim_end();
    assert!(hashed.starts_with("$2y$10$") && out.lines().count() == 1, "{out}");
    assert_eq!(bcrypt::verify("smörgåsbord", hashed).ok(), Some(true), "{out}");
    assert_eq!(bcrypt::verify("smorgasbord", hashed).ok(), Some(false), "{out}");
    assert_ne!(hash("smörgåsbord").1, out, "each has a salt of its own");
    for (input, message) in [
        ("", "password: none was given\n".to_owned()),
        ("\n", "password: is empty; give one\n".to_owned()),
        (
            &*"x".repeat(73),
            "password: is longer than 72 bytes, of which bcrypt reads no more; give a shorter one\n".to_owned(),
        ),
    ] {
        assert_eq!(hash(input), (Some(2), String::new(), message));
    }
    let longest = "x".repeat(72);
    let (_, out, _) = hash(&longest);
    assert_eq!(bcrypt::verify(&longest[1..], out.trim_end()).ok(), Some(false), "all 72 count");
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
    fs::write(folder.path().join("file"), "x").expect("written");
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
