//! One agent per service: a wallboard that shows all it may tells nothing of any of them.

use std::sync::Arc;

use pretty_assertions::assert_eq;
use serde_json::Value;
use trio_exporter::{
    metrics::Identity,
    model::{CaseClass, WallAgents, WallColumn, Wallboard},
    sim::{Class, Dialect, Options, Scenario, ServicePlan, Team},
};

use super::{Persons, Said, persons::NUMBERS};
use crate::support::{Simulated, TestApp, config, reqwest_client, still_clock};

/// Four services, each with an agent of its own.
fn alone() -> Scenario {
    let names = ["Växeln", "Bygglov", "Skolan", "Vatten"];
    Scenario {
        services: names.map(|it| ServicePlan::steady(it, Class::Voice, 30.0)).to_vec(),
        teams: (0..4).map(|at| Team::always_ready(&format!("Lag {at}"), 1, &[at])).collect(),
        ..Scenario::small()
    }
}

fn board(agents: WallAgents) -> Wallboard {
    Wallboard {
        columns: WallColumn::ALL.to_vec(),
        classes: CaseClass::ALL.to_vec(),
        agents,
        ..Wallboard::new(agents.as_str())
    }
}

async fn first_event(url: &str, path: &str) -> String {
    let answer = reqwest_client().get(format!("{url}{path}")).send().await;
    let mut answer = answer.expect("an answer");
    let first = answer.chunk().await.expect("a body").unwrap_or_default();
    String::from_utf8_lossy(&first).into_owned()
}

/// The names of all agents, by the eyes of an exporter that may name them.
async fn persons(trio: &Simulated, clock: trio_exporter::model::Clock) -> Persons {
    let mut app = TestApp::start_at(config(trio.target(true), Identity::Name), clock).await;
    app.step().await;
    let page = app.get("/metrics/agents").await;
    let shown = page.lines().filter(|line| line.starts_with("trio_agent_info{"));
    let names: Vec<&str> = shown
        .filter_map(|line| Some(line.split_once("agent_name=\"")?.1.split_once('"')?.0))
        .collect();
    assert_eq!(names.len(), 4, "{page}");
    let persons = Persons::with_names(names);
    assert!(persons.found_in(&page).is_some(), "where names may be, they are found");
    persons
}

#[tokio::test]
async fn one_agent_per_service_is_seen_on_no_wallboard() {
    for dialect in Dialect::ALL {
        let clock = still_clock();
        let scenario = Some(alone());
        let options = Options { dialect, scenario, id_offsets: NUMBERS, ..Options::default() };
        let trio = Simulated::start(options, clock.clone()).await;
        let persons = persons(&trio, clock.clone()).await;
        for least in [3, 5] {
            let mut config = config(trio.target(true), Identity::None);
            config.tally.min_group_size = least;
            let boards = [WallAgents::Services, WallAgents::Totals].map(board);
            config.wallboards = boards.map(Arc::new).to_vec();
            let mut app = TestApp::start_at(config, clock.clone()).await;
            let mut said = Said::default();
            for _ in 0..12 {
                app.step_after(5).await;
                for name in ["services", "totals"] {
                    for path in [format!("/wall/{name}"), format!("/api/v1/wallboards/{name}")] {
                        said.add(path.clone(), app.get(&path).await);
                    }
                    let events = format!("/wall/{name}/events");
                    said.add(events.clone(), first_event(&app.url, &events).await);
                }
                for path in ["/wall", "/api/v1/queues", "/metrics"] {
                    said.add(path, app.get(path).await);
                }
                said.add("/wall/events", first_event(&app.url, "/wall/events").await);
            }
            said.assert_no_person(&persons, &format!("{dialect:?}, {least}"));
            let text = app.get("/api/v1/wallboards/services").await;
            let json: Value = serde_json::from_str(&text).expect("JSON");
            let services = json["services"].as_array().expect("a list");
            assert_eq!(services.len(), 4);
            for service in services {
                for key in ["free", "working"] {
                    assert_eq!(service[key]["value"], Value::Null, "{dialect:?}: {service}");
                }
            }
            // Four are logged on: enough for three, too few for five.
            let logged_on = (least == 3).then_some(4);
            assert_eq!(json["totals"]["agents_logged_on"]["value"].as_u64(), logged_on, "{text}");
            let page = app.get("/wall/services?lang=en").await;
            assert_eq!(page.matches("too few to show").count(), 8, "{page}");
            assert_eq!(page.contains("of 4 logged on"), least == 3, "{page}");
            assert_eq!(page.contains("too few logged on to show"), least == 5, "{page}");
        }
    }
}
