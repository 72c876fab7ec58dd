//! Tests of web configurations, and of the exact message of each error.

use std::{fs, path::PathBuf};

use tempfile::TempDir;

use pretty_assertions::assert_eq;

use super::*;

/// The bcrypt hash of `secret`.
const HASH: &str = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

thread_local! {
    // Each test is a thread, so its folder is deleted when it ends.
    static FOLDER: TempDir = certificates();
}

/// The folder of the running test, with certificates and keys; the test writes its own files beside
/// them.
fn folder() -> PathBuf {
    FOLDER.with(|folder| folder.path().to_owned())
}

fn certificates() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (key, other) =
        (rcgen::KeyPair::generate().expect("a key"), rcgen::KeyPair::generate().expect("a key"));
    let params = rcgen::CertificateParams::new(vec!["trio.example".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate").pem();
    let broken = "-----BEGIN CERTIFICATE-----\naGVq\n-----END CERTIFICATE-----\n";
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\naGVq\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (name, text) in [
        ("crt", certificate.as_str()),
        ("key", &key.serialize_pem()),
        ("other.key", &other.serialize_pem()),
        ("broken", broken),
        ("encrypted", encrypted),
        ("empty", ""),
    ] {
        fs::write(folder.path().join(name), text).expect("writable");
    }
    folder
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn load_text(test: &str, text: &str) -> Result<Web, Vec<String>> {
    let file = folder().join(format!("{test}.yml"));
    fs::write(&file, text).expect("writable");
    read(Some(&file), None, &nothing).web
}

/// Returns the messages without the folder and the name of the file.
fn mistakes(test: &str, text: &str) -> Vec<String> {
    let prefix = format!("{}/", folder().display());
    let list = load_text(test, text).expect_err(text);
    list.into_iter()
        .map(|line| line.replace(&prefix, "").replace(&format!("{test}.yml:"), ""))
        .collect()
}

const TLS: &str = "tls_server_config: {cert_file: crt, key_file: key";

#[test]
fn empty_file_is_plain_http_without_users() {
    for text in [
        "",
        "# nothing\n",
        "tls_server_config: {}\n",
        "tls_server_config:\nbasic_auth_users:\n",
        "{}",
    ] {
        let web = load_text("empty", text).expect(text);
        assert!(web.tls.is_none() && web.users.is_empty() && web.rate_limit.is_none(), "{text}");
        assert!(web.http2);
    }
    assert!(read(None, None, &nothing).web.expect("nothing is wrong").users.is_empty());
}

#[test]
fn every_key_is_read() {
    let text = format!(
        "{TLS}, client_ca_file: crt, client_auth_type: RequireAndVerifyClientCert,
  client_allowed_sans: [scraper, 10.0.0.1], min_version: TLS12, max_version: TLS13,
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256],
  prefer_server_cipher_suites: false, curve_preferences: [CurveP256, X25519]}}
http_server_config:
  http2: false
  headers: {{X-Frame-Options: sameorigin, Content-Security-Policy: \"\", X-XSS-Protection: 0}}
basic_auth_users: {{alice: {HASH}, bob: {HASH}}}
rate_limit: {{interval: 1s, burst: 20}}
"
    );
    let web = load_text("everything", &text).expect("valid");
    assert!(web.tls.is_some() && !web.http2 && !web.users.is_empty());
    let limit = web.rate_limit.expect("given");
    assert_eq!((limit.interval.as_secs(), limit.burst.get()), (1, 20));
    let mut headers = Headers::default();
    for (name, value) in [
        ("X-Frame-Options", "sameorigin"),
        ("Content-Security-Policy", ""),
        ("X-XSS-Protection", "0"),
    ] {
        headers.set(name, value).expect("allowed");
    }
    assert_eq!(web.headers, headers);
    let printed = format!("{web:?}");
    assert!(!printed.contains("$2y$") && !printed.contains("PRIVATE"), "{printed}");
}

#[test]
fn certificates_may_be_in_the_file_itself() {
    let inline = |file: &str| {
        let text = fs::read_to_string(folder().join(file)).expect("readable");
        text.lines().map(|line| format!("    {line}\n")).collect::<String>()
    };
    let text =
        format!("tls_server_config:\n  cert: |\n{}  key: |\n{}", inline("crt"), inline("key"));
    assert!(load_text("inline", &text).expect("valid").tls.is_some());
}

#[test]
fn rate_limit_without_interval_is_off() {
    for text in [
        "rate_limit: {interval: 0, burst: 5}",
        "rate_limit: {interval: 0s}",
        "rate_limit: {burst: 5}",
    ] {
        assert!(load_text("no-rate", text).expect(text).rate_limit.is_none(), "{text}");
    }
}

#[test]
#[rustfmt::skip]
fn every_error_is_reported_with_position_and_remedy() {
    let no_hash = "must be a bcrypt hash, such as `trio-exporter hash-password` prints; a password as it is does not belong here";
    let nothing = "missing; give cert_file and key_file, or leave tls_server_config out for plain HTTP";
    let without = "does nothing without client_auth_type: RequireAndVerifyClientCert";
    let suites = "not a supported cipher suite; known here: TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    let old = "is too old to be safe and is not supported; write TLS12 or TLS13";
    let table: &[(String, Vec<String>)] = &[
        ("tls_server_confg: {}".into(), vec!["1:1: tls_server_confg: unknown key; did you mean `tls_server_config`?".into()]),
        ("- a".into(), vec!["1:1: the file: must be a map of `key: value` lines".into()]),
        ("tls_server_config: {min_version: TLS13}".into(), vec![format!("1:20: tls_server_config.cert_file: {nothing}"), format!("1:20: tls_server_config.key_file: {nothing}")]),
        ("tls_server_config: {cert_file: crt}".into(), vec![format!("1:20: tls_server_config.key_file: {nothing}")]),
        ("tls_server_config: {cert_file: nowhere, key_file: key}".into(), vec!["1:32: tls_server_config.cert_file: cannot read nowhere: No such file or directory (os error 2)".into()]),
        ("tls_server_config: {cert_file: crt, cert: x, key_file: key}".into(), vec!["1:32: tls_server_config.cert_file: cert is given as well; give one of them".into()]),
        ("tls_server_config: {cert_file: key, key_file: crt}".into(), vec![
            "1:32: tls_server_config.cert_file: key holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----".into(),
            "1:47: tls_server_config.key_file: crt holds no private key; it must be PEM, with -----BEGIN PRIVATE KEY-----".into()]),
        ("tls_server_config: {cert_file: crt, key_file: other.key}".into(), vec!["1:20: tls_server_config: the key is not that of the certificate".into()]),
        ("tls_server_config: {cert_file: broken, key_file: key}".into(), vec!["1:20: tls_server_config: the certificate cannot be used".into()]),
        ("tls_server_config: {cert_file: crt, key_file: encrypted}".into(), vec!["1:47: tls_server_config.key_file: encrypted holds an encrypted key; decrypt it with `openssl pkey`".into()]),
        ("tls_server_config: {cert: secret, key: secret}".into(), vec![
            "1:27: tls_server_config.cert: holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----".into(),
            "1:40: tls_server_config.key: holds no private key; it must be PEM, with -----BEGIN PRIVATE KEY-----".into()]),
        (format!("{TLS}, cert_fil: x}}"), vec!["1:52: tls_server_config.cert_fil: unknown key; did you mean `cert_file`?".into()]),
        (format!("{TLS}, client_ca_file: crt}}"), vec![format!("1:68: tls_server_config.client_ca_file: {without}")]),
        (format!("{TLS}, client_ca_file: crt, client_auth_type: NoClientCert}}"), vec![format!("1:68: tls_server_config.client_ca_file: {without}")]),
        (format!("{TLS}, client_allowed_sans: [a]}}"), vec![format!("1:73: tls_server_config.client_allowed_sans: {without}")]),
        (format!("{TLS}, client_auth_type: RequireAndVerifyClientCert}}"), vec!["1:70: tls_server_config.client_auth_type: needs client_ca_file: the authorities whose certificates are accepted".into()]),
        (format!("{TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: broken}}"), vec!["1:114: tls_server_config.client_ca_file: broken holds a broken certificate".into()]),
        (format!("{TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: empty}}"), vec!["1:114: tls_server_config.client_ca_file: empty holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----".into()]),
        (format!("{TLS}, client_auth_type: RequestClientCert}}"), vec!["1:70: tls_server_config.client_auth_type: accepts certificates that no one has verified; write RequireAndVerifyClientCert".into()]),
        (format!("{TLS}, client_auth_type: NoClientCerts}}"), vec!["1:70: tls_server_config.client_auth_type: unknown kind; did you mean `NoClientCert`?".into()]),
        (format!("{TLS}, min_version: TLS10, max_version: TLS11}}"), vec![format!("1:65: tls_server_config.min_version: {old}"), format!("1:85: tls_server_config.max_version: {old}")]),
        (format!("{TLS}, min_version: TLS111}}"), vec!["1:65: tls_server_config.min_version: unknown version; did you mean `TLS12`?".into()]),
        (format!("{TLS}, min_version: TLS13, max_version: TLS12}}"), vec!["1:65: tls_server_config.min_version: must not be newer than max_version".into()]),
        (format!("{TLS}, cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]}}"), vec![format!("1:68: tls_server_config.cipher_suites[0]: {suites}")]),
        (format!("{TLS}, cipher_suites: [TLS_AES_128_GCM_SHA256], max_version: TLS12}}"), vec!["1:20: tls_server_config: leaves nothing to speak: none of these cipher suites and curves fit these versions".into()]),
        (format!("{TLS}, curve_preferences: [CurveP521]}}"), vec!["1:72: tls_server_config.curve_preferences[0]: not a supported curve; known here: X25519, CurveP256, CurveP384".into()]),
        (format!("{TLS}, prefer_server_cipher_suites: 3}}"), vec!["1:81: tls_server_config.prefer_server_cipher_suites: must be true or false".into()]),
        ("http_server_config: {http2: maybe, header: {}}".into(), vec!["1:29: http_server_config.http2: must be true or false".into(), "1:36: http_server_config.header: unknown key; did you mean `headers`?".into()]),
        ("http_server_config: {headers: {x-frame-options: deny, X-Frame-Options: DENY, Server: x}}".into(), vec![
            "1:32: http_server_config.headers.x-frame-options: unknown header; did you mean `X-Frame-Options`?".into(),
            "1:72: http_server_config.headers.X-Frame-Options: must be deny or sameorigin".into(),
            "1:78: http_server_config.headers.Server: unknown header; known here: Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy".into()]),
        ("basic_auth_users: {alice: tr0ub4dor, bob: 7, 'c:d': $2y$10$x}".into(), vec![
            format!("1:27: basic_auth_users.alice: {no_hash}"), format!("1:43: basic_auth_users.bob: {no_hash}"),
            "1:46: basic_auth_users.c:d: no user with a colon in the name can log in".into(), format!("1:53: basic_auth_users.c:d: {no_hash}")]),
        ("tls_server_config: 5".into(), vec!["1:20: tls_server_config: must be a map of `key: value` lines".into(), format!("1:20: tls_server_config.cert_file: {nothing}"), format!("1:20: tls_server_config.key_file: {nothing}")]),
        ("tls_server_config: {cert_file: ., key_file: no}".into(), vec!["1:32: tls_server_config.cert_file: . is a folder; name a file in it".into(), format!("1:45: tls_server_config.key_file: {}", yaml::UNQUOTED)]),
        (format!("{TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: crt, client_allowed_sans: [1.5]}}"), vec![format!("1:141: tls_server_config.client_allowed_sans[0]: {}", yaml::UNQUOTED)]),
        (format!("{TLS}, client_ca: x, client_ca_file: crt}}"), vec!["1:82: tls_server_config.client_ca_file: client_ca is given as well; give one of them".into()]),
        ("http_server_config: {headers: [X-Frame-Options]}".into(), vec!["1:31: http_server_config.headers: must be a map of `key: value` lines".into()]),
        ("rate_limit: 5".into(), vec!["1:13: rate_limit: must be a map of `key: value` lines".into()]),
        ("rate_limit: {interval: 1s, burst: many}".into(), vec!["1:35: rate_limit.burst: must be a whole number from 0 to 1000000".into(), "1:13: rate_limit.burst: must be at least 1: without it no request is ever answered".into()]),
        ("rate_limit: {interval: 1s, burst: 1}\nrate_limit: {}".into(), vec!["2:1: the key `rate_limit` is given twice; give it once".into()]),
        ("basic_auth_users: [alice]".into(), vec!["1:19: basic_auth_users: must be a map of `key: value` lines".into()]),
        ("rate_limit: {interval: 1s}".into(), vec!["1:13: rate_limit.burst: must be at least 1: without it no request is ever answered".into()]),
        ("rate_limit: {interval: 1, burst: 1}".into(), vec!["1:24: rate_limit.interval: must be a duration with its unit, such as 5s, 500ms, 2m or 1h".into()]),
        ("rate_limit: {interval: 1s, burst: -1}".into(), vec!["1:35: rate_limit.burst: must be a whole number from 0 to 1000000".into(), "1:13: rate_limit.burst: must be at least 1: without it no request is ever answered".into()]),
    ];
    for (text, expected) in table {
        assert_eq!(mistakes("mistakes", text), *expected, "{text}");
    }
}

#[test]
fn agents_file_holds_users_and_nothing_else() {
    let file = folder().join("agents.yml");
    let read_agents = |text: &str| {
        fs::write(&file, text).expect("writable");
        read(None, Some(&file), &nothing).web
    };
    let web = read_agents(&format!("basic_auth_users: {{boss: {HASH}}}")).expect("valid");
    assert!(web.users.is_empty() && web.agents_users.is_some_and(|users| !users.is_empty()));
    let no_user = "basic_auth_users: names no user; without the flag --web.agents-config.file the users of --web.config.file see /metrics/agents";
    let name = file.display();
    for (text, expected) in [
        (String::new(), vec![format!("{name}:1:1: {no_user}")]),
        ("basic_auth_users: {}".to_owned(), vec![format!("{name}:1:1: {no_user}")]),
        (
            format!("{TLS}}}\nbasic_auth_users: {{boss: {HASH}}}"),
            vec![format!(
                "{name}:1:1: tls_server_config: unknown key; known here: basic_auth_users"
            )],
        ),
    ] {
        assert_eq!(read_agents(&text).expect_err(&text), expected, "{text}");
    }
}

#[test]
fn every_file_is_watched_even_if_missing() {
    let file = folder().join("looked.yml");
    let text = "tls_server_config: {cert_file: crt, key_file: nowhere, client_ca_file: crt, client_auth_type: VerifyClientCertIfGiven}";
    fs::write(&file, text).expect("writable");
    let reading = read(Some(&file), Some(Path::new("/nowhere/agents.yml")), &nothing);
    let list = reading.web.expect_err("a file is missing");
    assert_eq!(list.len(), 2, "{list:?}");
    assert_eq!(
        list[1],
        "--web.agents-config.file: cannot read /nowhere/agents.yml: No such file or directory (os error 2)"
    );
    assert_eq!(reading.files.len(), 5, "{:?}", reading.files);
}
