//! Several exporters that share the targets of one configuration.

mod two_hundred;

use std::fs;

use pretty_assertions::assert_eq;
use tempfile::TempDir;
use trio_exporter::{metrics::Identity, model::Shard, sim::Options};

use crate::{
    process::{command, ended, folder},
    support::{
        Running, Samples, Simulated, TestApp, config, configure, reqwest_client, still_clock,
    },
};

#[tokio::test]
async fn a_shard_without_any_target_runs_is_ready_and_says_so() {
    let trio = Simulated::start(Options::default(), still_clock()).await;
    let config = config(trio.target(true), Identity::None);
    let holder = Shard::new(0, 2).expect("a shard").holder(&config.targets[0].name);
    let other = Shard::new(1 - holder, 2).expect("a shard");
    let mut app = TestApp::start(config.with_shard(other)).await;
    assert!(app.pollers.is_empty());
    app.step().await;
    assert_eq!(app.get("/-/ready").await, "ready\n");
    assert_eq!(app.get("/sd").await, "[]");
    let metrics = app.metrics().await;
    let number = other.number().to_string();
    let labels = [("shard", number.as_str()), ("shards", "2")];
    assert_eq!(metrics.get("trio_exporter_shard_info", &labels), Some(1.0));
    assert_eq!(metrics.find("trio_up", &[]), []);
    assert_eq!(trio.simulator.requests(), 0, "no one logs in");
    let answer = reqwest_client().get(format!("{}/metrics?target=test", app.url)).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status().as_u16(), 404);
    let expected = format!(
        "404: the target \"test\" is read by shard {holder} of 2; this is shard {number}\n"
    );
    assert_eq!(answer.text().await.expect("a body"), expected);
}

#[tokio::test]
async fn an_exporter_that_shares_nothing_is_no_shard() {
    let trio = Simulated::start(Options::default(), still_clock()).await;
    let mut app = TestApp::with_identity(trio.target(true), Identity::None).await;
    app.step().await;
    assert!(!app.metrics().await.has("trio_exporter_shard_info"));
    let exporter = Samples::parse(&app.get("/metrics/exporter").await);
    assert!(exporter.has("trio_exporter_build_info") && !exporter.has("trio_up"));
}

/// A name that shard `number` of two reads.
fn name_for(number: u32, start: &str) -> String {
    let two = Shard::new(0, 2).expect("a shard");
    let mut names = (0..).map(|count| format!("{start}{count}"));
    names.find(|name| two.holder(name) == number).expect("one of the first few")
}

fn configured(folder: &TempDir, trio: &Simulated, names: &[&str]) -> String {
    let entries: String = names.iter().map(|name| trio.entry(name)).collect();
    let text = format!("poll: {{state: 1s}}\nstate_file: counters\ntargets:\n{entries}");
    configure(folder.path(), &text)
}

#[tokio::test]
async fn shard_adopts_only_its_targets_with_own_state_file() {
    let (trio, folder) = (Simulated::small().await, folder());
    let [first, second, other] = [name_for(1, "a"), name_for(1, "b"), name_for(0, "c")];
    let file = configured(&folder, &trio, &[&first, &other]);
    let running = Running::start(&file, &["--shard", "1/2"]).await;
    let read = async |wanted: &str| {
        let up = |it: &Samples| it.get("trio_up", &[("target", wanted)]) == Some(1.0);
        running.until_metrics("the target to be read", up).await
    };
    assert_eq!(read(&first).await.find("trio_up", &[]).len(), 1);

    let another = name_for(0, "d");
    configured(&folder, &trio, &[&first, &other, &second, &another]);
    assert_eq!(running.reload().await, format!("new: {second}; 1 unchanged\n"));
    assert_eq!(read(&second).await.find("trio_up", &[]).len(), 2);
    assert_eq!(
        running.page(&format!("/metrics?target={another}")).await,
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
    let (trio, folder) = (Simulated::small().await, folder());
    let names = [name_for(0, "a"), name_for(1, "b")];
    let file = configured(&folder, &trio, &[&names[0], &names[1]]);
    let check = |pod: &str, shard: &str| {
        let command = command(["--config.file", &file, "--config.check"]).env("POD_NAME", pod);
        ended(&command.env("TRIO_EXPORTER_SHARD", shard).assert())
    };
    let all = format!("{file} can be used; targets: {}\n", names.join(", "));
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
