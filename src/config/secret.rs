//! Reads secrets: from the configuration itself, or better from a file of their own.

use std::fmt::Display;

use serde_json::{Value as Json, json};

use super::{
    files::Files,
    form::{Form, requires_value},
    keys::Keys,
    kinds::{Kind, Text},
};
use crate::{
    trio::Secret,
    yaml::{Complaints, Entry, UNQUOTED, Value},
};

/// The two keys that give a secret, of which a file has one.
pub(super) struct SecretKeys {
    /// Key of the secret itself.
    pub(super) key: &'static str,
    pub(super) about: &'static str,
    /// Key of the path of a file with the secret.
    pub(super) key_file: &'static str,
    pub(super) about_file: &'static str,
}

impl SecretKeys {
    /// Reads a secret and `check`s it. `None`: missing, or wrong, which is reported.
    pub(super) fn read<E: Display>(
        &self,
        keys: &mut Keys<'_, '_>,
        files: &mut Files,
        check: impl FnOnce(&Secret) -> Result<(), E>,
    ) -> Option<Secret> {
        let own = keys.entry(self.key, &mut SecretText, None, self.about);
        let file = keys.entry(self.key_file, &mut Text::path(), None, self.about_file);
        let complaints = keys.complaints();
        let (secret, entry) = match (own, file) {
            (Some(_), Some(file)) => {
                file.wrong(
                    complaints,
                    format_args!("{} is given as well; give one of them", self.key),
                );
                return None;
            }
            (Some(entry), None) => {
                let secret = SecretText.read(&entry, complaints)?;
                files.warn_if_configuration_exposed(&entry.path);
                (Secret::from(secret), entry)
            }
            (None, Some(entry)) => {
                let read = files.read(&entry.text(complaints)?, Secret::from_file);
                let secret = read.map_err(|message| entry.wrong(complaints, message)).ok()?;
                if let Some(file) = secret.file() {
                    files.warn_if_exposed(&entry.path, file);
                }
                (secret, entry)
            }
            (None, None) => return None,
        };
        check(&secret).map_err(|message| entry.wrong(complaints, message)).ok()?;
        Some(secret)
    }

    /// Reads a secret that must be given.
    pub(super) fn require<E: Display>(
        &self,
        keys: &mut Keys<'_, '_>,
        files: &mut Files,
        check: impl FnOnce(&Secret) -> Result<(), E>,
    ) -> Option<Secret> {
        // A secret that was given but is wrong is reported once, not as missing as well.
        let before = keys.complaints().count();
        let secret = self.read(keys, files, check);
        if secret.is_none() && keys.complaints().count() == before {
            let Self { key, key_file, .. } = self;
            keys.wrong_key(key, format_args!("missing; give {key}, or better {key_file}"));
        }
        let given: [Json; 2] = [self.key, self.key_file].map(requires_value);
        keys.rule("allOf", json!([{"oneOf": given}]));
        secret
    }
}

/// A text that is not blank.
struct SecretText;

impl Kind for SecretText {
    type Value = String;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<String> {
        // Other texts may be whole numbers, but the password 007 would silently become 7.
        if matches!(entry.node.value, Value::Integer(_)) {
            entry.wrong(complaints, UNQUOTED);
            return None;
        }
        entry.text(complaints)
    }

    fn form(&mut self) -> Form {
        Form::new("text", json!({"type": "string", "pattern": "\\S"}))
    }
}
