//! Tests: agents over the limit of a state.

use pretty_assertions::assert_eq;

use super::*;

/// Agents over the limit of a minute for wrap-up after each of the snapshots.
fn over(snapshots: &[Snapshot]) -> Vec<u64> {
    let mut state_limits = StateLimits::default();
    state_limits[AgentState::WrapUp.index()] = Some(Duration::from_secs(60));
    let settings = Settings { state_limits, ..settings() };
    let mut time = AgentTime::default();
    let step = |snapshot: &Snapshot| {
        time.step(snapshot, &snapshot.centers[0], &settings);
        let over = time.totals().expect("read").over_limit;
        assert_eq!(
            (over.len(), over[0].state, over[0].limit.as_secs()),
            (1, AgentState::WrapUp, 60)
        );
        over[0].agents
    };
    snapshots.iter().map(step).collect()
}

/// One agent in wrap-up since `since` seconds after the start, if Trio says.
fn wrapping_up(secs: f64, since: Option<f64>) -> Snapshot {
    let t = start();
    let at = |secs: f64| {
        if secs < 0.0 { t.wall - Duration::from_secs_f64(-secs) } else { after(t, secs).wall }
    };
    let agent = AgentStatus { since: since.map(at), ..status("a", AgentState::WrapUp) };
    snapshot(&center(after(t, secs), vec![agent]))
}

fn available(secs: f64) -> Snapshot {
    snapshot(&center(after(start(), secs), vec![status("a", AgentState::Available)]))
}

#[test]
fn limit_uses_trios_time_or_first_seen() {
    let t = start();
    let readings = |since: Option<f64>| {
        let at = [0.0, 55.0, 60.0, 65.0].map(|secs| {
            let mut snapshot = wrapping_up(secs, since);
            snapshot.centers[0].agent_state.good.as_mut().expect("read").taken = after(t, secs);
            snapshot
        });
        over(&at)
    };
    assert_eq!(readings(None), [0, 0, 0, 1], "longer than the limit, not as long");
    assert_eq!(readings(Some(-10.0)), [0, 1, 1, 1]);
    assert_eq!(readings(Some(-61.0)), [1, 1, 1, 1], "also at the first reading");
}

#[test]
fn repeated_state_starts_again() {
    let readings =
        [wrapping_up(0.0, None), wrapping_up(65.0, None), available(70.0), wrapping_up(75.0, None)];
    assert_eq!(over(&readings), [0, 1, 0, 0]);
}

#[test]
fn contradicting_time_of_state_is_ignored() {
    let since = |claimed: f64| {
        over(&[available(0.0), wrapping_up(5.0, Some(claimed)), wrapping_up(10.0, Some(claimed))])
    };
    assert_eq!(since(-300.0), [0, 0, 0], "the agent was available a moment ago");
    assert_eq!(over(&[wrapping_up(0.0, Some(-300.0))]), [1], "nothing contradicts it");
    let person = |snapshots: &[Snapshot]| {
        walk(snapshots, &settings()).totals().expect("read").persons[0].since
    };
    let t = start();
    let since_shown = person(&[available(0.0), wrapping_up(5.0, Some(-300.0))]);
    assert!(
        since_shown.duration_since(t.wall).expect("later") >= Duration::from_secs(4),
        "first seen"
    );
    let since_shown = person(&[available(0.0), wrapping_up(5.0, Some(2.0))]);
    assert!(
        since_shown.duration_since(t.wall).expect("later") < Duration::from_secs(4),
        "Trio's own"
    );
}

#[test]
fn state_age_is_corrected_by_clock_skew() {
    let with = |skew: Option<f64>, since: f64| {
        let skewed = |mut snapshot: Snapshot| {
            snapshot.clock_skew = skew;
            snapshot
        };
        over(&[skewed(wrapping_up(0.0, Some(since)))])[0]
    };
    assert_eq!(with(None, -50.0), 0);
    assert_eq!(with(Some(20.0), -50.0), 1, "Trio's clock is ahead: by that clock 70 s have passed");
    assert_eq!(with(Some(-20.0), -70.0), 0);
    assert_eq!(with(Some(-120.0), -70.0), 0, "it is in the future");
}

#[test]
fn without_limits_nothing_is_over() {
    let time = walk(&[wrapping_up(0.0, Some(-9999.0))], &settings());
    assert_eq!(time.totals().expect("read").over_limit, []);
}
