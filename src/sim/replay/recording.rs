//! Reading the folder.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::find::Key;

/// The newest version of the format that is known here.
const VERSION: u64 = 1;
const FORMAT: &str = "trio-exporter recording";
const MANIFEST: &str = "recording.json";

/// Why a folder cannot be replayed, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", .path.display())]
pub struct Unusable {
    path: PathBuf,
    problem: String,
}

/// A whole recording.
#[derive(Debug)]
pub(super) struct Recording {
    started: SystemTime,
    /// When each cycle began, after the start.
    starts: Vec<Duration>,
    /// Members that hold a time, by resource, and the form in which it is written.
    pub(super) times: BTreeMap<String, BTreeMap<String, String>>,
    /// The servers that answered.
    pub(super) servers: HashSet<String>,
    /// What was asked, and for each cycle what came; the look is cycle 0.
    pub(super) shelf: HashMap<Key, Vec<Vec<Exchange>>>,
    /// Every text and number that stands in an answer.
    pub(super) scalars: HashSet<String>,
}

/// A request and what came of it.
#[derive(Debug, Deserialize)]
pub(super) struct Exchange {
    at_ms: u64,
    pub(super) resource: String,
    server: String,
    path: String,
    query: Vec<(String, String)>,
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) json: Option<Value>,
    pub(super) unreadable: Option<Unreadable>,
}

/// A body that was no JSON.
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

impl Exchange {
    /// A query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    pub(super) fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// When it was complete, after the start of the recording.
    pub(super) fn at(&self) -> Duration {
        Duration::from_millis(self.at_ms)
    }
}

impl Recording {
    pub(super) fn read(folder: &Path) -> Result<Self, Unusable> {
        let manifest = manifest(folder)?;
        let started = manifest.started.parse::<Timestamp>().ok().and_then(|started| started.try_into().ok());
        let mut recording = Self {
            started: started.ok_or_else(|| Unusable {
                path: folder.join(MANIFEST),
                problem: "does not say when it was started; get the recording again".to_owned(),
            })?,
            starts: manifest.cycles.iter().map(|cycle| Duration::from_millis(cycle.at_ms)).collect(),
            times: manifest.times,
            servers: HashSet::new(),
            shelf: HashMap::new(),
            scalars: HashSet::new(),
        };
        let files = std::iter::once(&manifest.look).chain(manifest.cycles.iter().map(|cycle| &cycle.file));
        for (cycle, name) in files.enumerate() {
            recording.read_cycle(folder, name, cycle, manifest.cycles.len())?;
        }
        Ok(recording)
    }

    fn read_cycle(&mut self, folder: &Path, name: &str, cycle: usize, last: usize) -> Result<(), Unusable> {
        let path = folder.join(name);
        let wrong = |problem: String| Unusable { path: path.clone(), problem };
        // A recording comes from others: it names files beside itself and no others.
        if Path::new(name).file_name() != Some(name.as_ref()) {
            return Err(wrong("is no file of the recording; get the recording again".to_owned()));
        }
        let text = fs::read_to_string(&path);
        let text =
            text.map_err(|error| wrong(format!("cannot be read: {error}; get the recording again")))?;
        for (number, line) in text.lines().enumerate() {
            let exchange: Exchange = serde_json::from_str(line).map_err(|error| {
                wrong(format!("line {} is damaged: {error}; get the recording again", number + 1))
            })?;
            if exchange.status.is_some() {
                self.servers.insert(exchange.server.clone());
            }
            exchange.json.iter().for_each(|json| scalars(json, &mut self.scalars));
            let pairs = exchange.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let key = Key::new(&exchange.path, pairs);
            let cycles = self.shelf.entry(key).or_default();
            cycles.resize_with(last + 1, Vec::new);
            cycles[cycle].push(exchange);
        }
        Ok(())
    }

    /// How many cycles there are besides the look.
    pub(super) fn cycles(&self) -> usize {
        self.starts.len()
    }

    /// The cycle that a session of this age is in: the one whose beginning is nearest. The last one
    /// stays.
    pub(super) fn cycle_at(&self, age: Duration) -> usize {
        let first = self.starts.first().copied().unwrap_or_default();
        let since_first = |start: &Duration| start.saturating_sub(first);
        let middles = self.starts.windows(2).map(|pair| (since_first(&pair[0]) + since_first(&pair[1])) / 2);
        1 + middles.take_while(|middle| age >= *middle).count()
    }

    /// Seconds by which times have to be moved so that the first cycle begins at `born`.
    pub(super) fn shift_to(&self, born: SystemTime) -> i64 {
        let first = self.moment(self.starts.first().copied().unwrap_or_default());
        let seconds = |time: Duration| (time.as_secs_f64().round()) as i64;
        match born.duration_since(first) {
            Ok(later) => seconds(later),
            Err(earlier) => -seconds(earlier.duration()),
        }
    }

    /// What the recorder's clock said this long after the start.
    pub(super) fn moment(&self, at: Duration) -> SystemTime {
        self.started.checked_add(at).unwrap_or(self.started)
    }
}

fn manifest(folder: &Path) -> Result<Manifest, Unusable> {
    let in_folder = |problem: &str| Unusable { path: folder.to_owned(), problem: problem.to_owned() };
    if !folder.is_dir() {
        return Err(in_folder("there is no such folder; name one that `trio-exporter record` wrote"));
    }
    let path = folder.join(MANIFEST);
    let wrong = |problem: String| Unusable { path: path.clone(), problem };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let problem = "is no recording: there is no recording.json in it; name a folder that \
                           `trio-exporter record` wrote";
            return Err(in_folder(problem));
        }
        Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
    };
    let damaged = |error: serde_json::Error| wrong(format!("is damaged: {error}; get the recording again"));
    let value: Value = serde_json::from_str(&text).map_err(damaged)?;
    if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(wrong(
            "does not describe a recording; name a folder that `trio-exporter record` wrote".to_owned(),
        ));
    }
    let version = value.get("version").and_then(Value::as_u64);
    if version != Some(VERSION) {
        let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        return Err(wrong(format!(
            "the format has version {version}, and this program reads {VERSION}; use the trio-exporter that wrote it, \
             or a newer one"
        )));
    }
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
