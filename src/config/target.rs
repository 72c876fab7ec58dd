//! Reads one entry of `targets`.

use std::{sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use secrecy::ExposeSecret;
use url::Url;

use super::{
    Target,
    files::Files,
    limits,
    secret::{self, GivenSecret},
};
use crate::{
    model::{CaseClass, Goals, NAME_LIMIT, Selection, Text},
    trio::{self, Dictionary, ExtraRoots, Secret, latin1},
    yaml::{Complaints, Entry, LONGEST_DOCUMENT, Section, read_text, unknown},
};

/// Most members in `export_service_state`.
// Each costs a series for every service.
pub(super) const MAX_EXPORTED: usize = 20;

/// Name of a target without a `name`.
pub(super) const DEFAULT_NAME: &str = "trio";

/// Most servers of a target. Trio has a primary and a secondary server.
pub(super) const MAX_SERVERS: usize = 4;

pub(super) fn read(
    entry: &Entry<'_>,
    files: &mut Files,
    goals: &Goals,
    complaints: &mut Complaints,
    warnings: &mut Vec<String>,
) -> Option<Target> {
    let mut section = entry.section(complaints);
    let name = section.get("name").and_then(|entry| name(&entry, complaints));
    let name = name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
    let servers = servers_of(&mut section, complaints, warnings);
    let mut secret = |key, key_file, section: &mut Section<'_>, complaints: &mut Complaints| {
        let GivenSecret { secret, entry } =
            secret::required(section, key, key_file, files, complaints)?;
        check_secret(key, &secret).map_err(|message| entry.wrong(complaints, message)).ok()?;
        Some(secret)
    };
    let client_key = secret("client_key", "client_key_file", &mut section, complaints);
    let username = secret("username", "username_file", &mut section, complaints);
    let password = secret("password", "password_file", &mut section, complaints);
    let time_zone = section.get("time_zone").and_then(|entry| time_zone(&entry, complaints));
    let default_case_class =
        section.get("default_case_class").and_then(|entry| case_class(&entry, complaints));
    let mut limits = limits::read(&mut section, complaints);
    if let Some(entry) = section.get("renewal_margin") {
        // No upper bound: for a margin above half of a token's life the client uses that half.
        limits.renewal_margin =
            entry.duration(Duration::from_secs(1), complaints).unwrap_or(limits.renewal_margin);
    }
    let dictionary = match section.get("fields_file") {
        Some(entry) => dictionary(&entry, files, complaints),
        None => builtin_dictionary(complaints),
    };
    let extra_roots = match section.get("ca_file") {
        Some(entry) => limits::ca_file(&entry, files, complaints),
        None => Some(ExtraRoots::default()),
    };
    let contact_centers = section.get("contact_centers").map(|entry| selection(&entry, complaints));
    let exported = section.get("export_service_state");
    // After the fields file: a member that it maps cannot be exported unchanged as well.
    let dictionary = match (dictionary, exported) {
        (Some(dictionary), Some(entry)) => export(dictionary, &entry, complaints),
        (dictionary, _) => dictionary,
    };
    section.finish(complaints);
    // Every key was read before the first `?`, so that all errors of a target are reported at once.
    let trio = trio::Settings {
        servers: servers?,
        client_key: client_key?,
        username: username?,
        password: password?,
        time_zone,
        default_case_class,
        extra_roots: extra_roots?,
        limits,
    };
    let name = Text::from(name);
    Some(Target {
        goals: Arc::new(goals.for_target(&name)),
        name,
        trio,
        dictionary: Arc::new(dictionary?),
        contact_centers: contact_centers.unwrap_or_default(),
    })
}

fn name(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<String> {
    let name = entry.text(complaints)?;
    check_name(&name).map_err(|message| entry.wrong(complaints, message)).ok()?;
    Some(name)
}

/// Checks the name of a target.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(format!("must not be longer than {NAME_LIMIT} characters"));
    }
    Ok(())
}

fn selection(entry: &Entry<'_>, complaints: &mut Complaints) -> Selection {
    let mut section = entry.section(complaints);
    let mut list = |key, complaints: &mut Complaints| -> Vec<Text> {
        let Some(entry) = section.get(key) else { return Vec::new() };
        let items = entry.list();
        if items.is_empty() {
            // An empty `allow` would read every contact centre, the opposite of what it says.
            entry.wrong(
                complaints,
                "must name at least one contact centre; if there is none, remove the key",
            );
        }
        items.iter().filter_map(|item| item.text(complaints)).map(Text::from).collect()
    };
    let selection = Selection { allow: list("allow", complaints), deny: list("deny", complaints) };
    // `deny` would win; an entry in both lists is more likely a mistake.
    let same = |one: &Text, other: &Text| one.trim().to_lowercase() == other.trim().to_lowercase();
    for twice in
        selection.deny.iter().filter(|deny| selection.allow.iter().any(|allow| same(allow, deny)))
    {
        entry.wrong(complaints, format_args!("`{twice}` is both allowed and denied; name it once"));
    }
    section.finish(complaints);
    selection
}

