//! Secrets: in the file itself, or better in a file of their own.

use std::path::Path;

use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::document::{Complaints, Entry, Section};

/// The secret under `key` or in the file named under `key_file`. Complains if there is none.
pub(super) fn required(
    section: &mut Section<'_>,
    key: &'static str,
    key_file: &'static str,
    folder: &Path,
    complaints: &mut Complaints,
) -> Option<SecretString> {
    let before = complaints.count();
    let secret = optional(section, key, key_file, folder, complaints);
    if secret.is_none() && complaints.count() == before {
        let message = format_args!("missing; give {key}, or better {key_file}");
        complaints.add(section.at(), &section.path_of(key), message);
    }
    secret
}

/// The same where there need not be one.
pub(super) fn optional(
    section: &mut Section<'_>,
    key: &'static str,
    key_file: &'static str,
    folder: &Path,
    complaints: &mut Complaints,
) -> Option<SecretString> {
    match (section.get(key), section.get(key_file)) {
        (Some(_), Some(file)) => {
            file.wrong(complaints, format_args!("{key} is given as well; give one of them"));
            None
        }
        (Some(entry), None) => entry.text(complaints).map(SecretString::from),
        (None, Some(file)) => from_file(&file, folder, complaints),
        (None, None) => None,
    }
}

fn from_file(entry: &Entry<'_>, folder: &Path, complaints: &mut Complaints) -> Option<SecretString> {
    let path = folder.join(entry.text(complaints)?);
    match read_file(&path) {
        Ok(secret) => Some(secret),
        Err(message) => {
            entry.wrong(complaints, message);
            None
        }
    }
}

/// The secret in a file, without the line end that editors leave behind it.
pub(super) fn read_file(path: &Path) -> Result<SecretString, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() { Err(format!("{} is empty", path.display())) } else { Ok(secret.into()) }
}

pub(super) fn bytes(secret: &SecretString) -> SecretSlice<u8> {
    secret.expose_secret().as_bytes().to_vec().into()
}
