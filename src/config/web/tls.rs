//! Reads the section `tls_server_config`: certificates, clients, and algorithms.

use std::path::PathBuf;

use serde_json::json;

use super::NamedFiles;
use crate::{
    config::{
        files::Files,
        form::Form,
        keys::{Keys, map_of},
        kinds::{Kind, ListOf, Switch, Text, Words},
    },
    http::{Algorithms, Authorities, Chain, Clients, Key, Tls, TlsSettings, Version, WatchedFile},
    yaml::{Complaints, Entry, LONGEST_DOCUMENT, Value, read_bytes},
};

/// Error for a section without a certificate: the other keys would promise a protection that plain
/// HTTP lacks.
const NO_CERTIFICATE: &str =
    "missing; give cert_file and key_file, or leave tls_server_config out for plain HTTP";

pub(super) fn read(keys: &mut Keys<'_, '_>, named: &mut NamedFiles<'_>) -> Option<Tls> {
    let mut section = map_of("", |keys| tls(keys, named));
    let about = "TLS; without this section the exporter serves plain HTTP.";
    let entry = keys.entry("tls_server_config", &mut section, None, about)?;
    // An empty section is plain HTTP, as in exporter-toolkit.
    if matches!(&entry.node.value, Value::Map(entries) if entries.is_empty()) {
        return None;
    }
    section.read(&entry, keys.complaints()).flatten()
}

fn tls(keys: &mut Keys<'_, '_>, named: &mut NamedFiles<'_>) -> Option<Tls> {
    let before = keys.complaints().count();
    let certificate = named.pem(keys, &CERTIFICATE);
    let key = named.pem(keys, &KEY);
    let authorities = named.pem(keys, &AUTHORITIES);
    for (given, names) in [(&certificate, CERTIFICATE), (&key, KEY)] {
        if matches!(given, PemSource::Missing) {
            keys.wrong_key(names.key_file, NO_CERTIFICATE);
        }
    }
    key.warn_if_exposed(&mut named.files);
    let chain = certificate.parse(Chain::from_pem, keys.complaints());
    let key = key.parse(Key::from_pem, keys.complaints());
    let clients = clients(keys, &authorities);
    let algorithms = algorithms(keys);
    keys.report_unknown();
    if keys.complaints().count() > before {
        return None;
    }
    let settings = TlsSettings { chain: chain?, key: key?, clients: clients?, algorithms };
    Tls::new(settings).map_err(|message| keys.wrong(message)).ok()
}

/// Policy for certificates of clients.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClientAuth {
    None,
    IfGiven,
    Required,
}

// The names are those of Go's crypto/tls, which the format uses.
const CLIENT_AUTH_TYPES: [(&str, ClientAuth); 3] = [
    ("NoClientCert", ClientAuth::None),
    ("VerifyClientCertIfGiven", ClientAuth::IfGiven),
    ("RequireAndVerifyClientCert", ClientAuth::Required),
];

/// Words of which some are known but refused.
struct Refusing<T: 'static> {
    noun: &'static str,
    all: &'static [(&'static str, T)],
    refused: &'static [&'static str],
    reason: &'static str,
}

impl<T: Copy> Refusing<T> {
    fn words(&self) -> Words<(&'static str, T)> {
        Words { noun: self.noun, all: self.all, word: |(word, _)| word }
    }
}

