//! docs/configuration.md and docs/web.md list every key of their file as the reader declares it.

use std::{fmt::Write, fs};

use trio_exporter::config::{self, KeyRow};

use crate::{markdown::root, support::assert_file};

const BEGIN: &str = "<!-- keys: written by a test -->\n";
const END: &str = "<!-- end of keys -->\n";

/// A table below a heading for each key at the top of the file; the targets, which each file has, come first.
fn tables(heading: &str, rows: Vec<KeyRow>) -> String {
    let (mut sections, below): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| !row.key.contains(['.', '[']));
    sections.sort_by_key(|section| section.key != "targets");
    let mut text = String::new();
    for section in sections {
        let is_below = |row: &&KeyRow| row.key.split(['.', '[']).next() == Some(&section.key);
        let below = below.iter().filter(is_below);
        let mut lines: String = below.map(|row| line(row, section.key.len())).collect();
        if lines.is_empty() {
            lines = line(&section, 0);
        }
        let KeyRow { key, meaning, values, .. } = &section;
        // Of a map, only the words that its keys may be are worth a line.
        let values = values.strip_prefix("map; ").map(|words| format!("\n\n{words}."));
        let values = values.unwrap_or_default();
        let head = "| key | default | values | meaning |\n| --- | --- | --- | --- |\n";
        writeln!(text, "{heading} `{key}`\n\n{meaning}{values}\n\n{head}{lines}").expect("text");
    }
    text
}

/// The line of a key; `section` is the length of the name of its section.
fn line(row: &KeyRow, section: usize) -> String {
    let KeyRow { key, default, values, meaning } = row;
    let key = key[section..].trim_start_matches("[]").trim_start_matches('.');
    let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
    format!("| `{key}` | {default} | {values} | {} |\n", meaning.replace('|', "\\|"))
}

#[test]
fn every_key_is_documented_with_its_default_and_bounds() {
    for (file, heading, rows) in [
        ("docs/configuration.md", "###", config::keys()),
        ("docs/web.md", "####", config::web::keys()),
    ] {
        let text = fs::read_to_string(root().join(file)).expect("the document");
        let (before, rest) = text.split_once(BEGIN).expect("where the keys begin");
        let (_, after) = rest.split_once(END).expect("where the keys end");
        let tables = tables(heading, rows);
        assert_file(file, &format!("{before}{BEGIN}\n{tables}{END}{after}"));
    }
}
