//! Names of services in the labels of their series, and services whose goals are not certain yet.
//! Pure: decided once for each service, from the readings of a contact centre.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{AnyReading, Center, Outcome, ProblemKind, is_same_moment};
use crate::model::{NamesInGoals, Stamp, Text};

/// Longest time for which the series of a service wait for its name.
// Figures without a name are worth more than none: a list of services that hangs must not hide the
// queues.
const MAX_NAME_WAIT: Duration = Duration::from_secs(15);

/// Decisions about the services of one contact centre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceNaming {
    /// Name in the labels; `None`: no name was known when the series began.
    // Once a counter runs, another label would be another series, and `increase()` would lose what
    // it counted.
    labels: HashMap<Text, Option<Text>>,
    /// Services of which no configuration is known, with the reading of the states that showed
    /// them first.
    awaited: HashMap<Text, Stamp>,
    /// True while rules for goals need names that are not known of any service.
    all_await_goals: bool,
    /// True if rules for goals need names.
    goals_need_names: bool,
}

impl ServiceNaming {
    /// Returns true if the series of the service may be shown.
    pub fn is_decided(&self, service: &str) -> bool {
        self.labels.contains_key(service)
    }

    /// Returns the name in the labels of a service; `None` without one.
    pub fn label(&self, service: &str) -> Option<&Text> {
        self.labels.get(service)?.as_ref()
    }

    /// Returns true while it is not certain which goals the service has.
    pub fn awaits_goals(&self, service: &str) -> bool {
        self.all_await_goals || self.goals_need_names && self.awaited.contains_key(service)
    }

    /// Returns the decisions after new readings of the contact centre. `needed` are the names that
    /// rules for goals need.
    pub fn updated(&self, center: &Center, needed: NamesInGoals, now: Stamp) -> Self {
        let mut next = self.clone();
        next.goals_need_names = needed.services || needed.groups;
        next.all_await_goals = next.goals_need_names
            && !(is_settled(&center.services)
                && (!needed.groups || is_settled(&center.service_groups)));
        let configured = center.services.good.iter().flat_map(|good| good.data.iter());
        let names: HashMap<&Text, Option<&Text>> =
            configured.map(|service| (&service.id, service.name.as_ref())).collect();
        let states = center.service_state.good.as_ref();
        let taken = states.map_or(now, |good| good.taken);
        let mut listed: Vec<(&Text, Option<&Text>)> = match states {
            Some(good) => {
                good.data.iter().map(|status| (&status.id, status.name.as_ref())).collect()
            }
            None => names.keys().map(|id| (*id, None)).collect(),
        };
        // Cases of a service that is not listed may be there as well; its series are not.
        listed.retain(|(id, _)| next.is_open(id) || names.get(*id).copied().flatten().is_some());
        for (id, own) in listed {
            let known = names.get(id).copied();
            let name = known.flatten().or(own);
            let first = *next.awaited.entry(id.clone()).or_insert(taken);
            let attempt = center.services.attempt.filter(|attempt| {
                // Both begin together at the start; an attempt of a time without Trio says nothing.
                attempt.at.mono >= first.mono || is_same_moment(attempt.at, first)
            });
            let is_answered = known.is_some()
                || center.services.interval.is_none()
                || attempt.is_some_and(|attempt| {
                    attempt.at.mono >= first.mono && attempt.outcome == Outcome::Complete
                        || is_refused(&center.services)
                });
            let is_over = is_answered
                || attempt.is_some_and(|attempt| attempt.outcome != Outcome::Complete)
                || now.since(first) >= MAX_NAME_WAIT;
            if is_answered {
                next.awaited.remove(id);
            }
            match next.labels.get_mut(id) {
                // Renamed in Trio: the new name is what people look for.
                Some(label) if label.is_some() && name.is_some() => *label = name.cloned(),
                Some(_) => {}
                None if known.is_some() || is_over => {
                    next.labels.insert(id.clone(), name.cloned());
                }
                None => {}
            }
        }
        if states.is_some() {
            let present: HashSet<&Text> =
                states.into_iter().flat_map(|good| good.data.iter()).map(|s| &s.id).collect();
            next.awaited.retain(|id, _| present.contains(id));
        }
        next
    }

    /// Returns true if something about the service is still to be decided.
    fn is_open(&self, service: &str) -> bool {
        !self.is_decided(service) || self.awaited.contains_key(service)
    }
}

/// Returns true if the reading was made or will not be made: it is off, or refused.
fn is_settled<T: Clone + 'static>(reading: &super::Reading<T>) -> bool {
    reading.interval.is_none() || reading.good.is_some() || is_refused(reading)
}

