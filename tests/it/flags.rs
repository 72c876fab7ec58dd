//! The flags: messages about wrong ones, their names, and their description for other programs.

use std::{any::TypeId, collections::BTreeSet, ffi::OsString, fmt::Write, fs, path::PathBuf};

use clap::{Arg, Command, CommandFactory, Parser};
use trio_exporter::cli::Cli;

use crate::{markdown::root, process::command, support::assert_file};

/// Command lines with a mistake and what is said about it, without the hint at `--help`.
const WRONG: &str = "tests/data/expected/wrong_flags.txt";

/// The document that lists every flag, between two comments.
const LISTED: &str = "docs/configuration.md";
const BEGIN: &str = "<!-- flags: written by a test -->\n";
const END: &str = "<!-- end of flags -->\n";

/// The program and its commands, the hidden ones included.
fn commands() -> Vec<Command> {
    let mut program = Cli::command();
    program.build();
    let below: Vec<Command> =
        program.get_subcommands().filter(|it| it.get_name() != "help").cloned().collect();
    std::iter::once(program).chain(below).collect()
}

/// Arguments of a command; `--help` and `--version` are not ours.
fn arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !["help", "version"].contains(&arg.get_id().as_str()))
}

#[test]
fn no_secret_can_be_given_on_the_command_line() {
    let secret = ["password", "secret", "token", "key", "user", "credential"];
    for command in commands() {
        for arg in arguments(&command) {
            let name = arg.get_long().unwrap_or(arg.get_id().as_str());
            // How long the tokens of the simulated Trio live; the name of somebody who may look at
            // the exporter.
            let public = ["access-token-life", "refresh-token-life", "user"].contains(&name);
            if public || name.ends_with("-file") {
                continue;
            }
            assert!(
                !secret.iter().any(|word| name.contains(word)),
                "{} --{name}",
                command.get_name()
            );
        }
    }
}

#[test]
fn wrong_flag_messages_name_flag_and_valid_value() {
    let file = fs::read_to_string(root().join(WRONG)).expect("a file");
    let said = file.lines().filter(|line| line.starts_with("$ ")).map(|line| {
        let words = shlex::split(&line[2..]).expect("words");
        let error = Cli::try_parse_from(words).expect_err("a mistake");
        assert_eq!(error.exit_code(), 2, "{line}");
        let text = error.to_string();
        let (message, _) =
            text.split_once("\n\nUsage:").or(text.split_once("\n\nFor more")).expect("a hint");
        format!("{line}\n{message}\n")
    });
    assert_file(WRONG, &said.collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_flag_with_a_form_has_a_wrong_value() {
    let file = fs::read_to_string(root().join(WRONG)).expect("a file");
    let free = [TypeId::of::<String>(), TypeId::of::<PathBuf>(), TypeId::of::<OsString>()];
    let mut untold = BTreeSet::new();
    for command in commands() {
        for arg in arguments(&command).filter(|arg| arg.get_action().takes_values()) {
            let form = arg.get_value_parser().type_id();
            let name = arg.get_long().map(|long| format!("'--{long} "));
            let name =
                name.unwrap_or_else(|| format!("'<{}>", arg.get_id().as_str().to_uppercase()));
            let told = |line: &str| line.contains("invalid value") && line.contains(&name);
            if !free.iter().any(|free| form == *free) && !file.lines().any(told) {
                untold.insert(name);
            }
        }
    }
    assert_eq!(untold, BTreeSet::new());
}

/// The output of a command that must not fail.
fn printed(arguments: &[&str]) -> String {
    let output = command(arguments).assert().success().stderr_eq("");
    String::from_utf8(output.get_output().stdout.clone()).expect("UTF-8")
}

#[test]
fn the_completions_of_every_shell_name_every_command_and_every_flag() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&["completions", shell]);
        for command in commands().iter().filter(|command| !command.is_hide_set()) {
            assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            for flag in arguments(command).filter_map(|arg| arg.get_long()) {
                // fish writes the name alone, after `-l`.
                let written =
                    if shell == "fish" { format!("-l {flag}") } else { format!("--{flag}") };
                assert!(script.contains(&written), "{shell}: {} --{flag}", command.get_name());
            }
        }
    }
}

#[test]
fn manual_pages_cover_every_command_and_flag() {
    // As roff writes a name.
    let roff = |name: &str| name.replace('-', "\\-");
    for command in commands() {
        let is_program = command.get_name() == Cli::command().get_name();
        let words = if is_program { vec!["man"] } else { vec!["man", command.get_name()] };
        let page = printed(&words);
        assert!(page.contains(".TH ") && page.contains(".SH SYNOPSIS"), "{words:?}: {page}");
        for flag in arguments(&command).filter_map(|arg| arg.get_long()) {
            assert!(page.contains(&roff(&format!("--{flag}"))), "{words:?}: --{flag}: {page}");
        }
    }
    let message = "COMMAND: there is no command `nothing`; see `trio-exporter --help`\n";
    command(["man", "nothing"]).assert().code(2).stderr_eq(message);
}

