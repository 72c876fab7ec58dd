//! The exporter with the flags and files that a pod would give it.

use std::{fs, path::Path, process::Command};

use pretty_assertions::assert_eq;
use rcgen::{CertificateParams, KeyPair};
use serde_json::json;

use super::{
    chart::{Rendered, examples},
    mounted::{Mounted, Outside},
};
use crate::{
    http::get_as,
    process::{PATIENCE, Process, exporter, until},
};

/// The Secrets that the examples expect to be there.
const OUTSIDE: &[Outside<'_>] = &[
    ("trio-main", "client_key", "a2V5"),
    ("trio-main", "username", "exporter"),
    ("trio-main", "password", "secret"),
    ("trio-north", "client_key", "a2V5"),
    ("trio-north", "username", "exporter"),
    ("trio-north", "password", "secret"),
    ("trio-south", "client_key", "a2V5"),
    ("trio-south", "username", "exporter"),
    ("trio-south", "password", "secret"),
    ("trio", "key", "a2V5"),
    ("trio", "username", "exporter"),
    ("trio", "pass.word", "secret"),
    ("trio-agents", "hash", "a key that is long enough for a hash"),
    ("trio-probe", "password", "secret"),
];

#[tokio::test]
async fn the_configuration_of_every_example_is_accepted() {
    for values in examples() {
        let name = Path::new(&values).file_name().and_then(|name| name.to_str()).expect("UTF-8");
        let name = name.trim_end_matches("-values.yaml");
        let mounted = Mounted::new(&Rendered::example(name), OUTSIDE);
        for file in ["client_key", "password"] {
            if name == "secrets" {
                fs::write(mounted.path("/vault").join(file), "a2V5").expect("writable");
            }
        }
        let mut arguments: Vec<&str> = mounted.arguments.iter().map(String::as_str).collect();
        arguments.push("--config.check");
        let mut process = exporter(&arguments);
        let status = process.ended().await;
        let said = process.stdout() + &process.stderr();
        assert!(status.success(), "{name}: {said}");
        assert!(said.contains(" can be used; targets: "), "{name}: {said}");
    }
}

#[test]
fn secrets_and_names_reach_the_exporter_letter_by_letter() {
    let mounted = Mounted::new(&Rendered::example("secrets"), OUTSIDE);
    let credentials = mounted.path("/etc/trio-exporter/credentials");
    let read = |name: &str| fs::read_to_string(credentials.join(name)).expect("a file");
    assert_eq!(read("0/client_key"), "c2VjcmV0K2tleS8hPz0=");
    assert_eq!(read("0/username"), "a\"b'c två: #{{ .Values }}");
    assert_eq!(read("0/password"), " $HOME\\n`x` ");
    assert_eq!(read("1/password"), "secret");
    assert!(!credentials.join("2").exists(), "the third target has its own files");
    let file = mounted.path("/etc/trio-exporter/config/trio-exporter.yml");
    let config: serde_json::Value =
        serde_saphyr::from_str(&fs::read_to_string(file).expect("a file")).expect("YAML");
    assert_eq!(config["targets"][0]["name"], "Växjö \"kommun\": {{ .Release.Name }} #1");
    let wanted =
        json!({"allow": [1, "Kund: tjänst", "o'Hara \"x\""], "deny": ["{{ fail \"no\" }}"]});
    assert_eq!(config["targets"][0]["contact_centers"], wanted);
    assert_eq!(config["agents"]["pause_reasons"], json!(["Lunch: lång", "yes", "0123"]));
    assert_eq!(config["metrics"]["max_series"], 2_000_000);
    for (target, name) in [(0, "0"), (1, "1")] {
        let expected = credentials.join(name).join("password");
        assert_eq!(config["targets"][target]["password_file"], expected.to_str().expect("UTF-8"));
    }
    assert_eq!(
        config["targets"][2]["password_file"],
        *mounted.path("/vault/password").to_str().expect("UTF-8")
    );
}

#[test]
fn secrets_are_only_in_secret_objects() {
    let rendered = Rendered::example("secrets");
    let others = rendered.objects.iter().filter(|object| object["kind"] != "Secret");
    for object in others {
        for secret in ["c2VjcmV0", "b'c två", "$HOME"] {
            assert!(!object.to_string().contains(secret), "{object}");
        }
    }
    let web = Rendered::example("web");
    for object in web.objects.iter().filter(|object| object["kind"] != "Secret") {
        assert!(!object.to_string().contains("$2y$"), "{object}");
    }
}

/// An exporter that serves by TLS as the example `web` says, on any port.
struct Secured {
    mounted: Mounted,
    rendered: Rendered,
    certificate: String,
    port: String,
    _process: Process,
}

