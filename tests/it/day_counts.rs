//! Members of services/state that Trio counts from midnight, in failover mode and after it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;
use trio_exporter::{
    metrics::Identity,
    trio::{Dictionary, ExportedMember},
};
use wiremock::{
    Mock, Request, Respond, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{HandWritten, Samples, TestApp, config, still_clock, target};

/// The Api resource of a server in this mode.
struct Api(Arc<AtomicBool>);

impl Respond for Api {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let api = json!({"failoverMode": self.0.load(Ordering::SeqCst)});
        ResponseTemplate::new(200).set_body_json(json!({"links": [], "data": [api]}))
    }
}

/// An exporter of a server in this mode at 08:00 UTC, 09:00 in the contact centre.
async fn exporter(failover_mode: &Arc<AtomicBool>) -> (HandWritten, TestApp) {
    let trio = HandWritten::start().await;
    let api = Mock::given(method("GET")).and(path("/te/api"));
    api.respond_with(Api(failover_mode.clone())).mount(&trio.server).await;
    trio.answer("cc", r#"[{"id": 1, "name": "Kundtjänst"}]"#).await;
    let state = json!([{"serviceId": 11, "queueLength": 3, "answeredToday": 17, "vipWaiting": 2}]);
    trio.answer("cc/1/services/state", state.to_string()).await;
    let mut target = target(&trio.url());
    target.trio.time_zone = jiff::tz::TimeZone::get("Europe/Stockholm").ok();
    let mut dictionary = Dictionary::builtin().expect("valid");
    let answered = ExportedMember { name: "answeredToday".to_owned(), counts_by_day: true };
    dictionary.export_service_state(vec![answered, "vipWaiting".into()]).expect("unused");
    target.dictionary = Arc::new(dictionary);
    let app = TestApp::start_at(config(target, Identity::None), still_clock()).await;
    (trio, app)
}

/// The exported members, and the queue length, which counts nothing over time.
fn shown(metrics: &Samples) -> [Option<f64>; 3] {
    let field = |name: &str| metrics.get("trio_service_state_field", &[("field", name)]);
    [field("answeredToday"), field("vipWaiting"), metrics.get("trio_service_queue_length", &[])]
}

/// Steps after this pause and twice more: the mode is read every half minute, after publishing.
async fn pass(app: &mut TestApp, pause: u64) -> [Option<f64>; 3] {
    app.step_after(pause).await;
    app.step_after(5).await;
    shown(&app.metrics().await)
}

const ALL: [Option<f64>; 3] = [Some(17.0), Some(2.0), Some(3.0)];
const WITHHELD: [Option<f64>; 3] = [None, Some(2.0), Some(3.0)];

#[tokio::test]
async fn day_counts_are_withheld_until_midnight_after_failover() {
    let failover_mode = Arc::new(AtomicBool::new(false));
    let (_trio, mut app) = exporter(&failover_mode).await;
    app.step().await;
    assert_eq!(pass(&mut app, 30).await, ALL);
    failover_mode.store(true, Ordering::SeqCst);
    assert_eq!(pass(&mut app, 30).await, WITHHELD);
    // Midnight in failover mode is not the end.
    assert_eq!(pass(&mut app, 24 * 3600).await, WITHHELD);
    failover_mode.store(false, Ordering::SeqCst);
    assert_eq!(pass(&mut app, 30).await, WITHHELD);
    // Now it is 08:01:50 UTC; half a minute before midnight it is 22:59:30.
    assert_eq!(pass(&mut app, 15 * 3600 - 30 - 110 - 5).await, WITHHELD);
    assert_eq!(pass(&mut app, 30).await, ALL);
}

#[tokio::test]
async fn exporter_that_starts_in_failover_mode_withholds_day_counts() {
    let failover_mode = Arc::new(AtomicBool::new(true));
    let (_trio, mut app) = exporter(&failover_mode).await;
    app.step().await;
    assert_eq!(shown(&app.metrics().await), WITHHELD);
}
