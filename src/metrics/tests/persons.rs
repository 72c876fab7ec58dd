//! Forms of identity on the page of agents, and the limit on series.

use pretty_assertions::assert_eq;

use super::{families, fixture, names, samples};
use crate::metrics::{Identity, MetricsPage, Settings};

use std::sync::Arc;

fn agents(identity: Identity) -> Vec<super::Family> {
    families(
        MetricsPage::Agents,
        &[fixture::full()],
        &fixture::settings(identity),
        fixture::taken(),
    )
}

#[test]
fn identity_none_shows_no_person() {
    assert_eq!(names(&agents(Identity::None)), Vec::<&str>::new());
}

#[test]
fn identity_id_shows_no_names() {
    let families = agents(Identity::Id);
    let info = samples(&families, "trio_agent_info");
    assert_eq!(
        info.iter().map(|sample| sample.label("agent_id")).collect::<Vec<_>>(),
        ["a1", "a2", "a3"]
    );
    assert!(info.iter().all(|sample| !sample.labels.contains_key("agent_name")));
}

#[test]
fn identity_name_prefers_names_of_the_agent_list() {
    let view = fixture::changed(|snapshot| {
        let center = &mut snapshot.centers[0];
        let mut states = center.agent_state.good.as_ref().expect("there").data.to_vec();
        states.iter_mut().for_each(|status| status.name = Some("from state".into()));
        center.agent_state = fixture::reading(3, states, 5);
        let mut agents = center.agents.good.as_ref().expect("there").data.to_vec();
        agents[1].name = None;
        center.agents = fixture::reading(3, agents, 300);
    });
    let families = families(
        MetricsPage::Agents,
        &[view],
        &fixture::settings(Identity::Name),
        fixture::taken(),
    );
    let info = samples(&families, "trio_agent_info");
    let shown: Vec<_> = info.iter().map(|sample| sample.label("agent_name")).collect();
    assert_eq!(shown, ["Åsa", "from state", "Cy"]);
}

#[test]
fn identity_hash_hides_id_and_name_everywhere() {
    let families = agents(Identity::Hash(b"secret".to_vec().into()));
    let ids = |family: &str| {
        let samples =
            samples(&families, family).iter().map(|sample| sample.label("agent_id").to_owned());
        samples.collect::<std::collections::BTreeSet<_>>()
    };
    let hashes = ids("trio_agent_info");
    assert_eq!(hashes.len(), 3);
    assert!(
        hashes.iter().all(|hash| hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
    );
    for family in ["trio_agent_state", "trio_agent_state_seconds_total", "trio_agent_group_member"]
    {
        assert_eq!(ids(family), hashes, "{family}");
    }
    assert!(
        samples(&families, "trio_agent_info").iter().all(|s| !s.labels.contains_key("agent_name"))
    );
}

#[test]
fn main_page_names_no_person() {
    let main = families(
        MetricsPage::Main,
        &[fixture::full()],
        &fixture::settings(Identity::Name),
        fixture::taken(),
    );
    let labels = main.iter().flat_map(|family| &family.samples).flat_map(|sample| &sample.labels);
    for (label, value) in labels {
        assert!(!label.starts_with("agent_id") && label != "agent_name", "{label}");
        assert!(
            !["a1", "a2", "a3", "Åsa", "Bo", "Cy"].contains(&value.as_str()),
            "{label}={value}"
        );
    }
}

/// Number of all series of the fixture's agents: 3 info, 3 members, 21 states, 3 since, 2 limits,
/// 21 seconds.
const ALL: usize = 53;

fn capped(max_series: usize) -> Arc<Settings> {
    let settings = Settings { max_series, identity: Identity::Id, ..Settings::default() };
    Arc::new(settings)
}

/// Number of series on the page of agents under a limit.
fn left(max_series: usize) -> usize {
    let families =
        families(MetricsPage::Agents, &[fixture::full()], &capped(max_series), fixture::taken());
    families.iter().map(|family| family.samples.len()).sum()
}

/// Families and numbers of series that are reported as left out.
fn dropped(max_series: usize) -> Vec<(String, f64)> {
    let main =
        families(MetricsPage::Main, &[fixture::full()], &capped(max_series), fixture::taken());
    let samples = samples(&main, "trio_series_dropped").iter();
    samples.map(|sample| (sample.label("family").to_owned(), sample.value)).collect()
}

#[test]
fn limit_drops_whole_families_in_order() {
    assert_eq!(
        [ALL, ALL - 1, ALL - 21, ALL - 22, 0].map(left),
        [ALL, ALL - 21, ALL - 21, ALL - 42, ALL - 42]
    );
}

#[test]
fn main_page_reports_dropped_series() {
    let (seconds, state) =
        ("trio_agent_state_seconds_total".to_owned(), "trio_agent_state".to_owned());
    let agents = |max| dropped(max)[..2].to_vec();
    let expected = |a, b| vec![(seconds.clone(), a), (state.clone(), b)];
    assert_eq!(dropped(500_000).iter().map(|(_, series)| *series).sum::<f64>(), 0.0);
    assert_eq!(agents(ALL), expected(0.0, 0.0));
    assert_eq!(agents(ALL - 1), expected(21.0, 0.0));
    assert_eq!(agents(1), expected(21.0, 21.0));
    let main =
        |max| families(MetricsPage::Main, &[fixture::full()], &capped(max), fixture::taken());
    let (least, all) = (main(1), main(500_000));
    let gone: Vec<String> =
        dropped(1).into_iter().filter(|(_, series)| *series > 0.0).map(|(name, _)| name).collect();
    let order = [
        "trio_service_wait_seconds",
        "trio_service_cases",
        "trio_service_skilled_agents",
        "trio_service_day_offered",
    ];
    assert_eq!(gone[2..6], order, "the first to be left out of the main page");
    let mut all = names(&all);
    all.retain(|name| !gone.iter().any(|gone| gone == name));
    assert_eq!(names(&least), all, "nothing else is left out of the main page");
}

#[test]
fn limit_is_that_of_the_present_state() {
    let families = agents(Identity::Id);
    let limited = |state: &str| -> Vec<String> {
        let in_state = samples(&families, "trio_agent_state").iter();
        let in_state =
            in_state.filter(|sample| sample.label("state") == state && sample.value == 1.0);
        in_state.map(|sample| sample.label("agent_id").to_owned()).collect()
    };
    let mut expected: Vec<(String, f64)> = Vec::new();
    for (state, limit) in [("busy", 900.0), ("wrap_up", 180.0)] {
        expected.extend(limited(state).into_iter().map(|id| (id, limit)));
    }
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let shown = samples(&families, "trio_agent_limit_seconds").iter();
    let mut shown: Vec<(String, f64)> =
        shown.map(|sample| (sample.label("agent_id").to_owned(), sample.value)).collect();
    shown.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!expected.is_empty() && expected.len() < 3, "one agent has a limit and one has none");
    assert_eq!(shown, expected);
}
