//! Reads the files of the web server: `--web.config.file`, in the format of Prometheus and its
//! exporters (exporter-toolkit), and `--web.agents-config.file`, which names the users of
//! `/metrics/agents`.
//!
//! Settings of that format that would protect less than they promise are errors here; docs/web.md
//! lists them.

mod tls;

use std::{num::NonZeroU32, path::Path, time::Duration};

use super::{Environment, files::Files};
use crate::{
    http::{
        BadHash, BadHeader, CONFIGURABLE, Headers, PasswordHash, RateLimit, Users, WatchedFile,
        Web, WebReading,
    },
    yaml::{self, Complaints, Entry, LONGEST_DOCUMENT, Section, Value, unknown},
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
        let read = reader.document("--web.agents-config.file", path, |root, _, complaints| {
            agents_users(root, complaints)
        });
        match read {
            Ok(users) => web.agents_users = Some(users),
            Err(list) => mistakes.extend(list),
        }
    }
    let Reader { files, warnings, .. } = reader;
    WebReading { files, web: if mistakes.is_empty() { Ok(web) } else { Err(mistakes) }, warnings }
}

/// Reads files and records which ones.
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
        read: impl FnOnce(&mut Section<'_>, &mut NamedFiles<'_>, &mut Complaints) -> T,
    ) -> Result<T, Vec<String>> {
        self.files.push(WatchedFile::inspect(path));
        let text = yaml::read_text(path, LONGEST_DOCUMENT)
            .map_err(|message| vec![format!("{flag}: {message}")])?;
        let mut complaints = Complaints::about(path.display().to_string());
        let files = Files::for_configuration(path, self.environment);
        let mut named = NamedFiles { files, watched: &mut self.files };
        let value = yaml::parse(&text, &mut complaints).map(|root| {
            let mut root = Section::root(&root, &mut complaints);
            let value = read(&mut root, &mut named, &mut complaints);
            root.finish(&mut complaints);
            value
        });
        self.warnings.extend(named.files.into_warnings());
        match value {
            Some(value) if complaints.is_empty() => Ok(value),
            _ => Err(complaints.into_list()),
        }
    }
}

fn web_config(
    root: &mut Section<'_>,
    named: &mut NamedFiles<'_>,
    complaints: &mut Complaints,
) -> Web {
    let tls = tls::read(root, named, complaints);
    let (http2, headers) = http_server(root, complaints);
    let users = users(root, complaints).map(|(users, _)| users).unwrap_or_default();
    let rate_limit = root.get("rate_limit").and_then(|entry| rate_limit(&entry, complaints));
    Web { tls, http2, headers, users, agents_users: None, rate_limit }
}

/// Reads the users of `/metrics/agents`, at least one.
fn agents_users(root: &mut Section<'_>, complaints: &mut Complaints) -> Users {
    match users(root, complaints) {
        Some((users, _)) if !users.is_empty() => users,
        // Its users are wrong, which is reported already.
        Some((_, has_errors)) if has_errors => Users::default(),
        _ => {
            // An empty list would open the page to no one, or to everyone: neither can be meant.
            let message = "names no user; without the flag --web.agents-config.file the users of --web.config.file see /metrics/agents";
            complaints.add(root.position(), "basic_auth_users", message);
            Users::default()
        }
    }
}

/// Reads the users; the flag is true if any of them is wrong.
fn users(root: &mut Section<'_>, complaints: &mut Complaints) -> Option<(Users, bool)> {
    let entry = root.get("basic_auth_users")?;
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

fn http_server(root: &mut Section<'_>, complaints: &mut Complaints) -> (bool, Headers) {
    let mut headers = Headers::default();
    let Some(entry) = root.get("http_server_config") else { return (true, headers) };
    let mut section = entry.section(complaints);
    let http2 = section.get("http2").is_none_or(|entry| switch(&entry, complaints).unwrap_or(true));
    if let Some(entry) = section.get("headers") {
        for (key, value) in entry.section(complaints).entries() {
            let text = match &value.node.value {
                // A header without a value keeps its default; an empty text removes it.
                Value::Null => continue,
                Value::Text(text) if text.is_empty() => String::new(),
                _ => value.text(complaints).unwrap_or_default(),
            };
            match headers.set(&key.text, &text) {
                Ok(()) => {}
                Err(BadHeader::NotConfigurable) => {
                    complaints.add(
                        key.at,
                        &value.path,
                        unknown("header", &key.text, CONFIGURABLE.into_iter()),
                    );
                }
                Err(error) => value.wrong(complaints, error),
            }
        }
    }
    section.finish(complaints);
    (http2, headers)
}

/// Reads a value that must be true or false.
fn switch(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<bool> {
    let switch = entry.switch();
    if switch.is_none() {
        entry.wrong(complaints, "must be true or false");
    }
    switch
}

fn rate_limit(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<RateLimit> {
    let mut section = entry.section(complaints);
    let interval = section.get("interval").and_then(|entry| match &entry.node.value {
        // No limit, as in exporter-toolkit; 0 is the one duration that needs no unit.
        Value::Integer(0) => None,
        Value::Text(text) if text == "0s" => None,
        _ => entry.duration(Duration::from_micros(1), complaints),
    });
    let burst = section.get("burst").and_then(|entry| entry.integer(0..=1_000_000, complaints));
    section.finish(complaints);
    // A burst alone limits nothing, and is accepted as in exporter-toolkit.
    let interval = interval?;
    let burst = burst.and_then(|burst| u32::try_from(burst).ok()).and_then(NonZeroU32::new);
    if burst.is_none() {
        let message = "must be at least 1: without it no request is ever answered";
        complaints.add(section.position(), &section.path_of("burst"), message);
    }
    burst.map(|burst| RateLimit { interval, burst })
}

#[cfg(test)]
mod tests;
