//! The section `tls_server_config`.

mod algorithms;
mod pem;

use super::Named;
use crate::{
    document::{Complaints, Entry, Section, Value, unknown},
    http::{Authorities, Chain, Clients, Key, Tls, TlsSettings},
};
use pem::Given;

/// Without a certificate: whatever else stands there would promise what plain HTTP does not keep.
const NO_CERTIFICATE: &str =
    "missing; give cert_file and key_file, or leave tls_server_config out for plain HTTP";

pub(super) fn read(
    root: &mut Section<'_>,
    named: &mut Named<'_>,
    complaints: &mut Complaints,
) -> Option<Tls> {
    let entry = root.get("tls_server_config")?;
    if matches!(&entry.node.value, Value::Map(entries) if entries.is_empty()) {
        return None;
    }
    let before = complaints.count();
    let mut section = entry.section(complaints);
    let certificate = named.pem(&mut section, "cert", "cert_file", complaints);
    let key = named.pem(&mut section, "key", "key_file", complaints);
    let authorities = named.pem(&mut section, "client_ca", "client_ca_file", complaints);
    for (given, key) in [(&certificate, "cert_file"), (&key, "key_file")] {
        if matches!(given, Given::Nothing) {
            complaints.add(section.at(), &section.path_of(key), NO_CERTIFICATE);
        }
    }
    key.guard(&mut named.files);
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

/// What Go calls the ways in which clients may be asked for a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Nobody,
    IfGiven,
    Everybody,
}

const KINDS: [(&str, Ask); 3] = [
    ("NoClientCert", Ask::Nobody),
    ("VerifyClientCertIfGiven", Ask::IfGiven),
    ("RequireAndVerifyClientCert", Ask::Everybody),
];
const UNVERIFIED: [&str; 3] = ["RequestClientCert", "RequireAnyClientCert", "RequireClientCert"];

fn clients(
    section: &mut Section<'_>,
    authorities: &Given<'_>,
    complaints: &mut Complaints,
) -> Option<Clients> {
    let kind = section.get("client_auth_type");
    let names = section.get("client_allowed_sans");
    let ask = match &kind {
        Some(entry) => ask(entry, complaints)?,
        None => Ask::Nobody,
    };
    let list = names.as_ref().map(|entry| {
        let list: Vec<String> = entry.list().iter().filter_map(|name| name.text(complaints)).collect();
        list
    });
    if ask == Ask::Nobody {
        let without = "does nothing without client_auth_type: RequireAndVerifyClientCert";
        if let Given::Pem(pem) = authorities {
            pem.entry.wrong(complaints, without);
        }
        if let Some(entry) = &names {
            entry.wrong(complaints, without);
        }
        return Some(Clients::Anybody);
    }
    if let (Given::Nothing, Some(entry)) = (authorities, &kind) {
        entry.wrong(complaints, "needs client_ca_file: the authorities whose certificates are good");
    }
    let authorities = authorities.parse(Authorities::from_pem, complaints)?;
    Some(Clients::Certified { authorities, names: list, or_none: ask == Ask::IfGiven })
}

fn ask(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Ask> {
    let word = entry.text(complaints)?;
    if let Some((_, ask)) = KINDS.iter().find(|(name, _)| *name == word) {
        return Some(*ask);
    }
    if UNVERIFIED.contains(&word.as_str()) {
        let message = "takes certificates that nobody has verified; write RequireAndVerifyClientCert";
        entry.wrong(complaints, message);
    } else {
        entry.wrong(complaints, unknown("kind", &word, KINDS.iter().map(|(name, _)| *name)));
    }
    None
}
