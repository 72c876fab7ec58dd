//! Agent groups that are allowed or denied, on a simulated Trio in every dialect.

use std::collections::{BTreeMap, BTreeSet};

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::{
    metrics::Identity,
    model::{Clock, GroupSelection, Pattern},
    sim::{Dialect, Options},
};

use crate::{
    process::{PATIENCE, folder, until},
    support::{Running, Samples, Simulated, TestApp, config, configure, still_clock},
};

const AGENTS: usize = 60;

/// Texts of one label over all series of a family.
fn texts(samples: &Samples, family: &str, label: &str) -> BTreeSet<String> {
    samples.find(family, &[]).iter().map(|(series, _)| text(series, label)).collect()
}

fn text(series: &str, label: &str) -> String {
    let start =
        series.find(&format!("{label}=\"")).unwrap_or_else(|| panic!("{label} in {series}"));
    series[start + label.len() + 2..].split('"').next().unwrap_or_default().to_owned()
}

fn selection(allow: &[&str], deny: &[&str]) -> GroupSelection {
    let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
    GroupSelection { allow: patterns(allow), deny: patterns(deny) }
}

/// An exporter that shows so much, after two steps.
async fn showing(trio: &Simulated, groups: GroupSelection, min_group_size: usize) -> TestApp {
    let mut config = config(trio.target(true), Identity::Name);
    (config.tally.groups, config.tally.min_group_size) = (groups.into(), min_group_size);
    let mut app = TestApp::start(config).await;
    app.step().await;
    app.step_after(5).await;
    app
}

/// Both pages of such an exporter.
async fn pages(trio: &Simulated, groups: GroupSelection, min_group_size: usize) -> [Samples; 2] {
    let app = showing(trio, groups, min_group_size).await;
    [app.metrics().await, app.agents().await]
}

/// The members of each group, by the names of the groups.
fn members(agents: &Samples) -> BTreeMap<String, BTreeSet<String>> {
    let mut members = BTreeMap::<_, BTreeSet<_>>::new();
    for (series, _) in agents.find("trio_agent_group_member", &[]) {
        members.entry(text(series, "agent_group")).or_default().insert(text(series, "agent_id"));
    }
    members
}

/// Every family of the page names these agents and no other.
fn assert_shows(agents: &Samples, expected: &BTreeSet<String>, about: &str) {
    for family in [
        "trio_agent_info",
        "trio_agent_state",
        "trio_agent_state_since_timestamp_seconds",
        "trio_agent_state_seconds_total",
    ] {
        assert_eq!(&texts(agents, family, "agent_id"), expected, "{about}: {family}");
    }
    for (series, _) in agents.all() {
        assert!(expected.contains(&text(series, "agent_id")), "{about}: {series}");
    }
}

/// Number of agents of each group on the main page.
fn group_sizes(main: &Samples) -> BTreeMap<String, f64> {
    let mut sizes = BTreeMap::new();
    for (series, agents) in main.find("trio_agent_group_agents", &[]) {
        *sizes.entry(text(series, "agent_group")).or_default() += agents;
    }
    let counted = texts(main, "trio_agent_group_state_seconds_total", "agent_group");
    assert_eq!(sizes.keys().cloned().collect::<BTreeSet<_>>(), counted);
    sizes
}

#[tokio::test]
async fn denied_groups_and_their_members_are_on_neither_page_in_every_dialect() {
    for dialect in Dialect::ALL {
        let options = Options { dialect, agents: AGENTS, ..Options::default() };
        let trio = Simulated::start(options, still_clock()).await;
        let about = format!("{dialect:?}");
        let [main, agents] = pages(&trio, GroupSelection::default(), 3).await;
        let all = members(&agents);
        let specialists = &all["Specialister 1"];
        assert_eq!((all.len(), specialists.len()), (6, 3), "{about}: {all:?}");
        assert_eq!(group_sizes(&main)["Specialister 1"], 3.0, "{about}");
        let everybody: BTreeSet<String> = all.values().flatten().cloned().collect();
        assert_eq!(everybody.len(), AGENTS, "{about}");

        // Every specialist is in a team as well: deny wins.
        let [main, agents] = pages(&trio, selection(&[], &["SPECIALISTER*"]), 3).await;
        let left: BTreeSet<String> = everybody.difference(specialists).cloned().collect();
        assert_shows(&agents, &left, &about);
        assert!(!members(&agents).contains_key("Specialister 1"), "{about}");
        let sizes = group_sizes(&main);
        assert_eq!((sizes.len(), sizes.values().sum::<f64>()), (5, 57.0), "{about}: {sizes:?}");
        assert_eq!(main.sum("trio_agents"), AGENTS as f64, "{about}: totals name no one");

        let [main, agents] = pages(&trio, selection(&["Lag*"], &[]), 3).await;
        let bears: BTreeSet<String> = all
            .iter()
            .filter(|(name, _)| name.starts_with("Lag"))
            .flat_map(|(_, who)| who.clone())
            .collect();
        assert_shows(&agents, &bears, &about);
        assert!(members(&agents).keys().all(|name| name.starts_with("Lag")), "{about}");
        assert!(group_sizes(&main).keys().all(|name| name.starts_with("Lag")), "{about}");
    }
}

