//! Every flag that a document names is one, and every command line of the exporter is understood by
//! it.

use std::collections::BTreeSet;

use clap::{CommandFactory, Parser, error::ErrorKind};
use trio_exporter::cli::Cli;

use super::{
    commands::{Command, pipelines},
    nothing_in,
    stage::ours,
};
use crate::markdown::Document;

/// Flags of other programs that sentences name, and whose they are.
const FOREIGN: [(&str, &str); 28] = [
    ("--agent", "Prometheus 3"),
    ("--alertmanager.url", "amtool"),
    ("--all", "the bench accuracy"),
    ("--bench", "cargo"),
    ("--build", "docker compose"),
    ("--collector.NAME", "node_exporter"),
    ("--comment", "amtool"),
    ("--duration", "amtool"),
    ("--enable-feature", "Prometheus"),
    ("--env", "docker"),
    ("--features", "cargo"),
    ("--from-file", "kubectl"),
    ("--locked", "cargo"),
    ("--no-collector.NAME", "node_exporter"),
    ("--nocapture", "cargo"),
    ("--owner", "gh"),
    ("--profile", "cargo"),
    ("--release", "cargo"),
    ("--rm", "docker"),
    ("--set", "helm"),
    ("--signal", "docker"),
    ("--storage.tsdb.retention.time", "Prometheus"),
    ("--test", "cargo"),
    ("--volume", "docker"),
    ("--web.disable-exporter-metrics", "node_exporter"),
    ("--web.enable-admin-api", "Prometheus"),
    ("--web.enable-lifecycle", "Prometheus"),
    ("--web.route-prefix", "Prometheus"),
];

/// Every long flag of every command.
fn known() -> BTreeSet<String> {
    let (mut flags, mut commands) = (BTreeSet::new(), vec![Cli::command()]);
    while let Some(mut command) = commands.pop() {
        command.build();
        flags.extend(
            command.get_arguments().filter_map(|flag| Some(format!("--{}", flag.get_long()?))),
        );
        commands.extend(command.get_subcommands().cloned());
    }
    flags
}

/// The flags in a text.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("--").filter_map(|(at, _)| {
        let free = text[..at]
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || "([`'\"".contains(c));
        let rest = &text[at + 2..];
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.')))
            .unwrap_or(rest.len());
        let flag = text[at..at + 2 + end].trim_end_matches(['.', '-']);
        // `-----BEGIN CERTIFICATE-----` is the mark of PEM.
        let is_mark = rest.starts_with('-');
        (free && !is_mark && flag.len() > 3).then_some(flag)
    })
}

/// The flags of a document that there are not. In blocks of commands each program has its own;
/// those of ours are held by `understood`.
pub(crate) fn strangers(document: &Document) -> Vec<String> {
    let known = known();
    let is_known =
        |flag: &str| known.contains(flag) || FOREIGN.iter().any(|(foreign, _)| *foreign == flag);
    let blocks =
        document.blocks().into_iter().filter(|block| matches!(&*block.language, "text" | "ini"));
    let in_blocks = blocks.map(|block| (block.line, block.text));
    let texts: Vec<(usize, String)> = document.words().into_iter().chain(in_blocks).collect();
    let named = texts.iter().flat_map(|(line, text)| flags(text).map(|flag| (*line, flag)));
    named
        .filter(|(_, flag)| !is_known(flag))
        .map(|(line, flag)| document.problem(line, format!("there is no flag {flag}")))
        .collect()
}

/// Commands in sentences and tables that the exporter does not understand. Those with a gap are not
/// whole, and a command may be named without what it needs.
pub(crate) fn misunderstood(document: &Document) -> Vec<String> {
    let commands =
        document.words().into_iter().filter(|(_, text)| text.starts_with("trio-exporter "));
    let whole = commands.filter(|(_, text)| !text.contains(['…', '*', '|', '[']));
    whole
        .filter_map(|(line, text)| {
            let problem = match pipelines(&text).into_iter().collect::<Result<Vec<_>, _>>() {
                Ok(lines) => lines.iter().flat_map(|line| &line.commands).find_map(|command| {
                    let error = parsed(command).err()?;
                    (error.kind() != ErrorKind::MissingRequiredArgument).then(|| error.to_string())
                })?,
                Err((_, problem)) => problem,
            };
            Some(document.problem(line, format!("`{text}`: {problem}")))
        })
        .collect()
}

/// A command of the exporter is one that its command line understands.
pub(crate) fn understood(command: &Command) -> Result<(), String> {
    parsed(command).map_err(|error| error.to_string())
}

fn parsed(command: &Command) -> Result<(), clap::Error> {
    let Some(ours) = ours(command) else { return Ok(()) };
    let words = std::iter::once("trio-exporter").chain(ours.words.iter().map(String::as_str));
    match Cli::try_parse_from(words) {
        Err(error)
            if !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

#[test]
fn documents_name_only_flags_that_there_are() {
    let found: Vec<String> = Document::shipped().iter().flat_map(strangers).collect();
    nothing_in(&found);
}

#[test]
fn commands_in_sentences_are_understood() {
    let found: Vec<String> = Document::shipped().iter().flat_map(misunderstood).collect();
    nothing_in(&found);
}
