//! The day of the wallboard: local midnight, both nights on which the clocks change, a start at
//! noon, a restart, and two targets in two zones. Time passes when the test says so.

use std::{
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::{Timestamp, tz::TimeZone};
use pretty_assertions::assert_eq;
use regex::Regex;
use serde_json::Value;
use trio_exporter::{
    config::{Config, Target},
    metrics::Identity,
    model::Clock,
    sim::{Class, Demand, Distribution, Options, Scenario, ServicePlan, Team},
};

use super::ask;
use crate::{
    process::folder,
    support::{Simulated, TestApp, config},
};

fn at(time: &str) -> SystemTime {
    let time = time.parse::<Timestamp>().expect("a time");
    UNIX_EPOCH + Duration::from_secs(time.as_second().cast_unsigned())
}

/// A service that has 720 calls an hour round the clock.
fn round_the_clock() -> Options {
    let demand = Demand {
        handling: Distribution::Exponential(Duration::from_secs(20)),
        ..Demand::typical(Class::Voice, 1.0)
    };
    let scenario = Scenario {
        start_time: Duration::ZERO,
        warm_up: Duration::from_secs(300),
        services: vec![ServicePlan {
            demands: vec![demand],
            ..ServicePlan::steady("Växeln", Class::Voice, 720.0)
        }],
        teams: vec![Team::always_ready("Norr", 6, &[0])],
    };
    Options { scenario: Some(scenario), ..Options::default() }
}

fn in_zone(target: Target, name: &str, zone: &str) -> Target {
    let mut target = Target { name: name.into(), ..target };
    target.trio.time_zone = Some(TimeZone::get(zone).expect("a zone"));
    target
}

fn in_stockholm(trio: &Simulated) -> Config {
    config(in_zone(trio.target(true), "north", "Europe/Stockholm"), Identity::None)
}

async fn step_until(app: &mut TestApp, time: &str) {
    while app.clock.now().wall < at(time) {
        app.step_after(5).await;
    }
}

/// Lets the time pass without a step.
fn pass_until(app: &TestApp, time: &str) {
    let now = app.clock.now().wall;
    app.clock.advance(at(time).duration_since(now).expect("later"));
}

/// The words about the begin of the counts, the time of day.
async fn heading(app: &TestApp) -> (String, String) {
    let (_, page) = ask(app, "/wall", "en").await;
    let part = |before: &str| {
        let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("{before}: {page}"));
        rest.split('<').next().expect("text").to_owned()
    };
    (part("Service level <span class=\"quiet\">"), part("<time class=\"clock\">"))
}

async fn json(app: &TestApp) -> Value {
    serde_json::from_str(&app.get("/api/v1/queues").await).expect("JSON")
}

/// The cases offered to the first service today; `None` if they are not known.
async fn offered(app: &TestApp) -> Option<u64> {
    json(app).await["services"][0]["offered"]["value"].as_u64()
}

