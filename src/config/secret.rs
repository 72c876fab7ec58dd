//! Secrets: in the file itself, or better in a file of their own.

use std::path::Path;

use secrecy::{ExposeSecret, SecretSlice};

use crate::{
    document::{Complaints, Entry, Section},
    trio::Secret,
};

/// The secret under `key` or in the file named under `key_file`. Complains if there is none.
pub(super) fn required(
    section: &mut Section<'_>,
    key: &'static str,
    key_file: &'static str,
    folder: &Path,
    complaints: &mut Complaints,
) -> Option<Secret> {
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
) -> Option<Secret> {
    match (section.get(key), section.get(key_file)) {
        (Some(_), Some(file)) => {
            file.wrong(complaints, format_args!("{key} is given as well; give one of them"));
            None
        }
        (Some(entry), None) => entry.text(complaints).map(Secret::from),
        (None, Some(file)) => from_file(&file, folder, complaints),
        (None, None) => None,
    }
}

fn from_file(entry: &Entry<'_>, folder: &Path, complaints: &mut Complaints) -> Option<Secret> {
    let path = folder.join(entry.text(complaints)?);
    match Secret::from_file(&path) {
        Ok(secret) => Some(secret),
        Err(message) => {
            entry.wrong(complaints, message);
            None
        }
    }
}

pub(super) fn bytes(secret: &Secret) -> SecretSlice<u8> {
    secret.current().expose_secret().as_bytes().to_vec().into()
}