impl<T: Copy> Kind for Refusing<T> {
    type Value = (&'static str, T);

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Self::Value> {
        // Valid in exporter-toolkit, so the message says more than "unknown".
        if self.refused.iter().any(|word| entry.node.value == Value::Text((*word).to_owned())) {
            entry.wrong(complaints, self.reason);
            return None;
        }
        self.words().read(entry, complaints)
    }

    fn form(&mut self) -> Form {
        self.words().form()
    }

    fn written(&self, value: &Self::Value) -> serde_json::Value {
        json!(value.0)
    }
}

fn clients(keys: &mut Keys<'_, '_>, authorities: &PemSource<'_>) -> Option<Clients> {
    let mut types = Refusing {
        noun: "kind",
        all: &CLIENT_AUTH_TYPES,
        refused: &["RequestClientCert", "RequireAnyClientCert", "RequireClientCert"],
        reason: "accepts certificates that no one has verified; write RequireAndVerifyClientCert",
    };
    let about = "Whether clients need a certificate.";
    let kind = keys.entry("client_auth_type", &mut types, Some(&CLIENT_AUTH_TYPES[0]), about);
    let mut list = ListOf::new(Text::any("text"), "");
    let about = "Names (DNS, e-mail, IP address or URI). A client's certificate must contain one of them, letter for letter.";
    let names = keys.entry("client_allowed_sans", &mut list, None, about);
    let complaints = keys.complaints();
    let auth = match &kind {
        Some(entry) => types.read(entry, complaints)?.1,
        None => ClientAuth::None,
    };
    let list = names.as_ref().and_then(|entry| list.read(entry, complaints));
    // Authorities or names that are not used look like a protection that is not there.
    if auth == ClientAuth::None {
        let without = "does nothing without client_auth_type: RequireAndVerifyClientCert";
        if let PemSource::Pem(pem) = authorities {
            pem.entry.wrong(complaints, without);
        }
        if let Some(entry) = &names {
            entry.wrong(complaints, without);
        }
        return Some(Clients::Anybody);
    }
    if let (PemSource::Missing, Some(entry)) = (authorities, &kind) {
        entry.wrong(
            complaints,
            "needs client_ca_file: the authorities whose certificates are accepted",
        );
    }
    let authorities = authorities.parse(Authorities::from_pem, complaints)?;
    Some(Clients::Certified { authorities, names: list, or_none: auth == ClientAuth::IfGiven })
}

/// Reads TLS versions, cipher suites and curves.
fn algorithms(keys: &mut Keys<'_, '_>) -> Algorithms {
    let mut algorithms = Algorithms::default();
    let mut versions = Refusing {
        noun: "version",
        all: &Version::NAMES,
        refused: &["TLS10", "TLS11"],
        reason: "is too old to be safe and is not supported; write TLS12 or TLS13",
    };
    let [oldest, newest] = &Version::NAMES;
    let oldest = keys.entry("min_version", &mut versions, Some(oldest), "The oldest version.");
    let newest = keys.entry("max_version", &mut versions, Some(newest), "The newest version.");
    let complaints = keys.complaints();
    let mut read = |entry: &Option<Entry<'_>>, place: &mut Version| {
        let read = entry.as_ref().and_then(|entry| versions.read(entry, complaints));
        *place = read.map_or(*place, |(_, version)| version);
    };
    read(&oldest, &mut algorithms.oldest);
    read(&newest, &mut algorithms.newest);
    if let Some(entry) = oldest.filter(|_| algorithms.oldest > algorithms.newest) {
        entry.wrong(keys.complaints(), "must not be newer than max_version");
    }
    let about = "The server's order of cipher suites has priority over the client's.";
    algorithms.prefer_ours = keys.value("prefer_server_cipher_suites", Switch, true, about);
    let about =
        "Cipher suites of TLS 1.2, by the names that Go uses; those of TLS 1.3 are always enabled.";
    let suites = supported("cipher suite", Algorithms::suite_names());
    let suites = keys.given("cipher_suites", suites, None, about).unwrap_or_default();
    // An empty list is no limit, as in exporter-toolkit.
    if !suites.is_empty() {
        algorithms.limit_suites(&suites);
    }
    let names = Algorithms::curve_names();
    let about = format!("Curves, the preferred one first: {}.", names.join(", "));
    let curves = supported("curve", names);
    let curves = keys.given("curve_preferences", curves, None, &about).unwrap_or_default();
    if !curves.is_empty() {
        algorithms.limit_curves(&curves);
    }
    algorithms
}

/// A list of names, each of which must be one of `known`.
fn supported(
    noun: &'static str,
    known: Vec<&'static str>,
) -> ListOf<impl Kind<Value = &'static str>> {
    let one = Text::any("name").parsed(move |word, _| {
        let found = known.iter().copied().find(|name| *name == word);
        found.ok_or_else(|| format!("not a supported {noun}; known here: {}", known.join(", ")))
    });
    ListOf::new(one, "")
}

/// The two keys that give a PEM text, of which a file has one.
struct PemKeys {
    /// Key of the text itself.
    key: &'static str,
    /// Key of the path of a file with the text.
    key_file: &'static str,
    about: &'static str,
}

const CERTIFICATE: PemKeys = PemKeys {
    key: "cert",
    key_file: "cert_file",
    about: "Certificate with its intermediate certificates, in PEM.",
};
const KEY: PemKeys =
    PemKeys { key: "key", key_file: "key_file", about: "Key of the certificate, in PEM." };
const AUTHORITIES: PemKeys = PemKeys {
    key: "client_ca",
    key_file: "client_ca_file",
    about: "Authorities that may sign clients' certificates, in PEM.",
};

/// A PEM text that a configuration gives.
enum PemSource<'a> {
    Missing,
    /// It was given, but cannot be used; that is reported already.
    Invalid,
    Pem(Pem<'a>),
}

struct Pem<'a> {
    bytes: Vec<u8>,
    entry: Entry<'a>,
    /// The file that it was read from; `None`: the configuration itself.
    file: Option<PathBuf>,
}

impl NamedFiles<'_> {
    /// Reads the PEM text in one of the keys.
    fn pem<'y>(&mut self, keys: &mut Keys<'y, '_>, names: &PemKeys) -> PemSource<'y> {
        let about = format!("{} Better: {}.", names.about, names.key_file);
        let own = keys.entry(names.key, &mut Text::any("PEM"), None, &about);
        let about = format!("A file with `{}`.", names.key);
        let file = keys.entry(names.key_file, &mut Text::path(), None, &about);
        let complaints = keys.complaints();
        match (own, file) {
            (None, None) => PemSource::Missing,
            (Some(_), Some(file)) => {
                let message = format_args!("{} is given as well; give one of them", names.key);
                file.wrong(complaints, message);
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
            read_bytes(path, LONGEST_DOCUMENT).map(|bytes| (bytes, path.to_owned()))
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
    fn parse<T>(
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
    fn warn_if_exposed(&self, files: &mut Files) {
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
