//! docs/configuration.md lists every flag as the program knows it.

use std::{fmt::Write, fs, path::Path};

use clap::{Arg, Command};

use super::{arguments, commands};

const FILE: &str = "docs/configuration.md";
const BEGIN: &str = "<!-- flags: written by a test -->\n";
const END: &str = "<!-- end of flags -->\n";

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
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let rows: Vec<String> = arguments(command).filter(|arg| shown(arg)).map(row).collect();
    writeln!(text, "### {heading}\n\n{about}\n").expect("text");
    if rows.is_empty() {
        return;
    }
    let head = "| flag | default | environment | meaning |\n| --- | --- | --- | --- |\n";
    writeln!(text, "{head}{}", rows.concat()).expect("text");
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
    let mut meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
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

#[test]
fn every_flag_is_documented_with_its_default_and_its_variable() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let text = fs::read_to_string(&path).expect("the document");
    let (before, rest) = text.split_once(BEGIN).expect("where the flags begin");
    let (written, after) = rest.split_once(END).expect("where the flags end");
    if std::env::var_os("GOLDEN").is_some_and(|it| it == "write") {
        return fs::write(&path, format!("{before}{BEGIN}\n{}{END}{after}", table()))
            .expect("writable");
    }
    assert!(
        written == format!("\n{}", table()),
        "{FILE} is out of date; run `GOLDEN=write cargo test --locked --test it every_flag_is_documented`"
    );
}
