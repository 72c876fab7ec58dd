//! Several Trios in one process: each has its own session, its own cadence and its own failures.

use std::time::Duration;

use trio_exporter::{
    app::{App, shutdown},
    config::{Config, Target},
    metrics::Identity,
    model::Clock,
    sim::Options,
    trio::Limits,
};

use crate::support::{Samples, Simulated, TestApp, config, reqwest_client, still_clock};

fn named(target: Target, name: &str) -> Target {
    Target { name: name.into(), ..target }
}

/// An exporter of two simulated Trios, `north` and `south`, that has not stepped yet.
async fn two() -> (TestApp, Simulated, Simulated) {
    let clock = still_clock();
    let north = Simulated::start(Options { agents: 12, ..Options::default() }, clock.clone()).await;
    let south =
        Simulated::start(Options { agents: 20, seed: 2, ..Options::default() }, clock.clone())
            .await;
    let mut second = named(south.target(true), "south");
    second.trio.limits = Limits { request: Duration::from_millis(700), ..second.trio.limits };
    let one = config(named(north.target(true), "north"), Identity::None);
    let both = Config { targets: vec![one.targets[0].clone(), second], ..one };
    (TestApp::start_at(both, clock).await, north, south)
}

async fn order(trio: &Simulated, body: &'static str) {
    let url = format!("http://{}/sim/control/answering", trio.addr);
    let request = reqwest_client().post(url).header("content-type", "application/json").body(body);
    assert!(request.send().await.expect("an answer").status().is_success());
}

async fn target_page(app: &TestApp, target: &str) -> Samples {
    Samples::parse(&app.get(&format!("/metrics?target={target}")).await)
}

#[tokio::test]
async fn each_target_has_its_own_session_and_its_own_series() {
    let (mut app, _north, _south) = two().await;
    app.step_together().await;
    let metrics = app.metrics().await;
    for (target, agents) in [("north", 12.0), ("south", 20.0)] {
        let here = [("target", target)];
        assert_eq!(metrics.get("trio_up", &here), Some(1.0), "{target}");
        assert_eq!(metrics.get("trio_auth_logins_total", &here), Some(1.0), "{target}");
        let counted =
            metrics.find("trio_agents", &here).iter().map(|(_, value)| value).sum::<f64>();
        assert_eq!(counted, agents, "{target}");
    }
}

#[tokio::test]
async fn target_parameter_selects_one_target_and_unknown_is_404() {
    let (mut app, _north, _south) = two().await;
    app.step_together().await;
    let alone = target_page(&app, "north").await;
    assert!(alone.has("trio_agents"));
    let others = alone.all().filter(|(series, _)| series.contains("target=\"south\"")).count();
    assert_eq!(others, 0);
    let answer = reqwest_client().get(format!("{}/metrics?target=east", app.url)).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status().as_u16(), 404);
    let said = answer.text().await.expect("a body");
    assert!(said.contains("east") && said.contains("known: north, south"), "{said}");
}

#[tokio::test]
async fn a_target_that_hangs_delays_and_darkens_no_other() {
    let (mut app, north, south) = two().await;
    app.step_together().await;
    order(&south, r#"{"answering":false,"mode":"hang"}"#).await;
    app.clock.advance(Duration::from_secs(5));
    let clock = app.clock.clone();
    let (first, second) = app.pollers.split_at_mut(1);
    let asked = north.simulator.requests();
    let mut steps = 0;
    {
        let hanging = second[0].step();
        tokio::pin!(hanging);
        while steps < 4 {
            tokio::select! {
                biased;
                () = &mut hanging => panic!("the hanging Trio answered after {steps} steps of the other"),
                () = first[0].step() => steps += 1,
            }
            clock.advance(Duration::from_secs(5));
        }
        hanging.await;
    }
    assert!(north.simulator.requests() >= asked + 4 * 3, "four whole steps meanwhile");
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[("target", "north")]), Some(1.0));
    assert_eq!(metrics.get("trio_up", &[("target", "south")]), Some(0.0));
    let failed = [("target", "south"), ("collector", "agent_state")];
    assert_eq!(metrics.get("trio_collector_success", &failed), Some(0.0));
    let well = [("target", "north"), ("collector", "agent_state")];
    assert_eq!(metrics.get("trio_collector_success", &well), Some(1.0));
    assert_eq!(
        metrics.get("trio_agents_unmeasured_seconds_total", &[("target", "north")]),
        Some(0.0)
    );
}

#[tokio::test]
async fn a_target_that_is_down_and_comes_back_changes_nothing_for_the_other() {
    let (mut app, _north, south) = two().await;
    let reads = |metrics: &Samples| {
        let of = [("target", "north"), ("resource", "agents/state"), ("code", "200")];
        metrics.get("trio_api_requests_total", &of)
    };
    order(&south, r#"{"answering":false}"#).await;
    app.step_together().await;
    for _ in 0..3 {
        app.clock.advance(Duration::from_secs(5));
        app.step_together().await;
    }
    let down = app.metrics().await;
    assert_eq!(reads(&down), Some(4.0), "one in each step");
    assert_eq!(down.get("trio_up", &[("target", "south")]), Some(0.0));
    assert!(down.find("trio_agents", &[("target", "south")]).is_empty());
    assert_eq!(down.get("trio_up", &[("target", "north")]), Some(1.0));

    order(&south, r#"{"answering":true}"#).await;
    // Its credentials have given no token yet, so the next login comes a minute after the first.
    for _ in 0..12 {
        app.clock.advance(Duration::from_secs(5));
        app.step_together().await;
    }
    let metrics = app.metrics().await;
    assert_eq!(metrics.get("trio_up", &[("target", "south")]), Some(1.0));
    assert_eq!(metrics.find("trio_agents", &[("target", "south")]).len(), 7);
    assert_eq!(reads(&metrics), Some(16.0), "one in each step");
    assert_eq!(metrics.get("trio_auth_logins_total", &[("target", "north")]), Some(1.0));
}

#[tokio::test]
async fn targets_that_run_do_not_wait_for_each_other() {
    let clock = Clock::system();
    let north = Simulated::start(Options::default(), clock.clone()).await;
    let south = Simulated::start(Options::default(), clock.clone()).await;
    order(&south, r#"{"answering":false,"mode":"hang"}"#).await;
    // The one that hangs comes first.
    let one = config(named(south.target(true), "south"), Identity::None);
    let both =
        Config { targets: vec![one.targets[0].clone(), named(north.target(true), "north")], ..one };
    let app = App::build(both, &"127.0.0.1:0".parse().expect("an address"), clock)
        .await
        .expect("a free port");
    let url = format!("http://{}", app.addr());
    let (stop, stopped) = shutdown::switch();
    let running = tokio::spawn(app.run(stopped));
    let page = async |path: &str| {
        let answer = reqwest_client().get(format!("{url}{path}")).send().await.expect("an answer");
        answer.text().await.expect("a body")
    };
    let is_up = async || {
        while Samples::parse(&page("/metrics").await).get("trio_up", &[("target", "north")])
            != Some(1.0)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(4), is_up()).await.expect("the other is read at once");
    assert_ne!(
        page("/-/ready").await,
        "ready\n",
        "the first step of the one that hangs is not over"
    );
    stop.send_replace(true);
    running.await.expect("no panic").expect("a good end");
}
