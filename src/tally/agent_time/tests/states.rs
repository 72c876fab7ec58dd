//! Tests: agents over the limit of a state, and pauses by reason.

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

/// The same with this difference of the clocks, in seconds.
fn with_skew(mut snapshot: Snapshot, seconds: Option<f64>) -> Snapshot {
    snapshot.clock_skew = seconds.map(|seconds| ClockSkew { seconds, uncertainty: 1.0 });
    snapshot
}

/// Agents over the limit and rejected times after each of the snapshots.
fn rejected(snapshots: &[Snapshot]) -> u64 {
    walk(snapshots, &settings()).totals().expect("read").rejected_since
}

#[test]
fn state_age_is_corrected_by_clock_skew() {
    let with = |skew: Option<f64>, since: f64| {
        let snapshot = with_skew(wrapping_up(0.0, Some(since)), skew);
        (over(std::slice::from_ref(&snapshot))[0], rejected(&[snapshot]))
    };
    assert_eq!(with(Some(0.0), -50.0), (0, 0));
    assert_eq!(with(Some(20.0), -50.0), (1, 0), "by Trio's clock 70 s have passed");
    assert_eq!(with(Some(-20.0), -70.0), (0, 0));
    assert_eq!(with(Some(-120.0), -70.0), (0, 1), "it is in the future");
}

#[test]
fn time_of_state_is_right_with_any_clock() {
    for ahead in [0.0, 3.0, 40.0, 3600.0, -3.0, -40.0, -3600.0] {
        for since in [-58.0, -62.0] {
            let snapshot = with_skew(wrapping_up(0.0, Some(since + ahead)), Some(ahead));
            let expected = u64::from(since < -60.0);
            assert_eq!(over(std::slice::from_ref(&snapshot)), [expected], "{ahead} s ahead");
            assert_eq!(rejected(&[snapshot]), 0, "{ahead} s ahead");
        }
    }
}

#[test]
fn without_a_date_a_state_lasts_since_it_was_seen() {
    let unknown = |secs| with_skew(wrapping_up(secs, Some(-300.0)), None);
    let readings = [unknown(0.0), unknown(5.0), unknown(65.0)];
    assert_eq!(over(&readings), [0, 0, 1]);
    assert_eq!(rejected(&readings), 0, "nothing contradicts it");
    let known = [unknown(0.0), wrapping_up(5.0, Some(-300.0))];
    assert_eq!(over(&known), [0, 1], "it is judged once the clock is known");
}

#[test]
fn rejected_time_of_state_counts_once() {
    let early = |secs| wrapping_up(secs, Some(-300.0));
    assert_eq!(rejected(&[available(0.0), early(5.0), early(10.0), early(15.0)]), 1);
    let other = wrapping_up(10.0, Some(-200.0));
    assert_eq!(rejected(&[available(0.0), early(5.0), other]), 2, "two values");
    let unreadable = |secs| {
        let agent = AgentStatus { since_is_unreadable: true, ..status("a", AgentState::WrapUp) };
        snapshot(&center(after(start(), secs), vec![agent]))
    };
    let readings = [unreadable(0.0), unreadable(5.0), unreadable(10.0)];
    assert_eq!(rejected(&readings), 1);
    assert_eq!(rejected(&[unreadable(0.0), available(5.0), unreadable(10.0)]), 2);
    assert_eq!(rejected(&[available(0.0), wrapping_up(5.0, None)]), 0, "Trio gives none");
}

#[test]
fn state_of_more_than_a_week_is_rejected_unless_logged_out() {
    let week = 7.0 * 86_400.0;
    let since = |state, age: f64| {
        let t = start();
        let since = Some(t.wall - Duration::from_secs_f64(age));
        let agent = AgentStatus { since, ..AgentStatus::new("a", state) };
        rejected(&[snapshot(&center(t, vec![agent]))])
    };
    let available = Some(AgentState::Available);
    assert_eq!((since(available, week - 60.0), since(available, week + 60.0)), (0, 1));
    assert_eq!(since(Some(AgentState::Unknown), week + 60.0), 1);
    assert_eq!(since(Some(AgentState::LoggedOut), 20.0 * week), 0);
}

#[test]
fn without_limits_nothing_is_over() {
    let time = walk(&[wrapping_up(0.0, Some(-9999.0))], &settings());
    assert_eq!(time.totals().expect("read").over_limit, []);
}

fn allowing(reasons: &[&str]) -> Settings {
    Settings { pause_reasons: reasons.iter().map(|&reason| reason.into()).collect(), ..settings() }
}

