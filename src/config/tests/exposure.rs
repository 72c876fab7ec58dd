//! Tests: who is warned of secrets that everybody on the machine can read.

use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;

use super::*;

#[test]
fn a_secret_file_that_everybody_can_read_is_warned_of_once_with_its_key_and_what_to_run() {
    let folder = folder("exposed");
    let second = "  - {name: b, servers: https://b/c, client_key_file: key, username_file: user, password_file: password}\n";
    let warnings = |mode| {
        let text = format!("{VALID}{second}");
        fs::write(folder.join("c.yml"), text).expect("writable");
        allow(&folder.join("password"), mode);
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
    allow(&folder.join("password"), 0o640);
}

#[test]
fn a_configuration_with_secrets_in_it_that_everybody_can_read_is_warned_of_once() {
    let file = folder("exposed-configuration").join("c.yml");
    let text =
        with("password_file: password", "password: one").replace("username_file: user", "username: two");
    fs::write(&file, text).expect("writable");
    let path = file.display();
    allow(&file, 0o644);
    let warning = format!(
        "targets[0].username: stands in {path}, which every user of this machine can read; run `chmod o-r {path}`"
    );
    assert_eq!(load(Some(&file), &nothing).expect("valid").warnings, [warning]);
    allow(&file, 0o640);
    assert_eq!(load(Some(&file), &nothing).expect("valid").warnings, Vec::<String>::new());
}

#[test]
fn the_secrets_that_kubernetes_mounts_are_not_warned_of() {
    let folder = folder("exposed-kubernetes");
    let mount = folder.join("mounted");
    let _ = fs::remove_dir_all(&mount);
    let version = mount.join("..2026_11_24_08_00_00.1234");
    fs::create_dir_all(&version).expect("writable");
    fs::write(version.join("password"), "mounted").expect("writable");
    allow(&version.join("password"), 0o644);
    std::os::unix::fs::symlink("..2026_11_24_08_00_00.1234", mount.join("..data")).expect("a link");
    std::os::unix::fs::symlink("..data/password", mount.join("password")).expect("a link");
    let text = with("password_file: password", "password_file: mounted/password");
    let config = load_text("exposed-kubernetes", &text).expect("valid");
    assert_eq!(config.targets[0].trio.password.current().expose_secret(), "mounted");
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn a_key_of_the_web_server_that_everybody_can_read_is_warned_of() {
    let folder = folder("exposed-web");
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["trio.example".to_owned()]).expect("a name");
    fs::write(folder.join("crt"), params.self_signed(&key).expect("a certificate").pem()).expect("writable");
    fs::write(folder.join("tls.key"), key.serialize_pem()).expect("writable");
    fs::write(folder.join("web.yml"), "tls_server_config: {cert_file: crt, key_file: tls.key}")
        .expect("writable");
    let path = folder.join("tls.key");
    let warnings = |mode| {
        allow(&path, mode);
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
