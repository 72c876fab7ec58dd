//! Two hours in every dialect, with everything that can go wrong in between.

use trio_exporter::{
    http,
    metrics::Identity,
    model::{CaseClass, WallAgents, WallColumn, Wallboard},
    sim::Dialect,
};

use super::{Mood, Said, Talkative};
use crate::support::{Journal, TestApp, config, reqwest_client, still_clock};

const FORMATS: [&str; 2] = ["text/plain", "application/openmetrics-text"];
/// Seconds from step to step in one mood: at the usual pace, then over gaps; ten minutes together.
const STEPS: [u64; 6] = [5, 5, 5, 5, 290, 290];

/// A wallboard that shows all it can.
fn everything() -> Wallboard {
    Wallboard {
        columns: WallColumn::ALL.to_vec(),
        classes: CaseClass::ALL.to_vec(),
        agents: WallAgents::Services,
        ..Wallboard::new("all")
    }
}

/// Two hours, most of them bad.
const MOODS: [Mood; 12] = [
    Mood::Well,
    Mood::Refusing(400),
    Mood::Well,
    Mood::Refusing(403),
    Mood::Cut,
    Mood::Well,
    Mood::Muddled,
    Mood::Refusing(404),
    Mood::Redirecting,
    Mood::Refusing(500),
    Mood::Well,
    Mood::Muddled,
];

/// Every page there is, in every way to ask for it.
pub(super) async fn look_at_every_page(url: &str, said: &mut Said) {
    for path in http::paths() {
        for method in ["GET", "HEAD", "POST"] {
            for query in ["", "?target=test", "?target=nobody"] {
                for format in FORMATS {
                    let verb = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
                    let request = reqwest_client().request(verb, format!("{url}{path}{query}"));
                    let answer = request.header("accept", format).send().await.expect("an answer");
                    let head = format!("{} {:?}", answer.status(), answer.headers());
                    let body = body(path, answer).await;
                    said.add(format!("{method} {path}{query} {format}"), format!("{head}\n{body}"));
                }
            }
        }
    }
}

/// The body of an answer, or the first event of a stream, which has no end.
async fn body(path: &str, mut answer: reqwest::Response) -> String {
    if path != http::EVENTS_PATH {
        return answer.text().await.expect("a body");
    }
    let first = answer.chunk().await.expect("a body").unwrap_or_default();
    String::from_utf8_lossy(&first).into_owned()
}

#[tokio::test]
async fn two_bad_hours_reveal_no_person_in_any_dialect() {
    let journal = Journal::begin();
    tracing::callsite::rebuild_interest_cache();
    for dialect in Dialect::ALL {
        let clock = still_clock();
        let trio = Talkative::start(dialect, clock.clone()).await;
        let persons = trio.persons(clock.clone()).await;
        assert!(persons.names() > 40, "{dialect:?}: {persons:?}");
        journal.take();
        let folder = crate::process::folder();
        let mut config = config(trio.target(), Identity::None);
        config.state_file = Some(folder.path().join("state"));
        config.wallboards = vec![everything().into()];
        let mut app = TestApp::start_at(config, clock).await;
        let mut said = Said::default();
        for mood in MOODS {
            trio.set_mood(mood);
            for pause in STEPS {
                app.step_after(pause).await;
            }
            let pages = [
                "/metrics",
                "/wall?lang=sv",
                "/wall/all",
                "/api/v1/wallboards/all",
                "/api/v1/queues",
            ];
            for page in pages {
                said.add(format!("{page}, {mood:?}"), app.get(page).await);
            }
            let events = format!("{}/wall/all/events", app.url);
            let answer = reqwest_client().get(events).send().await.expect("an answer");
            said.add(format!("events, {mood:?}"), body(http::EVENTS_PATH, answer).await);
        }
        let metrics = app.metrics().await;
        let asked = metrics.find("trio_api_requests_total", &[("code", "403")]).len();
        // The states of some dialects are numbers: no word takes their place.
        let muddled = dialect.needs_fields_file() || metrics.sum("trio_unknown_values") > 0.0;
        assert!(asked > 0 && muddled, "{dialect:?}: {asked} kinds of requests were refused");
        let followed = metrics.find("trio_service_list_truncated", &[]);
        assert!(!followed.is_empty(), "{dialect:?}");
        look_at_every_page(&app.url, &mut said).await;
        said.add_folder("state file", folder.path());
        let log = journal.lines().join("\n");
        assert!(
            log.contains("log.target=") && log.len() > 100_000,
            "{dialect:?}: {} bytes",
            log.len()
        );
        said.add("the log", log);
        said.assert_no_person(&persons, &format!("{dialect:?}"));
    }
}
