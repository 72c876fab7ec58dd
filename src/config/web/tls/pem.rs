//! Certificates and keys, in the web configuration itself or in files of their own.

use std::path::PathBuf;

use crate::{
    config::{files::Files, web::Named},
    document::{Complaints, Entry, LONGEST_DOCUMENT, Section, read_bytes},
    http::WatchedFile,
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
    /// The file that it was read from.
    file: Option<PathBuf>,
}

impl Named<'_> {
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
                Some(text) => Given::Pem(Pem { bytes: text.into_bytes(), entry, file: None }),
                None => Given::Wrong,
            },
            (None, Some(entry)) => self.read(entry, complaints),
        }
    }

    fn read<'a>(&mut self, entry: Entry<'a>, complaints: &mut Complaints) -> Given<'a> {
        let Some(name) = entry.text(complaints) else { return Given::Wrong };
        let looked_at = &mut *self.looked_at;
        let read = self.files.read(&name, |path| {
            looked_at.push(WatchedFile::inspect(path));
            Ok((read_bytes(path, LONGEST_DOCUMENT)?, path.to_owned()))
        });
        match read {
            Ok((bytes, file)) => Given::Pem(Pem { bytes, entry, file: Some(file) }),
            Err(message) => {
                entry.wrong(complaints, message);
                Given::Wrong
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
        let file = pem.file.as_ref().map(|file| format!("{} ", file.display())).unwrap_or_default();
        let parsed = parse(&pem.bytes);
        parsed.map_err(|message| pem.entry.wrong(complaints, format_args!("{file}{message}"))).ok()
    }

    /// Warns if others can read it.
    pub(super) fn guard(&self, files: &mut Files) {
        match self {
            Self::Pem(Pem { file: Some(file), entry, .. }) => files.guard(&entry.path, file),
            Self::Pem(Pem { file: None, entry, .. }) => files.guard_configuration(&entry.path),
            Self::Nothing | Self::Wrong => {}
        }
    }
}