/// Reads the servers of a target, the preferred one first.
fn servers_of(
    section: &mut Section<'_>,
    complaints: &mut Complaints,
    warnings: &mut Vec<String>,
) -> Option<Vec<Url>> {
    let Some(entry) = section.get("servers") else {
        let message = "missing; give the address of the API, such as https://trio.example/te/api";
        complaints.add(section.position(), &section.path_of("servers"), message);
        return None;
    };
    let list = entry.list();
    if !(1..=MAX_SERVERS).contains(&list.len()) {
        entry.wrong(
            complaints,
            format_args!("must name 1 to {MAX_SERVERS} servers, the preferred one first"),
        );
        return None;
    }
    let mut servers: Vec<Url> = Vec::new();
    let before = complaints.count();
    for entry in list {
        let Some(text) = entry.text(complaints) else { continue };
        match server(&text) {
            Ok((url, _))
                if servers.iter().any(|other| host_and_port(other) == host_and_port(&url)) =>
            {
                // Failing over from a server to itself would only lengthen an outage.
                entry.wrong(complaints, "the same host and port are named twice");
            }
            Ok((url, warning)) => {
                warnings.extend(warning.map(|warning| format!("{}: {warning}", entry.path)));
                servers.push(url);
            }
            Err(message) => entry.wrong(complaints, message),
        }
    }
    (complaints.count() == before).then_some(servers)
}

/// Returns host and port, which identify a server however its address is written.
pub(super) fn host_and_port(url: &Url) -> (Option<&str>, Option<u16>) {
    (url.host_str(), url.port_or_known_default())
}

/// Parses the address of an API; also returns a warning if it is unencrypted.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn server(text: &str) -> Result<(Url, Option<String>), String> {
    let url: Url = text.parse().map_err(|error| {
        format!(
            "not a URL ({error}); give the address of the API, such as https://trio.example/te/api"
        )
    })?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("must begin with https:// or http://".to_owned());
    }
    // Addresses are logged and shown on /status; secrets in them would be, too.
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password; they have keys of their own".to_owned());
    }
    // Paths of resources are appended to the address.
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with the path of the API, without ? and #".to_owned());
    }
    let plain =
        "password and token cross the network unencrypted; use https if the server offers it";
    let warning = (url.scheme() == "http").then(|| plain.to_owned());
    Ok((url, warning))
}

/// Checks that the API can accept the secret of `key` (`client_key`, `username` or `password`).
///
/// # Errors
/// A sentence that says what is wrong, without the secret itself.
pub fn check_secret(key: &str, secret: &Secret) -> Result<(), String> {
    let secret = secret.current();
    let text = secret.expose_secret();
    if key == "client_key" {
        let fits = text.bytes().all(|byte| byte.is_ascii_graphic());
        return if fits {
            Ok(())
        } else {
            Err("must be the Base64 text that Enghouse provides, without spaces".to_owned())
        };
    }
    // Most often a file with several lines. Only line ends after the secret are cut off.
    if text.contains(char::is_control) {
        return Err(
            "holds a line break or another control character; put only the secret itself there"
                .to_owned(),
        );
    }
    latin1(text).map(drop).map_err(|_| {
        "holds a character that ISO-8859-1, which Trio's login uses, does not have".to_owned()
    })
}

/// Adds the members of `export_service_state` to the dictionary.
fn export(
    mut dictionary: Dictionary,
    entry: &Entry<'_>,
    complaints: &mut Complaints,
) -> Option<Dictionary> {
    let members: Vec<String> =
        entry.list().iter().filter_map(|member| member.text(complaints)).collect();
    if members.len() > MAX_EXPORTED {
        entry.wrong(complaints, format_args!("must not name more than {MAX_EXPORTED} members"));
        return None;
    }
    match dictionary.export_service_state(members) {
        Ok(()) => Some(dictionary),
        Err(message) => {
            entry.wrong(complaints, format_args!("{message}; remove it"));
            None
        }
    }
}

fn time_zone(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<TimeZone> {
    let zone = TimeZone::get(&entry.text(complaints)?);
    if zone.is_err() {
        entry.wrong(complaints, "no such time zone; give a name such as Europe/Stockholm");
    }
    zone.ok()
}

fn case_class(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<CaseClass> {
    let word = entry.text(complaints)?;
    let class = CaseClass::from_word(&word);
    if class.is_none() {
        entry.wrong(
            complaints,
            unknown("class", &word, CaseClass::ALL.into_iter().map(CaseClass::as_str)),
        );
    }
    class
}

fn dictionary(entry: &Entry<'_>, files: &Files, complaints: &mut Complaints) -> Option<Dictionary> {
    let read = files.read(&entry.text(complaints)?, |path| {
        Ok((path.display().to_string(), read_text(path, LONGEST_DOCUMENT)?))
    });
    let (file, text) = read.map_err(|message| entry.wrong(complaints, message)).ok()?;
    Dictionary::with_user_file(&file, &text).map_err(|errors| complaints.extend(errors)).ok()
}

pub(super) fn builtin_dictionary(complaints: &mut Complaints) -> Option<Dictionary> {
    Dictionary::builtin().map_err(|errors| complaints.extend(errors)).ok()
}
