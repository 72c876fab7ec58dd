//! Whom Alertmanager tells: a webhook that remembers everything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::post,
};
use serde_json::Value;
use tokio::net::TcpListener;

type Heard = Arc<Mutex<Vec<Notification>>>;

/// One alert of one notification.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    /// Whom it is for.
    pub(crate) receiver: String,
    /// `firing` or `resolved`.
    pub(crate) status: String,
    pub(crate) labels: Value,
    pub(crate) annotations: Value,
}

/// The webhook; it ends with the test.
pub(crate) struct Notifier {
    pub(crate) address: String,
    heard: Heard,
}

impl Notifier {
    /// Starts one on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let heard = Heard::default();
        let router = Router::new().route("/{receiver}", post(hear)).with_state(heard.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, heard }
    }

    /// The first notification with this receiver, alert, status and labels; all others as an error.
    pub(crate) fn notification(
        &self,
        receiver: &str,
        alert: &str,
        status: &str,
        has: impl Fn(&Value) -> bool,
    ) -> Result<Notification, String> {
        let all = lock(&self.heard);
        let mut fitting = all.iter().filter(|sent| {
            let about = sent.labels["alertname"] == alert && sent.status == status;
            sent.receiver == receiver && about && has(&sent.labels)
        });
        fitting.next().cloned().ok_or_else(|| {
            let all =
                all.iter().map(|sent| (&sent.receiver, &sent.labels["alertname"], &sent.status));
            format!(
                "{receiver} was not notified that {alert} is {status}, only {:?}",
                all.collect::<Vec<_>>()
            )
        })
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        lock(&self.heard).clear();
    }
}

fn lock(heard: &Heard) -> MutexGuard<'_, Vec<Notification>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn hear(State(heard): State<Heard>, Path(receiver): Path<String>, Json(sent): Json<Value>) {
    let alerts = sent["alerts"].as_array().into_iter().flatten();
    lock(&heard).extend(alerts.map(|alert| Notification {
        receiver: receiver.clone(),
        status: alert["status"].as_str().unwrap_or_default().to_owned(),
        labels: alert["labels"].clone(),
        annotations: alert["annotations"].clone(),
    }));
}
