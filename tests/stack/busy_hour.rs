//! A busy hour of the demo, replayed through a real Prometheus: what the boards show at its end is
//! what really happened, as the simulator knows it, though two exporters read the same Trio.

use std::time::Duration;

use trio_exporter::sim::{Activity, AgentTime, Class, Flow, Segment, Truth};

use crate::{
    dashboard::Board,
    dashboards::{filled, with_rules},
    demo::Demo,
    prometheus::{Prometheus, Series},
};

/// People who wait on the line; the boards begin with them.
const ON_THE_LINE: [Class; 2] = [Class::Voice, Class::Chat];
/// The target of both, which the demo does not change.
const TARGET: Duration = Duration::from_secs(20);
/// Calls that leave within this time hung up at once: two readings may miss them.
const SHORT: Duration = Duration::from_secs(10);

/// Largest difference of a percentage on a board, in points: it is rounded, one case of the hour is
/// up to half a point, and some come and go between two readings.
const POINTS: f64 = 2.0;
/// Largest difference of a count or a mean, as a share.
const SHARE: f64 = 0.05;
/// The same for one service by recorded half hours: of its few dozen cases, one or two lie between
/// two of them.
const RECORDED_SHARE: f64 = 0.1;

/// The hour as it was, and as Prometheus has it.
struct Hour {
    prometheus: Prometheus,
    now: u64,
    /// After half of it.
    half: Truth,
    truth: Truth,
    /// Further steps of the cases that waited at its end, and of all before them.
    log: Vec<Segment>,
}

impl Hour {
    async fn of_the_demo() -> Self {
        let mut demo = Demo::start(true).await;
        let simulator = demo.simulation.trios[0].simulator.clone();
        simulator.reset_truth();
        demo.run(30).await;
        let half = simulator.truth();
        demo.run(30).await;
        let (truth, now) = (simulator.truth(), demo.now());
        let prometheus = with_rules(demo.replayed(&[]).await, &[(now - 3600, now)]).await;
        demo.simulation.clock.advance(Duration::from_secs(12 * 3600));
        Self { prometheus, now, half, truth, log: simulator.segment_log() }
    }

    /// Value of a panel at the end of the hour: one of its queries, by its letter.
    async fn shown(&self, uid: &str, panel: &str, letter: &str) -> Vec<Series> {
        let board = Board::with_uid(uid);
        let place = format!("{}: {panel} ({letter})", board.file);
        let query = board.queries().into_iter().find(|query| query.place == place);
        let expr = filled(&query.unwrap_or_else(|| panic!("there is no {place}")), 3600);
        let series = self
            .prometheus
            .query_at(&expr, self.now)
            .await
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(!series.is_empty(), "{place} shows nothing: {expr}");
        series
    }

    async fn number(&self, uid: &str, panel: &str, letter: &str) -> f64 {
        let series = self.shown(uid, panel, letter).await;
        assert_eq!(series.len(), 1, "{panel}");
        series[0].value
    }

    /// Sums over services and the classes on the line.
    fn sum(&self, of: impl Fn(&Flow) -> f64) -> f64 {
        self.truth.services.values().map(|service| on_the_line(service, &of)).sum()
    }

    fn concluded(&self) -> f64 {
        self.sum(|flow| {
            (flow.answered + flow.left - flow.left_before(SHORT).expect("counted")) as f64
        })
    }
}

fn on_the_line(service: &trio_exporter::sim::ServiceTruth, of: impl Fn(&Flow) -> f64) -> f64 {
    ON_THE_LINE.iter().filter_map(|class| service.classes.get(class)).map(of).sum()
}

/// A whole number that a text of a panel is made of.
fn value(series: &Series, name: &str) -> f64 {
    series.label(name).parse().unwrap_or_else(|_| panic!("{name} in {series:?}"))
}

#[track_caller]
fn near(what: &str, shown: f64, truth: f64, allowed: f64) {
    println!("{what}: {shown:.3}, really {truth:.3}");
    assert!((shown - truth).abs() <= allowed, "{what} is shown as {shown}, and was {truth}");
}

#[tokio::test]
async fn the_boards_show_what_really_happened_in_a_busy_hour() {
    let hour = Hour::of_the_demo().await;
    assert!(hour.concluded() > 200.0, "a busy hour: {}", hour.concluded());
    who_waits(&hour).await;
    what_became_of_them(&hour).await;
    how_people_worked(&hour).await;
}

