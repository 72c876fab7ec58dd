//! The flags: messages about wrong ones, their names, and their description for other programs.

mod completed;
#[cfg(target_os = "linux")]
mod documented;
mod wrong;

use clap::{Arg, Command, CommandFactory};
use trio_exporter::cli::Cli;

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
