//! Reads the files of the web server: `--web.config.file`, in the format of Prometheus and its
//! exporters (exporter-toolkit), and `--web.agents-config.file`, which names the users of
//! `/metrics/agents`.
//!
//! Settings of that format that would protect less than they promise are errors here; docs/web.md
//! lists them.

mod tls;

use std::{num::NonZeroU32, path::Path, time::Duration};

use serde_json::json;

use super::{
    Environment,
    files::Files,
    form::{Form, KeyRow},
    keys::Keys,
    kinds::{Kind, Switch, Whole},
};
use crate::{
    http::{
        BadHash, BadHeader, CONFIGURABLE, Headers, PasswordHash, RateLimit, Users, WatchedFile,
        Web, WebReading,
    },
    yaml::{self, Complaints, Entry, LONGEST_DOCUMENT, Value, unknown},
};

/// Reads the files that are given.
pub fn read(
    file: Option<&Path>,
    agents_file: Option<&Path>,
    environment: Environment<'_>,
) -> WebReading {
    // The list of files is returned also with errors: the server tries again when one of them
    // changes.
    let mut reader = Reader { environment, files: Vec::new(), warnings: Vec::new() };
    let mut mistakes = Vec::new();
    let mut web = Web::default();
    if let Some(path) = file {
        let read = reader.document("--web.config.file", path, web_config);
        web = read.unwrap_or_else(|list| {
            mistakes.extend(list);
            Web::default()
        });
    }
    if let Some(path) = agents_file {
        let read =
            reader.document("--web.agents-config.file", path, |keys: &mut Keys<'_, '_>, _| {
                agents_users(keys)
            });
        match read {
            Ok(users) => web.agents_users = Some(users),
            Err(list) => mistakes.extend(list),
        }
    }
    let Reader { files, warnings, .. } = reader;
    WebReading { files, web: if mistakes.is_empty() { Ok(web) } else { Err(mistakes) }, warnings }
}

/// Reads configuration files, and records them for the watch on changes.
struct Reader<'e> {
    environment: Environment<'e>,
    /// Files that were read, or could not be, to be watched for changes.
    files: Vec<WatchedFile>,
    warnings: Vec<String>,
}

/// The files that a web configuration names: certificates, keys and authorities.
struct NamedFiles<'r> {
    files: Files,
    watched: &'r mut Vec<WatchedFile>,
}

impl Reader<'_> {
    /// Reads the file at `path`, which `flag` names, with `read`.
    ///
    /// # Errors
    /// All errors of the file.
    fn document<T>(
        &mut self,
        flag: &str,
        path: &Path,
        read: impl FnOnce(&mut Keys<'_, '_>, &mut NamedFiles<'_>) -> T,
    ) -> Result<T, Vec<String>> {
        self.files.push(WatchedFile::inspect(path));
        let text = yaml::read_text(path, LONGEST_DOCUMENT)
            .map_err(|message| vec![format!("{flag}: {message}")])?;
        let mut complaints = Complaints::about(path.display().to_string());
        let files = Files::for_configuration(path, self.environment);
        let mut named = NamedFiles { files, watched: &mut self.files };
        let value = yaml::parse(&text, &mut complaints).map(|node| {
            let root = Entry { path: String::new(), node: &node };
            Keys::read(&root, &mut complaints, |keys| read(keys, &mut named))
        });
        self.warnings.extend(named.files.into_warnings());
        match value {
            Some(value) if complaints.is_empty() => Ok(value),
            _ => Err(complaints.into_list()),
        }
    }
}

/// Returns a row for each key of the web configuration, in the order in which it is read.
pub fn keys() -> Vec<KeyRow> {
    let mut watched = Vec::new();
    let mut named = NamedFiles { files: Files::for_environment(&|_| None), watched: &mut watched };
    Keys::describe("", |keys| web_config(keys, &mut named)).into_rows()
}

fn web_config(keys: &mut Keys<'_, '_>, named: &mut NamedFiles<'_>) -> Web {
    let tls = tls::read(keys, named);
    let about = "Protocol and headers of the answers.";
    let (http2, headers) = keys.map("http_server_config", about, |keys| {
        let http2 = keys.value("http2", Switch, true, "HTTP/2 for clients that use TLS.");
        let about = "Headers of every answer; an empty text removes one that has no fixed list of values. By default answers have `nosniff`, `deny` and, unless the page has its own, a policy that allows nothing.";
        (http2, keys.given("headers", HeaderMap, None, about).unwrap_or_default())
    });
    let users = users(keys).map(|(users, _)| users).unwrap_or_default();
    let rate_limit = rate_limit(keys);
    Web { tls, http2, headers, users, agents_users: None, rate_limit }
}

