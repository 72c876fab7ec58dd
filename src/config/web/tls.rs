//! Reads the section `tls_server_config`.

mod algorithms;
mod pem;

use super::NamedFiles;
use crate::{
    http::{Authorities, Chain, Clients, Key, Tls, TlsSettings},
    yaml::{Complaints, Entry, Section, Value, unknown},
};
use pem::PemSource;

/// Error for a section without a certificate: the other keys would promise a protection that plain
/// HTTP lacks.
const NO_CERTIFICATE: &str =
    "missing; give cert_file and key_file, or leave tls_server_config out for plain HTTP";

pub(super) fn read(
    root: &mut Section<'_>,
    named: &mut NamedFiles<'_>,
    complaints: &mut Complaints,
) -> Option<Tls> {
    let entry = root.get("tls_server_config")?;
    // An empty section is plain HTTP, as in exporter-toolkit.
    if matches!(&entry.node.value, Value::Map(entries) if entries.is_empty()) {
        return None;
    }
    let before = complaints.count();
    let mut section = entry.section(complaints);
    let certificate = named.pem(&mut section, "cert", "cert_file", complaints);
    let key = named.pem(&mut section, "key", "key_file", complaints);
    let authorities = named.pem(&mut section, "client_ca", "client_ca_file", complaints);
    for (given, key) in [(&certificate, "cert_file"), (&key, "key_file")] {
        if matches!(given, PemSource::Missing) {
            complaints.add(section.position(), &section.path_of(key), NO_CERTIFICATE);
        }
    }
    key.warn_if_exposed(&mut named.files);
    let chain = certificate.parse(Chain::from_pem, complaints);
    let key = key.parse(Key::from_pem, complaints);
    let clients = clients(&mut section, &authorities, complaints);
    let algorithms = algorithms::read(&mut section, complaints);
    section.finish(complaints);
    if complaints.count() > before {
        return None;
    }
    let settings = TlsSettings { chain: chain?, key: key?, clients: clients?, algorithms };
    Tls::new(settings).map_err(|message| entry.wrong(complaints, message)).ok()
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
/// Types of the format that accept certificates without verifying them.
const UNVERIFIED: [&str; 3] = ["RequestClientCert", "RequireAnyClientCert", "RequireClientCert"];

fn clients(
    section: &mut Section<'_>,
    authorities: &PemSource<'_>,
    complaints: &mut Complaints,
) -> Option<Clients> {
    let kind = section.get("client_auth_type");
    let names = section.get("client_allowed_sans");
    let auth = match &kind {
        Some(entry) => client_auth(entry, complaints)?,
        None => ClientAuth::None,
    };
    let list = names.as_ref().map(|entry| {
        let list: Vec<String> =
            entry.list().iter().filter_map(|name| name.text(complaints)).collect();
        list
    });
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

fn client_auth(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<ClientAuth> {
    let word = entry.text(complaints)?;
    if let Some((_, auth)) = CLIENT_AUTH_TYPES.iter().find(|(name, _)| *name == word) {
        return Some(*auth);
    }
    if UNVERIFIED.contains(&word.as_str()) {
        let message =
            "accepts certificates that no one has verified; write RequireAndVerifyClientCert";
        entry.wrong(complaints, message);
    } else {
        entry.wrong(
            complaints,
            unknown("kind", &word, CLIENT_AUTH_TYPES.iter().map(|(name, _)| *name)),
        );
    }
    None
}
