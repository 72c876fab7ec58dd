//! Tests of secrets: files, credentials of systemd, errors, and warnings about those that every
//! user of the machine can read.

use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;

use super::*;

/// Returns the messages about a secret file with these bytes: named by the configuration, and by a
/// variable.
fn messages(bytes: &[u8]) -> [Vec<String>; 2] {
    let folder = folder("secret-bytes");
    let path = folder.join("secret");
    fs::write(&path, bytes).expect("writable");
    let text = with("password_file: password", "password_file: secret");
    let variable = path.display().to_string();
    let environment = |name: &str| match name {
        "TRIO_URL" => Some("https://trio.example/te/api".to_owned()),
        "TRIO_CLIENT_KEY" | "TRIO_USERNAME" => Some("a2V5".to_owned()),
        "TRIO_PASSWORD_FILE" => Some(variable.clone()),
        _ => None,
    };
    let prefix = format!("{}/", folder.display());
    let by_environment = load(None, &environment).expect_err("a mistake");
    let by_environment = by_environment.into_iter().map(|line| line.replace(&prefix, "")).collect();
    [errors("secret-bytes", &text), by_environment]
}

#[test]
fn unusable_secret_file_is_reported_with_key_and_remedy() {
    let too_long = "x".repeat(4097);
    let several =
        "holds a line break or another control character; put only the secret itself there";
    for (bytes, message) in [
        (&b""[..], "secret is empty; put the secret into it"),
        (b"\r\n\n", "secret is empty; put the secret into it"),
        (b"\xff\xfep\0w\0", "secret is not UTF-8 text; save it as UTF-8"),
        (b"sm\xf6rg\xe5s", "secret is not UTF-8 text; save it as UTF-8"),
        (too_long.as_bytes(), "secret is longer than 4096 bytes; it cannot be the right file"),
        (b"one\ntwo\n", several),
        (b"pass\0word", several),
    ] {
        let [by_file, by_environment] = messages(bytes);
        assert_eq!(by_file, [format!("c.yml:6:20: targets[0].password_file: {message}")]);
        // A file that was read is no longer to blame: the error names the secret.
        let variable = if message == several { "TRIO_PASSWORD" } else { "TRIO_PASSWORD_FILE" };
        assert_eq!(by_environment, [format!("{variable}: {message}")]);
    }
    let folder_named =
        errors("secret-folder", &with("password_file: password", "password_file: ."));
    assert_eq!(
        folder_named,
        ["c.yml:6:20: targets[0].password_file: . is a folder; name a file in it"]
    );
}

#[test]
fn unusable_token_of_a_wallboard_is_reported_with_key_and_file() {
    let long = "x".repeat(4097);
    let lines = "must hold one line of ASCII letters, digits and signs without spaces, such as `openssl rand -hex 32` prints";
    for (text, message) in [
        ("", "is empty; put the secret into it"),
        (
            "0123456789abcdef0123456789abcde\n",
            "holds 31 characters; a token has at least 32, such as those that `openssl rand -hex 32` prints",
        ),
        ("0123456789abcdef 0123456789abcdef", lines),
        ("0123456789abcdef\n0123456789abcdef\n", lines),
        ("0123456789abcdef0123456789abcdeé", lines),
        (&long, "is longer than 4096 bytes; it cannot be the right file"),
    ] {
        fs::write(folder("token").join("screens"), text).expect("writable");
        let config = format!("{VALID}wallboards: [{{name: a, token_file: screens}}]\n");
        let place = "c.yml:7:36: wallboards[0].token_file";
        assert_eq!(errors("token", &config), [format!("{place}: screens {message}")], "{text}");
    }
    let folder_named = format!("{VALID}wallboards: [{{name: a, token_file: .}}]\n");
    let message = "c.yml:7:36: wallboards[0].token_file: . is a folder; name a file in it";
    assert_eq!(errors("token", &folder_named), [message]);
}

#[test]
fn byte_order_mark_is_not_part_of_a_secret() {
    let file = folder("secret-mark").join("marked");
    fs::write(&file, "\u{feff}hemligt\r\n").expect("writable");
    let text = with("password_file: password", "password_file: marked");
    let config = load_text("secret-mark", &text).expect("valid");
    assert_eq!(config.targets[0].trio.password.current().expose_secret(), "hemligt");
}

