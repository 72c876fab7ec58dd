//! Lists that are read every two seconds, between states that are read every six.

use pretty_assertions::assert_eq;

use super::*;

const LISTS: Duration = Duration::from_secs(2);
const STATES: Duration = Duration::from_secs(6);

/// A contact centre with these intervals.
fn trio() -> TestCenter {
    let mut trio = TestCenter::new();
    let center = trio.center();
    center.service_state.interval = Some(STATES);
    center.calls.interval = Some(LISTS);
    center.cases.interval = Some(LISTS);
    trio
}

/// Reads the lists two seconds later, and the queue length of service 1 at the same moment if there
/// is one.
fn read(trio: &mut TestCenter, queue: Option<f64>, calls: &[Case]) {
    trio.clock.advance(LISTS);
    let at = trio.now();
    if queue.is_some() {
        trio.queues(&[("1", queue)]);
        trio.center().service_state.attempt =
            Some(Attempt { at, duration: Duration::ZERO, outcome: Outcome::Complete });
    }
    trio.read(Source::Cases, &[], &[]);
    trio.read(Source::Calls, calls, &[]);
    trio.step();
}

/// A call in a state that no dictionary maps.
fn unknown(id: &str) -> Case {
    case(id, CaseState::Unknown)
}

#[test]
fn verdict_holds_between_two_queue_lengths() {
    let mut trio = trio();
    let calls = [case("1", Queued), unknown("2"), unknown("3")];
    for turn in 0..30 {
        read(&mut trio, (turn % 3 == 0).then_some(3.0), &calls);
        assert_eq!(waiting(&trio), Some(3), "list {turn}");
    }
    trio.assert_balanced();
}

#[test]
fn unknown_state_is_withheld_until_the_next_queue_length() {
    let mut trio = trio();
    let calls = [case("1", Queued), unknown("2")];
    read(&mut trio, Some(1.0), &calls[..1]);
    read(&mut trio, None, &calls[..1]);
    assert_eq!(waiting(&trio), Some(1));
    read(&mut trio, None, &calls);
    assert_eq!(waiting(&trio), None, "it may wait");
    read(&mut trio, Some(2.0), &calls);
    assert_eq!(waiting(&trio), Some(2));
    read(&mut trio, None, &calls);
    assert_eq!(waiting(&trio), Some(2));
}

#[test]
fn failed_queue_lengths_give_no_verdict() {
    let mut trio = trio();
    let calls = [case("1", Queued), unknown("2")];
    read(&mut trio, Some(2.0), &calls);
    read(&mut trio, None, &calls);
    let failed = |trio: &mut TestCenter| {
        let at = trio.now();
        trio.center().service_state.attempt =
            Some(Attempt { at, duration: Duration::ZERO, outcome: Outcome::Failed });
    };
    failed(&mut trio);
    read(&mut trio, None, &calls);
    assert_eq!(waiting(&trio), Some(2), "one may be chance");
    read(&mut trio, None, &calls);
    assert_eq!(waiting(&trio), None);
}

#[test]
fn case_last_seen_between_queue_lengths_left() {
    let mut trio = trio();
    let in_hand = case("0", Handled);
    let both = [in_hand.clone(), unknown("7")];
    for turn in 0..7 {
        read(&mut trio, (turn % 3 == 0).then_some(1.0), &both);
    }
    read(&mut trio, None, &both);
    read(&mut trio, None, std::slice::from_ref(&in_hand));
    read(&mut trio, Some(0.0), &[in_hand]);
    assert_eq!((trio.voice().total_left(), trio.voice().total_unclassified()), (1, 0));
    let low = trio.events().iter().find_map(|event| match event.inference {
        Inference::Left { low, .. } => Some(low),
        _ => None,
    });
    assert_eq!(low, Some(12.0), "until the last queue length it certainly waited");
    trio.assert_balanced();
}

#[test]
fn queue_integral_uses_the_interval_of_the_states() {
    let mut trio = trio();
    for turn in 0..10 {
        read(&mut trio, (turn % 3 == 0).then_some(4.0), &[]);
    }
    assert_eq!(trio.service("1").time.queue_wait, Some(4.0 * 18.0));
}
