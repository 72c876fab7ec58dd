//! Reads secrets: from the configuration itself, or better from a file of their own.

use secrecy::{ExposeSecret, SecretSlice};

use super::files::Files;
use crate::{
    trio::Secret,
    yaml::{Complaints, Entry, Section, UNQUOTED, Value},
};

/// A secret, and the entry that holds it or names its file.
pub(super) struct GivenSecret<'a> {
    pub(super) secret: Secret,
    pub(super) entry: Entry<'a>,
}

/// Reads the secret in `key`, or in the file that `key_file` names. A missing secret is reported.
pub(super) fn required<'a>(
    section: &mut Section<'a>,
    key: &'static str,
    key_file: &'static str,
    files: &mut Files,
    complaints: &mut Complaints,
) -> Option<GivenSecret<'a>> {
    // A secret that was given but is wrong is reported once, not as missing as well.
    let before = complaints.count();
    let given = optional(section, key, key_file, files, complaints);
    if given.is_none() && complaints.count() == before {
        let message = format_args!("missing; give {key}, or better {key_file}");
        complaints.add(section.position(), &section.path_of(key), message);
    }
    given
}

/// Like [`required`], but a missing secret is no error.
pub(super) fn optional<'a>(
    section: &mut Section<'a>,
    key: &'static str,
    key_file: &'static str,
    files: &mut Files,
    complaints: &mut Complaints,
) -> Option<GivenSecret<'a>> {
    match (section.get(key), section.get(key_file)) {
        (Some(_), Some(file)) => {
            file.wrong(complaints, format_args!("{key} is given as well; give one of them"));
            None
        }
        (Some(entry), None) => {
            inline(&entry, files, complaints).map(|secret| GivenSecret { secret, entry })
        }
        (None, Some(entry)) => {
            from_file(&entry, files, complaints).map(|secret| GivenSecret { secret, entry })
        }
        (None, None) => None,
    }
}

fn inline(entry: &Entry<'_>, files: &mut Files, complaints: &mut Complaints) -> Option<Secret> {
    // Other texts may be whole numbers, but the password 007 would silently become 7.
    if matches!(entry.node.value, Value::Integer(_)) {
        entry.wrong(complaints, UNQUOTED);
        return None;
    }
    let secret = entry.text(complaints)?;
    files.warn_if_configuration_exposed(&entry.path);
    Some(Secret::from(secret))
}

fn from_file(entry: &Entry<'_>, files: &mut Files, complaints: &mut Complaints) -> Option<Secret> {
    let read = files.read(&entry.text(complaints)?, Secret::from_file);
    let secret = read.map_err(|message| entry.wrong(complaints, message)).ok()?;
    if let Some(file) = secret.file() {
        files.warn_if_exposed(&entry.path, file);
    }
    Some(secret)
}

/// Copies a secret as bytes, for the key of a hash; the copy is wiped when it is dropped.
pub(super) fn to_bytes(secret: &Secret) -> SecretSlice<u8> {
    secret.current().expose_secret().as_bytes().to_vec().into()
}
