//! Web configurations: what the real `promtool check web-config` accepts is accepted here, what it
//! rejects is rejected; each exception has its reason.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use rcgen::{CertificateParams, KeyPair};
use trio_exporter::config;

use crate::{process::folder, prometheus::REMEDY};

/// Our verdict compared with that of promtool.
enum Verdict {
    /// Both say the same.
    Same,
    /// We refuse what promtool accepts, and why.
    Stricter(&'static str),
    /// It depends on the version of promtool, and what we do.
    Newer { ours: bool },
}

use Verdict::{Newer, Same, Stricter};

const HASH: &str = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
const PROMISES_NOTHING: &str = "it would promise a protection that is not there";
const OLD: &str = "rustls speaks nothing older than TLS 1.2";
const UNVERIFIED: &str = "a certificate that is not verified protects nothing";
const NOT_IN_RUSTLS: &str = "rustls has neither CBC, RSA key exchange nor P-521";

/// `TLS` is replaced by a certificate with its key, `CA` by an authority of clients, `HASH` by a
/// hash.
#[rustfmt::skip]
const TABLE: &[(&str, Verdict)] = &[
    ("", Same),
    ("{}", Same),
    ("tls_server_config: {}", Same),
    ("tls_server_config:", Same),
    ("tls_server_config: {TLS}", Same),
    ("tls_server_config: {cert_file: sub/../crt, key_file: ./key}", Same),
    ("tls_server_config: {cert_file: crt}", Same),
    ("tls_server_config: {key_file: key}", Same),
    ("tls_server_config: {cert_file: nowhere, key_file: key}", Same),
    ("tls_server_config: {cert_file: crt, key_file: other.key}", Same),
    ("tls_server_config: {cert_file: key, key_file: crt}", Same),
    ("tls_server_config: {cert_file: empty, key_file: key}", Same),
    ("tls_server_config: {TLS, certfile: x}", Same),
    ("tls_server_config: [crt]", Same),
    ("tls_server_config: {TLS, CA, client_auth_type: RequireAndVerifyClientCert}", Same),
    ("tls_server_config: {TLS, CA, client_auth_type: VerifyClientCertIfGiven}", Same),
    ("tls_server_config: {TLS, client_auth_type: NoClientCert}", Same),
    ("tls_server_config: {TLS, client_auth_type: Sometimes}", Same),
    ("tls_server_config: {TLS, CA}", Same),
    ("tls_server_config: {TLS, CA, client_auth_type: NoClientCert}", Same),
    ("tls_server_config: {TLS, client_ca_file: nowhere, client_auth_type: RequireAndVerifyClientCert}", Same),
    ("tls_server_config: {TLS, min_version: TLS12, max_version: TLS13}", Same),
    ("tls_server_config: {TLS, min_version: TLS13}", Same),
    ("tls_server_config: {TLS, max_version: TLS12}", Same),
    ("tls_server_config: {TLS, min_version: TLS14}", Same),
    ("tls_server_config: {TLS, min_version: 1.2}", Same),
    ("tls_server_config: {TLS, cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256]}", Same),
    ("tls_server_config: {TLS, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]}", Same),
    ("tls_server_config: {TLS, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256]}", Same),
    ("tls_server_config: {TLS, cipher_suites: []}", Same),
    ("tls_server_config: {TLS, cipher_suites: [TLS_MADE_UP]}", Same),
    ("tls_server_config: {TLS, curve_preferences: [X25519, CurveP256, CurveP384]}", Same),
    ("tls_server_config: {TLS, curve_preferences: [CurveP123]}", Same),
    ("tls_server_config: {TLS, prefer_server_cipher_suites: false}", Same),
    ("tls_server_config: {TLS, prefer_server_cipher_suites: sometimes}", Same),
    ("http_server_config: {}", Same),
    ("http_server_config: {http2: false}", Same),
    ("http_server_config: {http2: off}", Same),
    ("http_server_config: {http2: sometimes}", Same),
    ("http_server_config: {header: {}}", Same),
    ("http_server_config: {headers: {X-Frame-Options: deny, X-Content-Type-Options: nosniff}}", Same),
    ("http_server_config: {headers: {X-Frame-Options: sameorigin, X-XSS-Protection: '1; mode=block'}}", Same),
    ("http_server_config: {headers: {Strict-Transport-Security: max-age=1, Content-Security-Policy: \"default-src 'self'\"}}", Same),
    ("http_server_config: {headers: {Content-Security-Policy: ''}}", Same),
    ("http_server_config: {headers: {Content-Security-Policy: }}", Same),
    ("http_server_config: {headers: {X-Frame-Options: DENY}}", Same),
    ("http_server_config: {headers: {X-Content-Type-Options: ''}}", Same),
    ("http_server_config: {headers: {x-frame-options: deny}}", Same),
    ("http_server_config: {headers: {Server: x}}", Same),
    ("basic_auth_users: {}", Same),
    ("basic_auth_users: {alice: HASH, bob: HASH}", Same),
    ("basic_auth_users: {alice: secret}", Same),
    ("basic_auth_users: {alice: ''}", Same),
    ("basic_auth_users: [alice]", Same),
    ("basic_auth_user: {alice: HASH}", Same),
    ("basic_auth_users: {alice: HASH}\nbasic_auth_users: {bob: HASH}", Same),
    ("- alice", Same),
    ("junk", Same),
    ("a: [", Same),
    ("tls_server_config: {min_version: TLS13}", Stricter(PROMISES_NOTHING)),
    ("tls_server_config: {cert_file: '', key_file: ''}", Stricter(PROMISES_NOTHING)),
    ("tls_server_config: {TLS, client_auth_type: RequireAndVerifyClientCert}", Stricter("the authorities of the machine would all be good")),
    ("tls_server_config: {TLS, CA, client_auth_type: RequestClientCert}", Stricter(UNVERIFIED)),
    ("tls_server_config: {TLS, CA, client_auth_type: RequireAnyClientCert}", Stricter(UNVERIFIED)),
    ("tls_server_config: {TLS, CA, client_auth_type: RequireClientCert}", Stricter(UNVERIFIED)),
    ("tls_server_config: {TLS, client_ca_file: empty, client_auth_type: RequireAndVerifyClientCert}", Stricter("no client could ever connect")),
    ("tls_server_config: {TLS, min_version: TLS10}", Stricter(OLD)),
    ("tls_server_config: {TLS, min_version: TLS11}", Stricter(OLD)),
    ("tls_server_config: {TLS, max_version: TLS11}", Stricter(OLD)),
    ("tls_server_config: {TLS, min_version: TLS13, max_version: TLS12}", Stricter("nothing would be spoken")),
    ("tls_server_config: {TLS, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]}", Stricter(NOT_IN_RUSTLS)),
    ("tls_server_config: {TLS, curve_preferences: [CurveP521]}", Stricter(NOT_IN_RUSTLS)),
    ("basic_auth_users: {'a:b': HASH}", Stricter("no user with a colon in the name can log in")),
    ("tls_server_config: {TLS, CA, client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [a]}", Newer { ours: true }),
    ("tls_server_config: {TLS, client_allowed_sans: [a]}", Newer { ours: false }),
    ("tls_server_config: {cert: x, key: y}", Newer { ours: false }),
    ("rate_limit: {interval: 1s, burst: 5}", Newer { ours: true }),
    ("rate_limit: {interval: 0, burst: 5}", Newer { ours: true }),
    ("rate_limit: {interval: 1s}", Newer { ours: false }),
    ("rate_limit: {interval: often, burst: 5}", Newer { ours: false }),
];

fn certificates(folder: &Path) {
    let (key, other) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let params = CertificateParams::new(vec!["trio.example".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate").pem();
    for (name, text) in [
        ("crt", certificate.as_str()),
        ("key", &key.serialize_pem()),
        ("other.key", &other.serialize_pem()),
        ("empty", ""),
    ] {
        fs::write(folder.join(name), text).expect("writable");
    }
    fs::create_dir(folder.join("sub")).expect("writable");
}

fn promtool_accepts(file: &Path) -> bool {
    let promtool = Command::new("promtool")
        .args(["check", "web-config"])
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("cannot start promtool: {error}; {REMEDY}"));
    let said =
        String::from_utf8_lossy(&promtool.stdout) + String::from_utf8_lossy(&promtool.stderr);
    let accepted = promtool.status.success();
    let word = if accepted { "SUCCESS" } else { "FAILED" };
    assert!(said.contains(word), "{}: promtool did not judge: {said}", file.display());
    accepted
}

#[test]
fn promtool_and_the_exporter_agree_on_web_configurations() {
    let folder = folder();
    certificates(folder.path());
    let mut disagreements = Vec::new();
    for (number, (text, verdict)) in TABLE.iter().enumerate() {
        let file = folder.path().join(format!("web-{number}.yml"));
        let written = text
            .replace("TLS,", "cert_file: crt, key_file: key,")
            .replace("{TLS}", "{cert_file: crt, key_file: key}")
            .replace("CA", "client_ca_file: crt")
            .replace("HASH", HASH);
        fs::write(&file, written).expect("writable");
        let (promtool, ours) =
            (promtool_accepts(&file), config::web::read(Some(&file), None, &|_| None).web);
        let holds = match verdict {
            Same => promtool == ours.is_ok(),
            Stricter(_) => promtool && ours.is_err(),
            Newer { ours: expected } => ours.is_ok() == *expected,
        };
        if !holds {
            let why = if let Stricter(why) = verdict { why } else { "" };
            disagreements.push(format!("{text}: promtool {promtool}, {ours:?} {why}"));
        }
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}