#[tokio::test]
async fn hidden_agents_stay_hidden_when_states_expire() {
    let options = Options { agents: AGENTS, ..Options::default() };
    let trio = Simulated::start(options, still_clock()).await;
    let app = showing(&trio, selection(&[], &["Specialister*"]), 3).await;
    let shown = texts(&app.agents().await, "trio_agent_state", "agent_id");
    assert_eq!(shown.len(), AGENTS - 3);
    app.clock.advance(std::time::Duration::from_secs(61));
    let agents = app.agents().await;
    assert!(!agents.has("trio_agent_state"), "too old");
    assert_eq!(texts(&agents, "trio_agent_state_seconds_total", "agent_id"), shown);
}

#[tokio::test]
async fn a_team_that_is_too_small_without_those_who_are_hidden_is_merged() {
    let options = Options { agents: AGENTS, ..Options::default() };
    let trio = Simulated::start(options, still_clock()).await;
    let [main, agents] = pages(&trio, GroupSelection::default(), 12).await;
    let touched: BTreeSet<String> = {
        let all = members(&agents);
        let specialists = all["Specialister 1"].clone();
        let touched =
            all.iter().filter(|(_, who)| !who.is_disjoint(&specialists) && **who != specialists);
        touched.map(|(name, _)| name.clone()).collect()
    };
    assert_eq!((touched.len(), group_sizes(&main).len()), (3, 5));
    let [main, _] = pages(&trio, selection(&[], &["Specialister*"]), 12).await;
    let sizes = group_sizes(&main);
    assert!(
        touched.iter().all(|name| !sizes.contains_key(name)),
        "eleven are left of each: {sizes:?}"
    );
    assert_eq!((sizes.len(), sizes["(small groups)"]), (3, 33.0), "{sizes:?}");
}

#[tokio::test]
async fn no_agent_is_shown_without_right_to_read_groups() {
    for (allow, deny) in [(&["Lag*"][..], &[][..]), (&[], &["Specialister*"])] {
        let forbidden = vec!["agentgroups".to_owned()];
        let options = Options { agents: AGENTS, forbidden, ..Options::default() };
        let trio = Simulated::start(options, still_clock()).await;
        let [main, agents] = pages(&trio, selection(allow, deny), 3).await;
        assert_eq!(agents.all().collect::<Vec<_>>(), [], "{allow:?} {deny:?}");
        assert!(!main.has("trio_agent_group_agents") && main.sum("trio_agents") == AGENTS as f64);
        let [_, agents] = pages(&trio, GroupSelection::default(), 3).await;
        assert_eq!(
            texts(&agents, "trio_agent_info", "agent_id").len(),
            AGENTS,
            "without a selection all are"
        );
    }
}

#[tokio::test]
async fn an_agent_who_comes_is_shown_once_its_group_is_known() {
    let clock = still_clock();
    let trio =
        Simulated::start(Options { agents: AGENTS, ..Options::default() }, clock.clone()).await;
    let mut config = config(trio.target(true), Identity::Name);
    config.tally.groups = selection(&[], &["Specialister*"]).into();
    let mut app = TestApp::start_at(config, clock).await;
    app.step().await;
    trio.order("agents", &json!({"first_name": "Nya", "last_name": "Nilsson"})).await;
    let answers = async |times: u32| {
        for resource in ["cc/1/agents", "cc/1/agentgroups"] {
            trio.order("fault", &json!({"path": resource, "status": 500, "times": times})).await;
        }
    };
    answers(1000).await;
    let shown = async |app: &TestApp| app.get("/metrics/agents").await.contains("Nya Nilsson");
    app.step_after(5).await;
    assert!(!shown(&app).await, "it is not known where it belongs");
    answers(0).await;
    for _ in 0..61 {
        app.step_after(5).await;
    }
    assert!(shown(&app).await);
}

#[tokio::test]
async fn newly_denied_agents_vanish_at_once_even_during_outage() {
    for state_file in ["", "state_file: counters\n"] {
        let options = Options { agents: 60, services: 2, ..Options::default() };
        let trio = Simulated::start(options, Clock::system()).await;
        let folder = folder();
        let configured = |groups: &str| {
            let text = format!(
                "targets:\n{}poll: {{state: 1s}}\nagents: {{identity: id{groups}}}\n{state_file}",
                trio.entry("trio")
            );
            configure(folder.path(), &text)
        };
        let running = Running::start(&configured(""), &[]).await;
        let persons = async || {
            let page = Samples::parse(&running.page("/metrics/agents").await);
            page.find("trio_agent_info", &[]).len()
        };
        let shows = async |expected: usize| {
            until("the agents to be shown", PATIENCE, async || match persons().await {
                shown if shown == expected => Ok(()),
                shown => Err(format!("{shown} are")),
            })
            .await;
        };
        shows(60).await;
        trio.order("answering", &json!({"answering": false})).await;
        configured(", groups: {deny: [Specialister*]}");
        assert_eq!(running.reload().await, "changed: trio\n");
        assert_eq!(persons().await, 0, "what was read before may hold them");
        trio.order("answering", &json!({"answering": true})).await;
        shows(57).await;
    }
}