#[test]
fn secret_that_yaml_changes_must_be_quoted() {
    for (given, is_right) in
        [("1234", false), ("007", false), ("1e5", false), ("no", false), ("'007'", true)]
    {
        let text = with("password_file: password", &format!("password: {given}"));
        if is_right {
            let config = load_text("secret-quotes", &text).expect("valid");
            assert_eq!(config.targets[0].trio.password.current().expose_secret(), "007");
        } else {
            let message = "c.yml:6:15: targets[0].password: must be in quotes: YAML reads it as a number or as true or false";
            assert_eq!(errors("secret-quotes", &text), [message], "{given}");
        }
    }
}

/// Returns a folder for a configuration, and one for credentials.
fn credentials(test: &str) -> (PathBuf, PathBuf) {
    let configuration = folder(test);
    let credentials = configuration.join("credentials");
    let _ = fs::remove_dir_all(&credentials);
    fs::create_dir_all(&credentials).expect("writable");
    (configuration, credentials)
}

/// Returns an environment with one variable.
fn variable(name: &'static str, value: &Path) -> impl Fn(&str) -> Option<String> {
    let value = value.display().to_string();
    move |asked| (asked == name).then(|| value.clone())
}

#[test]
fn missing_files_are_read_from_systemd_credentials() {
    let (folder, credentials) = credentials("credentials");
    let written =
        |name: &str, text: &str| fs::write(credentials.join(name), text).expect("writable");
    let authority =
        rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()]).expect("a certificate");
    written("ca.pem", &authority.cert.pem());
    written("fields.yml", "cc: {}\n");
    written("hash_key", "0123456789");
    written("trio-password", "from systemd");
    written("user", "not this one");
    let text = with("password_file: password", "password_file: trio-password");
    let file = folder.join("c.yml");
    let rest = "    ca_file: ca.pem\n    fields_file: fields.yml\nagents: {identity: hash, hash_key_file: hash_key}\n";
    fs::write(&file, format!("{text}{rest}")).expect("writable");
    let environment = variable("CREDENTIALS_DIRECTORY", &credentials);
    let config = load(Some(&file), &environment).expect("valid");
    let trio = &config.targets[0].trio;
    assert_eq!(trio.password.current().expose_secret(), "from systemd");
    assert_eq!(
        trio.username.current().expose_secret(),
        "exporter",
        "beside the configuration comes first"
    );
    assert!(matches!(config.metrics.identity, metrics::Identity::Hash(_)));
    assert_eq!(
        config.warnings,
        Vec::<String>::new(),
        "no other user sees credentials, even with this mode"
    );
    let without = load(Some(&file), &nothing).expect_err("no credentials");
    assert_eq!(without.len(), 4, "{without:#?}");
}

#[test]
fn missing_secret_is_reported_with_both_paths() {
    let (folder, credentials) = credentials("no-credential");
    let file = folder.join("c.yml");
    let message = |name: &str| {
        fs::write(&file, with("password_file: password", &format!("password_file: {name}")))
            .expect("writable");
        let list = load(Some(&file), &variable("CREDENTIALS_DIRECTORY", &credentials))
            .expect_err("missing");
        list.join("\n").replace(&format!("{}/", folder.display()), "")
    };
    let why = "No such file or directory (os error 2)";
    let place = "c.yml:6:20: targets[0].password_file: cannot read";
    assert_eq!(
        message("gone"),
        format!("{place} gone: {why}; credentials/gone is not there either")
    );
    // Credentials have no folders, and the variable must not give access to other files.
    fs::write(credentials.join("there"), "x").expect("writable");
    assert_eq!(
        message("../no-credential/credentials/../gone"),
        format!("{place} ../no-credential/credentials/../gone: {why}")
    );
    assert_eq!(message("sub/there"), format!("{place} sub/there: {why}"));
}

