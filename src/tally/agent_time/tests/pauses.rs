//! Tests: pauses by reason.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::{FieldSource, FieldUse};

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
        times_rejected: None,
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