#[test]
fn first_sentence_of_every_flag_and_command_is_short() {
    let mut long = Vec::new();
    for command in commands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let helps = arguments(&command).map(|arg| {
            let values = arg.get_possible_values();
            let values: Vec<_> =
                values.iter().filter_map(|it| it.get_help()).map(ToString::to_string).collect();
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            [vec![help], values].concat()
        });
        for text in helps.flatten().chain([about]) {
            assert!(!text.is_empty(), "{}", command.get_name());
            if text.chars().count() >= 60 {
                long.push(format!("{}: {text}", command.get_name()));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn help_of_every_command_fits_into_100_columns() {
    for command in commands() {
        let name = command.get_name();
        let words = if name == Cli::command().get_name() { vec![] } else { vec![name] };
        for flag in ["-h", "--help"] {
            let help = printed(&[&words[..], &[flag]].concat());
            let wide: Vec<&str> = help.lines().filter(|line| line.chars().count() > 100).collect();
            assert!(help.contains("Usage: ") && wide.is_empty(), "{name} {flag}: {wide:#?}");
        }
    }
}

#[test]
fn version_names_revision_and_compiler() {
    let version = printed(&["--version"]);
    let form = r"^trio-exporter \d+\.\d+\.\d+ \((revision [0-9a-f]{12}|revision unknown: built without git); rustc \d+\.\d+\.\d+ .*\)\n$";
    assert!(regex::Regex::new(form).expect("a pattern").is_match(&version), "{version}");
}

#[test]
fn committed_schema_is_the_one_that_is_printed() {
    assert_file("deploy/trio-exporter.schema.json", &printed(&["schema"]));
}

fn table() -> String {
    let mut text = String::new();
    let all = commands();
    let (program, below) = all.split_first().expect("the program");
    section(&mut text, "`trio-exporter`, or `trio-exporter run`", program, |_| true);
    for command in
        below.iter().filter(|command| command.get_name() != "run" && !command.is_hide_set())
    {
        let heading = format!("`trio-exporter {}`", command.get_name());
        section(&mut text, &heading, command, |arg| !arg.is_global_set());
    }
    text
}

fn section(text: &mut String, heading: &str, command: &Command, shown: impl Fn(&Arg) -> bool) {
    let about = command.get_long_about().or(command.get_about());
    let about = one_line(&about.map(ToString::to_string).unwrap_or_default());
    let rows: Vec<String> = arguments(command).filter(|arg| shown(arg)).map(row).collect();
    writeln!(text, "### {heading}\n\n{about}\n").expect("text");
    if rows.is_empty() {
        return;
    }
    let head = "| flag | default | environment | meaning |\n| --- | --- | --- | --- |\n";
    writeln!(text, "{head}{}", rows.concat()).expect("text");
}

/// The paragraphs of a help text in one line, without the last full stop, as clap has it.
fn one_line(text: &str) -> String {
    text.replace("\n\n", " ").trim_end_matches('.').to_owned()
}

fn row(arg: &Arg) -> String {
    let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
    let value = value.and_then(|names| names.first()).map(|name| format!("{name}"));
    let flag = match (arg.get_long(), value) {
        (Some(long), Some(value)) => format!("`--{long} {value}`"),
        (Some(long), None) => format!("`--{long}`"),
        (None, value) => format!("`{}`", value.unwrap_or_default()),
    };
    let code = |text: String| if text.is_empty() { text } else { format!("`{text}`") };
    let default: Vec<_> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default =
        if arg.get_action().takes_values() { code(default.join(" ")) } else { String::new() };
    let variable =
        arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let meaning = arg.get_long_help().or(arg.get_help());
    let mut meaning = one_line(&meaning.map(ToString::to_string).unwrap_or_default());
    let words: Vec<String> =
        arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
    if arg.get_action().takes_values() && !words.is_empty() {
        let _ = write!(meaning, ": {}", words.join(", "));
    }
    format!(
        "| {flag} | {default} | {} | {} |\n",
        code(variable),
        meaning.replace('|', "\\|").replace('\n', " ")
    )
}

// Only there is the flag of systemd's sockets.
#[cfg(target_os = "linux")]
#[test]
fn every_flag_is_documented_with_its_default_and_its_variable() {
    let text = fs::read_to_string(root().join(LISTED)).expect("the document");
    let (before, rest) = text.split_once(BEGIN).expect("where the flags begin");
    let (_, after) = rest.split_once(END).expect("where the flags end");
    assert_file(LISTED, &format!("{before}{BEGIN}\n{}{END}{after}", table()));
}
