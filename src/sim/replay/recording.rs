//! Reader of a recording's folder.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::sim::api::Query;

/// The supported version of the format.
const VERSION: u64 = 1;
const FORMAT: &str = "trio-exporter recording";
const MANIFEST: &str = "recording.json";

/// Parameters that do not select rows.
const PRESENTATION_PARAMETERS: [&str; 5] = ["page", "pagesize", "fields", "sort", "redirect"];

/// Reason why a folder cannot be replayed, with the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", .path.display())]
pub struct RecordingError {
    path: PathBuf,
    problem: String,
}

/// A recording in memory.
#[derive(Debug)]
pub(super) struct Recording {
    started: SystemTime,
    /// Start of each cycle after the start of the recording.
    starts: Vec<Duration>,
    /// Members that hold a time, by resource, with the form of the time.
    pub(super) times: BTreeMap<String, BTreeMap<String, String>>,
    /// Servers that answered.
    pub(super) servers: HashSet<String>,
    /// Exchanges by request and cycle. Cycle 0 is the look before the first cycle.
    pub(super) exchanges: HashMap<RequestKey, Vec<Vec<Exchange>>>,
    /// Every text and number in the answers.
    pub(super) scalars: HashSet<String>,
}

/// Path and row filters of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RequestKey {
    pub(super) path: String,
    pub(super) rows: Vec<(String, String)>,
}

/// A request with its answer.
#[derive(Debug, Deserialize)]
pub(super) struct Exchange {
    at_ms: u64,
    pub(super) resource: String,
    server: String,
    path: String,
    pub(super) query: Query,
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) json: Option<Value>,
    pub(super) unreadable: Option<Unreadable>,
}

/// A body that was not JSON.
#[derive(Debug, Deserialize)]
pub(super) struct Unreadable {
    pub(super) bytes: usize,
    pub(super) begins: Option<char>,
}

#[derive(Deserialize)]
struct Manifest {
    started: String,
    look: String,
    cycles: Vec<CycleFile>,
    #[serde(default)]
    times: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct CycleFile {
    file: String,
    at_ms: u64,
}

impl RequestKey {
    pub(super) fn new(path: &str, query: &Query) -> Self {
        let rows = query.pairs().map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let mut rows: Vec<_> =
            rows.filter(|(name, _)| !PRESENTATION_PARAMETERS.contains(&&**name)).collect();
        // The order of parameters says nothing, and clients of other versions send another.
        rows.sort_unstable();
        Self { path: path.to_owned(), rows }
    }

    /// Returns true when both have the same path and the same filter parameters, with any values.
    pub(super) fn resembles(&self, other: &Self) -> bool {
        let names = |key: &Self| key.rows.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        self.path == other.path && !self.rows.is_empty() && names(self) == names(other)
    }
}

impl Exchange {
    pub(super) fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Time of the complete answer after the start of the recording.
    pub(super) fn offset(&self) -> Duration {
        Duration::from_millis(self.at_ms)
    }
}

impl Recording {
    pub(super) fn read(folder: &Path) -> Result<Self, RecordingError> {
        let manifest = manifest(folder)?;
        let started =
            manifest.started.parse::<Timestamp>().ok().and_then(|started| started.try_into().ok());
        let mut recording = Self {
            started: started.ok_or_else(|| RecordingError {
                path: folder.join(MANIFEST),
                problem: "does not say when it was started; get the recording again".to_owned(),
            })?,
            starts: manifest
                .cycles
                .iter()
                .map(|cycle| Duration::from_millis(cycle.at_ms))
                .collect(),
            times: manifest.times,
            servers: HashSet::new(),
            exchanges: HashMap::new(),
            scalars: HashSet::new(),
        };
        let files =
            std::iter::once(&manifest.look).chain(manifest.cycles.iter().map(|cycle| &cycle.file));
        for (cycle, name) in files.enumerate() {
            recording.read_cycle(folder, name, cycle, manifest.cycles.len())?;
        }
        Ok(recording)
    }

    fn read_cycle(
        &mut self,
        folder: &Path,
        name: &str,
        cycle: usize,
        last: usize,
    ) -> Result<(), RecordingError> {
        let path = folder.join(name);
        let wrong = |problem: String| RecordingError { path: path.clone(), problem };
        // A recording comes from others, and a name such as `../../etc/passwd` must not be read.
        if Path::new(name).file_name() != Some(name.as_ref()) {
            return Err(wrong("is no file of the recording; get the recording again".to_owned()));
        }
        let text = fs::read_to_string(&path);
        let text = text
            .map_err(|error| wrong(format!("cannot be read: {error}; get the recording again")))?;
        for (number, line) in text.lines().enumerate() {
            let exchange: Exchange = serde_json::from_str(line).map_err(|error| {
                wrong(format!("line {} is damaged: {error}; get the recording again", number + 1))
            })?;
            if exchange.status.is_some() {
                self.servers.insert(exchange.server.clone());
            }
            // The lookup must know which ids occur in answers, to recognise the probe of a row
            // filter.
            exchange.json.iter().for_each(|json| scalars(json, &mut self.scalars));
            let key = RequestKey::new(&exchange.path, &exchange.query);
            let cycles = self.exchanges.entry(key).or_default();
            cycles.resize_with(last + 1, Vec::new);
            cycles[cycle].push(exchange);
        }
        Ok(())
    }

    /// Number of cycles, without the look.
    pub(super) fn cycles(&self) -> usize {
        self.starts.len()
    }

