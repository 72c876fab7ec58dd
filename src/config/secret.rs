//! Secrets: in the file itself, or better in a file of their own.

use secrecy::{ExposeSecret, SecretSlice};

use super::files::Files;
use crate::{
    document::{Complaints, Entry, Section, UNQUOTED, Value},
    trio::Secret,
};

/// A secret, and the value that gives it or names its file.
pub(super) struct Given<'a> {
    pub(super) secret: Secret,
    pub(super) entry: Entry<'a>,
}

/// The secret under `key` or in the file named under `key_file`. Complains if there is none.
pub(super) fn required<'a>(
    section: &mut Section<'a>,
    key: &'static str,
    key_file: &'static str,
    files: &mut Files,
    complaints: &mut Complaints,
) -> Option<Given<'a>> {
    let before = complaints.count();
    let given = optional(section, key, key_file, files, complaints);
    if given.is_none() && complaints.count() == before {
        let message = format_args!("missing; give {key}, or better {key_file}");
        complaints.add(section.at(), &section.path_of(key), message);
    }
    given
}

/// The same where there need not be one.
pub(super) fn optional<'a>(
    section: &mut Section<'a>,
    key: &'static str,
    key_file: &'static str,
    files: &mut Files,
    complaints: &mut Complaints,
) -> Option<Given<'a>> {
    match (section.get(key), section.get(key_file)) {
        (Some(_), Some(file)) => {
            file.wrong(complaints, format_args!("{key} is given as well; give one of them"));
            None
        }
        (Some(entry), None) => inline(&entry, files, complaints).map(|secret| Given { secret, entry }),
        (None, Some(entry)) => from_file(&entry, files, complaints).map(|secret| Given { secret, entry }),
        (None, None) => None,
    }
}

fn inline(entry: &Entry<'_>, files: &mut Files, complaints: &mut Complaints) -> Option<Secret> {
    if matches!(entry.node.value, Value::Integer(_)) {
        entry.wrong(complaints, UNQUOTED);
        return None;
    }
    let secret = entry.text(complaints)?;
    files.guard_configuration(&entry.path);
    Some(Secret::from(secret))
}

fn from_file(entry: &Entry<'_>, files: &mut Files, complaints: &mut Complaints) -> Option<Secret> {
    let read = files.read(&entry.text(complaints)?, Secret::from_file);
    let secret = read.map_err(|message| entry.wrong(complaints, message)).ok()?;
    if let Some(file) = secret.file() {
        files.guard(&entry.path, file);
    }
    Some(secret)
}

pub(super) fn bytes(secret: &Secret) -> SecretSlice<u8> {
    secret.current().expose_secret().as_bytes().to_vec().into()
}
