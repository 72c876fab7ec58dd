//! The figures of the wallboard are the samples of `/metrics`, also where those are absent.

use pretty_assertions::assert_eq;

use super::{Family, both_pages, fixture, samples};
use crate::{
    metrics::{View, queue_figures},
    model::{AgentState, AgentStatus, Stamp, WallAgents},
    snapshot::Reading,
};

/// The value of the sample with these labels.
fn sample(families: &[Family], name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let fits =
        |sample: &&super::Sample| labels.iter().all(|(key, value)| sample.label(key) == *value);
    samples(families, name).iter().find(fits).map(|sample| sample.value)
}

fn assert_agrees(view: &View, now: Stamp, what: &str) {
    let families = both_pages(view, now);
    let targets = queue_figures(std::slice::from_ref(view), now, WallAgents::Totals);
    let center = &targets[0].centers[0];
    assert_eq!(center.queues.len(), 2, "{what}: rows stay");
    for queue in &center.queues {
        let of_service = |name| sample(&families, name, &[("service_id", &queue.id)]);
        let state = queue.state.unwrap_or_default();
        let open = of_service("trio_service_open").map(|open| open > 0.5);
        assert_eq!(state.open, open, "{what}");
        assert_eq!(state.queue_length, of_service("trio_service_queue_length"), "{what}");
        // Without Trio's own wait, /metrics derives one from the classes.
        if state.longest_wait.is_some() {
            assert_eq!(
                state.longest_wait,
                of_service("trio_service_longest_wait_seconds"),
                "{what}"
            );
        }
        for class in &queue.classes {
            let labels = [("service_id", &*queue.id), ("case_class", class.goals.class.as_str())];
            let of_class = |name| sample(&families, name, &labels);
            let waiting = class.waiting.map(|waiting| waiting.cases as f64);
            assert_eq!(waiting, of_class("trio_service_class_waiting"), "{what}");
            let longest = class.waiting.map(|waiting| waiting.longest_wait);
            assert_eq!(longest, of_class("trio_service_class_longest_wait_seconds"), "{what}");
            let offered = class.day.map(|day| day.offered as f64);
            assert_eq!(offered, of_class("trio_service_day_offered"), "{what}");
            let measurable = of_class("trio_service_level_measurable") == Some(1.0);
            assert_eq!(class.is_measurable, measurable, "{what}");
            let target = class.goals.wait_target.as_secs_f64();
            let shown = of_class("trio_service_wait_target_seconds");
            assert!(shown.is_none_or(|shown| shown == target), "{what}");
        }
    }
    for state in AgentState::ALL {
        let shown = sample(&families, "trio_agents", &[("state", state.as_str())]);
        let figure = center.agents.map(|agents| agents[state.index()] as f64);
        assert!(figure.is_none() || figure == shown, "{what}: {figure:?} {shown:?}");
    }
    let start = sample(&families, "trio_day_start_timestamp_seconds", &[]);
    assert_eq!(center.day_start.map(|start| start.at), start, "{what}");
}

#[test]
fn figures_are_the_samples_of_the_same_moment() {
    let view = fixture::full();
    for seconds in [0, 59, 60, 61, 899, 901] {
        assert_agrees(&view, fixture::later(seconds), &format!("{seconds} s later"));
    }
    let now = fixture::taken();
    let without = |change: fn(&mut crate::snapshot::Center)| {
        fixture::changed(|snapshot| change(&mut snapshot.centers[0]))
    };
    let interval = std::time::Duration::from_secs(5);
    assert_agrees(&without(|center| center.calls = Reading::none(None)), now, "no calls");
    let states = move |center: &mut crate::snapshot::Center| {
        center.service_state = Reading::none(interval);
    };
    let view = fixture::changed(|snapshot| states(&mut snapshot.centers[0]));
    assert_agrees(&view, now, "no states of services");
    let view = fixture::with_totals(|totals| totals.flow.services[0].classes[0].now = None);
    assert_agrees(&view, now, "a truncated list");
}

#[test]
fn agents_without_states_are_not_counted_as_all() {
    let view = fixture::changed(|snapshot| {
        let agents =
            vec![AgentStatus::new("a1", Some(AgentState::Available)), AgentStatus::new("a2", None)];
        snapshot.centers[0].agent_state = fixture::reading(2, agents, 5);
    });
    let targets = queue_figures(std::slice::from_ref(&view), fixture::taken(), WallAgents::Totals);
    assert_eq!(targets[0].centers[0].agents, None);
    let full = queue_figures(&[fixture::full()], fixture::taken(), WallAgents::Totals);
    assert!(full[0].centers[0].agents.is_some());
    let old = queue_figures(&[fixture::full()], fixture::later(61), WallAgents::Totals);
    assert_eq!(old[0].centers[0].agents, None, "older than a minute");
}