async fn who_waits(hour: &Hour) {
    let now = hour.truth.now;
    let waiting = hour.log.iter().filter(|segment| {
        ON_THE_LINE.contains(&segment.class)
            && segment.arrived <= now
            && segment.answered.unwrap_or(segment.ended) > now
    });
    let waits: Vec<f64> = waiting.map(|segment| (now - segment.arrived).as_secs_f64()).collect();
    assert!(!waits.is_empty(), "somebody waits at the end");
    let longest = waits.iter().copied().fold(0.0, f64::max);
    for uid in ["trio-overview", "trio-service", "trio-wall"] {
        let shown = hour.number(uid, "Waiting", "A").await;
        near("waiting", shown, hour.sum(|flow| flow.waiting as f64), 0.0);
        near("waiting by the log", shown, waits.len() as f64, 0.0);
    }
    // Trio tells whole seconds.
    near("longest wait", hour.number("trio-wall", "Worst service", "B").await, longest, 1.0);
    let letter = hour.number("trio-service", "Longest and estimated wait", "A").await;
    near("longest wait", letter, longest, 1.0);
    let target = TARGET.as_secs_f64();
    let past = waits.iter().filter(|wait| **wait > target).count() as f64;
    near("past target", hour.number("trio-overview", "Past target", "A").await, past, 0.0);
    // OK, WAITING, LONG, TOO LONG.
    let level: f64 =
        [target, 60.0, 300.0].map(|limit| f64::from(u8::from(longest > limit))).iter().sum();
    near(
        "word of the worst service",
        hour.number("trio-wall", "Worst service", "A").await,
        level,
        0.0,
    );
}

async fn what_became_of_them(hour: &Hour) {
    let within = hour.sum(|flow| flow.answered_within(TARGET).expect("counted") as f64);
    let level = 100.0 * within / hour.concluded();
    for uid in ["trio-overview", "trio-service", "trio-service-level", "trio-wall"] {
        let shown = hour.shown(uid, "Service level", "A").await;
        near("service level", value(&shown[0], "mid"), level, POINTS);
        let (low, high) = (value(&shown[0], "low"), value(&shown[0], "high"));
        assert!(
            low - 1.0 <= level && level <= high + 1.0,
            "{level} is not within {low} and {high}"
        );
        assert!(low <= value(&shown[0], "mid") && value(&shown[0], "mid") <= high);
    }
    let left = hour.sum(|flow| (flow.left - flow.left_before(SHORT).expect("counted")) as f64);
    let lost = hour.shown("trio-overview", "Lost", "A").await;
    near("lost", value(&lost[0], "lost"), 100.0 * left / hour.concluded(), POINTS);
    let answered = hour.sum(|flow| flow.answered as f64);
    for uid in ["trio-service", "trio-wall"] {
        near("answered", hour.number(uid, "Answered", "A").await, answered, SHARE * answered);
    }
}

async fn how_people_worked(hour: &Hour) {
    let (mut shown, mut all) = (0.0, 0.0);
    for series in hour.shown("trio-service-level", "By service, 30 days", "H").await {
        let id: u32 = series.label("service_id").parse().expect("an id");
        let service = &hour.truth.services[&id];
        let answered = on_the_line(service, |flow| flow.answered as f64);
        let handling = on_the_line(service, |flow| flow.handling_time.as_secs_f64()) / answered;
        near(&format!("handling time of {id}"), series.value, handling, RECORDED_SHARE * handling);
        (shown, all) = (shown + series.value * answered, all + handling * answered);
    }
    near("handling time of all", shown, all, SHARE * all);
    let groups = hour.shown("trio-team", "Groups", "F").await;
    for series in groups.iter().filter(|series| !series.label("agent_group_id").is_empty()) {
        let id: u32 = series.label("agent_group_id").parse().expect("an id");
        let truth = occupancy(&hour.truth.agent_groups[&id], &hour.half.agent_groups[&id]);
        near(&format!("occupancy of {id}"), 100.0 * series.value, 100.0 * truth, POINTS);
    }
}

/// Of the time from `before` on.
fn occupancy(now: &AgentTime, before: &AgentTime) -> f64 {
    let spent =
        |activity| now.time_in(activity).saturating_sub(before.time_in(activity)).as_secs_f64();
    let working: f64 =
        [Activity::Busy, Activity::WrapUp, Activity::Offered].into_iter().map(spent).sum();
    working / (working + spent(Activity::Available))
}
