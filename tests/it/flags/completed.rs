//! Completions and manual pages name everything that can be given.

use std::process::Command;

use clap::CommandFactory;
use pretty_assertions::assert_eq;
use trio_exporter::cli::Cli;

use super::{arguments, commands};

fn printed(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_trio-exporter")).env_clear().args(arguments).output();
    let output = output.expect("the binary starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_completions_of_every_shell_name_every_command_and_every_flag() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script, stderr) = printed(&["completions", shell]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{shell}");
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
        let (code, page, stderr) = printed(&words);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{words:?}");
        assert!(page.contains(".TH ") && page.contains(".SH SYNOPSIS"), "{words:?}: {page}");
        for flag in arguments(&command).filter_map(|arg| arg.get_long()) {
            assert!(page.contains(&roff(&format!("--{flag}"))), "{words:?}: --{flag}: {page}");
        }
    }
    let (code, _, stderr) = printed(&["man", "nothing"]);
    let message = "COMMAND: there is no command `nothing`; see `trio-exporter --help`\n";
    assert_eq!((code, stderr.as_str()), (Some(2), message));
}

#[test]
fn the_schema_is_printed_as_it_is_committed() {
    let (code, schema, _) = printed(&["schema"]);
    assert_eq!(code, Some(0));
    assert_eq!(schema, include_str!("../../../deploy/trio-exporter.schema.json"));
}
