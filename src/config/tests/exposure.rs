//! Tests of the warnings about secrets that every user of the machine can read.

use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;

use super::*;

#[test]
fn exposed_secret_file_is_warned_of_once() {
    let folder = folder("exposed");
    let second = "  - {name: b, servers: https://b/c, client_key_file: key, username_file: user, password_file: password}\n";
    let warnings = |mode| {
        let text = format!("{VALID}{second}");
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