/// Returns true if Trio refuses the list, so that waiting for it is useless.
fn is_refused(reading: &dyn AnyReading) -> bool {
    reading.problem().is_some_and(|problem| {
        matches!(
            problem.kind,
            ProblemKind::Forbidden | ProblemKind::Absent(_) | ProblemKind::NoIdFound
        )
    })
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::{
        model::{ContactCenter, Service, ServiceStatus},
        snapshot::{Attempt, Problem},
    };

    const NONE: NamesInGoals = NamesInGoals { services: false, groups: false };
    const BY_NAME: NamesInGoals = NamesInGoals { services: true, groups: false };

    fn at(seconds: u64) -> Stamp {
        Stamp { mono: Duration::from_secs(seconds), wall: UNIX_EPOCH }
    }

    /// Returns a contact centre whose states show these services since `at`.
    fn center(ids: &[&str], seconds: u64) -> Center {
        let mut center =
            Center::new(ContactCenter { id: "1".into(), name: None }, |_| Some(MAX_NAME_WAIT));
        let states: Vec<_> = ids.iter().map(|id| ServiceStatus::new(*id)).collect();
        center.service_state.store(at(seconds), Duration::ZERO, ids.len(), states);
        center
    }

    fn name(center: &mut Center, services: &[(&str, Option<&str>)], seconds: u64) {
        let service = |(id, name): &(&str, Option<&str>)| Service {
            id: (*id).into(),
            name: name.map(Text::from),
            group_ids: Vec::new(),
        };
        let services: Vec<_> = services.iter().map(service).collect();
        center.services.store(at(seconds), Duration::ZERO, services.len(), services);
    }

    fn fail(center: &mut Center, kind: ProblemKind, seconds: u64) {
        let attempt =
            Attempt { at: at(seconds), duration: Duration::ZERO, outcome: Outcome::Failed };
        center.services.fail(attempt, Problem { said: "".into(), kind, short: None });
    }

    #[test]
    fn series_wait_for_the_first_attempt_at_names() {
        let mut center = center(&["1"], 100);
        let first = ServiceNaming::default().updated(&center, NONE, at(101));
        assert!(!first.is_decided("1"));
        name(&mut center, &[("1", Some("Växel"))], 100);
        let named = first.updated(&center, NONE, at(102));
        assert_eq!(named.label("1").map(|name| &**name), Some("Växel"));
    }

    #[test]
    fn unknown_name_is_given_up_and_never_changes() {
        let mut center = center(&["1"], 100);
        let first = ServiceNaming::default().updated(&center, NONE, at(101));
        assert!(!first.updated(&center, NONE, at(114)).is_decided("1"));
        let given_up = first.updated(&center, NONE, at(115));
        assert_eq!((given_up.is_decided("1"), given_up.label("1")), (true, None));
        name(&mut center, &[("1", Some("Växel"))], 116);
        assert_eq!(given_up.updated(&center, NONE, at(117)).label("1"), None);
    }

    #[test]
    fn failed_attempt_ends_the_wait_unless_it_is_old() {
        let mut center = center(&["1"], 100);
        fail(&mut center, ProblemKind::TimedOut, 90);
        let old = ServiceNaming::default().updated(&center, NONE, at(101));
        assert!(!old.is_decided("1"), "the attempt was made while Trio was down");
        fail(&mut center, ProblemKind::TimedOut, 100);
        assert!(old.updated(&center, NONE, at(101)).is_decided("1"));
    }

    #[test]
    fn goals_by_name_wait_until_names_are_certain() {
        let mut center = center(&["1"], 100);
        let of = |center: &Center, needed, now| {
            ServiceNaming::default().updated(center, needed, at(now)).awaits_goals("1")
        };
        assert!(of(&center, BY_NAME, 900) && !of(&center, NONE, 100));
        fail(&mut center, ProblemKind::TimedOut, 100);
        assert!(of(&center, BY_NAME, 900), "a timeout proves nothing");
        fail(&mut center, ProblemKind::Forbidden, 100);
        assert!(!of(&center, BY_NAME, 900), "names will not come");
        name(&mut center, &[("1", Some("Växel"))], 100);
        assert!(!of(&center, BY_NAME, 100));
        let groups = NamesInGoals { services: false, groups: true };
        assert!(of(&center, groups, 100), "groups are not read yet");
    }

    #[test]
    fn new_service_waits_for_an_attempt_after_it_appeared() {
        let mut center = center(&["1"], 100);
        name(&mut center, &[("1", Some("Växel"))], 100);
        let first = ServiceNaming::default().updated(&center, BY_NAME, at(101));
        let states = vec![ServiceStatus::new("1"), ServiceStatus::new("2")];
        center.service_state.store(at(200), Duration::ZERO, 2, states);
        let new = first.updated(&center, BY_NAME, at(201));
        assert!(!new.is_decided("2") && new.awaits_goals("2") && !new.awaits_goals("1"));
        name(&mut center, &[("1", Some("Växel")), ("2", Some("Ny"))], 201);
        let named = new.updated(&center, BY_NAME, at(202));
        assert_eq!(named.label("2").map(|name| &**name), Some("Ny"));
        assert!(!named.awaits_goals("2"));
    }

    #[test]
    fn renamed_service_is_shown_by_its_new_name() {
        let mut center = center(&["1"], 100);
        name(&mut center, &[("1", Some("Växel"))], 100);
        let first = ServiceNaming::default().updated(&center, NONE, at(101));
        name(&mut center, &[("1", Some("Support"))], 400);
        let renamed = first.updated(&center, NONE, at(401));
        assert_eq!(renamed.label("1").map(|name| &**name), Some("Support"));
        name(&mut center, &[("1", None)], 700);
        let kept = renamed.updated(&center, NONE, at(701));
        assert_eq!(kept.label("1").map(|name| &**name), Some("Support"), "no name is no rename");
    }
}