#[tokio::test]
async fn day_begins_at_midnight_also_when_the_clocks_change() {
    for (start, midnight, hour_before, before_end, end, local) in [
        // 23 hours: an hour before the end of a usual day nothing begins, then the day ends.
        (
            "2026-03-28T22:58:00Z",
            "2026-03-28T23:00:00Z",
            None,
            "2026-03-29T21:59:40Z",
            "2026-03-29T22:00:10Z",
            "23:59",
        ),
        // 25 hours: 24 hours after its begin the day goes on.
        (
            "2026-10-24T21:58:00Z",
            "2026-10-24T22:00:00Z",
            Some("2026-10-25T22:00:10Z"),
            "2026-10-25T22:59:40Z",
            "2026-10-25T23:00:10Z",
            "23:59",
        ),
        (
            "2026-06-10T21:58:00Z",
            "2026-06-10T22:00:00Z",
            None,
            "2026-06-11T21:59:40Z",
            "2026-06-11T22:00:10Z",
            "23:59",
        ),
    ] {
        let clock = Clock::still(at(start));
        let trio = Simulated::start(round_the_clock(), clock.clone()).await;
        let mut app = TestApp::start_at(in_stockholm(&trio), clock).await;
        app.step().await;
        app.step_after(5).await;
        app.step_after(5).await;
        assert_eq!(heading(&app).await, ("since 23:58".into(), "23:58".into()), "{start}");
        step_until(&mut app, midnight).await;
        trio.simulator.reset_truth();
        for _ in 0..36 {
            app.step_after(5).await;
        }
        assert_eq!(heading(&app).await, ("today".into(), "00:03".into()), "{start}");
        assert_eq!(json(&app).await["totals"]["counted_since"], Value::Null, "midnight");
        let (shown, truth) = (offered(&app).await, trio.simulator.truth().total().offered());
        let shown = shown.unwrap_or_else(|| panic!("{start}: the day is measured"));
        assert!(shown > 20 && shown.abs_diff(truth) <= 2 + truth / 10, "{start}: {shown} {truth}");
        // What came in between was not seen.
        for time in hour_before.into_iter().chain([before_end]) {
            pass_until(&app, time);
            app.step_after(5).await;
            app.step_after(5).await;
            assert_eq!(offered(&app).await, None, "{time}: most of the day was not measured");
        }
        assert_eq!(heading(&app).await, ("today".into(), local.into()), "{start}");
        step_until(&mut app, end).await;
        assert_eq!(heading(&app).await, ("today".into(), "00:00".into()), "{start}");
        let shown = offered(&app).await.unwrap_or_else(|| panic!("{end}: a new day"));
        assert!(shown < 10, "{end}: {shown}");
    }
}

#[tokio::test]
async fn start_at_noon_counts_since_noon_until_midnight() {
    let clock = Clock::still(at("2026-01-15T11:00:00Z"));
    let trio = Simulated::start(round_the_clock(), clock.clone()).await;
    let mut app = TestApp::start_at(in_stockholm(&trio), clock).await;
    app.step().await;
    for _ in 0..36 {
        app.step_after(5).await;
    }
    assert_eq!(heading(&app).await, ("since 12:00".into(), "12:03".into()));
    assert!(ask(&app, "/wall", "sv").await.1.contains("sedan 12:00"));
    let since = json(&app).await["totals"]["counted_since"].clone();
    assert!(since.as_str().is_some_and(|it| it.starts_with("2026-01-15T11:00:0")), "{since}");
    let (shown, truth) = (offered(&app).await, trio.simulator.truth().total().offered());
    assert!(shown.is_some_and(|it| it.abs_diff(truth) <= 2 + truth / 10), "{shown:?} {truth}");
    pass_until(&app, "2026-01-15T22:59:50Z");
    app.step().await;
    step_until(&mut app, "2026-01-15T23:00:10Z").await;
    assert_eq!(heading(&app).await, ("today".into(), "00:00".into()));
}

fn kept(trio: &Simulated, file: Option<&Path>) -> Config {
    Config { state_file: file.map(Path::to_owned), ..in_stockholm(trio) }
}

#[tokio::test]
async fn restart_goes_on_with_a_state_file_and_begins_again_without() {
    let folder = folder();
    let file = folder.path().join("state");
    for file in [Some(&*file), None] {
        let clock = Clock::still(at("2026-01-15T22:59:00Z"));
        let trio = Simulated::start(round_the_clock(), clock.clone()).await;
        let mut app = TestApp::start_at(kept(&trio, file), clock.clone()).await;
        step_until(&mut app, "2026-01-15T23:05:00Z").await;
        assert_eq!(heading(&app).await.0, "today");
        let before = offered(&app).await.expect("measured");
        assert!(before > 30, "{before}");
        drop(app);
        clock.advance(Duration::from_secs(5));
        let mut app = TestApp::start_at(kept(&trio, file), clock).await;
        app.step().await;
        for _ in 0..6 {
            app.step_after(5).await;
        }
        let (heading, shown) = (heading(&app).await.0, offered(&app).await.expect("measured"));
        if file.is_some() {
            assert_eq!(heading, "today");
            assert!((before..before + 20).contains(&shown), "{before}, then {shown}");
        } else {
            assert_eq!(heading, "since 00:05");
            assert!(shown < before / 2, "{before}, then {shown}");
        }
    }
}