impl Secured {
    /// With these users of its pages and of `/metrics/agents`, by name and password.
    async fn start(user: (&str, &str), of_agents: (&str, &str)) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let certificate = certificate.self_signed(&key).expect("a certificate").pem();
        let key = key.serialize_pem();
        let tls = [
            ("trio-exporter-tls", "tls.crt", &*certificate),
            ("trio-exporter-tls", "tls.key", &*key),
        ];
        let users = |(name, password): (&str, &str)| json!({ name: bcrypt::hash(password, 4).expect("a hash") });
        let web = json!({"web": {"users": users(user), "agentsUsers": users(of_agents)}});
        let rendered = Rendered::with_values("web", &web.to_string()).expect("rendered");
        let mounted = Mounted::new(&rendered, &[OUTSIDE, &tls].concat());
        let arguments: Vec<&str> =
            mounted.arguments.iter().map(|argument| on_any_port(argument)).collect();
        assert_ne!(arguments, mounted.arguments);
        let mut process = exporter(&arguments);
        let address = process.serves().await;
        let port = address.rsplit_once(':').expect("a port").1.to_owned();
        Self { mounted, rendered, certificate, port, _process: process }
    }

    async fn ask(&self, page: &str, user: Option<(&str, &str)>) -> Result<String, String> {
        get_as(&format!("https://localhost:{}{page}", self.port), &self.certificate, user).await
    }
}

fn on_any_port(argument: &str) -> &str {
    if argument == "--web.listen-address=:10427" {
        "--web.listen-address=127.0.0.1:0"
    } else {
        argument
    }
}

#[tokio::test]
async fn tls_pages_are_served_only_to_their_users() {
    let (user, dpo) = (("Åsa's", "one"), ("dpo", "two"));
    let secured = Secured::start(user, dpo).await;
    let page = secured.ask("/metrics", Some(user)).await.expect("a page");
    assert!(page.contains("trio_exporter_build_info"), "{page}");
    assert!(secured.ask("/-/healthy", Some(user)).await.is_ok());
    assert!(secured.ask("/metrics/agents", Some(dpo)).await.is_ok());
    for (page, user) in [
        ("/metrics", None),
        ("/-/healthy", None),
        ("/metrics", Some(dpo)),
        ("/metrics/agents", None),
    ] {
        let refused = secured.ask(page, user).await.expect_err(page);
        assert!(refused.contains("401"), "{page}: {refused}");
    }
}

#[tokio::test]
async fn the_probes_of_a_server_with_users_find_it_well() {
    // The example's probes come as this user, with the password in its Secret.
    let secured = Secured::start(("prometheus", "secret"), ("dpo", "two")).await;
    for probe in ["livenessProbe", "readinessProbe"] {
        let command =
            secured.rendered.container()[probe]["exec"]["command"].as_array().expect("a command");
        let command = command.iter().map(|word| word.as_str().expect("text")).skip(1);
        let words: Vec<String> = command
            .map(|word| {
                secured.mounted.moved(word).replace(":10427", &format!(":{}", secured.port))
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // Ready is it once Trio, which is nowhere here, has been asked.
        until(probe, PATIENCE, async || {
            let mut asking = exporter(&words);
            if asking.ended().await.success() { Ok(()) } else { Err(asking.stderr()) }
        })
        .await;
    }
    let mut stranger = exporter(&[
        "healthcheck",
        &format!("--url=https://127.0.0.1:{}", secured.port),
        "--insecure",
    ]);
    assert!(!stranger.ended().await.success(), "it is well for anybody");
}

#[tokio::test]
async fn each_shard_takes_its_number_from_the_name_of_its_pod() {
    let rendered = Rendered::example("shards");
    let mounted = Mounted::new(&rendered, OUTSIDE);
    let variables = rendered.container()["env"].as_array().expect("variables");
    let share = variables
        .iter()
        .find(|variable| variable["name"] == "TRIO_EXPORTER_SHARD")
        .expect("a share");
    let share = share["value"].as_str().expect("text");
    let mut read: Vec<String> = Vec::new();
    for number in 0..3 {
        let pod = format!("rel-trio-exporter-{number}");
        let arguments = mounted.arguments.iter().map(String::as_str).chain(["--config.check"]);
        let output = Command::new(env!("CARGO_BIN_EXE_trio-exporter"))
            .args(arguments)
            .env_clear()
            .envs([("TRIO_EXPORTER_SHARD", share), ("POD_NAME", &pod)])
            .output()
            .expect("cargo builds it for these tests");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix(&format!("shard {number} of 3 reads: ")));
        read.push(line.unwrap_or_else(|| panic!("{pod}: {said}")).to_owned());
    }
    for target in ["north", "south"] {
        assert_eq!(
            read.iter().filter(|names| names.contains(target)).count(),
            1,
            "{target}: {read:?}"
        );
    }
}
