//! `fields`: prints the built-in field dictionary, as a table or as a fields file.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use clap::Args;

use super::{MAX_COLUMNS, UsageError, columns};
use crate::trio::{BUILTIN_FIELDS, Dictionary, FieldEntry};

#[derive(Debug, Args)]
pub(super) struct FieldsArgs {
    /// Print them as a fields file instead, for `fields_file`.
    #[arg(long)]
    yaml: bool,
}

pub(super) fn run(args: &FieldsArgs) -> anyhow::Result<()> {
    let text = match args.yaml {
        true => BUILTIN_FIELDS.to_owned(),
        false => table(&Dictionary::builtin().map_err(UsageError)?.entries()),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Returns the fields by resource, each with its form, its members and the words of each meaning.
fn table(entries: &[FieldEntry]) -> String {
    // Width of the longest field and of the longest form, each with a blank.
    const FIELD: usize = 17;
    const MEMBERS: usize = 2 + FIELD + 10;
    let columns = columns::of_terminal().unwrap_or(MAX_COLUMNS);
    let mut text = String::new();
    let mut resource = "";
    for FieldEntry { resource: of, field, form, members, words } in entries {
        if resource != *of {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}{of}", if resource.is_empty() { "" } else { "\n" });
            resource = of;
        }
        let line = format!("  {field:<FIELD$}{form:<10}{}", members.join(", "));
        let _ = writeln!(text, "{}", columns::paragraph(&line, MEMBERS, columns));
        for (meaning, words) in words {
            let line = format!("{:MEMBERS$}{meaning}: {}", "", words.join(", "));
            let _ = writeln!(text, "{}", columns::paragraph(&line, MEMBERS, columns));
        }
    }
    text
}
