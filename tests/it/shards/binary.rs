//! The program as a shard: its flag, its state file, its reloads.

use std::{fs, process::Command, time::Duration};

use pretty_assertions::assert_eq;
use tempfile::TempDir;
use trio_exporter::{
    model::{Clock, Shard},
    sim::Options,
};

use crate::{
    process::{exporter, folder, until},
    support::{Samples, Simulated, reqwest_client},
};

const LIMIT: Duration = Duration::from_secs(30);

/// A name that shard `number` of two reads.
fn name_for(number: u32, start: &str) -> String {
    let two = Shard::new(0, 2).expect("a shard");
    let mut names = (0..).map(|count| format!("{start}{count}"));
    names.find(|name| two.holder(name) == number).expect("one of the first few")
}

fn configure(folder: &TempDir, trio: &Simulated, names: &[&str]) -> String {
    let Options { client_key, username, password, .. } = Options::default();
    let mut text = "poll: {state: 1s}\nstate_file: counters\ntargets:\n".to_owned();
    for name in names {
        let url = trio.url();
        text += &format!(
            "  - {{name: {name}, servers: \"{url}\", client_key: {client_key}, username: {username}, password: {password}}}\n"
        );
    }
    let file = folder.path().join("trio-exporter.yml");
    fs::write(&file, text).expect("a configuration");
    file.to_str().expect("UTF-8").to_owned()
}

async fn trio() -> Simulated {
    Simulated::start(Options { services: 2, agents: 6, ..Options::default() }, Clock::system())
        .await
}

#[tokio::test]
async fn shard_adopts_only_its_targets_with_own_state_file() {
    let (trio, folder) = (trio().await, folder());
    let [first, second, other] = [name_for(1, "a"), name_for(1, "b"), name_for(0, "c")];
    let file = configure(&folder, &trio, &[&first, &other]);
    let mut process = exporter(&[
        "--config.file",
        &file,
        "--shard",
        "1/2",
        "--web.listen-address",
        "127.0.0.1:0",
    ]);
    let address = process.serves().await;
    let page = async |path: &str| {
        let answer = reqwest_client()
            .get(format!("http://{address}{path}"))
            .send()
            .await
            .expect("an answer");
        answer.text().await.expect("a body")
    };
    let read = async |wanted: &str| {
        until("the target to be read", LIMIT, async || {
            let metrics = Samples::parse(&page("/metrics").await);
            match metrics.get("trio_up", &[("target", wanted)]) {
                Some(1.0) => Ok(metrics),
                up => Err(format!("{wanted} is {up:?}")),
            }
        })
        .await
    };
    assert_eq!(read(&first).await.find("trio_up", &[]).len(), 1);

    let another = name_for(0, "d");
    configure(&folder, &trio, &[&first, &other, &second, &another]);
    let answer = reqwest_client()
        .post(format!("http://{address}/-/reload"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.text().await.expect("a body"), format!("new: {second}; 1 unchanged\n"));
    assert_eq!(read(&second).await.find("trio_up", &[]).len(), 2);
    let refused = page(&format!("/metrics?target={another}")).await;
    assert_eq!(
        refused,
        format!("404: the target {another:?} is read by shard 0 of 2; this is shard 1\n")
    );
    let saved = fs::read_to_string(folder.path().join("counters.shard-1"))
        .expect("saved before it is shown");
    let has = |target: &str| saved.contains(&format!("\"{target}\":{{"));
    assert!(has(&first) && has(&second) && !has(&other) && !has(&another), "{saved}");
    assert!(
        !folder.path().join("counters").exists(),
        "no shard uses the name in the configuration"
    );
}

#[tokio::test]
async fn shards_by_the_name_of_their_pods_share_one_configuration() {
    let (trio, folder) = (trio().await, folder());
    let names = [name_for(0, "a"), name_for(1, "b")];
    let file = configure(&folder, &trio, &[&names[0], &names[1]]);
    let check = |pod: &str, shard: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trio-exporter"));
        command.args(["--config.file", &file, "--config.check"]).env_clear();
        command.env("POD_NAME", pod).env("TRIO_EXPORTER_SHARD", shard);
        let output = command.output().expect("the program");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let all = format!("the configuration can be used; targets: {}\n", names.join(", "));
    for (number, name) in names.iter().enumerate() {
        let said = format!("{all}shard {number} of 2 reads: {name}\n");
        let (code, printed, _) = check(&format!("trio-exporter-{number}"), "auto/2");
        assert_eq!((code, printed), (Some(0), said));
    }
    let (code, _, said) = check("trio-exporter-2", "auto/2");
    let expected = "--shard auto/2: POD_NAME is \"trio-exporter-2\", and there is no shard 2 of 2: they count from 0, so the last is 1\n";
    assert_eq!((code, said.as_str()), (Some(2), expected));
    let (code, _, said) = check("x", "2/2");
    assert_eq!(code, Some(2));
    let expected = "error: invalid value '2/2' for '--shard <I/N>': there is no shard 2 of 2: they count from 0, so the last is 1\n";
    assert!(said.starts_with(expected), "{said}");
}
