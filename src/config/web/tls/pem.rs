//! Certificates and keys, in the web configuration itself or in files of their own.

use std::path::Path;

use crate::{
    document::{Complaints, Entry, Section},
    http::Watched,
};

/// A PEM text, in the file itself or in another one.
pub(super) enum Given<'a> {
    Nothing,
    /// It has been complained about.
    Wrong,
    Pem(Pem<'a>),
}

pub(super) struct Pem<'a> {
    bytes: Vec<u8>,
    pub(super) entry: Entry<'a>,
    /// The file that it was read from, to begin a sentence.
    file: String,
}

/// The folder that file names start from, and what has been looked at.
pub(super) struct Files<'f> {
    pub(super) folder: &'f Path,
    pub(super) looked_at: &'f mut Vec<Watched>,
}

impl Files<'_> {
    /// What stands under `key`, or in the file that is named under `key_file`.
    pub(super) fn pem<'a>(
        &mut self,
        section: &mut Section<'a>,
        key: &'static str,
        key_file: &'static str,
        complaints: &mut Complaints,
    ) -> Given<'a> {
        match (section.get(key), section.get(key_file)) {
            (None, None) => Given::Nothing,
            (Some(_), Some(file)) => {
                file.wrong(complaints, format_args!("{key} is given as well; give one of them"));
                Given::Wrong
            }
            (Some(entry), None) => match entry.text(complaints) {
                Some(text) => Given::Pem(Pem { bytes: text.into_bytes(), entry, file: String::new() }),
                None => Given::Wrong,
            },
            (None, Some(entry)) => {
                let Some(name) = entry.text(complaints) else { return Given::Wrong };
                let path = self.folder.join(name);
                self.looked_at.push(Watched::at(&path));
                let file = format!("{} ", path.display());
                match std::fs::read(&path) {
                    Ok(bytes) => Given::Pem(Pem { bytes, entry, file }),
                    Err(error) => {
                        entry.wrong(complaints, format_args!("cannot read {}: {error}", path.display()));
                        Given::Wrong
                    }
                }
            }
        }
    }
}

impl Given<'_> {
    /// What is made of it by `parse`; nothing if there is nothing to parse.
    pub(super) fn parse<T>(
        &self,
        parse: impl FnOnce(&[u8]) -> Result<T, &'static str>,
        complaints: &mut Complaints,
    ) -> Option<T> {
        let Self::Pem(pem) = self else { return None };
        let parsed = parse(&pem.bytes);
        parsed.map_err(|message| pem.entry.wrong(complaints, format_args!("{}{message}", pem.file))).ok()
    }
}
