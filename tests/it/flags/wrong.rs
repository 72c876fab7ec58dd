//! Every flag that takes a value of a form, and some of the other mistakes, with the exact message.

use std::{any::TypeId, collections::BTreeSet, ffi::OsString, path::PathBuf};

use clap::Parser;
use pretty_assertions::assert_eq;
use trio_exporter::cli::Cli;

use super::{arguments, commands};

/// Message about these words, without the hint at `--help`.
fn said_of(words: &[&str]) -> String {
    let error = Cli::try_parse_from(["trio-exporter"].iter().chain(words)).expect_err("a mistake");
    assert_eq!(error.exit_code(), 2, "{words:?}");
    let text = error.to_string();
    text.split("\n\nUsage:")
        .next()
        .unwrap_or_default()
        .split("\n\nFor more")
        .next()
        .unwrap_or_default()
        .to_owned()
}

const TABLE: &[(&[&str], &str)] = &[
    (
        &["--web.listen-address", "nowhere"],
        "error: invalid value 'nowhere' for '--web.listen-address <ADDRESS>': not an address to listen on; give HOST:PORT, [IPV6]:PORT or :PORT, such as 127.0.0.1:10427",
    ),
    (
        &["--web.listen-address", "localhost:70000"],
        "error: invalid value 'localhost:70000' for '--web.listen-address <ADDRESS>': not an address to listen on; give HOST:PORT, [IPV6]:PORT or :PORT, such as 127.0.0.1:10427",
    ),
    (
        &["--web.max-requests", "-1"],
        "error: invalid value '-1' for '--web.max-requests <NUMBER>': give a whole number",
    ),
    (
        &["--web.max-requests", "many"],
        "error: invalid value 'many' for '--web.max-requests <NUMBER>': give a whole number",
    ),
    (
        &["--web.header-timeout", "10"],
        "error: invalid value '10' for '--web.header-timeout <TIME>': give a duration of at least 1s with its unit, such as 10s or 5m",
    ),
    (
        &["--web.header-timeout", "500ms"],
        "error: invalid value '500ms' for '--web.header-timeout <TIME>': give a duration of at least 1s with its unit, such as 10s or 5m",
    ),
    (
        &["--web.idle-timeout", "soon"],
        "error: invalid value 'soon' for '--web.idle-timeout <TIME>': give a duration of at least 1s with its unit, such as 10s or 5m",
    ),
    (
        &["--log.format", "text"],
        "error: invalid value 'text' for '--log.format <FORMAT>'\n  [possible values: logfmt, json]",
    ),
    (
        &["--log.level"],
        "error: a value is required for '--log.level <LEVEL>' but none was supplied",
    ),
    (
        &["--config.file"],
        "error: a value is required for '--config.file <FILE>' but none was supplied",
    ),
    (
        &["--config.check", "--once"],
        "error: the argument '--config.check' cannot be used with '--once'",
    ),
    (
        &["--config.fil", "x"],
        "error: unexpected argument '--config.fil' found\n\n  tip: a similar argument exists: '--config.file'",
    ),
    (
        &["--config.file", "x", "check"],
        "error: the subcommand 'check' cannot be used with '--config.file <FILE>'",
    ),
    (
        &["--web.listen-address", ":1", "--web.systemd-socket"],
        "error: the argument '--web.listen-address <ADDRESS>' cannot be used with '--web.systemd-socket'",
    ),
    (
        &["chek"],
        "error: unrecognized subcommand 'chek'\n\n  tip: some similar subcommands exist: 'schema', 'check'",
    ),
    (&["run", "--target", "x"], "error: unexpected argument '--target' found"),
    (
        &["check", "--target"],
        "error: a value is required for '--target <NAME>' but none was supplied",
    ),
    (
        &["inspect", "--output", "yaml"],
        "error: invalid value 'yaml' for '--output <OUTPUT>'\n  [possible values: table, json]",
    ),
    (
        &["inspect", "--suggest", "--diff", "a"],
        "error: the argument '--suggest' cannot be used with '--diff <FILE>'",
    ),
    (&["inspect", "extra"], "error: unexpected argument 'extra' found"),
    (
        &["trace", "--for", "10"],
        "error: invalid value '10' for '--for <DURATION>': give a duration with its unit, such as 90s, 10m or 1h",
    ),
    (
        &["trace", "--for", "-5s"],
        "error: invalid value '-5s' for '--for <DURATION>': give a duration with its unit, such as 90s, 10m or 1h",
    ),
    (
        &["trace", "--output", "yaml"],
        "error: invalid value 'yaml' for '--output <OUTPUT>'\n  [possible values: text, json]",
    ),
    (
        &["trace", "--wait-for-service"],
        "error: the following required arguments were not provided:\n  --service <ID>",
    ),
    (
        &["record", "--cycles", "0"],
        "error: invalid value '0' for '--cycles <CYCLES>': give a whole number from 1 to 1000",
    ),
    (
        &["record", "--cycles", "1001"],
        "error: invalid value '1001' for '--cycles <CYCLES>': give a whole number from 1 to 1000",
    ),
    (
        &["record", "--interval", "0"],
        "error: invalid value '0' for '--interval <SECONDS>': give a whole number from 1 to 3600",
    ),
    (
        &["demo", "--web.listen-address", "::1"],
        "error: invalid value '::1' for '--web.listen-address <ADDRESS>': not an address to listen on; give HOST:PORT, [IPV6]:PORT or :PORT, such as 127.0.0.1:10427",
    ),
    (
        &["demo", "--services", "0"],
        "error: invalid value '0' for '--services <SERVICES>': give a whole number from 1 to 10000",
    ),
    (
        &["demo", "--agents", "100001"],
        "error: invalid value '100001' for '--agents <AGENTS>': give a whole number from 1 to 100000",
    ),
    (
        &["demo", "--contact-centers", "x"],
        "error: invalid value 'x' for '--contact-centers <CONTACT_CENTERS>': give a whole number from 1 to 100",
    ),
    (
        &["demo", "--seed", "-1"],
        "error: invalid value '-1' for '--seed <SEED>': give a whole number",
    ),
    (
        &["simulate", "--dialect", "danish"],
        "error: invalid value 'danish' for '--dialect <DIALECT>'\n  [possible values: english, swedish, foreign]\n\n  tip: a similar value exists: 'english'",
    ),
    (
        &["simulate", "--page-cap", "0"],
        "error: invalid value '0' for '--page-cap <PAGE_CAP>': give a whole number from 1 to 100000",
    ),
    (
        &["simulate", "--access-token-life", "0"],
        "error: invalid value '0' for '--access-token-life <ACCESS_TOKEN_LIFE>': give a whole number of at least 1",
    ),
    (
        &["simulate", "--refresh-token-life", "1h"],
        "error: invalid value '1h' for '--refresh-token-life <REFRESH_TOKEN_LIFE>': give a whole number of at least 1",
    ),
    (
        &["simulate", "--latency", "60001"],
        "error: invalid value '60001' for '--latency <LATENCY>': give a whole number from 0 to 60000",
    ),
    (
        &["simulate", "--charset", "utf8"],
        "error: invalid value 'utf8' for '--charset <CHARSET>'\n  [possible values: utf-8, iso-8859-1]\n\n  tip: a similar value exists: 'utf-8'",
    ),
    (
        &["simulate", "--activation", "3601"],
        "error: invalid value '3601' for '--activation <ACTIVATION>': give a whole number from 0 to 3600",
    ),
    (
        &["simulate", "--replay", "a", "--seed", "1"],
        "error: the argument '--replay <DIR>' cannot be used with:\n  --services <SERVICES>\n  --agents <AGENTS>\n  --contact-centers <CONTACT_CENTERS>\n  --seed <SEED>",
    ),
    (
        &["--shard", "3"],
        "error: invalid value '3' for '--shard <I/N>': give NUMBER/SHARDS, such as 0/3 for the first of three, or auto/3",
    ),
    (
        &["--shard", "3/3"],
        "error: invalid value '3/3' for '--shard <I/N>': there is no shard 3 of 3: they count from 0, so the last is 2",
    ),
    (
        &["--web.external-url", "foo"],
        "error: invalid value 'foo' for '--web.external-url <URL>': give scheme, host and port alone, such as https://exporter.example:10427; the exporter has no other path than /",
    ),
    (
        &["healthcheck", "--timeout", "3"],
        "error: invalid value '3' for '--timeout <TIME>': give a duration of at least 1s with its unit, such as 10s or 5m",
    ),
    (&["init", "--password", "x"], "error: unexpected argument '--password' found"),
    (
        &["init", "--force=yes"],
        "error: unexpected value 'yes' for '--force' found; no more were expected",
    ),
    (&["completions"], "error: the following required arguments were not provided:\n  <SHELL>"),
    (
        &["completions", "tcsh"],
        "error: invalid value 'tcsh' for '<SHELL>'\n  [possible values: bash, elvish, fish, powershell, zsh]\n\n  tip: a similar value exists: 'zsh'",
    ),
];

#[test]
fn wrong_flag_messages_name_flag_and_valid_value() {
    for (words, message) in TABLE {
        assert_eq!(said_of(words), *message, "{words:?}");
    }
}

#[test]
fn the_table_has_a_wrong_value_for_every_flag_with_a_form() {
    let free = [TypeId::of::<String>(), TypeId::of::<PathBuf>(), TypeId::of::<OsString>()];
    let mut untold = BTreeSet::new();
    for command in commands() {
        for arg in arguments(&command).filter(|arg| arg.get_action().takes_values()) {
            let form = arg.get_value_parser().type_id();
            let name = arg.get_long().map(|long| format!("'--{long} "));
            let name =
                name.unwrap_or_else(|| format!("'<{}>", arg.get_id().as_str().to_uppercase()));
            let told = TABLE
                .iter()
                .any(|(_, message)| message.contains(&name) && message.contains("invalid value"));
            if !free.iter().any(|free| form == *free) && !told {
                untold.insert(name);
            }
        }
    }
    assert_eq!(untold, BTreeSet::new());
}
