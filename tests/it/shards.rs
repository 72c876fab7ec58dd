//! Several exporters that share the targets of one configuration.

mod binary;
mod two_hundred;

use pretty_assertions::assert_eq;
use trio_exporter::{metrics::Identity, model::Shard, sim::Options};

use crate::support::{Samples, Simulated, TestApp, config, reqwest_client, still_clock};

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
