//! Pseudonymises the exchanges and writes the files of a recording.

use std::{fmt::Write, time::SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    folder::{Folder, FolderError},
    hosts::HostAliases,
    kept_fields::KeptFields,
    member_names::MemberNames,
    pseudonyms::{Kept, Pseudonyms},
    recorder::{RecordedExchange, Recorder, Reply},
    replacements::Replacements,
};
use crate::trio::Dictionary;

/// Version of the format. It changes when programs that know this version could not read it.
const VERSION: u32 = 1;
/// First characters of an unreadable body that are recorded: they tell a web page from broken JSON.
const RECORDED_BEGINNINGS: [char; 4] = ['<', '{', '[', '"'];

const KEPT_HEADER: &str = "\
# Everything in this recording that is as the server wrote it, besides counts, durations, times, true and
# false. Read it before you give the recording to anyone: if a line identifies a person, do not send the
# recording, and report that as a bug of trio-exporter. Changing this file changes nothing.
";

/// Numbers about a recording, to be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Cycles.
    pub cycles: usize,
    /// Requests, answered or not.
    pub exchanges: usize,
    /// Member names that were kept.
    pub names: usize,
    /// Words that were kept.
    pub words: usize,
    /// Member names that were replaced, because they look like data.
    pub hidden: usize,
}

/// Writes the exchanges of `recorder` with `servers`, pseudonymised.
///
/// # Errors
/// A file cannot be written, or there are no random numbers.
pub fn write(
    recorder: &Recorder,
    servers: &[Url],
    dictionary: &Dictionary,
    kept_fields: &KeptFields,
    folder: &Folder,
) -> Result<Summary, FolderError> {
    let began = recorder.began();
    let state = recorder.state();
    let replacements =
        Replacements::new().map_err(|error| FolderError::NoRandomNumbers(error.to_string()))?;
    // Servers that answered get the first aliases, so that `host-1` is the server that was read.
    let answered =
        state.exchanges.iter().filter(|exchange| matches!(exchange.reply, Reply::Answer { .. }));
    let mut pseudonyms = Pseudonyms {
        dictionary,
        kept_fields,
        bases: servers,
        now: began.wall,
        names: MemberNames::choose(&state.exchanges, dictionary),
        replacements,
        hosts: HostAliases::new(answered.map(|exchange| &exchange.url)),
        kept: Kept::default(),
    };
    let mut lines = vec![String::new(); state.cycles.len() + 1];
    for exchange in &state.exchanges {
        let line = exchange_line(&mut pseudonyms, exchange, began.wall);
        // Writing to a String cannot fail.
        let _ = writeln!(lines[exchange.cycle], "{line}");
    }
    let starts = state.cycles.iter().map(|cycle| cycle.since(began).as_millis() as u64);
    let cycles: Vec<Value> = starts
        .enumerate()
        .map(|(n, at)| json!({ "file": file_name(n + 1), "at_ms": at }))
        .collect();
    let Pseudonyms { kept, .. } = pseudonyms;
    let manifest = json!({
        "format": "trio-exporter recording",
        "version": VERSION,
        "exporter": env!("CARGO_PKG_VERSION"),
        "started": timestamp(began.wall),
        "look": file_name(0),
        "cycles": cycles,
        "times": kept.times,
    });
    let mut files: Vec<(String, String)> =
        lines.into_iter().enumerate().map(|(n, text)| (file_name(n), text)).collect();
    files.push(("kept.txt".to_owned(), kept_text(&kept)));
    // Last: without it a folder is no recording, so a broken one is recognised.
    files.push(("recording.json".to_owned(), format!("{manifest:#}\n")));
    folder.write(&files)?;
    Ok(Summary {
        cycles: state.cycles.len(),
        exchanges: state.exchanges.len(),
        names: kept.names.len() + kept.known_names.len(),
        words: kept.words.len(),
        hidden: kept.hidden.len(),
    })
}

fn file_name(cycle: usize) -> String {
    if cycle == 0 { "look.jsonl".to_owned() } else { format!("cycle-{cycle}.jsonl") }
}

/// Returns the line of one exchange, as docs/dev/simulator.md describes it.
fn exchange_line(
    pseudonyms: &mut Pseudonyms<'_>,
    exchange: &RecordedExchange,
    began: SystemTime,
) -> Value {
    let (path, query) = pseudonyms.request_address(&exchange.url);
    let at = exchange.at.duration_since(began).unwrap_or_default();
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
    put("at_ms", (at.as_millis() as u64).into());
    put("took_ms", (exchange.took.as_millis() as u64).into());
    put("resource", exchange.resource.as_str().into());
    put("server", pseudonyms.hosts.alias_of(&exchange.url).into());
    put("path", path.into());
    put("query", json!(query));
    match &exchange.reply {
        Reply::Failure(failure) => put("failure", (*failure).into()),
        Reply::Answer { status, headers, body } => {
            put("status", (*status).into());
            let headers = headers.iter().filter_map(|(name, value)| {
                Some(((*name).to_owned(), Value::from(pseudonyms.header(name, value)?)))
            });
            put("headers", Value::Object(headers.collect()));
            match serde_json::from_slice(body) {
                Ok(json) => put("json", pseudonyms.body(exchange.resource, json)),
                Err(error) => put("unreadable", unreadable(body, &error)),
            }
        }
    }
    Value::Object(line)
}

/// Describes a body that is not JSON: its length, its first character, and the position of the
/// error.
fn unreadable(body: &[u8], error: &serde_json::Error) -> Value {
    // The first 64 bytes are enough to pass over blanks.
    let begins = std::str::from_utf8(&body[..body.len().min(64)])
        .unwrap_or_default()
        .trim_start()
        .chars()
        .next();
    let begins = begins.filter(|first| RECORDED_BEGINNINGS.contains(first)).map(String::from);
    json!({ "bytes": body.len(), "begins": begins, "line": error.line(), "column": error.column() })
}

/// Returns the contents of `kept.txt`.
fn kept_text(kept: &Kept) -> String {
    let mut text = KEPT_HEADER.to_owned();
    let lists = [
        ("member names that trio-exporter does not know", &kept.names),
        ("member names of the API, and those that the field dictionary knows", &kept.known_names),
        ("words that the field dictionary knows, or that --keep-values kept", &kept.words),
    ];
    for (heading, list) in lists {
        let _ = writeln!(text, "\n# {heading}");
        for entry in list {
            let _ = writeln!(text, "{entry}");
        }
    }
    text
}

/// Formats a time (RFC 3339), to the millisecond.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or_default().to_string()
}
