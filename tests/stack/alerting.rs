//! The whole way of an alert: what agents do in Trio, the exporter, the rules in Prometheus, the
//! routes in Alertmanager, and the receiver.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::{
    alertmanager::Alertmanager,
    notifier::{Notification, Notifier},
    process::until,
    prometheus::Prometheus,
    scene::Scene,
    shipped::{self, Hours},
};

/// A minute of the rules lasts two seconds here.
const DIVISOR: u32 = 30;
/// A wait of four seconds is long.
const GOALS: &str = "
goals:
  classes:
    voice: {wait_target: 2s, warning_after: 4s, critical_after: 10m}
";
/// Longest time that Trio, the exporter, Prometheus and Alertmanager need together, on a busy
/// machine.
const LIMIT: Duration = Duration::from_secs(150);
/// So few calls that none waits while agents are ready.
const QUIET: f64 = 0.2;
/// So many that somebody waits at once when they are not.
const BUSY: f64 = 4.0;

struct Stage {
    scene: Scene,
    alertmanager: Alertmanager,
    notifier: Notifier,
    service: String,
    name: String,
}

impl Stage {
    async fn set() -> Self {
        let notifier = Notifier::start().await;
        let alertmanager = Alertmanager::telling(&notifier.address, Hours::Open).await;
        let at = Some(&*alertmanager.address);
        let prometheus = async |exporter: &str| {
            Prometheus::configured(shipped::prometheus(exporter, at, DIVISOR)).await
        };
        let scene = Scene::staged(40, 4, GOALS, prometheus).await;
        scene.trio.arrivals(QUIET).await;
        let service = scene
            .prometheus
            .query("topk(1, sum without (state) (trio_service_skilled_agents))")
            .await;
        let service = service.first().expect("a service");
        let (service, name) = (service.label("service_id"), service.label("service_name"));
        let (service, name) = (service.to_owned(), name.to_owned());
        let stage = Self { scene, alertmanager, notifier, service, name };
        stage.calm().await;
        stage
    }

    /// Waits until no call waits for long, and neither Prometheus nor Alertmanager says otherwise;
    /// then forgets the notifications.
    async fn calm(&self) {
        until("no call to wait for long", LIMIT, async || {
            self.scene
                .prometheus
                .expect_value(r#"count(ALERTS{alertname="TrioLongWait"}) or vector(0)"#, 0.0)
                .await?;
            let known = self.alertmanager.inhibitors("TrioLongWait", "stack").await;
            known.map_or(Ok(()), |_| Err("Alertmanager still has it".to_owned()))
        })
        .await;
        self.notifier.forget();
    }

    /// Everybody who could answer pauses, while calls go on coming.
    async fn all_pause(&self) {
        let trio = self.scene.trio.client().await;
        let agents = trio.skilled("1", &self.service).await;
        assert!(!agents.is_empty());
        for agent in &agents {
            trio.pause("1", agent).await;
        }
        self.scene.trio.arrivals(BUSY).await;
    }

    async fn all_return(&self) {
        self.scene.trio.arrivals(QUIET).await;
        self.scene.trio.control(Method::POST, "release").await;
    }

    /// Waits until a receiver is notified of an alert: of this service, or of none.
    async fn notified(&self, receiver: &str, alert: &str, status: &str) -> Notification {
        let begun = Instant::now();
        let what = format!("{receiver} to be notified that {alert} is {status}");
        let sent = until(&what, LIMIT, async || {
            self.notifier.notification(receiver, alert, status, |labels| {
                labels["service_id"].as_str().is_none_or(|id| id == self.service)
            })
        });
        let sent = sent.await;
        println!("{what}: {:?}", begun.elapsed());
        sent
    }
}

#[tokio::test]
async fn long_wait_fires_until_agents_return_except_during_outage() {
    let mut stage = Stage::set().await;
    stage.all_pause().await;
    let sent = stage.notified("supervisors", "TrioLongWait", "firing").await;
    assert_eq!(sent.labels["service_name"], stage.name.as_str(), "{sent:?}");
    assert_eq!(sent.labels["severity"], "warning", "{sent:?}");
    let description = sent.annotations["description"].as_str().unwrap_or_default();
    let wait = description.strip_prefix(&format!("{}: the longest wait is ", stage.name));
    let seconds = wait.and_then(|wait| wait.strip_suffix("s."));
    assert!(seconds.is_some_and(|seconds| !seconds.is_empty()), "{description}");
    assert_eq!(sent.annotations["runbook_url"], "docs/runbooks.md#triolongwait");
    stage.notified("supervisors", "TrioWaitingNobodyWorking", "firing").await;

    // The end of the morning's queues may have been notified as late as this.
    stage.notifier.forget();
    stage.all_return().await;
    stage.notified("supervisors", "TrioLongWait", "resolved").await;
    stage.notified("supervisors", "TrioWaitingNobodyWorking", "resolved").await;

    stage.calm().await;
    stage.all_pause().await;
    stage.notified("supervisors", "TrioLongWait", "firing").await;
    stage.scene.trio_crashes().await;
    let sent = stage.notified("on-call", "TrioUnreachable", "firing").await;
    assert_eq!(sent.labels["target"], "stack");
    until("the long wait to be no news", LIMIT, async || {
        let by = stage.alertmanager.inhibitors("TrioLongWait", "stack").await?;
        let inhibited = by.contains(&"TrioUnreachable".to_owned());
        if inhibited { Ok(()) } else { Err(format!("it is inhibited by {by:?}")) }
    })
    .await;
}