#[test]
fn secret_files_of_the_environment_may_be_credentials() {
    let (_, credentials) = credentials("environment-credentials");
    fs::write(credentials.join("trio-password"), "from systemd").expect("writable");
    let directory = credentials.display().to_string();
    let environment = |name: &str| match name {
        "TRIO_URL" => Some("https://trio.example/te/api".to_owned()),
        "TRIO_CLIENT_KEY" | "TRIO_USERNAME" => Some("a2V5".to_owned()),
        "TRIO_PASSWORD_FILE" => Some("trio-password".to_owned()),
        "CREDENTIALS_DIRECTORY" => Some(directory.clone()),
        _ => None,
    };
    let config = load(None, &environment).expect("valid");
    assert_eq!(config.targets[0].trio.password.current().expose_secret(), "from systemd");
}

#[cfg(unix)]
#[test]
fn exposed_secret_file_is_warned_of_once() {
    let folder = folder("exposed");
    let warnings = |mode| {
        let text = format!("{VALID}{}\n", second_target("b"));
        fs::write(folder.join("c.yml"), text).expect("writable");
        set_mode(&folder.join("password"), mode);
        load(Some(&folder.join("c.yml")), &nothing).expect("valid").warnings
    };
    for private in [0o600, 0o640, 0o660, 0o400] {
        assert_eq!(warnings(private), Vec::<String>::new(), "{private:o}");
    }
    let path = folder.join("password").display().to_string();
    let warning = format!(
        "targets[0].password_file: every user of this machine can read {path}; run `chmod o-r {path}`"
    );
    for open in [0o644, 0o604, 0o444] {
        assert_eq!(warnings(open), [warning.as_str()], "{open:o}: one warning for two targets");
    }
    set_mode(&folder.join("password"), 0o640);
}

#[cfg(unix)]
#[test]
fn exposed_configuration_with_secrets_is_warned_of_once() {
    let file = folder("exposed-configuration").join("c.yml");
    let text = with("password_file: password", "password: one")
        .replace("username_file: user", "username: two");
    fs::write(&file, text).expect("writable");
    let path = file.display();
    set_mode(&file, 0o644);
    let warning = format!(
        "targets[0].username: is in {path}, which every user of this machine can read; run `chmod o-r {path}`"
    );
    assert_eq!(load(Some(&file), &nothing).expect("valid").warnings, [warning]);
    set_mode(&file, 0o640);
    assert_eq!(load(Some(&file), &nothing).expect("valid").warnings, Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn secrets_mounted_by_kubernetes_are_not_warned_of() {
    let folder = folder("exposed-kubernetes");
    let mount = folder.join("mounted");
    let _ = fs::remove_dir_all(&mount);
    let version = mount.join("..2026_11_24_08_00_00.1234");
    fs::create_dir_all(&version).expect("writable");
    fs::write(version.join("password"), "mounted").expect("writable");
    set_mode(&version.join("password"), 0o644);
    std::os::unix::fs::symlink("..2026_11_24_08_00_00.1234", mount.join("..data")).expect("a link");
    std::os::unix::fs::symlink("..data/password", mount.join("password")).expect("a link");
    let text = with("password_file: password", "password_file: mounted/password");
    let config = load_text("exposed-kubernetes", &text).expect("valid");
    assert_eq!(config.targets[0].trio.password.current().expose_secret(), "mounted");
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn exposed_key_of_the_web_server_is_warned_of() {
    let folder = folder("exposed-web");
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["trio.example".to_owned()]).expect("a name");
    fs::write(folder.join("crt"), params.self_signed(&key).expect("a certificate").pem())
        .expect("writable");
    fs::write(folder.join("tls.key"), key.serialize_pem()).expect("writable");
    fs::write(folder.join("web.yml"), "tls_server_config: {cert_file: crt, key_file: tls.key}")
        .expect("writable");
    let path = folder.join("tls.key");
    let warnings = |mode| {
        set_mode(&path, mode);
        let reading = web::read(Some(&folder.join("web.yml")), None, &nothing);
        reading.web.expect("valid");
        reading.warnings
    };
    assert_eq!(warnings(0o640), Vec::<String>::new());
    let path = path.display();
    let warning = format!(
        "tls_server_config.key_file: every user of this machine can read {path}; run `chmod o-r {path}`"
    );
    assert_eq!(warnings(0o644), [warning]);
}