    /// Cycle of a session of this age: the one with the nearest start. The last one stays.
    pub(super) fn cycle_at(&self, age: Duration) -> usize {
        let first = self.starts.first().copied().unwrap_or_default();
        let since_first = |start: &Duration| start.saturating_sub(first);
        // Each cycle starts half-way before its time, so that a client with the same rhythm meets
        // each of them once.
        let middles =
            self.starts.windows(2).map(|pair| (since_first(&pair[0]) + since_first(&pair[1])) / 2);
        1 + middles.take_while(|middle| age >= *middle).count()
    }

    /// Shift of times, in seconds, that moves the start of the first cycle to `login_time`.
    pub(super) fn shift_to(&self, login_time: SystemTime) -> i64 {
        let first = self.real_time(self.starts.first().copied().unwrap_or_default());
        let shift = SignedDuration::system_until(first, login_time).unwrap_or_default();
        // Whole seconds: recorded timestamps without fractions can be shifted by nothing less.
        shift.as_secs_f64().round() as i64
    }

    /// Recorder's clock at this offset from the start.
    pub(super) fn real_time(&self, at: Duration) -> SystemTime {
        self.started.checked_add(at).unwrap_or(self.started)
    }
}

fn manifest(folder: &Path) -> Result<Manifest, RecordingError> {
    let in_folder =
        |problem: &str| RecordingError { path: folder.to_owned(), problem: problem.to_owned() };
    if !folder.is_dir() {
        return Err(in_folder(
            "there is no such folder; name one that `trio-exporter record` wrote",
        ));
    }
    let path = folder.join(MANIFEST);
    let wrong = |problem: String| RecordingError { path: path.clone(), problem };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let problem = "is no recording: there is no recording.json in it; name a folder that \
                           `trio-exporter record` wrote";
            return Err(in_folder(problem));
        }
        Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
    };
    let damaged =
        |error: serde_json::Error| wrong(format!("is damaged: {error}; get the recording again"));
    let value: Value = serde_json::from_str(&text).map_err(damaged)?;
    if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(wrong(
            "does not describe a recording; name a folder that `trio-exporter record` wrote"
                .to_owned(),
        ));
    }
    let version = value.get("version").and_then(Value::as_u64);
    // Another version may mean other things by the same members.
    if version != Some(VERSION) {
        let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        return Err(wrong(format!(
            "the format has version {version}, and this program reads {VERSION}; use the trio-exporter that wrote it, \
             or a newer one"
        )));
    }
    // After the version: another version may have other members.
    let manifest: Manifest = serde_json::from_value(value).map_err(damaged)?;
    if manifest.cycles.is_empty() {
        return Err(wrong("names no cycle; get the recording again".to_owned()));
    }
    Ok(manifest)
}

fn scalars(value: &Value, all: &mut HashSet<String>) {
    match value {
        Value::String(text) => drop(all.insert(text.trim().to_owned())),
        Value::Number(number) => drop(all.insert(number.to_string())),
        Value::Array(values) => values.iter().for_each(|value| scalars(value, all)),
        Value::Object(members) => members.values().for_each(|value| scalars(value, all)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Rows of an answer, if it is a list.
pub(super) fn rows(body: &Value) -> Option<&Vec<Value>> {
    match body {
        Value::Array(rows) => Some(rows),
        Value::Object(envelope) => data(envelope)?.as_array(),
        _ => None,
    }
}

/// Mutable rows of an answer, or its only item.
pub(super) fn rows_mut(body: &mut Value) -> Vec<&mut Value> {
    let envelope = body.as_object();
    let key = envelope.and_then(|it| it.keys().find(|key| is_data(key)).cloned());
    let data = match key {
        Some(key) => &mut body[key],
        None => body,
    };
    match data {
        Value::Array(rows) => rows.iter_mut().collect(),
        row => vec![row],
    }
}

/// Copy of an answer with other rows.
pub(super) fn with_rows(body: &Value, rows: Vec<Value>) -> Value {
    let mut body = body.clone();
    match &mut body {
        Value::Object(envelope) => {
            if let Some((_, data)) = envelope.iter_mut().find(|(key, _)| is_data(key)) {
                *data = Value::Array(rows);
            }
        }
        body => *body = Value::Array(rows),
    }
    body
}

/// Members of a row, which may be wrapped in `data` once more.
pub(super) fn members(row: &Value) -> Option<&Map<String, Value>> {
    let row = row.as_object()?;
    Some(data(row).and_then(Value::as_object).unwrap_or(row))
}

/// Mutable members of a row.
pub(super) fn members_mut(row: &mut Value) -> Option<&mut Map<String, Value>> {
    let row = row.as_object_mut()?;
    let inner = row
        .iter()
        .find(|(key, value)| is_data(key) && value.is_object())
        .map(|(key, _)| key.clone());
    match inner {
        Some(key) => row.get_mut(&key)?.as_object_mut(),
        None => Some(row),
    }
}

/// Keeps the requested members. Links stay: `fields` selects members, not links.
pub(super) fn pick(row: &mut Value, wanted: &BTreeSet<String>) {
    if let Some(members) = members_mut(row) {
        members.retain(|name, _| {
            let name = name.to_lowercase();
            wanted.contains(&name) || name == "links" || name == "link"
        });
    }
}

fn data(object: &Map<String, Value>) -> Option<&Value> {
    object.iter().find(|(key, _)| is_data(key)).map(|(_, data)| data)
}

fn is_data(key: &str) -> bool {
    key.eq_ignore_ascii_case("data")
}
