//! Reads certificates and keys, from the web configuration itself or from files of their own.

use std::path::PathBuf;

use crate::{
    config::{files::Files, web::NamedFiles},
    http::WatchedFile,
    yaml::{Complaints, Entry, LONGEST_DOCUMENT, Section, read_bytes},
};

/// A PEM text that a configuration gives.
pub(super) enum PemSource<'a> {
    Missing,
    /// It was given, but cannot be used; that is reported already.
    Invalid,
    Pem(Pem<'a>),
}

pub(super) struct Pem<'a> {
    bytes: Vec<u8>,
    pub(super) entry: Entry<'a>,
    /// The file that it was read from; `None`: the configuration itself.
    file: Option<PathBuf>,
}

impl NamedFiles<'_> {
    /// Reads the PEM text in `key`, or in the file that `key_file` names.
    pub(super) fn pem<'a>(
        &mut self,
        section: &mut Section<'a>,
        key: &'static str,
        key_file: &'static str,
        complaints: &mut Complaints,
    ) -> PemSource<'a> {
        match (section.get(key), section.get(key_file)) {
            (None, None) => PemSource::Missing,
            (Some(_), Some(file)) => {
                file.wrong(complaints, format_args!("{key} is given as well; give one of them"));
                PemSource::Invalid
            }
            (Some(entry), None) => match entry.text(complaints) {
                Some(text) => PemSource::Pem(Pem { bytes: text.into_bytes(), entry, file: None }),
                None => PemSource::Invalid,
            },
            (None, Some(entry)) => self.read(entry, complaints),
        }
    }

    fn read<'a>(&mut self, entry: Entry<'a>, complaints: &mut Complaints) -> PemSource<'a> {
        let Some(name) = entry.text(complaints) else { return PemSource::Invalid };
        let watched = &mut *self.watched;
        let read = self.files.read(&name, |path| {
            // Before it is read: a file that is missing now may appear later.
            watched.push(WatchedFile::inspect(path));
            Ok((read_bytes(path, LONGEST_DOCUMENT)?, path.to_owned()))
        });
        match read {
            Ok((bytes, file)) => PemSource::Pem(Pem { bytes, entry, file: Some(file) }),
            Err(message) => {
                entry.wrong(complaints, message);
                PemSource::Invalid
            }
        }
    }
}

impl PemSource<'_> {
    /// Parses the text. Returns `None` if there is no usable text (not reported here), or if
    /// parsing fails (reported).
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

    /// Adds a warning if every user of the machine can read it.
    pub(super) fn warn_if_exposed(&self, files: &mut Files) {
        match self {
            Self::Pem(Pem { file: Some(file), entry, .. }) => {
                files.warn_if_exposed(&entry.path, file);
            }
            Self::Pem(Pem { file: None, entry, .. }) => {
                files.warn_if_configuration_exposed(&entry.path);
            }
            Self::Missing | Self::Invalid => {}
        }
    }
}