/// Reads the users of `/metrics/agents`, at least one.
fn agents_users(keys: &mut Keys<'_, '_>) -> Users {
    match users(keys) {
        Some((users, _)) if !users.is_empty() => users,
        // The errors in its users are reported already.
        Some((_, has_errors)) if has_errors => Users::default(),
        _ => {
            // An empty list could mean no one or everyone, so it is rejected.
            let message = "names no user; without the flag --web.agents-config.file the users of --web.config.file see /metrics/agents";
            keys.wrong_key("basic_auth_users", message);
            Users::default()
        }
    }
}

/// Reads the users, and if any of them is wrong.
fn users(keys: &mut Keys<'_, '_>) -> Option<(Users, bool)> {
    keys.given("basic_auth_users", UserHashes, None, "Users and the hashes of their passwords.")
}

/// A map of names and hashes.
struct UserHashes;

impl Kind for UserHashes {
    /// The users, and true if any is wrong.
    type Value = (Users, bool);

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Self::Value> {
        let before = complaints.count();
        let mut users = Vec::new();
        for (key, value) in entry.section(complaints).entries() {
            // Basic authentication ends the name at the first colon.
            if key.text.contains(':') {
                complaints.add(key.at, &value.path, "no user with a colon in the name can log in");
            }
            let Value::Text(text) = &value.node.value else {
                value.wrong(complaints, BadHash);
                continue;
            };
            match PasswordHash::parse(text) {
                Ok(hash) => users.push((key.text.clone(), hash)),
                Err(error) => value.wrong(complaints, error),
            }
        }
        Some((users.into_iter().collect(), complaints.count() > before))
    }

    fn form(&mut self) -> Form {
        Form::new("map of names and bcrypt hashes", json!({"type": "object"}))
    }
}

/// A map of headers and their values.
struct HeaderMap;

impl Kind for HeaderMap {
    type Value = Headers;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Headers> {
        let mut headers = Headers::default();
        for (key, value) in entry.section(complaints).entries() {
            let text = match &value.node.value {
                // A header without a value keeps its default; an empty text removes it where
                // `Headers::set` allows that.
                Value::Null => continue,
                Value::Text(text) if text.is_empty() => String::new(),
                _ => value.text(complaints).unwrap_or_default(),
            };
            match headers.set(&key.text, &text) {
                Ok(()) => {}
                Err(BadHeader::NotConfigurable) => {
                    let message = unknown("header", &key.text, CONFIGURABLE.into_iter());
                    complaints.add(key.at, &value.path, message);
                }
                Err(error) => value.wrong(complaints, error),
            }
        }
        Some(headers)
    }

    fn form(&mut self) -> Form {
        let names = CONFIGURABLE.map(|name| format!("`{name}`")).join(", ");
        Form::new(format!("map of {names}"), json!({"type": "object"}))
    }
}

fn rate_limit(keys: &mut Keys<'_, '_>) -> Option<RateLimit> {
    let about =
        "Limit for all clients and pages together. Further requests get 429, before any login.";
    keys.map("rate_limit", about, |keys| {
        let interval = keys.given(
            "interval",
            RateInterval,
            None,
            "Time after which one more request is allowed.",
        );
        let about = "Requests allowed in a burst; at least 1 if there is an interval.";
        let burst = keys.given("burst", Whole(0..=1_000_000_u32), None, about);
        keys.report_unknown();
        // A burst alone limits nothing, and is accepted as in exporter-toolkit.
        let interval = interval.flatten()?;
        let burst = burst.and_then(NonZeroU32::new);
        if burst.is_none() {
            keys.wrong_key("burst", "must be at least 1: without it no request is ever answered");
        }
        burst.map(|burst| RateLimit { interval, burst })
    })
}

/// A duration, or 0 for no limit, as in exporter-toolkit.
struct RateInterval;

impl Kind for RateInterval {
    type Value = Option<Duration>;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Self::Value> {
        match &entry.node.value {
            // 0 is the one duration that needs no unit.
            Value::Integer(0) => Some(None),
            Value::Text(text) if text == "0s" => Some(None),
            _ => entry.duration(Duration::from_micros(1), complaints).map(Some),
        }
    }

    fn form(&mut self) -> Form {
        Form::new("duration; 0: no limit", json!({"type": "string"}))
    }
}

#[cfg(test)]
mod tests;
