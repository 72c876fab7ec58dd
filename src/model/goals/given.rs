//! Goals as the configuration gives them, in general or in a rule, and their combination.

use std::time::Duration;

use super::{ClassGoals, ServiceGoals};
use crate::model::CaseClass;

/// Goals as the general section or one rule gives them. `None`: not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenGoals {
    /// Goals by class.
    pub classes: Vec<GivenClass>,
    /// Maximum share of concluded cases that are lost, 0–1.
    pub abandon_target: Option<f64>,
    /// Minimum number of agents logged on while the service is open.
    pub minimum_agents: Option<u32>,
}

/// Goals of one class as the general section or one rule gives them. `None`: not given.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenClass {
    /// The class.
    pub class: CaseClass,
    /// A case should be answered within this time.
    pub wait_target: Option<Duration>,
    /// Share of cases that should be answered within the wait target, 0–1.
    pub level_target: Option<f64>,
    /// Waits longer than this raise a warning.
    pub warning_after: Option<Duration>,
    /// Waits longer than this raise a critical alert.
    pub critical_after: Option<Duration>,
    /// A case that leaves the queue within this time is a short abandon, not lost.
    pub short_abandon: Option<Duration>,
}

impl GivenClass {
    /// Returns a class that is in use, without goals of its own.
    pub fn new(class: CaseClass) -> Self {
        Self {
            class,
            wait_target: None,
            level_target: None,
            warning_after: None,
            critical_after: None,
            short_abandon: None,
        }
    }
}

/// Combines goals, the most specific first: each key comes from the first that gives it, else from
/// the defaults. A class is in use if one of them names it.
pub(super) fn resolve(given: &[&GivenGoals]) -> ServiceGoals {
    let default = ServiceGoals::default();
    let of_class = |class| {
        let named: Vec<&GivenClass> = given
            .iter()
            .flat_map(|goals| &goals.classes)
            .filter(|named| named.class == class)
            .collect();
        (!named.is_empty()).then(|| resolve_class(class, &named))
    };
    ServiceGoals {
        classes: CaseClass::ALL.into_iter().filter_map(of_class).collect(),
        abandon_target: given
            .iter()
            .find_map(|goals| goals.abandon_target)
            .unwrap_or(default.abandon_target),
        minimum_agents: given.iter().find_map(|goals| goals.minimum_agents),
    }
}

/// Combines the goals of one class. Limits of alerts that are not given are derived from the wait
/// target.
fn resolve_class(class: CaseClass, given: &[&GivenClass]) -> ClassGoals {
    let duration =
        |key: fn(&GivenClass) -> Option<Duration>| given.iter().find_map(|class| key(class));
    let default = duration(|class| class.wait_target).map_or_else(
        || ClassGoals::default_for(class),
        |target| ClassGoals::with_wait_target(class, target),
    );
    let warning_after = duration(|class| class.warning_after);
    let critical_after = duration(|class| class.critical_after);
    // General goals and a rule may contradict each other. The wait target has priority, then the
    // warning: a critical alert never comes before it.
    let derived_warning = default.warning_after.min(critical_after.unwrap_or(Duration::MAX));
    let warning_after = warning_after.unwrap_or(derived_warning);
    ClassGoals {
        class,
        wait_target: default.wait_target,
        level_target: given
            .iter()
            .find_map(|class| class.level_target)
            .unwrap_or(default.level_target),
        warning_after,
        critical_after: critical_after.unwrap_or(default.critical_after).max(warning_after),
        short_abandon: duration(|class| class.short_abandon)
            .unwrap_or(default.short_abandon)
            .min(default.wait_target),
    }
}
