//! From what was seen to the files of a recording.

use std::{fmt::Write, time::SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    disguise::{Disguise, Kept},
    folder::{Folder, FolderError},
    hosts::Hosts,
    keep::Keep,
    names::Names,
    recorder::Recorder,
    seen::{Came, Seen},
    tokens::Tokens,
};
use crate::trio::Dictionary;

/// The version of the format; it changes when a program that knows this one could not read it.
const VERSION: u32 = 1;
/// How an unreadable body may begin, to tell a web page from JSON.
const TELLING: [char; 4] = ['<', '{', '[', '"'];

const KEPT_HEADER: &str = "\
# Everything that stands in this recording as the server wrote it, besides counts, durations, times and
# true and false. Read it before you give the recording to anybody: if a line says who somebody is, do
# not send it, and report that as a mistake of trio-exporter. Changing this file changes nothing.
";

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Cycles that are in it.
    pub cycles: usize,
    /// Requests that are in it, answered or not.
    pub exchanges: usize,
    /// Member names that stayed.
    pub names: usize,
    /// Words that stayed.
    pub words: usize,
    /// Member names that were replaced, because they look like data.
    pub hidden: usize,
}

/// Writes what `recorder` saw at `servers`, in disguise.
///
/// # Errors
/// A file cannot be written, or there are no random numbers.
pub fn write(
    recorder: &Recorder,
    servers: &[Url],
    dictionary: &Dictionary,
    keep: &Keep,
    folder: &Folder,
) -> Result<Summary, FolderError> {
    let began = recorder.began();
    let state = recorder.state();
    let tokens = Tokens::new().map_err(|error| FolderError::NoChance(error.to_string()))?;
    let answered = state.seen.iter().filter(|seen| matches!(seen.came, Came::Answer { .. }));
    let mut disguise = Disguise {
        dictionary,
        keep,
        bases: servers,
        now: began.wall,
        names: Names::of(&state.seen, dictionary),
        tokens,
        hosts: Hosts::new(answered.map(|seen| &seen.url)),
        kept: Kept::default(),
    };
    let mut lines = vec![String::new(); state.cycles.len() + 1];
    for seen in &state.seen {
        let line = exchange(&mut disguise, seen, began.wall);
        // Writing to a String does not fail.
        let _ = writeln!(lines[seen.cycle], "{line}");
    }
    let starts = state.cycles.iter().map(|cycle| cycle.since(began).as_millis() as u64);
    let cycles: Vec<Value> =
        starts.enumerate().map(|(n, at)| json!({ "file": file_name(n + 1), "at_ms": at })).collect();
    let Disguise { kept, .. } = disguise;
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
    files.push(("recording.json".to_owned(), format!("{manifest:#}\n")));
    folder.write(&files)?;
    Ok(Summary {
        cycles: state.cycles.len(),
        exchanges: state.seen.len(),
        names: kept.names.len() + kept.known_names.len(),
        words: kept.words.len(),
        hidden: kept.hidden.len(),
    })
}

fn file_name(cycle: usize) -> String {
    if cycle == 0 { "look.jsonl".to_owned() } else { format!("cycle-{cycle}.jsonl") }
}

fn exchange(disguise: &mut Disguise<'_>, seen: &Seen, began: SystemTime) -> Value {
    let (path, query) = disguise.asked(&seen.url);
    let at = seen.at.duration_since(began).unwrap_or_default();
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
    put("at_ms", (at.as_millis() as u64).into());
    put("took_ms", (seen.took.as_millis() as u64).into());
    put("resource", seen.resource.as_str().into());
    put("server", disguise.hosts.of(&seen.url).into());
    put("path", path.into());
    put("query", json!(query));
    match &seen.came {
        Came::Nothing(failure) => put("failure", (*failure).into()),
        Came::Answer { status, headers, body } => {
            put("status", (*status).into());
            let headers = headers.iter().filter_map(|(name, value)| {
                Some(((*name).to_owned(), Value::from(disguise.header(name, value)?)))
            });
            put("headers", Value::Object(headers.collect()));
            match serde_json::from_slice(body) {
                Ok(json) => put("json", disguise.body(seen.resource, json)),
                Err(error) => put("unreadable", unreadable(body, &error)),
            }
        }
    }
    Value::Object(line)
}

/// What may be said of a body that is not JSON: its length, how it begins, and where it ends to be
/// JSON.
fn unreadable(body: &[u8], error: &serde_json::Error) -> Value {
    let begins =
        std::str::from_utf8(&body[..body.len().min(64)]).unwrap_or_default().trim_start().chars().next();
    let begins = begins.filter(|first| TELLING.contains(first)).map(String::from);
    json!({ "bytes": body.len(), "begins": begins, "line": error.line(), "column": error.column() })
}

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

/// To the millisecond.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or_default().to_string()
}
