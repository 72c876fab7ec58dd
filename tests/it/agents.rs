//! Limits on states and pauses by reason, on a simulated Trio in every dialect.

use std::{collections::BTreeSet, time::Duration};

use pretty_assertions::assert_eq;
use trio_exporter::{
    config::Config,
    metrics::Identity,
    model::AgentState,
    sim::{Dialect, Options},
};

use crate::support::{
    HandWritten, Journal, Samples, Simulated, TestApp, config, still_clock, target,
};

/// The reasons that the simulated agents give; the first is the one that may be shown.
const REASONS: [&str; 6] =
    ["Rast", "Ärendehantering", "Möte", "Utbildning", "Svarade inte", "Lunch"];
const LIMIT: u64 = 300;

fn with_limits_and_reasons(mut config: Config) -> Config {
    config.tally.state_limits[AgentState::Paused.index()] = Some(Duration::from_secs(LIMIT));
    config.tally.pause_reasons = ["rast".into()].into();
    config
}

/// Both pages after ten minutes, and at the first reading.
async fn morning(dialect: Dialect, state_times: bool, set: fn(Config) -> Config) -> [Samples; 3] {
    let clock = still_clock();
    // What may not be read is logged: so there is a log to look at.
    let forbidden = vec!["skills".to_owned()];
    let options = Options { dialect, state_times, agents: 60, forbidden, ..Options::default() };
    let trio = Simulated::start(options, clock.clone()).await;
    let mut app = TestApp::start_at(set(config(trio.target(true), Identity::Name)), clock).await;
    app.step().await;
    let first = app.metrics().await;
    for _ in 0..120 {
        app.step_after(5).await;
    }
    [first, app.metrics().await, app.agents().await]
}

/// Number of agents paused for longer than the limit, by the page that shows agents one by one.
fn paused_for_long(agents: &Samples, now: f64) -> usize {
    let paused = agents.find("trio_agent_state", &[("state", "paused")]).into_iter();
    let ids = paused.filter(|(_, value)| *value == 1.0).map(|(series, _)| {
        let id = series.split("agent_id=\"").nth(1).expect("an id");
        id.split('"').next().expect("its end").to_owned()
    });
    let since =
        |id: &String| agents.get("trio_agent_state_since_timestamp_seconds", &[("agent_id", id)]);
    ids.filter(|id| now - since(id).expect("known") > LIMIT as f64).count()
}

#[tokio::test]
async fn pauses_count_by_reason_and_limit_in_every_dialect() {
    for state_times in [true, false] {
        let mut counted = BTreeSet::new();
        for dialect in Dialect::ALL {
            let [first, main, agents] =
                morning(dialect, state_times, with_limits_and_reasons).await;
            let about = format!("{dialect:?}, times: {state_times}");
            let reason =
                |reason| main.get("trio_agents_paused", &[("reason", reason)]).expect("there");
            let paused = main.get("trio_agents", &[("state", "paused")]);
            assert_eq!(Some(reason("rast") + reason("other")), paused, "{about}");
            let seconds = main.sum("trio_agent_pause_reason_seconds_total");
            let state =
                main.get("trio_agents_state_seconds_total", &[("state", "paused")]).expect("there");
            assert!(
                seconds > 0.0 && (seconds - state).abs() < 1e-6,
                "{about}: {seconds} of {state}"
            );
            assert_eq!(first.sum("trio_agent_pause_reason_seconds_total"), 0.0, "{about}");
            assert_eq!(
                first.find("trio_agent_pause_reason_seconds_total", &[]).len(),
                2,
                "{about}"
            );

            let over =
                |samples: &Samples| samples.get("trio_agents_over_limit", &[]).expect("one state");
            let now = 1_768_464_000.0 + 600.0;
            assert_eq!(over(&main), paused_for_long(&agents, now) as f64, "{about}");
            assert!(over(&main) > 0.0, "{about}: somebody forgot the time");
            assert_eq!(
                over(&first) > 0.0,
                state_times,
                "{about}: Trio says how long, the first reading cannot"
            );
            assert_eq!(
                main.get("trio_agent_state_limit_seconds", &[("state", "paused")]),
                Some(300.0)
            );
            counted.insert(format!(
                "{} {} {seconds} {}",
                reason("rast"),
                reason("other"),
                over(&main)
            ));
        }
        assert_eq!(counted.len(), 1, "{counted:?}");
    }
}

#[tokio::test]
async fn agents_with_no_time_are_not_over_the_limit() {
    for since in [
        "0001-01-01T00:00:00Z",
        "1753-01-01T00:00:00Z",
        "1899-12-30",
        "1900-01-01T00:00:00",
        "1901-01-01 00:59:07",
        "1970-01-01T00:00:00Z",
        "/Date(-62135596800000)/",
        "/Date(0)/",
        // Real, but no state lasts so long.
        "2026-01-08T07:59:00Z",
        "2019-01-08T08:00:00Z",
    ] {
        let trio = HandWritten::start().await;
        let agents = format!(
            r#"{{"data":[{{"agentId":1,"state":"Busy","stateSince":"{since}"}},
                {{"agentId":2,"state":"Busy","stateSince":"2026-01-15T07:50:00Z"}}]}}"#
        );
        trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
        trio.answer("cc/1/services/state", r#"{"data":[{"serviceId":11,"open":true}]}"#).await;
        trio.answer("cc/1/agents/state", agents).await;
        let mut config = config(target(&trio.url()), Identity::Id);
        config.tally.state_limits[AgentState::Busy.index()] = Some(Duration::from_secs(LIMIT));
        config.targets[0].trio.time_zone = Some(jiff::tz::TimeZone::UTC);
        let mut app = TestApp::start_at(config, still_clock()).await;
        app.step().await;
        app.step_after(5).await;
        let metrics = app.metrics().await;
        assert_eq!(
            metrics.get("trio_agents_over_limit", &[]),
            Some(1.0),
            "{since}: only the other agent"
        );
        let rejected = metrics.sum("trio_times_rejected_total");
        assert_eq!(rejected > 0.0, since.starts_with("20"), "{since}: {rejected} rejected");
    }
}

#[tokio::test]
async fn a_reason_that_is_not_allowed_is_shown_nowhere_and_none_is_by_default() {
    let journal = Journal::begin();
    // Other tests may have had the same places in the code asked before there was anybody to
    // listen.
    tracing::callsite::rebuild_interest_cache();
    tracing::info!("listening");
    let shown =
        |samples: &Samples, reason: &str| samples.all().any(|(series, _)| series.contains(reason));
    let [_, main, agents] = morning(Dialect::Swedish, true, with_limits_and_reasons).await;
    assert!(shown(&main, "reason=\"rast\"") && !shown(&agents, "reason="));
    for reason in REASONS {
        assert!(!shown(&main, reason) && !shown(&agents, reason), "{reason}");
    }
    let [_, main, _] = morning(Dialect::English, true, |config| config).await;
    for family in [
        "trio_agents_paused",
        "trio_agent_pause_reason_seconds_total",
        "trio_agents_over_limit",
        "trio_agent_state_limit_seconds",
    ] {
        assert!(!main.has(family), "{family}");
    }
    let lines = journal.lines();
    assert!(!lines.is_empty(), "the log is looked at");
    for reason in REASONS.into_iter().chain(["rast"]) {
        assert_eq!(lines.iter().find(|line| line.contains(reason)), None, "{reason}");
    }
}