/// A reading of the agents `a`, `b`, …: `-` is available, anything else is a pause with that
/// reason, an empty text a pause without one.
fn reading(secs: f64, agents: &[&str]) -> Snapshot {
    let statuses = agents.iter().zip('a'..).map(|(reason, id)| match *reason {
        "-" => status(&id.to_string(), AgentState::Available),
        reason => AgentStatus {
            reason: Some(reason).filter(|reason| !reason.is_empty()).map(Text::from),
            ..status(&id.to_string(), AgentState::Paused)
        },
    });
    snapshot(&center(after(start(), secs), statuses.collect()))
}

/// The same with a member mapped to the reason.
fn with_member(mut snapshot: Snapshot) -> Snapshot {
    let member = FieldUse {
        resource: Resource::AgentState,
        field: "reason",
        present: Some(true),
        member: Some("orsak".into()),
        form: "text",
        source: FieldSource::Builtin,
        unknown_values: 0,
        understood: 0,
        not_understood: 0,
        unknown_words: Vec::new(),
        rows_without: None,
        is_time: false,
    };
    snapshot.fields = Arc::new([member]);
    snapshot
}

fn pauses(snapshots: &[Snapshot], allowed: &[&str]) -> Option<(Option<Vec<u64>>, Vec<f64>)> {
    let totals = walk(snapshots, &allowing(allowed)).totals().expect("read");
    totals.pauses.map(|pauses| (pauses.now, pauses.seconds))
}

#[test]
fn allowed_reasons_count_separately_in_any_case() {
    let snapshots = [
        reading(0.0, &["LUNCH", "fika ", "Möte", "", "-"]),
        reading(5.0, &["Lunch", "Lunch", "Möte", "", "Fika"]),
    ];
    let expected = (Some(vec![2, 1, 2]), vec![7.5, 5.0, 10.0]);
    assert_eq!(pauses(&snapshots, &["Lunch", "Fika"]), Some(expected));
    let totals = walk(&snapshots, &allowing(&["Lunch", "Fika"])).totals().expect("read");
    let shown = totals.pauses.expect("reasons");
    assert_eq!(
        shown.reasons.iter().map(|reason| &**reason).collect::<Vec<_>>(),
        ["Lunch", "Fika", "other"]
    );
    assert_eq!(shown.seconds.iter().sum::<f64>(), totals.seconds[PAUSED]);
}

#[test]
fn no_allowed_reason_or_member_shows_no_pauses() {
    assert_eq!(pauses(&[reading(0.0, &["Lunch"])], &[]), None);
    assert_eq!(pauses(&[reading(0.0, &["", "-"]), reading(5.0, &["", ""])], &["Lunch"]), None);
}

#[test]
fn pause_reasons_start_at_zero() {
    let first = [reading(0.0, &["-"]), reading(5.0, &["Lunch"])];
    assert_eq!(pauses(&first, &["Lunch"]), Some((Some(vec![1, 0]), vec![0.0, 0.0])));
    let told_before = [with_member(reading(0.0, &["-"])), with_member(reading(5.0, &["Lunch"]))];
    assert_eq!(pauses(&told_before[..1], &["Lunch"]), Some((Some(vec![0, 0]), vec![0.0, 0.0])));
    assert_eq!(pauses(&told_before, &["Lunch"]), Some((Some(vec![1, 0]), vec![2.5, 0.0])));
}

#[test]
fn without_reasons_pause_counters_stay() {
    let with_reason = || vec![reading(0.0, &["Lunch"]), reading(5.0, &["Lunch"])];
    let with = |more: Vec<Snapshot>| {
        let snapshots: Vec<_> = with_reason().into_iter().chain(more).collect();
        pauses(&snapshots, &["Lunch"]).expect("reasons")
    };
    assert_eq!(with(vec![]), (Some(vec![1, 0]), vec![5.0, 0.0]));
    let withheld = || reading(10.0, &[""]);
    assert_eq!(with(vec![withheld()]), (None, vec![7.5, 0.0]), "half of it had a reason");
    assert_eq!(with(vec![withheld(), reading(15.0, &[""])]), (None, vec![7.5, 0.0]));
    assert_eq!(
        with(vec![withheld(), reading(15.0, &["Lunch"])]),
        (Some(vec![1, 0]), vec![10.0, 0.0])
    );
    assert_eq!(
        with(vec![reading(10.0, &["-"])]).0,
        Some(vec![0, 0]),
        "no agent is paused: no reason is needed"
    );
    assert_eq!(
        with(vec![with_member(reading(10.0, &[""]))]).0,
        Some(vec![0, 1]),
        "a pause without a reason"
    );
}

#[test]
fn gap_counts_for_no_pause_reason() {
    let snapshots = [reading(0.0, &["Lunch"]), reading(60.0, &["Lunch"])];
    assert_eq!(pauses(&snapshots, &["Lunch"]), Some((Some(vec![1, 0]), vec![0.0, 0.0])));
}
