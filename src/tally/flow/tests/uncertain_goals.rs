//! Services whose goals are not certain yet: no case of theirs is judged.

use pretty_assertions::assert_eq;

use super::*;
use crate::{model::NamesInGoals, snapshot::ServiceNaming};

/// Decides again, for rules that match by name.
fn decide(trio: &mut TestCenter) {
    let now = trio.now();
    let needed = NamesInGoals { services: true, groups: false };
    let center = trio.center();
    center.services.interval = Some(Duration::from_secs(300));
    let known = center.naming.clone().unwrap_or_default();
    center.naming = Some(Arc::new(ServiceNaming::updated(&known, center, needed, now)));
}

/// Reads the names of the services 1 and 2.
fn name(trio: &mut TestCenter) {
    let service =
        |id: &str| Service { id: id.into(), name: Some("Växel".into()), group_ids: Vec::new() };
    let now = trio.now();
    trio.center().services.good = Some(good(vec![service("1"), service("2")], now));
    decide(trio);
}

#[test]
fn cases_are_followed_once_goals_are_certain() {
    let mut trio = TestCenter::unread(Settings { record_events: true, ..Settings::default() });
    decide(&mut trio);
    trio.calls(&[case("7", Queued)]);
    trio.calls(&[case("7", Queued), case("8", Queued)]);
    assert!(trio.service("1").classes.is_empty(), "nothing is judged by goals of all services");
    assert_eq!(unmeasured(&trio, Unmeasured::MissedPoll), 5.0);
    name(&mut trio);
    trio.calls(&[case("7", Queued), case("8", Queued), case("9", Queued)]);
    assert_eq!(
        (trio.voice().carried_in, trio.voice().offered),
        (0, 0),
        "new counters begin at zero"
    );
    assert_eq!(unmeasured(&trio, Unmeasured::MissedPoll), 10.0);
    trio.calls(&[case("10", Queued)]);
    assert_eq!((trio.voice().carried_in, trio.voice().offered), (3, 1), "three unseen arrivals");
    assert_eq!(trio.service("1").time.measured, Some(5.0));
}
