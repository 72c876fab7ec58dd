//! Tests: pauses by reason.

use pretty_assertions::assert_eq;

use super::*;
use crate::model::{FieldSource, FieldUse};

fn allowing(reasons: &[&str]) -> Settings {
    Settings { pause_reasons: reasons.iter().map(|&reason| reason.into()).collect(), ..settings() }
}

/// What agents `a`, `b`, … do: `-` is available, anything else a pause for that reason, none if empty.
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

/// The same where the answers have a member for the reason, whoever has one.
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
fn allowed_reasons_count_by_themselves_in_any_case_and_the_rest_is_other() {
    let snapshots = [
        reading(0.0, &["LUNCH", "fika ", "Möte", "", "-"]),
        reading(5.0, &["Lunch", "Lunch", "Möte", "", "Fika"]),
    ];
    let expected = (Some(vec![2, 1, 2]), vec![7.5, 5.0, 10.0]);
    assert_eq!(pauses(&snapshots, &["Lunch", "Fika"]), Some(expected));
    let totals = walk(&snapshots, &allowing(&["Lunch", "Fika"])).totals().expect("read");
    let shown = totals.pauses.expect("told");
    assert_eq!(shown.reasons.iter().map(|reason| &**reason).collect::<Vec<_>>(), ["Lunch", "Fika", "other"]);
    assert_eq!(shown.seconds.iter().sum::<f64>(), totals.seconds[PAUSED]);
}

#[test]
fn without_an_allowed_reason_or_without_the_member_nothing_is_shown() {
    assert_eq!(pauses(&[reading(0.0, &["Lunch"])], &[]), None);
    assert_eq!(pauses(&[reading(0.0, &["", "-"]), reading(5.0, &["", ""])], &["Lunch"]), None);
}

#[test]
fn every_reason_is_at_zero_one_reading_before_it_can_count() {
    let first = [reading(0.0, &["-"]), reading(5.0, &["Lunch"])];
    assert_eq!(pauses(&first, &["Lunch"]), Some((Some(vec![1, 0]), vec![0.0, 0.0])));
    let told_before = [with_member(reading(0.0, &["-"])), with_member(reading(5.0, &["Lunch"]))];
    assert_eq!(pauses(&told_before[..1], &["Lunch"]), Some((Some(vec![0, 0]), vec![0.0, 0.0])));
    assert_eq!(pauses(&told_before, &["Lunch"]), Some((Some(vec![1, 0]), vec![2.5, 0.0])));
}

#[test]
fn while_trio_does_not_say_why_nothing_is_counted_and_what_was_counted_stays() {
    let told = || vec![reading(0.0, &["Lunch"]), reading(5.0, &["Lunch"])];
    let with = |more: Vec<Snapshot>| {
        let snapshots: Vec<_> = told().into_iter().chain(more).collect();
        pauses(&snapshots, &["Lunch"]).expect("told")
    };
    assert_eq!(with(vec![]), (Some(vec![1, 0]), vec![5.0, 0.0]));
    let withheld = || reading(10.0, &[""]);
    assert_eq!(with(vec![withheld()]), (None, vec![7.5, 0.0]), "half of it was told");
    assert_eq!(with(vec![withheld(), reading(15.0, &[""])]), (None, vec![7.5, 0.0]));
    assert_eq!(with(vec![withheld(), reading(15.0, &["Lunch"])]), (Some(vec![1, 0]), vec![10.0, 0.0]));
    assert_eq!(
        with(vec![reading(10.0, &["-"])]).0,
        Some(vec![0, 0]),
        "nobody is paused: no reason is needed"
    );
    assert_eq!(with(vec![with_member(reading(10.0, &[""]))]).0, Some(vec![0, 1]), "a pause without a reason");
}

#[test]
fn a_gap_counts_for_no_reason() {
    let snapshots = [reading(0.0, &["Lunch"]), reading(60.0, &["Lunch"])];
    assert_eq!(pauses(&snapshots, &["Lunch"]), Some((Some(vec![1, 0]), vec![0.0, 0.0])));
}