/// The begin of the counts that each row names, by target.
async fn row_begins(app: &TestApp) -> Vec<(String, Option<String>)> {
    let (_, page) = ask(app, "/wall", "en").await;
    let place = Regex::new(
        r#"(?s)<th scope="row".*?<span class="quiet">(\w+) · [^<]*?(since [^<]*)?</span>"#,
    );
    let place = place.expect("a pattern");
    let begin = |found: regex::Captures<'_>| {
        (found[1].to_owned(), found.get(2).map(|it| it.as_str().to_owned()))
    };
    let mut begins: Vec<_> = place.captures_iter(&page).map(begin).collect();
    begins.sort();
    begins
}

#[tokio::test]
async fn targets_in_two_zones_have_their_own_midnight_and_clock() {
    let clock = Clock::still(at("2026-01-15T11:00:00Z"));
    let north = Simulated::start(round_the_clock(), clock.clone()).await;
    let east = Simulated::start(round_the_clock(), clock.clone()).await;
    let one = in_stockholm(&north);
    let second = in_zone(east.target(true), "east", "Europe/Helsinki");
    let both = Config { targets: vec![one.targets[0].clone(), second], ..one };
    let mut app = TestApp::start_at(both, clock).await;
    app.step().await;
    app.step_after(5).await;
    app.step_after(5).await;
    let (_, page) = ask(&app, "/wall", "en").await;
    for clock in ["12:00 CET", "13:00 EET"] {
        assert!(page.contains(&format!("<time class=\"clock\">{clock}</time>")), "{page}");
    }
    assert_eq!(heading(&app).await.0, "since 12:00 CET", "the same moment for both");
    let row = |target: &str, since: Option<&str>| (target.to_owned(), since.map(str::to_owned));
    assert_eq!(row_begins(&app).await, [row("east", None), row("north", None)]);
    // Midnight in Helsinki, 23:00 in Stockholm.
    pass_until(&app, "2026-01-15T21:59:50Z");
    app.step().await;
    step_until(&mut app, "2026-01-15T22:00:10Z").await;
    assert_eq!(heading(&app).await.0, "today, partly since 12:00 CET");
    let begins = [row("east", None), row("north", Some("since 12:00 CET"))];
    assert_eq!(row_begins(&app).await, begins);
    pass_until(&app, "2026-01-15T22:59:50Z");
    app.step().await;
    step_until(&mut app, "2026-01-15T23:00:10Z").await;
    assert_eq!(heading(&app).await.0, "today");
    assert_eq!(row_begins(&app).await, [row("east", None), row("north", None)]);
}

#[tokio::test]
async fn begin_of_counts_is_shown_by_the_clock_of_its_own_zone() {
    let clock = Clock::still(at("2026-01-15T22:30:00Z"));
    let north = Simulated::start(round_the_clock(), clock.clone()).await;
    let east = Simulated::start(round_the_clock(), clock.clone()).await;
    let one = in_stockholm(&north);
    let second = in_zone(east.target(true), "east", "Europe/Helsinki");
    let both = Config { targets: vec![one.targets[0].clone(), second], ..one };
    let mut app = TestApp::start_at(both, clock).await;
    app.step().await;
    app.step_after(5).await;
    // Midnight in Stockholm: only the counts in Helsinki begin in the middle of a day.
    pass_until(&app, "2026-01-15T22:59:50Z");
    app.step().await;
    step_until(&mut app, "2026-01-15T23:00:10Z").await;
    assert_eq!(heading(&app).await.0, "today, partly since 00:30 EET");
}
